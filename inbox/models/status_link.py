"""The private link by which a constituent follows a case."""

from datetime import datetime

from sqlalchemy import Boolean, Integer, String
from sqlmodel import Field, SQLModel

from inbox.models.base import OfficeOwned, Row, index_of, moment, ref


class StatusLink(Row, OfficeOwned, table=True):
    """One issued link. The token itself is nowhere: only its SHA-256, in `status_link_key`."""

    __tablename__ = "status_link"
    __table_args__ = (index_of("status_link_of_person", "constituent_id"),)

    case_id: str = ref("case.id", index=True)
    constituent_id: str | None = ref("constituent.id", default=None)
    language: str = Field(default="en", sa_type=String(2))
    answer: str | None = Field(
        default=None,
        sa_type=String(254),
        description="what opens it, where that is not what the person's facts say",
    )
    is_closed: bool = Field(default=False, sa_type=Boolean, description="revoked")
    failed_tries: int = Field(default=0, sa_type=Integer)
    failing_since: datetime | None = moment(default=None)
    seen_at: datetime | None = moment(default=None)
    created_at: datetime = moment()
    expires_at: datetime | None = moment(default=None)


class StatusLinkKey(SQLModel, table=True):
    """Looked up before the office is known, so it holds ids only."""

    __tablename__ = "status_link_key"

    token_hash: str = Field(primary_key=True, sa_type=String(64))
    link_id: str = Field(sa_type=String(32))
    office_id: str = Field(sa_type=String(32), index=True)
