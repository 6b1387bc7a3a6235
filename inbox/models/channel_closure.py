"""What a role may not do on a channel. Without a row everything is as the role says."""

from enum import StrEnum

from sqlalchemy import String
from sqlmodel import Field

from inbox.models.base import OfficeOwned, ref


class ChannelAct(StrEnum):
    """What can be closed to a role on one channel."""

    READ = "read"
    DRAFT = "draft"
    SEND = "send"
    APPROVE = "approve"
    HIDE = "hide"
    SETTINGS = "settings"


INTEGRATION_ROLE = "integration"
"""How tokens that act for nobody are called beside the roles."""


class ChannelClosure(OfficeOwned, table=True):
    """One act that one role may not do on one channel. `role`: a `Role`, or `integration`."""

    __tablename__ = "channel_closure"

    channel_id: str = ref("channel.id", primary_key=True)
    role: str = Field(primary_key=True, sa_type=String(16))
    act: str = Field(primary_key=True, sa_type=String(8))
