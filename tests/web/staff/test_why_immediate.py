"""An Immediate case says which words made it so, by which rule, or who of the office."""

from inbox.history import SYSTEM, Actor, ActorKind, record
from inbox.models import Decision, EventKind, Role
from tests.web.staff.offices import Bench, inbound

WORDS = {
    "what": "need",
    "words": "evicted tomorrow",
    "sentence": "We are evicted tomorrow.",
    "rule": "evicted",
}
BESIDE = {"what": "flag special-category", "words": "inhalers", "sentence": "", "rule": "inhalers"}


def routed(bench: Bench, evidence: dict[str, object], considered: tuple[dict[str, object], ...] = ()) -> None:
    with bench.write() as session:
        case = session.merge(bench.case())
        case.priority = "immediate"
        (message,) = inbound(session, case)
        trace = {"evidence": evidence, "considered": list(considered)}
        facts = {"message_id": message.id, "case_id": case.id, "decided_at": message.received_at}
        session.add(Decision(office_id=case.office_id, trace=trace, **facts))
        now = message.received_at
        record(session, case, EventKind.ROUTED, SYSTEM, now=now, message=message.id, priority="immediate")


def why(bench: Bench) -> str:
    return str(bench.sit(Role.CASEWORKER).get(f"/cases/{bench.reference}/why").text)


def test_the_words_that_made_it_immediate_are_said_and_not_others(bench: Bench) -> None:
    routed(bench, {"flags": [BESIDE], "priority": [WORDS]})
    assert "Immediate because it says “evicted tomorrow”." in why(bench)


def test_a_risk_to_life_is_said_first(bench: Bench) -> None:
    risk = {"what": "self-harm", "words": "end it all", "sentence": "", "rule": "end it all"}
    routed(bench, {"flags": [BESIDE, risk], "priority": [WORDS]})
    assert "Immediate because it says “end it all” and “evicted tomorrow”." in why(bench)


def test_the_rule_that_made_it_immediate_is_named(bench: Bench) -> None:
    rule = {"rule": "Heating in winter", "version": 1, "matched": True, "because": "always",
            "set": [["priority", "immediate"]]}  # fmt: skip
    routed(bench, {}, (rule,))
    assert "Immediate by the rule “Heating in winter”." in why(bench)


def test_whoever_made_it_immediate_by_hand_is_named(bench: Bench) -> None:
    routed(bench, {"priority": [WORDS]})
    with bench.write() as session:
        case = bench.case()
        tom = Actor(ActorKind.STAFF, bench.staff(Role.MANAGER).id, "Tom Bright")
        for after in ("standard", "immediate"):
            record(
                session, case, EventKind.PRIORITY_CHANGED, tom, now=case.received_at, before="", after=after
            )
    assert "Made Immediate by Tom Bright." in why(bench)


def test_nothing_is_said_of_a_case_that_is_not_immediate(bench: Bench) -> None:
    routed(bench, {"priority": [WORDS]})
    with bench.write() as session:
        session.merge(bench.case()).priority = "standard"
    assert "Immediate because" not in why(bench)
