"""Many arrivals at once, as an import brings them: all kept in one commit, all filed in another."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlmodel import col, select

from connectors.contract import ConnectorFailure, RawArrival
from inbox import intake, pipeline
from inbox.database import find
from inbox.desk import Desk
from inbox.errors import Unavailable
from inbox.models import Arrival, ArrivalState, Channel
from inbox.pipeline import Line, understand
from inbox.recall import recall


@dataclass(slots=True)
class Tally:
    """What an import came to."""

    arrivals: int = 0
    duplicates: int = 0
    cases: int = 0
    messages: int = 0
    quarantined: int = 0
    case_ids: set[str] = field(default_factory=set)


def import_batch(
    line: Line, desk: Desk, channel: Channel, arrivals: Sequence[RawArrival], tally: Tally, *,
    acknowledging: bool,
) -> None:  # fmt: skip
    """Many arrivals in two commits: all kept, then all filed; one that cannot be filed fails alone.

    What an import kept and did not come to file, because it was killed, is filed by the next one.
    """
    office_id = desk.office.id
    pipeline.keep(line, channel.id, office_id, arrivals, None, queued=False)
    by_key = {one.external_id: one for one in arrivals}
    with line.database.read(office_id) as session:
        query = select(Arrival).where(
            Arrival.channel_id == channel.id,
            col(Arrival.external_id).in_(by_key),
            Arrival.state == ArrivalState.WAITING,
        )
        rows = session.exec(query).all()
    tally.arrivals += len(arrivals)
    tally.duplicates += len(arrivals) - len(rows)
    ready = _read_all(line, desk, [(row.id, row, by_key[row.external_id]) for row in rows], tally)
    try:
        _file_all(line, desk, ready, tally, acknowledging=acknowledging)
    except Unavailable:
        raise
    except Exception:
        # One of them cannot be filed: each by itself then, so that only that one is set aside.
        for one in ready:
            _file_alone(line, desk, one, tally, acknowledging=acknowledging)


def _read_all(
    line: Line, desk: Desk, rows: Sequence[tuple[str, Arrival, RawArrival]], tally: Tally
) -> list[tuple[str, intake.Understood]]:
    """What could be read, in the order it was kept; the rest is set aside."""
    ready = []
    for key, row, arrival in sorted(rows, key=lambda one: one[0]):
        try:
            ready.append((key, understand(line, desk, row, arrival)))
        except ConnectorFailure as failure:
            _set_aside(line, desk, key, failure.reason, tally)
    return ready


def _file_all(
    line: Line, desk: Desk, ready: Sequence[tuple[str, intake.Understood]], tally: Tally, *,
    acknowledging: bool,
) -> None:  # fmt: skip
    """Files a batch in one transaction, and counts what it came to once that is committed."""
    counted = Tally()
    now = line.now()
    with line.database.write(desk.office.id) as session:
        known = recall(session, [one.told for _, one in ready if one.told])
        query = select(Arrival).where(
            col(Arrival.id).in_([key for key, _ in ready]), Arrival.state == ArrivalState.WAITING
        )
        rows = {row.id: row for row in session.exec(query.with_for_update())}
        for key, understood in ready:
            if key not in rows:
                continue  # another import took it meanwhile
            case = intake.process(
                session, desk, rows[key], understood, known, now=now, acknowledging=acknowledging
            )
            counted.duplicates += rows[key].state == ArrivalState.DUPLICATE
            counted.messages += rows[key].state == ArrivalState.DONE
            if case is not None and case.created_at == now:
                counted.case_ids.add(case.id)
    tally.duplicates += counted.duplicates
    tally.messages += counted.messages
    tally.cases += len(counted.case_ids - tally.case_ids)
    tally.case_ids |= counted.case_ids


def _file_alone(
    line: Line, desk: Desk, one: tuple[str, intake.Understood], tally: Tally, *, acknowledging: bool
) -> None:
    try:
        _file_all(line, desk, [one], tally, acknowledging=acknowledging)
    except Unavailable:
        raise
    except Exception as failure:
        _set_aside(line, desk, one[0], f"{type(failure).__name__} while filing it", tally)


def _set_aside(line: Line, desk: Desk, arrival_id: str, why: str, tally: Tally) -> None:
    tally.quarantined += 1
    with line.database.write(desk.office.id) as session:
        intake.set_aside(session, find(session, Arrival, arrival_id), why, line.now())
