"""Days as people type them, and as every date box shows them."""

from datetime import date

import pytest

from inbox.dates import as_iso, as_typed, day_of


@pytest.mark.parametrize("typed", ["3 June 2026", " 3  Jun 2026 ", "03/06/2026", "2026-06-03"])
def test_one_day_may_be_typed_in_many_ways_and_is_shown_in_one(typed: str) -> None:
    assert day_of(typed) == date(2026, 6, 3)
    assert as_typed(typed) == "3 June 2026"
    assert as_iso(typed) == "2026-06-03"


@pytest.mark.parametrize("typed", ["", "soon", "31 June 2026", "06/13/2026", "3 June 0001", "9999-01-01"])
def test_what_is_no_day_stays_as_it_was_typed(typed: str) -> None:
    assert day_of(typed) is None
    assert as_typed(typed) == as_iso(typed) == typed
