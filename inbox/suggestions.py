"""What could be said on a case: the office's standard lines and its own earlier answers, best first.

Nothing is put into a draft by itself. An earlier answer is offered without greeting, sign-off, names, places,
numbers and dates: each is a gap, and a gap blocks sending.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from inbox import drafting, search, standard_lines
from inbox.database import shown_in
from inbox.desk import Desk
from inbox.errors import NotFound
from inbox.models import (
    Case,
    Constituent,
    Direction,
    Message,
    MessageKind,
    Staff,
    StandardLine,
    Template,
)
from inbox.our_answers import is_answer
from inbox.wording import fill
from routing.personal_data import ORDINARY, reusable
from routing.word_families import stem_of
from routing.words import RISK_FLAGS, Flag

MOST_ANSWERS = 5
_ASKED_WORDS = 6
_HITS_A_WORD = 20
_LOOKED_AT = 12
_FEWEST_WORDS = 12
"""What is left of an answer without its person must say at least so much."""
_WORD = re.compile(r"[^\W\d_]{4,}")
_LIKE = 2
"""From so many words in common on, a line of another topic is worth proposing; one of no topic always is."""
_SOON = timedelta(days=7)
_SILENT = RISK_FLAGS | {Flag.CONFIDENTIAL, Flag.RESTRICTED}


@dataclass(frozen=True, slots=True)
class RankedLine:
    """A standard line that may be used now, and why it stands where it stands. `suits`: worth proposing."""

    line: StandardLine
    reason: str
    score: float
    suits: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that the office gave on another case; `words` is what can be used of it."""

    case_id: str
    reference: str
    subject: str
    message_id: str
    answered_at: datetime
    words: str
    shared: tuple[str, ...]


def lines(session: Session, case: Case, language: str, now: datetime) -> list[RankedLine]:
    """The lines in use: those of the topic first, then by shared words, language and how long they last."""
    asked = _stems(_asked(session, case))
    ranked = [_ranked(line, case, asked, language, now) for line in standard_lines.in_date(session, now)]
    return sorted(ranked, key=lambda one: (-one.score, one.line.number))


def templates(session: Session, case: Case, language: str, now: datetime) -> list[Template]:
    """The templates of that language that have not run out; those of the case's topics first."""
    query = select(Template).where(Template.language == language).order_by(col(Template.title))
    rows = [one for one in session.exec(query) if one.expires_on is None or one.expires_on > now]
    return sorted(rows, key=lambda one: one.topic not in case.topics)


def answers(session: Session, case: Case, visible: ColumnElement[bool]) -> list[Answered]:
    """The office's own answers on like cases that this reader may see, the likest first.

    Asks the search a bounded number of times. Restricted cases, those with a risk or a confidence, piles and
    answers in another language are left out.
    """
    asked = _asked(session, case)
    words = [word for word, _ in Counter(_content_words(asked)).most_common(_ASKED_WORDS)]
    hits: Counter[str] = Counter()
    for word in words:
        for one in search.find(session, word, visible=visible, limit=_HITS_A_WORD, is_exact=True).hits:
            if one.case_id != case.id and not one.is_restricted:
                hits[one.case_id] += 1
    found = _cases(session, case, [key for key, _ in hits.most_common(4 * _LOOKED_AT)])
    found.sort(key=lambda one: (-len(set(one.topics) & set(case.topics)), -hits[one.id], one.reference))
    stems = _stems(asked)
    offered = (_answered(session, one, stems) for one in found[:_LOOKED_AT])
    likely = [one for one in offered if one is not None]
    likely.sort(key=lambda one: -len(one.shared))
    return likely[:MOST_ANSWERS]


