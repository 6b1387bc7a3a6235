"""A letter that may be a threat hides itself and nothing else; its banner is true, and can be denied."""

from datetime import timedelta

import pytest
from sqlmodel import select

from inbox import matches, merging, teaching
from inbox.history import SYSTEM
from inbox.models import Case, Clock, Direction, Event, Message, MessageKind, Role, Staff
from tests.factories import a_delivery, a_message
from tests.web.staff.offices import Bench, a_letter

WORDS = "I know where you park and I will be waiting"
OLD_TITLE, OLD_WORDS = "Damp at 14 Quarry Road", "black mould all over the kids room since October"
BANNER, NOTHING = "This may be a threat", "Nothing was sent in answer to this letter."
DENY = "This is no threat"


@pytest.fixture
def joined(bench: Bench) -> str:
    """An old case of damp, to which a letter that may be a threat was added by hand."""
    hostile = a_letter(
        bench, name="Donna Fretwell", address="d@example.net", subject="your days are numbered", text=WORDS,
        flags=["threat"], kind="threat", priority="immediate",
    )  # fmt: skip
    with bench.write() as session:
        source = session.exec(select(Case).where(Case.reference == hostile)).one()
        target = session.exec(select(Case).where(Case.reference == bench.reference)).one()
        letter = session.exec(select(Message).where(Message.case_id == source.id)).one()
        letter.proposed_case_id, letter.proposed_because = target.id, "same_person"
        session.flush()
        now = letter.received_at + timedelta(minutes=1)
        matches.accept(session, bench.desk(session), letter, now=now, actor=SYSTEM)
    return bench.reference


def deny(
    bench: Bench, reference: str, role: Role = Role.CASEWORKER, *, why: str = "A figure of speech"
) -> int:
    form = {"danger": "threat", "why": why, "priority": "standard"}
    return bench.sit(role).press(f"/cases/{reference}/no-danger", form).status_code


def letters(bench: Bench, reference: str) -> list[list[str]]:
    with bench.read() as session:
        case = session.exec(select(Case).where(Case.reference == reference)).one()
        rows = session.exec(select(Message).where(Message.case_id == case.id).order_by(Message.id))
        return [row.risks for row in rows if row.direction == Direction.INBOUND]


def answer(bench: Bench, reference: str, purpose: str, state: str) -> None:
    """Something for the person, written by the caseworker, that fares so."""
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == reference)).one()
        writer = session.exec(select(Staff).where(Staff.id == bench.staff(Role.CASEWORKER).id)).one()
        kind = MessageKind.ACKNOWLEDGEMENT if purpose == "acknowledgement" else MessageKind.MESSAGE
        row = a_message(
            session, case_id=case.id, direction=Direction.OUTBOUND, kind=kind, author_id=writer.id
        )
        channel = bench.desk(session).channels[case.channel_id or ""]
        a_delivery(session, channel, case_id=case.id, message_id=row.id, purpose=purpose, state=state,
                   sent_at=row.received_at)  # fmt: skip


@pytest.mark.parametrize("page", ["/queue/all", "/queue/safeguarding", "/search?q=mould"])
def test_an_old_case_keeps_its_title_in_lists_when_a_threat_is_added_to_it(
    bench: Bench, joined: str, page: str
) -> None:
    shown = bench.sit(Role.CASEWORKER).get(page).text
    assert joined in shown and OLD_TITLE in shown
    assert WORDS not in shown


def test_the_earlier_letter_stays_readable_and_the_threat_is_folded_away(bench: Bench, joined: str) -> None:
    shown = bench.sit(Role.CASEWORKER).get(f"/cases/{joined}").text
    before, _, folded = shown.partition("May upset: a threat. Show")
    assert OLD_TITLE in before and OLD_WORDS in before
    assert WORDS in folded and WORDS not in before
    assert shown.count("May upset: a threat") == 1


def test_the_risk_still_comes_first(bench: Bench, joined: str) -> None:
    case = bench.case(joined)
    assert case.priority == "immediate" and "threat" in case.flags
    shown = bench.sit(Role.CASEWORKER).get(f"/cases/{joined}").text
    assert BANNER in shown and NOTHING in shown


@pytest.mark.parametrize(
    ("purpose", "state", "words"),
    [
        ("reply", "sent", "The automatic first answer was held back."),
        ("reply", "delivered", "Answered by Caseworker Person"),
        ("reply", "queued", "An answer is on its way and has not left yet."),
        ("reply", "unknown", "We do not know if an answer was sent"),
        ("reply", "failed", NOTHING),
        ("enquiry", "sent", NOTHING),
        ("acknowledgement", "sent", "An automatic first answer left"),
    ],
)
def test_the_banner_says_what_was_sent_since(
    bench: Bench, joined: str, purpose: str, state: str, words: str
) -> None:
    answer(bench, joined, purpose, state)
    shown = bench.sit(Role.CASEWORKER).get(f"/cases/{joined}").text
    assert words in shown
    assert (NOTHING in shown) is (words == NOTHING)


