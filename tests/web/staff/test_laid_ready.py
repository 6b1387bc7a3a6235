"""Words that a rule lays ready stand in the composer one key away, and never a second time."""

from inbox.models import Decision, Direction, Role, Template
from tests.factories import a_message
from tests.web.staff.offices import Bench, inbound


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
