"""Why a case is where it is: the trace of the rules, in words."""

from collections.abc import Collection, Mapping, Sequence
from textwrap import shorten
from typing import Any

from sqlmodel import Session, col, select

from inbox.models import Case, Decision, Event, EventKind, Rule, RuleFiring, RuleVersion
from inbox.web.staff.showing import history_words
from inbox.web.staff.showing import words as say
from inbox.web.views.case_pages import Tried
from inbox.web.views.parts import Link
from routing.plain_words import listed, plain
from routing.rules import NAMED_LEAD
from routing.weighing import WEIGHED_WORDS
from routing.words import LIFE_FLAGS, Priority

_FIELDS = {
    "team": "sent to {}",
    "person": "given to {}",
    "priority": "made {}",
    "topics": "topic {}",
    "flags": "marked {}",
    "kind": "called {}",
    "clocks": "promised: {}",
    "acknowledge": "no acknowledgement",
    "draft": "draft from {}",
    "notify": "{} told",
    "link": "linked with {}",
    "calls": "called {}",
    "hold": "held: {}",
}


_NOT_QUOTED = ("language", "team")
_LONGEST_WORDS, _LONGEST_SENTENCE = 60, 120


def reason(decision: Decision | None) -> str:
    """The shortest honest reason: the words that were found, else the rules that matched."""
    if decision is None:
        return "Written down by hand."
    found = quoted(decision.trace)
    if found:
        return f"Because it says {_listed(found[:3])}."
    matched = [str(one["rule"]) for one in _considered(decision) if one.get("matched")]
    return f"By {_listed(matched[:2])}." if matched else "No rule matched, so nobody has it yet."


def urgency(session: Session, case: Case) -> str:
    """Why a case is Immediate: the words that made it so, the rule, or who said so. Empty for any other."""
    if case.priority != Priority.IMMEDIATE:
        return ""
    made = _made_immediate(session, case)
    if made is None:
        return ""
    if made.kind != EventKind.ROUTED:
        return f"Made Immediate by {history_words.who(made)}."
    query = select(Decision).where(Decision.message_id == str(made.detail.get("message")))
    decision = session.exec(query).first()
    evidence = decision.trace.get("evidence") if decision is not None else None
    if decision is None or not isinstance(evidence, dict):
        return ""
    life = [one for one in evidence.get("flags") or () if any(risk in one["what"] for risk in LIFE_FLAGS)]
    if found := quoted({"evidence": {"flags": life, "priority": evidence.get("priority") or ()}}):
        return f"Immediate because it says {_listed(found[:2])}."
    rules = [
        str(one["rule"]) for one in _considered(decision) if ["priority", "immediate"] in one.get("set", [])
    ]
    return f"Immediate by the rule {_listed(rules[:1])}." if rules else ""


def _made_immediate(session: Session, case: Case) -> Event | None:
    """The last act that turned the case Immediate from what it was before."""
    kinds = (EventKind.ROUTED, EventKind.PRIORITY_CHANGED)
    query = select(Event).where(Event.case_id == case.id, col(Event.kind).in_([str(one) for one in kinds]))
    made: Event | None = None
    for event in session.exec(query.order_by(col(Event.sequence))):
        now = event.detail.get("priority" if event.kind == EventKind.ROUTED else "after")
        made = (made or event) if now == Priority.IMMEDIATE else None
    return made


def quoted(trace: Mapping[str, Any]) -> list[str]:
    """The words of the message that decided, most important first, each once.

    Where no word of a sentence is a sign alone but all were weighed together, the sentence.
    """
    evidence = trace.get("evidence") or {}
    order = ("flags", "priority", "topics", "kind")
    names = [*(name for name in order if name in evidence), *(name for name in evidence if name not in order)]
    found = [one for name in names if name not in _NOT_QUOTED for one in evidence[name]]
    return list(dict.fromkeys(words for one in found if (words := _words_of(one))))


def _words_of(one: Mapping[str, Any]) -> str:
    if str(one.get("rule", "")).startswith(WEIGHED_WORDS):
        return shorten(str(one.get("sentence") or ""), _LONGEST_SENTENCE, placeholder=" …")
    words = str(one.get("words") or "")
    return words if len(words) <= _LONGEST_WORDS else ""


