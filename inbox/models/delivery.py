"""What leaves: one row per message that goes to one channel, followed to the truth."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, Index, Integer, String, Text, text
from sqlmodel import Field

from inbox.models.base import OfficeOwned, Row, index_of, json_list, moment, ref


class DeliveryState(StrEnum):
    """`unknown`: it may have left. Only a person moves it on."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    RETRYING = "retrying"
    FAILED = "failed"
    BOUNCED = "bounced"
    STOPPED = "stopped"
    UNKNOWN = "unknown"


DELIVERY_MOVES = {
    DeliveryState.QUEUED: frozenset({DeliveryState.SENDING, DeliveryState.STOPPED, DeliveryState.FAILED}),
    DeliveryState.SENDING: frozenset(
        {DeliveryState.SENT, DeliveryState.RETRYING, DeliveryState.FAILED, DeliveryState.UNKNOWN}
    ),
    DeliveryState.RETRYING: frozenset({DeliveryState.SENDING, DeliveryState.STOPPED, DeliveryState.FAILED}),
    DeliveryState.SENT: frozenset({DeliveryState.DELIVERED, DeliveryState.BOUNCED}),
    DeliveryState.DELIVERED: frozenset({DeliveryState.BOUNCED}),
    DeliveryState.UNKNOWN: frozenset(
        {DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.BOUNCED, DeliveryState.DELIVERED}
    ),
    DeliveryState.FAILED: frozenset({DeliveryState.QUEUED}),
    DeliveryState.BOUNCED: frozenset({DeliveryState.QUEUED}),
    DeliveryState.STOPPED: frozenset({DeliveryState.QUEUED}),
}

_DUE = text("state IN ('queued', 'retrying', 'sending')")
UNCOPIED = "needs_sent_copy AND NOT state <> 'sent'"
"""What left and is not in the Sent folder yet. With `state = 'sent'` SQLite would go by `delivery_state`,
through all that was ever sent."""
UNSETTLED = "settled_by IS NULL AND state NOT IN ('sent', 'delivered', 'stopped')"
"""What the view `sending` holds: on its way, or gone wrong with nobody having dealt with it."""

NOTICES = "purpose = 'notice'"
"""Mails to the office's own people, which are counted before one more is sent."""


class Delivery(Row, OfficeOwned, table=True):
    """One message on its way out. The bytes lie in the store under `raw_hash` before any attempt."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("delivery_due", "next_at", "id", postgresql_where=_DUE, sqlite_where=_DUE),
        Index("delivery_state", "office_id", "state", "id"),
        Index(
            "delivery_open",
            "office_id",
            "id",
            postgresql_where=text(UNSETTLED),
            sqlite_where=text(UNSETTLED),
        ),
        Index(
            "delivery_uncopied",
            "office_id",
            "id",
            postgresql_where=text(UNCOPIED),
            sqlite_where=text(UNCOPIED),
        ),
        Index(
            "delivery_notice",
            "office_id",
            "queued_at",
            postgresql_where=text(NOTICES),
            sqlite_where=text(NOTICES),
        ),
        Index("delivery_outgoing_id", "office_id", "outgoing_id"),
        index_of("delivery_of_message", "message_id"),
        Index(
            "delivery_platform_id",
            "office_id",
            "platform_id",
            postgresql_where=text("platform_id IS NOT NULL"),
            sqlite_where=text("platform_id IS NOT NULL"),
        ),
    )

    case_id: str | None = ref("case.id", default=None, index=True)
    draft_id: str | None = ref("draft.id", default=None, unique=True)
    message_id: str | None = ref("message.id", default=None)
    channel_id: str = ref("channel.id")
    purpose: str = Field(sa_type=String(16), description="reply, acknowledgement, enquiry or notice")
    state: str = Field(default=DeliveryState.QUEUED, sa_type=String(10))
    recipients: list[str] = json_list()
    envelope_sender: str = Field(default="", sa_type=String(254))
    outgoing_id: str = Field(sa_type=String(255), description="our Message-ID, fixed before any attempt")
    platform_id: str | None = Field(
        default=None, sa_type=String(255), description="the platform's id of it, once it is known"
    )
    raw_hash: str = Field(sa_type=String(64))
    queued_at: datetime = moment()
    next_at: datetime = moment(description="not before this")
    lease_until: datetime | None = moment(default=None)
    fence: int = Field(
        default=0, sa_type=Integer, description="grows with each claim; a late writer is refused"
    )
    attempts: int = 0
    interruptions: int = Field(
        default=0,
        sa_type=Integer,
        description="attempts that ended with the whole program, one after another",
    )
    is_committed: bool = Field(
        default=False, sa_type=Boolean, description="the current attempt passed the point of no return"
    )
    trouble: str | None = Field(default=None, sa_type=Text)
    evidence: str | None = Field(default=None, sa_type=Text)
    needs_sent_copy: bool = Field(default=False, sa_type=Boolean)
    sent_at: datetime | None = moment(default=None)
    settled_by: str | None = Field(default=None, sa_type=String(32))
