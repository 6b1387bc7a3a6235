"""What staff take in by hand: the tabs of its pages, letters that wait, days as people type them."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from inbox.dates import day_of
from inbox.errors import Refused
from inbox.models import Office
from inbox.post_tray import InTray
from inbox.titles import first_words
from inbox.web.staff.showing import hostile_words
from inbox.web.staff.showing import words as say
from inbox.web.views.by_hand import LetterRow
from inbox.web.views.parts import Tab

_TABS = (
    ("Call, visit or letter", "/cases/new"),
    ("Letters by post", "/post"),
    ("Surgeries", "/surgeries"),
    ("At the door", "/outreach"),
)


def tabs(current: str) -> tuple[Tab, ...]:
    """The ways to take something in by hand."""
    return tuple(Tab(label, url, url == current) for label, url in _TABS)


def day_it_came(words: str, office: Office, now: datetime) -> datetime:
    """The moment to count from for a letter of that day: midday, or now for today. Raises Refused."""
    zone = ZoneInfo(office.time_zone)
    today = now.astimezone(zone).date()
    day = day_of(words) if words.strip() else today
    if day is None:
        raise Refused("Enter a date, like 3 June 2026")
    if day > today:
        raise Refused("Choose a date that is not in the future")
    return now if day == today else datetime.combine(day, time(12), zone)


def letter_row(one: InTray, zone: ZoneInfo) -> LetterRow:
    """A letter that waits: while it is read, it has no case yet."""
    at = one.arrival.received_at.astimezone(zone)
    if one.message is None or one.case is None:
        told = "It is kept. Load this page again."
        return LetterRow(one.arrival.id, "A letter is being read", None, at, told)
    reference = one.case.reference
    words = say.warnings(one.message.warnings)
    is_hidden = one.case.is_restricted or hostile_words.covers(one.message)
    first = "" if is_hidden else " ".join(one.message.new_text.split())[:120]
    title = (
        reference if one.case.is_restricted else f"{reference} {first_words(hostile_words.subject(one.case))}"
    )
    url = f"/cases/{reference}/letters/{one.message.id}"
    return LetterRow(one.arrival.id, title, url, at, first, words[:1])
