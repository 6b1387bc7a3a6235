"""Points: each part in words, the sum exact, and need before everything else."""

from itertools import product

import pytest

from routing.priority import BELOW_IMMEDIATE, Lateness, Standing, points_of
from routing.words import LIFE_FLAGS, Flag, Priority

EVERY = [
    Standing(priority, flags, days, lateness, ministerial)
    for priority, flags, days, lateness, ministerial in product(
        Priority,
        (frozenset[Flag](), frozenset({Flag.THREAT}), frozenset({Flag.SELF_HARM}), frozenset({Flag.MEDIA})),
        (0, 1, 14, 15, 400),
        Lateness,
        (False, True),
    )
]


@pytest.mark.parametrize(
    ("standing", "parts"),
    [
        (Standing(Priority.STANDARD), []),
        (Standing(Priority.LOW), [("Low", -7.0)]),
        (
            Standing(Priority.PRIORITY, waiting_days=1, lateness=Lateness.LATE),
            [("Priority", 7.0), ("waiting 1 working day", 0.5), ("a promise has run out", 7.0)],
        ),
        (
            Standing(Priority.IMMEDIATE, waiting_days=13, is_ministerial=True),
            [("Immediate", 30.0), ("a minister’s case", 14.0), ("waiting 13 working days", 13.0)],
        ),
        (
            Standing(Priority.PRIORITY, waiting_days=15, is_ministerial=True),
            [("Priority", 7.0), ("a minister’s case", 7.0), ("waiting 15 working days or more", 15.0)],
        ),
        (
            Standing(Priority.STANDARD, waiting_days=40, lateness=Lateness.SOON),
            [("waiting 15 working days or more", 7.5), ("a promise runs out soon", 3.0)],
        ),
        (
            Standing(Priority.IMMEDIATE, frozenset({Flag.SELF_HARM, Flag.THREAT})),
            [("Immediate", 30.0), ("a risk to life", 40.0)],
        ),
    ],
)
def test_each_part_says_why_and_how_much(standing: Standing, parts: list[tuple[str, float]]) -> None:
    assert [(part.why, part.points) for part in points_of(standing).parts] == parts


def test_the_parts_add_up_to_the_sum_whatever_the_case() -> None:
    for standing in EVERY:
        points = points_of(standing)
        assert points.total == sum(part.tenths for part in points.parts) / 10
        assert all(part.tenths for part in points.parts), "a part of nothing explains nothing"


def test_nothing_goes_before_an_immediate_need_or_a_risk_to_life() -> None:
    urgent = [one for one in EVERY if one.priority is Priority.IMMEDIATE or one.flags & LIFE_FLAGS]
    others = [one for one in EVERY if one not in urgent]
    most = max(points_of(one).tenths for one in others)
    assert most <= BELOW_IMMEDIATE
    assert min(points_of(one).tenths for one in urgent) > most


def test_waiting_one_day_more_never_costs_points() -> None:
    for standing in EVERY:
        longer = Standing(
            standing.priority, standing.flags, standing.waiting_days + 1, standing.lateness,
            standing.is_ministerial,
        )  # fmt: skip
        assert points_of(longer).tenths >= points_of(standing).tenths


def test_what_is_kept_below_immediate_says_so() -> None:
    points = points_of(
        Standing(Priority.PRIORITY, waiting_days=15, lateness=Lateness.LATE, is_ministerial=True)
    )
    assert points.total == 29.5
    assert points.parts[-1].why == "kept below Immediate"


def test_a_reporter_or_anybody_of_standing_gains_nothing() -> None:
    plain, press = Standing(Priority.STANDARD), Standing(Priority.STANDARD, frozenset({Flag.MEDIA}))
    assert points_of(plain) == points_of(press)
