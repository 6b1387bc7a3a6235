"""Who may do what: one table, one question, and the cases a person may know of.

Administrators keep the system and auditors read the log; neither sees a case by default. A restricted case
(threats, relatives of staff) is known only to managers, the safeguarding lead and the person it is given to;
for everybody else it does not exist: not in a list, a count, a suggestion, a stream or an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import Protocol

from sqlalchemy import ColumnElement, false, or_, true
from sqlmodel import Session, col, select

from inbox.database import find, locked
from inbox.errors import NotAllowed, NotFound
from inbox.history import Actor, ActorKind
from inbox.models import Case, Delivery, Role


class Action(StrEnum):
    """Everything that is guarded."""

    READ_CASE = "read_case"
    SEE_RESTRICTED = "see_restricted"
    CREATE_CASE = "create_case"
    TRIAGE = "triage"
    ASSIGN = "assign"
    NOTE = "note"
    DRAFT = "draft"
    SEND = "send"
    APPROVE = "approve"
    SETTLE_DELIVERY = "settle_delivery"
    CLOSE = "close"
    EXPORT = "export"
    READ_INSIGHT = "read_insight"
    READ_CHANNELS = "read_channels"
    READ_HISTORY = "read_history"
    READ_VIEWS = "read_views"
    READ_RULES = "read_rules"
    MANAGE_RULES = "manage_rules"
    MANAGE_CHANNELS = "manage_channels"
    MANAGE_OFFICE = "manage_office"
    MANAGE_STAFF = "manage_staff"
    KEEP_SELF = "keep_self"


READING = frozenset(
    {
        Action.READ_CASE,
        Action.SEE_RESTRICTED,
        Action.READ_INSIGHT,
        Action.READ_CHANNELS,
        Action.READ_HISTORY,
        Action.READ_VIEWS,
        Action.READ_RULES,
    }
)
"""What a token of scope `read` keeps of its person's rights."""

_CASEWORK = frozenset(
    {
        Action.READ_CASE,
        Action.CREATE_CASE,
        Action.TRIAGE,
        Action.ASSIGN,
        Action.NOTE,
        Action.DRAFT,
        Action.SEND,
        Action.SETTLE_DELIVERY,
        Action.CLOSE,
        Action.READ_INSIGHT,
        Action.READ_CHANNELS,
        Action.READ_RULES,
    }
)
_SIGNING = frozenset(
    {Action.READ_CASE, Action.NOTE, Action.DRAFT, Action.SEND, Action.APPROVE, Action.READ_RULES}
)

# SEND: let a text leave, standing for it alone where the office allows that. APPROVE: stand for a text that
# somebody else wrote. Which of them a text needs is said by the office's ladder (`signoff`).
RIGHTS: Mapping[Role, frozenset[Action]] = {
    Role.CASEWORKER: _CASEWORK | {Action.APPROVE},
    Role.OFFICIAL: _CASEWORK,
    Role.CHECKER: _SIGNING,
    Role.SIGNATORY: _SIGNING,
    Role.MANAGER: _CASEWORK
    | {
        Action.APPROVE,
        Action.SEE_RESTRICTED,
        Action.EXPORT,
        Action.READ_HISTORY,
        Action.READ_VIEWS,
        Action.MANAGE_RULES,
        Action.MANAGE_CHANNELS,
        Action.MANAGE_OFFICE,
    },
    Role.ADMINISTRATOR: frozenset(
        {
            Action.READ_CHANNELS,
            Action.READ_RULES,
            Action.MANAGE_RULES,
            Action.MANAGE_CHANNELS,
            Action.MANAGE_OFFICE,
            Action.MANAGE_STAFF,
        }
    ),
    Role.AUDITOR: frozenset({Action.READ_HISTORY, Action.READ_VIEWS, Action.READ_INSIGHT, Action.READ_RULES}),
}

INTEGRATION = frozenset(
    {Action.READ_CASE, Action.CREATE_CASE, Action.NOTE, Action.DRAFT, Action.READ_CHANNELS}
)
"""A token that acts for nobody: it may create, read and note, and never lets anything leave."""


