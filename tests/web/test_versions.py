"""Which version a program changes: writes of cases and drafts ask for it, and none is deaf to the answer."""

import pytest
from fastapi import FastAPI

from inbox.models import Role
from tests.web.desks import Desk, World
from tests.web.routes import every_route

ONLY_ADDS = {
    f"POST /api/v1/cases/{{reference}}/{what}"
    for what in (
        "notes", "enquiries", "drafts", "street-faults", "consents", "consents/{consent_id}/withdraw",
        "matches/{message_id}/accept", "matches/{message_id}/reject",
    )
}  # fmt: skip
"""Nothing that somebody else wrote is overwritten here, so nobody has to say what they read."""


@pytest.fixture
def caseworker(desk: Desk, world: World) -> Desk:
    return desk.sit(world.ours.people[Role.CASEWORKER])


def test_a_write_that_could_overwrite_something_wants_a_version(
    app: FastAPI, caseworker: Desk, world: World
) -> None:
    writes = [
        route
        for route in every_route(app)
        if route.is_write and route.path.startswith(("/api/v1/cases/{", "/api/v1/drafts/{"))
    ]
    headers = {"X-CSRF-Token": caseworker.csrf}
    asked = {
        route.name
        for route in writes
        if caseworker.request(
            route.method, route.at(world.ours), json=route.body, headers=headers
        ).status_code
        == 428
    }
    assert {route.name for route in writes} - asked == ONLY_ADDS


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("notes", {"text": "Rang the landlord."}),
        ("enquiries", {"body": "Marl Homes", "address": "repairs@marl.example", "question": "When?"}),
        ("drafts", {"text": "Dear Donna,"}),
    ],
)
def test_a_version_that_was_given_counts_although_none_was_wanted(
    caseworker: Desk, world: World, what: str, body: dict[str, str]
) -> None:
    path = f"/api/v1/cases/{world.ours.case.reference}/{what}"
    headers = {"X-CSRF-Token": caseworker.csrf}
    for stale in ('"999"', "nonsense"):
        answer = caseworker.post(path, json=body, headers=headers | {"If-Match": stale})
        assert answer.status_code == 412, answer.text
    assert caseworker.post(path, json=body, headers=headers | {"If-Match": '"1"'}).status_code == 201
    assert caseworker.post(path, json=body, headers=headers).status_code == 201


@pytest.mark.parametrize("wrong", ["status=nope", "priority=nope", "flag=nope", "kind=nope", "view=nope"])
def test_a_word_that_no_case_can_have_is_refused_and_not_answered_with_nothing(
    caseworker: Desk, wrong: str
) -> None:
    assert caseworker.get(f"/api/v1/cases?{wrong}").status_code == 422
