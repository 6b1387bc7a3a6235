"""Short mails to the office's own people: a reference and where to look, never what anybody wrote.

They leave by the office's system channel; an office that chose none uses the first mailbox that sends,
because a threat that nobody is told of is worse. A mail that cannot be made holds nothing up.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, text
from sqlmodel import Session, select

from connectors.contract import Handle, Letter, PermanentFailure
from inbox import outbox
from inbox.access import Person, closed_to, may_know
from inbox.dates import local_date
from inbox.desk import Desk
from inbox.history import SYSTEM, record
from inbox.models import Case, Channel, ChannelMode, Delivery, Event, EventKind, Role, Staff, new_id
from inbox.models.delivery import NOTICES
from inbox.models.history import ALERTS
from inbox.silence import Silence
from inbox.wording import letter
from routing.rules import NAMED_LEAD

AGAIN_AFTER = timedelta(minutes=15)
MOST_AN_HOUR = 60
"""Past this an office is not mailed about each one: everybody looks at the queue by then."""


class About(StrEnum):
    """What an alert is about: the folder of its words."""

    CASE = "alert-case"
    LINK_LOCKED = "alert-link-locked"
    SIGN_IN = "alert-sign-in"
    CHANNEL = "alert-channel"
    ANSWER = "alert-answer"
    DISK = "alert-disk"
    SILENCE = "alert-silent"


def of_case(session: Session, desk: Desk, case: Case, told: Iterable[str], *, now: datetime) -> int:
    """Tells those a rule named (`named lead`, a staff address, a team's name); returns how many were.

    Where the named lead is not set, or is no longer here, the managers are told instead.
    """
    wanted = {one.id: one for name in told for one in _called(desk, name)}
    return _of_case(session, desk, case, About.CASE, wanted.values(), now=now) if told else 0


def of_locked_link(session: Session, desk: Desk, case: Case, *, now: datetime) -> int:
    """Five wrong answers at a status link: whoever has the case is told, else the managers."""
    owner = desk.staff.get(case.assignee_id or "")
    wanted = [owner] if owner is not None and owner.is_active else managers(desk)
    return _of_case(session, desk, case, About.LINK_LOCKED, wanted, now=now)


def of_answer(session: Session, desk: Desk, case: Case, writer: Staff, *, now: datetime) -> int:
    """Somebody's own words came by email or on paper and cannot go as they are: the managers are told."""
    return _of_case(session, desk, case, About.ANSWER, managers(desk), now=now, name=writer.name)


def of_sign_in(session: Session, desk: Desk, staff_id: str, tries: int, *, now: datetime) -> int:
    """So many wrong passwords or codes that a person's sign-in is closed for a while: they are told."""
    staff = desk.staff.get(staff_id)
    if staff is None or not staff.is_active:
        return 0
    values = {"tries": str(tries), "at": _moment(desk, now), "office": desk.office.name}
    return _tell(session, desk, None, About.SIGN_IN, [staff], values, now=now)


def of_channel(session: Session, desk: Desk, channel: Channel, *, now: datetime) -> int:
    """A channel that needs a person, or has not answered for long: the managers are told, once a day."""
    trouble = channel.trouble or "it does not answer"
    return _of_channel(session, desk, channel, trouble, channel.failing_since or now, now=now)


def _of_channel(
    session: Session, desk: Desk, channel: Channel, trouble: str, since: datetime, *, now: datetime,
    **which: str,
) -> int:  # fmt: skip
    values = {
        "channel": channel.name,
        "trouble": trouble,
        "since": _moment(desk, since),
        "link": _link_of(desk, channel),
        "office": desk.office.name,
    }
    return _tell_daily(session, desk, About.CHANNEL, values, now=now, channel=channel.id, **which)


def of_sign_in_ending(session: Session, desk: Desk, channel: Channel, *, now: datetime) -> int:
    """A channel's sign-in runs out soon: the managers are told while there is time, once a day."""
    ends = channel.signed_in_until
    if ends is None:
        return 0
    day = local_date(ends, desk.office.time_zone)
    return _of_channel(session, desk, channel, f"its sign-in ends on {day}", now, now=now, soon="sign_in")


def of_disk(session: Session, desk: Desk, free: int, least: int, *, now: datetime) -> int:
    """The disk fills up (in megabytes): the managers are told while there is time, once a day."""
    values = {"free": str(free), "least": str(least), "office": desk.office.name}
    return _tell_daily(session, desk, About.DISK, values, now=now)


def of_silence(session: Session, desk: Desk, channel: Channel, silence: Silence, *, now: datetime) -> int:
    """Nothing came through a channel for far longer than usual: the managers are told, once a day."""
    values = {
        "channel": channel.name,
        "since": _moment(desk, silence.since),
        "usual": str(round(silence.usual.total_seconds() / 3600) or 1),
        "link": _link_of(desk, channel),
        "office": desk.office.name,
    }
    return _tell_daily(session, desk, About.SILENCE, values, now=now, channel=channel.id)


def managers(desk: Desk) -> list[Staff]:
    """Who answers for the office."""
    return [one for one in desk.staff.values() if one.is_active and Role.MANAGER in one.roles]


def _called(desk: Desk, name: str) -> list[Staff]:
    wanted = name.strip().lower()
    if wanted == NAMED_LEAD:
        lead = desk.staff.get(desk.office.named_lead or "")
        return [lead] if lead is not None and lead.is_active else managers(desk)
    team = next((key for title, key in desk.teams.items() if title.lower() == wanted), None)
    members = desk.members.get(team or "", ())
    return [
        one for one in desk.staff.values() if one.is_active and (one.email == wanted or one.id in members)
    ]


def _of_case(
    session: Session, desk: Desk, case: Case, about: About, wanted: Iterable[Staff], *, now: datetime,
    **more: str,
) -> int:  # fmt: skip
    if _told_lately(session, case, about, now):
        return 0
    able = [one for one in wanted if may_know(person_of(desk, one), case)]
    values = {
        "reference": case.reference,
        "link": f"{desk.tools.base_url.rstrip('/')}/cases/{case.reference}",
        "at": _moment(desk, now),
        "office": desk.office.name,
        **more,
    }
    return _tell(session, desk, case, about, able, values, now=now)


def _tell_daily(
    session: Session, desk: Desk, about: About, values: Mapping[str, str], *, now: datetime, **which: str
) -> int:
    """Tells the managers, once a day for each thing: `about`, and `which` of them.

    Where nobody could be told it is tried again, and noted again only if something else is in the way.
    """
    wanted: dict[str, str | None] = {"about": str(about), "channel": None, "soon": None, **which}
    lately = select(Event.detail).where(text(ALERTS), Event.at > now - timedelta(days=1))
    told = [one for one in session.exec(lately) if all(one.get(key) == wanted[key] for key in wanted)]
    because = _why_nobody(session, managers(desk), channel_of(desk), now)
    if any(one.get("staff") or one.get("because") == because for one in told):
        return 0
    return _tell(session, desk, None, about, managers(desk), values, now=now, **which)


def _tell(
    session: Session, desk: Desk, case: Case | None, about: About, wanted: list[Staff],
    values: Mapping[str, str], *, now: datetime, **detail: Any,
) -> int:  # fmt: skip
    """Queues one mail for each; notes who was told, or why nobody was."""
    channel = channel_of(desk)
    because = _why_nobody(session, wanted, channel, now)
    told = [] if channel is None or because else wanted
    told = [one for one in told if channel and _send(session, desk, channel, case, about, one, values, now)]
    record(session, case, EventKind.ALERTED, SYSTEM, now=now, about=str(about),
           staff=[one.id for one in told], because=because, **detail)  # fmt: skip
    return len(told)


def _why_nobody(session: Session, wanted: list[Staff], channel: Channel | None, now: datetime) -> str | None:
    """What keeps everybody from being told; None where they can be."""
    if not wanted:
        return "nobody"
    if channel is None:
        return "no_channel"
    return "many" if _many(session, now) else None


def _send(
    session: Session, desk: Desk, channel: Channel, case: Case | None, about: About, staff: Staff,
    values: Mapping[str, str], now: datetime,
) -> bool:  # fmt: skip
    language = "cy" if desk.office.languages[:1] == ["cy"] else "en"
    subject, text = letter(str(about), language, values)
    # A plain id: an answer to an alert must not be taken for an answer on the case.
    outgoing_id = f"{new_id()}@{channel.account.rpartition('@')[2]}"
    made = Letter(
        message_id=outgoing_id,
        sender=Handle(desk.office.name, channel.account),
        recipients=(Handle(staff.name, staff.email),),
        subject=subject,
        text=text,
        date=now,
        language=language,
        automatic=True,
    )
    try:
        raw = desk.tools.composers[channel.kind].compose(made)
    except PermanentFailure:  # an address that nothing can be sent to
        return False
    outbox.queue(
        session, case=case, message=None, channel=channel, purpose=outbox.Purpose.NOTICE,
        recipients=[staff.email], envelope_sender=channel.account, outgoing_id=outgoing_id,
        raw_hash=desk.store.put(desk.office.id, raw), now=now, not_before=now,
    )  # fmt: skip
    return True


def channel_of(desk: Desk) -> Channel | None:
    """The mailbox by which the office writes to its own people; None while none of them sends."""
    chosen = desk.channels.get(desk.office.system_channel or "")
    if chosen is not None and desk.can_mail(chosen) and chosen.mode == ChannelMode.FULL:
        return chosen
    able = (one for one in desk.channels.values() if desk.can_mail(one) and one.mode == ChannelMode.FULL)
    return next(able, None)


def _told_lately(session: Session, case: Case, about: About, now: datetime) -> bool:
    query = select(Event.detail).where(
        Event.case_id == case.id, Event.kind == EventKind.ALERTED, Event.at > now - AGAIN_AFTER
    )
    return any(detail.get("about") == str(about) and detail.get("staff") for detail in session.exec(query))


def _link_of(desk: Desk, channel: Channel) -> str:
    return f"{desk.tools.base_url.rstrip('/')}/channels/{channel.id}"


def _many(session: Session, now: datetime) -> bool:
    lately = select(func.count()).where(text(NOTICES), Delivery.queued_at > now - timedelta(hours=1))
    return session.exec(lately).one() >= MOST_AN_HOUR


def person_of(desk: Desk, staff: Staff) -> Person:
    """One of the staff as the policy knows them."""
    roles = frozenset(map(Role, staff.roles))
    is_lead = staff.id == desk.office.named_lead
    closed = closed_to(roles, desk.closures)
    return Person(staff.id, desk.office.id, staff.name, staff.email, roles, is_lead, closed=closed)


def _moment(desk: Desk, now: datetime) -> str:
    zone = desk.office.time_zone
    return f"{now.astimezone(desk.calendar.zone):%H:%M}, {local_date(now, zone)}"
