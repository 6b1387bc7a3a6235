"""Two cases that stay two and belong together: related, a duplicate, the same household."""

from datetime import datetime

from sqlmodel import Session, col, or_, select

from inbox.errors import Conflict, NotFound, Refused
from inbox.history import Actor, record
from inbox.models import Case, CaseLink, Event, EventKind, LinkKind


def link(session: Session, case: Case, other: Case, kind: LinkKind, *, now: datetime, actor: Actor) -> str:
    """Links two cases, or says anew how they belong together. Returns the event, which undo takes."""
    if case.id == other.id:
        raise Refused("Choose another case.")
    row = _between(session, case, other)
    if row is not None and row.kind == kind:
        raise Conflict("These two are linked like that already.")
    before = row.kind if row else None
    if row is None:
        first, second = sorted((case.id, other.id))
        session.add(
            CaseLink(
                office_id=case.office_id, case_id=first, other_id=second, kind=kind, made_by=actor.id,
                made_at=now,
            )
        )  # fmt: skip
    else:
        row.kind = kind
    session.flush()
    record(session, other, EventKind.CASES_LINKED, actor, now=now, how=kind)
    return record(
        session, case, EventKind.CASES_LINKED, actor, now=now, other=other.id, before=before, how=kind
    )


def unlink(session: Session, case: Case, other: Case, *, now: datetime, actor: Actor) -> str:
    """Takes the link off. Returns the event, which undo takes. Raises NotFound where there is none."""
    row = _between(session, case, other)
    if row is None:
        raise NotFound
    kind = row.kind
    session.delete(row)
    session.flush()
    record(session, other, EventKind.CASES_UNLINKED, actor, now=now)
    return record(session, case, EventKind.CASES_UNLINKED, actor, now=now, other=other.id, before=kind)


def of_case(session: Session, case: Case) -> dict[str, LinkKind]:
    """The cases linked with this one, by id."""
    query = select(CaseLink).where(or_(CaseLink.case_id == case.id, CaseLink.other_id == case.id))
    return {
        row.other_id if row.case_id == case.id else row.case_id: LinkKind(row.kind)
        for row in session.exec(query.order_by(col(CaseLink.id)))
    }


def undo(session: Session, event: Event, case: Case, other: Case, *, now: datetime, actor: Actor) -> None:
    """Puts a link back as it was before the event. Raises Conflict where somebody has changed it since."""
    row, before = _between(session, case, other), event.detail.get("before")
    if (row.kind if row else None) != event.detail.get("how"):
        raise Conflict("Somebody has changed this since, so it cannot be taken back.")
    if before is None:
        forget(session, case, other)
    elif row is None:
        link(session, case, other, LinkKind(str(before)), now=now, actor=actor)
    else:
        row.kind = str(before)
    record(session, case, EventKind.UNDONE, actor, now=now, undone=event.id)


def forget(session: Session, case: Case, other: Case) -> None:
    """Removes the link without a word of its own: part of taking back what made it."""
    row = _between(session, case, other)
    if row is not None:
        session.delete(row)
        session.flush()


def _between(session: Session, case: Case, other: Case) -> CaseLink | None:
    first, second = sorted((case.id, other.id))
    query = select(CaseLink).where(CaseLink.case_id == first, CaseLink.other_id == second)
    return session.exec(query).first()
