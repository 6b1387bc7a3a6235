"""What every stage needs to know of its office, loaded once: rules, calendar, teams, channels, keys."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from connectors.contract import Composes, Limits
from inbox.calendars import calendar_of, targets_of
from inbox.database import office_of
from inbox.lessons import learned_by
from inbox.models import (
    SENDING,
    Channel,
    ChannelClosure,
    ChannelMode,
    Office,
    Rule,
    Staff,
    Team,
    TeamMember,
)
from inbox.scanning import Scanner
from inbox.secrets import SecretKeys
from inbox.storage import Store
from routing.engine import CompiledRules, compile_rules
from routing.learning import Learned
from routing.rule_files import stored_rule
from routing.rules import Rule as RoutingRule
from routing.taking import Worker
from routing.targets import Target
from routing.words import ClockKind
from routing.working_time import WorkingCalendar


@dataclass(frozen=True, slots=True)
class Tools:
    """What a node hands to its stages: where bytes lie, its keys, its address, how letters are composed.

    `limits` says by kind of channel what one message may carry, `scan` whether a file may be opened.
    """

    store: Store
    keys: SecretKeys
    base_url: str
    composers: Mapping[str, Composes]
    limits: Mapping[str, Limits]
    scan: Scanner


@dataclass(frozen=True, slots=True)
class Desk:
    """One office, ready to work. A snapshot: load it anew for each batch of work."""

    office: Office
    tools: Tools
    rules: CompiledRules
    calendar: WorkingCalendar
    targets: Mapping[ClockKind, Target]
    teams: Mapping[str, str]
    channels: dict[str, Channel]
    staff: Mapping[str, Staff]
    members: Mapping[str, tuple[str, ...]]
    closures: tuple[tuple[str, str, str], ...] = ()
    """What is closed on which channel to which role: (channel id, role, act)."""
    learned: Learned | None = None

    @property
    def keys(self) -> SecretKeys:
        return self.tools.keys

    @property
    def store(self) -> Store:
        return self.tools.store

    @property
    def own_addresses(self) -> frozenset[str]:
        return frozenset(channel.account.lower() for channel in self.channels.values())

    def meet(self, channel: Channel) -> None:
        """A channel that came to be while this desk was open."""
        self.channels.setdefault(channel.id, channel)

    def address_kind(self, channel: Channel) -> str:
        """The kind under which the addresses that this channel writes to are known."""
        limits = self.tools.limits.get(channel.kind)
        return (limits.addresses if limits else None) or channel.kind

    def can_mail(self, channel: Channel) -> bool:
        """Whether letters to any address can leave by it: a mailbox, and no platform where people must speak
        first."""
        limits = self.tools.limits.get(channel.kind)
        return channel.kind in self.tools.composers and limits is not None and limits.subject

    def carrier_of(self, channel_id: str | None) -> Channel | None:
        """What answers a message that came through this channel: the channel itself, else the first mailbox.

        A form only takes in; whoever filled it in is reached by email. A mailbox that sends comes first.
        """
        used = self.channels.get(channel_id or "")
        if used is not None and used.kind in self.tools.composers:
            return used
        able = [one for _, one in sorted(self.channels.items()) if self.can_mail(one)]
        return min(able, key=lambda one: one.mode not in SENDING, default=None)

    def worker(self, staff: Staff) -> Worker:
        """A person as `routing.taking` sees them."""
        teams = frozenset(team for team, members in self.members.items() if staff.id in members)
        return Worker(staff.id, frozenset(staff.skills), teams, staff.away_from, staff.away_until)

    def mode_of(self, channel_id: str | None) -> ChannelMode:
        channel = self.channels.get(channel_id or "")
        return ChannelMode(channel.mode) if channel else ChannelMode.OFF


def open_desk(session: Session, tools: Tools) -> Desk:
    """The session's office as it is now."""
    office = session.exec(select(Office).where(Office.id == office_of(session))).one()
    channels = session.exec(select(Channel).where(col(Channel.removed_at).is_(None))).all()
    members: dict[str, list[str]] = {}
    for member in session.exec(select(TeamMember)):
        members.setdefault(member.team_id, []).append(member.staff_id)
    return Desk(
        office=office,
        tools=tools,
        rules=rules_of(session),
        calendar=calendar_of(office),
        targets=targets_of(office),
        teams={team.name: team.id for team in session.exec(select(Team))},
        channels={channel.id: channel for channel in channels},
        staff={person.id: person for person in session.exec(select(Staff))},
        members={team: tuple(sorted(people)) for team, people in members.items()},
        closures=tuple((one.channel_id, one.role, one.act) for one in session.exec(select(ChannelClosure))),
        learned=learned_by(session),
    )


def rules_of(session: Session) -> CompiledRules:
    """The office's rules ready to run. Made once for each state they are in: 200 rules take long to make."""
    marks = select(Rule.id, Rule.version, Rule.position).where(col(Rule.is_enabled))
    key = tuple(session.exec(marks.order_by(col(Rule.position), col(Rule.name))).all())
    is_settled = not session.info.get(RULES_CHANGED)  # else it may be rolled back, and the marks used again
    found = _READY.get(key) if is_settled else None
    if found is None:
        rows = session.exec(select(Rule).where(col(Rule.is_enabled)).order_by(col(Rule.position))).all()
        found = compile_rules([rule_in(row) for row in rows])
        while len(_READY) >= _MOST_READY:
            _READY.pop(next(iter(_READY)), None)
        if is_settled:
            _READY[key] = found
    return found


def rule_in(row: Rule) -> RoutingRule:
    """What a row says, with the place and the version that the row has now."""
    return stored_rule(row.body).model_copy(
        update={"position": row.position, "enabled": row.is_enabled, "version": row.version}
    )


RULES_CHANGED = "rules changed"
"""What a session notes of itself once it has changed rules."""
_MOST_READY = 256
_READY: dict[tuple[tuple[str, int, int], ...], CompiledRules] = {}
"""Rule sets made ready, by the ids, versions and places of their rules, which name no office's content."""
