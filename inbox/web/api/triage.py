"""What the product would make of messages, storing nothing: exactly the code that live mail runs."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import FailFast, Field

from inbox.access import Action, Person
from inbox.areas import table_for
from inbox.desk import Desk
from inbox.web.api import shapes
from inbox.web.dependencies import Now, Reading, ReadingDesk, may
from inbox.web.routers import api_router
from routing import engine
from routing.assessment import MessageFacts, assess
from routing.constituency import PostcodeTable
from routing.copies import Copy, read_together
from routing.facts import CaseFacts

router = api_router("triage")


class Sample(shapes.Shape):
    """One message as somebody might send it."""

    id: shapes.Line | None = None
    channel: Literal["email", "facebook", "x", "web"] = "email"
    received: shapes.Received | None = None
    from_name: shapes.Line = ""
    from_handle: shapes.Line = ""
    subject: Annotated[str, Field(max_length=100_000)] = ""
    text: Annotated[str, Field(max_length=500_000)] = ""


class Samples(shapes.Shape):
    messages: Annotated[list[Sample], Field(max_length=500), FailFast()]


class Seen(shapes.Shape):
    """What one sample was taken for, with the evidence for each answer."""

    id: str | None
    kind: str
    topics: list[str]
    priority: str
    flags: list[str]
    postcode: str | None
    constituency: str
    language: str
    campaign: str | None
    hidden_casework: bool
    split: bool
    because: dict[str, Any]


class Preview(shapes.Shape):
    items: list[Seen]


@router.post("/triage/preview")
def preview(
    given: Samples, person: Annotated[Person, may(Action.READ_CASE)], session: Reading, desk: ReadingDesk,
    now: Now,
) -> Preview:  # fmt: skip
    """In the same order as given."""
    facts = [_facts(sample, now) for sample in given.messages]
    area = table_for(session, desk.office)
    copies = read_together(facts, area)
    return Preview(
        items=[
            _seen(desk, area, sample, one, copies.get(number), now)
            for number, (sample, one) in enumerate(zip(given.messages, facts, strict=True))
        ]
    )


def _facts(sample: Sample, now: datetime) -> MessageFacts:
    received = sample.received or now
    if received.tzinfo is None:
        received = received.replace(tzinfo=now.tzinfo)
    return MessageFacts(
        text=sample.text,
        received_at=received,
        subject=sample.subject,
        channel=sample.channel,
        from_name=sample.from_name,
        from_address=sample.from_handle,
    )


def _seen(
    desk: Desk, area: PostcodeTable | None, sample: Sample, message: MessageFacts,
    copied: tuple[str, Copy] | None, now: datetime,
) -> Seen:  # fmt: skip
    campaign, copy = copied or (None, None)
    found = copy.assessment if copy else assess(message, area, desk.learned)
    asked = copy.as_read if copy else found
    facts = CaseFacts(
        received=message.received_at,
        subject=sample.subject,
        text=sample.text,
        from_address=sample.from_handle,
        from_name=sample.from_name,
        channel=sample.channel,
        kind=asked.kind,
        topics=found.topics,
        flags=found.flags,
        language=found.language,
        priority=found.priority,
        constituency=found.constituency,
        campaign=campaign if asked is found else None,
    )
    verdict = engine.decide(facts, desk.rules, now=now, calendar=desk.calendar)
    because: dict[str, Any] = {name: [asdict(one) for one in some] for name, some in found.because.items()}
    if copy is not None:
        because["campaign"] = {"added": copy.own, "added_words": copy.differences.added_words}
    because["rules"] = [asdict(one) for one in verdict.considered if one.matched]
    return Seen(
        id=sample.id,
        kind=found.kind if verdict.kind in (asked.kind, None) else verdict.kind,
        topics=[str(topic) for topic in verdict.topics],
        priority=verdict.priority,
        flags=sorted(str(flag) for flag in verdict.flags),
        postcode=found.postcode,
        constituency=found.constituency,
        language=found.language,
        campaign=campaign,
        hidden_casework=found.hidden_casework,
        split=found.split,
        because=because,
    )