def test_one_press_with_a_reason_says_that_it_is_no_threat(bench: Bench, joined: str) -> None:
    assert deny(bench, joined) == 303
    case = bench.case(joined)
    assert "threat" not in case.flags and case.priority == "standard"
    assert letters(bench, joined) == [[], []]
    shown = bench.sit(Role.CASEWORKER).get(f"/cases/{joined}").text
    assert BANNER not in shown and "May upset" not in shown
    assert "No threat. A figure of speech" in shown


def test_undo_puts_the_danger_back_where_it_was(bench: Bench, joined: str) -> None:
    before, risks = bench.case(joined), letters(bench, joined)
    desk = bench.sit(Role.CASEWORKER)
    form = {"danger": "threat", "why": "A figure of speech", "priority": "low"}
    told = desk.press(f"/cases/{joined}/no-danger", form).headers["location"]
    desk.press(f"/undo/{told.partition('done=')[2]}")
    after = bench.case(joined)
    assert (after.flags, after.priority, after.kind) == (before.flags, before.priority, before.kind)
    assert letters(bench, joined) == risks == [[], ["threat"]]


def test_a_case_that_was_a_threat_from_its_first_word_gets_its_title_its_kind_and_a_promise(
    bench: Bench,
) -> None:
    reference = a_letter(
        bench,
        address="p@example.net",
        subject="you will pay",
        flags=["threat"],
        kind="threat",
        priority="immediate",
    )
    with bench.write() as session:
        for clock in session.exec(select(Clock)):
            session.delete(clock)
    assert deny(bench, reference) == 303
    case = bench.case(reference)
    assert (case.kind, case.is_title_hidden) == ("casework", False)
    assert case.next_due_at is not None
    assert "you will pay" in bench.sit(Role.CASEWORKER).get("/queue/to-sort").text


def test_a_letter_nobody_has_answered_makes_the_case_it_joins_unanswered_again_and_undo_takes_that_back(
    bench: Bench,
) -> None:
    harm = a_letter(bench, address="h@example.net", flags=["self-harm"], priority="immediate")
    with bench.write() as session:
        source, target = (
            session.exec(select(Case).where(Case.reference == one)).one() for one in (harm, bench.reference)
        )
        target.status, target.answered_at = "open", target.received_at
        event = merging.merge(session, source, target, now=target.received_at, actor=SYSTEM)
    assert bench.case().answered_at is None
    assert "Now: waiting" in bench.sit(Role.CASEWORKER).get(f"/cases/{bench.reference}").text
    with bench.write() as session:
        row = session.exec(select(Event).where(Event.id == event)).one()
        merging.undo_merge(session, row, now=row.at, actor=SYSTEM)
    assert bench.case().answered_at is not None and "self-harm" in bench.case(harm).flags


def test_it_needs_a_reason(bench: Bench, joined: str) -> None:
    assert deny(bench, joined, why=" ") == 422
    assert "threat" in bench.case(joined).flags


@pytest.mark.parametrize("role", [Role.CHECKER, Role.SIGNATORY])
def test_who_may_not_sort_is_not_offered_it_and_cannot(bench: Bench, joined: str, role: Role) -> None:
    assert DENY not in bench.sit(role).get(f"/cases/{joined}").text
    assert deny(bench, joined, role) == 403
    assert "threat" in bench.case(joined).flags


def test_a_second_danger_keeps_the_case_immediate(bench: Bench) -> None:
    reference = a_letter(
        bench, address="s@example.net", flags=["threat", "self-harm"], kind="threat", priority="immediate"
    )
    deny(bench, reference)
    case = bench.case(reference)
    assert (case.priority, case.flags) == ("immediate", ["self-harm"])
    assert "Nobody is in danger here" in bench.sit(Role.CASEWORKER).get(f"/cases/{reference}").text


def test_the_learning_takes_nothing_from_it(bench: Bench, joined: str) -> None:
    deny(bench, joined)
    bench.sit(Role.CASEWORKER).press(f"/cases/{joined}/priority", {"priority": "low"})
    with bench.read() as session:
        case = session.exec(select(Case).where(Case.reference == joined)).one()
        assert teaching.lesson_of(session, case, since=0)[1] == []


def test_the_flag_put_on_and_taken_off_by_hand_is_laid_to_the_newest_letter(bench: Bench) -> None:
    desk, url = bench.sit(Role.CASEWORKER), f"/cases/{bench.reference}/facts"
    case = bench.case()
    same = {"name": "Donna Fretwell", "postcode": "ZZ10 4AB", "language": "en", "subject": case.subject,
            "priority": case.priority, "kind": case.kind}  # fmt: skip
    assert desk.press(url, {**same, "flag": "threat", "why": "Read the end"}).status_code == 303
    assert letters(bench, bench.reference) == [["threat"]] and bench.case().is_title_hidden
    assert desk.press(url, {**same, "why": "It was a joke"}).status_code == 303
    assert letters(bench, bench.reference) == [[]] and not bench.case().is_title_hidden
