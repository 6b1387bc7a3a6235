"""Every box for a day takes what people write and what our own pages show."""

import pytest
from sqlmodel import select

from inbox.models import Message, Role
from tests.inbox.plans import asked
from tests.web.staff.offices import Bench


@pytest.mark.parametrize("day", ["30 November 2026", "Monday 30 November 2026", "30/11/2026"])
def test_the_history_is_asked_for_by_a_day_in_words(bench: Bench, day: str) -> None:
    page = bench.sit(Role.MANAGER).get("/history", params={"from": day, "to": day})
    assert page.status_code == 200
    assert page.text.count('value="30 November 2026"') == 2


def test_what_one_person_did_is_not_looked_for_in_the_whole_history(bench: Bench) -> None:
    manager = bench.sit(Role.MANAGER)
    with asked(bench.database) as said:
        assert manager.get("/history", params={"who": bench.house.people[Role.MANAGER].id}).status_code == 200
    by = "SEARCH event USING INDEX event_of_actor (office_id=? AND actor_id=?)"
    assert said.plan("event.actor_id = ?", "ORDER BY event.sequence DESC") == [by]


@pytest.mark.parametrize("typed", ["Monday 9 November 2026 at 10.30", "9 Nov 2026 10:30", "2026-11-09T10:30"])
def test_when_somebody_rang_is_taken_as_people_write_it(bench: Bench, typed: str) -> None:
    words = {"kind": "call", "at": typed, "name": "Jean Oduya", "text": "The lift has stopped again."}
    done = bench.sit(Role.CASEWORKER).press("/cases/new", words)
    assert done.status_code == 303, done.text
    with bench.read() as session:
        call = session.exec(select(Message).where(Message.text == words["text"])).one()
    assert f"{call.received_at:%Y-%m-%d %H:%M}" == "2026-11-09 10:30"
