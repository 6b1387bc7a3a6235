"""The one table of periodic jobs. Each firing is claimed by one node."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, delete
from sqlmodel import Session, col, select, text

from connectors.contract import ConnectorFailure, KeepsCopies, OutboundMessage, TemporaryFailure
from inbox import (
    alerts,
    campaigns,
    channel_consent,
    channels,
    clocks,
    enquiries,
    form_sessions,
    kept_forms,
    lessons,
    points,
    staff_post,
)
from inbox.database import find
from inbox.desk import Desk, open_desk
from inbox.errors import CaseworkError
from inbox.failpoints import reach
from inbox.history import SYSTEM
from inbox.models import (
    Case,
    Channel,
    ChannelMode,
    Clock,
    Delivery,
    Job,
    Office,
    OnceKey,
    Presence,
    StaffPost,
    Tick,
    WebSession,
)
from inbox.models.case import OPEN, RUNNING, UNWARNED
from inbox.models.delivery import UNCOPIED
from inbox.sign_in import throttle
from inbox.worker import answering
from inbox.worker.clearing import clear_away
from inbox.worker.evidence import look_for_evidence
from inbox.worker.hiding import hide_due
from inbox.worker.loops import log
from inbox.worker.node import Node, each_office
from inbox.worker.proposing import propose_due
from inbox.worker.ruling import call_due, read_changes, read_time
from inbox.worker.scanning_again import look_again, look_at_held
from inbox.worker.watching import watch

_MOST_BATCHES = 20
"""Batches of lessons that one office gets at one firing."""


@dataclass(frozen=True, slots=True)
class Firing:
    """One line of the table: what runs and how often, for every office."""

    name: str
    seconds: int
    run: Callable[[Node], None]


@each_office
def warn_of_clocks(node: Node, office_id: str) -> None:
    """Notes each clock that will soon run out, once, and only while the office is at work."""
    now = node.now()
    _in_batches(node, office_id, UNWARNED, col(Clock.warn_at) <= now, lambda session, desk: (
        clocks.warn_due(session, desk, now=now) if desk.calendar.is_working(now) else 0
    ))  # fmt: skip


@each_office
def recount_clocks(node: Node, office_id: str) -> None:
    """Works out anew what an office's changed calendar moves."""
    stale = col(Clock.calendar_version) < (
        select(Office.calendar_version).where(col(Office.id) == col(Clock.office_id)).scalar_subquery()
    )
    _in_batches(node, office_id, RUNNING, stale, lambda session, desk: clocks.recount_due(session, desk))


def _in_batches(
    node: Node, office_id: str, which: str, due: ColumnElement[bool], work: Callable[[Session, Desk], int]
) -> None:
    """Works off what is due among the clocks of an office, batch by batch; where nothing is, a look is all
    it costs."""
    with node.database.read(office_id) as session:
        waiting = session.exec(select(Clock.id).where(text(which), due).limit(1)).first()
    done = clocks.AT_A_TIME if waiting else 0
    while done == clocks.AT_A_TIME:
        with node.database.write(office_id) as session:
            done = work(session, open_desk(session, node.line.tools))


@each_office
def order_queues(node: Node, office_id: str) -> None:
    """What a day more, or a promise at risk, adds to the points of a case."""
    now = node.now()
    with node.database.read(office_id) as session:
        due = select(Case.id).where(text(OPEN), col(Case.points_at) <= now)
        looked = points.AT_A_TIME if session.exec(due.limit(1)).first() else 0
    while looked == points.AT_A_TIME:
        with node.database.write(office_id) as session:
            looked = points.look_again(session, open_desk(session, node.line.tools), now=now)


@each_office
def bring_up_chases(node: Node, office_id: str) -> None:
    """Lays the next step of each chase ladder ready, as a draft, while the office is at work.

    One transaction for each: a worker that is killed leaves a whole step or none, and two make it once.
    """
    now = node.now()
    with node.database.read(office_id) as session:
        passed, waiting = enquiries.put_away_by_hand(session), enquiries.due(session, now)
        if not (passed or waiting) or not open_desk(session, node.line.tools).calendar.is_working(now):
            return
    for step_id in passed:
        with node.database.write(office_id) as session:
            enquiries.pass_over(session, open_desk(session, node.line.tools), step_id, now=now)
    for enquiry_id in waiting:
        with node.database.write(office_id) as session:
            desk = open_desk(session, node.line.tools)
            enquiries.bring_up(session, desk, enquiry_id, now=now, actor=SYSTEM)
        reach("chase.committed")


