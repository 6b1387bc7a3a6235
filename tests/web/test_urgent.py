"""An Immediate case shows how long it has waited, not how many days somebody may take."""

from datetime import UTC, datetime, timedelta

import pytest

from inbox.models import CaseStatus
from inbox.web.staff.showing import immediate_words
from inbox.web.views.parts import ClockMark
from routing.working_time import WorkingCalendar

CALENDAR = WorkingCalendar()
CAME = datetime(2026, 6, 3, 9, 0, tzinfo=UTC)  # a Wednesday morning


def shown(status: str, waited: timedelta, *, answered: bool = False) -> tuple[ClockMark, str]:
    badge = immediate_words.clock("immediate", status, CAME, CAME + waited, CALENDAR, answered=answered)
    assert badge is not None
    return badge.mark, badge.words


def test_one_that_nobody_has_answered_is_late_after_fifteen_minutes_of_the_office() -> None:
    assert shown(CaseStatus.NEW, timedelta(minutes=14)) == (ClockMark.SOON, "Now: waiting 14 minutes")
    assert shown(CaseStatus.NEW, timedelta(minutes=16)) == (ClockMark.LATE, "Now: waiting 16 minutes")


def test_the_night_does_not_count_against_the_office_but_is_told() -> None:
    evening = CAME + timedelta(hours=9)
    badge = immediate_words.clock(
        "immediate", "new", evening, evening + timedelta(hours=10), CALENDAR, answered=False
    )  # fmt: skip
    assert badge is not None
    assert (badge.mark, badge.words) == (ClockMark.SOON, "Now: waiting 10 hours")


@pytest.mark.parametrize("status", [CaseStatus.OPEN, CaseStatus.WAITING_CONSTITUENT])
def test_to_sort_it_or_to_hold_it_answers_nobody_and_calms_no_clock(status: str) -> None:
    assert shown(status, timedelta(hours=3)) == (ClockMark.LATE, "Now: waiting 3 hours")


def test_one_that_was_answered_is_looked_at_every_day() -> None:
    assert shown(CaseStatus.OPEN, timedelta(days=3), answered=True) == (ClockMark.SOON, "Look today")


@pytest.mark.parametrize(
    ("priority", "status", "answered"),
    [("priority", "new", False), ("immediate", "waiting_body", False), ("immediate", "resolved", False),
     ("immediate", "waiting_constituent", True)],
)  # fmt: skip
def test_every_other_case_keeps_its_promise(priority: str, status: str, answered: bool) -> None:
    assert immediate_words.clock(priority, status, CAME, CAME, CALENDAR, answered=answered) is None


@pytest.mark.parametrize(
    ("waited", "words"),
    [(timedelta(), "1 minute"), (timedelta(minutes=59), "59 minutes"), (timedelta(minutes=60), "1 hour"),
     (timedelta(hours=47), "47 hours"), (timedelta(hours=48), "2 days")],
)  # fmt: skip
def test_time_is_said_in_one_unit(waited: timedelta, words: str) -> None:
    assert immediate_words.elapsed(waited) == words
