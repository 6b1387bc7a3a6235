"""An Immediate case shows how long it has waited, not how many days somebody may take."""

from datetime import UTC, datetime, timedelta

import pytest

from inbox.models import CaseStatus
from inbox.web.staff.showing import urgent
from inbox.web.views.parts import ClockMark
from routing.working_time import WorkingCalendar

CALENDAR = WorkingCalendar()
CAME = datetime(2026, 6, 3, 9, 0, tzinfo=UTC)  # a Wednesday morning


def shown(status: str, kind: str | None, waited: timedelta) -> tuple[ClockMark, str]:
    badge = urgent.clock("immediate", status, CAME, kind, CAME + waited, CALENDAR)
    assert badge is not None
    return badge.mark, badge.words


def test_a_new_one_is_late_when_nobody_has_read_it_for_fifteen_minutes_of_the_office() -> None:
    new, kind = CaseStatus.NEW, "first_reply"
    assert shown(new, kind, timedelta(minutes=14)) == (ClockMark.SOON, "Now: waiting 14 minutes")
    assert shown(new, kind, timedelta(minutes=16)) == (ClockMark.LATE, "Now: waiting 16 minutes")


def test_the_night_does_not_count_against_the_office_but_is_told() -> None:
    evening = CAME + timedelta(hours=9)
    badge = urgent.clock("immediate", "new", evening, None, evening + timedelta(hours=10), CALENDAR)
    assert badge is not None
    assert (badge.mark, badge.words) == (ClockMark.SOON, "Now: waiting 10 hours")


def test_one_in_work_says_how_long_nobody_has_answered_and_then_that_it_is_looked_at_daily() -> None:
    assert shown(CaseStatus.OPEN, "first_reply", timedelta(hours=3)) == (
        ClockMark.SOON, "Now: waiting 3 hours",
    )  # fmt: skip
    assert shown(CaseStatus.OPEN, "next_update", timedelta(days=3))[1] == "Look today"


@pytest.mark.parametrize(
    ("priority", "status"),
    [("priority", "new"), ("immediate", "waiting_body"), ("immediate", "waiting_constituent"),
     ("immediate", "resolved")],
)  # fmt: skip
def test_every_other_case_keeps_its_promise(priority: str, status: str) -> None:
    assert urgent.clock(priority, status, CAME, "first_reply", CAME, CALENDAR) is None


@pytest.mark.parametrize(
    ("waited", "words"),
    [(timedelta(), "1 minute"), (timedelta(minutes=59), "59 minutes"), (timedelta(minutes=60), "1 hour"),
     (timedelta(hours=47), "47 hours"), (timedelta(hours=48), "2 days")],
)  # fmt: skip
def test_time_is_said_in_one_unit(waited: timedelta, words: str) -> None:
    assert urgent.elapsed(waited) == words
