"""One line per act, chained; and who looked at what."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, Index, Integer, String, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from inbox.models.base import Json, OfficeOwned, Row, moment, ref


class EventKind(StrEnum):
    """Everything that can happen, past tense. Details hold ids and names of fields, never content."""

    OFFICE_CHANGED = "office_changed"
    STAFF_ADDED = "staff_added"
    STAFF_CHANGED = "staff_changed"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    TOKEN_ADDED = "token_added"
    TOKEN_REVOKED = "token_revoked"
    CHANNEL_ADDED = "channel_added"
    CHANNEL_CHANGED = "channel_changed"
    CHANNEL_NOTICE = "channel_notice"
    CALENDAR_CHANGED = "calendar_changed"
    CHANNEL_RIGHTS_CHANGED = "channel_rights_changed"
    RULES_CHANGED = "rules_changed"
    RULE_APPLIED = "rule_applied"
    RULES_STOPPED = "rules_stopped"
    HELD = "held"
    LET_GO = "let_go"
    RULE_SECRET_MADE = "rule_secret_made"
    RULE_CALLED_AGAIN = "rule_called_again"
    TEMPLATE_CHANGED = "template_changed"
    ARRIVED = "arrived"
    ARRIVED_AGAIN = "arrived_again"
    FORWARDED = "forwarded"
    SET_ASIDE = "set_aside"
    RUN_AGAIN = "run_again"
    CASE_OPENED = "case_opened"
    CASE_REOPENED = "case_reopened"
    MATCH_PROPOSED = "match_proposed"
    MATCH_ACCEPTED = "match_accepted"
    MATCH_REJECTED = "match_rejected"
    ROUTED = "routed"
    ASSIGNED = "assigned"
    MOVED = "moved"
    PRIORITY_CHANGED = "priority_changed"
    STATUS_CHANGED = "status_changed"
    FACTS_CHANGED = "facts_changed"
    RISK_DISMISSED = "risk_dismissed"
    MARKED_JUNK = "marked_junk"
    MARKED_NOT_JUNK = "marked_not_junk"
    CLOSED = "closed"
    CAMPAIGN_FOUND = "campaign_found"
    CAMPAIGN_JOINED = "campaign_joined"
    CAMPAIGN_LEFT = "campaign_left"
    CAMPAIGN_READ = "campaign_read"
    CAMPAIGN_MOVED = "campaign_moved"
    CAMPAIGN_MERGED = "campaign_merged"
    CAMPAIGN_PARTED = "campaign_parted"
    CAMPAIGN_CHANGED = "campaign_changed"
    CAMPAIGN_ANSWER_WRITTEN = "campaign_answer_written"
    CAMPAIGN_ANSWER_APPROVED = "campaign_answer_approved"
    CAMPAIGN_ANSWER_RETURNED = "campaign_answer_returned"
    CAMPAIGN_ANSWER_STOPPED = "campaign_answer_stopped"
    NOTED = "noted"
    LOGGED = "logged"
    LETTER_CHECKED = "letter_checked"
    SURGERY_PLANNED = "surgery_planned"
    SURGERY_CANCELLED = "surgery_cancelled"
    APPOINTMENT_BOOKED = "appointment_booked"
    APPOINTMENT_MOVED = "appointment_moved"
    APPOINTMENT_CANCELLED = "appointment_cancelled"
    APPOINTMENT_ATTENDED = "appointment_attended"
    APPOINTMENT_MISSED = "appointment_missed"
    FOLLOWED_UP = "followed_up"
    CLOCK_STARTED = "clock_started"
    CLOCK_PAUSED = "clock_paused"
    CLOCK_RESUMED = "clock_resumed"
    CLOCK_EXTENDED = "clock_extended"
    CLOCK_EXTENSION_REMOVED = "clock_extension_removed"
    CLOCK_RESTARTED = "clock_restarted"
    CLOCK_MET = "clock_met"
    CLOCK_CANCELLED = "clock_cancelled"
    CLOCK_WARNED = "clock_warned"
    ACKNOWLEDGED = "acknowledged"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    ADDRESS_ASKED = "address_asked"
    ADDRESS_PROVED = "address_proved"
    SAID_SOON = "said_soon"
    DRAFT_STARTED = "draft_started"
    DRAFT_TAKEN_OVER = "draft_taken_over"
    DRAFT_SET_APART = "draft_set_apart"
    DRAFT_WORDS_BACK = "draft_words_back"
    DRAFT_SUBMITTED = "draft_submitted"
    DRAFT_RETURNED = "draft_returned"
    DRAFT_APPROVED = "draft_approved"
    DRAFT_WITHDRAWN = "draft_withdrawn"
    DRAFT_TAKEN_BACK = "draft_taken_back"
    APPROVAL_VOIDED = "approval_voided"
    QUEUED = "queued"
    STOPPED = "stopped"
    SENT = "sent"
    DELIVERED = "delivered"
    NOT_DELIVERED = "not_delivered"
    DELIVERY_UNKNOWN = "delivery_unknown"
    DELIVERY_SETTLED = "delivery_settled"
    SENT_ELSEWHERE = "sent_elsewhere"
    MESSAGE_EDITED = "message_edited"
    MESSAGE_WITHDRAWN = "message_withdrawn"
    MESSAGE_HIDDEN = "message_hidden"
    MESSAGE_SHOWN = "message_shown"
    HIDING_ASKED = "hiding_asked"
    SHOWING_ASKED = "showing_asked"
    NOT_HIDDEN = "not_hidden"
    ENQUIRY_ASKED = "enquiry_asked"
    ENQUIRY_CAME_BACK = "enquiry_came_back"
    ENQUIRY_ANSWERED = "enquiry_answered"
    ENQUIRY_WITHDRAWN = "enquiry_withdrawn"
    ENQUIRY_PASSED_ON = "enquiry_passed_on"
    LADDER_WORDS_CHANGED = "ladder_words_changed"
    ENQUIRY_HEARD = "enquiry_heard"
    CHASE_CAME_UP = "chase_came_up"
    CHASED = "chased"
    CHASE_SKIPPED = "chase_skipped"
    UPDATE_CAME_UP = "update_came_up"
    CONSENT_RECORDED = "consent_recorded"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    ASKED_WITHOUT_CONSENT = "asked_without_consent"
    BODY_CHANGED = "body_changed"
    BODIES_IMPORTED = "bodies_imported"
    STATUS_LINK_ISSUED = "status_link_issued"
    STATUS_LINK_USED = "status_link_used"
    STATUS_LINK_REVOKED = "status_link_revoked"
    STATUS_LINK_LOCKED = "status_link_locked"
    STATUS_LINK_CLEARED = "status_link_cleared"
    INFORMATION_ADDED = "information_added"
    ATTACHMENT_OPENED = "attachment_opened"
    ACCESS_REFUSED = "access_refused"
    FILE_ADDED = "file_added"
    FILE_REMOVED = "file_removed"
    FILE_CHECKED = "file_checked"
    CASE_MERGED = "case_merged"
    CASE_SPLIT = "case_split"
    CASES_LINKED = "cases_linked"
    CASES_UNLINKED = "cases_unlinked"
    LINE_WRITTEN = "line_written"
    LINE_APPROVED = "line_approved"
    LINE_RETIRED = "line_retired"
    PROPOSAL_ASKED = "proposal_asked"
    PROPOSAL_MADE = "proposal_made"
    PROPOSAL_FAILED = "proposal_failed"
    PROPOSAL_USED = "proposal_used"
    PROPOSAL_PUT_AWAY = "proposal_put_away"
    LEARNED = "learned"
    LEARNING_RESET = "learning_reset"
    ALERTED = "alerted"
    DEALT_WITH = "dealt_with"
    SESSION_ENDED = "session_ended"
    UNDONE = "undone"


ALERTS = "kind = 'alerted'"
BY_SOMEBODY = "actor_id IS NOT NULL"
"""Lines that are looked for among all of an office's, in the words of their indexes."""


