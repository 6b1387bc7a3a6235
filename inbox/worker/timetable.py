"""The one table of periodic jobs. Each firing is claimed by one node."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import col, select

from connectors.contract import ConnectorFailure, KeepsCopies, OutboundMessage, TemporaryFailure
from inbox import campaigns, channels, enquiries, form_sessions
from inbox.database import find
from inbox.desk import open_desk
from inbox.errors import CaseworkError
from inbox.failpoints import reach
from inbox.history import SYSTEM, record
from inbox.models import (
    Channel,
    ChannelMode,
    Clock,
    Delivery,
    DeliveryState,
    EventKind,
    Job,
    OnceKey,
    Presence,
    Tick,
    WebSession,
)
from inbox.sign_in import throttle
from inbox.worker import answering
from inbox.worker.evidence import look_for_evidence
from inbox.worker.hiding import hide_due
from inbox.worker.loops import log
from inbox.worker.node import Node


@dataclass(frozen=True, slots=True)
class Firing:
    """One line of the table: what runs and how often, for every office."""

    name: str
    seconds: int
    run: Callable[[Node], None]


def warn_of_clocks(node: Node) -> None:
    """Notes each clock that will soon run out, once, and only while the office is at work."""
    now = node.now()
    for office_id in node.offices():
        with node.database.write(office_id) as session:
            if not open_desk(session, node.line.tools).calendar.is_working(now):
                continue
            query = select(Clock).where(
                col(Clock.warn_at) <= now, col(Clock.warned_at).is_(None), col(Clock.met_at).is_(None),
                col(Clock.cancelled_at).is_(None),
            )  # fmt: skip
            for clock in session.exec(query.limit(500)):
                clock.warned_at = now
                record(session, clock.case_id, EventKind.CLOCK_WARNED, SYSTEM, now=now, clock=clock.id,
                       clock_kind=clock.kind)  # fmt: skip


def bring_up_chases(node: Node) -> None:
    """Lays the next step of each chase ladder ready, as a draft, while the office is at work.

    One transaction for each: a worker that is killed leaves a whole step or none, and two make it once.
    """
    now = node.now()
    for office_id in node.offices():
        with node.database.read(office_id) as session:
            passed, waiting = enquiries.put_away_by_hand(session), enquiries.due(session, now)
            if not (passed or waiting) or not open_desk(session, node.line.tools).calendar.is_working(now):
                continue
        for step_id in passed:
            with node.database.write(office_id) as session:
                enquiries.pass_over(session, open_desk(session, node.line.tools), step_id, now=now)
        for enquiry_id in waiting:
            with node.database.write(office_id) as session:
                desk = open_desk(session, node.line.tools)
                enquiries.bring_up(session, desk, enquiry_id, now=now, actor=SYSTEM)
            reach("chase.committed")


def end_pauses(node: Node) -> None:
    """A channel that was switched until a date is switched back."""
    now = node.now()
    for office_id in node.offices():
        with node.database.write(office_id) as session:
            for channel in session.exec(select(Channel).where(col(Channel.mode_until) <= now)):
                channels.set_mode(
                    session, channel, ChannelMode.FULL, reason="", until=None, now=now, actor=SYSTEM
                )


def keep_sent_copies(node: Node) -> None:
    """Lays a copy of what was sent into the Sent folder, where the server does not do it itself."""
    for office_id in node.offices():
        with node.database.read(office_id) as session:
            query = select(Delivery).where(
                col(Delivery.needs_sent_copy), Delivery.state == DeliveryState.SENT
            )
            rows = session.exec(query.limit(20)).all()
        for row in rows:
            if _keep_copy(node, row):
                with node.database.write(row.office_id) as session:
                    find(session, Delivery, row.id).needs_sent_copy = False


def sweep(node: Node) -> None:
    """Clears away what only machinery needed, after it has served."""
    now = node.now()
    node.store.sweep(now - timedelta(hours=1))
    yesterday, last_week = now - timedelta(days=1), now - timedelta(days=7)
    with node.database.write() as session:
        for old in (
            delete(Tick).where(col(Tick.claimed_at) < yesterday),
            delete(Presence).where(col(Presence.at) < yesterday),
            delete(WebSession).where(col(WebSession.seen_at) < yesterday),
            delete(Job).where(col(Job.finished_at) < last_week),
        ):
            session.connection().execute(old)
        throttle.forget(session, now)
    for office_id in node.offices():
        with node.database.write(office_id) as session:
            session.connection().execute(
                delete(OnceKey).where(col(OnceKey.made_at) < now - timedelta(days=2))
            )
            form_sessions.forget(session, now)


def _keep_copy(node: Node, row: Delivery) -> bool:
    """Whether there is nothing more to do for this one."""
    with node.database.read(row.office_id) as session:
        channel = find(session, Channel, row.channel_id)
    try:
        raw = node.line.tools.store.get(row.office_id, row.raw_hash)
        connector = channels.connect(channel, node.line.tools.keys, node.settings, node.database)
        try:
            if isinstance(connector, KeepsCopies):
                copy = OutboundMessage(row.outgoing_id, tuple(row.recipients), row.envelope_sender, raw)
                connector.keep_copy(copy)
        finally:
            connector.close()
    except (ConnectorFailure, CaseworkError) as failure:
        log.warning("no copy in the Sent folder", delivery=row.id, why=str(failure))
        return not isinstance(failure, TemporaryFailure)
    return True


def forget_old_texts(node: Node) -> None:
    """A lone text is known for half a year; each hour one part of the index is cleared of older ones."""
    now = node.now()
    for office_id in node.offices():
        with node.database.write(office_id) as session:
            campaigns.forget(session, now - timedelta(days=180), int(now.timestamp()) // 3600)


TIMETABLE = (
    Firing("warn of clocks", 60, warn_of_clocks),
    Firing("end pauses", 60, end_pauses),
    Firing("chases", 60, bring_up_chases),
    Firing("late campaign copies", 60, answering.answer_late),
    Firing("hidden comments", 3, hide_due),
    Firing("evidence", 60, look_for_evidence),
    Firing("sweep", 3600, sweep),
    Firing("old texts", 3600, forget_old_texts),
    Firing("sent copies", 30, keep_sent_copies),
)
"""Everything that happens by itself on a timetable."""
