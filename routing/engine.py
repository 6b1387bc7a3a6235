"""Reads the rules from the top over one message and says what follows, with a reason for each rule.

The first rule that sets a team, person, kind, draft or hold keeps it; topics, flags, clocks, people to
notify and addresses to call add up. Risk comes first: whatever the rules say, a threat or a risk of
self-harm is immediate, the named lead is told, it is never answered by a machine and is never filed as
something nobody reads.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from routing.conditions import Test, group_test, needed_by
from routing.facts import CaseFacts, FactsInView
from routing.rule_words import host_of
from routing.rules import NAMED_LEAD, ClockOrder, Rule, Trigger, conditions_of
from routing.word_finding import WordFinder, message_hits, message_words
from routing.words import LIFE_FLAGS, SILENT_FLAGS, Flag, Kind, Priority, Topic
from routing.working_time import WorkingCalendar

ROUND_ROBIN = "round_robin"
SEEN_KINDS = frozenset({Kind.THREAT, Kind.SELF_HARM_RISK, Kind.CASEWORK, Kind.DATA_REQUEST})
"""The kinds that a message with a threat or a risk of self-harm may be given by a rule."""
_LIFE_KINDS = {Kind.THREAT: Flag.THREAT, Kind.SELF_HARM_RISK: Flag.SELF_HARM}
_ONCE = ("team", "person", "draft", "hold", "link")


@dataclass(frozen=True, slots=True)
class Considered:
    """What became of one rule: whether it matched, why, what it set or tried to set."""

    rule: str
    version: int
    matched: bool
    because: str
    set: tuple[tuple[str, str], ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A web address that a rule wants told, and which rule in which version wants it."""

    rule: str
    version: int
    address: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a message goes and what follows. `person` may be `round_robin`; None means not decided.

    `still`: the rules that hold and had done what they do before.
    """

    kind: Kind | None
    priority: Priority
    topics: tuple[Topic, ...] = ()
    flags: frozenset[Flag] = frozenset()
    team: str | None = None
    person: str | None = None
    clocks: tuple[ClockOrder, ...] = ()
    draft: str | None = None
    acknowledge: bool = True
    hold: str | None = None
    notify: tuple[str, ...] = ()
    link: str | None = None
    calls: tuple[Call, ...] = ()
    still: frozenset[str] = frozenset()
    considered: tuple[Considered, ...] = ()


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with its test, and what becomes of it in a message without any of the words that it needs."""

    rule: Rule
    test: Test
    needs: frozenset[str]
    without: Considered | None

    @classmethod
    def of(cls, rule: Rule) -> "CompiledRule":
        needed = None if rule.always else needed_by(rule.when)
        without = Considered(rule.name, rule.version, False, needed.none) if needed else None
        return cls(rule, group_test(rule.when), needed.hits if needed else frozenset(), without)


