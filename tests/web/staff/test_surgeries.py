"""A surgery through the pages: planned, booked, kept, written up; what others may not know stays unknown."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlmodel import select

from inbox.models import Appointment, Case, Event, EventKind, Message, Role, Surgery
from tests.web.desks import Desk
from tests.web.staff.offices import Bench

TODAY = datetime(2026, 6, 3, 8, 0, tzinfo=UTC)
PLAN = {"place": "Wexcombe library", "host": "Rowan Ashby", "day": "5 June 2026", "starts": "10:00",
        "ends": "11:00", "minutes": "15"}  # fmt: skip


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(TODAY, tick=True) as traveller:
        yield traveller


@pytest.fixture
def desk(bench: Bench, clock: time_machine.Traveller) -> Iterator[Desk]:
    with bench.sit(Role.CASEWORKER) as desk:
        yield desk


def planned(bench: Bench, desk: Desk) -> str:
    made = desk.press("/surgeries/new", PLAN)
    assert made.status_code == 303, made.text
    return made.headers["location"].partition("?")[0]


def booked(bench: Bench, desk: Desk, surgery: str, **fields: str) -> Appointment:
    free = re.findall(rf'href="({surgery}/book\?at=(\w+))"', desk.get(surgery).text)
    assert desk.get(free[0][0]).status_code == 200
    answer = desk.press(f"{surgery}/book", {"at": free[0][1], "case": bench.reference, **fields})
    assert answer.status_code == 303, answer.text
    with bench.read() as session:
        return session.exec(select(Appointment).order_by(Appointment.id.desc())).first()


def test_a_surgery_is_in_the_offices_own_time(bench: Bench, desk: Desk) -> None:
    page = desk.get(planned(bench, desk)).text
    assert "Wexcombe library" in page and "10:45" in page and "11:00" in page
    with bench.read() as session:
        surgery = session.exec(select(Surgery).where(Surgery.place == "Wexcombe library")).one()
    assert surgery.starts_at == datetime(2026, 6, 5, 9, 0, tzinfo=UTC), "10:00 in British summer time"
    assert "0 of 4 times taken" in desk.get("/surgeries").text


def test_a_clash_is_said_and_what_was_typed_stays(bench: Bench, desk: Desk) -> None:
    planned(bench, desk)
    again = desk.press("/surgeries/new", PLAN | {"place": "Marl hall"})
    assert again.status_code == 422
    assert "Rowan Ashby is at Wexcombe library at that time." in again.text
    assert 'value="Marl hall"' in again.text
    for changes, sentence in (
        ({"day": "soon"}, "Enter a date"), ({"starts": "ten"}, "Enter when it begins"),
        ({"ends": ""}, "Enter when it ends"), ({"minutes": "a few"}, "minutes for one person"),
        ({"place": " "}, "Say where it is"),
    ):  # fmt: skip
        answer = desk.press("/surgeries/new", PLAN | changes)
        assert (answer.status_code, sentence in answer.text) == (422, True), sentence


def test_an_appointment_is_on_the_case_and_in_the_list_for_paper(bench: Bench, desk: Desk) -> None:
    surgery = planned(bench, desk)
    booked(bench, desk, surgery, note="A step-free room")
    assert "Friday 5 June, 10:00, Wexcombe library" in desk.get(f"/cases/{bench.reference}").text
    paper = desk.get(f"{surgery}/print").text
    assert "Donna Fretwell" in paper and bench.reference in paper and "A step-free room" in paper
    taken = desk.press(f"{surgery}/book", {"at": "20260605T0900", "name": "Nia Cole", "about": "Rent."})
    assert "Somebody else has this time." in taken.text
    assert 'value="Nia Cole"' in taken.text
    with bench.read() as session:
        assert len(session.exec(select(Case).where(Case.subject == "Rent.")).all()) == 0, (
            "no case is left over"
        )


def test_a_case_page_offers_the_free_times_and_an_appointment_is_moved(bench: Bench, desk: Desk) -> None:
    planned(bench, desk)
    url = f"/cases/{bench.reference}/appointments"
    times = re.findall(r'name="slot" value="([^"]+)"', desk.get(f"{url}/new").text)
    assert len([one for one in times if one.endswith("20260605T0900")]) == 1
    assert desk.press(url, {"slot": times[0]}).status_code == 303
    with bench.read() as session:
        made = session.exec(select(Appointment).order_by(Appointment.id.desc())).first()
    moved = desk.press(f"/appointments/{made.id}/move", {"slot": times[1]})
    assert moved.status_code == 303
    assert "Choose one of the times." in desk.press(f"/appointments/{made.id}/move", {"slot": "x"}).text
    assert desk.press(f"/appointments/{made.id}/cancel").status_code == 303
    assert "Wexcombe library" not in desk.get(f"/cases/{bench.reference}").text


def test_afterwards_the_page_asks_what_was_said_until_it_is_written(
    bench: Bench, desk: Desk, clock: time_machine.Traveller
) -> None:
    surgery = planned(bench, desk)
    made = booked(bench, desk, surgery)
    clock.shift(timedelta(days=2, hours=2))
    desk.sit(bench.staff(Role.CASEWORKER))
    link = f"/appointments/{made.id}/follow-up"
    assert link in desk.get("/surgeries").text
    assert desk.press(f"/appointments/{made.id}/attended").headers["location"] == link
    words = {"said": "The damp is back.", "promised": "I write to Marl Homes.", "days": "3", "consent": "yes"}
    assert desk.press(link, words | {"days": ""}).status_code == 422
    assert desk.press(link, words).status_code == 303
    assert link not in desk.get("/surgeries").text
    page = desk.get(f"/cases/{bench.reference}").text
    assert "The damp is back." in page and "Promised at the surgery: I write to Marl Homes." in page
    assert EventKind.CONSENT_RECORDED in bench.events()


def test_somebody_walks_in_with_a_story_nobody_knew(bench: Bench, desk: Desk) -> None:
    surgery = planned(bench, desk)
    empty = desk.press(f"{surgery}/walk-in", {})
    assert "Give the reference of a case, or enter a name." in empty.text
    unknown = desk.press(f"{surgery}/walk-in", {"case": "WX-9999-ZZ"})
    assert "There is no case with this reference" in unknown.text
    made = desk.press(f"{surgery}/walk-in", {"name": "Kofi Mensah", "about": "The bus to the hospital."})
    assert made.status_code == 303
    assert made.headers["location"].endswith("/follow-up")
    assert "Without an appointment" in desk.get(surgery).text
    with bench.read() as session:
        said = session.exec(select(Message).where(Message.text == "The bus to the hospital.")).one()
        assert said.kind == "visit"


def test_a_cancelled_surgery_says_whom_to_tell(bench: Bench, desk: Desk) -> None:
    surgery = planned(bench, desk)
    booked(bench, desk, surgery)
    assert "Say why. Others will read it." in desk.press(f"{surgery}/cancel").text
    desk.press(f"{surgery}/cancel", {"why": "the library is flooded"})
    page = desk.get(surgery).text
    assert "the library is flooded" in page
    assert f"Tell {bench.reference}" in page


def test_a_restricted_case_takes_a_time_and_shows_nothing(bench: Bench, desk: Desk) -> None:
    surgery = planned(bench, desk)
    made = booked(bench, desk, surgery)
    with bench.write() as session:
        session.merge(bench.case()).is_restricted = True
    for page in (desk.get(surgery).text, desk.get(f"{surgery}/print").text):
        assert "Taken" in page
        assert bench.reference not in page and "Donna" not in page
    assert desk.get(f"/appointments/{made.id}/follow-up").status_code == 404
    assert bench.reference in bench.sit(Role.MANAGER).get(surgery).text


def test_the_form_to_sign_has_the_persons_name_and_the_offices_own_words(bench: Bench, desk: Desk) -> None:
    page = desk.get(f"/cases/{bench.reference}/consent-form").text
    assert (
        bench.reference in page and "Donna Fretwell" in page and "I can take this back at any time." in page
    )
    with bench.write() as session:
        session.merge(bench.house.office).consent_words = "You may speak for me, {{ member }}.\n\nI know why."
        session.merge(bench.case()).language = "cy"
    page = desk.get(f"/cases/{bench.reference}/consent-form").text
    assert "You may speak for me, Rowan Ashby MP." in page
    assert '<div lang="cy"' in page and "Llofnod" in page


def test_who_reads_the_list_of_a_surgery_changes_nothing(bench: Bench, desk: Desk) -> None:
    surgery = planned(bench, desk)
    with bench.read() as session:
        before = len(session.exec(select(Event)).all())
    for path in ("/surgeries", "/surgeries/new", surgery, f"{surgery}/print", f"{surgery}/walk-in"):
        assert desk.get(path).status_code == 200
    with bench.read() as session:
        assert len(session.exec(select(Event)).all()) == before
