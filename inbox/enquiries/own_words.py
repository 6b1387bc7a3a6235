"""The words of the ladder: those that the program came with, and an office's own in their place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from inbox.database import office_of
from inbox.errors import NotFound, Refused, Stale
from inbox.history import Actor, record
from inbox.models import EventKind, LadderWords
from inbox.wording import fill, placeholders_of, words_of
from routing.rule_checks import nearest

_COMMON = ("reference", "office", "body", "asked_on", "due_on", "signature", "phone", "today")
_CHASE = (*_COMMON, "subject", "question", "chased_on", "next_on", "hotline", "minister", "passed_by",
          "first_asked_on")  # fmt: skip
_ASK = (
    "reference",
    "office",
    "body",
    "due_on",
    "signature",
    "phone",
    "today",
    "subject",
    "question",
    "about",
)
_UPDATE = (*_COMMON, "name", "chased_on", "next_update", "passed_by", "first_asked_on")
LONGEST_SUBJECT, LONGEST_BODY = 200, 8_000


@dataclass(frozen=True, slots=True)
class LadderLetter:
    """One letter of the ladder: what it is called, when it comes up, and what may stand in it."""

    name: str
    title: str
    when: str
    languages: tuple[str, ...]
    placeholders: tuple[str, ...]


ASK = "ask"
LETTERS = (
    LadderLetter(ASK, "First letter", "When an organisation is asked, around the question.", ("en",),
                 _ASK),
    LadderLetter("chase-1", "First chase", "When the organisation’s time has run out.", ("en",), _CHASE),
    LadderLetter("chase-2", "Second chase", "Five working days after the first.", ("en",), _CHASE),
    LadderLetter("chase-passed", "Chase where another passed it on", "In place of the two above.",
                 ("en",), _CHASE),
    LadderLetter("chase-hotline", "To the hotline by email", "Five working days later.", ("en",), _CHASE),
    LadderLetter("chase-call", "What to say on the hotline", "Where it has a number only.", ("en",), _CHASE),
    LadderLetter("chase-minister", "To the minister", "Five working days later.", ("en",), _CHASE),
    LadderLetter("update-waiting", "Update: we asked", "To the person, once the question has left.",
                 ("en", "cy"), _UPDATE),
    LadderLetter("update-late", "Update: they are late", "To the person, after each chase.", ("en", "cy"),
                 _UPDATE),
    LadderLetter("update-passed", "Update: somebody else answers", "To the person, once it was passed on.",
                 ("en", "cy"), _UPDATE),
)  # fmt: skip
"""In the order in which they come up."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one letter in one language as they hold now; `own` None: those it came with."""

    subject: str
    body: str
    own: LadderWords | None

    @property
    def version(self) -> int:
        return self.own.version if self.own else 0


def own_letter(session: Session, name: str, language: str, values: Mapping[str, str]) -> tuple[str, str]:
    """Subject and text of a letter of the ladder in this office's words."""
    found = words(session, name, language)
    return " ".join(fill(found.subject, values).split()), fill(found.body, values)


def words(session: Session, name: str, language: str) -> Words:
    """What a letter says here. Raises NotFound for one that is not of the ladder, or not in that language."""
    known = letter_of(name)
    if language not in known.languages:
        raise NotFound
    query = select(LadderWords).where(LadderWords.name == name, LadderWords.language == language)
    own = session.exec(query.where(col(LadderWords.office_id) == office_of(session))).first()
    if own is not None:
        return Words(own.subject, own.body, own)
    subject, body = words_of(name, language)
    return Words(subject.strip(), body.strip(), None)


def letter_of(name: str) -> LadderLetter:
    """Raises NotFound for a name that is none of the ladder."""
    found = next((one for one in LETTERS if one.name == name), None)
    if found is None:
        raise NotFound
    return found


def check(name: str, subject: str, body: str) -> None:
    """Raises Refused, with the `field`, for words that could not be sent as they stand."""
    for field, text, longest in (("subject", subject, LONGEST_SUBJECT), ("body", body, LONGEST_BODY)):
        if not text.strip():
            raise Refused("Write the words. They are sent as they stand.", field=field)
        if len(text) > longest:
            raise Refused(f"It is longer than {longest:,} characters.", field=field)
        allowed = letter_of(name).placeholders
        if wrong := next((one for one in placeholders_of(text) if one not in allowed), None):
            hint = nearest(wrong, allowed)
            raise Refused(f"Nothing can be put in place of {{{{{wrong}}}}} here.{hint}", field=field)


def change(
    session: Session, name: str, language: str, *, subject: str, body: str, version: int, now: datetime,
    actor: Actor,
) -> None:  # fmt: skip
    """An office's own words, used by what comes up from now on. Raises Refused, Stale, NotFound."""
    before = words(session, name, language)
    check(name, subject, body)
    if before.version != version:
        raise Stale(
            "Somebody else changed these words. Read them again, then decide.", version=before.version
        )
    row = before.own or LadderWords(office_id=office_of(session), name=name, language=language, subject="",
                                    body="", version=0, changed_at=now)  # fmt: skip
    row.subject, row.body = " ".join(subject.split()), body.replace("\r\n", "\n").strip()
    row.version, row.changed_by, row.changed_at = row.version + 1, actor.name, now
    session.add(row)
    _note(session, name, language, "changed", now, actor)


def put_back(session: Session, name: str, language: str, *, now: datetime, actor: Actor) -> None:
    """The words that the program came with hold again."""
    own = words(session, name, language).own
    if own is not None:
        session.delete(own)
        _note(session, name, language, "put_back", now, actor)


def _note(session: Session, name: str, language: str, how: str, now: datetime, actor: Actor) -> None:
    session.flush()
    record(session, None, EventKind.LADDER_WORDS_CHANGED, actor, now=now, letter=name, language=language,
           how=how)  # fmt: skip