class Scope(StrEnum):
    """How far a token reaches."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class TokenUse:
    """The token by which somebody acts."""

    id: str
    name: str
    scope: Scope


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever acts in one office: somebody signed in, or a token. `staff_id` is None for an integration."""

    staff_id: str | None
    office_id: str
    name: str
    email: str
    roles: frozenset[Role]
    is_named_lead: bool = False
    token: TokenUse | None = None

    @property
    def actions(self) -> frozenset[Action]:
        """All that this person may do, cases aside."""
        only_reads = self.token is not None and self.token.scope is Scope.READ
        return _rights(None if self.staff_id is None else self.roles, only_reads)

    @property
    def sees_restricted(self) -> bool:
        return self.is_named_lead or Action.SEE_RESTRICTED in self.actions

    @property
    def actor(self) -> Actor:
        """As the history names them. By token: the person's id, and the token's name beside theirs."""
        if self.token is None:
            return Actor(ActorKind.STAFF, self.staff_id, self.name)
        name = f"{self.name} (token {self.token.name})" if self.staff_id else self.token.name
        return Actor(ActorKind.TOKEN, self.staff_id or self.token.id, name)


class CaseFacts(Protocol):
    """What the policy reads of a case; a `Case` or a light row."""

    @property
    def office_id(self) -> str: ...
    @property
    def is_restricted(self) -> bool: ...
    @property
    def assignee_id(self) -> str | None: ...


def may(person: Person, action: Action, case: CaseFacts | None = None) -> bool:
    """Whether `person` may do `action`, on `case` if one is given."""
    return action in person.actions and (case is None or may_know(person, case))


def may_know(person: Person, case: CaseFacts) -> bool:
    """Whether this person may know that the case exists."""
    if case.office_id != person.office_id or Action.READ_CASE not in person.actions:
        return False
    if not case.is_restricted or person.sees_restricted:
        return True
    return person.staff_id is not None and case.assignee_id == person.staff_id


def require(person: Person, action: Action, case: CaseFacts | None = None) -> None:
    """Raises NotFound for a case this person may not know of, NotAllowed for the rest they may not do."""
    if case is not None and not may_know(person, case):
        if Action.READ_CASE not in person.actions:
            raise NotAllowed("Your role does not include reading cases.", action=str(action))
        raise NotFound
    if action not in person.actions:
        raise NotAllowed(_why_not(person, action), action=str(action))


def visible_cases(person: Person) -> ColumnElement[bool]:
    """What every list, count, search and suggestion of cases adds to its WHERE."""
    if Action.READ_CASE not in person.actions:
        return _NOTHING
    return _EVERYTHING if person.sees_restricted else _unrestricted_and_own(person.staff_id)


_NOTHING, _EVERYTHING = false(), true()


@lru_cache(maxsize=1024)
def _unrestricted_and_own(staff_id: str | None) -> ColumnElement[bool]:
    """The same object each time, so that statements made with it can be kept."""
    unrestricted = col(Case.is_restricted).is_(False)
    return unrestricted if staff_id is None else or_(unrestricted, col(Case.assignee_id) == staff_id)


def find_case(session: Session, person: Person, reference: str, action: Action) -> Case:
    """The case with that reference, if this person may know it and do `action`; refuses as `require` does.

    In a session that writes it is read anew and locked: ask before changing it.
    """
    if Action.READ_CASE not in person.actions:
        require(person, Action.READ_CASE)
    query = select(Case).where(Case.reference == reference, visible_cases(person))
    case = session.exec(locked(session, query, fresh=True)).first()
    if case is None:
        raise NotFound
    require(person, action, case)
    return case


def find_delivery(session: Session, person: Person, delivery_id: str, action: Action) -> Delivery:
    """Something on its way out, if this person may know its case and do `action`; locked as a case is."""
    delivery = session.exec(locked(session, select(Delivery).where(Delivery.id == delivery_id))).first()
    if delivery is None:
        raise NotFound
    if delivery.case_id is not None:
        find_case(session, person, find(session, Case, delivery.case_id).reference, action)
    return delivery


@cache
def _rights(roles: frozenset[Role] | None, only_reads: bool) -> frozenset[Action]:
    if roles is None:
        own = INTEGRATION
    else:
        own = frozenset({Action.KEEP_SELF}).union(*(RIGHTS[role] for role in roles))
    return own & READING if only_reads else own


def _why_not(person: Person, action: Action) -> str:
    if person.token and person.token.scope is Scope.READ and action not in READING:
        return "This token may only read."
    if person.staff_id is None:
        return "A token that acts for nobody may create, read and note, nothing more."
    return f"Your role does not include this ({action.replace('_', ' ')})."
