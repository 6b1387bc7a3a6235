"""What a newcomer finds: every view has something in it, and all of it is true."""

from datetime import UTC, datetime

import pytest
from sqlmodel import Session, col, select

from inbox import queues, standard_lines, status_links
from inbox.database import Database
from inbox.demo import founding, main
from inbox.demo.place import Place, open_place
from inbox.history import verify
from inbox.models import (
    Arrival,
    Case,
    CaseStatus,
    Channel,
    Delivery,
    DeliveryState,
    Draft,
    DraftState,
    Enquiry,
    Message,
    MessageKind,
    Staff,
)
from inbox.search import find as look

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def offices(history: Database) -> dict[str, str]:
    return founding.offices_in(history)


def _reader(session: Session, first_name: str) -> queues.Reader:
    staff = session.exec(select(Staff).where(col(Staff.name).startswith(first_name))).one()
    return queues.Reader(staff.id, datetime.now(UTC), datetime.now(UTC).date())


@pytest.mark.parametrize("view", list(queues.View))
def test_every_view_of_the_mps_office_has_something_in_it(
    history: Database, offices: dict[str, str], view: queues.View
) -> None:
    with history.read(offices["mp"]) as session:
        reader = _reader(session, "Priya")
        rows = queues.page(session, view, reader).rows
    assert rows


def test_the_mps_office_has_standard_lines_in_use(history: Database, offices: dict[str, str]) -> None:
    with history.read(offices["mp"]) as session:
        used = standard_lines.in_date(session, datetime.now(UTC))
    assert {line.topic for line in used} >= {"housing-social", "benefits-disability"}
    assert any(line.welsh for line in used)


def test_mail_of_machines_and_mail_that_cannot_be_read_is_set_aside(
    history: Database, offices: dict[str, str]
) -> None:
    with history.read(offices["mp"]) as session:
        assert queues.set_aside_arrivals(session)[0]
        assert {one.machine for one in queues.set_aside_messages(session)[0]} == {"auto_reply", "list"}


@pytest.mark.parametrize("view", ["to-sort", "mine", "waiting", "late", "to-approve", "all"])
def test_the_officials_have_work_of_every_sort_too(
    history: Database, offices: dict[str, str], view: str
) -> None:
    with history.read(offices["department"]) as session:
        assert queues.page(session, queues.View(view), _reader(session, "Ben")).rows


def test_there_are_some_sixty_cases_in_every_state(history: Database, offices: dict[str, str]) -> None:
    with history.read(offices["mp"]) as session:
        cases = session.exec(select(Case)).all()
        deliveries = set(session.exec(select(Delivery.state)))
        drafts = set(session.exec(select(Draft.state)))
        arrivals = set(session.exec(select(Arrival.state)))
        proposed = set(session.exec(select(Message.proposed_because))) - {None}
        kinds = set(session.exec(select(Message.kind)))
        machines = set(session.exec(select(Message.machine))) - {None}
    assert 55 <= len(cases) <= 90
    assert {one.status for one in cases} == set(CaseStatus) - {CaseStatus.CLOSED}
    assert {one.kind for one in cases} >= {
        "casework", "campaign", "spam", "threat", "self-harm-risk", "media", "thank-you", "not-ours",
        "data-request", "policy-view", "office",
    }  # fmt: skip
    assert sum(one.kind == "campaign" for one in cases) >= 20
    assert {one.outcome for one in cases} >= {"resolved", "partly_resolved", "body_said_no", "withdrawn"}
    assert any(one.is_restricted for one in cases)
    assert any(one.language == "cy" for one in cases)
    assert deliveries >= {
        DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.BOUNCED, DeliveryState.UNKNOWN
    }  # fmt: skip
    assert drafts >= {DraftState.DRAFT, DraftState.SUBMITTED, DraftState.RETURNED, DraftState.SENT}
    assert arrivals == {"done", "quarantined"}
    assert proposed == {"unknown_sender", "same_person"}
    assert kinds >= {MessageKind.CALL, MessageKind.LETTER, MessageKind.VISIT, MessageKind.REPORT}
    assert machines == {"auto_reply", "bounce", "list"}


