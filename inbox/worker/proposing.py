"""Asks the drafting model, where one is set, with no transaction open meanwhile."""

from datetime import timedelta
from typing import TYPE_CHECKING

from connectors.contract import ConnectorFailure, TemporaryFailure
from inbox import jobs, proposals
from inbox.database import find
from inbox.desk import open_desk
from inbox.errors import CaseworkError, Unavailable
from inbox.models import DraftProposal, ProposalState
from inbox.settings import Settings
from inbox.worker.node import Node

if TYPE_CHECKING:
    from connectors.drafting import Endpoint  # comes with an http client, which few offices need for this

MOST_ATTEMPTS = 2
_PAUSE = timedelta(seconds=5)


def propose_due(node: Node) -> None:
    """Every question that waits, one after the other."""
    with node.database.write() as session:
        claimed = jobs.claim(session, jobs.JobKind.PROPOSE, node.shared_now(session), _lease(node), limit=4)
    for job in claimed:
        try:
            _propose(node, job)
        except Unavailable:
            continue  # the lease runs out and the job is taken up again


def endpoint(settings: Settings) -> "Endpoint | None":
    """Where the model is asked; None where none is set, and then nothing leaves."""
    if settings.drafting_url is None or settings.drafting_host is None:
        return None
    from connectors.drafting import Endpoint

    return Endpoint(
        settings.drafting_url, settings.drafting_key or "", settings.drafting_model,
        settings.drafting_seconds, settings.private_hosts | {settings.drafting_host},
    )  # fmt: skip


def _lease(node: Node) -> timedelta:
    """Longer than four answers may take, so that nobody asks a second time meanwhile."""
    return node.line.lease + timedelta(seconds=4 * node.settings.drafting_seconds)


def _propose(node: Node, job: jobs.ClaimedJob) -> None:
    now = node.now()
    with node.database.read(job.office_id) as session:
        proposal = find(session, DraftProposal, job.subject_id)
        told = proposals.brief(session, open_desk(session, node.line.tools), proposal, now)
    where = endpoint(node.settings)
    words, why = (
        "",
        "No drafting model is set." if where is None else "Nothing of this case may be shown to it.",
    )
    if where is not None and told is not None:
        from connectors.drafting import Question, ask

        try:
            words = ask(where, Question(told.system, told.user))
        except (ConnectorFailure, CaseworkError) as failure:
            why = str(failure)
            if isinstance(failure, TemporaryFailure) and job.attempts < MOST_ATTEMPTS:
                with node.database.write(job.office_id) as session:
                    jobs.put_off(session, job, node.shared_now(session) + _PAUSE, why)
                return
    with node.database.write(job.office_id) as session:
        if not jobs.finish(session, job, node.now()):
            return
        proposal = find(session, DraftProposal, job.subject_id)
        if proposal.state != ProposalState.WAITING:
            return
        if words and told is not None:
            proposals.keep(session, proposal, told, words, node.settings.drafting_model, now=node.now())
        else:
            proposals.fail(session, proposal, why, now=node.now())
