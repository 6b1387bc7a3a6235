"""A connected account, and what came in through it exactly as it came."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, Index, Integer, String, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel, select
from sqlmodel.sql.expression import SelectOfScalar

from inbox.models.base import OfficeOwned, Row, json_dict, moment, ref


class ChannelMode(StrEnum):
    """What a channel may do. A new one listens: it collects and sends nothing."""

    OFF = "off"
    LISTEN = "listen"
    REDIRECT = "redirect"
    FULL = "full"


SENDING = frozenset({ChannelMode.REDIRECT, ChannelMode.FULL})
"""Modes in which something leaves."""


class ChannelHealth(StrEnum):
    """How a channel is, read from its facts by `channels.health`."""

    OK = "ok"
    WAITING = "waiting"
    FAILING = "failing"
    NEEDS_ATTENTION = "needs_attention"
    OFF = "off"


class Channel(Row, OfficeOwned, table=True):
    """One account. `settings` are plain, `sealed` holds its secrets encrypted under this row's id."""

    __tablename__ = "channel"
    __table_args__ = (UniqueConstraint("office_id", "name"),)

    kind: str = Field(sa_type=String(20))
    name: str = Field(sa_type=String(80))
    account: str = Field(sa_type=String(254), description="the address; lower case")
    mode: str = Field(default=ChannelMode.LISTEN, sa_type=String(10))
    mode_reason: str | None = None
    mode_until: datetime | None = moment(default=None)
    redirect_words: str | None = Field(
        default=None, sa_type=Text, description="what a channel that redirects answers"
    )
    settings: dict[str, str] = json_dict()
    sealed: str | None = Field(default=None, sa_type=Text)
    cursor: str | None = Field(default=None, sa_type=Text)
    since: datetime = moment(description="nothing older is collected")
    created_at: datetime = moment()
    removed_at: datetime | None = moment(default=None)
    last_ok_at: datetime | None = moment(default=None)
    last_in_at: datetime | None = moment(default=None)
    last_out_at: datetime | None = moment(default=None)
    failing_since: datetime | None = moment(default=None)
    failures: int = 0
    retry_at: datetime | None = moment(default=None)
    hinted_at: datetime | None = moment(
        default=None, description="when the platform last said that something waits"
    )
    trouble: str | None = Field(default=None, sa_type=Text)
    needs_attention: bool = False
    sending_trouble: str | None = Field(
        default=None, sa_type=Text, description="why nothing can leave: until a test works or something left"
    )
    signed_in_until: datetime | None = moment(
        default=None, description="when the sign-in runs out by itself, as the platform said last"
    )
    awaits_sign_in: bool = Field(
        default=False, sa_type=Boolean, description="it cannot work before somebody signs in"
    )


def channels_of_kind(kind: str) -> SelectOfScalar[str]:
    """The ids of all that were ever connected of a kind: what its platform calls a message is told apart by
    it from what another platform calls one, and means the same through each of its accounts."""
    return select(Channel.id).where(Channel.kind == kind)


class ChannelDoor(SQLModel, table=True):
    """Whose channel a platform's call is for: looked up before the office is known, so it holds ids only."""

    __tablename__ = "channel_door"

    channel_id: str = Field(primary_key=True, sa_type=String(32))
    office_id: str = Field(sa_type=String(32), index=True)
    kind: str = Field(sa_type=String(20))


class ChannelBudget(OfficeOwned, table=True):
    """What one limit of a platform still allows on a channel, counted once for all nodes."""

    __tablename__ = "channel_budget"

    channel_id: str = Field(primary_key=True, sa_type=String(32))
    name: str = Field(primary_key=True, sa_type=String(40))
    remaining: int | None = Field(default=None, sa_type=Integer)
    resets_at: datetime | None = moment(default=None)
    spent: int = Field(default=0, sa_type=BigInteger, description="millionths of a US dollar on `spent_on`")
    spent_on: str = Field(default="", sa_type=String(10))


class ChannelCost(OfficeOwned, table=True):
    """What a channel cost on one day (UTC), in millionths of a US dollar."""

    __tablename__ = "channel_cost"

    channel_id: str = Field(primary_key=True, sa_type=String(32))
    day: str = Field(primary_key=True, sa_type=String(10))
    spent: int = Field(default=0, sa_type=BigInteger)


class ArrivalState(StrEnum):
    """Where a kept arrival stands. `quarantined` can be run again."""

    WAITING = "waiting"
    DONE = "done"
    QUARANTINED = "quarantined"
    DUPLICATE = "duplicate"


ARRIVAL_MOVES = {
    ArrivalState.WAITING: frozenset({ArrivalState.DONE, ArrivalState.QUARANTINED, ArrivalState.DUPLICATE}),
    ArrivalState.QUARANTINED: frozenset({ArrivalState.WAITING}),
    ArrivalState.DONE: frozenset[ArrivalState](),
    ArrivalState.DUPLICATE: frozenset[ArrivalState](),
}


UNFINISHED = "state <> 'done'"
"""Waiting, set aside or here before. A query says it beside the state it wants, to go by their index."""


class Arrival(Row, OfficeOwned, table=True):
    """What came in. The bytes lie in the store under `raw_hash`; this row promises that they are kept."""

    __tablename__ = "arrival"
    __table_args__ = (
        UniqueConstraint("channel_id", "account", "external_id"),
        Index(
            "arrival_unfinished",
            "office_id",
            "state",
            "id",
            postgresql_where=text(UNFINISHED),
            sqlite_where=text(UNFINISHED),
        ),
        Index("arrival_of_channel", "channel_id", "id"),
    )

    channel_id: str = ref("channel.id")
    account: str = Field(sa_type=String(254))
    external_id: str = Field(sa_type=String(512))
    state: str = Field(default=ArrivalState.WAITING, sa_type=String(12))
    raw_hash: str = Field(sa_type=String(64))
    size: int = Field(sa_type=Integer)
    hints: dict[str, str] = json_dict()
    received_at: datetime = moment()
    kept_at: datetime = moment()
    attempts: int = 0
    trouble: str | None = Field(default=None, sa_type=Text)
    message_id: str | None = Field(default=None, sa_type=String(32))
