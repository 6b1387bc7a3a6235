"""Routing rules as data: what may be asked of a message, what may follow, and what is refused on save.

A rule is readable JSON, has an owner and a version, and means exactly what `describe` says. There is no
language in it: conditions compare one field with one value, groups combine them three deep at most, and
patterns run on a linear engine.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from routing.words import ClockKind, Flag, Kind, Nation, Priority, Topic, Unit

DEEPEST = 3
MOST_CONDITIONS = 200
MOST_WORDS = 2_000
MOST_TOLD = 10
"""How many names one rule may tell, so that no rule mails a whole office."""

NAMED_LEAD = "named lead"
"""Who is told by that name: the office's lead for safeguarding."""


class Trigger(StrEnum):
    """When a rule is read: as a message arrives, as a case changes, or as time passes."""

    ARRIVAL = "arrival"
    CHANGE = "change"
    TIME = "time"


class FieldName(StrEnum):
    """What a condition may look at; `message` is the subject and the new text together."""

    MESSAGE = "message"
    SUBJECT = "subject"
    TEXT = "text"
    FROM_ADDRESS = "from_address"
    FROM_DOMAIN = "from_domain"
    FROM_NAME = "from_name"
    TO = "to"
    CHANNEL = "channel"
    MESSAGE_KIND = "message_kind"
    MACHINE = "machine"
    KIND = "kind"
    TOPIC = "topic"
    FLAG = "flag"
    LANGUAGE = "language"
    PRIORITY = "priority"
    CONSTITUENCY = "constituency"
    CAMPAIGN = "campaign"
    ATTACHMENT_TYPE = "attachment_type"
    HAS_ATTACHMENT = "has_attachment"
    SCORE = "score"
    OPEN_CASES = "open_cases"
    PREVIOUS_CASES = "previous_cases"
    RECEIVED = "received"
    STATUS = "status"
    TEAM = "team"
    PERSON = "person"
    CLOCK = "clock"
    LAST_HEARD = "last_heard"
    UPDATED = "updated"
    NEXT_DUE = "next_due"
    MESSAGE_COUNT = "message_count"
    SAMPLE = "sample"


class Operator(StrEnum):
    CONTAINS = "contains"
    CONTAINS_NOT = "contains_not"
    IS = "is"
    IS_NOT = "is_not"
    IS_ANY_OF = "is_any_of"
    IS_NONE_OF = "is_none_of"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    WORD_LIST = "word_list"
    MATCHES = "matches"
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    IS_SET = "is_set"
    IS_NOT_SET = "is_not_set"
    BEFORE = "before"
    AFTER = "after"
    WITHIN_LAST = "within_last"
    WITHIN_NEXT = "within_next"
    HAS_PASSED = "has_passed"
    IN_WORKING_TIME = "in_working_time"
    NOT_IN_WORKING_TIME = "not_in_working_time"
    HAS_CHANGED = "has_changed"


class CaseStatus(StrEnum):
    """Whose turn it is on a case."""

    NEW = "new"
    OPEN = "open"
    WAITING_CONSTITUENT = "waiting_constituent"
    WAITING_BODY = "waiting_body"
    RESOLVED = "resolved"
    CLOSED = "closed"


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Value = bool | int | float | str | tuple[str, ...]


class Condition(_Data):
    """One comparison. `value` is left out where the operator needs none."""

    field: FieldName
    operator: Operator
    value: Value | None = None


class Group(_Data):
    """Conditions and groups: every one of `all`, at least one of `any`, not one of `none`."""

    all: tuple["Condition | Group", ...] = ()
    any: tuple["Condition | Group", ...] = ()
    none: tuple["Condition | Group", ...] = ()


class ClockOrder(_Data):
    """A clock to start; amount and unit left out take the office's target for that kind."""

    kind: ClockKind
    amount: Annotated[int, Field(gt=0, le=1000)] | None = None
    unit: Unit | None = None
    nation: Nation | None = None


class Actions(_Data):
    """What follows when a rule matches. `person` is a staff address or `round_robin`.

    `link`: to the person's other open cases. `webhook`: an https address that is told the reference.
    """

    team: Word | None = None
    person: Word | None = None
    priority: Priority | None = None
    kind: Kind | None = None
    topics: tuple[Topic, ...] = ()
    flags: tuple[Flag, ...] = ()
    clocks: tuple[ClockOrder, ...] = ()
    draft: Word | None = None
    acknowledge: Literal[False] | None = None
    hold: Word | None = None
    notify: tuple[Word, ...] = ()
    link: Literal["open_cases"] | None = None
    webhook: Word | None = None


class Rule(_Data):
    """One rule. `always` says on purpose that it has no conditions; `stop` ends the reading here."""

    name: Word
    position: int = 0
    enabled: bool = True
    trigger: Trigger = Trigger.ARRIVAL
    always: bool = False
    when: Group = Group()
    then: Actions = Actions()
    stop: bool = False
    expires: date | None = None
    owner: str = ""
    version: Annotated[int, Field(ge=1)] = 1
    note: str = ""


def conditions_of(group: Group) -> list[Condition]:
    """Every condition in a group and in the groups within it, in reading order."""
    found: list[Condition] = []
    for part in (*group.all, *group.any, *group.none):
        found.extend([part] if isinstance(part, Condition) else conditions_of(part))
    return found


def placed_conditions(group: Group, place: str = "when") -> list[tuple[str, Condition]]:
    """The same with the place of each in words: "when all 2 any 1"."""
    found: list[tuple[str, Condition]] = []
    for kind, parts in (("all", group.all), ("any", group.any), ("none", group.none)):
        for number, part in enumerate(parts, start=1):
            here = f"{place} {kind} {number}"
            found += [(here, part)] if isinstance(part, Condition) else placed_conditions(part, here)
    return found


def depth_of(group: Group) -> int:
    """1 for a flat group, 2 for a group within it, and so on."""
    inner = [depth_of(part) for part in (*group.all, *group.any, *group.none) if isinstance(part, Group)]
    return 1 + max(inner, default=0)


def as_moment(value: Any) -> datetime | None:
    """The aware moment that an absolute date value names, or None if it names none."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
