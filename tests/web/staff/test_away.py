"""Everybody says themselves that they are away, sees it on each page, comes back, and loses no case by it."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from inbox.models import Case, Role, Staff
from tests.factories import a_message
from tests.web.staff.offices import Bench, inbound

TODAY = datetime.now(UTC).date()
BANNER = "You are given nothing new."


def go(
    bench: Bench, role: Role = Role.CASEWORKER, begins: date | None = TODAY, ends: date | None = None
) -> int:
    typed = {
        "away_from": begins.isoformat() if begins else "",
        "away_until": ends.isoformat() if ends else "",
    }
    return int(bench.sit(role).press("/settings/away", typed).status_code)


def days(bench: Bench, role: Role = Role.CASEWORKER) -> tuple[date | None, date | None]:
    with bench.read() as session:
        row = session.exec(select(Staff).where(Staff.id == bench.staff(role).id)).one()
        return row.away_from, row.away_until


def hand_to(bench: Bench, role: Role) -> None:
    """The case is the person's, answered by them yesterday."""
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == bench.reference)).one()
        case.assignee_id, case.status = bench.staff(role).id, "open"
        case.answered_at = datetime.now(UTC) - timedelta(days=1)
        case.received_at = datetime.now(UTC) - timedelta(days=2)
        for one in inbound(session, case):
            one.received_at = case.received_at


def write_again(bench: Bench) -> None:
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == bench.reference)).one()
        a_message(session, case_id=case.id, received_at=datetime.now(UTC) + timedelta(seconds=1))


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.OFFICIAL, Role.CHECKER, Role.MANAGER, Role.AUDITOR])
def test_everybody_can_set_themselves_away(bench: Bench, role: Role) -> None:
    assert go(bench, role, TODAY, TODAY + timedelta(days=7)) == 303
    assert days(bench, role) == (TODAY, TODAY + timedelta(days=7))


def test_a_last_day_alone_means_from_today_on(bench: Bench) -> None:
    go(bench, begins=None, ends=TODAY + timedelta(days=1))
    assert days(bench) == (TODAY, TODAY + timedelta(days=1))


def test_days_are_taken_as_the_box_shows_them_and_as_people_write_them(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    typed = {"away_from": "30 November 2126", "away_until": "Monday 2nd December 2126"}
    refused = desk.press("/settings/away", typed)
    assert "Choose a day of this century." in refused.text
    typed = {"away_from": "30 November 2046", "away_until": "Sunday 2nd December 2046"}
    assert desk.press("/settings/away", typed).status_code == 303
    assert days(bench) == (date(2046, 11, 30), date(2046, 12, 2))
    shown = dict(
        re.findall(r'name="(away_\w+)" type="text" value="([^"]+)"', desk.get("/settings/away").text)
    )
    assert shown == {"away_from": "30 November 2046", "away_until": "2 December 2046"}
    assert desk.press("/settings/away", shown).status_code == 303, "what it shows can be saved again"


@pytest.mark.parametrize(
    ("begins", "ends", "told"),
    [
        (0, 7, "You are marked as away. Every page says so until you are back."),
        (60, 67, "You are at work until your first day away."),
        (-9, -3, "Your last day away is over, so you are at work."),
    ],
)
def test_what_is_said_after_saving_is_true_of_these_days(
    bench: Bench, begins: int, ends: int, told: str
) -> None:
    typed = {
        "away_from": (TODAY + timedelta(days=begins)).isoformat(),
        "away_until": (TODAY + timedelta(days=ends)).isoformat(),
    }
    desk = bench.sit(Role.CASEWORKER)
    assert told in desk.get(desk.press("/settings/away", typed).headers["location"]).text


def test_a_last_day_before_the_first_is_refused(bench: Bench) -> None:
    assert go(bench, begins=TODAY, ends=TODAY - timedelta(days=2)) == 422
    assert days(bench) == (None, None)


@pytest.mark.parametrize("page", ["/queue/mine", "/queue/to-sort", "/search", "/settings/keyboard"])
def test_each_page_says_it_with_a_way_back(bench: Bench, page: str) -> None:
    desk = bench.sit(Role.CASEWORKER)
    assert BANNER not in desk.get(page).text
    go(bench)
    shown = desk.get(page).text
    assert BANNER in shown and 'action="/settings/away/back"' in shown


def test_an_absence_that_has_not_begun_or_is_over_is_not_told(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    go(bench, begins=TODAY + timedelta(days=3))
    assert BANNER not in desk.get("/queue/mine").text
    go(bench, begins=TODAY - timedelta(days=9), ends=TODAY - timedelta(days=3))
    assert BANNER not in desk.get("/queue/mine").text


def test_the_way_back_is_one_press(bench: Bench) -> None:
    go(bench)
    assert bench.sit(Role.CASEWORKER).press("/settings/away/back").status_code == 303
    assert days(bench) == (None, None)


def test_to_take_the_next_case_offers_to_come_back_and_then_gives_it(bench: Bench) -> None:
    go(bench)
    desk = bench.sit(Role.CASEWORKER)
    offered = desk.press("/queue/take")
    assert offered.status_code == 422 and "I am back: take next" in offered.text
    assert bench.case().assignee_id is None
    done = desk.press("/settings/away/back", {"take": "yes"})
    place, _, taken = done.headers["location"].partition("?done=")
    assert taken
    assert bench.case(place.removeprefix("/queue/mine/")).assignee_id == bench.staff(Role.CASEWORKER).id


def test_the_page_says_what_becomes_of_ones_cases(bench: Bench) -> None:
    hand_to(bench, Role.CASEWORKER)
    assert "Your open case stays yours." in bench.sit(Role.CASEWORKER).get("/settings/away").text


def test_what_is_written_on_the_case_of_somebody_away_comes_up_in_to_sort(bench: Bench) -> None:
    hand_to(bench, Role.CASEWORKER)
    go(bench)
    colleague = bench.sit(Role.MANAGER)
    assert bench.reference not in colleague.get("/queue/to-sort").text
    write_again(bench)
    shown = colleague.get("/queue/to-sort").text
    assert bench.reference in shown and "Caseworker Person is away" in shown
    assert "has it and is away" in colleague.get(f"/queue/to-sort/{bench.reference}").text
    assert bench.case().assignee_id == bench.staff(Role.CASEWORKER).id


def test_it_leaves_to_sort_when_somebody_answered_or_its_owner_is_back(bench: Bench) -> None:
    hand_to(bench, Role.CASEWORKER)
    go(bench)
    write_again(bench)
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == bench.reference)).one()
        case.answered_at = datetime.now(UTC) + timedelta(seconds=2)
    colleague = bench.sit(Role.MANAGER)
    assert bench.reference not in colleague.get("/queue/to-sort").text
    write_again(bench)
    bench.sit(Role.CASEWORKER).press("/settings/away/back")
    assert bench.reference not in colleague.get("/queue/to-sort").text


def test_what_becomes_late_meanwhile_is_marked_where_the_manager_looks(bench: Bench) -> None:
    hand_to(bench, Role.CASEWORKER)
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == bench.reference)).one()
        case.next_due_at = datetime.now(UTC) - timedelta(days=1)
    go(bench)
    assert "Caseworker Person is away" in bench.sit(Role.MANAGER).get("/queue/late").text


def test_another_persons_days_are_not_ones_own_to_change(bench: Bench) -> None:
    other = bench.staff(Role.MANAGER).id
    tried = bench.sit(Role.CASEWORKER).press(f"/settings/people/{other}", {"away_from": TODAY.isoformat()})
    assert tried.status_code == 403
    assert days(bench, Role.MANAGER) == (None, None)
