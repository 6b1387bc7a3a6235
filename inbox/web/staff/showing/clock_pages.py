"""Promises in full: how each is counted, what stood still and why, and the forms that change it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from inbox import clocks as stage
from inbox.clocks import PAUSE_WORDS
from inbox.dates import local_date
from inbox.desk import Desk
from inbox.models import Case, Clock
from inbox.web.staff.showing import clock_words
from inbox.web.views.clocks import ClockCard, Stretch
from inbox.web.views.parts import Act, Choice, Field, FieldKind, Link
from routing.sla import EXTENDABLE, STOPPABLE, PauseCategory
from routing.words import ClockKind, Unit

_UNITS = {
    Unit.WORKING_DAYS: ("working day", "working days"),
    Unit.CALENDAR_DAYS: ("calendar day", "calendar days"),
    Unit.CALENDAR_MONTHS: ("calendar month", "calendar months"),
    Unit.HOURS: ("hour", "hours"),
}
WHOSE = {
    None: "the office’s own days",
    "england": "working days in England",
    "wales": "working days in Wales",
    "scotland": "working days in Scotland",
    "northern-ireland": "working days in Northern Ireland",
    "uk": "days that are no bank holiday anywhere in the UK",
}


def name_of(clock: Clock) -> str:
    return clock_words.NAMES.get(clock.kind, clock.kind)


def cards(
    desk: Desk, case: Case, clocks: Iterable[Clock], now: datetime, *, able: bool
) -> tuple[ClockCard, ...]:
    """Every promise of a case, those that can still be missed first."""
    ordered = sorted(clocks, key=lambda clock: (not stage.is_open(clock), clock.due_at))
    found = []
    for clock in ordered:
        badge = clock_words.of_clock(desk, clock, now)
        if badge is None:
            continue
        can = able and stage.is_open(clock)
        url = f"/cases/{case.reference}/clocks/{clock.id}"
        found.append(
            ClockCard(
                name=name_of(clock),
                badge=badge,
                counted=counted(desk, clock),
                stretches=tuple(_stretches(desk, clock, url, can)),
                links=_links(clock, url) if can else (),
                acts=(Act("It is done", f"{url}/keep"),) if can else (),
            )
        )
    return tuple(found)


def amount(number: int, unit: str) -> str:
    """ "1 working day", "2 calendar months"."""
    one, many = _UNITS[Unit(unit)]
    return f"{number} {one if number == 1 else many}"


def rule_of(number: int, unit: str, nation: str | None) -> str:
    """How a promise of this length is counted, before it is made to anybody."""
    how, days = amount(number, unit), WHOSE.get(nation, "")
    if unit == Unit.HOURS:
        return f"{how} by the clock, night and weekend too"
    if unit == Unit.WORKING_DAYS:
        return f"{how}, by {days}"
    return f"{how}; if that is no working day, the next one. By {days}"


def counted(desk: Desk, clock: Clock) -> str:
    """How a promise is counted, in one sentence."""
    came = local_date(clock.received_at, desk.office.time_zone)
    how = amount(clock.amount, clock.unit)
    if clock.unit == Unit.HOURS:
        return f"{how} by the clock, night and weekend too, from {came}."
    if clock.unit == Unit.WORKING_DAYS:
        return f"{how} after {came}, by {WHOSE.get(clock.nation, clock.nation)}. The day after is day 1."
    return f"{how} from {came}; if that is no working day, the next one. By {WHOSE.get(clock.nation, '')}."


def _stretches(desk: Desk, clock: Clock, url: str, can: bool) -> Iterable[Stretch]:
    for pause in clock.pauses:
        began = local_date(datetime.fromisoformat(str(pause["start"])), desk.office.time_zone)
        end = pause["end"]
        until = f" until {local_date(datetime.fromisoformat(end), desk.office.time_zone)}" if end else ""
        why = PAUSE_WORDS.get(PauseCategory(str(pause["category"])), "") if pause["category"] else ""
        words = f"Stood still from {began}{until}" if end else f"Stands still since {began}"
        yield Stretch(words, f"{why}: {pause['reason']}" if why else "")
    for extra in clock.extensions:
        off = Act("Take it off", f"{url}/extensions/{extra['id']}/off") if can and extra.get("id") else None
        words = f"{amount(int(extra['amount']), str(extra['unit']))} more"
        yield Stretch(words, str(extra["reason"]), off)


def _links(clock: Clock, url: str) -> tuple[Link, ...]:
    kind = ClockKind(clock.kind)
    found: list[Link] = []
    if clock.is_paused:
        found.append(Link("Let it run on", f"{url}/resume"))
    elif STOPPABLE.get(kind, True):
        found.append(Link("Pause it", f"{url}/pause"))
    if kind in EXTENDABLE:
        found.append(Link("Give more time", f"{url}/extend"))
    return (*found, Link("Count anew", f"{url}/restart"))


Typed = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """One act on a promise as a form: what it is called, what it does, and what it needs to know."""

    heading: str
    effects: tuple[str, ...]
    button: str
    fields: Callable[[Clock, Typed, date], tuple[Field, ...]]


def _why(typed: Typed) -> Field:
    return Field("reason", "Why", typed.get("reason", ""), hint="Others will read it.")


def _pausing(clock: Clock, typed: Typed, today: date) -> tuple[Field, ...]:
    allowed = STOPPABLE.get(ClockKind(clock.kind), frozenset(PauseCategory))
    choices = tuple(
        Choice(one, words, typed.get("category") == one)
        for one, words in PAUSE_WORDS.items()
        if one in allowed
    )
    day = typed.get("since", today.isoformat())
    return (
        Field("category", "What we wait for", kind=FieldKind.RADIOS, choices=choices),
        _why(typed),
        Field("since", "Since", day, FieldKind.DATE, hint="Today, or the day on which we asked."),
    )


def _resuming(clock: Clock, typed: Typed, today: date) -> tuple[Field, ...]:
    day = typed.get("at", today.isoformat())
    return (Field("at", "From", day, FieldKind.DATE, hint="Today, or the day on which the answer came."),)


def _extending(clock: Clock, typed: Typed, today: date) -> tuple[Field, ...]:
    units = _units(clock)
    choices = tuple(Choice(one, _UNITS[one][1], typed.get("unit", units[0]) == one) for one in units)
    return (
        Field("amount", "How much more", typed.get("amount", "")),
        Field("unit", "Of what", kind=FieldKind.RADIOS, choices=choices),
        _why(typed),
    )


def _units(clock: Clock) -> tuple[Unit, ...]:
    if clock.unit == Unit.HOURS:
        return (Unit.HOURS,)
    if clock.kind == ClockKind.SUBJECT_ACCESS:
        return (Unit.CALENDAR_MONTHS,)
    return (Unit.WORKING_DAYS, Unit.CALENDAR_DAYS, Unit.CALENDAR_MONTHS)


def _restarting(clock: Clock, typed: Typed, today: date) -> tuple[Field, ...]:
    day = typed.get("received", today.isoformat())
    hint = "The day after is day 1."
    return (Field("received", "When it reached us", day, FieldKind.DATE, hint=hint), _why(typed))


ASKED: Mapping[str, Asked] = {
    "pause": Asked(
        "Pause",
        (
            "The count stands still from that day. When it runs on, the days are given back.",
            "If it had run out before, it stays late.",
        ),
        "Pause it",
        _pausing,
    ),
    "resume": Asked(
        "Let it run on",
        ("The working days on which it stood still are added at its end.",),
        "Let it run on",
        _resuming,
    ),
    "extend": Asked(
        "Give more time",
        ("The new date shows on the case and on the status page.", "It can be taken off again."),
        "Give more time",
        _extending,
    ),
    "restart": Asked(
        "Count anew",
        (
            "For a matter that another department sent on to us.",
            "The same time is counted again from the day after it reached us. Pauses and extra time of the "
            "old count are left behind.",
        ),
        "Count anew",
        _restarting,
    ),
}  # fmt: skip
"""The acts that ask something first."""

_PLACES = {"pause": "category", "resume": "at", "extend": "amount", "restart": "received"}


def place_of(act: str, problem: str | None) -> str:
    """At which field a refusal is shown."""
    words = problem or ""
    if words.startswith("Say why. "):
        return "reason"
    if act == "pause" and ("pause begins" in words or "date" in words or "day" in words):
        return "since"
    return _PLACES[act]
