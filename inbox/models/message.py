"""One thing said on a case, and the files that came with it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, Index, Integer, String, Text, text
from sqlmodel import Field

from connectors.contract import WORDLESS
from inbox.models.base import OfficeOwned, Row, index_of, json_list, moment, ref


class Direction(StrEnum):
    """Who is speaking. A note never leaves the office."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    NOTE = "note"


class MessageKind(StrEnum):
    """What form it took."""

    MESSAGE = "message"
    COMMENT = "comment"
    POST = "post"
    FORM = "form"
    CALL = "call"
    LETTER = "letter"
    VISIT = "visit"
    REPORT = "report"
    ACKNOWLEDGEMENT = "acknowledgement"


class Scan(StrEnum):
    """What the malware scanner said of a file."""

    CLEAN = "clean"
    INFECTED = "infected"
    HELD = "held"
    NOT_SCANNED = "not_scanned"


HELD = text("scan = 'held'")
"""What the scanner could not be asked about: the words of its indexes, here and among the files of drafts."""


LOOSE = "case_id IS NULL AND dealt_with_at IS NULL"
"""Mail of no case that nobody has dealt with: written out, because the partial index serves only this."""


class Message(Row, OfficeOwned, table=True):
    """One thing said. Its words never change after they are written; `case_id` is null for machine mail of no
    case.

    A message that its writer edited on the platform is followed by a new one with `edit_of`; one that was
    taken back there has `withdrawn_at`. `thread` is the platform's conversation, with the account before it.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("message_of_case", "case_id", "id"),
        Index("message_external", "office_id", "external_id"),
        Index("message_content", "office_id", "content_key"),
        Index(
            "message_thread",
            "office_id",
            "thread",
            "id",
            postgresql_where=text("thread IS NOT NULL"),
            sqlite_where=text("thread IS NOT NULL"),
        ),
        index_of("message_edits", "edit_of"),
        index_of("message_of_person", "constituent_id"),
        Index(
            "message_loose",
            "office_id",
            "id",
            postgresql_where=text(LOOSE),
            sqlite_where=text(LOOSE),
        ),
        Index(
            "message_match",
            "office_id",
            "case_id",
            postgresql_where=text("proposed_case_id IS NOT NULL"),
            sqlite_where=text("proposed_case_id IS NOT NULL"),
        ),
        index_of("message_proposed", "proposed_case_id"),
    )

    case_id: str | None = ref("case.id", default=None)
    channel_id: str | None = ref("channel.id", default=None)
    arrival_id: str | None = Field(default=None, sa_type=String(32))
    direction: str = Field(sa_type=String(8))
    kind: str = Field(default=MessageKind.MESSAGE, sa_type=String(16))
    external_id: str | None = Field(default=None, sa_type=String(998))
    content_key: str | None = Field(default=None, sa_type=String(64))
    sender_name: str = ""
    sender_handle: str = Field(default="", sa_type=String(254))
    recipients: list[str] = json_list()
    subject: str | None = None
    text: str = Field(default="", sa_type=Text)
    new_text: str = Field(default="", sa_type=Text)
    language: str = Field(default="en", sa_type=String(2))
    machine: str | None = Field(default=None, sa_type=String(12))
    warnings: list[str] = json_list()
    risks: list[str] = json_list(
        description="dangers to people seen in it (`RISK_FLAGS`), until a person says there is none"
    )
    has_html: bool = Field(default=False, sa_type=Boolean)
    copies: int = Field(default=0, sa_type=Integer, description="how often the same message came again")
    author_id: str | None = Field(
        default=None, sa_type=String(32), description="staff id, for notes and replies"
    )
    constituent_id: str | None = ref(
        "constituent.id", default=None, description="whose words it is, or whom we wrote it to"
    )
    proposed_case_id: str | None = Field(default=None, sa_type=String(32))
    proposed_because: str | None = None
    thread: str | None = Field(default=None, sa_type=String(512))
    link: str | None = Field(default=None, sa_type=Text, description="where the platform shows it")
    forwarded_by: str | None = Field(
        default=None, sa_type=String(254), description="who passed it on; then its sender is not proved"
    )
    edit_of: str | None = Field(default=None, sa_type=String(32))
    withdrawn_at: datetime | None = moment(default=None)
    dealt_with_at: datetime | None = moment(default=None, description="mail of no case that somebody saw")
    sent_at: datetime | None = moment(default=None)
    received_at: datetime = moment()

    @property
    def said(self) -> str:
        """What its writer said, without what is repeated; nothing where the platform kept it to itself."""
        return "" if WORDLESS & set(self.warnings) else self.new_text or self.text


class Attachment(Row, OfficeOwned, table=True):
    """A file. Its bytes lie in the store under `content_hash`."""

    __tablename__ = "attachment"
    __table_args__ = (Index("attachment_held", "office_id", "id", postgresql_where=HELD, sqlite_where=HELD),)

    message_id: str = ref("message.id", index=True)
    filename: str
    content_type: str = Field(sa_type=String(127))
    size: int
    content_hash: str = Field(sa_type=String(64))
    content_id: str | None = None
    scan: str = Field(default=Scan.NOT_SCANNED, sa_type=String(12))
