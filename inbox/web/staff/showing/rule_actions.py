"""What a rule is called, who answers for it and what follows, as fields of a form and back."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from inbox.dates import as_iso
from inbox.rules.names import NAMED_LEAD, Names
from inbox.web.staff.showing.rule_form import select
from inbox.web.views.parts import Choice, Field, FieldKind, Group
from routing.engine import ROUND_ROBIN
from routing.plain_words import plain
from routing.rule_fields import TRIGGER_WORDS
from routing.words import ClockKind, Flag, Kind, Nation, Priority, Topic, Unit

Form = Mapping[str, Sequence[str]]
NOTHING = ("", "No change")
_AFTER = (("", "Go on with the next rule"), ("yes", "Read no further rules"))


def head(raw: Mapping[str, Any], names: Names, people: Mapping[str, str]) -> Group:
    """What it is called, when it is read, who owns it, until when."""
    triggers = [(str(trigger), words[0].upper() + words[1:]) for trigger, words in TRIGGER_WORDS.items()]
    owners = [("", "Nobody"), *((one, people.get(one, one)) for one in names.people)]
    fields = (
        Field("name", "Name", str(raw.get("name", ""))),
        select("trigger", "Read it", triggers, str(raw.get("trigger", "arrival"))),
        select("owner", "Who answers for it", owners, str(raw.get("owner", "")).lower()),
        Field("expires", "Counts until", _day(raw.get("expires")), optional=True,
              hint="The last day, like 30 June 2026"),
        Field("always", "It applies to every message: it has no conditions on purpose", kind=FieldKind.TICK,
              checked=bool(raw.get("always"))),
    )  # fmt: skip
    return Group("The rule", fields)


def then(raw: Mapping[str, Any], names: Names, people: Mapping[str, str]) -> Group:
    """What most rules do."""
    does = raw.get("then", {})
    givers = [NOTHING, (ROUND_ROBIN, "The next person of the team in turn")]
    givers += [(one, people.get(one, one)) for one in names.people]
    fields = (
        select("team", "Send it to team", [NOTHING, *((one, one) for one in names.teams)],
               _said(does, "team")),
        select("person", "Give it to", givers, _said(does, "person").lower()),
        select("priority", "Make it", [NOTHING, *((one, plain(one)) for one in Priority)],
               _said(does, "priority")),
        select("stop", "After this rule", _AFTER, "yes" if raw.get("stop") else ""),
    )  # fmt: skip
    return Group("What follows", fields)


def more(raw: Mapping[str, Any], names: Names, people: Mapping[str, str]) -> Group:
    """What some rules do."""
    does = raw.get("then", {})
    told = {str(name).lower() for name in does.get("notify", ())}
    tellable = [(NAMED_LEAD, "The named lead"), *((one, f"Team {one}") for one in names.teams)]
    tellable += [(one, people.get(one, one)) for one in names.people]
    fields = (
        select("kind", "Call it", [NOTHING, *((one, plain(one)) for one in Kind)], _said(does, "kind")),
        _ticks("topics", "Add topics", [(str(one), plain(one)) for one in Topic], does.get("topics", ())),
        _ticks("flags", "Raise flags", [(str(one), plain(one)) for one in Flag], does.get("flags", ())),
        Field("clocks", "Start clocks", "\n".join(map(_clock, does.get("clocks", ()))), FieldKind.AREA,
              optional=True, hint=f"One on each line: {', '.join(ClockKind)}. With a length of its own: "
              "“foi 20 working days”, and whose days count: “foi 20 working days uk”."),
        select("draft", "Lay this draft ready", [NOTHING, *((one, one) for one in names.drafts)],
               _said(does, "draft")),
        select("acknowledge", "Acknowledgement", [("", "As usual"), ("no", "Send none")],
               "no" if does.get("acknowledge") is False else ""),
        Field("hold", "Hold it for a person, because", _said(does, "hold"), optional=True),
        _ticks("notify", "Tell by email", tellable, told),
        select("link", "Link it", [("", "No"), ("open_cases", "With the person’s other open cases")],
               _said(does, "link")),
        Field("webhook", "Call a web address", _said(does, "webhook"), optional=True,
              hint="https only. It is told the reference and where to look, never what anybody wrote."),
        Field("note", "Note for those who read this rule", str(raw.get("note", "")), FieldKind.AREA,
              optional=True),
    )  # fmt: skip
    return Group("More that may follow", fields)


def raw_of(form: Form, when: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, as a rule in plain data; what makes no sense stands in it, for the check to refuse."""
    does: dict[str, Any] = {
        name: value
        for name in ("team", "person", "priority", "kind", "draft", "hold", "link", "webhook")
        if (value := _one(form, name))
    }
    does |= {name: found for name in ("topics", "flags", "notify") if (found := _many(form, name))}
    if clocks := [_order(line) for line in _one(form, "clocks").splitlines() if line.strip()]:
        does["clocks"] = clocks
    if _one(form, "acknowledge") == "no":
        does["acknowledge"] = False
    raw: dict[str, Any] = {"name": _one(form, "name"), "when": dict(when), "then": does}
    if not when:
        raw["always"] = _one(form, "always") == "yes"
    raw |= {name: value for name in ("trigger", "owner", "note") if (value := _one(form, name))}
    if _one(form, "stop"):
        raw["stop"] = True
    if words := _one(form, "expires"):
        raw["expires"] = as_iso(words)
    return raw


def _order(line: str) -> dict[str, Any]:
    """A clock from words: its kind, then perhaps a length, then perhaps a nation."""
    kind, *rest = line.lower().replace(",", " ").split()
    order: dict[str, Any] = {"kind": kind}
    if rest and rest[-1] in {str(one) for one in Nation}:
        order["nation"] = rest.pop()
    if rest:
        order["amount"] = rest[0]
        unit = "_".join(rest[1:])
        order["unit"] = unit if unit.endswith("s") or not unit else f"{unit}s"
    return order


def _clock(order: Mapping[str, Any]) -> str:
    words = [str(order.get("kind", ""))]
    if order.get("amount"):
        words += [str(order["amount"]), str(order.get("unit") or Unit.WORKING_DAYS).replace("_", " ")]
    return " ".join([*words, *([str(order["nation"])] if order.get("nation") else [])])


def _day(value: Any) -> str:
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        return str(value or "")
    return f"{day.day} {day:%B %Y}"


def _ticks(name: str, label: str, choices: Sequence[tuple[str, str]], chosen: Any) -> Field:
    held = {str(one).lower() for one in chosen}
    options = tuple(Choice(value, words, value.lower() in held) for value, words in choices)
    return Field(name, label, kind=FieldKind.TICKS, choices=options)


def _one(form: Form, name: str) -> str:
    return next(iter(form.get(name, ())), "").replace("\r\n", "\n").strip()


def _many(form: Form, name: str) -> list[str]:
    return [word for word in form.get(name, ()) if word]


def _said(does: Mapping[str, Any], name: str) -> str:
    return str(does.get(name) or "")
