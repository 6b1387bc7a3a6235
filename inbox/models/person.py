"""A constituent and the addresses they are known by."""

from datetime import datetime

from sqlalchemy import String, Text, UniqueConstraint
from sqlmodel import Field

from inbox.models.base import OfficeOwned, Row, json_dict, moment, ref


class Constituent(Row, OfficeOwned, table=True):
    """A person. Two are never joined by machine."""

    __tablename__ = "constituent"

    name: str
    postcode: str | None = Field(default=None, sa_type=String(10))
    postcode_typed: bool = Field(default=False, description="a person typed or confirmed it")
    constituency: str = Field(default="unknown", sa_type=String(12))
    address: str | None = Field(default=None, sa_type=Text)
    phone: str | None = Field(default=None, sa_type=String(40))
    language: str = Field(default="en", sa_type=String(2))
    safe_contact: dict[str, str] = json_dict()
    created_at: datetime = moment()


class Handle(Row, OfficeOwned, table=True):
    """An address of one person on one kind of channel."""

    __tablename__ = "handle"
    __table_args__ = (UniqueConstraint("office_id", "channel_kind", "address"),)

    constituent_id: str = ref("constituent.id", index=True)
    channel_kind: str = Field(sa_type=String(20))
    address: str = Field(sa_type=String(254))
    confirmed_at: datetime | None = moment(default=None, description="when the office confirmed it")
