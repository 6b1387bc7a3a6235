"""The session of a request: committed before the answer leaves, undone when anything fails, never twice."""

import threading
from collections.abc import Callable
from typing import Annotated, Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict
from sqlmodel import select
from starlette.responses import RedirectResponse, Response

from inbox.access import Action, Person, Scope, find_case
from inbox.database import Database
from inbox.errors import Conflict, Unavailable
from inbox.history import OPERATOR
from inbox.models import Case, Role
from inbox.sign_in import tokens
from inbox.web.dependencies import IfMatch, Page, Reading, Writing, check_version, cursor, etag, may
from inbox.web.routers import api_router, page_router
from tests.factories import NOW
from tests.web.desks import Desk, World


class NewSubject(BaseModel):
    model_config = ConfigDict(extra="forbid")
    subject: str


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    """The app with a few routes written as every route is."""
    api, pages = api_router("tests"), page_router()

    @api.patch("/cases/{reference}")
    def change(
        reference: str, body: NewSubject, session: Writing, version: IfMatch, response: Response,
        person: Annotated[Person, may(Action.TRIAGE)],
    ) -> dict[str, object]:  # fmt: skip
        case = find_case(session, person, reference, Action.TRIAGE)
        check_version(case.version, version, "Somebody changed this case.", subject=case.subject)
        case.subject, case.version = body.subject, case.version + 1
        session.add(case)
        response.headers.update(etag(case.version))
        return {"subject": case.subject, "version": case.version}

    @api.get("/cases/{reference}")
    def show(
        reference: str, session: Reading, person: Annotated[Person, may(Action.READ_CASE)]
    ) -> dict[str, str]:
        return {"subject": find_case(session, person, reference, Action.READ_CASE).subject}

    @api.get("/paged")
    def paged(page: Page, person: Annotated[Person, may(Action.READ_CASE)]) -> dict[str, object]:
        return {"limit": page.limit, "after": page.after, "next": cursor(3, "x")}

    @pages.post("/cases/{reference}/longer")
    def longer(
        reference: str, session: Writing, person: Annotated[Person, may(Action.TRIAGE)]
    ) -> RedirectResponse:
        case = find_case(session, person, reference, Action.TRIAGE)
        case.subject += "!"
        session.add(case)
        return RedirectResponse(f"/cases/{reference}", 303)

    @pages.post("/cases/{reference}/fails")
    def fails(reference: str, session: Writing, person: Annotated[Person, may(Action.TRIAGE)]) -> None:
        case = find_case(session, person, reference, Action.TRIAGE)
        case.subject = "half done"
        session.add(case)
        session.flush()
        raise Conflict("No.")

    app.include_router(api)
    app.include_router(pages)
    return app


@pytest.fixture
def key(world: World) -> str:
    """A writing token of a caseworker."""
    with world.database.write(world.ours.office.id) as session:
        staff = world.ours.people[Role.CASEWORKER]
        return tokens.add(session, staff, "tests", Scope.WRITE, actor=OPERATOR, now=NOW)[1]


def subject_of(world: World) -> str:
    with world.database.read(world.ours.office.id) as session:
        return session.exec(select(Case.subject).where(Case.id == world.ours.case.id)).one()


def patch(desk: Desk, world: World, key: str, subject: str = "Mould", **headers: str) -> Any:
    sent = {"Authorization": f"Bearer {key}", "If-Match": '"1"'} | headers
    return desk.patch(f"/api/v1/cases/{world.ours.case.reference}", json={"subject": subject}, headers=sent)


def test_what_a_route_wrote_is_there_when_its_answer_comes(desk: Desk, world: World, key: str) -> None:
    answer = patch(desk, world, key)
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert subject_of(world) == "Mould"


