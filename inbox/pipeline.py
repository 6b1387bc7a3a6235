"""Arrivals through the stages, transaction by transaction. The worker and bulk import both walk here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from connectors.contract import ConnectorFailure, DeliveryReport, InboundMessage, RawArrival, Unreadable
from inbox import intake, jobs
from inbox.database import Database, find, savepoint
from inbox.desk import Desk, Tools, open_desk
from inbox.errors import CaseworkError, Unavailable
from inbox.failpoints import reach
from inbox.models import Arrival, ArrivalState, Channel
from inbox.storage import Store

MOST_ATTEMPTS = 3

Reader = Callable[[RawArrival], InboundMessage | DeliveryReport]
"""Understands an arrival, in process or in a child with caps. Raises ConnectorFailure."""


@dataclass(frozen=True, slots=True)
class Line:
    """What the stages need from the outside on this node."""

    database: Database
    tools: Tools
    readers: Mapping[str, Reader]
    scan: intake.Scanner
    now: Callable[[], datetime]
    lease: timedelta


@dataclass(slots=True)
class Tally:
    """What an import came to."""

    arrivals: int = 0
    duplicates: int = 0
    cases: int = 0
    messages: int = 0
    quarantined: int = 0
    case_ids: set[str] = field(default_factory=set)


def keep(
    line: Line, channel_id: str, office_id: str, arrivals: Sequence[RawArrival], cursor: str | None,
    *, guard: Callable[[Session], bool] = lambda session: True, queued: bool = True,
) -> list[str] | None:  # fmt: skip
    """Bytes to the store, rows and cursor in one commit. None: `guard` says the mailbox is another's now."""
    kept = intake.store_raw(line.tools.store, office_id, arrivals)
    now = line.now()
    with line.database.write(office_id) as session:
        if not guard(session):
            return None
        fresh = intake.keep(session, find(session, Channel, channel_id), kept, cursor, now)
        if queued:
            jobs.add(session, jobs.JobKind.PROCESS, office_id, fresh, now)
        reach("intake.row")
    reach("intake.kept")
    return fresh


def process_due(line: Line, *, limit: int = 20) -> int:
    """Does the arrivals that are due, one transaction each; returns how many were taken on."""
    with line.database.write() as session:
        claimed = jobs.claim(session, jobs.JobKind.PROCESS, line.now(), line.lease, limit=limit)
    desks: dict[str, Desk] = {}
    for job in claimed:
        desk = desks.get(job.office_id) or _desk(line, job.office_id)
        desks[job.office_id] = desk
        _process_one(line, desk, job)
    return len(claimed)


def import_batch(
    line: Line, desk: Desk, channel: Channel, arrivals: Sequence[RawArrival], tally: Tally, *,
    acknowledging: bool,
) -> None:  # fmt: skip
    """Many arrivals in two commits: all kept, then all processed, each able to fail alone.

    What an import kept and did not come to process, because it was killed, is processed by the next one.
    """
    office_id = desk.office.id
    keep(line, channel.id, office_id, arrivals, None, queued=False)
    tally.arrivals += len(arrivals)
    with line.database.write(office_id) as session:
        by_key = {one.external_id: one for one in arrivals}
        query = select(Arrival).where(
            Arrival.channel_id == channel.id,
            col(Arrival.external_id).in_(by_key),
            Arrival.state == ArrivalState.WAITING,
        )
        waiting = session.exec(query.with_for_update()).all()
        tally.duplicates += len(arrivals) - len(waiting)
        for row in sorted(waiting, key=lambda one: one.id):
            _import_one(session, line, desk, row, by_key[row.external_id], tally, acknowledging=acknowledging)


def run_again(line: Line, office_id: str, arrival_id: str) -> None:
    """Processes a quarantined arrival now, with this version of the program; it may end there again."""
    now = line.now()
    with line.database.write(office_id) as session:
        row = find(session, Arrival, arrival_id)
        jobs.add(session, jobs.JobKind.PROCESS, office_id, [row.id], now)
        row.state, row.trouble = ArrivalState.WAITING, None
    process_due(line)


