"""The unit of work, its people, and the clocks that say what was promised."""

from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import Boolean, Index, Integer, String, Text, UniqueConstraint, cast, text
from sqlmodel import Field, SQLModel

from inbox.models.base import OfficeOwned, Row, index_of, json_list, moment, ref


class CaseStatus(StrEnum):
    """`resolved`: the outcome is recorded and a reply reopens; `closed`: retention runs."""

    NEW = "new"
    OPEN = "open"
    WAITING_CONSTITUENT = "waiting_constituent"
    WAITING_BODY = "waiting_body"
    RESOLVED = "resolved"
    CLOSED = "closed"


_AT_WORK = frozenset(
    {CaseStatus.OPEN, CaseStatus.WAITING_CONSTITUENT, CaseStatus.WAITING_BODY, CaseStatus.RESOLVED}
)

CASE_MOVES = {
    CaseStatus.NEW: _AT_WORK | {CaseStatus.CLOSED},
    CaseStatus.OPEN: _AT_WORK | {CaseStatus.CLOSED, CaseStatus.NEW},
    CaseStatus.WAITING_CONSTITUENT: _AT_WORK | {CaseStatus.CLOSED},
    CaseStatus.WAITING_BODY: _AT_WORK | {CaseStatus.CLOSED},
    CaseStatus.RESOLVED: frozenset({CaseStatus.OPEN, CaseStatus.CLOSED, CaseStatus.NEW}),
    CaseStatus.CLOSED: frozenset({CaseStatus.OPEN}),
}

OPEN = "status NOT IN ('resolved', 'closed')"
ENDED = "status IN ('resolved', 'closed')"
TO_SORT = "status = 'new' AND kind NOT IN ('spam', 'campaign')"
WAITING = "status IN ('waiting_constituent', 'waiting_body') AND kind NOT IN ('spam', 'campaign')"
DUE = "status NOT IN ('resolved', 'closed') AND kind NOT IN ('spam', 'campaign')"
CAMPAIGN = "kind = 'campaign' AND status NOT IN ('resolved', 'closed')"
DANGER = "in_danger AND status NOT IN ('resolved', 'closed')"
SPAM = "kind = 'spam' AND status NOT IN ('resolved', 'closed')"
"""What each view of `queues.py` holds. Written out because a partial index serves a query only if the
query repeats its condition word for word (SQLite: partial indexes, section 3.1)."""

ON_PILE = text("campaign IS NOT NULL")
"""Cases on a pile, whatever became of them."""

RUNNING = "met_at IS NULL AND cancelled_at IS NULL"
UNWARNED = "warned_at IS NULL AND met_at IS NULL AND cancelled_at IS NULL"
"""Which clocks are open, and which of them nobody was warned of; in the words of their indexes."""

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""Before any case: what is due since then is due at once."""

_READ = ("is_restricted", "assignee_id", "team_id", "status", "kind")
"""Kept in the views' indexes, so that counting what a person may see does not touch the rows."""


def _view_index(name: str, condition: str, *keys: str) -> Index:
    where = text(condition)
    return Index(name, "office_id", *keys, "id", *_READ, postgresql_where=where, sqlite_where=where)


