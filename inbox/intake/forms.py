"""What a web form brings beside the words: facts of its writer, the reference and link they were shown."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from connectors.contract import InboundMessage
from inbox import status_links, triage
from inbox.history import CONSTITUENT, record
from inbox.models import Arrival, Case, Constituent, EventKind
from routing.postcodes import normalised
from routing.words import Language, Priority

REFERENCE, LINK = "promised_reference", "promised_link"
"""Hints of an arrival from our own pages: what its writer saw when they pressed the button."""


def opens_with(answers: Mapping[str, str]) -> str:
    """Which of a writer's answers opens the link on their screen: `postcode`, else `email`; "" where none."""
    return next((name for name in ("postcode", "email") if answers.get(name)), "")


def is_soon(answers: Mapping[str, str]) -> bool:
    """Whether their writer says that something happens today or tomorrow."""
    return answers.get("soon") == "now"


def learn(person: Constituent, incoming: InboundMessage) -> None:
    """Puts on a new person what they typed of themselves. Somebody known is never changed by a form."""
    told = incoming.told
    code = normalised(told.get("postcode", ""))
    if code:
        person.postcode, person.postcode_typed = code, True
    person.address = told.get("address") or person.address
    person.phone = told.get("phone", "")[:40] or person.phone
    if told.get("language") == Language.WELSH:
        person.language = Language.WELSH
    safe = {name: told[name] for name in ("reply_by", "voicemail", "when") if told.get(name)}
    if safe:
        person.safe_contact = safe


def keep_promises(
    session: Session,
    case: Case,
    person: Constituent,
    arrival: Arrival,
    incoming: InboundMessage,
    now: datetime,
) -> None:
    """Issues the link that the person has on their screen, and heeds that something happens soon."""
    if is_soon(incoming.told):
        if Priority(case.priority).rank > Priority.PRIORITY.rank:
            triage.set_priority(case, Priority.PRIORITY)
        record(session, case, EventKind.SAID_SOON, CONSTITUENT, now=now)
    given = {**incoming.told, "email": incoming.sender.address}
    answer = given.get(opens_with(given))
    if arrival.hints.get(LINK) and answer:
        status_links.issue_as(
            session, case, person, arrival.hints[LINK], language=person.language, now=now, answer=answer
        )
