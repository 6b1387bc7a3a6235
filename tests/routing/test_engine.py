"""What the engine decides: order, stop, the trace, and that risk comes first whatever the rules say."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.engine import ROUND_ROBIN, Decision, compile_rules, decide
from routing.facts import CaseFacts
from routing.rule_files import default_rules, rule_from
from routing.rules import ClockOrder, Rule, Trigger
from routing.words import (
    ClockKind,
    ConstituencyState,
    Flag,
    Kind,
    Language,
    Machine,
    MessageKind,
    Nation,
    OfficeKind,
    Priority,
    Topic,
    Unit,
)
from routing.working_time import WorkingCalendar

NOW = datetime(2026, 5, 5, 10, tzinfo=UTC)
CALENDAR = WorkingCalendar()
FACTS = CaseFacts(
    received=NOW,
    subject="Damp again",
    text="Black mould all over the kids' room.\nMy email is café@example.org",
    from_address="donna@mail.example.org",
    from_name="Donna Fretwell",
    to=("office@example.org", "help@example.org"),
    attachment_types=("image/jpeg",),
    topics=(Topic.HOUSING_SOCIAL,),
    kind=Kind.CASEWORK,
    open_cases=2,
    score=40.0,
)


def _rule(when: dict[str, Any] | None = None, **then: Any) -> Rule:
    name = then.pop("name", "a rule")
    more = {
        key: then.pop(key) for key in ("stop", "position", "expires", "trigger", "enabled") if key in then
    }
    raw = {"name": name, "always": when is None, "when": when or {}, "then": then or {"team": "X"}, **more}
    return rule_from(raw)


def _decide(*rules: Rule, facts: CaseFacts = FACTS) -> Decision:
    return decide(facts, compile_rules(rules), now=NOW, calendar=CALENDAR)


def _holds(field: str, operator: str, value: Any = None, facts: CaseFacts = FACTS) -> bool:
    condition = {"field": field, "operator": operator} | ({} if value is None else {"value": value})
    return _decide(_rule({"all": [condition]}), facts=facts).considered[0].matched


@pytest.mark.parametrize(
    ("field", "operator", "value"),
    [
        ("subject", "contains", "DAMP"),
        ("subject", "is", "damp  again"),
        ("subject", "is_any_of", ["leak", "Damp again"]),
        ("subject", "starts_with", "damp"),
        ("subject", "ends_with", "again"),
        ("text", "contains", "cafe@"),
        ("text", "contains_not", "leak"),
        ("text", "is_not", "leak"),
        ("text", "is_none_of", ["leak", "mould"]),
        ("text", "word_list", ["leak", "black mould"]),
        ("message", "word_list", ["damp"]),
        ("text", "matches", r"m[ou]+ld\b"),
        ("from_domain", "is", "mail.example.org"),
        ("from_name", "word_list", ["fretwell"]),
        ("to", "is", "help@example.org"),
        ("to", "contains", "office"),
        ("channel", "is_any_of", ["email", "web"]),
        ("message_kind", "is", "message"),
        ("machine", "is_not_set", None),
        ("kind", "is", "casework"),
        ("topic", "is_any_of", ["planning", "housing-social"]),
        ("flag", "is_not", "threat"),
        ("language", "is", "en"),
        ("constituency", "is", "unknown"),
        ("campaign", "is_not_set", None),
        ("attachment_type", "starts_with", "image/"),
        ("has_attachment", "is", True),
        ("open_cases", ">", 1),
        ("open_cases", "is", 2),
        ("previous_cases", "<=", 0),
        ("score", "<", 40.5),
        ("score", "is_set", None),
        ("received", "within_last", "1 hour"),
        ("received", "after", "2026-05-01T00:00:00+01:00"),
        ("received", "after", "3 days ago"),
        ("received", "in_working_time", None),
    ],
)
def test_a_condition_that_holds_matches(field: str, operator: str, value: Any) -> None:
    assert _holds(field, operator, value)


@pytest.mark.parametrize(
    ("field", "operator", "value"),
    [
        ("subject", "word_list", ["mould"]),
        ("text", "word_list", ["damp", "moul"]),
        ("text", "is_not_set", None),
        ("from_name", "word_list", ["fret"]),
        ("kind", "is_none_of", ["casework"]),
        ("topic", "is_not", "housing-social"),
        ("flag", "is", "threat"),
        ("machine", "is", "bounce"),
        ("has_attachment", "is_not", True),
        ("campaign", "is_set", None),
        ("score", ">=", 41),
        ("received", "before", "2026-05-01T00:00:00+01:00"),
        ("received", "not_in_working_time", None),
    ],
)
def test_a_condition_that_fails_does_not_match_and_says_what_it_saw(
    field: str, operator: str, value: Any
) -> None:
    condition = {"field": field, "operator": operator} | ({} if value is None else {"value": value})
    considered = _decide(_rule({"all": [condition]})).considered[0]
    assert not considered.matched
    assert considered.because


def test_a_number_that_is_not_known_matches_no_comparison() -> None:
    assert not _holds("score", "<", 100, CaseFacts(received=NOW))


def test_a_change_is_only_seen_by_rules_that_wait_for_one() -> None:
    changed = CaseFacts(received=NOW, changed=frozenset({"topic"}))
    rule = _rule({"all": [{"field": "topic", "operator": "has_changed"}]}, team="New", trigger="change")
    assert _decide(rule, facts=changed).considered == ()
    decision = decide(changed, [rule], now=NOW, calendar=CALENDAR, trigger=Trigger.CHANGE)
    assert decision.team == "New"


def test_the_trace_shows_the_words_in_their_place() -> None:
    rule = _rule({"any": [{"field": "message", "operator": "word_list", "value": ["mould"]}]}, team="Housing")
    (considered,) = _decide(rule).considered
    assert (
        considered.because
        == 'the subject or text has "mould": "Black mould all over the kids\' room. My email"'
    )
    assert considered.set == (("team", "Housing"),)


def test_groups_combine_all_any_and_none() -> None:
    damp = {"field": "message", "operator": "word_list", "value": ["damp"]}
    leak = {"field": "message", "operator": "word_list", "value": ["leak"]}
    assert _decide(_rule({"all": [damp], "any": [leak, damp], "none": [leak]})).considered[0].matched
    assert not _decide(_rule({"all": [damp], "none": [damp]})).considered[0].matched
    assert not _decide(_rule({"any": [leak, leak]})).considered[0].matched
    assert not _decide(_rule({"all": [damp, leak]})).considered[0].matched
    assert _decide(_rule({"all": [{"any": [{"none": [leak]}]}]})).considered[0].matched


def test_rules_are_read_by_position_the_first_word_stands_and_stop_ends_it() -> None:
    decision = _decide(
        _rule(None, name="third", position=3, team="Never", stop=True),
        _rule(None, name="first", position=1, team="First", topics=["planning"]),
        _rule(None, name="second", position=2, team="Second", topics=["planning", "send"], stop=True),
    )
    assert decision.team == "First"
    assert decision.topics == (Topic.HOUSING_SOCIAL, Topic.PLANNING, Topic.SEND)
    assert [one.rule for one in decision.considered] == ["first", "second"]
    assert decision.considered[1].stopped
    assert decision.considered[1].set == (("topics", "send"),)
    assert decision.considered[1].refused == (("team", "Second: a rule above already said First"),)


def test_what_one_rule_sets_the_next_one_sees() -> None:
    ordered = _decide(
        _rule(None, name="a", position=1, flags=["vulnerable"]),
        _rule(
            {"all": [{"field": "flag", "operator": "is", "value": "vulnerable"}]},
            name="b",
            position=2,
            team="Care",
        ),
    )
    assert ordered.team == "Care"


def test_expired_and_switched_off_rules_do_nothing_and_the_expired_one_says_so() -> None:
    decision = _decide(
        _rule(None, name="old", team="Old", expires=str(date(2026, 5, 4))),
        _rule(None, name="today", team="Today", expires=str(date(2026, 5, 5)), position=1),
        _rule(None, name="off", team="Off", enabled=False, position=2),
    )
    assert decision.team == "Today"
    assert decision.considered[0].because == "it expired on 2026-05-04"
    assert len(decision.considered) == 2


def test_a_rule_sets_everything_it_may_set() -> None:
    decision = _decide(
        _rule(
            None,
            team="Housing",
            person=ROUND_ROBIN,
            priority="priority",
            kind="office",
            topics=["planning"],
            flags=["vulnerable"],
            clocks=[{"kind": "foi", "amount": 20, "unit": "working_days", "nation": "uk"}],
            draft="hello",
            acknowledge=False,
            hold="wait",
            notify=["ann@example.org"],
        )
    )
    assert decision == Decision(
        kind=Kind.OFFICE,
        priority=Priority.PRIORITY,
        topics=(Topic.HOUSING_SOCIAL, Topic.PLANNING),
        flags=frozenset({Flag.VULNERABLE}),
        team="Housing",
        person=ROUND_ROBIN,
        clocks=(ClockOrder(kind=ClockKind.FOI, amount=20, unit=Unit.WORKING_DAYS, nation=Nation.UK),),
        draft="hello",
        acknowledge=False,
        hold="wait",
        notify=("ann@example.org",),
        considered=decision.considered,
    )


def test_a_clock_is_ordered_once() -> None:
    clock = [{"kind": "enquiry"}]
    decision = _decide(_rule(None, name="a", clocks=clock), _rule(None, name="b", clocks=clock))
    assert [order.kind for order in decision.clocks] == [ClockKind.ENQUIRY]


@pytest.mark.parametrize("flag", [Flag.THREAT, Flag.SELF_HARM])
@pytest.mark.parametrize("kind", [Kind.SPAM, Kind.CAMPAIGN, Kind.ABUSE, Kind.AUTO_REPLY, Kind.NOT_OURS])
def test_no_rule_sorts_a_risk_to_life_low_or_out_of_sight(flag: Flag, kind: Kind) -> None:
    facts = CaseFacts(received=NOW, flags=frozenset({flag}), kind=Kind.CASEWORK)
    decision = _decide(_rule(None, priority="low", kind=kind.value, stop=True), facts=facts)
    assert decision.priority is Priority.IMMEDIATE
    assert decision.kind is Kind.CASEWORK
    assert decision.flags == {flag}
    assert not decision.acknowledge
    assert {what for what, _ in decision.considered[0].refused} == {"priority", "kind"}


def test_a_kind_of_risk_is_enough_to_count_as_risk() -> None:
    decision = _decide(_rule(None, priority="low"), facts=CaseFacts(received=NOW, kind=Kind.THREAT))
    assert (decision.priority, decision.flags) == (Priority.IMMEDIATE, {Flag.THREAT})


def test_a_rule_that_finds_a_risk_makes_it_immediate_and_silent_at_once() -> None:
    decision = _decide(_rule(None, flags=["self-harm"], priority="low", kind="spam"))
    assert decision.priority is Priority.IMMEDIATE
    assert decision.kind is Kind.CASEWORK
    assert not decision.acknowledge


@pytest.mark.parametrize("flag", [Flag.THREAT, Flag.SELF_HARM])
def test_the_named_lead_is_told_of_a_risk_to_life_whatever_the_rules_say(flag: Flag) -> None:
    facts = replace(FACTS, flags=frozenset({flag}))
    above = _rule(team="Casework", stop=True, position=1)
    below = _rule(name="told", notify=["named lead"], position=2)
    assert _decide(facts=facts).notify == ("named lead",)
    assert _decide(above, below, facts=facts).notify == ("named lead",)
    assert _decide(below, facts=facts).notify == ("named lead",), "once"
    assert _decide(_rule(notify=["ann@example.org"]), facts=facts).notify == ("ann@example.org", "named lead")
    assert _decide(above).notify == ()


def test_the_named_lead_is_not_told_anew_each_time_a_rule_looks_at_the_case_again() -> None:
    known = replace(FACTS, flags=frozenset({Flag.THREAT}))
    lately = {"all": [{"field": "received", "operator": "within_last", "value": "1 hour"}]}
    later = _rule(lately, team="Casework", trigger="time")
    found = _rule(lately, flags=["threat"], trigger="time")

    def told(rule: Rule, facts: CaseFacts) -> tuple[str, ...]:
        rules = compile_rules([rule])
        return decide(facts, rules, now=NOW, calendar=CALENDAR, trigger=Trigger.TIME).notify

    assert told(later, known) == ()
    assert told(found, FACTS) == ("named lead",)


def test_what_is_immediate_for_another_reason_is_not_lowered_either() -> None:
    facts = CaseFacts(received=NOW, priority=Priority.IMMEDIATE)
    assert _decide(_rule(None, priority="standard"), facts=facts).priority is Priority.IMMEDIATE


OPERATIONS = st.fixed_dictionaries(
    {},
    optional={
        "priority": st.sampled_from([priority.value for priority in Priority]),
        "kind": st.sampled_from([kind.value for kind in Kind]),
        "flags": st.lists(st.sampled_from([flag.value for flag in Flag]), max_size=2),
        "team": st.sampled_from(["A", "B"]),
        "hold": st.just("wait"),
    },
).filter(bool)


@given(st.lists(OPERATIONS, max_size=6), st.sampled_from([Flag.THREAT, Flag.SELF_HARM]))
def test_no_set_of_rules_lowers_hides_or_answers_a_risk_to_life(thens: list[Any], flag: Flag) -> None:
    rules = []
    for number, then in enumerate(thens):
        if set(then) == {"flags"} and not then["flags"]:
            continue
        rules.append(_rule(None, name=str(number), position=number, **then))
    facts = CaseFacts(received=NOW, flags=frozenset({flag}), kind=Kind.CASEWORK)
    decision = _decide(*rules, facts=facts)
    assert decision.priority is Priority.IMMEDIATE
    assert flag in decision.flags
    assert not decision.acknowledge
    assert decision.kind in {Kind.CASEWORK, Kind.THREAT, Kind.SELF_HARM_RISK, Kind.DATA_REQUEST}


@given(st.text(max_size=300), st.text(max_size=60))
def test_any_text_gets_a_decision(text: str, subject: str) -> None:
    facts = CaseFacts(received=NOW, text=text, subject=subject)
    assert decide(facts, default_rules(OfficeKind.MP), now=NOW, calendar=CALENDAR).team


def test_a_word_list_finds_words_under_accents_zero_width_signs_and_look_alike_letters() -> None:
    for text in ("Black MOULD", "mo\u200buld", "m\u043euld", "móuld", "Bläck  mould"):
        facts = CaseFacts(received=NOW, text=text)
        assert _holds("text", "word_list", ["mould"], facts), text


def _pack(office: OfficeKind, **facts: Any) -> Decision:
    return decide(CaseFacts(received=NOW, **facts), default_rules(office), now=NOW, calendar=CALENDAR)


def test_the_pack_of_a_members_office_sends_each_to_its_place() -> None:
    office = OfficeKind.MP
    threat = _pack(office, kind=Kind.THREAT, flags=frozenset({Flag.THREAT}))
    assert (threat.team, threat.priority, threat.acknowledge) == ("Safeguarding", Priority.IMMEDIATE, False)
    harm = _pack(office, kind=Kind.SELF_HARM_RISK, flags=frozenset({Flag.SELF_HARM}))
    assert (harm.team, harm.draft) == ("Safeguarding", "crisis")
    elsewhere = _pack(office, kind=Kind.NOT_OURS, constituency=ConstituencyState.NOT_OURS)
    assert elsewhere.draft == "not-ours"
    copy = _pack(office, kind=Kind.CAMPAIGN, campaign="banks")
    assert (copy.team, copy.priority, copy.acknowledge) == ("Campaigns", Priority.LOW, False)
    assert _pack(office, kind=Kind.MEDIA).team == "Press"
    data = _pack(office, kind=Kind.DATA_REQUEST)
    assert [clock.kind for clock in data.clocks] == [ClockKind.SUBJECT_ACCESS]
    spam = _pack(office, kind=Kind.SPAM)
    assert (spam.priority, spam.clocks, spam.acknowledge) == (Priority.LOW, (), False)
    damp = _pack(office, kind=Kind.CASEWORK, topics=(Topic.HOUSING_SOCIAL,))
    assert damp.team == "Housing"
    assert [clock.kind for clock in damp.clocks] == [ClockKind.ACKNOWLEDGE, ClockKind.FIRST_REPLY]
    assert _pack(office, machine=Machine.BOUNCE).considered[-1].stopped


@pytest.mark.parametrize("flag", ["threat", "self-harm", "safeguarding", "domestic-abuse", "confidential"])
def test_the_pack_lays_no_letter_ready_that_turns_somebody_in_danger_away(flag: str) -> None:
    away: dict[str, Any] = {"kind": Kind.NOT_OURS, "constituency": ConstituencyState.NOT_OURS}
    assert _pack(OfficeKind.MP, **away, flags=frozenset({Flag(flag)})).draft != "not-ours"
    urgent = _pack(OfficeKind.MP, **away, priority=Priority.IMMEDIATE)
    assert (urgent.draft, urgent.team) == (None, "Casework"), "and it still has its place"


def test_the_pack_of_a_department_has_its_lanes() -> None:
    office = OfficeKind.DEPARTMENT
    member = _pack(office, from_address="rowan.ashby@parliament.uk", text="On behalf of my constituent")
    assert (member.team, member.notify) == ("Ministerial correspondence", ("Ministerial correspondence",))
    foi = _pack(office, text="This is a Freedom of Information request")
    assert (foi.team, foi.kind) == ("FOI and data", Kind.DATA_REQUEST)
    assert foi.clocks[0].nation is Nation.UK
    party = _pack(office, flags=frozenset({Flag.PARTY_POLITICAL}))
    assert (party.draft, bool(party.hold)) == ("party-redirect", True)
    assert _pack(office, kind=Kind.MEDIA).team == "Press office"
    assert Flag.RESTRICTED in _pack(office, text="I am a whistleblower").flags
    public = _pack(office, text="When will you reply?", message_kind=MessageKind.LETTER)
    assert [clock.kind for clock in public.clocks] == [ClockKind.ACKNOWLEDGE, ClockKind.FIRST_REPLY]


SIGNED = "Please answer this week.\nRowan Ashby, Member of Parliament for Wexcombe and Marl Valley"
MEMBERS: tuple[dict[str, str], ...] = (
    {"from_address": "rowan.ashby.mp@parliament.uk"},
    {"from_address": "office@rowan.ashby.parliament.uk"},
    {"from_address": "dilys.probert@senedd.wales"},
    {"from_name": "Rowan Ashby MP"},
    {"from_name": "Office of Rowan Ashby (MP)"},
    {"from_name": "Iona Kerr MSP"},
    {"from_name": "Dilys Probert MS"},
    {"from_name": "The Rt Hon Jane Day MP"},
    {"from_name": "Baroness Ode of Marl"},
    {"text": SIGNED},
    {"text": "Yours, Rowan Ashby\nMP for Wexcombe\nHouse of Commons"},
    {"text": "Yn gywir, Dilys Probert\nAelod Seneddol dros Arlwyn"},
)


@pytest.mark.parametrize("signs", MEMBERS, ids=lambda signs: next(iter(signs.values()))[-24:])
@pytest.mark.parametrize(
    "taken_for", [Kind.MEDIA, Kind.CAMPAIGN, Kind.SPAM, Kind.POLICY_VIEW, Kind.NOT_OURS, Kind.CASEWORK]
)
def test_a_members_letter_is_a_members_letter_whatever_its_words_suggest(
    signs: dict[str, str], taken_for: Kind
) -> None:
    flags = frozenset({Flag.MEDIA}) if taken_for is Kind.MEDIA else frozenset()
    campaign = "banks" if taken_for is Kind.CAMPAIGN else None
    letter = _pack(OfficeKind.DEPARTMENT, kind=taken_for, flags=flags, campaign=campaign, **signs)
    assert (letter.team, letter.priority) == ("Ministerial correspondence", Priority.PRIORITY)
    assert letter.kind in (Kind.CASEWORK, Kind.POLICY_VIEW) and letter.acknowledge
    assert {ClockKind.REFERRAL, ClockKind.ACKNOWLEDGE} <= {clock.kind for clock in letter.clocks}


@pytest.mark.parametrize(
    "facts",
    [
        {"from_name": "Ms Jane Smith", "text": "I asked my MP for help and heard nothing."},
        {"from_name": "Smith, Jane Ms"},
        {"from_name": "Peter Lord"},
        {"text": "I wrote to Rowan Ashby MP for Wexcombe, who told me to write to you."},
        {"kind": Kind.MEDIA, "text": "A member of the House of Lords told us: my constituents are angry."},
        {"from_name": "Rowan Ashby MP", "machine": Machine.AUTO_REPLY},
    ],
)
def test_who_only_speaks_of_a_member_is_not_taken_for_one(facts: dict[str, Any]) -> None:
    assert _pack(OfficeKind.DEPARTMENT, **facts).team != "Ministerial correspondence"


def test_a_threat_in_a_members_letter_stays_a_threat() -> None:
    letter = _pack(OfficeKind.DEPARTMENT, kind=Kind.THREAT, from_name="Rowan Ashby MP")
    assert (letter.team, letter.kind, letter.priority) == ("Safeguarding", Kind.THREAT, Priority.IMMEDIATE)
    assert ClockKind.REFERRAL in {clock.kind for clock in letter.clocks} and not letter.acknowledge


def test_old_mail_is_seen_as_outside_the_last_days() -> None:
    old = CaseFacts(received=NOW - timedelta(days=4), language=Language.WELSH)
    assert not _holds("received", "within_last", "3 days", old)
    assert _holds("language", "is", "cy", old)
