"""The policy, route by route, generated from the router: a new route without a place here fails."""

import re
from typing import Any

import pytest
import sqlalchemy as sql
from fastapi import FastAPI
from sqlmodel import SQLModel, select

from inbox.access import RIGHTS, Action
from inbox.database import Database
from inbox.history import verify
from inbox.models import Event, EventKind, Role
from inbox.web.edge.headers import TOKEN_PATHS
from tests.web.desks import Desk, House, World
from tests.web.routes import PUBLIC, SIGNED_IN, Known, every_route, filled

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
    "GET /.well-known/security.txt": "whom to tell of a hole, where somebody is named",
    "GET /api/v1/openapi.json": "describes the interface",
    "GET /static/{path:path}": "style sheets and scripts",
    "GET /webhooks/{kind}/{channel_id}": "a platform's handshake, proved by its token",
    "POST /webhooks/{kind}/{channel_id}": "a platform's news, proved by its signature",
    "GET /open311/v2/discovery.{form}": "says where the endpoint is",
    "GET /open311/v2/services.{form}": "what can be reported",
    "GET /open311/v2/services/{code}.{form}": "what a service asks for",
    "POST /open311/v2/requests.{form}": "a report, proved by a channel's key",
    "GET /open311/v2/requests.{form}": "that key's reports only: no name, no words",
    "GET /open311/v2/requests/{number}.{form}": "the same, one of them",
    "GET /open311/v2/tokens/{token}.{form}": "the same, its number",
    "POST /open311/v2/servicerequestupdates.{form}": "an update, proved by a channel's key",
    "GET /open311/v2/servicerequestupdates.{form}": "that key's reports only: when they ended",
    **{
        f"{method} {welsh}{path}": reason
        for welsh in ("", "/cy")
        for method, path, reason in (
            ("GET", "/s/{token:path}", "the same page for every token"),
            ("POST", "/s/{token:path}", "the check of a status link"),
            ("GET", "/status", "needs the cookie that the check gives, else one neutral page"),
            ("GET", "/status/add", "needs that cookie"),
            ("POST", "/status/add", "needs that cookie"),
            ("GET", "/contact/{office}", "the form's first page"),
            ("POST", "/contact/{office}", "begins a visit: nothing of the office is read or changed"),
            ("GET", "/contact/{office}/no-postcode", "asks why"),
            ("POST", "/contact/{office}/no-postcode", "begins a visit"),
            ("GET", "/contact/{office}/not-ours", "needs the visit's cookie"),
            ("GET", "/contact/{office}/{step}", "needs the visit's cookie"),
            ("POST", "/contact/{office}/{step}", "needs the visit's cookie, or begins a visit"),
            ("POST", "/contact/{office}/message", "needs the visit's cookie, or begins a visit"),
            ("POST", "/contact/{office}/check", "needs the visit's cookie and its token"),
            ("GET", "/contact/{office}/embed", "the form for a frame, where sites are listed"),
            ("POST", "/contact/{office}/embed", "sends it: one case for one signed key"),
            ("OPTIONS", "/contact/{office}.json", "whether a listed site may send"),
            ("POST", "/contact/{office}.json", "the form for an office's own site"),
            ("GET", "/contact/{office}/confirm/{token}", "the same page for every token"),
            ("POST", "/contact/{office}/confirm/{token}", "proves an address by a token of a mail"),
        )
    },
}
REFUSED = (401, 403)
TURNED_AWAY = (401, 403, 404)
NOT_THERE = {
    "reference": "WX-9999-ZZ",
    "other": "WX-9999-ZZ",
    "campaign_id": "no-such-campaign",
    "number": "99",
    "kind": "no-such-kind",
    "view": "no-such-view",
    "act": "no-such-act",
    "letter": "no-such-letter",
    "language": "fr",
    **dict.fromkeys(
        (
            "message_id",
            "draft_id",
            "attachment_id",
            "delivery_id",
            "arrival_id",
            "event_id",
            "enquiry_id",
            "consent_id",
            "body_id",
            "channel_id",
            "staff_id",
            "line_id",
            "rule_id",
            "call_id",
            "sign_in_id",
            "clock_id",
            "extension_id",
            "surgery_id",
            "appointment_id",
        ),
        "0" * 32,
    ),
}

# What changes although a page was only read: machinery, and the two logs that must see reading.
NOT_BUSINESS = ("view", "web_session", "event", "chain_head")


def test_every_open_route_is_listed_with_its_reason(app: FastAPI) -> None:
    assert {route.name for route in every_route(app) if route.policy == PUBLIC} == set(PUBLIC_ROUTES)


def test_nobody_gets_past_a_guard_without_signing_in(app: FastAPI, desk: Desk, world: World) -> None:
    for route in guarded(app):
        answer = desk.request(route.method, route.at(world.ours))
        to_sign_in = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?next=")
        assert answer.status_code in REFUSED or (to_sign_in and not route.is_write), route.name


@pytest.mark.parametrize("role", list(Role))
def test_every_route_answers_as_the_policy_says(app: FastAPI, desk: Desk, world: World, role: Role) -> None:
    desk.sit(world.ours.people[role])
    for route in guarded(app):
        answer = call(desk, route, route.at(world.ours))
        if route.policy == SIGNED_IN or route.policy in RIGHTS[role] | {Action.KEEP_SELF}:
            assert answer.status_code not in REFUSED, (role, route.name, answer.text)
            assert answer.status_code < 500, (role, route.name)
        else:
            assert answer.status_code == 403, (role, route.name, answer.status_code)


