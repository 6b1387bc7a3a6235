"""Rules on a case that is there already: what they may ask of it, and that they act once."""

from datetime import UTC, datetime
from typing import Any

import pytest

from routing.engine import Decision, compile_rules, decide
from routing.facts import CaseFacts
from routing.rule_files import rule_from
from routing.rule_words import describe
from routing.rules import CaseStatus, Trigger
from routing.words import ClockState, Flag, Priority
from routing.working_time import WorkingCalendar

TUESDAY = datetime(2026, 5, 5, 10, tzinfo=UTC)
"""The Monday before it is a bank holiday."""
CALENDAR = WorkingCalendar()
FACTS = CaseFacts(
    received=datetime(2026, 4, 1, 9, tzinfo=UTC),
    subject="Damp",
    status=CaseStatus.WAITING_BODY,
    team="Housing",
    person="priya@example.org",
    clock=(ClockState.RUNNING, ClockState.BREACHED),
    last_heard=datetime(2026, 4, 30, 9, tzinfo=UTC),
    updated=datetime(2026, 5, 1, 9, 30, tzinfo=UTC),
    next_due=datetime(2026, 5, 6, 17, tzinfo=UTC),
    message_count=4,
    changed=frozenset({"status"}),
)


def _asked(
    field: str, operator: str, value: Any = None, trigger: Trigger = Trigger.TIME, **then: Any
) -> Decision:
    condition = {"field": field, "operator": operator} | ({} if value is None else {"value": value})
    conditions = [condition]
    if trigger is Trigger.TIME:
        conditions.append({"field": "received", "operator": "is_set"})
    raw = {"name": "a rule", "trigger": trigger, "when": {"all": conditions}, "then": then or {"team": "X"}}
    return decide(FACTS, compile_rules([rule_from(raw)]), now=TUESDAY, calendar=CALENDAR, trigger=trigger)


@pytest.mark.parametrize(
    ("field", "operator", "value"),
    [
        ("status", "is", "waiting_body"),
        ("status", "is_none_of", ["resolved", "closed"]),
        ("team", "is", "housing"),
        ("person", "is_set", None),
        ("clock", "is", "breached"),
        ("message_count", ">=", 4),
        ("updated", "before", "3 days ago"),
        ("updated", "after", "2 working days ago"),
        ("last_heard", "before", "2 working days ago"),
        ("last_heard", "within_last", "1 week"),
        ("next_due", "within_next", "2 days"),
        ("next_due", "within_next", "1 working day"),
        ("received", "before", "20 working days ago"),
    ],
)
def test_a_case_that_is_there_can_be_asked_about_its_course(field: str, operator: str, value: Any) -> None:
    assert _asked(field, operator, value).considered[0].matched


@pytest.mark.parametrize(
    ("field", "operator", "value"),
    [
        ("status", "is", "new"),
        ("clock", "is", "paused"),
        ("next_due", "has_passed", None),
        ("next_due", "within_next", "1 day"),
        ("updated", "before", "2 working days ago"),
        ("received", "before", "25 working days ago"),
        ("next_due", "is_not_set", None),
    ],
)
def test_what_is_not_so_does_not_match_and_says_what_it_saw(field: str, operator: str, value: Any) -> None:
    (considered,) = _asked(field, operator, value).considered
    assert not considered.matched
    assert considered.because


def test_a_case_without_a_promise_matches_no_comparison_of_dates() -> None:
    raw = {"name": "x", "trigger": "time", "then": {"team": "X"},
           "when": {"all": [{"field": "next_due", "operator": "has_passed"}]}}  # fmt: skip
    decision = decide(
        CaseFacts(received=TUESDAY), [rule_from(raw)], now=TUESDAY, calendar=CALENDAR, trigger=Trigger.TIME
    )
    assert decision.considered[0].because == "the next promised date is not known"


def test_only_what_has_changed_has_changed() -> None:
    assert _asked("status", "has_changed", trigger=Trigger.CHANGE).considered[0].matched
    assert not _asked("team", "has_changed", trigger=Trigger.CHANGE).considered[0].matched


def test_a_rule_that_did_its_part_waits_until_it_has_ceased_to_hold() -> None:
    raw = {"name": "Chase", "trigger": "time", "then": {"notify": ["Housing"]},
           "when": {"all": [{"field": "updated", "operator": "before", "value": "3 days ago"}]}}  # fmt: skip
    rules = compile_rules([rule_from(raw)])
    asked = {"now": TUESDAY, "calendar": CALENDAR, "trigger": Trigger.TIME}
    assert decide(FACTS, rules, **asked).notify == ("Housing",)
    again = decide(FACTS, rules, **asked, done={"Chase"})
    assert again.notify == ()
    assert again.still == {"Chase"}
    assert not again.considered[0].matched


def test_time_never_lowers_a_risk_to_life() -> None:
    facts = CaseFacts(received=FACTS.received, flags=frozenset({Flag.THREAT}), priority=Priority.IMMEDIATE)
    raw = {"name": "Old", "trigger": "time", "then": {"priority": "low", "kind": "spam"},
           "when": {"all": [{"field": "received", "operator": "before", "value": "1 day ago"}]}}  # fmt: skip
    decision = decide(facts, [rule_from(raw)], now=TUESDAY, calendar=CALENDAR, trigger=Trigger.TIME)
    assert decision.priority is Priority.IMMEDIATE
    assert decision.kind is None
    assert [name for name, _ in decision.considered[0].refused] == ["priority", "kind"]


def test_addresses_to_call_add_up_each_once_and_the_trace_names_only_the_host() -> None:
    address = "https://hooks.example.org/secret-part"
    decision = _asked("status", "is", "waiting_body", webhook=address, link="open_cases")
    (call,) = decision.calls
    assert (call.rule, call.version, call.address) == ("a rule", 1, address)
    assert decision.link == "open_cases"
    assert ("calls", "hooks.example.org") in decision.considered[0].set
    assert "secret-part" not in str(decision.considered)


def test_the_sentence_of_a_rule_on_time_says_when_and_keeps_the_address_to_its_host() -> None:
    raw = {"name": "x", "trigger": "time", "then": {"link": "open_cases", "webhook": "https://a.example.org/k"},
           "when": {"all": [{"field": "next_due", "operator": "has_passed"}]}}  # fmt: skip
    assert describe(rule_from(raw)) == (
        "As time passes, if the next promised date has passed, link it with the person's other open cases"
        " and call a.example.org."
    )
