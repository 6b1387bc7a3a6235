"""What `inbox office set` takes: one checked reading per key, each refusal saying what to write instead."""

import re
from collections.abc import Callable, Mapping
from datetime import time
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from inbox.calendars import renumber
from inbox.database import office_of
from inbox.errors import Refused
from inbox.models import Channel, Office, Staff

NATIONS = ("england", "wales", "scotland", "northern-ireland")
LANGUAGES = ("en", "cy")
MOST_UNDO_SECONDS = 3600
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})")
_FORGETS = frozenset({"off", "none", "closed"})

Hours = dict[str, list[list[str]]]


def read_hours(words: str) -> Hours:
    """`mon-thu 09:00-12:30,13:15-17:00; fri 09:00-16:00` as windows per weekday, "0" being Monday."""
    hours: Hours = {str(day): [] for day in range(7)}
    for part in filter(None, (part.strip() for part in words.split(";"))):
        days, _, spans = part.partition(" ")
        windows = [] if spans.strip().lower() in _FORGETS else _windows(part, spans)
        for day in _days(days):
            hours[str(day)] = windows
    if not any(hours.values()):
        raise Refused("hours needs at least one working window, such as `mon-fri 09:00-17:00`.")
    return hours


def hours_in_words(hours: Mapping[str, list[list[str]]]) -> str:
    """The hours as `read_hours` takes them, equal neighbouring days joined."""
    runs: list[tuple[int, int, list[list[str]]]] = []
    for day in range(7):
        windows = hours.get(str(day), [])
        if runs and runs[-1][2] == windows:
            runs[-1] = (runs[-1][0], day, windows)
        else:
            runs.append((day, day, windows))
    told = [
        f"{_DAYS[first] if first == last else f'{_DAYS[first]}-{_DAYS[last]}'} "
        + ",".join(f"{start}-{end}" for start, end in windows)
        for first, last, windows in runs
        if windows
    ]
    return "; ".join(told)


def change(session: Session, office: Office, pairs: Mapping[str, str]) -> tuple[str, ...]:
    """Sets what `pairs` say on `office`; returns the names of the keys that really changed.

    Raises Refused, naming the key, before anything is changed.
    """
    found: dict[str, object] = {}
    for key, words in pairs.items():
        reader = _READERS.get(key)
        if reader is None:
            raise Refused(f"there is no office setting `{key}`. Known: {', '.join(KEYS)}.")
        found[_COLUMNS.get(key, key)] = reader(session, key, words.strip())
    changed = [name for name, value in found.items() if getattr(office, name) != value]
    for name in changed:
        setattr(office, name, found[name])
    if _CALENDAR & set(changed):
        renumber(office)
    session.add(office)
    return tuple(sorted(changed))


def read_prefix(session: Session, words: str) -> str:
    """Two to four letters that no other office uses, without I and O, which are misread."""
    prefix = words.upper()
    if not re.fullmatch(r"[A-HJ-NP-Z]{2,4}", prefix):
        raise Refused("prefix takes 2 to 4 letters, without I and O, such as WX.")
    taken = session.exec(select(Office.id).where(Office.prefix == prefix)).first()
    if taken is not None and taken != office_of(session):
        raise Refused(f"another office already uses the prefix {prefix}.")
    return prefix


def _windows(part: str, spans: str) -> list[list[str]]:
    windows: list[list[str]] = []
    for span in filter(None, (span.strip() for span in spans.split(","))):
        found = _SPAN.fullmatch(span)
        if found is None:
            raise Refused(f"`{part}`: write hours as `mon-fri 09:00-17:00`, several windows with commas.")
        start, end = _clock(found[1]), _clock(found[2])
        if start >= end or (windows and start < windows[-1][1]):
            raise Refused(f"`{part}`: windows must end after they start and follow one another.")
        windows.append([start, end])
    if not windows:
        raise Refused(f"`{part}`: say when, such as `mon-fri 09:00-17:00`, or `off`.")
    return windows


def _clock(words: str) -> str:
    try:
        return time.fromisoformat(words.zfill(5)).strftime("%H:%M")
    except ValueError:
        raise Refused(f"{words} is not a time of day.") from None


def _days(words: str) -> range:
    first, _, last = words.lower().partition("-")
    if first[:3] not in _DAYS or (last and last[:3] not in _DAYS):
        raise Refused(f"`{words}` is not a day or a run of days, such as `mon` or `mon-fri`.")
    start = _DAYS.index(first[:3])
    end = _DAYS.index(last[:3]) if last else start
    if end < start:
        raise Refused(f"`{words}`: a run of days goes forward from Monday to Sunday.")
    return range(start, end + 1)


