"""Handing a street fault on through the pages and through the REST interface."""

import json

import pytest

from inbox.database import find
from inbox.models import Channel, ChannelMode, Role
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
    assert service == {
        "channel": council, "council": "Wexcombe Council", "code": "POT", "name": "Pothole", "questions": [],
    }  # fmt: skip
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


ASKED = {
    "code": "depth", "words": "How deep is it?", "is_number": False,
    "choices": [["1", "A hand"], ["2", "An arm"]],
}  # fmt: skip
COUNTED = {"code": "holes", "words": "How many holes?", "choices": [], "is_number": True}


@pytest.fixture
def curious(bench: Bench, council: str) -> str:
    """A council that asks two things about each pothole."""
    with bench.write() as session:
        row = find(session, Channel, council)
        row.cursor = json.dumps({**json.loads(CURSOR), "asks": {"POT": [ASKED, COUNTED]}})
    return council


def test_what_the_council_asks_is_asked_on_the_page_and_nothing_typed_is_lost(
    bench: Bench, curious: str
) -> None:
    desk = bench.sit(Role.CASEWORKER)
    given = {"service": f"{curious}/POT", "place": "Mill Lane", "text": "A deep hole.", "due": "10"}
    where = f"/cases/{bench.reference}/faults"
    first = desk.press(where, given)
    assert first.status_code == 422
    assert "How deep is it?" in first.text and "How many holes?" in first.text and "An arm" in first.text
    assert "A deep hole." in first.text
    wrong = desk.press(where, given | {"attribute.depth": "2", "attribute.holes": "many"})
    assert "Answer with a number: How many holes?" in wrong.text
    answer = desk.press(where, given | {"attribute.depth": "2", "attribute.holes": "3"})
    assert answer.status_code == 303, answer.text
    draft = desk.get(answer.headers["location"]).text
    assert "How deep is it?: An arm" in draft and "How many holes?: 3" in draft


def test_programs_answer_them_too(bench: Bench, curious: str) -> None:
    desk = bench.sit(Role.CASEWORKER)
    token = {"X-CSRF-Token": desk.csrf}
    new = {"channel": curious, "service": "POT", "description": "A deep hole.", "place": "Mill Lane"}
    where = f"/api/v1/cases/{bench.reference}/street-faults"
    refused = desk.post(where, json=new, headers=token)
    assert (refused.status_code, refused.json()["field"]) == (422, "attribute.depth")
    answered = desk.post(where, json=new | {"attributes": {"depth": "1", "holes": "2"}}, headers=token)
    assert answered.status_code == 201, answered.text
    [service] = desk.get("/api/v1/street-faults/services").json()["items"]
    assert [one["code"] for one in service["questions"]] == ["depth", "holes"]
