"""A message that arrives joins the text it is a copy of; a text that enough people sent becomes a campaign.

Walked inside the intake's transaction: `recognise` before triage, `join` once the message is on its case.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from connectors.contract import InboundMessage
from inbox import clocks, triage
from inbox.areas import table_for
from inbox.campaigns import founding, index
from inbox.desk import Desk
from inbox.history import SYSTEM, record
from inbox.models import Campaign, Case, Constituent, EventKind, Message
from inbox.recall import KnownText, Recall, gist_of_message
from inbox.triage import facts_of
from routing.campaigns import Gist, are_copies, gist_of, is_same_text, likeness
from routing.copies import Copy, read_copy
from routing.rules import ClockOrder
from routing.words import ClockKind, Kind, Priority


@dataclass(frozen=True, slots=True)
class Sighting:
    """What is known of a message's text. `text`: the text it is a copy of, if it was sent before;
    `copy`: the message beside the template, once the text is a campaign."""

    gist: Gist
    text: KnownText | None = None
    copy: Copy | None = None
    likeness: int = 100

    @property
    def campaign(self) -> Campaign | None:
        return self.text.campaign if self.text else None


def recognise(
    session: Session, desk: Desk, incoming: InboundMessage, message: Message, writer: Constituent | None,
    known: Recall, *, now: datetime,
) -> Sighting:  # fmt: skip
    """Finds the text that a message is a copy of. A copy that makes the text a campaign founds it."""
    gist = gist_of_message(known, incoming)
    found = find_text(session, known, gist)
    if found is None:
        return Sighting(gist)
    text, shared = found
    if text.campaign is None:
        founding.found_if_due(session, desk, text, message, writer, known, now=now)
    if text.campaign is None:
        return Sighting(gist, text, None, shared)
    told = facts_of(desk, message, stated_postcode=incoming.told.get("postcode"))
    own = text.joined or text.campaign
    copy = read_copy(told, own.template, table_for(session, desk.office), title=own.title)
    return Sighting(gist, text, copy, shared)


def find_text(session: Session, known: Recall, gist: Gist) -> tuple[KnownText, int] | None:
    """The text that this is a copy of, and how much of it they share in percent; None for a new one.

    Asks for a bounded number of rows, however many messages there are.
    """
    for text_id in known.near(gist.asked):
        first = index.gist_of_text(session, known, text_id)
        if first is None or not are_copies(gist, first):
            continue
        text = known.texts.setdefault(text_id, KnownText(text_id))  # else new in this batch
        if is_same_text(gist, first) or _agrees(session, known, gist, text.joined or text.campaign):
            return text, round(100 * likeness(gist, first))
    return None


def join(
    session: Session, desk: Desk, case: Case, message: Message, seen: Sighting, known: Recall,
    *, now: datetime,
) -> None:  # fmt: skip
    """Notes the message as a copy of its text, or as the first that has it."""
    if seen.text is None:
        index.keep(session, known, seen.gist, message.id)
        return
    copy = founding.a_copy(message, case, seen.text.text_id, seen.likeness, now)
    session.add(copy)
    seen.text.copies += 1
    if seen.text.members is not None:
        seen.text.members.append((copy, message))
    if seen.campaign is None or seen.copy is None:
        return
    copy.campaign_id = seen.campaign.id
    copy.moved_from = seen.text.joined.id if seen.text.joined else None
    founding.note_differences(copy, seen.copy)
    case.campaign = seen.campaign.slug
    record(session, case, EventKind.CAMPAIGN_JOINED, SYSTEM, now=now, message=message.id,
           campaign=seen.campaign.id)  # fmt: skip
    founding.settle_template(session, desk, seen.campaign, seen.text.copies, now)


def resurface(session: Session, desk: Desk, case: Case, kind: Kind | None, *, now: datetime) -> None:
    """Somebody on a pile wrote something that is not the campaign: their case is one to sort again."""
    if case.kind != Kind.CAMPAIGN or kind is Kind.CAMPAIGN:
        return
    case.kind = kind or Kind.CASEWORK
    if case.priority == Priority.LOW:
        triage.set_priority(case, Priority.STANDARD)
    if not any(clocks.is_open(clock) for clock in clocks.of_case(session, case)):
        order = ClockOrder(kind=ClockKind.FIRST_REPLY)
        clocks.start(session, desk, case, order, received_at=now, now=now, actor=SYSTEM)


def case_in(session: Session, campaign: Campaign | None, person: Constituent | None) -> Case | None:
    """This person's case in a campaign: whoever sends a text twice has one case."""
    if campaign is None or person is None:
        return None
    query = select(Case).where(Case.constituent_id == person.id, Case.campaign == campaign.slug)
    return session.exec(query.order_by(col(Case.id)).limit(1)).first()


def _agrees(session: Session, known: Recall, gist: Gist, campaign: Campaign | None) -> bool:
    """Whether a reworded text says what the template of the campaign says, too."""
    if campaign is None:
        return True
    if campaign.template_id not in known.gists:
        known.gists[campaign.template_id] = gist_of(campaign.title, campaign.template)
    return are_copies(gist, known.gists[campaign.template_id])