def _process_one(line: Line, desk: Desk, job: jobs.ClaimedJob) -> None:
    try:
        with line.database.read(job.office_id) as session:
            arrival = find(session, Arrival, job.subject_id)
        understood = _understand(line, desk, arrival, _raw(line.tools.store, desk, arrival))
        reach("intake.read")
        _commit_one(line, desk, job, understood)
        reach("intake.committed")
    except Unavailable:
        _later(line, job, "The database or the disk could not take it.", set_aside=False)
    except (ConnectorFailure, CaseworkError) as failure:
        _later(line, job, str(failure), set_aside=job.attempts >= MOST_ATTEMPTS)
    except Exception as failure:
        # Whatever a message does to us must not stop the mailbox: it is set aside in sight of the staff.
        _later(
            line, job, f"{type(failure).__name__} while filing it", set_aside=job.attempts >= MOST_ATTEMPTS
        )


def _commit_one(line: Line, desk: Desk, job: jobs.ClaimedJob, understood: intake.Understood) -> None:
    now = line.now()
    with line.database.write(job.office_id) as session:
        if not jobs.finish(session, job, now):
            return
        arrival = session.exec(select(Arrival).where(Arrival.id == job.subject_id).with_for_update()).one()
        if arrival.state == ArrivalState.WAITING:
            intake.process(session, desk, arrival, understood, now=now)


def _later(line: Line, job: jobs.ClaimedJob, why: str, *, set_aside: bool) -> None:
    now = line.now()
    try:
        with line.database.write(job.office_id) as session:
            if not set_aside:
                jobs.put_off(session, job, now + timedelta(seconds=2 * job.attempts), why)
            elif jobs.finish(session, job, now):
                arrival = session.exec(select(Arrival).where(Arrival.id == job.subject_id)).one()
                arrival.attempts = job.attempts
                intake.set_aside(session, arrival, why, now)
    except Unavailable:
        return  # the lease runs out and the job is taken up again


def _import_one(
    session: Session, line: Line, desk: Desk, row: Arrival, arrival: RawArrival, tally: Tally, *,
    acknowledging: bool,
) -> None:  # fmt: skip
    now = line.now()
    try:
        understood = _understand(line, desk, row, arrival)
        with savepoint(session):
            case = intake.process(session, desk, row, understood, now=now, acknowledging=acknowledging)
    except Unavailable:
        raise
    except Exception as failure:
        tally.quarantined += 1
        session.refresh(row)
        intake.set_aside(session, row, str(failure) or type(failure).__name__, now)
        return
    tally.duplicates += row.state == ArrivalState.DUPLICATE
    tally.messages += row.state == ArrivalState.DONE
    if case is not None and case.id not in tally.case_ids:
        tally.case_ids.add(case.id)
        tally.cases += case.created_at == now


def _understand(line: Line, desk: Desk, row: Arrival, arrival: RawArrival) -> intake.Understood:
    if arrival.hints.get("unreadable"):
        raise Unreadable("The mail server would not give us this message. It is still in the mailbox.")
    news = line.readers[arrival.channel](arrival)
    return intake.understand(line.tools.store, desk.office.id, news, line.scan)


def _raw(store: Store, desk: Desk, row: Arrival) -> RawArrival:
    """The arrival as it came, with what the channel's settings say of its boundary."""
    channel = desk.channels.get(row.channel_id)
    hints = dict(row.hints)
    hints["own_addresses"] = " ".join(sorted(desk.own_addresses))
    if channel is not None and channel.settings.get("authserv_id"):
        hints["authserv_id"] = channel.settings["authserv_id"]
    return RawArrival(
        channel=channel.settings.get("reads_as", channel.kind) if channel else "email",
        account=row.account,
        external_id=row.external_id,
        raw=store.get(row.office_id, row.raw_hash),
        received_at=row.received_at,
        hints=hints,
    )


def _desk(line: Line, office_id: str) -> Desk:
    with line.database.read(office_id) as session:
        return open_desk(session, line.tools)
