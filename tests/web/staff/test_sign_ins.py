"""People see where they are signed in, and end what they do not know."""

import re

from inbox.models import Role
from tests.web.staff.offices import Bench


def test_one_browser_is_ended_from_another(bench: Bench) -> None:
    here, there = bench.sit(Role.CASEWORKER), bench.sit(Role.CASEWORKER)
    page = here.get("/settings/sign-ins").text
    assert page.count("This browser") == 1
    ends = re.findall(r'action="(/settings/sign-ins/[0-9a-f]{32}/end)"', page)
    assert len(ends) == 1
    assert here.press(ends[0]).status_code == 303
    assert there.get("/settings/sign-ins").status_code == 303, "it must sign in again"
    assert here.get("/settings/sign-ins").status_code == 200
    assert "session_ended" in bench.events()


def test_all_others_are_ended_at_once_and_nobody_elses(bench: Bench) -> None:
    here, others = bench.sit(Role.CASEWORKER), [bench.sit(Role.CASEWORKER) for _ in range(2)]
    colleague = bench.sit(Role.MANAGER)
    assert here.press("/settings/sign-ins/end-others").status_code == 303
    assert [other.get("/settings/sign-ins").status_code for other in others] == [303, 303]
    assert here.get("/settings/sign-ins").status_code == 200
    assert colleague.get("/settings/sign-ins").status_code == 200


def test_a_colleagues_sign_in_cannot_be_named(bench: Bench) -> None:
    here, colleague = bench.sit(Role.CASEWORKER), bench.sit(Role.MANAGER)
    bench.sit(Role.MANAGER)
    [end] = re.findall(
        r'action="(/settings/sign-ins/[0-9a-f]{32}/end)"', colleague.get("/settings/sign-ins").text
    )
    assert here.press(end).status_code == 404
    page = here.get("/settings/sign-ins").text
    assert here.key not in page
