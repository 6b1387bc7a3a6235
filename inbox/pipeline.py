"""Arrivals through the stages, transaction by transaction, as the worker walks. `bulk` is the same for an
import."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

import structlog
from sqlmodel import Session, select

from connectors.contract import (
    Attachment,
    ConnectorFailure,
    InboundMessage,
    News,
    PermanentFailure,
    RawArrival,
    RemoteFile,
    TemporaryFailure,
    Unreadable,
)
from inbox import intake, jobs
from inbox.database import Database, database_now, find
from inbox.desk import Desk, Tools, open_desk
from inbox.errors import CaseworkError, NotYet, Unavailable
from inbox.failpoints import reach
from inbox.memory import freeze_memory
from inbox.models import Arrival, ArrivalState, Channel
from inbox.recall import recall
from inbox.scanning import Scanner
from inbox.storage import Store
from routing.assessment import make_ready

_log = structlog.get_logger("inbox.pipeline")
MOST_ATTEMPTS = 3
MOST_FILES = 30
MOST_WAITS = 1_500
"""How often the database or the disk may fail to take a letter, at most once a minute: for some day."""
_PAUSE = timedelta(seconds=2)
_LONGEST_PAUSE = timedelta(minutes=1)
READING = timedelta(seconds=120)
"""How long one node may take over a letter before another takes it up: more than reading ever takes."""

NOT_FETCHED = "file-not-fetched"
"""The warning on a message one of whose files could not be had: expired, too large, at a forbidden place."""

Reader = Callable[[RawArrival], News]
"""Understands an arrival, in process or in a child with caps. Raises ConnectorFailure."""


Download = Callable[[str, str, RemoteFile], Attachment]
"""Fetches a file for the channel of an office (office id, channel id, file). Raises ConnectorFailure."""


NameOf = Callable[[RawArrival, str, str, str], str]
"""Who is behind an address that came without a name (arrival, office id, channel id, address); "" unknown."""


def no_name(arrival: RawArrival, office_id: str, channel_id: str, address: str) -> str:
    """Where nobody is asked."""
    return ""


Meet = Callable[[str, Sequence[str]], None]
"""Asks, for all of these arrivals at once, after people who sent no name (office id, arrival ids)."""


def nobody_met(office_id: str, arrival_ids: Sequence[str]) -> None:
    """Where nobody is asked."""


def no_download(office_id: str, channel_id: str, file: RemoteFile) -> Attachment:
    """Where nothing is fetched: what an import reads is whole."""
    raise PermanentFailure("Files are not fetched here.")


@dataclass(frozen=True, slots=True)
class Line:
    """What the stages need from the outside on this node."""

    database: Database
    tools: Tools
    readers: Mapping[str, Reader]
    scan: Scanner
    now: Callable[[], datetime]
    lease: timedelta
    shared_now: Callable[[Session], datetime] = database_now
    """The clock by which leases are counted: one for all nodes."""
    download: Download = no_download
    name_of: NameOf = no_name
    meet: Meet = nobody_met


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
            jobs.add(session, jobs.JobKind.PROCESS, office_id, fresh, line.shared_now(session))
        reach("intake.row")
    reach("intake.kept")
    return fresh


def keep_together(
    database: Database, office_id: str, brought: Sequence[tuple[str, Sequence[intake.Kept], bool]],
    *, now: datetime, shared_now: Callable[[Session], datetime],
) -> None:  # fmt: skip
    """What platforms brought to several channels of an office (channel id, arrivals whose bytes are durable,
    hint), in one commit."""
    together: dict[str, list[intake.Kept]] = {}
    for channel_id, kept, _ in brought:
        together.setdefault(channel_id, []).extend(kept)
    hinted = {channel_id for channel_id, _, hint in brought if hint}
    with database.write(office_id) as session:
        fresh: dict[jobs.JobKind, list[str]] = {}
        for channel_id, kept in together.items():
            channel = find(session, Channel, channel_id)
            kind = jobs.reading(kept[0].arrival.hints if kept else {})  # one channel, one way of reading
            fresh.setdefault(kind, []).extend(intake.keep(session, channel, kept, None, now))
            if channel_id in hinted:
                channel.hinted_at = now
        for kind, ids in fresh.items():
            jobs.add(session, kind, office_id, ids, shared_now(session))
        reach("intake.row")
    reach("intake.kept")


def process_due(line: Line, kind: jobs.JobKind = jobs.JobKind.PROCESS, *, limit: int = 20) -> int:
    """Does the arrivals that are due, one transaction each; returns how many were taken on."""
    with line.database.write() as session:
        now = line.shared_now(session)
        lease = max(line.lease, READING) if kind is jobs.JobKind.READ else line.lease
        claimed = jobs.claim(session, kind, now, lease, limit=limit, counting=False)
    if claimed:
        get_ready()
    try:
        desks = {office_id: _desk(line, office_id) for office_id in {job.office_id: None for job in claimed}}
        for office_id in desks:
            _meet(line, office_id, [job.subject_id for job in claimed if job.office_id == office_id])
    except Unavailable as trouble:
        for job in claimed:
            _wait(line, job, trouble.sentence)
        return len(claimed)
    for job in claimed:
        try:
            _process_one(line, desks[job.office_id], job)
        except Exception:  # its failure could not be written down: its lease runs out
            _log.exception("an arrival could not be put off", arrival=job.subject_id)
        line.database.give_way()
    return len(claimed)


def _meet(line: Line, office_id: str, arrival_ids: Sequence[str]) -> None:
    """A name must never hold up what people wrote: whatever goes wrong here, each is filed all the same."""
    try:
        line.meet(office_id, arrival_ids)
    except Unavailable:
        raise
    except Exception:
        _log.exception("nobody could be asked after", office=office_id)


@cache
def get_ready() -> None:
    """Before a node's first arrival and outside every lock, for it takes most of a second: what triage reads
    by is loaded, and from then on left alone by the garbage collector."""
    make_ready()
    freeze_memory()


def _process_one(line: Line, desk: Desk, claimed: jobs.ClaimedJob) -> None:
    job = _taken_up(line, claimed)
    if job is None:
        return
    if job.attempts > MOST_ATTEMPTS:
        _later(line, job, f"Reading it ended the program {MOST_ATTEMPTS} times.", set_aside=True)
        return
    try:
        with line.database.read(job.office_id) as session:
            arrival = find(session, Arrival, job.subject_id)
            channel = desk.channels.get(arrival.channel_id) or find(session, Channel, arrival.channel_id)
        raw = _raw(line.tools.store, desk, arrival, channel)
        understood = understand(line, desk, arrival, raw, patient=job.attempts < MOST_ATTEMPTS)
        reach("intake.read")
        _commit_one(line, desk, job, understood)
        reach("intake.committed")
    except Unavailable as trouble:
        _wait(line, job, trouble.sentence)
    except NotYet as failure:
        _later(line, job, failure.sentence, set_aside=False, after=timedelta(seconds=20))
    except (ConnectorFailure, CaseworkError) as failure:
        _later(line, job, str(failure), set_aside=job.attempts >= MOST_ATTEMPTS)
    except Exception as failure:
        # Whatever a message does to us must not stop the mailbox: it is set aside in sight of the staff.
        _later(
            line, job, f"{type(failure).__name__} while filing it", set_aside=job.attempts >= MOST_ATTEMPTS
        )


def _taken_up(line: Line, claimed: jobs.ClaimedJob) -> jobs.ClaimedJob | None:
    """None: nobody reads it now, because another worker has it or the database is away."""
    if claimed.is_counted:
        return claimed
    try:
        with line.database.write(claimed.office_id) as session:
            return jobs.take_up(session, claimed)
    except Unavailable as trouble:
        _wait(line, claimed, trouble.sentence)
        return None


def _commit_one(line: Line, desk: Desk, job: jobs.ClaimedJob, understood: intake.Understood) -> None:
    now = line.now()
    with line.database.write(job.office_id) as session:
        if not jobs.finish(session, job, now):
            return
        arrival = session.exec(select(Arrival).where(Arrival.id == job.subject_id).with_for_update()).one()
        if arrival.state == ArrivalState.WAITING:
            known = recall(session, [understood.told] if understood.told else [])
            patient = job.attempts < MOST_ATTEMPTS
            intake.process(session, desk, arrival, understood, known, now=now, patient=patient)


def _wait(line: Line, job: jobs.ClaimedJob, why: str) -> None:
    """The database or the disk could not take it. The letter is not at fault: it counts as no attempt."""
    if job.fence > MOST_WAITS:
        _later(line, job, why, set_aside=True)
        return
    try:
        with line.database.write(job.office_id) as session:
            pause = min(_PAUSE * job.fence, _LONGEST_PAUSE)
            jobs.give_back(session, job, line.shared_now(session) + pause, why)
    except Unavailable:
        return  # the lease runs out and the job is taken up again


def _later(line: Line, job: jobs.ClaimedJob, why: str, *, set_aside: bool, after: timedelta = _PAUSE) -> None:
    now = line.now()
    try:
        with line.database.write(job.office_id) as session:
            if not set_aside:
                due_at = line.shared_now(session) + after * job.attempts
                jobs.put_off(session, job, due_at, why)
            elif jobs.finish(session, job, now):
                arrival = session.exec(select(Arrival).where(Arrival.id == job.subject_id)).one()
                arrival.attempts = job.attempts
                intake.set_aside(session, arrival, why, now)
    except Unavailable:
        return  # the lease runs out and the job is taken up again


def understand(
    line: Line, desk: Desk, row: Arrival, arrival: RawArrival, *, patient: bool = False
) -> intake.Understood:
    """What an arrival says, with its files fetched. Raises ConnectorFailure; TemporaryFailure for a file that
    may be had later only where `patient`."""
    if arrival.hints.get("unreadable"):
        raise Unreadable("The mail server would not give us this message. It is still in the mailbox.")
    reader = line.readers.get(arrival.channel)
    if reader is None:
        raise Unreadable(f"This version of the program reads nothing of the kind “{arrival.channel}”.")
    news = reader(arrival)
    if isinstance(news, InboundMessage) and news.sender.address and not news.sender.name:
        name = line.name_of(arrival, row.office_id, row.channel_id, news.sender.address)
        news = replace(news, sender=replace(news.sender, name=name))
    if not isinstance(news, InboundMessage) or not news.remote:
        return intake.understand(line.tools.store, desk.office.id, news, line.scan)
    fetched: list[intake.Filed] = []
    for file in news.remote[:MOST_FILES]:
        try:
            here = line.download(row.office_id, row.channel_id, file)
        except TemporaryFailure:
            if patient:
                raise
            news = replace(news, warnings=(*news.warnings, NOT_FETCHED))
        except ConnectorFailure:
            news = replace(news, warnings=(*news.warnings, NOT_FETCHED))
        else:
            fetched.append(intake.put(line.tools.store, desk.office.id, here, line.scan))
            del here
    return intake.understand(line.tools.store, desk.office.id, news, line.scan, fetched)


def _raw(store: Store, desk: Desk, row: Arrival, channel: Channel) -> RawArrival:
    """The arrival as it came, with what the settings of its channel say of its boundary; also of a channel
    that was removed while it waited."""
    hints = dict(row.hints)
    hints["own_addresses"] = " ".join(sorted(desk.own_addresses))
    for name in ("authserv_id", "forwarders"):
        if channel.settings.get(name):
            hints[name] = channel.settings[name]
    return RawArrival(
        channel=channel.settings.get("reads_as", channel.kind),
        account=row.account,
        external_id=row.external_id,
        raw=store.get(row.office_id, row.raw_hash),
        received_at=row.received_at,
        hints=hints,
    )


def _desk(line: Line, office_id: str) -> Desk:
    with line.database.read(office_id) as session:
        return open_desk(session, line.tools)
