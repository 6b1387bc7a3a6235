"""The office's rules as they stand and as they stood, what they decided, and whom they still have to call."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, Index, Integer, String, Text, UniqueConstraint, text
from sqlmodel import Field

from inbox.models.base import Json, OfficeOwned, Row, moment, ref


class Rule(Row, OfficeOwned, table=True):
    """Conditions and outcomes as data; `body` is the shape of `routing.rules.Rule`."""

    __tablename__ = "rule"
    __table_args__ = (UniqueConstraint("office_id", "name"),)

    name: str = Field(sa_type=String(120))
    position: int
    version: int = 1
    is_enabled: bool = Field(default=True, sa_type=Boolean)
    body: dict[str, object] = Field(sa_type=Json)


class RuleVersion(Row, OfficeOwned, table=True):
    """A rule as it was saved once. It stays when the rule is gone, so that an old trace can be read."""

    __tablename__ = "rule_version"
    __table_args__ = (UniqueConstraint("rule_id", "version"), Index("rule_version_name", "office_id", "name"))

    rule_id: str = Field(sa_type=String(32))
    name: str = Field(sa_type=String(120))
    version: int
    body: dict[str, object] = Field(sa_type=Json)
    how: str = Field(sa_type=String(16), description="what was done to it: added, changed, moved, ...")
    saved_by: str = Field(default="", description="the name of whoever saved it")
    saved_at: datetime = moment()


class Decision(OfficeOwned, table=True):
    """What the rules said of one message, and why: the trace that the case page shows."""

    __tablename__ = "decision"

    message_id: str = ref("message.id", primary_key=True)
    case_id: str = ref("case.id", index=True)
    decided_at: datetime = moment()
    trace: dict[str, object] = Field(sa_type=Json)


class RuleFiring(Row, OfficeOwned, table=True):
    """A rule acted on a case that was there already. `holds`: it has not ceased to be so since."""

    __tablename__ = "rule_firing"
    __table_args__ = (
        Index("rule_firing_of_case", "case_id", "fired_at"),
        Index(
            "rule_firing_holds",
            "office_id",
            "rule_id",
            "case_id",
            unique=True,
            postgresql_where=text("holds"),
            sqlite_where=text("holds"),
        ),
    )

    case_id: str = ref("case.id")
    rule_id: str = Field(sa_type=String(32))
    trigger: str = Field(sa_type=String(8))
    trace: dict[str, object] = Field(sa_type=Json)
    holds: bool = Field(default=False, sa_type=Boolean)
    fired_at: datetime = moment()


class RuleProgress(OfficeOwned, table=True):
    """How far the rules on change have read an office's history, and the rules on time its open cases."""

    __tablename__ = "rule_progress"

    office_id: str = ref("office.id", primary_key=True)
    events_read: int = Field(default=0, sa_type=Integer)
    cases_read: str = Field(default="", sa_type=String(32))


class CallState(StrEnum):
    """`unknown`: perhaps they were told; no machine tells them again."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


class RuleCall(Row, OfficeOwned, table=True):
    """A web address that a rule wants told of a case: queued with the decision, called after its commit."""

    __tablename__ = "rule_call"

    case_id: str = ref("case.id", index=True)
    rule: str = Field(sa_type=String(120))
    version: int
    address: str = Field(sa_type=Text, description="sealed")
    host: str
    rule_id: str | None = Field(
        default=None, sa_type=String(32), index=True, description="whose secret signs"
    )
    is_signed: bool = Field(default=False, sa_type=Boolean)
    answered: int | None = Field(default=None, sa_type=Integer, description="the status of their answer")
    state: str = Field(default=CallState.WAITING, sa_type=String(8))
    attempts: int = 0
    trouble: str | None = Field(default=None, sa_type=Text)
    queued_at: datetime = moment()
    ended_at: datetime | None = moment(default=None)


class RuleSecret(Row, OfficeOwned, table=True):
    """What a rule signs its calls with; shown once when it was made, sealed here."""

    __tablename__ = "rule_secret"
    __table_args__ = (UniqueConstraint("rule_id"),)

    rule_id: str = Field(sa_type=String(32))
    name: str = Field(sa_type=String(120), description="the rule's name when it was made")
    sealed: str = Field(sa_type=Text)
    made_at: datetime = moment()
    made_by: str = Field(default="", description="the name of whoever made it")
