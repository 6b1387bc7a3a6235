"""What may be a threat is hidden wherever somebody only passes by, and is one step away on the case."""

import pytest

from inbox.models import Role
from tests.web.staff.offices import Bench, a_letter

SUBJECT, WORDS = "your days are numbered", "I know where you park and I will be waiting"
HIDDEN = "Hidden: may contain a threat"


@pytest.fixture
def reference(bench: Bench) -> str:
    return a_letter(
        bench, name="a citizen", address="nobody@example.net", subject=SUBJECT, text=WORDS, flags=["threat"],
        kind="threat", priority="immediate",
    )  # fmt: skip


@pytest.mark.parametrize("page", ["/queue/to-sort", "/queue/safeguarding", "/queue/all", "/search?q=waiting"])
def test_lists_show_that_something_is_hidden_and_not_what(bench: Bench, reference: str, page: str) -> None:
    shown = bench.sit(Role.CASEWORKER).get(page).text
    assert reference in shown and HIDDEN in shown
    assert SUBJECT not in shown and WORDS not in shown


def test_the_case_opens_with_the_words_folded_away(bench: Bench, reference: str) -> None:
    shown = bench.sit(Role.CASEWORKER).get(f"/cases/{reference}").text
    before, _, folded = shown.partition("May upset: a threat. Show")
    assert HIDDEN in before and SUBJECT not in before and WORDS not in before
    assert WORDS in folded
