"""Signing in: two steps, one answer for everything wrong, sessions that end when they should."""

import re
from datetime import UTC, datetime

from inbox.models import Role
from tests.factories import PASSWORD, a_code
from tests.web.desks import Desk, World


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]*)"', page)
    assert found, page
    return found.group(1)


def sign_in(desk: Desk, email: str, password: str = PASSWORD) -> object:
    return desk.post("/sign-in", data={"email": email, "password": password})


def test_address_password_and_code_sign_in(desk: Desk, world: World) -> None:
    staff = world.ours.people[Role.CASEWORKER]
    answer = sign_in(desk, staff.email)
    assert answer.status_code == 303, answer.text
    page = desk.get(answer.headers["location"])
    answer = desk.post(
        "/sign-in/code", data={"code": a_code(datetime.now(UTC)), "csrf_token": token_in(page.text)}
    )
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == "/queue/to-sort"
    assert desk.get("/session").status_code == 200
