"""The tenant: an MP's office or a department, with its people and teams."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Boolean, Date, Integer, String, Text, UniqueConstraint
from sqlmodel import Field

from inbox.models.base import Json, OfficeOwned, Row, json_dict, json_list, moment, ref


class OfficeKind(StrEnum):
    """An MP's office answers in a person's name; a department answers for the office."""

    MP = "mp"
    DEPARTMENT = "department"


class Role(StrEnum):
    """What a person may do; one person may have several (`access.py` says what each allows)."""

    CASEWORKER = "caseworker"
    OFFICIAL = "official"
    CHECKER = "checker"
    SIGNATORY = "signatory"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Office(Row, table=True):
    """One tenant. `approval_office` is `self` or `other`: may the drafter approve their own text?"""

    __tablename__ = "office"

    slug: str = Field(unique=True, sa_type=String(63))
    name: str
    kind: str = Field(sa_type=String(16))
    nation: str = Field(sa_type=String(20))
    constituency: str | None = None
    member: str | None = None
    time_zone: str = "Europe/London"
    hours: dict[str, list[list[str]]] = json_dict()
    calendar_version: int = Field(default=0, sa_type=Integer, description="0: nothing was ever changed")
    address: str | None = Field(default=None, sa_type=Text)
    phone: str | None = None
    privacy_url: str | None = None
    signature: str | None = Field(default=None, sa_type=Text)
    named_lead: str | None = Field(
        default=None, description="staff id of the safeguarding lead", sa_type=String(32)
    )
    approval_office: str = Field(default="self", sa_type=String(8))
    undo_seconds: int = 60
    languages: list[str] = json_list()
    embed_sites: list[str] | None = Field(
        default=None, sa_type=Json, description="origins that may show the form in a frame, or send it"
    )
    consent_words: str | None = Field(
        default=None, sa_type=Text, description="what a person signs; null: our own words"
    )
    system_channel: str | None = Field(default=None, sa_type=String(32))
    prefix: str = Field(sa_type=String(6))
    sending_paused: str | None = Field(default=None, description="why nothing leaves, or null")
    restored_at: datetime | None = moment(
        default=None, description="when a backup was put back; mail from before it may have been acknowledged"
    )
    created_at: datetime = moment()


class Staff(Row, OfficeOwned, table=True):
    """A person who works in an office."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("office_id", "email"),)

    email: str = Field(sa_type=String(254))
    name: str
    roles: list[str] = json_list()
    is_active: bool = Field(default=True, sa_type=Boolean)
    password_hash: str | None = Field(default=None, sa_type=Text)
    totp_secret: str | None = Field(default=None, sa_type=Text, description="sealed")
    totp_last_step: int = Field(default=0, sa_type=Integer)
    preferences: dict[str, str] = json_dict()
    skills: list[str] = json_list(description="topic codes, and `welsh`: what is theirs when they are here")
    away_from: date | None = Field(default=None, sa_type=Date)
    away_until: date | None = Field(default=None, sa_type=Date, description="the last day away, or null")
    created_at: datetime = moment()


class Team(Row, OfficeOwned, table=True):
    """People who share a queue."""

    __tablename__ = "team"
    __table_args__ = (UniqueConstraint("office_id", "name"),)

    name: str = Field(sa_type=String(80))


class TeamMember(OfficeOwned, table=True):
    """Who is in which team."""

    __tablename__ = "team_member"

    team_id: str = ref("team.id", primary_key=True)
    staff_id: str = ref("staff.id", primary_key=True)
