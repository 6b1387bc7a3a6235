"""How much is asked of a mailbox: within Microsoft's 10,000 requests in 10 minutes, with room for answers."""

from datetime import timedelta

import pytest

from connectors.email.graph.pacing import ALLOWED, KEPT_FREE, WINDOW_SECONDS, Pace
from connectors.standins.graph.allowance import REQUESTS, SECONDS


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


def test_what_we_keep_to_is_what_the_platform_allows() -> None:
    assert (ALLOWED, WINDOW_SECONDS) == (REQUESTS, SECONDS)


def test_reading_rests_while_there_is_still_room_for_answers() -> None:
    clock = Clock()
    pace = Pace(clock)
    for _ in range(ALLOWED - KEPT_FREE):
        assert pace.rest() is None
        pace.count()
    assert pace.rest() == timedelta(seconds=600)


def test_after_its_rest_reading_has_room_for_a_good_many() -> None:
    clock = Clock()
    pace = Pace(clock)
    for _ in range(ALLOWED - KEPT_FREE):
        clock.at += 0.05
        pace.count()
    rest = pace.rest()
    assert rest is not None
    clock.at += rest.total_seconds()
    read = 0
    while pace.rest() is None:
        pace.count()
        read += 1
    assert read >= 500


@pytest.mark.parametrize("each", [0.001, 0.02, 0.06, 0.2])
def test_no_ten_minutes_ever_hold_more_than_the_platform_allows(each: float) -> None:
    clock = Clock()
    pace, asked = Pace(clock), list[float]()
    while len(asked) < 25_000:
        rest = pace.rest()
        if rest is not None:
            clock.at += rest.total_seconds()
            continue
        for _ in range(120):  # the most that one look asks
            clock.at += each
            asked.append(clock.at)
            pace.count()
    spans = [later - first for first, later in zip(asked, asked[ALLOWED - KEPT_FREE + 120 :], strict=False)]
    assert min(spans) >= WINDOW_SECONDS
