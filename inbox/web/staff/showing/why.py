"""Why a case is where it is: the trace of the rules, in words."""

from collections.abc import Mapping
from typing import Any

from inbox.models import Decision
from inbox.web.staff.showing import words as say
from inbox.web.views.case_pages import Tried

_FIELDS = {
    "team": "team {}",
    "person": "given to {}",
    "priority": "urgency {}",
    "topics": "topic {}",
    "flags": "marked {}",
    "kind": "kind {}",
    "clocks": "promise {}",
    "acknowledge": "no acknowledgement",
    "draft": "draft from {}",
    "notify": "told {}",
}


_NOT_QUOTED = ("language", "team")


def reason(decision: Decision | None) -> str:
    """The shortest honest reason: the words that were found, else the rules that matched."""
    if decision is None:
        return "Written down by hand."
    found = quoted(decision.trace)
    if found:
        return f"Because it says {_listed(found[:3])}."
    matched = [str(one["rule"]) for one in _considered(decision) if one.get("matched")]
    return f"By {_listed(matched[:2])}." if matched else "No rule matched, so nobody has it yet."


def quoted(trace: Mapping[str, Any]) -> list[str]:
    """The words of the message that decided, most important first, each once."""
    evidence = trace.get("evidence") or {}
    order = ("flags", "priority", "topics", "kind")
    names = [*(name for name in order if name in evidence), *(name for name in evidence if name not in order)]
    words = [
        str(one.get("words") or "") for name in names if name not in _NOT_QUOTED for one in evidence[name]
    ]
    return list(dict.fromkeys(word for word in words if word and len(word) <= 60))


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


def tried(decision: Decision) -> tuple[Tried, ...]:
    """Every rule in the order it was read."""
    return tuple(
        Tried(
            name=str(one["rule"]),
            matched=bool(one["matched"]),
            evidence=(str(one["because"]),) if one.get("because") else (),
            outcome=_outcome(one),
            version=f"Version {one['version']}",
        )
        for one in _considered(decision)
    )


def _outcome(one: Mapping[str, Any]) -> str | None:
    done = [
        _FIELDS.get(name, name + " {}").format(say.sentence(str(value)).lower())
        for name, value in one.get("set") or ()
    ]
    refused = [f"not done: {value}" for _, value in one.get("refused") or ()]
    words = ", ".join([*done, *refused])
    stopped = " Stopped here." if one.get("stopped") else ""
    return f"So: {words}.{stopped}" if words else stopped.strip() or None


def _considered(decision: Decision) -> list[Mapping[str, Any]]:
    found = decision.trace.get("considered")
    return found if isinstance(found, list) else []


def _listed(words: list[str]) -> str:
    marked = [f"“{word}”" for word in words]
    return marked[0] if len(marked) == 1 else f"{', '.join(marked[:-1])} and {marked[-1]}"