class CompiledRules:
    """Rules made ready to run, in reading order; make it once per rule set and keep it."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        ordered = sorted((rule for rule in rules if rule.enabled), key=lambda rule: rule.position)
        self.rules = tuple(map(CompiledRule.of, ordered))
        self.asked = frozenset(
            condition.field.value for rule in ordered for condition in conditions_of(rule.when)
        )
        self.finder = WordFinder(word for rule in ordered for word in message_words(rule.when))


def compile_rules(rules: Sequence[Rule]) -> CompiledRules:
    """The rules ready to run; they must have been checked (`rule_checks.check_rules`)."""
    return CompiledRules(rules)


def decide(
    facts: CaseFacts,
    rules: Sequence[Rule] | CompiledRules,
    *,
    now: datetime,
    calendar: WorkingCalendar,
    trigger: Trigger = Trigger.ARRIVAL,
    done: Collection[str] = (),
) -> Decision:
    """What the rules make of one message, with the trace of every rule that was read.

    `done`: names of rules that did their part before and do it again only after they ceased to hold.
    """
    compiled = rules if isinstance(rules, CompiledRules) else CompiledRules(rules)
    decision = _risk_first(facts)
    view = FactsInView(_with(facts, decision), now)
    view.hits = message_hits(compiled.finder, view)
    lacks = frozenset(view.hits).isdisjoint
    considered: list[Considered] = []
    today = calendar.day_of(now)
    for one in compiled.rules:
        rule = one.rule
        if rule.trigger is not trigger:
            continue
        if rule.expires is not None and rule.expires < today:
            considered.append(Considered(rule.name, rule.version, False, f"it expired on {rule.expires}"))
            continue
        if one.without is not None and lacks(one.needs):
            considered.append(one.without)
            continue
        matched, because = (True, "it always applies") if rule.always else one.test(view, calendar)
        if not matched:
            considered.append(Considered(rule.name, rule.version, False, because))
            continue
        if rule.name in done:
            decision = replace(decision, still=decision.still | {rule.name})
            considered.append(
                Considered(rule.name, rule.version, False, f"done before, and still: {because}")
            )
            continue
        decision, set_now, refused = _apply(rule, decision)
        if set_now:
            view.facts = _with(facts, decision)
        considered.append(
            Considered(rule.name, rule.version, True, because, tuple(set_now), tuple(refused), rule.stop)
        )
        if rule.stop:
            break
    is_news = trigger is Trigger.ARRIVAL or not facts.flags & LIFE_FLAGS
    if is_news and decision.flags & LIFE_FLAGS and NAMED_LEAD not in decision.notify:
        decision = replace(decision, notify=(*decision.notify, NAMED_LEAD))
    return replace(decision, considered=tuple(considered))


def _risk_first(facts: CaseFacts) -> Decision:
    flags = facts.flags
    if facts.kind in _LIFE_KINDS:
        flags |= {_LIFE_KINDS[facts.kind]}
    priority = Priority.IMMEDIATE if flags & LIFE_FLAGS else facts.priority
    return Decision(
        kind=facts.kind,
        priority=priority,
        topics=facts.topics,
        flags=frozenset(flags),
        acknowledge=not flags & SILENT_FLAGS,
    )


def _with(facts: CaseFacts, decision: Decision) -> CaseFacts:
    """The facts as the rules so far have changed them, for the rules that follow."""
    return replace(
        facts,
        kind=decision.kind,
        priority=decision.priority,
        topics=decision.topics,
        flags=decision.flags,
        team=decision.team or facts.team,
        person=decision.person or facts.person,
    )


Change = tuple[str, Any, str]
"""A field of the decision, its new value, and why it was refused (empty if it was not)."""


def _apply(rule: Rule, decision: Decision) -> tuple[Decision, list[tuple[str, str]], list[tuple[str, str]]]:
    done: list[tuple[str, str]] = []
    refused: list[tuple[str, str]] = []
    changes: dict[str, Any] = {}
    for name, value, why_not in (*_added(rule, decision), *_chosen(rule, decision)):
        if why_not:
            refused.append((name, why_not))
            continue
        done.append((name, _told(name, value, getattr(decision, name))))
        changes[name] = value
    if changes:
        decision = replace(decision, **changes)
    if decision.flags & LIFE_FLAGS and decision.priority is not Priority.IMMEDIATE:
        decision = replace(decision, priority=Priority.IMMEDIATE)
        done.append(("priority", Priority.IMMEDIATE.value))
    if decision.acknowledge and decision.flags & SILENT_FLAGS:
        decision = replace(decision, acknowledge=False)
        done.append(("acknowledge", "no"))
    return decision, done, refused


def _added(rule: Rule, decision: Decision) -> Iterator[Change]:
    then = rule.then
    if new := [topic for topic in then.topics if topic not in decision.topics]:
        yield "topics", (*decision.topics, *new), ""
    if flags := frozenset(then.flags) - decision.flags:
        yield "flags", decision.flags | flags, ""
    running = {order.kind for order in decision.clocks}
    if clocks := [order for order in then.clocks if order.kind not in running]:
        yield "clocks", (*decision.clocks, *clocks), ""
    if people := [person for person in then.notify if person not in decision.notify]:
        yield "notify", (*decision.notify, *people), ""
    if then.webhook and all(call.address != then.webhook for call in decision.calls):
        yield "calls", (*decision.calls, Call(rule.name, rule.version, then.webhook)), ""


def _chosen(rule: Rule, decision: Decision) -> Iterator[Change]:
    then = rule.then
    in_danger = bool((decision.flags | frozenset(then.flags)) & LIFE_FLAGS)
    if then.priority is not None and then.priority is not decision.priority:
        yield "priority", then.priority, _may_set_priority(then.priority, decision, in_danger)
    if then.kind is not None and then.kind is not decision.kind:
        unseen = in_danger and then.kind not in SEEN_KINDS
        yield (
            "kind",
            then.kind,
            f"{then.kind}: a message with a risk to life stays in sight" if unseen else "",
        )
    for name in _ONCE:
        value, before = getattr(then, name), getattr(decision, name)
        if value is not None and value != before:
            yield name, value, f"{value}: a rule above already said {before}" if before else ""
    if then.acknowledge is False and decision.acknowledge:
        yield "acknowledge", False, ""


def _may_set_priority(wanted: Priority, decision: Decision, in_danger: bool) -> str:
    urgent = decision.priority is Priority.IMMEDIATE or in_danger
    return f"{wanted}: no rule lowers what is immediate" if urgent and wanted.rank else ""


def _told(name: str, value: Any, before: Any) -> str:
    """What a change reads like in the trace: only what is new."""
    if name == "acknowledge":
        return "no"
    if name == "clocks":
        return ", ".join(order.kind.value for order in value[len(before) :])
    if name == "calls":
        return ", ".join(host_of(call.address) for call in value[len(before) :])
    if name == "flags":
        return ", ".join(sorted(value - before))
    if isinstance(value, tuple):
        return ", ".join(map(str, value[len(before) :]))
    return str(value)
