"""Handing a street fault on through the pages and through the REST interface."""

import json

import pytest

from inbox.models import ChannelMode, Role
from tests.factories import a_channel
from tests.web.staff.offices import Bench

CURSOR = json.dumps({"services": {"POT": "Pothole"}, "services_at": "2026-11-22T10:00:00+00:00"})


@pytest.fixture
def council(bench: Bench) -> str:
    """A council that has said what it takes; its channel's id."""
    with bench.write() as session:
        made = a_channel(session, kind="open311_council", name="Wexcombe Council", mode=ChannelMode.FULL)
        made.account, made.cursor = "wexcombe.example@open311.wexcombe.example", CURSOR
        return made.id


def test_the_case_offers_it_once_a_council_is_connected(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    assert "Hand on a street fault" not in desk.get(f"/cases/{bench.reference}").text
    assert "No council is connected" in desk.get(f"/cases/{bench.reference}/faults/new").text


def test_a_fault_is_written_up_as_a_draft_that_shows_what_and_where(bench: Bench, council: str) -> None:
    desk = bench.sit(Role.CASEWORKER)
    assert "Hand on a street fault" in desk.get(f"/cases/{bench.reference}").text
    page = desk.get(f"/cases/{bench.reference}/faults/new").text
    assert "Wexcombe Council: Pothole" in page
    given = {
        "service": f"{council}/POT", "place": "Mill Lane", "text": "A deep hole.", "due": "10",
    }  # fmt: skip
    answer = desk.press(f"/cases/{bench.reference}/faults", given)
    assert answer.status_code == 303, answer.text
    draft = desk.get(answer.headers["location"])
    assert draft.status_code == 200
    assert "A deep hole." in draft.text
    assert "Pothole: Mill Lane" in draft.text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"service": "nothing/POT"}, "Choose what kind of fault it is"),
        ({"place": ""}, "Say where it is"),
        ({"text": " "}, "Describe the fault"),
        ({"due": "soon"}, "Enter a number of working days"),
        ({"due": "0"}, "between 1 and 250 working days"),
    ],
)
def test_what_is_missing_is_said_beside_the_field_and_nothing_typed_is_lost(
    bench: Bench, council: str, wrong: dict[str, str], words: str
) -> None:
    given = {"service": f"{council}/POT", "place": "Mill Lane", "text": "A deep hole.", "due": "10"}
    answer = bench.sit(Role.CASEWORKER).press(f"/cases/{bench.reference}/faults", {**given, **wrong})
    assert answer.status_code == 422
    assert words in answer.text
    assert "Mill Lane" in answer.text or "place" in wrong


def test_programs_see_the_services_and_hand_on_too(bench: Bench, council: str) -> None:
    desk = bench.sit(Role.CASEWORKER)
    [service] = desk.get("/api/v1/street-faults/services").json()["items"]
    assert service == {"channel": council, "council": "Wexcombe Council", "code": "POT", "name": "Pothole"}
    token = {"X-CSRF-Token": desk.csrf}
    new = {"channel": council, "service": "POT", "description": "A deep hole.", "point": "51.5034, -0.1276"}
    answer = desk.post(f"/api/v1/cases/{bench.reference}/street-faults", json=new, headers=token)
    assert answer.status_code == 201, answer.text
    assert answer.json()["subject"] == "Pothole: 51.5034, -0.1276"
    assert answer.json()["problems"] == []
    wrong = desk.post(
        f"/api/v1/cases/{bench.reference}/street-faults", json={**new, "service": "TREE"}, headers=token
    )
    assert wrong.status_code == 422
