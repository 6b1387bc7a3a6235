"""Hides and shows comments on their platforms, as was asked; with no transaction open meanwhile."""

from datetime import timedelta

from connectors.contract import ConnectorFailure, CredentialsRejected, TemporaryFailure
from inbox import channels, hiding, jobs
from inbox.database import find
from inbox.errors import CaseworkError, Unavailable
from inbox.models import Channel, Message
from inbox.worker.node import Node

_MOST_ATTEMPTS = 8
_PAUSE = timedelta(seconds=30)


def hide_due(node: Node) -> None:
    """Everything that was asked for and is due."""
    with node.database.write() as session:
        now = node.shared_now(session)
        claimed = jobs.claim(session, jobs.JobKind.HIDE, now, node.line.lease, limit=20)
    for job in claimed:
        try:
            _do(node, job)
        except Unavailable:
            continue  # the lease runs out and the job is taken up again


def _do(node: Node, job: jobs.ClaimedJob) -> None:
    with node.database.read(job.office_id) as session:
        message = find(session, Message, job.subject_id)
        channel = find(session, Channel, message.channel_id or "")
        hidden = hiding.wanted(session, message)
    failure: ConnectorFailure | CaseworkError | None = None
    if hidden is not None:
        try:
            _tell(node, channel, message, hidden)
        except (ConnectorFailure, CaseworkError) as trouble:
            failure = trouble
    _write_down(node, job, channel, message, hidden, failure)


def _tell(node: Node, channel: Channel, message: Message, hidden: bool) -> None:
    connector = channels.connect(channel, node.line.tools.keys, node.settings, node.database)
    try:
        connector.hide(message.external_id or "", is_hidden=hidden)
    finally:
        connector.close()


def _write_down(
    node: Node, job: jobs.ClaimedJob, channel: Channel, message: Message, hidden: bool | None,
    failure: ConnectorFailure | CaseworkError | None,
) -> None:  # fmt: skip
    now = node.now()
    may_help = isinstance(failure, (TemporaryFailure, CredentialsRejected)) and job.attempts < _MOST_ATTEMPTS
    with node.database.write(job.office_id) as session:
        if may_help:
            after = (getattr(failure, "after", None) or _PAUSE) * job.attempts
            jobs.put_off(session, job, node.shared_now(session) + after, str(failure))
            return
        if not jobs.finish(session, job, now) or hidden is None:
            return
        if failure is not None:
            hiding.refused(session, message, channel, str(failure), now)
        else:
            hiding.done(session, message, hidden=hidden, now=now)
