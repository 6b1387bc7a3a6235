"""Work that waits as rows: queued with the change it follows, claimed with a lease and a fence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CursorResult, insert, or_, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from inbox.models import Job, Lease, Tick, new_id

SLOW = "slow"
"""The hint of an arrival whose words are made out by eye."""


class JobKind(StrEnum):
    """What a job does; the subject says to what."""

    PROCESS = "process"
    READ = "read"
    """As PROCESS, for what takes seconds to read: nothing else waits behind it."""
    ANSWER = "answer"
    HIDE = "hide"
    CALL = "call"
    PROPOSE = "propose"


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job that one worker may do until its lease runs out, proved by its fence. `is_counted`: this time is
    among the attempts."""

    id: str
    office_id: str
    subject_id: str
    fence: int
    attempts: int
    is_counted: bool = True


def reading(hints: Mapping[str, str]) -> JobKind:
    """The job that an arrival waits for; its channel says in the hints where reading takes long."""
    return JobKind.READ if hints.get(SLOW) else JobKind.PROCESS


def add(session: Session, kind: JobKind, office_id: str, subjects: Iterable[str], due_at: datetime) -> None:
    """Queues a job for each subject, in the caller's transaction."""
    rows: list[dict[str, Any]] = [
        {"id": new_id(), "kind": kind, "office_id": office_id, "subject_id": one, "due_at": due_at,
         "fence": 0, "attempts": 0}
        for one in subjects
    ]  # fmt: skip
    if rows:
        session.connection().execute(insert(Job), rows)


def claim(
    session: Session, kind: JobKind, now: datetime, lease: timedelta, *, limit: int, counting: bool = True
) -> list[ClaimedJob]:
    """Takes what is due, oldest first. The count of attempts is committed before the work begins.

    `now` is the database's clock. What was tried before comes alone, so that work which ends the whole
    process is counted by itself and not with those that only waited behind it. Without `counting` it is
    counted by `take_up`: a program that ends before it comes to the work blames nobody.
    """
    free = or_(col(Job.lease_until).is_(None), col(Job.lease_until) < now)
    due = (
        select(Job)
        .where(Job.kind == kind, col(Job.finished_at).is_(None), Job.due_at <= now, free)
        .order_by(col(Job.due_at), col(Job.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session.exec(due).all()
    tried = next((number for number, job in enumerate(rows) if job.attempts), len(rows))
    claimed = []
    for job in rows[: max(tried, 1)]:
        is_counted = counting or not job.attempts
        job.fence += 1
        job.attempts += is_counted
        job.lease_until = now + lease
        claimed.append(ClaimedJob(job.id, job.office_id, job.subject_id, job.fence, job.attempts, is_counted))
    return claimed


def take_up(session: Session, job: ClaimedJob) -> ClaimedJob | None:
    """Counts the attempt that begins now. None: another worker has taken over."""
    if job.is_counted:
        return job
    counted = replace(job, attempts=job.attempts + 1, is_counted=True)
    return counted if _change(session, job, attempts=counted.attempts) else None


def finish(session: Session, job: ClaimedJob, now: datetime) -> bool:
    """Marks it done, in the transaction of its effect. False: another worker has taken over."""
    return _change(session, job, finished_at=now, lease_until=None)


def put_off(session: Session, job: ClaimedJob, until: datetime, trouble: str) -> bool:
    """Tries again later. False: another worker has taken over."""
    return _change(session, job, due_at=until, lease_until=None, trouble=trouble)


def give_back(session: Session, job: ClaimedJob, until: datetime, trouble: str) -> bool:
    """As `put_off`, for work that could not even be tried: it counts as no attempt."""
    tried = job.attempts - job.is_counted
    return _change(session, job, due_at=until, lease_until=None, trouble=trouble, attempts=tried)


def hold(session: Session, name: str, holder: str, now: datetime, lease: timedelta) -> bool:
    """Takes or keeps a lease that one holder at a time may have, such as a mailbox's."""
    changed: CursorResult[Any] = session.connection().execute(
        update(Lease)
        .where(col(Lease.name) == name, or_(col(Lease.holder) == holder, col(Lease.until) < now))
        .values(holder=holder, until=now + lease, fence=Lease.fence + 1)
    )
    if changed.rowcount == 1:
        return True
    if session.exec(select(Lease.name).where(Lease.name == name)).first():
        return False
    return _insert(session, Lease(name=name, holder=holder, fence=1, until=now + lease))


def still_holds(session: Session, name: str, holder: str) -> bool:
    """Whether nobody has taken the lease from this holder; locks it for this transaction.

    A lease that ran out and that nobody wanted is still the holder's: slow work must come to its end.
    """
    query = select(Lease).where(Lease.name == name, Lease.holder == holder)
    return session.exec(query.with_for_update()).first() is not None


def let_go(session: Session, name: str, holder: str) -> None:
    """Gives a lease back early."""
    lease = session.exec(select(Lease).where(Lease.name == name, Lease.holder == holder)).first()
    if lease is not None:
        session.delete(lease)


def claim_tick(session: Session, name: str, slot: str, now: datetime) -> bool:
    """Whether this node won the firing `name` at `slot`; every other node gets False."""
    return _insert(session, Tick(name=name, slot=slot, claimed_at=now))


def _insert(session: Session, row: Lease | Tick) -> bool:
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        return False
    return True


def _change(session: Session, job: ClaimedJob, **values: object) -> bool:
    changed: CursorResult[Any] = session.connection().execute(
        update(Job)
        .where(col(Job.id) == job.id, col(Job.fence) == job.fence, col(Job.finished_at).is_(None))
        .values(**values)
    )
    return changed.rowcount == 1
