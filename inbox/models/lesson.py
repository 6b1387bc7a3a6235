"""What an office taught: which cases are lessons, and the counts made of their words."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, Index, Integer, LargeBinary, String
from sqlmodel import Field

from inbox.models.base import OfficeOwned, Row, json_list, moment


class LessonSource(StrEnum):
    """A person put something right, or the case was closed as it was."""

    CORRECTED = "corrected"
    CLOSED = "closed"


class Lesson(Row, OfficeOwned, table=True):
    """One case as a lesson: what it teaches now, and what of it is in the counts."""

    __tablename__ = "lesson"
    __table_args__ = (Index("lesson_of_case", "office_id", "case_id", unique=True),)

    case_id: str = Field(sa_type=String(32))
    message_id: str = Field(sa_type=String(32), description="the message whose words teach")
    source: str = Field(sa_type=String(10))
    labels: list[str] = json_list()
    is_counted: bool = Field(default=False, sa_type=Boolean)
    counted: list[str] = json_list()
    counted_as: str | None = Field(default=None, sa_type=String(10))
    at: datetime = moment()


class OfficeLearning(OfficeOwned, table=True):
    """The counts of an office (`routing.learning`), packed, and how far its history was read for them."""

    __tablename__ = "office_learning"

    office_id: str = Field(foreign_key="office.id", primary_key=True, sa_type=String(32))
    version: int = Field(default=0, sa_type=Integer)
    reads: int = Field(default=0, sa_type=Integer, description="which words of a message were counted")
    counts: bytes | None = Field(default=None, sa_type=LargeBinary)
    read_to: int = Field(default=0, sa_type=Integer, description="a place in the office's history")
    begins_at: int = Field(default=0, sa_type=Integer, description="what happened before teaches nothing")
    changed_at: datetime | None = moment(default=None)
    reset_at: datetime | None = moment(default=None)
