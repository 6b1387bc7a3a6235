"""Makes the letters of approved campaign answers, batch by batch, so that others get their turn between."""

from datetime import timedelta

from sqlmodel import Session, col, select

from inbox import jobs
from inbox.answering import preparing, writing
from inbox.database import find
from inbox.desk import Desk, open_desk
from inbox.errors import Unavailable
from inbox.failpoints import reach
from inbox.models import AnswerState, Campaign, CampaignAnswer
from inbox.worker.loops import log
from inbox.worker.node import Node, each_office


def prepare_due(node: Node) -> bool:
    """One batch of one answer; True when there was something to do."""
    with node.database.write() as session:
        now = node.shared_now(session)
        claimed = jobs.claim(session, jobs.JobKind.ANSWER, now, node.line.lease, limit=1)
    for job in claimed:
        _prepare(node, job)
    return bool(claimed)


@each_office
def answer_late(node: Node, office_id: str) -> None:
    """Copies that came after the answer get it too, where a person switched that on.

    What fails for one campaign is logged and keeps no other from its turn.
    """
    with node.database.read(office_id) as session:
        on = select(Campaign).where(col(Campaign.answers_late), col(Campaign.closed_at).is_(None))
        campaigns = session.exec(on).all()
    for campaign in campaigns:
        try:
            _take_late(node, office_id, campaign)
        except Unavailable:
            raise
        except Exception:
            log.exception("late copies of a campaign failed", office=office_id, campaign=campaign.id)


def _take_late(node: Node, office_id: str, campaign: Campaign) -> None:
    """Looks first while nobody has to wait, and writes only for those who are found."""
    with node.database.read(office_id) as session:
        answer = writing.current(session, campaign)
        if answer is None or answer.state != AnswerState.PREPARED:
            return
        desk = open_desk(session, node.line.tools)
        people = preparing.late(session, desk, answer, now=node.now())
    if not people:
        return
    with node.database.write(office_id) as session:
        current = session.get_one(Campaign, campaign.id)
        answer = writing.find_answer(session, answer.id)
        if answer.state != AnswerState.PREPARED or not current.answers_late or current.closed_at is not None:
            return
        desk = open_desk(session, node.line.tools)
        if preparing.take_late(session, desk, answer, people, now=node.now()):
            jobs.add(session, jobs.JobKind.ANSWER, answer.office_id, [answer.id], node.shared_now(session))


def _prepare(node: Node, job: jobs.ClaimedJob) -> None:
    try:
        stored = _store(node, job)
        reach("answer.stored")
        with node.database.write(job.office_id) as session:
            _queue(node, job, session, stored)
        reach("answer.committed")
    except Unavailable as failure:
        _later(node, job, failure.sentence)


def _store(node: Node, job: jobs.ClaimedJob) -> list[preparing.Stored]:
    """The next letters as durable bytes; composed with no transaction open."""
    tools = node.line.tools
    with node.database.read(job.office_id) as session:
        desk: Desk = open_desk(session, tools)
        answer = find(session, CampaignAnswer, job.subject_id)
        if answer.state != AnswerState.PREPARING:
            return []
        made = preparing.compose(session, desk, answer, now=node.now())
    hashes = tools.store.put_all(job.office_id, [one.raw for one in made])
    return [preparing.Stored(one, digest) for one, digest in zip(made, hashes, strict=True)]


def _queue(node: Node, job: jobs.ClaimedJob, session: Session, stored: list[preparing.Stored]) -> None:
    """One batch in one commit with the job's own step: another worker's late one changes nothing."""
    now = node.now()
    answer = writing.find_answer(session, job.subject_id)
    if answer.state != AnswerState.PREPARING:
        jobs.finish(session, job, now)
        return
    if not jobs.put_off(session, job, node.shared_now(session), ""):
        return
    desk = open_desk(session, node.line.tools)
    if not preparing.queue(session, desk, answer, stored, now=now):
        preparing.finish(session, answer, now=now)
        jobs.finish(session, job, now)


def _later(node: Node, job: jobs.ClaimedJob, why: str) -> None:
    try:
        with node.database.write(job.office_id) as session:
            jobs.put_off(session, job, node.shared_now(session) + timedelta(seconds=2), why)
    except Unavailable:
        return  # the lease runs out and the job is taken up again
