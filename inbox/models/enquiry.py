"""What the office asks of a body on a case, and each chase that came up while it did not answer."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Integer, String, Text, UniqueConstraint, text
from sqlmodel import Field

from inbox.models.base import OfficeOwned, Row, moment, ref


class Rung(StrEnum):
    """The steps of the chase ladder, in their order."""

    CHASE_1 = "chase_1"
    CHASE_2 = "chase_2"
    HOTLINE = "hotline"
    MINISTER = "minister"


class Ending(StrEnum):
    """How a step ended: its letter left, somebody rang, a person passed it over, or the body answered."""

    SENT = "sent"
    RANG = "rang"
    SKIPPED = "skipped"
    NOT_NEEDED = "not_needed"


_GOES_ON = text("next_step_at IS NOT NULL")
_IS_OPEN = text("done_at IS NULL")


class Enquiry(Row, OfficeOwned, table=True):
    """One question to one body; its clock runs apart from the case's.

    `next_step_at`: when the ladder goes on after a step that was done; null while it waits for the clock, for
    a step to be done, or for nothing more.
    """

    __tablename__ = "enquiry"
    __table_args__ = (
        Index(
            "enquiry_goes_on",
            "office_id",
            "next_step_at",
            postgresql_where=_GOES_ON,
            sqlite_where=_GOES_ON,
        ),
        Index("enquiry_address", "office_id", "address"),
    )

    case_id: str = ref("case.id", index=True)
    body_id: str | None = Field(
        default=None, sa_type=String(32), index=True, description="its line in the directory, if it has one"
    )
    body: str
    address: str = Field(sa_type=String(254))
    question: str = Field(sa_type=Text)
    working_days: int = Field(default=20, sa_type=Integer, description="how long the body has, in `unit`")
    unit: str = Field(default="working_days", sa_type=String(16))
    nation: str | None = Field(
        default=None, sa_type=String(20), description="whose days count; null: the office's own"
    )
    without_consent: str | None = Field(
        default=None, sa_type=Text, description="why it was asked although the permission it needs is missing"
    )
    asked_by: str | None = Field(default=None, sa_type=String(32))
    asked_at: datetime | None = moment(default=None)
    answered_at: datetime | None = moment(default=None)
    withdrawn_at: datetime | None = moment(default=None)
    came_from: str | None = Field(
        default=None, sa_type=String(32), description="the question that its body passed on to this one"
    )
    passed_on_at: datetime | None = moment(default=None, description="when another body had it from this one")
    looked_at: datetime | None = moment(
        default=None, description="up to when a person said that what the body wrote is no answer"
    )
    next_step_at: datetime | None = moment(default=None)
    created_at: datetime = moment()


class EnquiryStep(Row, OfficeOwned, table=True):
    """One step of the ladder that came up: a draft to sign off, or words to say on the phone."""

    __tablename__ = "enquiry_step"
    __table_args__ = (
        UniqueConstraint("enquiry_id", "rung"),
        Index("enquiry_step_open", "office_id", "id", postgresql_where=_IS_OPEN, sqlite_where=_IS_OPEN),
    )

    enquiry_id: str = ref("enquiry.id")
    rung: str = Field(sa_type=String(10))
    draft_id: str | None = ref("draft.id", default=None, index=True)
    words: str = Field(default="", sa_type=Text, description="what to say, where somebody has to ring")
    came_up_at: datetime = moment()
    brought_by: str | None = Field(default=None, sa_type=String(32), description="null: by itself")
    done_at: datetime | None = moment(default=None)
    done_by: str | None = Field(default=None, sa_type=String(32))
    ending: str | None = Field(default=None, sa_type=String(12))


class LadderWords(OfficeOwned, table=True):
    """An office's own words for a letter of the ladder, in place of those the program came with."""

    __tablename__ = "ladder_words"

    office_id: str = ref("office.id", primary_key=True)
    name: str = Field(primary_key=True, sa_type=String(40))
    language: str = Field(primary_key=True, sa_type=String(2))
    subject: str = Field(sa_type=Text)
    body: str = Field(sa_type=Text)
    version: int = Field(default=1, sa_type=Integer)
    changed_by: str = Field(default="", description="the name of whoever changed it")
    changed_at: datetime = moment()
