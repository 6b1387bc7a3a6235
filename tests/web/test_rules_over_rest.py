"""Rules over REST: tried first, saved with If-Match, by those who keep them."""

from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import select

from inbox.models import Event, EventKind, Role, Rule
from tests.web.desks import Desk, World
from tests.web.staff.offices import Bench, a_bench

CHANGED = {
    "name": "Damp",
    "when": {"any": [{"field": "message", "operator": "word_list", "value": ["damp", "mould"]}]},
    "then": {"priority": "priority", "team": "Housing"},
}


@pytest.fixture
def bench(app: FastAPI, world: World) -> Bench:
    return a_bench(app, world)


def rule_of(desk: Desk) -> dict[str, Any]:
    (found,) = desk.get("/api/v1/rules").json()["items"]
    return dict(found)


def sent(desk: Desk, method: str, path: str, body: dict[str, Any], version: int | None = None) -> Any:
    headers = {"X-CSRF-Token": desk.csrf} | ({} if version is None else {"If-Match": f'"{version}"'})
    return desk.request(method, f"/api/v1/rules{path}", json=body, headers=headers)


def test_a_change_is_tried_and_then_saved_with_the_version_it_was_made_from(bench: Bench) -> None:
    desk = bench.sit(Role.MANAGER)
    rule = rule_of(desk)
    assert rule["sentence"].startswith("If the subject or text has one of the words")
    change = {"do": "changed", "rule_id": rule["id"], "version": 1, "rule": CHANGED}
    told = sent(desk, "POST", "/replay", change).json()
    assert (told["elsewhere"], told["leaving_immediate"]) == (3, 0)
    assert bench.reference in [one["case"] for one in told["moved"]]
    body = {"rule": CHANGED, "tried": told["tried"]}
    assert sent(desk, "PUT", f"/{rule['id']}", body).status_code == 428
    saved = sent(desk, "PUT", f"/{rule['id']}", body, 1)
    assert (saved.status_code, saved.headers["etag"], saved.json()["version"]) == (200, '"2"', 2)
    assert sent(desk, "PUT", f"/{rule['id']}", body, 1).status_code == 412
    with bench.read() as session:
        (event,) = session.exec(select(Event).where(Event.kind == EventKind.RULES_CHANGED)).all()
    assert event.detail["how"] == "changed"
    versions = desk.get(f"/api/v1/rules/{rule['id']}/versions").json()["items"]
    assert [one["version"] for one in versions] == [2, 1]


def test_what_was_not_tried_is_refused(bench: Bench) -> None:
    desk = bench.sit(Role.MANAGER)
    body = {"rule": CHANGED, "tried": "0.0.AAAA"}
    answer = sent(desk, "PUT", f"/{rule_of(desk)['id']}", body, 1)
    assert (answer.status_code, answer.json()["detail"]) == (422, "Try it on old mail first.")


def test_a_wrong_name_is_refused_with_its_place_and_the_nearest_right_one(bench: Bench) -> None:
    desk = bench.sit(Role.MANAGER)
    wrong = {**CHANGED, "name": "New", "then": {"team": "Housin"}}
    answer = sent(desk, "POST", "/replay", {"do": "added", "rule": wrong})
    assert answer.status_code == 422
    assert 'then team: there is no team "Housin". Did you mean "Housing"?' in answer.json()["detail"]
    mistyped = {"all": [{"field": "channel", "operator": "is", "value": "facebok"}]}
    answer = sent(
        desk, "POST", "/replay", {"do": "added", "rule": {**CHANGED, "name": "New", "when": mistyped}}
    )
    assert answer.status_code == 422
    assert 'when all 1: there is no "facebok". Did you mean "facebook"?' in answer.json()["detail"]
    team = {"all": [{"any": [{"field": "team", "operator": "is", "value": "Housin"}]}]}
    answer = sent(desk, "POST", "/replay", {"do": "added", "rule": {**CHANGED, "name": "New", "when": team}})
    assert 'when all 1 any 1: there is no team "Housin". Did you mean "Housing"?' in answer.json()["detail"]


def test_what_leaves_immediate_is_saved_only_when_somebody_says_that_it_may(bench: Bench) -> None:
    with bench.write() as session:
        row = session.exec(select(Rule)).one()
        row.body, row.version = {**row.body, "then": {"priority": "immediate"}}, 2
    desk = bench.sit(Role.MANAGER)
    rule = rule_of(desk)
    act = {"do": "switched_off", "rule_id": rule["id"], "version": 2}
    told = sent(desk, "POST", "/replay", act).json()
    assert told["leaving_immediate"] == 3
    body = {"do": "switched_off", "tried": told["tried"]}
    assert sent(desk, "POST", f"/{rule['id']}/do", body, 2).status_code == 422
    may = body | {"may_leave_immediate": True}
    assert sent(desk, "POST", f"/{rule['id']}/do", may, 2).json()["items"][0]["enabled"] is False


def test_a_file_takes_the_place_of_all_rules_and_founds_the_teams_it_names(bench: Bench) -> None:
    desk = bench.sit(Role.MANAGER)
    rules = [{"name": "Bins", "always": True, "then": {"team": "Streets"}}]
    assert sent(desk, "POST", "/replay", {"do": "file", "rules": rules}).status_code == 422
    told = sent(desk, "POST", "/replay", {"do": "file", "rules": rules, "add_teams": True}).json()
    body = {"rules": rules, "add_teams": True, "tried": told["tried"]}
    assert [one["name"] for one in sent(desk, "POST", "/import", body).json()["items"]] == ["Bins"]
    assert "Streets" in bench.sit(Role.MANAGER).get("/rules/new").text


def test_a_caseworker_reads_rules_and_changes_none(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    rule = rule_of(desk)
    assert desk.get(f"/api/v1/rules/{rule['id']}").headers["etag"] == '"1"'
    assert sent(desk, "POST", "/replay", {"do": "removed", "rule_id": rule["id"]}).status_code == 403
