"""One message to several people, some of them refused: each gets it once, and the truth is told of each."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import col, select

from connectors.contract import (
    DeliveryReport,
    OutcomeUnknown,
    PartlyRefused,
    PermanentFailure,
    ReportAction,
    TemporaryFailure,
)
from inbox import drafting, outbox, signoff
from inbox.database import Database
from inbox.desk import open_desk
from inbox.history import Actor, ActorKind
from inbox.intake import own_mail
from inbox.models import Case, Clock, Delivery, Draft, DraftState, Message
from tests.faults import simulation
from tests.faults.simulation import Office

DONNA, CARER, COUNCIL = "donna@example.org", "carer@example.org", "council@example.org"
BUSY, GONE = "450 4.2.1 mailbox busy", "550 5.1.1 no such person"


def test_who_was_welcome_has_it_at_once_and_only_who_was_not_is_tried_again(office: Office) -> None:
    _queued(office)
    _refuse(office, later=[CARER])
    _work(office)
    assert _states(office) == {(DONNA, COUNCIL): "sent", (CARER,): "retrying"}
    _work(office, seconds=600)
    assert _states(office) == {(DONNA, COUNCIL): "sent", (CARER,): "sent"}
    assert _taken(office) == [(DONNA, COUNCIL), (CARER,)]


def test_who_is_refused_for_good_waits_for_a_person_and_is_named(office: Office) -> None:
    _queued(office)
    _refuse(office, later=[CARER], never=[COUNCIL])
    _work(office)
    assert _states(office) == {(DONNA,): "sent", (CARER,): "retrying", (COUNCIL,): "failed"}
    failed = _row(office, COUNCIL)
    assert failed.trouble == f"Refused: {COUNCIL}: {GONE}"
    with office.writing() as session:
        row = session.exec(select(Delivery).where(Delivery.id == failed.id)).one()
        outbox.retry(session, row, now=office.now, actor=_actor(office))
    _work(office, seconds=600)
    assert sorted(_taken(office)) == [(CARER,), (COUNCIL,), (DONNA,)]


def test_the_reply_is_sent_when_the_person_answered_has_it_and_not_before(office: Office) -> None:
    _queued(office)
    _refuse(office, later=[DONNA])
    _work(office)
    assert _states(office) == {(DONNA,): "retrying", (CARER, COUNCIL): "sent"}
    assert _draft(office).state == DraftState.QUEUED
    assert not _replied(office)
    _work(office, seconds=600)
    assert _draft(office).state == DraftState.SENT
    assert _replied(office)


def test_what_is_unknown_of_some_is_never_sent_to_them_again_while_the_others_get_theirs(
    office: Office,
) -> None:
    _queued(office)
    _refuse(office, later=[CARER])
    office.platform.sending.append(OutcomeUnknown("taken, but no answer"))
    _work(office)
    assert _states(office) == {(DONNA, COUNCIL): "unknown", (CARER,): "retrying"}
    for _ in range(4):
        _work(office, seconds=3600)
    assert _states(office) == {(DONNA, COUNCIL): "unknown", (CARER,): "sent"}
    assert _taken(office) == [(DONNA, COUNCIL), (CARER,)]


def test_a_copy_among_what_was_sent_proves_nothing_about_the_part_that_is_unknown(office: Office) -> None:
    _queued(office)
    _refuse(office, later=[CARER])
    office.platform.sending.append(OutcomeUnknown("taken, but no answer"))
    _work(office)
    _work(office, seconds=600)
    with office.writing() as session:
        ours = outbox.found_again(
            session, _row(office, CARER).outgoing_id, "elsewhere", office.now, kind="simulated"
        )
        assert ours is not None, "it is known to be ours all the same"
    assert _states(office) == {(DONNA, COUNCIL): "unknown", (CARER,): "sent"}


@pytest.mark.parametrize(
    "died_at", ["outbox.claimed", "outbox.attempting", "smtp.midbody", "outbox.answered"]
)
def test_a_worker_that_dies_between_the_parts_sends_none_twice(office: Office, died_at: str) -> None:
    _queued(office)
    _refuse(office, later=[CARER])
    office.wait(90)
    office.work(dies_at=died_at)
    for _ in range(4):
        _work(office, seconds=3600)
    taken = [one for people in _taken(office) for one in people]
    assert len(taken) == len(set(taken)), "nobody has it twice"


def test_after_four_hours_of_later_only_they_have_failed(office: Office) -> None:
    _queued(office)
    _refuse(office, later=[CARER])
    for hours in range(6):
        _work(office, seconds=90 if hours == 0 else 3600)
        office.platform.sending.append(TemporaryFailure(BUSY))
    assert _states(office) == {(DONNA, COUNCIL): "sent", (CARER,): "failed"}


def test_each_part_can_be_parted_again(office: Office) -> None:
    _queued(office)
    _refuse(office, later=[CARER, COUNCIL])
    _work(office)
    _refuse(office, later=[CARER])
    _work(office, seconds=600)
    assert _states(office) == {(DONNA,): "sent", (CARER,): "retrying", (COUNCIL,): "sent"}
    _work(office, seconds=600)
    assert _taken(office) == [(DONNA,), (COUNCIL,), (CARER,)]


def test_a_bounce_of_one_is_tried_again_to_that_one_alone(office: Office) -> None:
    delivery = _queued(office)
    _work(office)
    with office.writing() as session:
        row = session.exec(select(Delivery).where(Delivery.id == delivery.id)).one()
        outbox.report(session, row, failed=True, words="full", now=office.now, recipient=CARER.upper())
    assert _states(office) == {(DONNA, COUNCIL): "sent", (CARER,): "bounced"}
    with office.writing() as session:
        row = session.exec(select(Delivery).where(Delivery.id == _row(office, CARER).id)).one()
        outbox.retry(session, row, now=office.now, actor=_actor(office))
    _work(office)
    assert _taken(office) == [(DONNA, CARER, COUNCIL), (CARER,)]


def test_one_report_about_several_tells_of_each(office: Office) -> None:
    delivery = _queued(office)
    _work(office)
    report = DeliveryReport(
        "email", "casework", "report@mx.example", ReportAction.FAILED, CARER, "5.1.1", GONE,
        (delivery.outgoing_id,), others=((COUNCIL, "552 full"), ("stranger@example.org", GONE)),
    )  # fmt: skip
    with office.writing() as session:
        first = session.exec(select(Message).where(Message.direction == "inbound")).one()
        told = Message(**first.model_dump(exclude={"id", "case_id", "external_id", "content_key"}))
        desk = open_desk(session, office.worker.node.line.tools)
        own_mail.reported(session, desk, report, told, office.now)
    assert _states(office) == {(DONNA,): "sent", (CARER,): "bounced", (COUNCIL,): "bounced"}
    assert [_row(office, one).trouble for one in (CARER, COUNCIL)] == [GONE, "552 full"]


def test_stopping_the_reply_stops_every_part_that_waits_and_gives_the_words_back(office: Office) -> None:
    _queued(office)
    _refuse(office, later=[DONNA, CARER, COUNCIL][:1], never=[COUNCIL])
    office.platform.sending.append(TemporaryFailure(BUSY))
    _work(office)
    assert _states(office) == {(DONNA,): "retrying", (CARER,): "retrying", (COUNCIL,): "failed"}
    _stop(office, DONNA)
    assert _states(office) == {(DONNA,): "stopped", (CARER,): "stopped", (COUNCIL,): "failed"}
    assert _draft(office).state == DraftState.DRAFT


def test_words_that_somebody_has_do_not_become_a_draft_again(office: Office) -> None:
    _queued(office)
    _refuse(office, later=[DONNA])
    _work(office)
    _stop(office, DONNA)
    assert _states(office) == {(DONNA,): "stopped", (CARER, COUNCIL): "sent"}
    assert _draft(office).state == DraftState.SENT


def test_all_refused_for_good_is_one_failure(office: Office) -> None:
    _queued(office)
    office.platform.sending.append(PermanentFailure(GONE))
    _work(office)
    assert _states(office) == {(DONNA, CARER, COUNCIL): "failed"}


@pytest.fixture
def office(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """With one case to write on."""
    platform = simulation.Platform()
    simulation.install(monkeypatch, platform)
    made = simulation.found(database.url, tmp_path, platform)
    platform.deliver("roof-1@example.org", DONNA, "my roof leaks", made.now)
    made.work()
    yield made
    made.database.close()


def _queued(office: Office) -> Delivery:
    with office.writing() as session:
        desk = open_desk(session, office.worker.node.line.tools)
        draft = drafting.begin(
            session, desk, session.exec(select(Case)).one(), author_id=office.staff, now=office.now,
            actor=_actor(office), text="Dear Donna, soon.",
        )  # fmt: skip
        draft.recipients = [DONNA, CARER, COUNCIL]
        return signoff.approve(
            session, desk, draft, staff_id=office.staff, digest=drafting.digest(session, draft),
            now=office.now, actor=_actor(office),
        )  # fmt: skip


def _refuse(office: Office, *, later: list[str] | None = None, never: list[str] | None = None) -> None:
    """The next attempt finds these refused, and so gives nothing to anybody."""
    later, never = later or [], never or []
    office.platform.sending.append(
        PartlyRefused("refused", dict.fromkeys(later, BUSY), dict.fromkeys(never, GONE))
    )


def _work(office: Office, *, seconds: float = 90) -> None:
    office.wait(seconds)
    office.work()


def _stop(office: Office, recipient: str) -> None:
    with office.writing() as session:
        row = session.exec(select(Delivery).where(Delivery.id == _row(office, recipient).id)).one()
        outbox.stop(session, row, now=office.now, actor=_actor(office))


def _rows(office: Office) -> list[Delivery]:
    with office.reading() as session:
        query = select(Delivery).where(Delivery.purpose == outbox.Purpose.REPLY)
        return list(session.exec(query.order_by(col(Delivery.id))).all())


def _row(office: Office, recipient: str) -> Delivery:
    return next(row for row in _rows(office) if recipient in row.recipients)


def _states(office: Office) -> dict[tuple[str, ...], str]:
    return {tuple(row.recipients): row.state for row in _rows(office)}


def _taken(office: Office) -> list[tuple[str, ...]]:
    """To whom the platform took our reply, in the order of taking."""
    ours = {row.outgoing_id for row in _rows(office)}
    return [one.recipients for one in office.platform.inside.sent if one.message_id in ours]


def _draft(office: Office) -> Draft:
    with office.reading() as session:
        return session.exec(select(Draft)).one()


def _replied(office: Office) -> bool:
    """Whether the case counts the person as answered."""
    with office.reading() as session:
        clocks = session.exec(select(Clock).where(Clock.kind == "first_reply")).all()
        return bool(clocks) and all(clock.met_at is not None for clock in clocks)


def _actor(office: Office) -> Actor:
    return Actor(ActorKind.STAFF, office.staff, "Priya Nair")
