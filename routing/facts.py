"""What rules may look at: the facts of one case, and the words found in them, looked up once."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from routing.folding import clean, fold
from routing.rules import CaseStatus, FieldName
from routing.words import (
    ClockState,
    ConstituencyState,
    Flag,
    Kind,
    Language,
    Machine,
    MessageKind,
    Priority,
    Topic,
)

WordHits = dict[str, tuple[int, int]]
"""Where each word of the rules first stands in a text: word, start, end."""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """One message on its case, as rules see it. `score` is a campaign likeness or points, 0 to 100.

    `person` is the address of whoever has the case; `clock` the states of its clocks; `sample` a number from
    0 to 99 drawn for the message, so that a rule can pick a few at random.
    """

    received: datetime
    subject: str = ""
    text: str = ""
    from_address: str = ""
    from_name: str = ""
    to: tuple[str, ...] = ()
    channel: str = "email"
    message_kind: MessageKind = MessageKind.MESSAGE
    machine: Machine | None = None
    kind: Kind | None = None
    topics: tuple[Topic, ...] = ()
    flags: frozenset[Flag] = frozenset()
    language: Language = Language.ENGLISH
    priority: Priority = Priority.STANDARD
    constituency: ConstituencyState = ConstituencyState.UNKNOWN
    campaign: str | None = None
    attachment_types: tuple[str, ...] = ()
    score: float | None = None
    open_cases: int = 0
    previous_cases: int = 0
    changed: frozenset[str] = field(default_factory=frozenset)
    status: CaseStatus = CaseStatus.NEW
    team: str | None = None
    person: str | None = None
    clock: tuple[ClockState, ...] = ()
    last_heard: datetime | None = None
    updated: datetime | None = None
    next_due: datetime | None = None
    message_count: int = 1
    sample: int | None = None

    @property
    def from_domain(self) -> str:
        return self.from_address.rpartition("@")[2]

    @property
    def has_attachment(self) -> bool:
        return bool(self.attachment_types)

    @property
    def topic(self) -> tuple[Topic, ...]:
        return self.topics

    @property
    def flag(self) -> tuple[Flag, ...]:
        """In one order always: which of them a condition names as its reason must not change by chance."""
        return tuple(sorted(self.flags))

    @property
    def attachment_type(self) -> tuple[str, ...]:
        return self.attachment_types


class FactsInView:
    """Facts with their texts cleaned and folded, each at most once per message."""

    def __init__(self, facts: CaseFacts, now: datetime) -> None:
        self.facts = facts
        self.now = now
        self.hits: WordHits = {}
        self._values: dict[FieldName, tuple[str, str]] = {}

    @cached_property
    def subject(self) -> str:
        return clean(self.facts.subject)

    @cached_property
    def text(self) -> str:
        return clean(self.facts.text)

    @cached_property
    def message(self) -> str:
        return f"{self.subject}\n\n{self.text}"

    @cached_property
    def folded_message(self) -> str:
        return fold(self.message)

    def words(self, name: FieldName) -> tuple[str, str]:
        """A text field as it is shown and as it is searched."""
        if name not in self._values:
            self._values[name] = self._look_up(name)
        return self._values[name]

    def _look_up(self, name: FieldName) -> tuple[str, str]:
        if name is FieldName.MESSAGE:
            return self.message, self.folded_message
        length = len(self.subject)
        if name is FieldName.SUBJECT:
            return self.subject, self.folded_message[:length]
        if name is FieldName.TEXT:
            return self.text, self.folded_message[length + 2 :]
        shown = clean(str(getattr(self.facts, name.value)))
        return shown, fold(shown)
