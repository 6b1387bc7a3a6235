"""The frame of every staff page: the rail with its counts, what was just done, what all must know."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sql
from sqlmodel import Session, col, select

from inbox import queues
from inbox.access import Action, Person, may, may_know
from inbox.models import Case, Delivery, DeliveryState, Event, EventKind, Office, OfficeKind, Staff
from inbox.references import read_reference
from inbox.web.staff.showing import availability, history_words
from inbox.web.staff.showing import words as say
from inbox.web.views.parts import Act, Density, Letters, Link, NavItem, Notice, Shell, Tone, Undo

UNDO_FOR = timedelta(minutes=10)
_OWN = sql.select(col(Staff.preferences), col(Staff.away_from), col(Staff.away_until)).where(
    col(Staff.office_id) == sql.bindparam("office"), col(Staff.id) == sql.bindparam("staff")
)
"""Asked by every page: built once, and past the object layer, so the office is named here."""
TOLD = {
    "undone": "Taken back.",
    "own": "It stays a matter of its own.",
    "choose": "Select a message first.",
    "noted": "Note kept.",
    "opened": "The case is open. Tell the person its reference.",
    "saved": "Saved.",
    "restricted": "The case is restricted. You are not one of those who can open it.",
    "back": "You are back. Cases are given to you again.",
    "away": "You are marked as away. Every page says so until you are back.",
    "away-later": "Saved. You are at work until your first day away. From that day every page says so.",
    "away-over": "Saved. Your last day away is over, so you are at work.",
    "submitted": "Sent for sign-off.",
    "taken-back": "Taken back. It is a draft again, and nobody is asked to approve it.",
    "returned": "Sent back with your note.",
    "asked": "A mail asks them whether the address is theirs.",
    "hiding": "The comment will be hidden within seconds. The history says when it is.",
    "showing": "The comment will be shown again within seconds. The history says when it is.",
    "withdrawn": "The draft was put away. Its words are kept.",
    "stopped": "Stopped. It was not sent, and is a draft again.",
    "retried": "It is on its way again.",
    "settled": "Noted what you found.",
    "ended": "Ended. That browser must sign in again.",
    "again": "We try it again now.",
    "dealt": "Dealt with. It stays in the history.",
    "passed": "Noted that another organisation has it. Its time runs.",
    "answered": "Noted that they answered.",
    "none": "Nothing waits to be taken.",
    "added": "Added. It only listens until you open it.",
    "links-closed": "The status links of this case are closed.",
    "switched": "Switched.",
    "joined": "Joined. You can part them again at the foot of the pile.",
    "parted": "Parted again.",
}
"""What a page may say after an act; the address holds the key, never the words."""

_V = queues.View
_RAIL: tuple[tuple[str, str, str, queues.View | None, str | None, str | None], ...] = (
    (say.unsorted("mp"), "/queue/to-sort", "sort", _V.TO_SORT, "t", "Sort"),
    ("Mine", "/queue/mine", "mine", _V.MINE, "m", "Mine"),
    ("Waiting", "/queue/waiting", "clock", _V.WAITING, "w", None),
    ("Late", "/queue/late", "late", _V.LATE, "l", None),
    ("Safeguarding", "/queue/safeguarding", "lock", _V.SAFEGUARDING, "s", None),
    ("Campaigns", "/campaigns", "feed", _V.CAMPAIGNS, "c", None),
    ("To approve", "/approvals", "approve", _V.TO_APPROVE, "a", "Approve"),
    ("Sending", "/sending", "send", _V.SENDING, "o", None),
    ("Set aside", "/set-aside", "lock", _V.SET_ASIDE, None, None),
    ("All cases", "/queue/all", "search", None, None, None),
)
_OFFICIALS: tuple[tuple[str, str, str, queues.View | None, str | None, str | None], ...] = (
    (say.unsorted("department"), "/official", "sort", _V.TO_SORT, "t", "Queue"),
    ("Mine", "/official/mine", "mine", _V.MINE, "m", "Mine"),
    ("Waiting", "/queue/waiting", "clock", _V.WAITING, "w", None),
    ("Late", "/queue/late", "late", _V.LATE, "l", None),
    ("Safeguarding", "/queue/safeguarding", "lock", _V.SAFEGUARDING, "s", None),
    ("Campaigns", "/campaigns", "feed", _V.CAMPAIGNS, "c", None),
    ("To approve", "/approvals", "approve", _V.TO_APPROVE, "a", "Approve"),
    ("Sent", "/sending", "send", _V.SENDING, "o", None),
    ("Set aside", "/set-aside", "lock", _V.SET_ASIDE, None, None),
    ("All cases", "/queue/all", "search", None, None, None),
)
_UNDOABLE = frozenset(
    {
        EventKind.ASSIGNED,
        EventKind.MOVED,
        EventKind.PRIORITY_CHANGED,
        EventKind.STATUS_CHANGED,
        EventKind.MARKED_JUNK,
        EventKind.MARKED_NOT_JUNK,
        EventKind.CLOSED,
        EventKind.CASE_MERGED,
        EventKind.CASE_SPLIT,
        EventKind.CASES_LINKED,
        EventKind.CASES_UNLINKED,
        EventKind.LET_GO,
        EventKind.RISK_DISMISSED,
        EventKind.CAMPAIGN_READ,
        EventKind.CAMPAIGN_LEFT,
        EventKind.CAMPAIGN_JOINED,
        EventKind.CAMPAIGN_MOVED,
    }
)


def shell(
    session: Session, person: Person, office: Office, current: str, counts: Mapping[queues.View, int],
    today: date,
) -> Shell:  # fmt: skip
    """The frame with one line of the rail current; `counts` are the numbers in the rail."""
    asked = {"office": person.office_id, "staff": person.staff_id}
    own = session.connection().execute(_OWN, asked).first()
    preferences, begins, ends = own if own is not None else ({}, None, None)
    return Shell(
        office=office.name,
        office_line=_line(office),
        person=person.name,
        nav=_nav(
            person, office, say.unsorted(office.kind) if current == say.unsorted("mp") else current, counts
        ),
        letters=Letters(preferences.get("letters", Letters.ON)),
        density=Density(preferences.get("density", Density.COSY)),
        banners=(*_banners(office), *availability.banner(begins, ends, today, say.unsorted(office.kind))),
        events_url="/events" if may(person, Action.READ_CASE) else None,
    )


def undo_of(session: Session, person: Person, event_id: str, now: datetime) -> Undo | None:
    """What this person just did, by its event, with the way back while there is one."""
    event = session.exec(select(Event).where(Event.id == event_id)).first()
    if event is None or event.actor_id != person.staff_id or now - event.at > UNDO_FOR:
        return None
    case = session.exec(select(Case).where(Case.id == event.case_id)).first() if event.case_id else None
    if case is not None and not may_know(person, case):
        return None
    words, to = history_words.words(session, event), _went_to(session, person, event)
    if to is not None and case is not None:
        what = "is now part of" if case.merged_into == to.id else "gave a message to"
        words = f"{case.reference} {what} {to.reference}."
    elif case is not None:
        is_long = ". " in words
        words = f"{case.reference}: {words}" if is_long else f"{words.rstrip('.')}: {case.reference}."
    can = event.kind in _UNDOABLE and may(person, Action.TRIAGE)
    link = Link(f"Open {to.reference}", f"/cases/{to.reference}") if to is not None else None
    return Undo(words, Act("Undo", f"/undo/{event.id}", "z") if can else None, link=link)


def _went_to(session: Session, person: Person, event: Event) -> Case | None:
    """The case that another one, or a message of it, was added to."""
    if event.kind not in (EventKind.CASE_MERGED, EventKind.MATCH_ACCEPTED):
        return None
    to = session.exec(select(Case).where(Case.id == str(event.detail.get("into") or ""))).first()
    return to if to is not None and may_know(person, to) else None


def just_done(
    session: Session, person: Person, office: Office, query: Mapping[str, str], now: datetime
) -> Undo | None:
    """The bar at the foot of the page that follows an act: `?done=` its event, `?left=` a delivery,
    `?told=` one of our sentences, `?acted=` how many rows (never words of the address itself)."""
    if found := query.get("done", "")[:32]:
        return undo_of(session, person, found, now)
    if found := query.get("left", "")[:32]:
        return leaving(session, person, office, found, now)
    if query.get("told") in TOLD:
        return Undo(TOLD[query["told"]], None)
    if query.get("acted", "").isdigit():
        done = int(query["acted"][:6])
        moment = query.get("at", "")[:40]
        fields = (("at", moment),)
        back = Act("Undo", "/undo-many", "z", fields) if done and moment and _recent(moment, now) else None
        return Undo(_many(done, query.get("refused", "")), back)
    return None


def _recent(moment: str, now: datetime) -> bool:
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return False
    return at.tzinfo is not None and timedelta(0) <= now - at <= UNDO_FOR


def _many(done: int, refused: str) -> str:
    names = [name for part in refused.split(",")[:50] if (name := read_reference(part))]
    words = f"{done} done."
    return f"{words} {len(names)} not: {', '.join(names)}." if names else words


def leaving(session: Session, person: Person, office: Office, delivery_id: str, now: datetime) -> Undo | None:
    """A reply in its undo window: when it leaves, and the button that stops it."""
    row = session.exec(select(Delivery).where(Delivery.id == delivery_id)).first()
    if row is None:
        return None
    case = session.exec(select(Case).where(Case.id == row.case_id)).first()
    if case is None or not may_know(person, case):
        return None
    gone = f"Reply on {case.reference} is on its way."
    if row.state != DeliveryState.QUEUED:
        return Undo(gone, None)
    at = row.next_at.astimezone(ZoneInfo(office.time_zone))
    words = f"Leaves {at:%H:%M:%S}: reply on {case.reference}."
    left = max(0, round((row.next_at - now).total_seconds()))
    return Undo(words, Act("Stop sending", f"/sending/{row.id}/stop", "z"), left, gone)


def _nav(
    person: Person, office: Office, current: str, counts: Mapping[queues.View, int]
) -> tuple[NavItem, ...]:
    items: list[NavItem] = []
    if may(person, Action.READ_CASE):
        rail = _OFFICIALS if office.kind == OfficeKind.DEPARTMENT else _RAIL
        for label, url, icon, view, go, phone in rail:
            count = counts[view] if view is not None else None
            if view is _V.CAMPAIGNS and rail is _OFFICIALS and not count:
                continue  # few write to a department in campaigns: the line stands there while one is open
            items.append(NavItem(label, url, icon, count, label == current, go, phone))
        items.append(NavItem("Find", "/search", "search", None, current == "Find", None, "Find", rail=False))
    below = (
        ("Enquiries", "/enquiries", Action.READ_CASE),
        ("History", "/history", Action.READ_HISTORY),
        ("Rules", "/rules", Action.READ_RULES),
        ("Channels", "/channels", Action.READ_CHANNELS),
        ("Settings", "/settings", Action.KEEP_SELF),
    )
    for label, url, action in below:
        if may(person, action):
            go = "e" if label == "Enquiries" else None
            items.append(NavItem(label, url, "info", None, label == current, go, below=True))
    return tuple(items)


def _line(office: Office) -> str:
    if office.kind == OfficeKind.DEPARTMENT:
        return "Correspondence unit"
    return f"MP’s office, {office.constituency}" if office.constituency else "MP’s office"


def _banners(office: Office) -> tuple[Notice, ...]:
    if not office.sending_paused:
        return ()
    return (Notice(office.sending_paused, Tone.SOON, "Sending is stopped"),)


def nearly_full(is_nearly_full: bool) -> tuple[Notice, ...]:
    """What all must know while the disk fills up; whoever can free some space reads the numbers elsewhere."""
    words = "Soon nothing new can be taken in. Tell whoever runs this machine to free some space."
    return (Notice(words, Tone.SOON, "The disk is nearly full"),) if is_nearly_full else ()
