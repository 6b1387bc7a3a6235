"""Staff who do not work in the program: how messages on their cases reach them, and which ones did."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, String
from sqlmodel import Field

from inbox.models.base import OfficeOwned, json_list, moment, ref


class PostBy(StrEnum):
    """The road to somebody who does not sign in."""

    EMAIL = "email"
    PAPER = "paper"


class PostCases(StrEnum):
    """Whose cases they are told of."""

    GIVEN = "given"
    ALL = "all"


class StaffPost(OfficeOwned, table=True):
    """How one person is handed what people write by `kinds` of channel. No row: they sign in and read it.

    `shows_words`: their mails hold what was written; otherwise a reference and a link.
    """

    __tablename__ = "staff_post"

    staff_id: str = ref("staff.id", primary_key=True)
    by: str = Field(sa_type=String(8))
    cases: str = Field(default=PostCases.GIVEN, sa_type=String(8))
    kinds: list[str] = json_list()
    shows_words: bool = Field(default=False, sa_type=Boolean)
    since: datetime = moment(description="nothing older is mailed")


class StaffPostItem(OfficeOwned, table=True):
    """One message that was mailed to one of the staff; `outgoing_id` is the mail's own id."""

    __tablename__ = "staff_post_item"

    message_id: str = ref("message.id", primary_key=True)
    staff_id: str = ref("staff.id", primary_key=True)
    outgoing_id: str = Field(sa_type=String(255), index=True)
    at: datetime = moment()