class Event(Row, OfficeOwned, table=True):
    """One line of an office's history; `digest` covers the line and the digest before it."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("office_id", "sequence"),
        Index("event_of_case", "case_id", "sequence"),
        Index("event_alerted", "office_id", "at", postgresql_where=text(ALERTS), sqlite_where=text(ALERTS)),
        Index(
            "event_of_actor",
            "office_id",
            "actor_id",
            "sequence",
            postgresql_where=text(BY_SOMEBODY),
            sqlite_where=text(BY_SOMEBODY),
        ),
    )

    sequence: int = Field(sa_type=Integer)
    case_id: str | None = Field(default=None, sa_type=String(32))
    kind: str = Field(sa_type=String(32))
    actor_kind: str = Field(sa_type=String(12))
    actor_id: str | None = Field(default=None, sa_type=String(32))
    actor_name: str = Field(
        default="", description="shown with the line; the digest covers a commitment to it"
    )
    is_public: bool = Field(default=False, sa_type=Boolean)
    detail: dict[str, object] = Field(default_factory=dict, sa_type=Json)
    at: datetime = moment()
    previous: str = Field(sa_type=String(64))
    digest: str = Field(sa_type=String(64))


class ChainHead(SQLModel, table=True):
    """The last line of an office's history. Locked last in a transaction, so writers never wait in a ring."""

    __tablename__ = "chain_head"

    office_id: str = ref("office.id", primary_key=True)
    sequence: int = Field(default=0, sa_type=Integer)
    digest: str = Field(default="", sa_type=String(64))


class View(Row, OfficeOwned, table=True):
    """Somebody looked at a case. Written in batches, chained per batch."""

    __tablename__ = "view"
    __table_args__ = (Index("view_of_case", "case_id", "id"), Index("view_of_staff", "staff_id", "at"))

    staff_id: str = Field(sa_type=String(32))
    case_id: str = Field(sa_type=String(32))
    at: datetime = moment()
    batch: str | None = Field(
        default=None, sa_type=String(64), description="digest of the batch it was written in"
    )
