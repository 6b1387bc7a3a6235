"""Which other cases one could belong to, for a person who is asked where it goes: never joined by machine."""

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, func, select

from inbox import people, search
from inbox.models import Case, Constituent, Direction, Enquiry, Message

MOST = 6
_ASKED = "We wait for an answer from this address there"
_SAME_PERSON = "The same person"
_SAME_ADDRESS = "Written from the same address"
SAME_PHONE = "The same phone number"
_SAME_NAME = "The same name and postcode"
_SAME_SUBJECT = "The same subject, from somebody else"
_FOUND = "Found by your words"
_OF_AN_OFFICE = re.compile("0[38]")
"""How the numbers of councils and companies begin: two letters that name one are not from one person."""
_SAME_WORDS_AMONG = 1_000
"""Cases that somebody else's may have the subject of: those that something happened on last."""
_LOOKED_AT = 5
"""Messages of a case whose words are read for a telephone number."""


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
    same = [(one, reason) for reason, test in tests for one in _newest(session, case, visible, test)]
    same += same_person(session, case, visible)
    if case.subject != bare and not case.campaign:
        newest = select(Case.id, Case.subject).order_by(col(Case.updated_at).desc())
        lately = newest.limit(_SAME_WORDS_AMONG).subquery()
        keys = session.exec(select(lately.c.id).where(lately.c.subject == bare)).all()
        test = col(Case.id).in_(keys)
        same += [(one, _SAME_SUBJECT) for one in _newest(session, case, visible, test)]
    return _each_once(same)


def same_person(session: Session, case: Case, visible: ColumnElement[bool]) -> list[tuple[Case, str]]:
    """Cases that another entry of the same person may stand behind: by what they wrote from, the number they
    gave, their name and postcode. What stands on more than `MOST` cases is nobody's own and says nothing."""
    who = session.exec(select(Constituent).where(Constituent.id == case.constituent_id)).first()
    other = and_(visible, col(Case.id) != case.id, col(Case.merged_into).is_(None), col(Case.kind) != "spam")
    found: list[tuple[Case, str]] = []
    for reason, words in _marks(session, case, who):
        keys = [hit.case_id for hit in search.find(session, words, visible=other, limit=MOST + 1,
                                                   is_exact=True).hits]  # fmt: skip
        if len(keys) <= MOST:
            rows = _newest(session, case, visible, col(Case.id).in_(keys))
            found += [(row, reason) for row in rows if reason != _SAME_NAME or _is_called(session, row, who)]
    return _each_once(found)


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


def _marks(session: Session, case: Case, who: Constituent | None) -> Iterator[tuple[str, str]]:
    """What a person may be known again by, as words to search for."""
    for address in _writers(session, case):
        if "@" in address:
            yield _SAME_ADDRESS, f"from:{address}"
    for number in _numbers(session, case, who):
        yield SAME_PHONE, number
    if who is not None and who.postcode and len(search.fold(who.name).split()) > 1:
        yield _SAME_NAME, f'"{search.fold(who.name)}" postcode:"{who.postcode}"'


def _numbers(session: Session, case: Case, who: Constituent | None) -> list[str]:
    """Telephone numbers of the writer: the one on file, and those in what they wrote."""
    query = (
        select(Message.new_text)
        .where(Message.case_id == case.id, Message.direction == Direction.INBOUND)
        .order_by(col(Message.id).desc())
    )
    said = [who.phone or "" if who else "", *session.exec(query.limit(_LOOKED_AT))]
    numbers = (one for text in said for one in search.phones(text) if not _OF_AN_OFFICE.match(one))
    return list(dict.fromkeys(numbers))[:3]


def _is_called(session: Session, case: Case, who: Constituent | None) -> bool:
    """Whether the person of a case has the name and the postcode of `who`."""
    other = session.exec(select(Constituent).where(Constituent.id == case.constituent_id)).first()
    return other is not None and who is not None and _called(other) == _called(who)


def _called(who: Constituent) -> tuple[str, str]:
    return search.fold(who.name), search.fold(who.postcode or "").replace(" ", "")


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
