"""What a case says is next once its person has our answer."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from inbox.dates import local_date
from inbox.models import CaseStatus, Clock, Role
from tests.web.staff.offices import Bench

NOW = datetime.now(UTC)


def answered(bench: Bench, due_at: datetime | None) -> None:
    """Their letter was answered an hour ago; the next word to them is due then, or was not promised."""
    with bench.write() as session:
        case = session.merge(bench.case())
        case.status, case.assignee_id = CaseStatus.OPEN, bench.staff(Role.CASEWORKER).id
        case.answered_at, case.next_due_at = NOW - timedelta(hours=1), due_at
        clock = session.exec(select(Clock).where(Clock.case_id == case.id)).one()
        clock.kind, clock.due_at, clock.met_at = "next_update", due_at or NOW, None if due_at else NOW


def next_step(bench: Bench) -> str:
    page = str(bench.sit(Role.CASEWORKER).get(f"/cases/{bench.reference}").text)
    assert "Write to the person." not in page
    return page


def test_an_answered_case_says_when_the_person_hears_again(bench: Bench) -> None:
    due = NOW + timedelta(days=9)
    answered(bench, due)
    zone = bench.house.office.time_zone
    assert f"Answered. They hear from us again by {local_date(due, zone)}." in next_step(bench)


def test_an_answered_case_on_which_nothing_was_promised_waits_for_the_person(bench: Bench) -> None:
    answered(bench, None)
    assert "Answered. Wait for the person, or close it." in next_step(bench)


@pytest.mark.parametrize("days", [1, 30])
def test_an_answered_case_whose_next_word_is_late_is_written_on(bench: Bench, days: int) -> None:
    answered(bench, NOW - timedelta(days=days))
    page = next_step(bench)
    assert "They were to hear from us again by" in page
    assert f'/cases/{bench.reference}?write=reply#text"' in page