def test_a_commit_that_fails_is_never_answered_with_200(
    desk: Desk, world: World, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlmodel import Session

    def refuse(self: Session) -> None:
        raise Unavailable("The disk is full.")

    monkeypatch.setattr("inbox.database._Session.commit", refuse)
    answer = patch(desk, world, key)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    monkeypatch.undo()
    assert subject_of(world) == "Damp"


def test_a_route_that_raises_leaves_nothing_behind(desk: Desk, world: World) -> None:
    desk.sit(world.ours.people[Role.CASEWORKER])
    assert desk.press(f"/cases/{world.ours.case.reference}/fails").status_code == 409
    assert subject_of(world) == "Damp"


@pytest.mark.parametrize(
    ("given", "status"),
    [(None, 428), ("*", 428), ('"7"', 412), ("nonsense", 412), ('W/"1"', 200), ("1", 200)],
)
def test_a_write_says_which_version_it_changes(
    desk: Desk, world: World, key: str, given: str | None, status: int
) -> None:
    headers = {"Authorization": f"Bearer {key}"} | ({} if given is None else {"If-Match": given})
    answer = desk.patch(f"/api/v1/cases/{world.ours.case.reference}", json={"subject": "x"}, headers=headers)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith(
        "application/" + ("json" if status == 200 else "problem")
    )


def test_a_stale_write_is_told_what_stands_there_now(desk: Desk, world: World, key: str) -> None:
    told = patch(desk, world, key, **{"If-Match": '"9"'}).json()
    assert (told["status"], told["subject"], told["version"]) == (412, "Damp", 1)


@pytest.mark.parametrize("extra", ["office_id", "role", "approved_by", "id", "sent_at"])
def test_fields_that_nobody_asked_for_are_refused(desk: Desk, world: World, key: str, extra: str) -> None:
    headers = {"Authorization": f"Bearer {key}", "If-Match": '"1"'}
    body = {"subject": "x", extra: world.theirs.office.id}
    answer = desk.patch(f"/api/v1/cases/{world.ours.case.reference}", json=body, headers=headers)
    assert answer.status_code == 422
    assert extra in answer.json()["detail"]
    assert world.theirs.office.id not in answer.text
    assert subject_of(world) == "Damp"


def test_the_same_request_under_one_key_has_one_effect_and_one_answer(
    desk: Desk, world: World, key: str
) -> None:
    first = patch(desk, world, key, **{"Idempotency-Key": "k1"})
    second = patch(desk, world, key, **{"Idempotency-Key": "k1"})
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.json() == first.json()
    assert second.headers["ETag"] == first.headers["ETag"]
    assert second.headers["Idempotency-Replayed"] == "true"


def test_a_repeated_request_is_told_nothing_of_what_was_closed_since(
    desk: Desk, world: World, key: str
) -> None:
    first = patch(desk, world, key, **{"Idempotency-Key": "k1"})
    assert first.status_code == 200
    with world.database.write(world.ours.office.id) as session:
        session.merge(world.ours.case).is_restricted = True
    second = patch(desk, world, key, **{"Idempotency-Key": "k1"})
    assert second.status_code == 404
    assert "Mould" not in second.text


def test_another_request_under_the_same_key_is_refused(desk: Desk, world: World, key: str) -> None:
    patch(desk, world, key, **{"Idempotency-Key": "k1"})
    assert patch(desk, world, key, "Another", **{"Idempotency-Key": "k1"}).status_code == 422
    assert subject_of(world) == "Mould"


def test_a_request_that_failed_may_be_tried_again_under_its_key(desk: Desk, world: World, key: str) -> None:
    assert patch(desk, world, key, **{"Idempotency-Key": "k1", "If-Match": '"9"'}).status_code == 412
    assert patch(desk, world, key, **{"Idempotency-Key": "k1"}).status_code == 200


def test_two_people_may_use_the_same_key(desk: Desk, world: World, key: str) -> None:
    with world.database.write(world.ours.office.id) as session:
        manager = world.ours.people[Role.MANAGER]
        other = tokens.add(session, manager, "other", Scope.WRITE, actor=OPERATOR, now=NOW)[1]
    patch(desk, world, key, **{"Idempotency-Key": "k1"})
    answer = patch(desk, world, other, "Again", **{"Idempotency-Key": "k1", "If-Match": '"2"'})
    assert answer.status_code == 200


def test_a_double_click_acts_once(desk: Desk, world: World) -> None:
    desk.sit(world.ours.people[Role.CASEWORKER])
    path = f"/cases/{world.ours.case.reference}/longer"
    answers = [desk.press(path, {"once": "abc"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert {answer.headers["location"] for answer in answers} == {f"/cases/{world.ours.case.reference}"}
    assert subject_of(world) == "Damp!"
    desk.press(path, {"once": "def"})
    assert subject_of(world) == "Damp!!"


def test_twenty_clicks_at_the_same_moment_act_once(desk: Desk, world: World) -> None:
    desk.sit(world.ours.people[Role.CASEWORKER])
    path, statuses = f"/cases/{world.ours.case.reference}/longer", []

    def press() -> None:
        statuses.append(desk.press(path, {"once": "abc"}).status_code)

    _together([press] * 20)
    assert set(statuses) <= {303, 409}
    assert 303 in statuses
    assert subject_of(world) == "Damp!"


def test_lists_come_in_pages_of_at_most_200(desk: Desk, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    first = desk.get("/api/v1/paged", headers=headers).json()
    assert (first["limit"], first["after"]) == (50, [])
    second = desk.get("/api/v1/paged", params={"cursor": first["next"], "limit": 200}, headers=headers).json()
    assert (second["limit"], second["after"]) == (200, [3, "x"])
    for bad in ({"limit": 0}, {"limit": 201}, {"cursor": "%%%"}, {"cursor": "bnVsbA"}, {"cursor": "x" * 600}):
        assert desk.get("/api/v1/paged", params=bad, headers=headers).status_code == 422


def test_a_locked_database_is_a_503_that_says_when_to_come_back(
    desk: Desk, world: World, key: str, database_lock: Callable[[Database], Any]
) -> None:
    with database_lock(world.database):
        answer = patch(desk, world, key)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert patch(desk, world, key).status_code == 200


@pytest.fixture
def database_lock() -> Callable[[Database], Any]:
    """Holds the one write lock of a SQLite file from outside, and shortens the wait for it."""
    import sqlite3
    from contextlib import contextmanager

    from sqlalchemy import event

    @contextmanager
    def hold(database: Database) -> Any:
        @event.listens_for(database.engine, "begin", insert=True)
        def _hurry(connection: Any) -> None:
            connection.exec_driver_sql("PRAGMA busy_timeout=50")

        outside = sqlite3.connect(database.url.removeprefix("sqlite:///"), isolation_level=None)
        outside.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            outside.execute("ROLLBACK")
            outside.close()
            event.remove(database.engine, "begin", _hurry)

    return hold


def _together(jobs: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
