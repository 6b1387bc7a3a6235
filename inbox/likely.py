"""Which other cases one could belong to, for a person who is asked where it goes: never joined by machine."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from inbox import people, search
from inbox.models import Case, Constituent, Direction, Enquiry, Message

MOST = 6
_ASKED = "We wait for an answer from this address there"
_SAME_PERSON = "The same person"
_SAME_SUBJECT = "The same subject, from somebody else"
_FOUND = "Found by your words"


def cases(session: Session, case: Case, visible: ColumnElement[bool]) -> list[tuple[Case, str]]:
    """Up to `MOST` cases that the reader may see, the likeliest first, each with the reason in words."""
    bare = people.bare_subject(case.subject)
    asked = (
        select(Enquiry.case_id)
        .where(col(Enquiry.answered_at).is_(None), col(Enquiry.withdrawn_at).is_(None))
        .where(func.lower(Enquiry.address).in_(_writers(session, case)))
    )
    tests: list[tuple[str, ColumnElement[bool]]] = [(_ASKED, col(Case.id).in_(asked))]
    if case.constituent_id is not None:
        tests.append((_SAME_PERSON, col(Case.constituent_id) == case.constituent_id))
    if case.subject != bare and not case.campaign:
        tests.append((_SAME_SUBJECT, col(Case.subject) == bare))
    return _each_once(
        (one, reason) for reason, test in tests for one in _newest(session, case, visible, test)
    )


def found(session: Session, case: Case, visible: ColumnElement[bool], words: str) -> list[tuple[Case, str]]:
    """Those that a search finds by `words`, newest first."""
    hits = search.find(session, words, visible=visible, limit=MOST).hits
    order = {hit.case_id: at for at, hit in enumerate(hits)}
    rows = _newest(session, case, visible, col(Case.id).in_(list(order)))
    return [(one, _FOUND) for one in sorted(rows, key=lambda row: order[row.id])]


def whose(session: Session, cases: Iterable[Case]) -> dict[str, str]:
    """The names of the people of these cases, by case."""
    keys = [one.id for one in cases]
    query = select(Case.id, Constituent.name).join(Constituent, col(Constituent.id) == Case.constituent_id)
    return dict(session.exec(query.where(col(Case.id).in_(keys))).all())


def _writers(session: Session, case: Case) -> list[str]:
    query = select(Message.sender_handle).where(
        Message.case_id == case.id, Message.direction == Direction.INBOUND
    )
    return sorted({address.lower() for address in session.exec(query.limit(50)) if address})


def _newest(
    session: Session, case: Case, visible: ColumnElement[bool], test: ColumnElement[bool]
) -> list[Case]:
    query = select(Case).where(
        test, visible, Case.id != case.id, col(Case.merged_into).is_(None), Case.kind != "spam"
    )
    return list(session.exec(query.order_by(col(Case.id).desc()).limit(MOST)).all())


def _each_once(found: Iterable[tuple[Case, str]]) -> list[tuple[Case, str]]:
    once: dict[str, tuple[Case, str]] = {}
    for one, reason in found:
        once.setdefault(one.id, (one, reason))
    return list(once.values())[:MOST]
