"""What is leaving, what left, and what nobody knows about."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from inbox.web.views.parts import Act, Badge, Link, Shell, Tab


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One message on its way: `words` say how it stands, `evidence` what is known, `acts` what one can do."""

    id: str
    title: str
    reference: str
    case_url: str
    channel: str
    channel_icon: str
    at: datetime
    state: Badge
    words: str
    evidence: tuple[str, ...] = ()
    acts: tuple[Act, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class DeliveryGroup:
    """Deliveries in the same state, with the sentence that says what to do about them."""

    heading: str
    words: str
    rows: tuple[DeliveryRow, ...]


@dataclass(frozen=True, slots=True)
class SendingPage:
    """`/sending`: what a person must settle first, then what leaves, then what left."""

    template: ClassVar[str] = "staff/sending/index.html"
    shell: Shell
    tabs: tuple[Tab, ...]
    groups: tuple[DeliveryGroup, ...]
    loaded_at: datetime
    empty: str
    more: Link | None = None