def test_a_threat_and_a_wish_to_die_are_on_top_and_were_answered_by_no_machine(
    history: Database, offices: dict[str, str]
) -> None:
    with history.read(offices["mp"]) as session:
        risky = session.exec(select(Case).where(col(Case.kind).in_(["threat", "self-harm-risk"]))).all()
        sent = session.exec(
            select(Delivery).where(
                col(Delivery.case_id).in_([one.id for one in risky]), Delivery.purpose == "acknowledgement"
            )
        ).all()
    assert len(risky) >= 3
    assert {one.priority for one in risky} == {"immediate"}
    assert [(one.purpose, one.recipients) for one in sent] == []


def test_a_department_is_late_with_its_answer_and_so_is_a_body(
    history: Database, offices: dict[str, str]
) -> None:
    now = datetime.now(UTC)
    with history.read(offices["department"]) as session:
        letter = session.exec(select(Case).where(col(Case.subject).contains("Walter Grimes"))).one()
    with history.read(offices["mp"]) as session:
        enquiry = session.exec(select(Enquiry).where(col(Enquiry.body).contains("Homes and Benefits"))).one()
        waiting = session.exec(select(Case).where(Case.id == enquiry.case_id)).one()
    assert letter.next_due_at is not None
    assert letter.next_due_at < now
    assert enquiry.asked_at is not None
    assert enquiry.answered_at is None
    assert waiting.status == CaseStatus.WAITING_BODY
    assert waiting.next_due_at is not None
    assert waiting.next_due_at < now


def test_the_history_of_each_office_is_unbroken(history: Database, offices: dict[str, str]) -> None:
    for office_id in offices.values():
        with history.read(office_id) as session:
            assert verify(session) is None


def test_nothing_happened_in_the_future(history: Database, offices: dict[str, str]) -> None:
    now = datetime.now(UTC)
    for office_id in offices.values():
        with history.read(office_id) as session:
            assert all(one <= now for one in session.exec(select(Message.received_at)))
            assert all(one <= now for one in session.exec(select(Case.updated_at)))


def test_its_words_can_be_found(history: Database, offices: dict[str, str]) -> None:
    with history.read(offices["mp"]) as session:
        answer = look(session, "mould")
    assert any("Damp" in hit.subject for hit in answer.hits)


def test_a_second_start_keeps_everything(made: Place, history: Database, offices: dict[str, str]) -> None:
    before = _everything(history, offices)
    main.start(reset=False, serve=False, host="127.0.0.1", port=8000, folder=made.folder)
    assert _everything(history, offices) == before
    assert open_place(made.folder, reset=False).facts == made.facts


def test_every_channel_leads_to_this_machine_only(history: Database, offices: dict[str, str]) -> None:
    for office_id in offices.values():
        with history.read(office_id) as session:
            by_hand = ("web", "phone", "post", "surgery", "outreach")
            for channel in session.exec(select(Channel).where(col(Channel.kind).not_in(by_hand))):
                assert {channel.settings["imap_host"], channel.settings["smtp_host"]} == {"127.0.0.1"}


def test_what_left_is_in_the_outbox_and_its_count_is_right(
    made: Place, history: Database, offices: dict[str, str]
) -> None:
    left = 0
    for office_id in offices.values():
        with history.read(office_id) as session:
            states = [DeliveryState.SENT, DeliveryState.BOUNCED]
            left += len(session.exec(select(Delivery).where(col(Delivery.state).in_(states))).all())
    assert len(list(made.outbox.glob("*.eml"))) == left


def test_the_status_link_opens_with_the_postcode(made: Place, history: Database) -> None:
    with history.read() as session:
        found = status_links.look_up(session, made.facts.status_token)
    assert found is not None
    with history.read(found[0]) as session:
        now = datetime.now(UTC)
        assert status_links.check(session, found[1], made.facts.status_postcode.lower(), now=now).link


def _everything(history: Database, offices: dict[str, str]) -> list[tuple[str, str, int]]:
    found = []
    for office_id in offices.values():
        with history.read(office_id) as session:
            found += [(one.reference, one.status, one.version) for one in session.exec(select(Case))]
    return sorted(found)


def test_a_department_does_not_say_whom_an_mp_s_office_can_help(
    history: Database, offices: dict[str, str]
) -> None:
    texts = {}
    for kind in ("mp", "department"):
        with history.read(offices[kind]) as session:
            sent = select(Message.text).where(Message.kind == MessageKind.ACKNOWLEDGEMENT)
            texts[kind] = " ".join(session.exec(sent).all())
    assert "An MP's office can help" in texts["mp"]
    assert "Your reference is" in texts["department"] and "MP's office" not in texts["department"]
