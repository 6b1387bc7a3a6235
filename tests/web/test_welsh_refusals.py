"""Under /cy a refusal is in Welsh, whatever it is about."""

import pytest

from inbox.web.errors_cy import said
from tests.web.desks import Desk, World


def test_what_is_too_large_is_said_in_welsh_with_the_size_that_we_take() -> None:
    title, words = said(413, "Too large", "This is too large. We take up to 25 MB at once.")
    assert title == "Mae hyn yn rhy fawr"
    assert "25 MB" in words


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 415, 429, 500, 503])
def test_every_refusal_that_a_visitor_meets_has_its_welsh(status: int) -> None:
    title, words = said(status, "Title", "Sentence 1.")
    assert (title, words) != ("Title", "Sentence 1.")
    assert "{" not in words


def test_a_page_that_is_not_there_and_a_write_from_elsewhere_are_in_welsh(desk: Desk, world: World) -> None:
    missing = desk.get("/cy/contact/no-such-office")
    assert 'lang="cy"' in missing.text
    assert "Nid yw’r dudalen hon yma" in missing.text
    foreign = desk.post(
        f"/cy/contact/{world.ours.office.slug}", data={}, headers={"Origin": "https://evil.example"}
    )
    assert foreign.status_code == 403
    assert "Ni wnaed dim" in foreign.text
    assert "Nothing" not in foreign.text
