"""Many rows at once: one act, what could not be done named, and one way back for all of it."""

import re
from typing import Any
from urllib.parse import unquote

import pytest
from sqlmodel import select

from inbox.models import Case, CaseStatus, Role, Team
from tests.web.desks import Desk
from tests.web.staff.offices import Bench, a_letter


@pytest.fixture
def two(bench: Bench) -> list[str]:
    return [bench.reference, a_letter(bench, name="Imran Sadiq", address="imran@example.org")]


def press(desk: Desk, act: str, cases: list[str]) -> Any:
    body = {"csrf_token": desk.csrf, "act": act, "case": cases}
    return desk.post("/bulk?back=to-sort", data=body)


def undo(desk: Desk, answer: Any) -> Any:
    page = desk.get(answer.headers["location"]).text
    at = re.search(r'action="/undo-many".*?name="at" value="([^"]+)"', page, re.DOTALL)
    assert at is not None, page
    return desk.press("/undo-many", {"at": at[1]})


def test_ticked_rows_are_given_moved_raised_labelled_and_closed(bench: Bench, two: list[str]) -> None:
    desk, manager = bench.sit(Role.CASEWORKER), bench.staff(Role.MANAGER)
    with bench.read() as session:
        team = session.exec(select(Team)).one()
    for act, field, value in (
        (f"person:{manager.id}", "assignee_id", manager.id),
        ("me", "assignee_id", bench.staff(Role.CASEWORKER).id),
        (f"team:{team.id}", "team_id", team.id),
        ("priority:priority", "priority", "priority"),
        ("topic:passports", "topics", ["passports"]),
        ("close:resolved", "status", CaseStatus.RESOLVED),
    ):
        answer = press(desk, act, two)
        assert "acted=2" in answer.headers["location"], act
        assert [getattr(bench.case(one), field) for one in two] == [value, value], act


@pytest.mark.parametrize("act", ["junk", "me", "priority:immediate", "topic:passports", "close:resolved"])
def test_an_act_on_many_is_taken_back_by_one_press(bench: Bench, two: list[str], act: str) -> None:
    desk = bench.sit(Role.CASEWORKER)
    before = [_facts(bench.case(one)) for one in two]
    answer = press(desk, act, two)
    assert [_facts(bench.case(one)) for one in two] != before
    assert "acted=2" in undo(desk, answer).headers["location"]
    assert [_facts(bench.case(one)) for one in two] == before


def test_what_cannot_be_done_is_named_and_the_rest_is_done(bench: Bench, two: list[str]) -> None:
    with bench.write() as session:
        session.merge(bench.case(two[1])).flags = ["threat"]
    hidden = bench.house.restricted.reference
    answer = press(bench.sit(Role.CASEWORKER), "junk", [*two, hidden, "WX-9999-ZZ"])
    location = answer.headers["location"]
    assert "acted=1" in location
    assert two[1] in location and hidden in location
    assert bench.case(two[0]).kind == "spam"
    assert bench.case(two[1]).kind != "spam"


def test_nothing_ticked_or_nothing_sensible_changes_nothing(bench: Bench, two: list[str]) -> None:
    desk = bench.sit(Role.CASEWORKER)
    assert press(desk, "junk", []).headers["location"] == "/queue/to-sort?told=choose"
    for act in ("", "person:nobody", "priority:soon", "topic:weather", "close:because", "delete"):
        assert "acted=0" in press(desk, act, two).headers["location"], act


def test_a_colleagues_act_is_not_taken_back(bench: Bench, two: list[str]) -> None:
    answer = press(bench.sit(Role.MANAGER), "me", two)
    at = re.search(r"at=([^&]+)", answer.headers["location"])
    assert at is not None
    tried = bench.sit(Role.CASEWORKER).press("/undo-many", {"at": unquote(at[1])})
    assert "acted=0" in tried.headers["location"]
    assert bench.case(two[0]).assignee_id == bench.staff(Role.MANAGER).id


def _facts(case: Case) -> tuple[Any, ...]:
    return case.kind, case.assignee_id, case.priority, case.topics, case.status