def words_of_answer(
    session: Session, case: Case, message_id: str, visible: ColumnElement[bool]
) -> tuple[str, str]:
    """The reference of the case that an answer stands on, and its reusable words. Raises NotFound for what
    would not be offered."""
    query = (
        select(Case).join(Message, col(Message.case_id) == Case.id).where(Message.id == message_id, visible)
    )
    source = session.exec(query).first()
    if source is None or source.id == case.id or not _may_teach(source):
        raise NotFound
    message = _newest_answer(session, source, message_id)
    words = _reusable(session, source, message) if message is not None else ""
    if not words:
        raise NotFound
    return source.reference, words


def filled(session: Session, desk: Desk, case: Case, body: str, now: datetime) -> str:
    """Words of a line or a template with what is known of the case."""
    who = session.exec(select(Constituent).where(Constituent.id == case.constituent_id)).first()
    return fill(body, drafting.values(session, desk, case, who, now))


def _ranked(line: StandardLine, case: Case, asked: set[str], language: str, now: datetime) -> RankedLine:
    said = _stems(f"{line.title}\n{line.english}")
    shared = sorted(asked & said)
    on_topic = line.topic is not None and line.topic in case.topics
    score = (4.0 if on_topic else 0.0) + min(3.0, 0.5 * len(shared))
    if language == "cy" and not line.welsh:
        score -= 1.0
    if line.good_until is not None and line.good_until - now < _SOON:
        score -= 0.5
    reason = "on this topic" if on_topic else "like their words" if shared else ""
    return RankedLine(line, reason, score, on_topic or not line.topic or len(shared) >= _LIKE)


def _asked(session: Session, case: Case) -> str:
    """What the person wrote first, and what the case is called."""
    query = select(Message.new_text).where(
        Message.case_id == case.id, Message.direction == Direction.INBOUND, col(Message.machine).is_(None),
        shown_in(session, col(Message.channel_id)),
    )  # fmt: skip
    text = session.exec(query.order_by(col(Message.id)).limit(1)).first() or ""
    return f"{case.subject}\n{text[:4000]}"


def _content_words(text: str) -> list[str]:
    return [word for word in (one.lower() for one in _WORD.findall(text)) if word not in ORDINARY]


def _stems(text: str) -> set[str]:
    return {stem_of(word) for word in _content_words(text)}


def _cases(session: Session, case: Case, keys: Sequence[str]) -> list[Case]:
    rows = session.exec(select(Case).where(col(Case.id).in_(keys))).all()
    return [one for one in rows if _may_teach(one) and one.language == case.language]


def _may_teach(case: Case) -> bool:
    return not (case.is_restricted or case.campaign or case.merged_into or _SILENT & set(case.flags))


def _newest_answer(session: Session, case: Case, message_id: str | None = None) -> Message | None:
    """What we last wrote to the person of a case."""
    query = select(Message).where(
        Message.case_id == case.id, Message.kind == MessageKind.MESSAGE, is_answer(),
        Message.constituent_id == case.constituent_id, col(Message.constituent_id).is_not(None),
        shown_in(session, col(Message.channel_id)),
    )  # fmt: skip
    if message_id is not None:
        query = query.where(Message.id == message_id)
    return session.exec(query.order_by(col(Message.id).desc()).limit(1)).first()


def _answered(session: Session, case: Case, stems: set[str]) -> Answered | None:
    message = _newest_answer(session, case)
    if message is None:
        return None
    words = _reusable(session, case, message)
    if len(words.split()) < _FEWEST_WORDS:
        return None
    theirs = Counter(_content_words(_asked(session, case)))
    shared = tuple(word for word in theirs if stem_of(word) in stems)
    return Answered(case.id, case.reference, case.subject, message.id, message.received_at, words, shared)


def _reusable(session: Session, case: Case, message: Message) -> str:
    who = select(Constituent.name).where(Constituent.id == case.constituent_id)
    names = [*session.exec(who), *session.exec(select(Staff.name)), message.sender_name]
    names += session.exec(
        select(Message.sender_name).where(Message.case_id == case.id).limit(20)
    ).all()  # fmt: skip
    return reusable(message.new_text, names, [case.reference])
