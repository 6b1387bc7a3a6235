"""Looks on the platform for what may have left: found there, it was sent; nothing found proves nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import col, select

from connectors.contract import ConnectorFailure, OutboundMessage, Sends, SentReceipt
from inbox import channels, departures, outbox, sealed_letters
from inbox.database import find
from inbox.desk import open_desk
from inbox.errors import CaseworkError
from inbox.history import SYSTEM
from inbox.models import Channel, ChannelMode, Delivery, DeliveryState
from inbox.worker.loops import log
from inbox.worker.node import Node, each_office

_LOOK_FOR = timedelta(days=1)
"""After this a person has to tell, if none has."""
_AT_A_TIME = 20


@each_office
def look_for_evidence(node: Node, office_id: str) -> None:
    """Once for each delivery of unknown outcome that nobody has settled yet, some of them each minute."""
    now = node.now()
    with node.database.read(office_id) as session:
        query = select(Delivery.id).where(
            Delivery.state == DeliveryState.UNKNOWN, col(Delivery.settled_by).is_(None),
            Delivery.queued_at > now - _LOOK_FOR,
        )  # fmt: skip
        wanted = turn_of(session.exec(query.order_by(col(Delivery.id))).all(), now)
        rows = session.exec(select(Delivery).where(col(Delivery.id).in_(wanted))).all()
    for row in rows:
        found = _look(node, row)
        if found is not None:
            _settle(node, row, found, now)


def turn_of(waiting: Sequence[str], now: datetime) -> list[str]:
    """Whose turn it is in this minute. Most of them never show, so each minute goes on where the one before
    ended: those without proof must not keep the others from being looked for."""
    first = int(now.timestamp()) // 60 * _AT_A_TIME % len(waiting) if waiting else 0
    return [*waiting[first:], *waiting[:first]][:_AT_A_TIME]


def _look(node: Node, row: Delivery) -> SentReceipt | None:
    with node.database.read(row.office_id) as session:
        channel = find(session, Channel, row.channel_id)
    if channel.mode == ChannelMode.OFF or channel.removed_at is not None:
        return None
    try:
        raw = sealed_letters.read(node.line.tools.store, node.line.tools.keys, row)
        connector = channels.connect(channel, node.line.tools.keys, node.settings, node.database)
        try:
            message = OutboundMessage(row.outgoing_id, tuple(row.recipients), row.envelope_sender, raw)
            return connector.evidence(message) if isinstance(connector, Sends) else None
        finally:
            connector.close()
    except (ConnectorFailure, CaseworkError) as failure:
        log.warning("could not look whether it was sent", delivery=row.id, why=str(failure))
        return None


def _settle(node: Node, row: Delivery, found: SentReceipt, now: datetime) -> None:
    with node.database.write(row.office_id) as session:
        kind = find(session, Channel, row.channel_id).kind
        delivery = outbox.found_again(
            session, row.outgoing_id, found.external_id, now, kind=kind, thread=found.thread
        )
        if delivery is not None and delivery.sent_at == now:
            departures.left(session, open_desk(session, node.line.tools), delivery, now=now, actor=SYSTEM)