@each_office
def end_pauses(node: Node, office_id: str) -> None:
    """A channel that was switched until a date is switched back."""
    now = node.now()
    with node.database.write(office_id) as session:
        over = select(Channel).where(
            col(Channel.mode_until) <= now,
            col(Channel.removed_at).is_(None),
            col(Channel.awaits_sign_in).is_(False),
        )
        for channel in session.exec(over):
            channels.set_mode(
                session, channel, ChannelMode.FULL, reason="", until=None, now=now, actor=SYSTEM
            )


@each_office
def keep_sent_copies(node: Node, office_id: str) -> None:
    """Lays a copy of what was sent into the Sent folder, where the server does not do it itself."""
    with node.database.read(office_id) as session:
        query = select(Delivery).where(text(UNCOPIED)).order_by(col(Delivery.id))
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
    _sweep_office(node)
    node.database.look_over()


@each_office
def _sweep_office(node: Node, office_id: str) -> None:
    now = node.now()
    with node.database.write(office_id) as session:
        session.connection().execute(delete(OnceKey).where(col(OnceKey.made_at) < now - timedelta(days=2)))
        form_sessions.forget(session, now)
        kept_forms.forget(session, now)


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


@each_office
def forget_old_texts(node: Node, office_id: str) -> None:
    """A lone text is known for half a year; each hour one part of the index is cleared of older ones."""
    now = node.now()
    with node.database.write(office_id) as session:
        campaigns.forget(session, now - timedelta(days=180), int(now.timestamp()) // 3600)


@each_office
def hand_to_staff(node: Node, office_id: str) -> None:
    """Mails new messages to those of the staff who do not sign in."""
    with node.database.read(office_id) as session:
        is_wanted = session.exec(select(StaffPost).limit(1)).first() is not None
        is_due = is_wanted and staff_post.is_due(session, open_desk(session, node.line.tools))
    if is_due:
        with node.database.write(office_id) as session:
            staff_post.hand_over(session, open_desk(session, node.line.tools), now=node.now())


@each_office
def learn(node: Node, office_id: str) -> None:
    """What people put right and closed teaches, a batch at a time, until there is nothing new."""
    for _ in range(_MOST_BATCHES):
        with node.database.read(office_id) as session:
            told = lessons.news(session)
        if told is None:
            break
        with node.database.write(office_id) as session:
            lessons.study(session, told, now=node.now())


@each_office
def look_at_sign_ins(node: Node, office_id: str) -> None:
    """Asks platforms that say so until when a sign-in holds; the managers hear of one that ends soon."""
    now = node.now()
    with node.database.read(office_id) as session:
        found = [one for one in channels.open_channels(session) if channel_consent.is_signed_in(one)]
    for channel in found:
        ends = channel_consent.sign_in_ends(channel, node.line.tools.keys, node.settings, node.database)
        with node.database.write(office_id) as session:
            row = find(session, Channel, channel.id)
            row.signed_in_until = ends
            if ends is not None and ends - now < timedelta(days=7):
                alerts.of_sign_in_ending(session, open_desk(session, node.line.tools), row, now=now)


TIMETABLE = (
    Firing("warn of clocks", 60, warn_of_clocks),
    Firing("recount clocks", 10, recount_clocks),
    Firing("order queues", 60, order_queues),
    Firing("end pauses", 60, end_pauses),
    Firing("chases", 60, bring_up_chases),
    Firing("late campaign copies", 60, answering.answer_late),
    Firing("hidden comments", 3, hide_due),
    Firing("rules on change", 5, read_changes),
    Firing("rules on time", 60, read_time),
    Firing("calls of rules", 3, call_due),
    Firing("staff post", 10, hand_to_staff),
    Firing("evidence", 60, look_for_evidence),
    Firing("proposals", 2, propose_due),
    Firing("lessons", 20, learn),
    Firing("sign-ins", 6 * 3600, look_at_sign_ins),
    Firing("held files", 60, look_at_held),
    Firing("new files", 86400, look_again),
    Firing("sweep", 3600, sweep),
    Firing("clear away", 86400, clear_away),
    Firing("watch", 600, watch),
    Firing("old texts", 3600, forget_old_texts),
    Firing("sent copies", 30, keep_sent_copies),
)
"""Everything that happens by itself on a timetable."""
