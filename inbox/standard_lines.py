"""Approved paragraphs with a version and a date they are good until; whether a text is made of them alone."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from inbox import line_words
from inbox.database import locked, office_of
from inbox.dates import DATE_PATTERN, local_date
from inbox.errors import Conflict, NotFound, Refused
from inbox.history import Actor, record
from inbox.models import EventKind, Office, StandardLine
from inbox.wording import gaps

FILLED_IN = frozenset({"name", "reference", "received_on", "next_update", "today"})
"""All that may differ between two letters made of one line: a name, the reference, dates."""

_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
_PLACE = re.compile(r"\{\{\s*([a-z_]{1,40})\s*\}\}|\[date\]")


def write(
    session: Session, *, number: int | None, title: str, topic: str, english: str, welsh: str,
    owner_id: str | None, good_until: datetime | None, author_id: str | None, now: datetime, actor: Actor,
) -> StandardLine:  # fmt: skip
    """A new line, or the next version of line `number`. Nobody has approved it yet; the one before stays."""
    title, english, welsh = title.strip(), _tidy(english), _tidy(welsh)
    if not title or not english:
        raise Refused("Give the line a name and its English text.")
    if unknown := [one for text in (english, welsh) for one in gaps(text) if not _may_hold(one)]:
        raise Refused(f"A line may leave open only the name, the reference and dates, not {unknown[0]}.")
    if good_until is not None and good_until <= now:
        raise Refused("Choose a date in the future.")
    newest = _newest(session, number) if number is not None else None
    if newest is None:
        highest = session.exec(select(func.max(StandardLine.number))).one() or 0
    line = StandardLine(
        office_id=office_of(session),
        number=newest.number if newest else highest + 1,
        version=newest.version + 1 if newest else 1,
        title=title[:120],
        topic=topic.strip()[:40] or None,
        english=english,
        welsh=welsh or None,
        owner_id=owner_id,
        good_until=good_until,
        written_by=author_id,
        written_at=now,
    )
    session.add(line)
    session.flush()
    record(session, None, EventKind.LINE_WRITTEN, actor, now=now, line=line.id, number=line.number,
           version=line.version)  # fmt: skip
    return line


NOT_YOUR_OWN = "You wrote this, so someone else must approve it."


def wrote_it(office: Office, line: StandardLine, staff_id: str) -> bool:
    """Whether this person may not approve the line because they wrote it and the office wants two people."""
    return office.approval_office == "other" and line.written_by == staff_id


def approve(session: Session, line_id: str, *, staff_id: str, now: datetime, actor: Actor) -> StandardLine:
    """This person stands for exactly this version; the versions before it are used no more."""
    line = _open_line(session, line_id)
    if line.approved_at is not None:
        raise Conflict("This line was approved already.")
    if line.good_until is not None and line.good_until <= now:
        raise Refused("Its date has passed. Change the line and give it a date in the future.")
    line.approved_by, line.approved_at = staff_id, now
    for older in session.exec(
        select(StandardLine).where(
            StandardLine.number == line.number, StandardLine.version < line.version,
            col(StandardLine.retired_at).is_(None),
        )
    ):  # fmt: skip
        older.retired_at = now
    record(session, None, EventKind.LINE_APPROVED, actor, now=now, line=line.id, number=line.number,
           version=line.version)  # fmt: skip
    return line


def retire(session: Session, line_id: str, *, now: datetime, actor: Actor) -> None:
    """Takes a line out of use: no letter is made of it any more."""
    line = _open_line(session, line_id)
    line.retired_at = now
    record(session, None, EventKind.LINE_RETIRED, actor, now=now, line=line.id, number=line.number,
           version=line.version)  # fmt: skip


def listed(session: Session) -> list[StandardLine]:
    """The lines that are not out of use, by number: the approved version, and a newer one that waits."""
    query = select(StandardLine).where(col(StandardLine.retired_at).is_(None))
    return list(session.exec(query.order_by(col(StandardLine.number), col(StandardLine.version))))


def in_date(session: Session, now: datetime) -> list[StandardLine]:
    """What may be put into a letter now."""
    return [
        line
        for line in listed(session)
        if line.approved_at is not None and (line.good_until is None or line.good_until > now)
    ]


def made_of(text: str, lines: Sequence[StandardLine], filled: Mapping[str, str]) -> list[StandardLine] | None:
    """The lines that a text consists of, in order, with only name, reference and dates filled in; else None.

    A greeting that holds nothing but the person's name counts as filled in. `filled` holds the `name` and
    the `reference` of the case: no other name or reference is taken for them.
    """
    paragraphs = _paragraphs(text)
    shapes = [(line, shape) for line in lines for shape in _shapes(line, filled, paragraphs)]
    greeted = paragraphs[:1] and paragraphs[0] in _greetings(filled.get("name", ""))
    ways: dict[int, list[StandardLine]] = {0: [], 1: []} if greeted else {0: []}
    for start in range(len(paragraphs)):
        if start not in ways:
            continue
        for line, shape in shapes:
            end = start + len(shape)
            taken = paragraphs[start:end]
            if len(taken) == len(shape) and all(map(re.Pattern.fullmatch, shape, taken)):
                ways.setdefault(end, [*ways[start], line])
    return ways.get(len(paragraphs)) or None


def run_out(session: Session, text: str, now: datetime) -> list[StandardLine]:
    """Lines whose words, touched up or not, stand in a text although their date has passed; not those whose
    words a line in date has too."""
    approved = [line for line in listed(session) if line.approved_at is not None]
    late = [line for line in approved if line.good_until is not None and line.good_until <= now]
    said = line_words.pairs(text) if late else frozenset()
    found = {line.id: [one for one in _parts(line) if line_words.stands_in(one, said)] for line in late}
    if not any(found.values()):
        return []
    fresh = [one for line in approved if line not in late for one in _parts(line)]
    return [
        line
        for line in late
        if any(not line_words.said_by_another(one, fresh, said) for one in found[line.id])
    ]


def ran_out(session: Session, text: str, now: datetime, time_zone: str) -> list[str]:
    """A sentence for each line past its date that stands in a text."""
    return [
        f"Line {line.number} ran out on {local_date(line.good_until or now, time_zone)}. Choose another."
        for line in run_out(session, text, now)
    ]


def words_of(line: StandardLine, language: str) -> str:
    """Its text in that language, or in English where it has no other."""
    return line.welsh if language == "cy" and line.welsh else line.english


def _parts(line: StandardLine) -> list[line_words.Pairs]:
    return [part for text in (line.english, line.welsh) if text for part in line_words.parts(text)]


def _open_line(session: Session, line_id: str) -> StandardLine:
    line = session.exec(locked(session, select(StandardLine).where(StandardLine.id == line_id))).first()
    if line is None:
        raise NotFound
    if line.retired_at is not None:
        raise Conflict("This version is out of use. Look at the line again.")
    return line


def _newest(session: Session, number: int) -> StandardLine:
    query = select(StandardLine).where(StandardLine.number == number)
    found = session.exec(locked(session, query.order_by(col(StandardLine.version).desc()).limit(1))).first()
    if found is None:
        raise NotFound
    return found


def _may_hold(gap: str) -> bool:
    found = _PLACE.fullmatch(gap)
    return found is not None and (found[1] is None or found[1] in FILLED_IN)


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\x00", "").strip()


def _paragraphs(text: str) -> list[str]:
    return [" ".join(one.split()) for one in _PARAGRAPHS.split(_tidy(text)) if one.strip()]


def _greetings(name: str) -> Iterable[str]:
    tidy = " ".join(name.split())
    return (f"Dear {tidy},", f"Annwyl {tidy},", f"Dear {tidy}", f"Annwyl {tidy}") if tidy else ()


def _shapes(
    line: StandardLine, filled: Mapping[str, str], said: Sequence[str]
) -> list[list[re.Pattern[str]]]:
    """Each language of a line as one pattern per paragraph, where all may stand in what was `said`."""
    return [
        [_shape(one, filled) for one in whole]
        for whole in _wholes(line)
        if all(_may_stand(one, said) for one in whole)
    ]


def _wholes(line: StandardLine) -> list[list[str]]:
    return [_paragraphs(text) for text in (line.english, line.welsh) if text]


def _may_stand(paragraph: str, said: Sequence[str]) -> bool:
    """Whether something begins as this does before its first gap: patterns are made only for such."""
    gap = _PLACE.search(paragraph)
    return any(one.startswith(paragraph[: gap.start() if gap else None]) for one in said)


def _shape(paragraph: str, filled: Mapping[str, str]) -> re.Pattern[str]:
    pattern, at = "", 0
    for place in _PLACE.finditer(paragraph):
        pattern += re.escape(paragraph[at : place.start()]) + _value(place[1], filled)
        at = place.end()
    return re.compile(pattern + re.escape(paragraph[at:]))


def _value(name: str | None, filled: Mapping[str, str]) -> str:
    if name in ("name", "reference"):
        value = " ".join(filled.get(name, "").split())
        return re.escape(value) if value else r"(?!)"
    return DATE_PATTERN
