"""Nothing of a matter that somebody must not know of stands on the outside of our letter."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from sqlmodel import select

from inbox import addressing
from inbox.models import Constituent, Delivery, Role
from tests.web.staff.offices import Bench, inbound

STORY = "My landlord has sent bailiffs and my husband must not know"


def letter_sent(bench: Bench) -> EmailMessage:
    """The reply as it leaves, with the subject it was given."""
    bench.sit(Role.CASEWORKER).press(f"/cases/{bench.reference}/drafts/send", {"text": "Dear Donna, we are."})
    with bench.read() as session:
        delivery = session.exec(select(Delivery).where(Delivery.case_id == bench.case().id)).one()
        raw = bench.desk(session).store.get(delivery.office_id, delivery.raw_hash)
    found = message_from_bytes(raw, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def a_case_that_tells(bench: Bench, **standing: object) -> None:
    with bench.write() as session:
        case = session.merge(bench.case())
        case.subject = STORY
        for name, value in standing.items():
            setattr(case, name, value)
        for message in inbound(session, case):
            message.subject = STORY


@pytest.mark.parametrize(
    "standing",
    [{"flags": [f]} for f in ("confidential", "domestic-abuse", "safeguarding", "self-harm", "threat")],
)
def test_the_subject_of_an_answer_tells_nothing_and_still_belongs_to_its_thread(
    bench: Bench, standing: dict[str, object]
) -> None:
    a_case_that_tells(bench, **standing)
    with bench.read() as session:
        (answered,) = inbound(session, bench.case())
    letter = letter_sent(bench)
    assert letter["Subject"] == f"Your message to {bench.house.office.name} ({bench.reference})"
    assert letter["In-Reply-To"] == f"<{answered.external_id}>"
    assert f"<{answered.external_id}>" in letter["References"]


def test_an_answer_in_welsh_is_as_discreet(bench: Bench) -> None:
    a_case_that_tells(bench, flags=["domestic-abuse"])
    with bench.write() as session:
        session.exec(select(Constituent)).one().language = "cy"
    assert letter_sent(bench)["Subject"] == f"Eich neges at {bench.house.office.name} ({bench.reference})"


def test_an_ordinary_answer_says_what_it_answers(bench: Bench) -> None:
    a_case_that_tells(bench)
    assert letter_sent(bench)["Subject"].strip() == f"Re: {STORY} ({bench.reference})"


def test_a_restricted_case_is_answered_discreetly_too(bench: Bench) -> None:
    a_case_that_tells(bench, is_restricted=True)
    assert addressing.is_discreet(bench.case())
