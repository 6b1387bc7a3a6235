"""Hands a street fault on to a council's own system: an enquiry that leaves as a form, not as a letter."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from connectors.contract import Form, Question
from inbox import drafting
from inbox.desk import Desk
from inbox.enquiries.asking import make
from inbox.errors import Refused
from inbox.history import Actor
from inbox.models import Case, Channel, Draft, Enquiry


class Unanswered(Refused):
    """The council's service asks for something that was not answered. `field` names it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A street fault for a council: what kind of fault, where, in what words. `place`: as a person typed it,
    `point`: "51.5, -0.12"; one of the two."""

    service_code: str
    service_name: str
    place: str
    point: str
    description: str
    attributes: Mapping[str, str] = field(default_factory=dict)


def hand_on(
    session: Session, desk: Desk, case: Case, channel: Channel, fault: Fault, *, working_days: int,
    author_id: str | None, now: datetime, actor: Actor, questions: Sequence[Question] = (),
) -> tuple[Enquiry, Draft]:  # fmt: skip
    """Prepares a street fault for a council's own system. Like any enquiry it leaves only after sign-off.

    `questions` are the council's own for this service: each must be answered. Raises Refused, Unanswered.

    Nothing of the constituent goes along but what somebody writes into the description.
    """
    if not fault.service_code.strip():
        raise Refused("Choose what kind of fault it is.")
    if not fault.description.strip():
        raise Refused("Describe the fault.")
    place = _place(fault)
    for question in questions:
        refusal = question.refusal(fault.attributes.get(question.code, ""))
        if refusal is not None:
            raise Unanswered(refusal, field=f"attribute.{question.code}")
    enquiry = make(case, channel.name, channel.account, fault.description, working_days, author_id, now)
    session.add(enquiry)
    session.flush()
    where = place.get("address") or fault.point.strip()
    title = f"{fault.service_name or fault.service_code}: {where}"
    # Whoever signs it off reads what and where with the words.
    told = [title, *answers_in_words(questions, fault)]
    text = "\n".join(told) + f"\n\n{fault.description.strip()}"
    draft = drafting.begin(session, desk, case, author_id=author_id, now=now, actor=actor, text=text)
    draft.enquiry_id, draft.answers, draft.form = enquiry.id, None, Form.REPORT
    draft.channel_id, draft.recipients = channel.id, [channel.account]
    draft.subject = title[:500]
    answers = {f"attribute.{name}": value for name, value in fault.attributes.items() if value.strip()}
    draft.told = {"service_code": fault.service_code.strip(), **place, **answers}
    return enquiry, draft


def answers_in_words(questions: Sequence[Question], fault: Fault) -> list[str]:
    """What the council asked and is told, a line for each."""
    given = ((one, fault.attributes.get(one.code, "").strip()) for one in questions)
    return [f"{one.words}: {dict(one.choices).get(answer, answer)}" for one, answer in given if answer]


def _place(fault: Fault) -> dict[str, str]:
    """Where it is, as data. Raises Refused for none and for a point that is no point."""
    place = {"address": " ".join(fault.place.split())[:300]} if fault.place.strip() else {}
    if fault.point.strip():
        lat, _, long = (part.strip() for part in fault.point.partition(","))
        if not _is_point(lat, long):
            raise Refused("Write the point as two numbers, like 51.5034, -0.1276.")
        place |= {"lat": lat, "long": long}
    if not place:
        raise Refused("Say where it is: an address, or a point on the map.")
    return place


def _is_point(lat: str, long: str) -> bool:
    number = r"-?\d{1,3}(\.\d{1,12})?"
    if not re.fullmatch(number, lat, re.ASCII) or not re.fullmatch(number, long, re.ASCII):
        return False
    return abs(float(lat)) <= 90 and abs(float(long)) <= 180
