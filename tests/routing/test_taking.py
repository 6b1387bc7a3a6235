"""Who may be given which case: team, skill and absence; need first."""

from dataclasses import replace
from datetime import date

import pytest

from routing.taking import Waiting, Worker, is_away, may_take

TODAY = date(2026, 6, 3)
PRIYA = Worker("priya", frozenset({"asylum", "immigration"}), frozenset({"casework"}))
TOM = Worker("tom", frozenset({"benefits-uc", "welsh"}), frozenset({"casework", "duty"}))
NEW = Worker("new")
EVERYBODY = (PRIYA, TOM, NEW)


@pytest.mark.parametrize(
    ("case", "takers"),
    [
        (Waiting(), "priya tom new"),
        (Waiting(("planning",)), "priya tom new"),
        (Waiting(("asylum",)), "priya"),
        (Waiting(("asylum", "benefits-uc")), "priya tom"),
        (Waiting(language="cy"), "tom"),
        (Waiting(flags=frozenset({"welsh"})), "tom"),
        (Waiting(("asylum",), "cy"), ""),
        (Waiting(team="casework"), "priya tom new"),
        (Waiting(team="duty"), "tom new"),
        (Waiting(("asylum",), team="duty"), ""),
        (Waiting(("asylum",), priority="immediate"), "priya tom new"),
        (Waiting(("asylum",), team="duty", priority="immediate"), "tom new"),
        (Waiting(("asylum",), "cy", "duty", flags=frozenset({"self-harm"})), "priya tom new"),
        (Waiting(("asylum",), "cy", "duty", flags=frozenset({"threat"})), "priya tom new"),
    ],
)
def test_a_case_goes_to_its_team_and_to_those_with_its_skill(case: Waiting, takers: str) -> None:
    assert [one.id for one in EVERYBODY if may_take(case, one, EVERYBODY, TODAY)] == takers.split()


def test_a_skill_that_nobody_at_work_has_holds_nothing_up() -> None:
    away = replace(PRIYA, away_from=date(2026, 6, 1), away_until=date(2026, 6, 3))
    office = (away, TOM, NEW)
    assert may_take(Waiting(("asylum",)), TOM, office, date(2026, 6, 3))
    assert not may_take(Waiting(("asylum",)), TOM, office, date(2026, 6, 4)), "she is back"


@pytest.mark.parametrize(
    ("begins", "ends", "away"),
    [
        (None, None, False),
        (TODAY, TODAY, True),
        (date(2026, 6, 1), date(2026, 6, 2), False),
        (date(2026, 6, 4), None, False),
        (date(2026, 6, 1), None, True),
        (None, date(2026, 6, 9), False),
    ],
)
def test_away_days_count_whole_and_both_ends(begins: date | None, ends: date | None, away: bool) -> None:
    assert is_away(Worker("x", away_from=begins, away_until=ends), TODAY) is away
