"""The policy, route by route, generated from the router: a new route without a place here fails."""

from collections.abc import Callable

import pytest
import sqlalchemy as sql
from fastapi import FastAPI
from sqlmodel import SQLModel

from inbox.access import RIGHTS, Action
from inbox.database import Database
from inbox.models import Role
from tests.web.desks import Desk, House, World
from tests.web.routes import PUBLIC, SIGNED_IN, every_route, filled

PUBLIC_ROUTES = {
    "GET /": "sends to one's own first page, or to sign-in",
    "GET /sign-in": "the sign-in page",
    "POST /sign-in": "address and password",
    "GET /sign-in/code": "needs a half session, else sends to sign-in",
    "POST /sign-in/code": "needs a half session, else 401",
    "POST /sign-in/demo": "404 except in a demo on this machine",
    "GET /healthz": "says ok",
    "GET /readyz": "counts and ages",
    "GET /metrics": "from this machine only",
    "GET /api/v1/openapi.json": "describes the interface",
    "GET /static/{path:path}": "style sheets and scripts",
}
STREAMS = ("/events",)
REFUSED = (401, 403)
TURNED_AWAY = (401, 403, 404)

# What changes although a page was only read: machinery, and the two logs that must see reading.
NOT_BUSINESS = ("view", "web_session", "event", "chain_head")


def test_every_open_route_is_listed_with_its_reason(app: FastAPI) -> None:
    found = {f"{method} {path}" for method, path, policy in every_route(app) if policy == PUBLIC}
    assert found == set(PUBLIC_ROUTES)


def test_nobody_gets_past_a_guard_without_signing_in(app: FastAPI, desk: Desk, world: World) -> None:
    for method, path, policy in every_route(app):
        if policy == PUBLIC:
            continue
        answer = desk.request(method, filled(path, world.ours))
        to_sign_in = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?next=")
        assert to_sign_in or answer.status_code in REFUSED, (method, path, answer.status_code)
        assert method == "GET" or answer.status_code in REFUSED, (method, path)


@pytest.mark.parametrize("role", list(Role))
def test_every_route_answers_as_the_policy_says(app: FastAPI, desk: Desk, world: World, role: Role) -> None:
    desk.sit(world.ours.people[role])
    for method, path, policy in every_route(app):
        if policy == PUBLIC or path in STREAMS:
            continue
        if path == "/sign-out":
            continue  # ends the session that the rest of this test needs; has a test of its own
        answer = _call(desk, method, filled(path, world.ours))
        if policy == SIGNED_IN or policy in RIGHTS[role] | {Action.KEEP_SELF}:
            assert answer.status_code not in REFUSED, (role, method, path, answer.status_code)
            assert answer.status_code < 500 or answer.status_code == 501, (role, method, path, answer.status_code)
        else:
            assert answer.status_code == 403, (role, method, path, answer.status_code)


@pytest.mark.parametrize("role", list(Role))
def test_no_route_shows_or_changes_anything_of_another_office(
    app: FastAPI, desk: Desk, world: World, role: Role
) -> None:
    desk.sit(world.ours.people[role])
    before = contents(world.database, world.theirs)
    for method, path, policy in every_route(app):
        if policy == PUBLIC or path in STREAMS or "{" not in path:
            continue
        answer = _call(desk, method, filled(path, world.theirs))
        assert answer.status_code in TURNED_AWAY, (role, method, path, answer.status_code)
        assert world.theirs.case.subject not in answer.text
    assert contents(world.database, world.theirs) == before


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.ADMINISTRATOR, Role.AUDITOR])
def test_a_restricted_case_answers_like_one_that_does_not_exist(
    app: FastAPI, desk: Desk, world: World, role: Role
) -> None:
    desk.sit(world.ours.people[role])
    for method, path, policy in every_route(app):
        if policy == PUBLIC or path in STREAMS or "{reference}" not in path:
            continue
        hidden = _call(desk, method, path.replace("{reference}", world.ours.restricted.reference))
        absent = _call(desk, method, path.replace("{reference}", "WX-9999-ZZ"))
        assert hidden.status_code == absent.status_code
        assert _words(hidden.text) == _words(absent.text)


def test_no_get_changes_anything(app: FastAPI, desk: Desk, world: World) -> None:
    desk.sit(world.ours.people[Role.ADMINISTRATOR])
    before = [contents(world.database, house) for house in (world.ours, world.theirs)]
    for _ in range(2):
        for method, path, _policy in every_route(app):
            if method == "GET" and path not in STREAMS:
                desk.get(filled(path, world.ours))
                desk.get(filled(path, world.ours), headers={"HX-Request": "true"})
    assert [contents(world.database, house) for house in (world.ours, world.theirs)] == before


def test_a_write_without_the_token_of_its_page_is_refused(app: FastAPI, desk: Desk, world: World) -> None:
    desk.sit(world.ours.people[Role.MANAGER])
    before = contents(world.database, world.ours)
    for method, path, policy in every_route(app):
        if method == "GET" or policy == PUBLIC:
            continue
        for token in ({}, {"csrf_token": "wrong"}, {"csrf_token": ""}):
            answer = desk.request(method, filled(path, world.ours), data=token)
            assert answer.status_code in (403, 415), (method, path, answer.status_code)
    assert contents(world.database, world.ours) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_write_from_another_site_is_refused(
    app: FastAPI, desk: Desk, world: World, headers: dict[str, str]
) -> None:
    desk.sit(world.ours.people[Role.MANAGER])
    for method, path, _policy in every_route(app):
        if method == "GET":
            continue
        answer = desk.request(
            method, filled(path, world.ours), data={"csrf_token": desk.csrf}, headers=headers
        )
        assert answer.status_code in (403, 415), (method, path, answer.status_code)


@pytest.mark.parametrize("kind", ["text/plain", "text/plain; x=application/json", "", "application/xml"])
def test_json_in_disguise_is_not_read(app: FastAPI, desk: Desk, world: World, kind: str) -> None:
    desk.sit(world.ours.people[Role.MANAGER])
    for method, path, _policy in every_route(app):
        if method == "GET":
            continue
        answer = desk.request(
            method,
            filled(path, world.ours),
            content=b'{"a": 1}',
            headers={"Content-Type": kind, "X-CSRF-Token": desk.csrf},
        )
        assert answer.status_code == 415, (method, path, answer.status_code)


def contents(database: Database, house: House) -> dict[str, int]:
    """A hash of each business table, as that office sees it."""
    with database.read(house.office.id) as session:
        return {
            name: hash(tuple(sorted(repr(row) for row in session.connection().execute(sql.select(table)))))
            for name, table in SQLModel.metadata.tables.items()
            if name not in NOT_BUSINESS
        }


def _call(desk: Desk, method: str, path: str) -> object:
    press: Callable[..., object] = desk.request
    if method == "GET":
        return press(method, path)
    if path.startswith("/api/"):
        return press(method, path, json={}, headers={"X-CSRF-Token": desk.csrf, "If-Match": '"1"'})
    return press(method, path, data={"csrf_token": desk.csrf})


def _words(page: str) -> str:
    """The page without what differs from one request to the next."""
    import re

    return re.sub(r'"request_id":"[0-9a-f]+"|[0-9a-f]{12}', "", page)