class Case(Row, OfficeOwned, table=True):
    """One matter of one person. `next_due_at`, `rank` and `updated_at` are sort keys; the clocks and what
    `points` reckons with are the facts."""

    __tablename__ = "case"
    __table_args__ = (
        UniqueConstraint("office_id", "reference"),
        Index("case_recent", "office_id", "updated_at", "id"),
        _view_index("case_to_sort", TO_SORT, "rank", "received_at"),
        Index(
            "case_assigned",
            "office_id",
            "assignee_id",
            "rank",
            "next_due_at",
            "id",
            "is_restricted",
            "team_id",
            "status",
            postgresql_where=text(OPEN),
            sqlite_where=text(OPEN),
        ),
        _view_index("case_waiting", WAITING, "rank", "updated_at"),
        Index(
            "case_due",
            "office_id",
            "next_due_at",
            "id",
            *_READ,
            "rank",
            postgresql_where=text(DUE),
            sqlite_where=text(DUE),
        ),
        Index("case_points", "office_id", "points_at", postgresql_where=text(OPEN), sqlite_where=text(OPEN)),
        _view_index("case_campaign", CAMPAIGN, "campaign", "updated_at"),
        _view_index("case_campaign_first", CAMPAIGN, "rank", "received_at"),
        _view_index("case_open", OPEN, "rank", "received_at"),
        _view_index("case_danger", DANGER, "rank", "received_at"),
        _view_index("case_spam", SPAM, "updated_at"),
        Index("case_in_turn", "office_id", "id", postgresql_where=text(OPEN), sqlite_where=text(OPEN)),
        Index("case_of_person", "constituent_id", "id"),
        index_of("case_merged", "merged_into"),
        Index("case_of_campaign", "office_id", "campaign", postgresql_where=ON_PILE, sqlite_where=ON_PILE),
    )

    reference: str = Field(sa_type=String(20))
    subject: str
    is_title_hidden: bool = Field(
        default=False, sa_type=Boolean, description="its title is the words of what may be a threat"
    )
    status: str = Field(default=CaseStatus.NEW, sa_type=String(20))
    kind: str = Field(default="casework", sa_type=String(16))
    priority: str = Field(default="standard", sa_type=String(10))
    rank: int = Field(
        default=0, sa_type=Integer, description="minus the points, in tenths: what comes first sorts first"
    )
    waiting_days: int = Field(
        default=0, sa_type=Integer, description="working days since it came, 15 at most"
    )
    lateness: int = Field(default=0, sa_type=Integer, description="`routing.priority.Lateness`")
    is_ministerial: bool = Field(default=False, sa_type=Boolean, description="a minister signs the reply")
    points_at: datetime | None = moment(
        default=LONG_AGO,
        description="when time changes its points next; null: never",
        sa_column_kwargs={"default": None},  # or a case with null would be written with the default
    )
    topics: list[str] = json_list()
    flags: list[str] = json_list()
    in_danger: bool = Field(
        default=False, sa_type=Boolean, description="whether `flags` has a danger to somebody (`RISK_FLAGS`)"
    )
    language: str = Field(default="en", sa_type=String(2))
    is_restricted: bool = Field(default=False, sa_type=Boolean)
    team_id: str | None = ref("team.id", default=None)
    assignee_id: str | None = ref("staff.id", default=None)
    channel_id: str | None = ref("channel.id", default=None)
    constituent_id: str | None = ref("constituent.id", default=None)
    campaign: str | None = Field(default=None, sa_type=String(80))
    merged_into: str | None = ref("case.id", default=None)
    message_count: int = 0
    version: int = 1
    held_by: str | None = Field(
        default=None, sa_type=String(120), description="the rule that holds it for a person"
    )
    held_because: str | None = Field(default=None, sa_type=Text)
    waiting_for: str | None = Field(default=None, description="the body or person waited for, in words")
    outcome: str | None = Field(default=None, sa_type=String(40))
    outcome_note: str | None = Field(default=None, sa_type=Text)
    next_due_at: datetime | None = moment(default=None)
    received_at: datetime = moment()
    answered_at: datetime | None = moment(
        default=None, description="when we last answered its person; null once they have written again"
    )
    wrote_again_at: datetime | None = moment(
        default=None, description="since when they wait for a further answer; null: since it came"
    )
    created_at: datetime = moment()
    updated_at: datetime = moment()
    closed_at: datetime | None = moment(default=None)


class LinkKind(StrEnum):
    """How two cases that stay two belong together."""

    RELATED = "related"
    DUPLICATE = "duplicate"
    HOUSEHOLD = "household"


class CaseLink(Row, OfficeOwned, table=True):
    """Two cases that belong together, written once; `case_id` is the older case."""

    __tablename__ = "case_link"
    __table_args__ = (UniqueConstraint("case_id", "other_id"),)

    case_id: str = ref("case.id")
    other_id: str = ref("case.id", index=True)
    kind: str = Field(default=LinkKind.RELATED, sa_type=String(12))
    made_by: str | None = Field(default=None, sa_type=String(32))
    made_at: datetime = moment()


_OF_ENQUIRY = text("enquiry_id IS NOT NULL")
WAITED_FOR = text("enquiry_id IS NOT NULL AND met_at IS NULL AND cancelled_at IS NULL")
"""The clocks of bodies that have not answered: what the page of enquiries and the chase ladder read."""


class Clock(Row, OfficeOwned, table=True):
    """A promise with a due time. Its state is read (`routing.sla.read`), never stored."""

    __tablename__ = "clock"
    __table_args__ = (
        Index(
            "clock_counted",
            "office_id",
            "calendar_version",
            postgresql_where=text(RUNNING),
            sqlite_where=text(RUNNING),
        ),
        Index(
            "clock_warning",
            "office_id",
            "warn_at",
            postgresql_where=text(UNWARNED),
            sqlite_where=text(UNWARNED),
        ),
        Index("clock_of_enquiry", "enquiry_id", postgresql_where=_OF_ENQUIRY, sqlite_where=_OF_ENQUIRY),
        Index(
            "clock_waited_for", "office_id", "due_at", postgresql_where=WAITED_FOR, sqlite_where=WAITED_FOR
        ),
    )

    case_id: str = ref("case.id", index=True)
    enquiry_id: str | None = Field(default=None, sa_type=String(32))
    kind: str = Field(sa_type=String(20))
    received_at: datetime = moment()
    amount: int = Field(sa_type=Integer)
    unit: str = Field(sa_type=String(16))
    nation: str | None = Field(
        default=None, sa_type=String(20), description="whose days count; null: the office's own"
    )
    pauses: list[dict[str, str | None]] = json_list()
    extensions: list[dict[str, str | int]] = json_list()
    met_at: datetime | None = moment(default=None)
    cancelled_at: datetime | None = moment(default=None)
    due_at: datetime = moment()
    warn_at: datetime | None = moment(default=None)
    warned_at: datetime | None = moment(default=None)
    calendar_version: int = Field(
        default=0, sa_type=Integer, description="the number of the office's calendar it was worked out by"
    )

    @property
    def is_paused(self) -> bool:
        """Whether it stands still: its due time says nothing until it goes on."""
        return bool(self.pauses) and self.pauses[-1]["end"] is None


PAUSED = cast(SQLModel.metadata.tables["clock"].c.pauses, String).contains('"end": null')
"""`Clock.is_paused`, in a query: only its last pause can be without an end."""
