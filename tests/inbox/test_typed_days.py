"""Days as people type them, and as every date box shows them."""

from datetime import date

import pytest

from inbox import calendars
from inbox.dates import as_iso, as_typed, day_of
from inbox.errors import Refused


@pytest.mark.parametrize(
    "typed",
    [
        "3 June 2026", " 3  Jun 2026 ", "03/06/2026", "2026-06-03", "Wednesday 3 June 2026",
        "Wed, 3rd June 2026",
        "3 june 2026", "3/6/26", "03.06.2026", "03-06-2026",
    ],
)  # fmt: skip
def test_one_day_may_be_typed_in_many_ways_and_is_shown_in_one(typed: str) -> None:
    assert day_of(typed) == date(2026, 6, 3)
    assert as_typed(typed) == "3 June 2026"
    assert as_iso(typed) == "2026-06-03"
    assert calendars.read_day(typed) == date(2026, 6, 3)


@pytest.mark.parametrize("typed", ["", "soon", "31 June 2026", "06/13/2026", "3 June 0001", "9999-01-01"])
def test_what_is_no_day_stays_as_it_was_typed(typed: str) -> None:
    assert day_of(typed) is None
    assert as_typed(typed) == as_iso(typed) == typed
    with pytest.raises(Refused, match="Write it like 24 December 2026"):
        calendars.read_day(typed)
