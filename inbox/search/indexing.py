"""Keeps the words of messages and cases up to date, in the transaction that changes them.

An entry is a message, or the case by itself (no message). Each carries the facts of its case as well,
so that `fretwell mould` finds the message about mould of Donna Fretwell. Rows of one case are few, so a
changed fact rewrites them all.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlmodel import Session, col

from inbox.database import before_commit, held, office_of
from inbox.models import Case, Constituent, Handle, Message, SearchEntry
from inbox.search.folding import fold, join_postcodes, phones, postcodes

_BATCH = 500
_HELD = "search entries"
_CASES_OF_A_PERSON = 200
"""How many are found by a changed name at once; more than anybody has who writes to an office."""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What a case can be found by, besides its messages."""

    case_id: str
    reference: str
    subject: str = ""
    name: str = ""
    postcode: str | None = None
    phone: str | None = None
    addresses: tuple[str, ...] = ()


def index_message(
    session: Session, facts: CaseFacts, message_id: str, *, name: str, address: str, subject: str, text: str
) -> None:
    """Makes one message findable by its words, its sender and its case's facts. `text`: the new text."""
    _insert(session, [_message_row(office_of(session), facts, message_id, name, address, subject, text)])


def index_case(session: Session, facts: CaseFacts) -> None:
    """Makes the case findable by reference, name, postcode, telephone, address and subject."""
    session.connection().execute(
        delete(SearchEntry).where(
            col(SearchEntry.case_id) == facts.case_id,
            col(SearchEntry.office_id) == office_of(session),
            col(SearchEntry.message_id).is_(None),
        )
    )
    _drop(session, lambda row: row["case_id"] == facts.case_id and row["message_id"] is None)
    _insert(session, [_case_row(office_of(session), facts)])


def forget(session: Session, case_id: str) -> None:
    """Takes a case and its messages out of the index."""
    session.connection().execute(
        delete(SearchEntry).where(
            col(SearchEntry.case_id) == case_id, col(SearchEntry.office_id) == office_of(session)
        )
    )
    _drop(session, lambda row: row["case_id"] == case_id)


def reindex_case(session: Session, case_id: str) -> None:
    """Writes a case's entries anew from its rows: after a merge, a split or a changed fact."""
    session.flush()
    forget(session, case_id)
    facts = facts_of(session, case_id)
    if facts is None:
        return
    office = office_of(session)
    columns = (Message.id, Message.sender_name, Message.sender_handle, Message.subject, Message.new_text)
    messages = session.connection().execute(
        select(*map(col, columns))
        .where(col(Message.case_id) == case_id, col(Message.office_id) == office)
        .order_by(col(Message.id))
    )
    rows = [
        _message_row(office, facts, key, name, address, subject, text)
        for key, name, address, subject, text in map(tuple, messages)
    ]
    _insert(session, [*rows, _case_row(office, facts)])


def reindex_person(session: Session, person_id: str) -> None:
    """Writes the entries of somebody's newest cases anew: after their name or address changed."""
    session.flush()
    query = select(col(Case.id)).where(col(Case.constituent_id) == person_id).order_by(col(Case.id).desc())
    for case_id in session.execute(query.limit(_CASES_OF_A_PERSON)).scalars().all():
        reindex_case(session, case_id)


def reindex(session: Session) -> int:
    """Writes the whole office's entries anew, oldest case first; returns how many cases."""
    query = select(col(Case.id)).where(col(Case.office_id) == office_of(session)).order_by(col(Case.id))
    cases = session.connection().execute(query).scalars().all()
    for case_id in cases:
        reindex_case(session, case_id)
    return len(cases)


def facts_of(session: Session, case_id: str) -> CaseFacts | None:
    """The facts as the rows say them; None for a case that is not this office's."""
    office = office_of(session)
    row = (
        session.connection()
        .execute(
            select(
                col(Case.reference), col(Case.subject), col(Case.constituent_id),
                col(Constituent.name), col(Constituent.postcode), col(Constituent.phone),
            )
            .outerjoin(Constituent, col(Constituent.id) == col(Case.constituent_id))
            .where(col(Case.id) == case_id, col(Case.office_id) == office)
        )
        .first()
    )  # fmt: skip
    if row is None:
        return None
    reference, subject, constituent, name, postcode, phone = row
    handles = select(col(Handle.address)).where(
        col(Handle.constituent_id) == constituent, col(Handle.office_id) == office
    )
    addresses = tuple(session.connection().execute(handles).scalars()) if constituent else ()
    return CaseFacts(case_id, reference, subject, name or "", postcode, phone, addresses)


def fact_words(facts: CaseFacts) -> list[str]:
    """A case's facts as words: the reference split and whole, the postcode split, whole and named."""
    reference = fold(facts.reference)
    words = [reference, reference.replace(" ", ""), fold(facts.name), *map(fold, facts.addresses)]
    if facts.phone:
        words += [fold(facts.phone), *phones(facts.phone)]
    if facts.postcode:
        whole = join_postcodes(fold(facts.postcode)).replace(" ", "")
        area = whole[:-3] if len(whole) > 4 else whole
        words += [area, whole[len(area) :], whole, f"postcode:{area}", f"postcode:{whole}"]
    return words


def _message_row(
    office: str,
    facts: CaseFacts,
    message_id: str,
    name: str,
    address: str,
    subject: str | None,
    text: str,
) -> dict[str, object]:
    body = fold(text)
    words = [
        *fact_words(facts), fold(subject or ""), fold(name), fold(address), *_sender_words(name, address),
        body, *phones(text), *postcodes(body),
    ]  # fmt: skip
    return _row(office, facts.case_id, message_id, words)


def _case_row(office: str, facts: CaseFacts) -> dict[str, object]:
    words = [*fact_words(facts), fold(facts.subject), *_sender_words(facts.name, *facts.addresses)]
    return _row(office, facts.case_id, None, words)


def _sender_words(name: str, *addresses: str) -> list[str]:
    """What `from:` finds: each word of the name and the addresses, and each address whole."""
    folded = [fold(address) for address in addresses]
    words = " ".join([fold(name), *folded]).split()
    return [f"from:{word}" for word in (*words, *(address.replace(" ", "") for address in folded)) if word]


def _row(office: str, case_id: str, message_id: str | None, words: Iterable[str]) -> dict[str, object]:
    text = " ".join(filter(None, words))
    return {
        "office_id": office,
        "case_id": case_id,
        "message_id": message_id,
        "words": f" office:{office} {text} " if text else f" office:{office} ",
    }


def _insert(session: Session, rows: list[dict[str, object]]) -> None:
    """Entries are written together just before the commit: one statement for all mail of a batch."""
    before_commit(session, _write)
    held(session, _HELD).extend(rows)


def _drop(session: Session, is_meant: Callable[[dict[str, object]], bool]) -> None:
    waiting = held(session, _HELD)
    waiting[:] = [row for row in waiting if not is_meant(row)]


def _write(session: Session) -> None:
    session.flush()
    waiting = held(session, _HELD)
    for start in range(0, len(waiting), _BATCH):
        session.connection().execute(insert(SearchEntry), waiting[start : start + _BATCH])
    waiting.clear()
