"""The date a letter promises is one the office promised this person and can still keep; else it says none."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from inbox import drafting
from inbox.dates import local_date
from inbox.desk import open_desk
from inbox.models import Case, Clock, MessageKind
from inbox.wording import letter as own_letter
from tests.factories import a_clock
from tests.security.places import Place, letter


def acknowledgement(place: Place) -> str:
    [case] = place.ours.cases()
    [sent] = [
        one for one in place.ours.messages(case["reference"]) if one["kind"] == MessageKind.ACKNOWLEDGEMENT
    ]
    return str(sent["text"])


def placeholder(place: Place, now: datetime) -> str | None:
    with place.database.read(place.ours.id) as session:
        case, desk = session.exec(select(Case)).one(), open_desk(session, place.node.line.tools)
        return drafting.values(session, desk, case, None, now).get("next_update")


def test_an_acknowledgement_names_the_promise(place: Place) -> None:
    place.ours.receive(letter("The landlord will not mend the boiler, please help me."))
    with place.database.read(place.ours.id) as session:
        [promise] = session.exec(select(Clock).where(Clock.kind == "first_reply"))
    assert f"You hear from us by {local_date(promise.due_at, 'Europe/London', 'en')}." in acknowledgement(
        place
    )


def test_without_a_promise_it_says_nothing_of_a_date(place: Place) -> None:
    place.ours.receive(letter("Thank you so much for all your help, the visa came through!"))
    with place.database.read(place.ours.id) as session:
        assert session.exec(select(Clock)).all() == []
    said = acknowledgement(place)
    assert "A person in this office will read it.\n\nYou can see how it is going here." in said


@pytest.mark.parametrize("name", ["acknowledgement", "acknowledgement-department"])
@pytest.mark.parametrize("language", ["en", "cy"])
def test_a_line_without_its_value_is_left_out_as_a_whole(name: str, language: str) -> None:
    whole, short = (own_letter(name, language, {"next_update": one})[1] for one in ("DAY", None))
    [gone] = set(whole.split("\n")) - set(short.split("\n"))
    assert gone.endswith(" DAY.") and "next_update" not in short


def test_a_draft_is_filled_with_what_was_promised_to_the_person_and_has_not_passed(place: Place) -> None:
    place.ours.receive(letter("The landlord will not mend the boiler, please help me."))
    with place.database.write(place.ours.id) as session:
        case = session.exec(select(Case)).one()
        promise = session.exec(select(Clock).where(Clock.kind == "first_reply")).one()
        asked = promise.due_at - timedelta(days=5)
        a_clock(session, case, kind="enquiry", due_at=asked)
        case.next_due_at = asked  # what the queue is sorted by: the date of the organisation that was asked
    before, after = promise.received_at, promise.due_at + timedelta(days=1)
    assert placeholder(place, before) == local_date(promise.due_at, "Europe/London", "en")
    assert placeholder(place, after) is None, "a day that has passed stays a gap, and a gap does not leave"