def taught(decision: Decision, teams: Mapping[str, str]) -> tuple[str, ...]:
    """What the office itself taught, one sentence for each answer it spoke for. `teams`: names by id."""
    evidence = decision.trace.get("evidence")
    found = [one for some in evidence.values() for one in some] if isinstance(evidence, dict) else []
    own = [one for one in found if str(one.get("rule", "")).startswith("learned from ")]
    return tuple(
        f"{_answer(str(one['what']), teams)}: {one['rule']}, by the words {_listed(words[:4])}."
        for one in own
        if (words := [word for word in str(one.get("words") or "").split(", ") if word])
    )


def suggested_team(decision: Decision | None) -> tuple[str, str] | None:
    """The team that the office moves such messages to, and why, if it taught one."""
    evidence = decision.trace.get("evidence") if decision is not None else None
    found = evidence.get("team") if isinstance(evidence, dict) else None
    if not found:
        return None
    words = [word for word in str(found[0]["words"]).split(", ") if word]
    reason = f"{str(found[0]['rule']).capitalize()}: {_listed(words[:3])}." if words else ""
    return str(found[0]["what"]).removeprefix("team "), reason


def _answer(what: str, teams: Mapping[str, str]) -> str:
    model, _, name = what.partition(" ")
    named = {
        "topic": say.topic(name), "kind": say.KINDS.get(name, name), "team": teams.get(name, "that is gone"),
    }.get(model, name)  # fmt: skip
    return f"{model.capitalize()} {named}"


def tried(session: Session, decision: Decision) -> tuple[Tried, ...]:
    """Every rule in the order it was read."""
    considered = _considered(decision)
    ids = kept_ids(session, {str(one["rule"]) for one in considered})
    return tuple(_tried(one, ids) for one in considered)


def later(session: Session, case: Case) -> tuple[Tried, ...]:
    """What rules on change and on time did to the case since, newest first."""
    query = select(RuleFiring).where(RuleFiring.case_id == case.id).order_by(col(RuleFiring.fired_at).desc())
    return tuple(
        _tried(row.trace, {str(row.trace["rule"]): row.rule_id}) for row in session.exec(query.limit(50))
    )


def deciding(decision: Decision, rules: Sequence[Tried]) -> Link | None:
    """The rule that said where the message goes; else the first that matched."""
    named = dict(zip((id(one) for one in rules), _considered(decision), strict=True))
    matched = [one for one in rules if one.matched and one.url]
    placed = (
        one for one in matched if {"team", "person"} & {name for name, _ in named[id(one)].get("set", ())}
    )
    found = next(placed, next(iter(matched), None))
    return Link(f"Open the rule “{found.name}”", found.url or "", "e") if found else None


def kept_ids(session: Session, names: Collection[str]) -> dict[str, str]:
    """Where rules of these names are kept, those that are gone by how they stood last."""
    old = select(RuleVersion.name, RuleVersion.rule_id).where(col(RuleVersion.name).in_(names))
    now = select(Rule.name, Rule.id).where(col(Rule.name).in_(names))
    return {**dict(session.exec(old.order_by(col(RuleVersion.id))).all()), **dict(session.exec(now).all())}


def _tried(one: Mapping[str, Any], ids: Mapping[str, str]) -> Tried:
    name, version = str(one["rule"]), one["version"]
    return Tried(
        name=name,
        matched=bool(one["matched"]),
        evidence=(str(one["because"]),) if one.get("because") else (),
        outcome=_outcome(one),
        version=f"Version {version}",
        url=f"/rules/{ids[name]}?version={version}" if name in ids else None,
    )


def _outcome(one: Mapping[str, Any]) -> str | None:
    done = [
        _FIELDS.get(name, name + " {}").format(_said(name, str(value)))
        for name, value in one.get("set") or ()
    ]
    refused = [f"not done: {value.replace(': ', ', because ', 1)}" for _, value in one.get("refused") or ()]
    words = ", ".join([*done, *refused])
    stopped = " Stopped here." if one.get("stopped") else ""
    return f"So: {words}.{stopped}" if words else stopped.strip() or None


def _said(field: str, value: str) -> str:
    """What a rule set, in words: the fixed words by their names, what people named as they wrote it."""
    if field == "notify":
        return f"the {value}" if value == NAMED_LEAD else value
    if field not in ("kind", "priority", "topics", "flags", "clocks"):
        return value
    return listed([plain(one) for one in value.split(", ")], "and")


def _considered(decision: Decision) -> list[Mapping[str, Any]]:
    found = decision.trace.get("considered")
    return found if isinstance(found, list) else []


def _listed(words: list[str]) -> str:
    marked = [f"“{word}”" for word in words]
    return marked[0] if len(marked) == 1 else f"{', '.join(marked[:-1])} and {marked[-1]}"
