"""Founds an office: its slug and prefix, hours, teams, rules and the words it starts with."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from sqlmodel import Session, col, select

from inbox import office_settings
from inbox import rules as rules_stage
from inbox.database import office_of
from inbox.errors import Conflict, NotFound, Refused
from inbox.history import Actor, record
from inbox.models import EventKind, Office, OfficeKind, Team, Template
from inbox.starting_words import words_for
from routing.rule_files import default_rules
from routing.words import OfficeKind as RoutingKind

DEFAULT_HOURS = "mon-fri 09:00-17:00"
_BASE_TEAMS = {OfficeKind.MP: ("Casework",), OfficeKind.DEPARTMENT: ("Correspondence unit",)}
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_SMALL_WORDS = frozenset({"and", "for", "of", "the", "office", "department", "ministry", "mp"})


@dataclass(frozen=True, slots=True)
class Founding:
    """What a new office is called and where it is. `prefix` None: made from the name."""

    name: str
    kind: OfficeKind
    nation: str
    constituency: str | None = None
    member: str | None = None
    prefix: str | None = None


def found(session: Session, wanted: Founding, *, actor: Actor, now: datetime) -> Office:
    """The new office under the session's office id, with everything it needs to open.

    Raises Conflict when the slug or prefix is taken, Refused when a value makes no sense.
    """
    name = wanted.name.strip()
    if not name:
        raise Refused("an office needs a name.")
    if wanted.nation not in office_settings.NATIONS:
        raise Refused(f"nation is one of {', '.join(office_settings.NATIONS)}.")
    office = Office(
        id=office_of(session),
        slug=_slug(session, name),
        name=name,
        kind=wanted.kind,
        nation=wanted.nation,
        constituency=wanted.constituency,
        member=wanted.member,
        hours=office_settings.read_hours(DEFAULT_HOURS),
        approval_office="other" if wanted.kind is OfficeKind.DEPARTMENT else "self",
        languages=["en", "cy"] if wanted.nation == "wales" else ["en"],
        prefix=_prefix(session, wanted),
        created_at=now,
    )
    session.add(office)
    session.flush()
    record(session, None, EventKind.OFFICE_CHANGED, actor, now=now, added=True, office_kind=office.kind)
    _furnish(session, office, actor, now)
    return office


def change(
    session: Session, office: Office, pairs: Mapping[str, str], *, actor: Actor, now: datetime
) -> tuple[str, ...]:
    """Sets office settings from words; returns what changed. Raises Refused naming the key."""
    changed = office_settings.change(session, office, pairs)
    if changed:
        record(session, None, EventKind.OFFICE_CHANGED, actor, now=now, fields=list(changed))
    return changed


def every_office(session: Session) -> list[Office]:
    """All offices of this installation, by slug."""
    return list(session.exec(select(Office).order_by(col(Office.slug))))


def named(session: Session, slug: str) -> Office:
    """The office with that slug. Raises NotFound naming those there are."""
    office = session.exec(select(Office).where(Office.slug == slug)).first()
    if office is not None:
        return office
    known = ", ".join(one.slug for one in every_office(session))
    raise NotFound(
        f"There is no office called {slug}. "
        + (f"Known: {known}." if known else "Add one: `inbox office add`.")
    )


def _slug(session: Session, name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")[:63].strip("-")
    if not slug:
        raise Refused("the name needs at least one letter from a to z, for the office's address.")
    if session.exec(select(Office.id).where(Office.slug == slug)).first():
        raise Conflict(f"an office with the address {slug} exists already; choose another name.")
    return slug


def _prefix(session: Session, wanted: Founding) -> str:
    if wanted.prefix:
        return office_settings.read_prefix(session, wanted.prefix)
    taken = set(session.exec(select(Office.prefix)))
    for prefix in prefixes_for(wanted.constituency or wanted.name):
        if prefix not in taken:
            return prefix
    raise Conflict("no free prefix can be made from the name; say one with --prefix.")


def prefixes_for(name: str) -> Iterator[str]:
    """Prefixes that remind of a name, best first: `Wexcombe and Marl Valley` gives WX, WC, WM."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = [word for word in re.findall(r"[a-z]+", plain) if word not in _SMALL_WORDS and word != "s"]
    letters = "".join(letter for letter in "".join(words).upper() if letter in _LETTERS)
    letters = letters or "X"
    consonants = [letter for letter in letters[1:] if letter not in "AEU"]
    vowels = [letter for letter in letters[1:] if letter in "AEU"]
    for size in (1, 2, 3):
        for rest in combinations((*consonants, *vowels)[:12], size):
            yield letters[0] + "".join(rest)
    yield from (letters[0] + one + other for one in _LETTERS for other in _LETTERS)


def _furnish(session: Session, office: Office, actor: Actor, now: datetime) -> None:
    rules = default_rules(RoutingKind(office.kind))
    for team in _teams(OfficeKind(office.kind), (rule.then.team for rule in rules)):
        session.add(Team(office_id=office.id, name=team))
    rules_stage.replace(session, rules, actor=actor, now=now)
    for words in words_for(OfficeKind(office.kind), office.nation):
        session.add(
            Template(
                office_id=office.id,
                name=words.name,
                language=words.language,
                title=words.title,
                subject=words.subject,
                body=words.body,
            )
        )


def _teams(kind: OfficeKind, named_by_rules: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys([*_BASE_TEAMS[kind], *(team for team in named_by_rules if team)]))
