"""Bodies that an office asks (departments, agencies, councils), and who may be asked about whom."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Integer, String, Text, UniqueConstraint
from sqlmodel import Field

from inbox.models.base import OfficeOwned, Row, json_dict, json_list, moment, ref


class ConsentKind(StrEnum):
    """How somebody gave their permission, from the weakest to the strongest."""

    DEEMED = "deemed"
    VERBAL = "verbal"
    WRITTEN = "written"
    FORM = "form"


class ConsentRule(StrEnum):
    """The least that a body needs before it answers about a person; `none`: it needs nothing."""

    NONE = "none"
    DEEMED = "deemed"
    VERBAL = "verbal"
    WRITTEN = "written"
    FORM = "form"


class Body(Row, OfficeOwned, table=True):
    """One line of an office's contact directory, as it is now; `BodyVersion` keeps what it was."""

    __tablename__ = "body"
    __table_args__ = (UniqueConstraint("office_id", "key"),)

    name: str = Field(sa_type=String(200))
    key: str = Field(
        sa_type=String(200), description="the name without capitals and signs: one body, one key"
    )
    other_names: list[str] = json_list()
    email: str | None = Field(default=None, sa_type=String(254))
    post: str | None = Field(default=None, sa_type=Text)
    hotline: str | None = Field(default=None, sa_type=String(60), description="the number for MPs' offices")
    hotline_email: str | None = Field(default=None, sa_type=String(254))
    minister: str | None = Field(default=None, sa_type=String(200), description="whose office answers for it")
    minister_email: str | None = Field(default=None, sa_type=String(254))
    escalation: list[str] = json_list(description="addresses that the second chase goes to as well")
    nation: str | None = Field(
        default=None, sa_type=String(20), description="null: the office's own calendar"
    )
    consent: str | None = Field(default=None, sa_type=String(8), description="null: nobody has said")
    third_party_consent: str | None = Field(
        default=None, sa_type=String(8), description="where somebody else asks for the person"
    )
    target: int | None = Field(default=None, sa_type=Integer, description="null: nobody has said")
    unit: str = Field(default="working_days", sa_type=String(16))
    version: int = Field(default=1, sa_type=Integer)
    changed_at: datetime = moment()
    retired_at: datetime | None = moment(default=None)


class BodyVersion(Row, OfficeOwned, table=True):
    """What a line of the directory said from `changed_at` on."""

    __tablename__ = "body_version"
    __table_args__ = (UniqueConstraint("body_id", "version"),)

    body_id: str = ref("body.id")
    version: int = Field(sa_type=Integer)
    facts: dict[str, object] = json_dict()
    source: str = Field(sa_type=String(200), description="the file it was imported from, or `by hand`")
    changed_by: str | None = Field(default=None, sa_type=String(32))
    changed_at: datetime = moment()


class Consent(Row, OfficeOwned, table=True):
    """A person's permission to ask a body about them: evidence with an end, never a bare yes."""

    __tablename__ = "consent"

    case_id: str = ref("case.id", index=True)
    bodies: list[str] = json_list(description="ids of bodies; empty: any body that can help")
    kind: str = Field(sa_type=String(8))
    given_by: str = Field(sa_type=String(200))
    on_behalf_of: str | None = Field(default=None, sa_type=String(200))
    given_at: datetime = moment()
    evidence_message_id: str | None = Field(default=None, sa_type=String(32))
    evidence_file_id: str | None = Field(default=None, sa_type=String(32))
    note: str = Field(default="", sa_type=Text)
    ends_at: datetime | None = moment(default=None, description="the first moment it no longer holds")
    recorded_by: str | None = Field(default=None, sa_type=String(32))
    recorded_at: datetime = moment()
    withdrawn_at: datetime | None = moment(default=None)