Reader = Callable[[Session, str, str], object]


def _needed(session: Session, key: str, words: str) -> str:
    if not words:
        raise Refused(f"{key} cannot be empty.")
    return words


def _optional(session: Session, key: str, words: str) -> str | None:
    return words or None


def _nation(session: Session, key: str, words: str) -> str:
    if words not in NATIONS:
        raise Refused(f"nation is one of {', '.join(NATIONS)}.")
    return words


def _time_zone(session: Session, key: str, words: str) -> str:
    try:
        ZoneInfo(words)
    except (KeyError, ValueError, OSError):
        raise Refused(f"`{words}` is not a time zone; write it as Europe/London.") from None
    return words


def _hours(session: Session, key: str, words: str) -> Hours:
    return read_hours(words)


def _privacy_url(session: Session, key: str, words: str) -> str | None:
    if words and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", words):
        raise Refused("privacy_url must begin with https:// or http://.")
    return words or None


def _named_lead(session: Session, key: str, words: str) -> str | None:
    if not words:
        return None
    person = session.exec(select(Staff).where(Staff.email == words.lower(), col(Staff.is_active))).first()
    if person is None:
        raise Refused(f"nobody with the address {words} works in this office.")
    return person.id


def _approval(session: Session, key: str, words: str) -> str:
    steps = dict(part.strip().partition("=")[::2] for part in words.split(",") if part.strip())
    if steps.pop("person", "person") != "person":
        raise Refused(
            "approval: a reply in a person's name is always approved by that person: person=person."
        )
    chosen = steps.pop("office", None)
    if steps or chosen not in ("self", "other"):
        raise Refused("approval is written office=self or office=other, as in `approval=office=other`.")
    return chosen


def _undo_seconds(session: Session, key: str, words: str) -> int:
    if not words.isascii() or not words.isdigit() or int(words) > MOST_UNDO_SECONDS:
        raise Refused(f"undo_seconds is a whole number from 0 to {MOST_UNDO_SECONDS}.")
    return int(words)


def _languages(session: Session, key: str, words: str) -> list[str]:
    chosen = [word.strip() for word in words.split(",") if word.strip()]
    if not chosen or set(chosen) - set(LANGUAGES):
        raise Refused("languages is en, cy or en,cy; the first is the office's own.")
    return list(dict.fromkeys(chosen))


def _system_channel(session: Session, key: str, words: str) -> str | None:
    if not words:
        return None
    found = session.exec(select(Channel).where(Channel.name == words, col(Channel.removed_at).is_(None)))
    channel = found.first()
    if channel is None:
        raise Refused(f"this office has no channel called {words}.")
    return channel.id


def _prefix(session: Session, key: str, words: str) -> str:
    return read_prefix(session, words)


def _sending(session: Session, key: str, words: str) -> str | None:
    """`on`, or `paused`, or `paused: why`."""
    state, _, why = words.partition(":")
    if state == "on" and not why:
        return None
    if state != "paused":
        raise Refused("sending is on, or paused, or `paused: why`.")
    return why.strip() or "paused by the operator"


def _embed_sites(session: Session, key: str, words: str) -> list[str] | None:
    """Origins, as browsers name them: `https://example.org, https://www.example.org`."""
    sites = [site.strip().lower().rstrip("/") for site in words.split(",") if site.strip()]
    for site in sites:
        if not re.fullmatch(
            r"https://[a-z0-9.-]{1,250}(:[0-9]{1,5})?|http://(127\.0\.0\.1|localhost)(:[0-9]{1,5})?", site
        ):
            raise Refused(f"embed_sites: write `{site}` as https://www.example.org, without a path.")
    return list(dict.fromkeys(sites)) or None


_READERS: dict[str, Reader] = {
    "name": _needed, "member": _optional, "constituency": _optional, "nation": _nation,
    "time_zone": _time_zone, "hours": _hours, "address": _optional, "phone": _optional,
    "privacy_url": _privacy_url, "signature": _optional, "consent_words": _optional,
    "named_lead": _named_lead, "approval": _approval, "undo_seconds": _undo_seconds, "languages": _languages,
    "system_channel": _system_channel, "prefix": _prefix, "sending": _sending, "embed_sites": _embed_sites,
}  # fmt: skip
_CALENDAR = frozenset({"hours", "nation", "time_zone"})
_COLUMNS = {"approval": "approval_office", "sending": "sending_paused"}
KEYS = tuple(_READERS)
