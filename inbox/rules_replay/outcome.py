"""What a try of other rules comes to: what would be different, on which occasion, for which case."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from inbox.models import Case
from routing.engine import Considered, Decision
from routing.words import Priority

PLACE = ("kind", "priority", "team", "person")
"""What says where a case goes; whoever looks for it looks there."""
OTHER = ("topics", "flags", "clocks", "draft", "acknowledge", "hold", "notify", "link", "calls")


class Occasion(StrEnum):
    """When the rules were read: a letter opened the case or came to it, people changed it, time passes."""

    OPENED = "opened"
    LATER = "later"
    CHANGED = "changed"
    NOW = "now"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would be different for one case. `before` and `after` are in words."""

    case: str
    message: str | None
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A case for which something would be different. `because`: the rules that matched under one set and not
    under the other, each with its reason."""

    case_id: str
    message: str | None
    changes: tuple[Change, ...]
    because: tuple[tuple[str, str, bool], ...]
    leaves_immediate: bool
    occasion: Occasion

    @property
    def goes_elsewhere(self) -> bool:
        return any(change.field in PLACE for change in self.changes)


@dataclass(frozen=True, slots=True)
class Replay:
    """How many letters were tried of how many there are (`later`: of them, those that came to a case
    that was there), how many changes and open cases, and all that would be treated otherwise."""

    messages: int
    of: int
    later: int = 0
    changes_made: int = 0
    open_cases: int = 0
    moved: tuple[Moved, ...] = field(default=())

    @property
    def changes(self) -> tuple[Change, ...]:
        return tuple(change for one in self.moved for change in one.changes)

    @property
    def elsewhere(self) -> tuple[Moved, ...]:
        return tuple(one for one in self.moved if one.goes_elsewhere)

    @property
    def leaving_immediate(self) -> tuple[Moved, ...]:
        return tuple(one for one in self.moved if one.leaves_immediate)


def cases_of(found: Iterable[Moved]) -> int:
    """How many cases these are: one may be moved on several occasions."""
    return len({one.case_id for one in found})


def compared(
    case: Case, before: Decision, after: Decision, *, message: str | None, occasion: Occasion,
    fields: Sequence[str] = (*PLACE, *OTHER),
) -> Moved | None:  # fmt: skip
    """What would be different in `fields`; None where nothing would."""
    changes = tuple(
        Change(case.reference, message, name, _told(getattr(before, name)), _told(getattr(after, name)))
        for name in fields
        if getattr(before, name) != getattr(after, name)
    )
    if not changes:
        return None
    leaves = before.priority is Priority.IMMEDIATE and after.priority is not Priority.IMMEDIATE
    return Moved(case.id, message, changes, _because(before, after), leaves, occasion)


def _because(before: Decision, after: Decision) -> tuple[tuple[str, str, bool], ...]:
    """Rule, its reason, and whether it is the others that it matches under."""
    old, new = _matched(before), _matched(after)
    lost = _all(before) | _all(after)
    found = [(one.rule, one.because, True) for name, one in new.items() if name not in old]
    gone = [name for name in old if name not in new]
    return (*found, *((name, lost.get(name, "it is read no more"), False) for name in gone))


def _matched(decision: Decision) -> dict[str, Considered]:
    return {one.rule: one for one in decision.considered if one.matched}


def _all(decision: Decision) -> dict[str, str]:
    return {one.rule: one.because for one in decision.considered if not one.matched}


def _told(value: object) -> str:
    if value is None or value == () or value == frozenset():
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (tuple, frozenset)):
        return ", ".join(sorted(str(_word(one)) for one in value))
    return str(value)


def _word(one: object) -> object:
    """A clock by its kind, a call by the rule that wants it: its address may be a secret."""
    return getattr(one, "kind", None) or getattr(one, "rule", None) or one
