"""The pages of the rules: the list, one rule with its form, and what it would do to old mail."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from inbox.web.views.parts import Act, Badge, Choice, Field, Group, Link, Notice, Problem, Shell


@dataclass(frozen=True, slots=True)
class RuleCard:
    """One rule of the list: what it means, and who answers for it."""

    number: int
    name: str
    url: str
    sentence: str
    about: str
    badges: tuple[Badge, ...]
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class RulesPage:
    """`/rules`: every rule in the order of reading."""

    template: ClassVar[str] = "staff/rules/index.html"
    shell: Shell
    rules: tuple[RuleCard, ...]
    new: Link | None
    export: Link
    calls: Link
    load: Group | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """One condition as three fields; `path` says where it stands and begins their names."""

    path: str
    label: str
    fields: tuple[Choice, ...]
    operators: tuple[Choice, ...]
    value: str
    is_long: bool
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class ConditionList:
    """The conditions of one kind (all, any, none) in one group; `add` are the values of buttons that add."""

    path: str
    heading: str
    rows: tuple[ConditionRow, ...]
    groups: tuple["ConditionGroup", ...]
    add_group: str | None


@dataclass(frozen=True, slots=True)
class ConditionGroup:
    """A group within a list: three lists of its own."""

    path: str
    heading: str
    lists: tuple[ConditionList, ...]


@dataclass(frozen=True, slots=True)
class RuleForm:
    """The form of a rule: it posts to `action`, is tried first, and saved after that."""

    action: str
    version: int | None
    head: Group
    lists: tuple[ConditionList, ...]
    then: Group
    more: Group
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VersionLine:
    """How a rule stood once."""

    version: int
    saved_at: datetime
    who: str
    how: str
    sentence: str


@dataclass(frozen=True, slots=True)
class RulePage:
    """`/rules/{id}` and `/rules/new`: what the rule means, its form, its acts, how it was before."""

    template: ClassVar[str] = "staff/rules/show.html"
    shell: Shell
    heading: str
    sentence: str
    about: str
    badges: tuple[Badge, ...]
    form: RuleForm | None
    acts: tuple[Act, ...]
    versions: tuple[VersionLine, ...]
    notice: Notice | None = None
    calls: Link | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class MovedRow:
    """A message that would be treated otherwise; `url` None where this person may not read it."""

    title: str
    url: str | None
    who: str
    changes: tuple[str, ...]
    because: tuple[str, ...]
    badges: tuple[Badge, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplayPage:
    """`/rules/{id}/replay`: what would go elsewhere, before anything is saved."""

    template: ClassVar[str] = "staff/rules/replay.html"
    shell: Shell
    heading: str
    back: Link
    sentence: str
    tried: str
    count: str
    elsewhere: tuple[MovedRow, ...]
    otherwise: tuple[MovedRow, ...]
    hidden: str | None
    immediate: Notice
    leaving: tuple[MovedRow, ...]
    agree: Field | None
    ranges: tuple[Choice, ...]
    again: tuple[tuple[str, str], ...]
    save: Act | None
    keep: Link
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call of a web address; `case` None where this person may not read it."""

    rule: str
    case: Link | None
    host: str
    at: datetime
    badge: Badge
    words: str
    act: Act | None = None


@dataclass(frozen=True, slots=True)
class CallsPage:
    """`/rules/calls` and `/rules/{id}/calls`: the newest calls. `secret`: just made, shown this once."""

    template: ClassVar[str] = "staff/rules/calls.html"
    shell: Shell
    heading: str
    back: Link
    rows: tuple[CallRow, ...]
    signing: Notice | None = None
    secret: str | None = None
