"""Words that have not left yet: templates, drafts and the approvals of exactly one text."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, Index, Integer, String, Text, UniqueConstraint, text
from sqlmodel import Field

from inbox.models.base import OfficeOwned, Row, json_dict, json_list, moment, ref
from inbox.models.message import HELD


class DraftState(StrEnum):
    """Where our words stand, from first key to out of the house."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    QUEUED = "queued"
    SENT = "sent"
    WITHDRAWN = "withdrawn"


DRAFT_MOVES = {
    DraftState.DRAFT: frozenset({DraftState.SUBMITTED, DraftState.APPROVED, DraftState.WITHDRAWN}),
    DraftState.SUBMITTED: frozenset(
        {DraftState.DRAFT, DraftState.RETURNED, DraftState.APPROVED, DraftState.WITHDRAWN}
    ),
    DraftState.RETURNED: frozenset({DraftState.DRAFT, DraftState.SUBMITTED, DraftState.WITHDRAWN}),
    DraftState.APPROVED: frozenset({DraftState.DRAFT, DraftState.QUEUED, DraftState.WITHDRAWN}),
    DraftState.QUEUED: frozenset({DraftState.SENT, DraftState.DRAFT}),
    DraftState.SENT: frozenset[DraftState](),
    DraftState.WITHDRAWN: frozenset({DraftState.DRAFT}),
}

EDITABLE = frozenset({DraftState.DRAFT, DraftState.SUBMITTED, DraftState.RETURNED, DraftState.APPROVED})


WAITING = "state IN ('submitted', 'approved')"
"""Drafts that are with somebody for a yes: the partial index that the view `to-approve` reads."""


class Template(Row, OfficeOwned, table=True):
    """The shape of a letter, or a standard line. Named placeholders only: `{{name}}`."""

    __tablename__ = "template"
    __table_args__ = (UniqueConstraint("office_id", "name", "language"),)

    name: str = Field(sa_type=String(80))
    language: str = Field(default="en", sa_type=String(2))
    title: str
    subject: str | None = None
    body: str = Field(sa_type=Text)
    topic: str | None = Field(default=None, sa_type=String(40))
    is_line: bool = Field(default=False, sa_type=Boolean)
    version: int = 1
    owner: str | None = None
    expires_on: datetime | None = moment(default=None)


class Draft(Row, OfficeOwned, table=True):
    """Our words on a case. `digest` binds an approval to text, recipients, attachments and identity.

    `told` is what goes beside the words of a street fault: its service and its place.
    """

    __tablename__ = "draft"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        Index(
            "draft_waiting",
            "office_id",
            "state",
            "id",
            postgresql_where=text(WAITING),
            sqlite_where=text(WAITING),
        ),
    )

    case_id: str = ref("case.id", index=True)
    number: int
    state: str = Field(default=DraftState.DRAFT, sa_type=String(10))
    channel_id: str | None = ref("channel.id", default=None)
    enquiry_id: str | None = Field(default=None, sa_type=String(32))
    answers: str | None = Field(default=None, sa_type=String(32), description="the message replied to")
    recipients: list[str] = json_list()
    subject: str = ""
    text: str = Field(default="", sa_type=Text)
    language: str = Field(default="en", sa_type=String(2))
    form: str = Field(default="message", sa_type=String(16), description="`comment` is public")
    told: dict[str, str] = json_dict()
    identity: str = Field(
        default="office", sa_type=String(32), description="`office`, or the staff id of a person"
    )
    attachments: list[str] = json_list()
    provenance: dict[str, object] = json_dict()
    author_id: str | None = Field(
        default=None, sa_type=String(32), description="who wrote the words that stand there"
    )
    holder_id: str | None = Field(
        default=None, sa_type=String(32), description="in whose box it is; None is anybody's"
    )
    writers: list[str] = json_list()
    version: int = 1
    submitted_at: datetime | None = moment(default=None)
    created_at: datetime = moment()
    updated_at: datetime = moment()


class DraftFile(Row, OfficeOwned, table=True):
    """A file that a writer added to a draft. It goes with the draft while `Draft.attachments` names it."""

    __tablename__ = "draft_file"
    __table_args__ = (Index("draft_file_held", "office_id", "id", postgresql_where=HELD, sqlite_where=HELD),)

    draft_id: str = ref("draft.id", index=True)
    filename: str
    content_type: str = Field(sa_type=String(127))
    size: int
    content_hash: str = Field(sa_type=String(64))
    scan: str = Field(default="not_scanned", sa_type=String(12))
    added_by: str | None = Field(default=None, sa_type=String(32))
    added_at: datetime = moment()


class StandardLine(Row, OfficeOwned, table=True):
    """One version of an approved paragraph. An approved text is never changed: it gets a new version."""

    __tablename__ = "standard_line"
    __table_args__ = (UniqueConstraint("office_id", "number", "version"),)

    number: int = Field(sa_type=Integer, description="what people call it: line 14")
    version: int = Field(default=1, sa_type=Integer)
    title: str = Field(sa_type=String(120))
    topic: str | None = Field(default=None, sa_type=String(40))
    english: str = Field(sa_type=Text)
    welsh: str | None = Field(default=None, sa_type=Text)
    owner_id: str | None = ref("staff.id", default=None)
    good_until: datetime | None = moment(default=None, description="the first moment it may not be sent")
    approved_by: str | None = ref("staff.id", default=None)
    approved_at: datetime | None = moment(default=None)
    retired_at: datetime | None = moment(default=None)
    written_by: str | None = Field(default=None, sa_type=String(32))
    written_at: datetime = moment()


class ProposalState(StrEnum):
    """Where the words of a drafting model stand. `used` and `put_away` are a person's decisions."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"
    USED = "used"
    PUT_AWAY = "put_away"


class DraftProposal(Row, OfficeOwned, table=True):
    """What a drafting model proposed when a person asked. It is no draft until a person uses it."""

    __tablename__ = "draft_proposal"

    case_id: str = ref("case.id", index=True)
    state: str = Field(default=ProposalState.WAITING, sa_type=String(10))
    model: str = Field(default="", sa_type=String(120))
    text: str = Field(default="", sa_type=Text)
    trouble: str | None = Field(default=None, sa_type=Text)
    asked_by: str | None = Field(default=None, sa_type=String(32))
    asked_at: datetime = moment()
    answered_at: datetime | None = moment(default=None)
    decided_at: datetime | None = moment(default=None)


class DraftVersion(Row, OfficeOwned, table=True):
    """Every text ever saved under a draft's number, and who wrote it, so that nothing typed is lost."""

    __tablename__ = "draft_version"
    __table_args__ = (UniqueConstraint("draft_id", "version"),)

    draft_id: str = ref("draft.id")
    version: int = Field(sa_type=Integer)
    subject: str = ""
    text: str = Field(default="", sa_type=Text)
    author_id: str | None = Field(default=None, sa_type=String(32))
    saved_at: datetime = moment()


class Approval(Row, OfficeOwned, table=True):
    """One person's yes or no to exactly the text with this digest."""

    __tablename__ = "approval"

    draft_id: str = ref("draft.id", index=True)
    staff_id: str = ref("staff.id")
    step: str = Field(sa_type=String(40))
    digest: str = Field(sa_type=String(64))
    is_yes: bool = Field(sa_type=Boolean)
    note: str | None = Field(default=None, sa_type=Text)
    decided_at: datetime = moment()
    void_at: datetime | None = moment(default=None)
