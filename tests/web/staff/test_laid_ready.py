"""Words that a rule lays ready stand in the composer one key away, and never a second time."""

import pytest
from sqlmodel import Session, select

from inbox.models import Area, Channel, Constituent, Decision, Direction, Role, Template
from inbox.outbox import Purpose
from tests.factories import a_delivery, a_message
from tests.web.staff.offices import Bench, inbound

TURNED_AWAY = "Dear {{name}}\n\nThe MP for {{their_constituency}} is {{their_member}}. Please write there."


def lay_ready(session: Session, bench: Bench, name: str, body: str, language: str = "en") -> None:
    case = bench.case()
    title = f"The letter {name} ({language})"
    session.add(
        Template(office_id=case.office_id, name=name, language=language, title=title, body=body)
    )  # fmt: skip
    (message,) = inbound(session, case)
    facts = {"message_id": message.id, "case_id": case.id, "decided_at": message.received_at}
    trace = {"draft": name, "considered": []}
    session.add(Decision(office_id=case.office_id, trace=trace, **facts))


def the_person_lives_elsewhere(bench: Bench) -> None:
    """In a seat that the table knows, which is not the office's."""
    with bench.write() as session:
        session.merge(bench.house.office).constituency = "Wexcombe"
        person = session.exec(select(Constituent)).one()
        person.postcode = "ZZ77 1AA"
        for code, seat, member in (
            ("ZZ10", "Wexcombe", "Rowan Ashby"),
            ("ZZ77", "Far Marl", "Dilys Probert"),
        ):
            session.add(Area(boundaries="2024-07-04", code=code, constituency=seat, member=member))


def composer(bench: Bench) -> str:
    return bench.sit(Role.CASEWORKER).get(f"/cases/{bench.reference}?write=reply").text


def words_in(page: str) -> str:
    """What stands in the composer's field."""
    return page.partition('<textarea class="input" id="text"')[2].partition("</textarea>")[0]


def a_case_for_crisis_words(bench: Bench) -> None:
    case = bench.case()
    with bench.write() as session:
        body = "Dear {{name}}\n\nIf you are in danger now, call 999.\n\n[What we will do next]"
        session.add(Template(office_id=case.office_id, name="crisis", title="Crisis words", body=body))
        (message,) = inbound(session, case)
        facts = {"message_id": message.id, "case_id": case.id, "decided_at": message.received_at}
        trace = {"draft": "crisis", "considered": []}
        session.add(Decision(office_id=case.office_id, trace=trace, **facts))


def test_the_composer_begins_with_the_words_that_a_rule_laid_ready(bench: Bench) -> None:
    a_case_for_crisis_words(bench)
    page = bench.sit(Role.CASEWORKER).get(f"/cases/{bench.reference}?write=reply").text
    assert "Dear Donna Fretwell\n\nIf you are in danger now, call 999." in page
    assert "Laid ready by a rule: Crisis words. Read it before you send it." in page
    assert "What we will do next" in page, "the gap is named, and blocks sending"


def test_the_question_whether_an_address_is_theirs_is_no_answer(bench: Bench) -> None:
    a_case_for_crisis_words(bench)
    case = bench.case()
    with bench.write() as session:
        asked = a_message(session, case_id=case.id, direction=Direction.OUTBOUND, text="Is this yours?")
        channel = session.exec(select(Channel)).first()
        assert channel is not None
        a_delivery(session, channel, message_id=asked.id, purpose=Purpose.PROOF)
    assert "Laid ready by a rule: Crisis words." in composer(bench)


def test_nothing_is_laid_ready_once_somebody_was_answered(bench: Bench) -> None:
    a_case_for_crisis_words(bench)
    case = bench.case()
    with bench.write() as session:
        a_message(
            session,
            case_id=case.id,
            direction=Direction.OUTBOUND,
            text="Dear Donna",
            received_at=case.received_at,
        )
    page = bench.sit(Role.CASEWORKER).get(f"/cases/{bench.reference}?write=reply").text
    assert "Laid ready by a rule" not in page


def test_whoever_lives_elsewhere_is_told_whose_they_are_by_name(bench: Bench) -> None:
    the_person_lives_elsewhere(bench)
    with bench.write() as session:
        lay_ready(session, bench, "not-ours", TURNED_AWAY)
    assert "The MP for Far Marl is Dilys Probert. Please write there." in words_in(composer(bench))


def test_a_letter_that_cannot_name_the_right_mp_is_not_laid_ready(bench: Bench) -> None:
    with bench.write() as session:
        lay_ready(session, bench, "our-own-redirect", TURNED_AWAY)
    page = composer(bench)
    assert "Please write there" not in words_in(page)
    assert "we do not know who the right MP is" in page


@pytest.mark.parametrize(
    "standing",
    [{"priority": "immediate"}]
    + [{"flags": [f]} for f in ("threat", "self-harm", "safeguarding", "domestic-abuse", "confidential")],
)
def test_nobody_in_danger_or_in_a_hurry_is_turned_away_by_what_a_rule_laid_ready(
    bench: Bench, standing: dict[str, object]
) -> None:
    the_person_lives_elsewhere(bench)
    with bench.write() as session:
        lay_ready(session, bench, "not-ours", TURNED_AWAY)
        case = session.merge(bench.case())
        for name, value in standing.items():
            setattr(case, name, value)
    page = composer(bench)
    assert "Please write there" not in words_in(page)
    assert "It turns people away, so it is not put in on an urgent case." in page


def test_staff_who_read_no_welsh_see_what_a_welsh_letter_says(bench: Bench) -> None:
    with bench.write() as session:
        lay_ready(session, bench, "holding", "Annwyl {{name}}\n\nMae eich neges gennym.", "cy")
        english = Template(office_id=bench.house.office.id, name="holding", title="We have it",
                           body="Dear {{name}}\n\nWe have your message of {{received_on}}.")  # fmt: skip
        session.add(english)
        session.exec(select(Constituent)).one().language = "cy"
    page = composer(bench)
    assert "Annwyl Donna Fretwell" in page
    assert "What these words say in English" in page
    assert "Dear Donna Fretwell\n\nWe have your message of" in page
