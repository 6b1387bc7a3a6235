"""Who may do what: one table, one question, and the cases a person may know of.

Administrators keep the system and auditors read the log; neither sees a case by default. A restricted case
(threats, relatives of staff) is known only to managers, the safeguarding lead and the person it is given to;
for everybody else it does not exist: not in a list, a count, a suggestion, a stream or an error.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import Protocol

from sqlalchemy import ColumnElement, and_, false, func, or_, true
from sqlmodel import Session, col, select

from inbox.database import find, locked
from inbox.errors import NotAllowed, NotFound
from inbox.history import Actor, ActorKind
from inbox.models import INTEGRATION_ROLE, Case, ChannelAct, Delivery, Role


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


ON_CHANNEL: Mapping[ChannelAct, Action] = {
    ChannelAct.READ: Action.READ_CASE,
    ChannelAct.DRAFT: Action.DRAFT,
    ChannelAct.SEND: Action.SEND,
    ChannelAct.APPROVE: Action.APPROVE,
    ChannelAct.HIDE: Action.SEND,
    ChannelAct.SETTINGS: Action.MANAGE_CHANNELS,
}
"""What an office can close to a role on one channel, and the right that it is part of."""


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
    closed: frozenset[tuple[str, str]] = frozenset()
    """What they may not do on which channel: (channel id, `ChannelAct`), as `closed_to` finds it."""

    @property
    def actions(self) -> frozenset[Action]:
        """All that this person may do, cases aside."""
        only_reads = self.token is not None and self.token.scope is Scope.READ
        return _rights(None if self.staff_id is None else self.roles, only_reads)

    @property
    def sees_restricted(self) -> bool:
        return self.is_named_lead or Action.SEE_RESTRICTED in self.actions

    @property
    def hidden_channels(self) -> frozenset[str]:
        """The channels that this person may not read: what came through them is not there."""
        return frozenset(channel for channel, act in self.closed if act == ChannelAct.READ)

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
    @property
    def channel_id(self) -> str | None: ...


def may(person: Person, action: Action, case: CaseFacts | None = None) -> bool:
    """Whether `person` may do `action`, on `case` if one is given."""
    return action in person.actions and (case is None or may_know(person, case))


def may_know(person: Person, case: CaseFacts) -> bool:
    """Whether this person may know that the case exists."""
    if case.office_id != person.office_id or Action.READ_CASE not in person.actions:
        return False
    if case.channel_id in person.hidden_channels:
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


def closed_to(
    roles: frozenset[Role] | None, closures: Iterable[tuple[str, str, str]]
) -> frozenset[tuple[str, str]]:
    """What is closed to somebody with these roles (None: a token that acts for nobody).

    `closures`: (channel id, role, act). One role that has the right and is not closed is enough to keep it.
    """
    shut: dict[tuple[str, str], set[str]] = {}
    for channel, role, act in closures:
        shut.setdefault((channel, act), set()).add(role)
    return frozenset(
        (channel, act)
        for (channel, act), closed in shut.items()
        if (having := _having(roles, ON_CHANNEL[ChannelAct(act)])) and having <= closed
    )


def may_on(person: Person, act: ChannelAct, channel_id: str | None) -> bool:
    """Whether this person may do that on that channel, their role's rights aside. None: on no channel."""
    reads = act is ChannelAct.SETTINGS or (channel_id, ChannelAct.READ) not in person.closed
    return reads and (channel_id, act) not in person.closed


def require_on(person: Person, act: ChannelAct, channel_id: str | None) -> None:
    """Raises NotFound for what came through a channel they may not read, NotAllowed for the rest."""
    if may_on(person, act, channel_id):
        return
    if act is not ChannelAct.SETTINGS and (channel_id, ChannelAct.READ) in person.closed:
        raise NotFound
    raise NotAllowed(f"Your role may not do this on this channel ({act}).", action=f"channel_{act}")


def visible_cases(person: Person) -> ColumnElement[bool]:
    """What every list, count, search and suggestion of cases adds to its WHERE."""
    if Action.READ_CASE not in person.actions:
        return _NOTHING
    hidden = person.hidden_channels
    if not hidden:
        return _EVERYTHING if person.sees_restricted else _unrestricted_and_own(person.staff_id)
    return _of_open_channels(person.sees_restricted, person.staff_id, hidden)


_NOTHING, _EVERYTHING = false(), true()


@lru_cache(maxsize=1024)
def _unrestricted_and_own(staff_id: str | None) -> ColumnElement[bool]:
    """The same object each time, so that statements made with it can be kept."""
    unrestricted = col(Case.is_restricted).is_(False)
    return unrestricted if staff_id is None else or_(unrestricted, col(Case.assignee_id) == staff_id)


@lru_cache(maxsize=1024)
def _of_open_channels(
    sees_restricted: bool, staff_id: str | None, hidden: frozenset[str]
) -> ColumnElement[bool]:
    shown = or_(col(Case.channel_id).is_(None), col(Case.channel_id).not_in(sorted(hidden)))
    return shown if sees_restricted else and_(shown, _unrestricted_and_own(staff_id))


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
    speaks_of(session, case)
    return case


def speaks_of(session: Session, case: Case) -> None:
    """Notes that this session's answer may tell of the case: who repeats the request must know it still."""
    session.info.setdefault("speaks_of", set()).add(case.id)


def may_hear_again(
    session: Session, person: Person, case_ids: Collection[str], hidden: Collection[str]
) -> bool:
    """Whether this person may know all these cases still, and no channel was closed to them but `hidden`."""
    known = select(func.count()).select_from(Case).where(col(Case.id).in_(case_ids), visible_cases(person))
    return person.hidden_channels <= set(hidden) and session.exec(known).one() == len(case_ids)


def find_delivery(session: Session, person: Person, delivery_id: str, action: Action) -> Delivery:
    """Something on its way out, if this person may know its case and do `action`; locked as a case is.

    To settle it may send it again, and so needs the right to send on its channel; to stop it does not.
    """
    delivery = session.exec(locked(session, select(Delivery).where(Delivery.id == delivery_id))).first()
    if delivery is None:
        raise NotFound
    act = ChannelAct.SEND if action is Action.SETTLE_DELIVERY else ChannelAct.READ
    require_on(person, act, delivery.channel_id)
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


def _having(roles: frozenset[Role] | None, action: Action) -> set[str]:
    """Which of these roles have the right."""
    if roles is None:
        return {INTEGRATION_ROLE} if action in INTEGRATION else set()
    return {str(role) for role in roles if action in RIGHTS[role]}


def _why_not(person: Person, action: Action) -> str:
    if person.token and person.token.scope is Scope.READ and action not in READING:
        return "This token may only read."
    if person.staff_id is None:
        return "A token that acts for nobody may create, read and note, nothing more."
    return f"Your role does not include this ({action.replace('_', ' ')})."
