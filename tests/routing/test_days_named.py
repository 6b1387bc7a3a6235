"""How far off a named day is, from the day a message came."""

from datetime import date

import pytest

from routing.days_named import dates, days_of_month, spans, weekdays

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("plain", "days"),
    [
        (" the hearing is on 30 november ", [7]),
        (" the hearing is on nov 30th ", [7]),
        (" by 2 12 2026 at the latest ", [9]),
        (" due 5 january ", [43]),
        (" i wrote on 3 november ", []),
        (" 31 february ", []),
    ],
)
def test_a_date_lies_ahead_this_year_or_next(plain: str, days: list[int]) -> None:
    assert list(dates(plain, MONDAY)) == days


@pytest.mark.parametrize(
    ("plain", "days"),
    [
        (" he keeps the flat for me until the 30th ", [7]),
        (" on the 9th ", [16]),
        (" we live on the 4th floor ", []),
        (" the 32nd ", []),
    ],
)
def test_a_day_of_the_month_is_the_next_such_day(plain: str, days: list[int]) -> None:
    assert list(days_of_month(plain, MONDAY)) == days


@pytest.mark.parametrize(
    ("plain", "days"),
    [
        (" the bailiffs are coming on thursday ", [3]),
        (" it is due by monday ", [0]),
        (" they came on thursday ", []),
        (" see you on monday week ", []),
    ],
)
def test_a_day_of_the_week_counts_where_it_lies_ahead(plain: str, days: list[int]) -> None:
    assert list(weekdays(plain, MONDAY)) == days


@pytest.mark.parametrize(
    ("plain", "days"),
    [
        (" i must answer within ten working days ", [10]),
        (" in a week we are out ", [7]),
        (" it is tomorrow ", [1]),
        (" within two days ago ", []),
    ],
)
def test_a_span_says_how_long(plain: str, days: list[int]) -> None:
    assert list(spans(plain)) == days
