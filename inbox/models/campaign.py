"""Many people, one text: the campaign, its copies, what texts are known by, and the one answer to all."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, Index, Integer, String, Text, UniqueConstraint
from sqlmodel import Field

from inbox.models.base import OfficeOwned, Row, index_of, json_list, moment, ref


class Reading(StrEnum):
    """What a person decided about the words that somebody added to the text."""

    UNREAD = "unread"
    CAMPAIGN_ONLY = "campaign_only"
    LIFTED = "lifted"
    HELD = "held"


class AnswerState(StrEnum):
    """`preparing`: approved, letters are being made; `prepared`: all are in the outbox."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PREPARING = "preparing"
    PREPARED = "prepared"
    STOPPED = "stopped"
    WITHDRAWN = "withdrawn"


ANSWER_MOVES = {
    AnswerState.DRAFT: frozenset({AnswerState.SUBMITTED, AnswerState.PREPARING, AnswerState.WITHDRAWN}),
    AnswerState.SUBMITTED: frozenset({AnswerState.DRAFT, AnswerState.PREPARING, AnswerState.WITHDRAWN}),
    AnswerState.PREPARING: frozenset({AnswerState.PREPARED, AnswerState.STOPPED}),
    AnswerState.PREPARED: frozenset({AnswerState.PREPARING, AnswerState.STOPPED}),
    AnswerState.STOPPED: frozenset[AnswerState](),
    AnswerState.WITHDRAWN: frozenset[AnswerState](),
}


class RecipientState(StrEnum):
    """Where one person's letter stands; `left_out`: something changed before it was made."""

    WAITING = "waiting"
    QUEUED = "queued"
    LEFT_OUT = "left_out"
    STOPPED = "stopped"


class Campaign(Row, OfficeOwned, table=True):
    """One text that many sent. `template` is what most of them sent, word for word."""

    __tablename__ = "campaign"
    __table_args__ = (UniqueConstraint("office_id", "slug"),)

    slug: str = Field(sa_type=String(80))
    title: str
    template: str = Field(default="", sa_type=Text)
    template_id: str = Field(sa_type=String(32), description="the message that the template was taken from")
    is_settled: bool = Field(
        default=False, sa_type=Boolean, description="the template was sent so often that it stays"
    )
    answers_late: bool = Field(
        default=False, sa_type=Boolean, description="a person switched on that late copies are answered too"
    )
    created_at: datetime = moment()
    updated_at: datetime = moment()
    closed_at: datetime | None = moment(default=None)


class CampaignPrint(OfficeOwned, table=True):
    """A number that a text is known by. `text_id` is the first message that had this text."""

    __tablename__ = "campaign_print"
    __table_args__ = ({"sqlite_with_rowid": False},)

    office_id: str = Field(foreign_key="office.id", primary_key=True, sa_type=String(32))
    print: int = Field(primary_key=True, sa_type=BigInteger)
    text_id: str = Field(primary_key=True, sa_type=String(32))


class CampaignCopy(OfficeOwned, table=True):
    """One message as a copy of a text. `added` are places in the message, `removed` in the template."""

    __tablename__ = "campaign_copy"
    __table_args__ = (
        Index("campaign_copy_of_text", "text_id"),
        Index("campaign_copy_of_campaign", "campaign_id", "message_id"),
        Index("campaign_copy_of_case", "case_id"),
    )

    message_id: str = Field(foreign_key="message.id", primary_key=True, sa_type=String(32))
    text_id: str = Field(sa_type=String(32), description="the first message that had this text")
    campaign_id: str | None = ref("campaign.id", default=None)
    case_id: str = ref("case.id")
    core: int = Field(sa_type=BigInteger, description="the same for word-for-word copies")
    likeness: int = Field(default=100, sa_type=Integer, description="percent")
    added: list[list[int]] = json_list()
    removed: list[list[int]] = json_list()
    added_words: int = 0
    hides: bool = Field(default=False, sa_type=Boolean, description="casework or a risk in the added words")
    reading: str = Field(default=Reading.UNREAD, sa_type=String(16))
    is_by_hand: bool = Field(default=False, sa_type=Boolean)
    moved_from: str | None = Field(
        default=None, sa_type=String(32), description="the pile it was on before that pile was joined to this"
    )
    joined_at: datetime = moment()


class CampaignAnswer(Row, OfficeOwned, table=True):
    """One text for all who sent a campaign, signed off as it stands with the list of who gets it."""

    __tablename__ = "campaign_answer"

    campaign_id: str = ref("campaign.id", index=True)
    state: str = Field(default=AnswerState.DRAFT, sa_type=String(10))
    subject: str = ""
    text: str = Field(default="", sa_type=Text)
    identity: str = Field(default="office", sa_type=String(32))
    author_id: str | None = Field(default=None, sa_type=String(32))
    writers: list[str] = json_list()
    template: str | None = Field(default=None, description="the standard text it was begun from")
    digest: str | None = Field(default=None, sa_type=String(64), description="what was approved")
    approved_by: str | None = Field(default=None, sa_type=String(32))
    approved_at: datetime | None = moment(default=None)
    leaves_at: datetime | None = moment(default=None)
    returned_by: str | None = Field(default=None, sa_type=String(32))
    returned_note: str | None = Field(default=None, sa_type=Text, description="why it was sent back")
    stopped_by: str | None = Field(default=None, sa_type=String(32))
    version: int = 1
    created_at: datetime = moment()
    updated_at: datetime = moment()


class CampaignRecipient(Row, OfficeOwned, table=True):
    """One person on the list of an answer: one letter each, never two."""

    __tablename__ = "campaign_recipient"
    __table_args__ = (
        UniqueConstraint("answer_id", "constituent_id"),
        Index("campaign_recipient_of_case", "case_id"),
        Index("campaign_recipient_by_state", "answer_id", "state", "id"),
        index_of("campaign_recipient_of_delivery", "delivery_id"),
    )

    answer_id: str = ref("campaign_answer.id")
    constituent_id: str = ref("constituent.id", index=True)
    case_id: str = ref("case.id")
    state: str = Field(default=RecipientState.WAITING, sa_type=String(10))
    why: str | None = Field(default=None, sa_type=String(24), description="why it was left out")
    delivery_id: str | None = ref("delivery.id", default=None)
