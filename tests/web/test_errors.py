"""Refusals, each in the form that its reader understands."""

import pytest

from inbox.models import Role
from tests.web.desks import Desk, World


def test_a_program_gets_problem_details(desk: Desk) -> None:
    answer = desk.get("/api/v1/nowhere")
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code == 404
    assert problem["type"].startswith("urn:")
    assert problem["title"]
    assert problem["detail"]
    assert problem["request_id"] == answer.headers["X-Request-ID"]


def test_a_person_gets_a_page_with_a_sentence(desk: Desk) -> None:
    answer = desk.get("/nowhere")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "You cannot see this page, or it does not exist." in answer.text


def test_a_page_that_was_refused_leads_back_for_those_who_are_signed_in(desk: Desk, world: World) -> None:
    assert "Back to your inbox" not in desk.get("/nowhere").text
    desk.sit(world.ours.people[Role.CASEWORKER])
    for path in ("/nowhere", "/history"):
        assert 'href="/"' in desk.get(path).text.partition("<main")[2]


def test_htmx_gets_the_bar_at_the_foot_for_what_can_be_mended(desk: Desk, world: World) -> None:
    desk.sit(world.ours.people[Role.CASEWORKER])
    answer = desk.press("/presence", {"act": "reading"}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#undo"
    assert 'id="undo"' in answer.text
    assert "case: This is missing." in answer.text


def test_htmx_gets_no_page_for_what_it_does_not_swap(desk: Desk, world: World) -> None:
    desk.sit(world.ours.people[Role.CASEWORKER])
    answer = desk.get("/nowhere", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (404, b"")


def test_a_script_that_asks_for_json_gets_it_from_pages_too(desk: Desk) -> None:
    answer = desk.get("/session", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")


@pytest.mark.parametrize(
    "query", ["limit=abc", "limit=-1", "cursor=%00", "limit=1'%20OR%20pg_sleep(5)--", "view=x"]
)
def test_odd_queries_are_refused_in_plain_words_without_an_echo(desk: Desk, world: World, query: str) -> None:
    desk.sit(world.ours.people[Role.CASEWORKER])
    answer = desk.get(f"/api/v1/cases?{query}")
    assert answer.status_code == 422, answer.text
    assert "pg_sleep" not in answer.text
    assert "pydantic" not in answer.text


def test_a_method_that_a_page_does_not_take_is_405(desk: Desk) -> None:
    answer = desk.put("/sign-in", json={})
    assert answer.status_code == 405
    assert "Allow" in answer.headers


def test_the_welsh_address_gets_a_welsh_page(desk: Desk) -> None:
    assert '<html lang="cy"' in desk.get("/cy/nowhere").text