@pytest.mark.parametrize("role", list(Role))
def test_no_route_shows_or_changes_anything_of_another_office(
    app: FastAPI, desk: Desk, world: World, role: Role
) -> None:
    desk.sit(world.ours.people[role])
    before = contents(world.database, world.theirs)
    for route in guarded(app):
        if not set(re.findall(r"{(\w+)}", route.path)) - {"view", "kind", "letter", "language"}:
            continue  # it names nothing that an office could own
        foreign = call(desk, route, route.at(world.theirs))
        absent = call(desk, route, filled(route.path, NOT_THERE))
        assert (foreign.status_code, words(foreign)) == (absent.status_code, words(absent)), route.name
        assert foreign.status_code in (*TURNED_AWAY, 422), (role, route.name)
    assert contents(world.database, world.theirs) == before


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.ADMINISTRATOR, Role.AUDITOR])
def test_a_restricted_case_answers_like_one_that_does_not_exist(
    app: FastAPI, desk: Desk, world: World, role: Role
) -> None:
    desk.sit(world.ours.people[role])
    hidden_ids = {key for key, one in world.ours.hidden.items() if one != world.ours.ids.get(key)}
    for route in guarded(app):
        if not hidden_ids & set(re.findall(r"{(\w+)}", route.path)):
            continue
        hidden = call(desk, route, route.at(world.ours, **world.ours.hidden))
        absent = call(desk, route, filled(route.path, NOT_THERE))
        assert (hidden.status_code, words(hidden)) == (absent.status_code, words(absent)), route.name


def test_no_get_changes_anything(app: FastAPI, desk: Desk, world: World) -> None:
    desk.sit(world.ours.people[Role.ADMINISTRATOR])
    before = [contents(world.database, house) for house in (world.ours, world.theirs)]
    for role in (Role.ADMINISTRATOR, Role.MANAGER):
        desk.sit(world.ours.people[role])
        for route in every_route(app):
            if not route.is_write and not route.is_stream:
                desk.get(route.at(world.ours))
                desk.get(route.at(world.ours), headers={"HX-Request": "true"})
    assert [contents(world.database, house) for house in (world.ours, world.theirs)] == before


def test_a_write_without_the_token_of_its_page_is_refused(app: FastAPI, desk: Desk, world: World) -> None:
    desk.sit(world.ours.people[Role.MANAGER])
    before = contents(world.database, world.ours)
    for route in guarded(app):
        if not route.is_write:
            continue
        for token in (None, "wrong", ""):
            answer = call(desk, route, route.at(world.ours), token)
            assert answer.status_code == 403, (route.name, answer.status_code)
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
    for route in every_route(app):
        if route.is_write and not route.from_anywhere:
            answer = call(desk, route, route.at(world.ours), desk.csrf, headers)
            without_origin = headers == {"Origin": "null"} and route.path.startswith(TOKEN_PATHS)
            # A page that sends no referrer names no origin; there the token in the link is the proof.
            wanted = (303, 404, 422) if without_origin else (403,)
            assert answer.status_code in wanted, (route.name, answer.status_code)


@pytest.mark.parametrize("kind", ["text/plain", "text/plain; x=application/json", "", "application/xml"])
def test_json_in_disguise_is_not_read(app: FastAPI, desk: Desk, world: World, kind: str) -> None:
    desk.sit(world.ours.people[Role.MANAGER])
    headers = {"Content-Type": kind, "X-CSRF-Token": desk.csrf}
    for route in every_route(app):
        if route.is_write and not route.from_anywhere:
            answer = desk.request(route.method, route.at(world.ours), content=b'{"a": 1}', headers=headers)
            assert answer.status_code == 415, (route.name, answer.status_code)


def guarded(app: FastAPI) -> list[Known]:
    """The routes that want somebody signed in; sign-out last, since it ends the session."""
    found = [route for route in every_route(app) if route.policy != PUBLIC and not route.is_stream]
    return sorted(found, key=lambda route: route.path == "/sign-out")


def call(
    desk: Desk, route: Known, path: str, token: str | None = "own", more: dict[str, str] | None = None
) -> Any:
    """Calls the route as our own pages do, with a sensible body; `token` None leaves the CSRF token out."""
    given = desk.csrf if token == "own" else token
    headers = {"If-Match": '"1"'} | (more or {}) | ({} if given is None else {"X-CSRF-Token": given})
    if not route.is_write:
        return desk.get(path)
    if route.is_json:
        return desk.request(route.method, path, json=route.body, headers=headers)
    return desk.request(route.method, path, data=route.body, headers=headers)


def contents(database: Database, house: House) -> dict[str, int]:
    """A hash of each business table, as that office sees it."""
    with database.read(house.office.id) as session:
        return {
            name: hash(tuple(sorted(repr(row) for row in session.connection().execute(sql.select(table)))))
            for name, table in SQLModel.metadata.tables.items()
            if name not in NOT_BUSINESS
        }


def words(answer: Any) -> str:
    """The answer without what differs from one request to the next."""
    return re.sub(r'"request_id":"[0-9a-f]+"|\b[0-9a-f]{12}\b|value="[\w-]{16,}"', "", answer.text)


def test_a_try_at_what_a_role_does_not_allow_is_refused_and_in_the_history(desk: Desk, world: World) -> None:
    staff = world.ours.people[Role.ADMINISTRATOR]
    desk.sit(staff)
    for _ in range(30):
        assert desk.get(f"/api/v1/cases/{world.ours.case.reference}").status_code == 403
    with world.database.read(world.ours.office.id) as session:
        tries = session.exec(select(Event).where(Event.kind == EventKind.ACCESS_REFUSED)).all()
        assert verify(session) is None
    assert {(event.actor_id, event.detail["action"]) for event in tries} == {(staff.id, "read_case")}
    assert len(tries) == 20, "so many in a minute, and no more"
    assert world.ours.case.reference not in repr([event.detail for event in tries])
