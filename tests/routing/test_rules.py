"""Rules as files: what is refused and how it is said, what comes back the same, what a rule means."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.rule_checks import RulesRefused
from routing.rule_files import default_rules, rule_from, rule_set_from_json, rule_set_to_json
from routing.rule_words import describe
from routing.words import OfficeKind

DAMP = {"field": "text", "operator": "word_list", "value": ["damp", "mould"]}
HOUSING = {"name": "Housing", "when": {"any": [DAMP]}, "then": {"team": "Housing", "priority": "priority"}}


def _refusal(**changes: Any) -> str:
    with pytest.raises(RulesRefused) as refused:
        rule_from({**HOUSING, **changes})
    return str(refused.value)


def _condition(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    condition = {"field": field, "operator": operator, "value": value}
    return {"all": [{key: given for key, given in condition.items() if given is not None}]}


def test_a_good_rule_is_accepted_and_says_what_it_means() -> None:
    rule = rule_from({**HOUSING, "stop": True, "then": {"team": "Housing", "clocks": [{"kind": "enquiry"}]}})
    assert describe(rule) == (
        'If the text has one of the words "damp" or "mould", send it to Housing,'
        " start the enquiry clock and read no further rules."
    )


def test_a_rule_with_every_part_still_reads_as_a_sentence() -> None:
    rule = rule_from(
        {
            "name": "Everything",
            "trigger": "change",
            "enabled": False,
            "expires": "2026-12-31",
            "when": {
                "all": [
                    {"field": "subject", "operator": "is_set"},
                    {"any": [DAMP, {"field": "score", "operator": ">=", "value": 80}]},
                ],
                "none": [{"field": "has_attachment", "operator": "is", "value": True}],
            },
            "then": {
                "person": "round_robin",
                "kind": "casework",
                "topics": ["housing-social"],
                "flags": ["vulnerable"],
                "clocks": [{"kind": "foi", "amount": 1, "unit": "calendar_months", "nation": "uk"}],
                "draft": "hello",
                "acknowledge": False,
                "hold": "Wait.",
                "notify": ["ann@example.org", "ben@example.org"],
            },
        }
    )
    assert describe(rule) == (
        "Switched off: When a case changes, if the subject is known and"
        ' (the text has one of the words "damp" or "mould" or the score is at least 80),'
        " and it has no attachment,"
        " give it to the next person in turn, call it Casework, add the topic Social housing,"
        " raise the flag Vulnerable, start the freedom of information clock of 1 calendar month"
        " by the calendar of uk,"
        ' lay the draft "hello" ready, send no acknowledgement, hold it: Wait and'
        " tell ann@example.org and ben@example.org. Until 31 December 2026."
    )


def test_fixed_words_are_said_by_their_names_and_a_denial_in_its_own_words() -> None:
    when = {
        "any": [
            {"field": "flag", "operator": "is_any_of", "value": ["self-harm", "domestic-abuse"]},
            {"field": "kind", "operator": "is", "value": "self-harm-risk"},
        ],
        "none": [
            {"field": "constituency", "operator": "is", "value": "not_ours"},
            {"field": "campaign", "operator": "is_set"},
        ],
    }
    rule = rule_from({"name": "A", "when": when, "then": {"notify": ["named lead"], "priority": "immediate"}})
    assert describe(rule) == (
        "If the flag is one of Self-harm or Domestic abuse or the kind is Risk of self-harm,"
        " and the constituency is not somebody else’s and the campaign is not known, make it Immediate and"
        " tell the named lead."
    )


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"when": _condition("subjekt", "is", "x")}, 'there is no field "subjekt". Did you mean "subject"?'),
        ({"when": _condition("subject", "contain", "x")}, 'no operator "contain". Did you mean "contains"?'),
        ({"when": _condition("topic", "is", "housing")}, 'there is no "housing". Did you mean "housing-'),
        ({"when": _condition("score", "contains", "x")}, "the score cannot be asked"),
        ({"when": _condition("score", ">", "many")}, 'compared with a number, not "many"'),
        ({"when": _condition("score", ">", True)}, "compared with a number"),
        ({"when": _condition("has_attachment", "is", "yes")}, "is true or false"),
        ({"when": _condition("text", "word_list", "damp")}, "takes a list"),
        ({"when": _condition("text", "contains", ["damp"])}, "takes one value"),
        ({"when": _condition("text", "contains")}, "needs a value"),
        ({"when": _condition("text", "contains", " ")}, "compared with words"),
        ({"when": _condition("text", "is_set", "x")}, "takes no value"),
        ({"when": _condition("attachment_type", "is", "pdf")}, 'ask whether it contains "pdf"'),
        ({"when": _condition("text", "matches", "(?<=a)b")}, "cannot be used"),
        ({"when": _condition("text", "matches", "(a{1000}){1000}")}, "cannot be used"),
        ({"when": _condition("received", "within_last", "soon")}, "not a length of time"),
        ({"when": _condition("received", "before", "2026-05-01")}, "is not a time"),
        ({"when": _condition("status", "has_changed")}, "only a rule that is read when a case changes"),
        ({"when": _condition("text", "has_changed"), "trigger": "change"}, "the text never changes"),
        ({"when": _condition("updated", "before", "3 days ago")}, "is not known yet when a message arrives"),
        ({"when": _condition("status", "is", "open"), "trigger": "time"}, "needs a condition on a time"),
        ({"when": {}, "always": True, "trigger": "time"}, "needs a condition on a time"),
        (
            {"when": _condition("received", "within_next", "2026-05-01T09:00:00+01:00")},
            "not a length of time",
        ),
        ({"then": {"notify": [f"p{n}@example.org" for n in range(11)]}}, "tells at most 10"),
        ({"then": {"webhook": "http://example.org/x"}}, "a webhook is an https address"),
        ({"then": {"webhook": "https://me:secret@example.org/x"}}, "a webhook is an https address"),
        ({"then": {"link": "everything"}}, "then link"),
        ({"when": {}}, "it has no conditions"),
        ({"always": True}, "says always, yet has conditions"),
        ({"then": {}}, "it does nothing"),
        ({"then": {"prio": "low"}}, 'there is no "prio". Did you mean "priority"?'),
        ({"then": {"priority": "urgent"}}, 'there is no "urgent"'),
        ({"then": {"acknowledge": True}}, "then acknowledge"),
        ({"when": {"all": [{"any": [{"all": [{"any": [DAMP]}]}]}]}}, "more than 3 deep"),
        ({"when": {"any": [DAMP] * 201}}, "more than 200 conditions"),
        ({"when": {"any": [DAMP, {"all": []}]}}, "this group is empty"),
        ({"when": {"every": [DAMP]}}, '"every" is not a group'),
        ({"when": {"any": ["damp"]}}, "has a field, an operator and a value"),
        ({"when": {"any": [{**DAMP, "because": "x"}]}}, 'a condition has no "because"'),
        ({"when": [DAMP]}, "conditions stand in groups"),
        ({"position": 10**9}, "the position must lie"),
        ({"version": 0}, "version"),
    ],
)
def test_a_rule_without_meaning_is_refused_with_a_plain_sentence(changes: Any, says: str) -> None:
    message = _refusal(**changes)
    assert message.startswith('Rule "Housing"')
    assert says in message


def test_a_fixed_word_is_nearest_by_its_code_or_by_its_name() -> None:
    assert 'Did you mean "housing-social"?' in _refusal(when=_condition("topic", "is", "housing-socail"))
    assert 'Did you mean "nhs-access"?' in _refusal(when=_condition("topic", "is", "Getting NHS car"))


def test_the_sentence_says_every_topic_and_counts_the_words_of_a_long_list() -> None:
    topics = ["housing-social", "housing-private", "homelessness", "planning", "asb", "passports", "tax"]
    words = [f"word{number}" for number in range(9)]
    assert "Passports or Tax, " in describe(
        rule_from({**HOUSING, "when": _condition("topic", "is_any_of", topics)})
    )
    assert '"word5" or 3 more, ' in describe(
        rule_from({**HOUSING, "when": _condition("text", "word_list", words)})
    )


def test_the_place_of_a_fault_deep_inside_is_named() -> None:
    assert _refusal(
        when={"all": [{"any": [DAMP, {"field": "x", "operator": "is", "value": "y"}]}]}
    ).startswith('Rule "Housing", when all 1 any 2:')


def test_every_fault_of_a_file_is_told_at_once_and_equal_names_are_one_of_them() -> None:
    empty = {"name": "housing", "when": {}, "then": {"team": "x"}}
    text = json.dumps({"format": "casework-inbox/rules", "version": 1, "rules": [HOUSING, empty]})
    with pytest.raises(RulesRefused) as refused:
        rule_set_from_json(text)
    assert len(refused.value.problems) == 2


def test_what_is_misspelt_in_several_rules_and_places_is_told_at_once() -> None:
    first = {**HOUSING, "when": {"all": [{"field": "mesage", "operator": "contains", "value": "x"}]},
             "then": {"topics": ["schools", "housing-socail"]}}  # fmt: skip
    second = {**HOUSING, "name": "Second", "then": {"priority": "hihg"}}
    third = {**HOUSING, "name": "Third", "when": {}}
    text = json.dumps({"format": "casework-inbox/rules", "version": 1, "rules": [first, second, third]})
    with pytest.raises(RulesRefused) as refused:
        rule_set_from_json(text)
    assert [(one.rule, one.place) for one in refused.value.problems] == [
        ("Housing", "when all 1"),
        ("Housing", "then topics 2"),
        ("Second", "then priority"),
        ("Third", "when"),
    ]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format":"casework-inbox/rules","version":9}', "[" * 5000]
)
def test_a_file_that_is_no_rule_file_is_refused(text: str) -> None:
    with pytest.raises(RulesRefused, match="the file"):
        rule_set_from_json(text)


@pytest.mark.parametrize("rules", ["x", [1], [None], [{"when": 3}]])
def test_rules_that_are_no_rules_are_refused(rules: Any) -> None:
    with pytest.raises(RulesRefused):
        rule_set_from_json(json.dumps({"format": "casework-inbox/rules", "version": 1, "rules": rules}))


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | inner)
)
def test_no_plain_data_breaks_the_reading_of_a_rule(value: Any) -> None:
    for raw in (
        value,
        {**HOUSING, "when": value},
        {**HOUSING, "then": value},
        {**HOUSING, "when": {"any": value}},
    ):
        with pytest.raises(RulesRefused):
            rule_set_from_json(
                json.dumps({"format": "casework-inbox/rules", "version": 1, "rules": [raw, HOUSING, HOUSING]})
            )


@pytest.mark.parametrize("office", list(OfficeKind))
def test_the_default_pack_comes_back_from_its_file_the_same(office: OfficeKind) -> None:
    rules = default_rules(office)
    text = rule_set_to_json(rules)
    assert rule_set_from_json(text) == rules
    assert rule_set_to_json(rule_set_from_json(text)) == text
    assert all(describe(rule).endswith(".") for rule in rules)
