"""Founds the demo's offices: their people, teams, mailboxes, rules and the postcode table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import resources

from sqlmodel import Session, select

from inbox import areas, bodies, channel_state, channels, offices
from inbox.database import Database
from inbox.demo import lines
from inbox.demo.place import LOOPBACK, Facts, SignIn
from inbox.desk import Tools
from inbox.history import OPERATOR, record
from inbox.models import Channel, ChannelMode, EventKind, Office, OfficeKind, Role, Team, TeamMember, new_id
from inbox.settings import Settings
from inbox.sign_in import people

CHANNEL = "Mailbox"
FORM = "Form on the web"
UNDO_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works in an office. `key` is what stories call them."""

    key: str
    name: str
    email: str
    roles: tuple[Role, ...]
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """One office as it shall be."""

    key: str
    founding: offices.Founding
    mailbox: str
    settings: Mapping[str, str]
    members: tuple[Member, ...]


MP = Plan(
    key="mp",
    founding=offices.Founding(
        "Rowan Ashby MP", OfficeKind.MP, "england", "Wexcombe and Marl Valley", "Rowan Ashby", prefix="WX"
    ),
    mailbox="help@rowanashby.example",
    settings={
        "languages": "en,cy",
        "phone": "01632 960180",
        "address": "12 Mill Street, Wexcombe ZZ10 1AA",
        "signature": "The office of Rowan Ashby\nMember of Parliament for Wexcombe and Marl Valley",
        "named_lead": "tom.bright@rowanashby.example",
    },
    members=(
        Member("priya", "Priya Nair", "priya.nair@rowanashby.example", (Role.CASEWORKER,),
               ("Casework", "Housing", "Benefits", "Immigration")),
        Member("tom", "Tom Bright", "tom.bright@rowanashby.example",
               (Role.MANAGER, Role.ADMINISTRATOR),
               ("Office", "Safeguarding", "Press", "Campaigns", "Policy")),
        Member("rowan", "Rowan Ashby", "rowan.ashby@rowanashby.example", (Role.SIGNATORY,)),
    ),
)  # fmt: skip
DEPARTMENT = Plan(
    key="department",
    founding=offices.Founding(
        "Department for Homes and Benefits", OfficeKind.DEPARTMENT, "england", prefix="DHB"
    ),
    mailbox="correspondence@homesandbenefits.example",
    settings={
        "phone": "01632 960190",
        "signature": "Correspondence unit\nDepartment for Homes and Benefits",
        "named_lead": "aisha.malik@homesandbenefits.example",
    },
    members=(
        Member("aisha", "Aisha Malik", "aisha.malik@homesandbenefits.example",
               (Role.OFFICIAL, Role.CHECKER, Role.MANAGER),
               ("Ministerial correspondence", "Safeguarding", "Press office")),
        Member("ben", "Ben Carter", "ben.carter@homesandbenefits.example", (Role.OFFICIAL,),
               ("Correspondence unit", "FOI and data", "Policy")),
    ),
)  # fmt: skip
PLANS = (MP, DEPARTMENT)


def found(
    database: Database, tools: Tools, settings: Settings, facts: Facts, *, now: datetime
) -> dict[str, str]:
    """Founds every office and lays its postcodes down; the office ids by their keys."""
    with database.write() as session:
        areas.load(session, areas.read_table(_lines("postcodes.csv")), areas.DEFAULT_BOUNDARIES)
    ids = {plan.key: _found(database, tools, settings, facts, plan, now) for plan in PLANS}
    with database.write(ids[MP.key]) as session:
        known = bodies.read_file(_lines("bodies.csv"))
        bodies.import_lines(session, known, source="bodies.csv", now=now, actor=OPERATOR)
    return ids


def connect(database: Database, office_ids: Mapping[str, str], facts: Facts, now: datetime) -> None:
    """Points the mailboxes at where the demo's servers listen now."""
    ports = {"imap_port": str(facts.imap_port), "smtp_port": str(facts.smtp_port)}
    for office_id in office_ids.values():
        with database.write(office_id) as session:
            channel = mailbox_of(session)
            if {name: channel.settings.get(name) for name in ports} == ports and not channel.failures:
                continue
            channel.settings = {**channel.settings, **ports}
            channel_state.worked(channel, now)
            record(session, None, EventKind.CHANNEL_CHANGED, OPERATOR, now=now, channel=channel.id,
                   fields=sorted(ports))  # fmt: skip


def offices_in(database: Database) -> dict[str, str]:
    """The demo's office ids by their keys."""
    with database.read() as session:
        ids = {office.name: office.id for office in session.exec(select(Office))}
    return {plan.key: ids[plan.founding.name] for plan in PLANS}


def mailbox_of(session: Session) -> Channel:
    return session.exec(select(Channel).where(Channel.name == CHANNEL)).one()


def _lines(file: str) -> list[str]:
    return (resources.files("inbox.demo") / file).read_text(encoding="utf-8").splitlines()


def _found(
    database: Database, tools: Tools, settings: Settings, facts: Facts, plan: Plan, now: datetime
) -> str:
    office_id = new_id()
    with database.write(office_id) as session:
        office = offices.found(session, plan.founding, actor=OPERATOR, now=now)
        session.flush()
        ids = {member.key: _join(session, tools, facts, plan, member, now) for member in plan.members}
        _fill_teams(session, office_id, plan, ids)
        if "rowan" in ids:
            lines.lay(session, ids, now)
        pairs = {**plan.settings, "undo_seconds": str(UNDO_SECONDS)}
        offices.change(session, office, pairs, actor=OPERATOR, now=now)
        channels.add(
            session, kind="email", name=CHANNEL, values=_mailbox(plan, facts),
            secrets={"password": facts.mailbox_password}, keys=tools.keys, settings=settings, now=now,
            actor=OPERATOR, mode=ChannelMode.FULL,
        )  # fmt: skip
        channels.add(
            session, kind="web", name=FORM, values={}, secrets={}, keys=tools.keys, settings=settings,
            now=now, actor=OPERATOR, mode=ChannelMode.FULL,
        )  # fmt: skip
    return office_id


def _join(session: Session, tools: Tools, facts: Facts, plan: Plan, member: Member, now: datetime) -> str:
    staff, secret = people.add_staff(
        session, tools.keys, email=member.email, name=member.name, roles=member.roles,
        password=facts.password, actor=OPERATOR, now=now,
    )  # fmt: skip
    session.flush()
    role = " and ".join(str(role) for role in member.roles)
    facts.people.append(SignIn(member.name, member.email, plan.founding.name, role, secret))
    return staff.id


def _fill_teams(session: Session, office_id: str, plan: Plan, ids: Mapping[str, str]) -> None:
    teams = {team.name: team.id for team in session.exec(select(Team))}
    for member in plan.members:
        for team in member.teams:
            session.add(TeamMember(office_id=office_id, team_id=teams[team], staff_id=ids[member.key]))


def _mailbox(plan: Plan, facts: Facts) -> dict[str, str]:
    return {
        "address": plan.mailbox, "poll_seconds": "30", "plus_addressing": "no",
        "imap_host": LOOPBACK, "imap_port": str(facts.imap_port), "imap_tls": "none",
        "smtp_host": LOOPBACK, "smtp_port": str(facts.smtp_port), "smtp_tls": "none",
    }  # fmt: skip
