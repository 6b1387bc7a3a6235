"""What programs read and write: the shapes of the REST interface, closed against unknown fields."""

from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
)

Moment = Annotated[
    datetime, PlainSerializer(lambda at: at.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
]
"""RFC 3339 in UTC."""
MOST_ITEMS = 200


def _without_nul(words: str) -> str:
    if "\0" in words:
        raise ValueError("This holds a zero byte, which cannot be kept.")
    return words


def _on_one_line(words: str) -> str:
    if any(ord(character) < 32 and character != "\t" for character in words):
        raise ValueError("This must be on one line, without control characters.")
    return words


def _not_endless(items: object) -> object:
    if isinstance(items, list) and len(items) > MOST_ITEMS:
        raise ValueError("This list is too long.")
    return items


def _in_living_memory(moment: datetime) -> datetime:
    if not 1900 <= moment.year <= 2200:
        raise ValueError("Choose a date in this century or the last.")
    return moment


Words = Annotated[str, StringConstraints(max_length=100_000), AfterValidator(_without_nul)]
Line = Annotated[str, StringConstraints(max_length=500), AfterValidator(_on_one_line)]
Received = Annotated[datetime, AfterValidator(_in_living_memory)]
"""When something reached the office: calendars and both databases can reckon with it."""

Short = BeforeValidator(_not_endless)
"""For lists: refused as a whole when too long, before half a million items are each found wrong."""
Lines = Annotated[list[Line], Short]
Item = TypeVar("Item")


class Shape(BaseModel):
    """A shape that refuses fields it does not know."""

    model_config = ConfigDict(extra="forbid")


class Page(Shape, Generic[Item]):
    """Part of a list; `next` is the cursor of what follows, or null."""

    items: list[Item]
    next: str | None = None


class ClockShape(Shape):
    kind: str
    state: str
    due_at: Moment


class PointShape(Shape):
    """One reason for points, in words."""

    why: str
    points: float


class PointsShape(Shape):
    """What a case is ordered by, highest first, and its parts."""

    total: float
    parts: list[PointShape]


class ConstituentShape(Shape):
    id: str
    name: str
    postcode: str | None
    constituency: str


class HoldShape(Shape):
    """The rule that holds a case for a person, and why."""

    rule: str
    because: str


class CaseShape(Shape):
    reference: str
    subject: str
    status: str
    kind: str
    priority: str
    topics: list[str]
    flags: list[str]
    language: str
    team: str | None
    assignee: str | None
    channel: str | None
    constituent: ConstituentShape | None
    campaign: str | None
    clocks: list[ClockShape]
    points: PointsShape
    message_count: int
    waiting_for: str | None
    held: HoldShape | None
    outcome: str | None
    merged_into: str | None
    version: int
    created_at: Moment
    updated_at: Moment


class SenderShape(Shape):
    name: str
    handle: str


class AttachmentShape(Shape):
    id: str
    filename: str
    content_type: str
    size: int
    scan: str


class MessageShape(Shape):
    id: str
    case: str | None
    direction: str
    channel: str | None
    kind: str
    sender: SenderShape
    recipients: list[str]
    subject: str | None
    text: str
    new_text: str
    attachments: list[AttachmentShape]
    language: str
    machine: str | None
    warnings: list[str]
    external_id: str | None
    forwarded_by: str | None
    copies: int
    proposed_case: str | None
    sent_at: Moment | None
    received_at: Moment


class EventShape(Shape):
    id: str
    sequence: int
    kind: str
    actor: str
    public: bool
    detail: dict[str, Any]
    at: Moment


class ConsideredShape(Shape):
    rule: str
    version: int
    matched: bool
    because: str
    set: list[list[str]]
    refused: list[list[str]]
    stopped: bool


class DecisionShape(Shape):
    message: str
    decided_at: Moment
    evidence: dict[str, Any]
    considered: list[ConsideredShape]


class ProvenanceShape(Shape):
    drafted_by: str | None
    source: str | None
    template: str | None
    lines: list[str]
    templates: list[str] = []
    answers: list[str] = []
    model: str | None = None
    proposal: str | None = None
    machine_text: str | None = None
    apart_from: str | None = None
    begun_privately: bool = False


class DraftVersionShape(Shape):
    """A text that was saved under a draft's number. `drafted_by`: the staff id of who wrote it."""

    version: int
    subject: str
    text: str
    drafted_by: str | None
    saved_at: Moment


class DraftShape(Shape):
    id: str
    case: str
    number: int
    channel: str | None
    form: str
    state: str
    subject: str
    text: str
    recipients: list[str]
    identity: str
    attachments: list[str]
    files: list[AttachmentShape]
    steps: list[str]
    digest: str
    provenance: ProvenanceShape
    problems: list[str]
    note: str | None
    delivery: str | None
    held_by: str | None
    version: int
    created_at: Moment
    updated_at: Moment


class DeliveryShape(Shape):
    id: str
    case: str | None
    draft: str | None
    message: str | None
    channel: str
    purpose: str
    state: str
    recipients: list[str]
    attempts: int
    trouble: str | None
    evidence: str | None
    external_id: str
    queued_at: Moment
    next_at: Moment
    sent_at: Moment | None


class ArrivalShape(Shape):
    id: str
    channel: str
    external_id: str
    state: str
    size: int
    attempts: int
    trouble: str | None
    message: str | None
    received_at: Moment
    kept_at: Moment


class HealthShape(Shape):
    state: str
    since: Moment | None
    last_ok_at: Moment | None
    message: str | None


class ChannelShape(Shape):
    id: str
    kind: str
    name: str
    mode: str
    health: HealthShape


class HitShape(Shape):
    reference: str
    subject: str
    status: str
    kind: str
    message: str | None
    sender: str
    excerpt: str
    received_at: Moment
