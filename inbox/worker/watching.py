"""Looks every few minutes for what no failure tells: a disk that fills up, a channel gone quiet."""

from sqlmodel import Session

from inbox import alerts, channels, silence
from inbox.desk import open_desk
from inbox.models import Channel
from inbox.silence import Silence
from inbox.worker.node import Node, each_office


@each_office
def watch(node: Node, office_id: str) -> None:
    """Whoever answers for an office is told of either once a day, while it lasts."""
    is_nearly_full = node.store.is_nearly_full()
    with node.database.read(office_id) as session:
        quiet = _quiet(session, node)
    if not (quiet or is_nearly_full):
        return
    with node.database.write(office_id) as session:
        desk = open_desk(session, node.line.tools)
        if is_nearly_full:
            free, least = node.store.free_megabytes(), node.settings.low_disk_megabytes
            alerts.of_disk(session, desk, free, least, now=node.now())
        for channel, found in quiet:
            alerts.of_silence(session, desk, channel, found, now=node.now())


def _quiet(session: Session, node: Node) -> list[tuple[Channel, Silence]]:
    """Channels that others write to. One that fails is told of for itself."""
    reached = [
        one for one in channels.open_channels(session)
        if one.failing_since is None and (channels.is_polled(one) or channels.is_called(one))
    ]  # fmt: skip
    found = ((one, silence.of(session, one, node.now())) for one in reached)
    return [(one, how) for one, how in found if how is not None]
