"""Rows that are looked up before the office is known, and the machinery's own: ids only."""

from datetime import datetime

from sqlalchemy import Boolean, Index, Integer, LargeBinary, String, Text, text
from sqlmodel import Field, SQLModel

from inbox.models.base import IN_BYTE_ORDER, OfficeOwned, Row, index_of, json_dict, json_list, moment


class SignInAddress(SQLModel, table=True):
    """Which person signs in with an address."""

    __tablename__ = "sign_in_address"

    address_hash: str = Field(primary_key=True, sa_type=String(64))
    staff_id: str = Field(sa_type=String(32))
    office_id: str = Field(sa_type=String(32), index=True)


class SignInTry(SQLModel, table=True):
    """Failures per address or network within a window: what throttling counts."""

    __tablename__ = "sign_in_try"

    key: str = Field(primary_key=True, sa_type=String(80))
    failures: int = Field(default=0, sa_type=Integer)
    since: datetime = moment()


class WebSession(SQLModel, table=True):
    """A browser that is signed in, or half signed in (`is_full` false: the code is still to come)."""

    __tablename__ = "web_session"

    token_hash: str = Field(primary_key=True, sa_type=String(64))
    staff_id: str = Field(sa_type=String(32), index=True)
    office_id: str = Field(sa_type=String(32))
    csrf: str = Field(sa_type=String(64))
    is_full: bool = Field(default=False, sa_type=Boolean)
    browser: str = Field(default="", sa_type=String(60), description="its kind, in a word or two")
    created_at: datetime = moment()
    seen_at: datetime = moment()


class AccessToken(SQLModel, table=True):
    """A key to the REST API. With `staff_id` it acts as that person."""

    __tablename__ = "access_token"

    token_hash: str = Field(primary_key=True, sa_type=String(64))
    id: str = Field(sa_type=String(32), unique=True)
    office_id: str = Field(sa_type=String(32), index=True)
    staff_id: str | None = Field(default=None, sa_type=String(32))
    name: str = Field(sa_type=String(80))
    scope: str = Field(sa_type=String(8))
    created_at: datetime = moment()
    revoked_at: datetime | None = moment(default=None)


class Job(Row, table=True):
    """Work queued in the same commit as the change it follows. Claimed with a lease and a fence."""

    __tablename__ = "job"
    __table_args__ = (
        Index(
            "job_due",
            "due_at",
            "id",
            postgresql_where=text("finished_at IS NULL"),
            sqlite_where=text("finished_at IS NULL"),
        ),
        Index(
            "job_once",
            "kind",
            "subject_id",
            unique=True,
            postgresql_where=text("finished_at IS NULL"),
            sqlite_where=text("finished_at IS NULL"),
        ),
        index_of("job_finished", "finished_at"),
    )

    kind: str = Field(sa_type=String(24))
    office_id: str = Field(sa_type=String(32))
    subject_id: str = Field(sa_type=String(32))
    due_at: datetime = moment()
    lease_until: datetime | None = moment(default=None)
    fence: int = Field(default=0, sa_type=Integer)
    attempts: int = 0
    trouble: str | None = Field(default=None, sa_type=Text)
    finished_at: datetime | None = moment(default=None)


class Lease(SQLModel, table=True):
    """Who may use something that only one worker may use at a time, such as a mailbox."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True, sa_type=String(80))
    holder: str = Field(sa_type=String(80))
    fence: int = Field(default=0, sa_type=Integer)
    until: datetime = moment()


class Tick(SQLModel, table=True):
    """A scheduled firing that somebody has claimed."""

    __tablename__ = "tick"

    name: str = Field(primary_key=True, sa_type=String(40))
    slot: str = Field(primary_key=True, sa_type=String(32))
    claimed_at: datetime = moment()


class Presence(SQLModel, table=True):
    """Who is reading or writing on a case just now."""

    __tablename__ = "presence"

    staff_id: str = Field(primary_key=True, sa_type=String(32))
    case_id: str = Field(primary_key=True, sa_type=String(32), index=True)
    office_id: str = Field(sa_type=String(32))
    doing: str = Field(sa_type=String(12))
    at: datetime = moment()


class OnceKey(OfficeOwned, table=True):
    """An Idempotency-Key or a form's one-use key, with the answer that was given.

    `cases` are those that the answer may speak of, `hidden` the channels that were closed to its reader.
    """

    __tablename__ = "once_key"

    key: str = Field(primary_key=True, sa_type=String(64))
    request_hash: str = Field(sa_type=String(64))
    status: int = 0
    headers: dict[str, str] = json_dict()
    answer: bytes | None = Field(default=None, sa_type=LargeBinary)
    cases: list[str] = json_list()
    hidden: list[str] = json_list()
    made_at: datetime = moment()


class Area(SQLModel, table=True):
    """One line of the imported postcode table: a postcode, sector or district and its seat."""

    __tablename__ = "area"

    boundaries: str = Field(primary_key=True, sa_type=String(10), description="date the seats began")
    code: str = Field(primary_key=True, sa_type=IN_BYTE_ORDER)
    constituency: str
    member: str | None = None
