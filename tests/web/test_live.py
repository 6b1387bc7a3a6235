"""Live updates: told soon, to those who may know, as ids only, and ended when the session ends."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from inbox import presence
from inbox.access import Person
from inbox.database import Database, find
from inbox.errors import TooMany
from inbox.history import OPERATOR, record
from inbox.models import Case, EventKind, Role, Staff
from inbox.pulse import Pulse
from inbox.secrets import token_hash
from inbox.serving import make_server
from inbox.sign_in import door, people, sessions
from inbox.web.live import Live, News, Stream
from tests.factories import KEYS, NOW, a_case
from tests.rigs.processes import free_port, until
from tests.web.desks import Desk, World, a_world


class Ear:
    """A stream and what it heard; its event loop runs in a thread of its own."""

    def __init__(self, live: Live, person: Person, key: str, after: int | None = None) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.heard: list[News | None] = []
        self.live = live
        try:
            self.stream: Stream = live.join(person, key, after, self.loop)
        except BaseException:
            self._stop()
            raise
        asyncio.run_coroutine_threadsafe(self._listen(), self.loop)

    async def _listen(self) -> None:
        while True:
            self.heard.append(await self.stream.queue.get())

    def cases(self) -> list[tuple[str, str]]:
        return [(news.kind, news.case) for news in self.heard if news]

    def close(self) -> None:
        self.live.leave(self.stream)
        self._stop()

    def _stop(self) -> None:
        async def cancel() -> None:
            for task in asyncio.all_tasks():
                if task is not asyncio.current_task():
                    task.cancel()

        asyncio.run_coroutine_threadsafe(cancel(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


Listens = Callable[..., Ear]


@pytest.fixture
def house(database: Database) -> World:
    return a_world(database)


@pytest.fixture
def live(database: Database) -> Iterator[Live]:
    made = Live(database, lambda: datetime.now(UTC))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def listen(live: Live, database: Database) -> Iterator[Listens]:
    ears: list[Ear] = []

    def make(staff: Staff, after: int | None = None) -> Ear:
        now = datetime.now(UTC)
        with database.write(staff.office_id) as session:
            key = token_hash(door.open_seat(session, KEYS, staff, now, replaces=None))
        with database.read(staff.office_id) as session:
            person = sessions.person_of(session, staff.id)
        assert person is not None
        ears.append(Ear(live, person, key, after))
        return ears[-1]

    yield make
    for ear in ears:
        ear.close()


def happens(database: Database, case: Case, kind: EventKind = EventKind.NOTED) -> None:
    with database.write(case.office_id) as session:
        record(session, case, kind, OPERATOR, now=NOW)


def soon(is_so: Callable[[], bool], what: str, seconds: float = 8) -> None:
    until(is_so, seconds=seconds, what=what)


def test_what_happens_on_a_case_is_told_with_its_reference_and_nothing_else(
    database: Database, house: World, listen: Listens
) -> None:
    ear = listen(house.ours.people[Role.CASEWORKER])
    for kind in (EventKind.ARRIVED, EventKind.NOTED, EventKind.SENT):
        happens(database, house.ours.case, kind)
    reference = house.ours.case.reference
    wanted = [("arrived", reference), ("changed", reference), ("delivery", reference)]
    soon(lambda: ear.cases() == wanted, f"{wanted}, got {ear.cases()}")


def test_all_of_a_commit_is_told_however_long_it_is(
    database: Database, house: World, listen: Listens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inbox.web.live.LONGEST_REPLAY", 5)
    ear = listen(house.ours.people[Role.CASEWORKER])
    with database.write(house.ours.office.id) as session:
        for _ in range(60):
            record(session, house.ours.case, EventKind.NOTED, OPERATOR, now=NOW)
    soon(
        lambda: len(ear.heard) == 60,
        "all sixty lines, sooner than twelve looks of three seconds would find them",
    )


def test_neither_office_hears_the_other(database: Database, house: World, listen: Listens) -> None:
    ours, theirs = (listen(each.people[Role.CASEWORKER]) for each in (house.ours, house.theirs))
    happens(database, house.ours.case)
    happens(database, house.theirs.case)
    soon(lambda: bool(ours.cases() and theirs.cases()), "both to hear of their own")
    assert {case for _, case in ours.cases()} == {house.ours.case.reference}
    assert {case for _, case in theirs.cases()} == {house.theirs.case.reference}


def test_a_restricted_case_is_told_only_to_those_who_may_know_it(
    database: Database, house: World, listen: Listens
) -> None:
    caseworker, manager = (listen(house.ours.people[role]) for role in (Role.CASEWORKER, Role.MANAGER))
    happens(database, house.ours.restricted)
    happens(database, house.ours.case)
    soon(lambda: len(manager.cases()) == 2, "the manager to hear of both")
    soon(lambda: len(caseworker.cases()) == 1, "the caseworker to hear of one")
    assert caseworker.cases() == [("changed", house.ours.case.reference)]


def test_a_page_that_lost_its_stream_is_told_what_it_missed(
    database: Database, house: World, listen: Listens
) -> None:
    first = listen(house.ours.people[Role.CASEWORKER])
    happens(database, house.ours.case)
    soon(lambda: bool(first.cases()), "the first news")
    last = first.heard[-1]
    assert last is not None
    happens(database, house.ours.case, EventKind.ARRIVED)
    again = listen(house.ours.people[Role.CASEWORKER], after=last.sequence)
    soon(lambda: again.cases() == [("arrived", house.ours.case.reference)], "exactly what was missed")


@pytest.mark.parametrize("ended_by", ["signing out", "disabling"])
def test_the_stream_ends_within_five_seconds_of_the_session(
    database: Database, house: World, listen: Listens, ended_by: str
) -> None:
    staff = house.ours.people[Role.CASEWORKER]
    ear, other = listen(staff), listen(house.ours.people[Role.MANAGER])
    with database.write(staff.office_id) as session:
        if ended_by == "disabling":
            people.disable(session, find(session, Staff, staff.id), actor=OPERATOR, now=NOW)
        else:
            sessions.end_all(session, staff.id)
    soon(lambda: ear.heard[-1:] == [None], "the stream to end", seconds=5)
    happens(database, house.ours.case)
    soon(lambda: bool(other.cases()), "the other stream to go on")
    assert ear.cases() == []


def test_a_person_may_hold_six_streams(house: World, listen: Listens) -> None:
    for _ in range(6):
        listen(house.ours.people[Role.CASEWORKER])
    with pytest.raises(TooMany):
        listen(house.ours.people[Role.CASEWORKER])
    listen(house.ours.people[Role.MANAGER])


def test_coming_to_a_case_is_told(database: Database, house: World, listen: Listens) -> None:
    ear = listen(house.ours.people[Role.MANAGER])
    staff = house.ours.people[Role.CASEWORKER]
    with database.write(staff.office_id) as session:
        person = sessions.person_of(session, staff.id)
        assert person is not None
        presence.tell(session, person, house.ours.case.id, presence.Doing.READING, NOW)
    soon(lambda: ear.cases() == [("presence", house.ours.case.reference)], "presence")


def test_everything_ends_when_the_server_stops(house: World, listen: Listens, live: Live) -> None:
    ear = listen(house.ours.people[Role.CASEWORKER])
    live.stop()
    soon(lambda: ear.heard == [None], "the stream to end")


def test_the_pulse_beats_at_its_start_after_a_commit_and_not_without(
    database: Database, house: World
) -> None:
    pulse = Pulse(database)
    assert pulse.wait(5) is True  # what was committed before it watched
    assert pulse.wait(0.3) is False
    happens(database, house.ours.case)
    assert pulse.wait(5) is True
    assert pulse.wait(0.3) is False
    pulse.stop()
    assert pulse.wait(5) is False
    pulse.close()


def test_presence_is_a_sentence_about_the_others(database: Database, house: World) -> None:
    case = house.ours.case
    with database.write(house.ours.office.id) as session:
        everybody = {role: sessions.person_of(session, staff.id) for role, staff in house.ours.people.items()}
        me = everybody[Role.CASEWORKER]
        assert me is not None
        for role, doing in (
            (Role.CASEWORKER, presence.Doing.WRITING),
            (Role.MANAGER, presence.Doing.WRITING),
            (Role.OFFICIAL, presence.Doing.READING),
            (Role.CHECKER, presence.Doing.READING),
        ):
            person = everybody[role]
            assert person is not None
            presence.tell(session, person, case.id, doing, NOW)
        assert presence.others(session, me, case.id, NOW) == (
            "Manager Person is writing a reply. Checker Person and Official Person are reading this too."
        )
        assert presence.others(session, me, case.id, NOW + timedelta(minutes=1)) == ""
        assert presence.others(session, me, a_case(session).id, NOW) == ""


def test_presence_at_a_hidden_case_is_not_taken(desk: Desk, world: World) -> None:
    desk.sit(world.ours.people[Role.CASEWORKER])
    assert desk.press("/presence", {"case": world.ours.restricted.reference}).status_code == 404
    assert desk.press("/presence", {"case": world.ours.case.reference}).json() == {"words": ""}
    assert desk.press("/presence", {"case": world.ours.case.reference, "act": "typing"}).status_code == 422


@contextmanager
def served(app: FastAPI) -> Iterator[tuple[str, uvicorn.Server]]:
    """The app on a real port under the product's own server, stopped as an operator stops it."""
    port = free_port()
    server = make_server(app, "127.0.0.1", port)
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started, seconds=30, what="the server to start")
    try:
        yield f"http://127.0.0.1:{port}", server
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        assert not thread.is_alive()


def test_the_stream_over_real_http_tells_and_then_ends(app: FastAPI, world: World) -> None:
    staff, now = world.ours.people[Role.CASEWORKER], datetime.now(UTC)
    with world.database.write(staff.office_id) as session:
        token = door.open_seat(session, KEYS, staff, now, replaces=None)
    with served(app) as (base, _), httpx.Client(base_url=base, timeout=15) as client:
        assert client.get("/events").status_code == 401
        client.cookies.set("inbox", token, domain="127.0.0.1", path="/")
        with client.stream("GET", "/events") as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert answer.headers["content-security-policy"]
            lines = answer.iter_lines()
            assert "event: beat" in [next(lines) for _ in range(3)]
            happens(world.database, world.ours.case)
            found = next(line for line in lines if line.startswith('data: {"case'))
            assert json.loads(found.removeprefix("data: ")) == {"case": world.ours.case.reference}
            with world.database.write(staff.office_id) as session:
                sessions.end_all(session, staff.id)
            assert "None" not in list(lines)
        assert client.get("/events").status_code == 401


def test_stopping_the_program_ends_an_open_stream_instead_of_cutting_it(
    app: FastAPI, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    staff = world.ours.people[Role.CASEWORKER]
    with world.database.write(staff.office_id) as session:
        token = door.open_seat(session, KEYS, staff, datetime.now(UTC), replaces=None)
    with served(app) as (base, server), httpx.Client(base_url=base, timeout=15) as client:
        client.cookies.set("inbox", token, domain="127.0.0.1", path="/")
        with client.stream("GET", "/events") as answer:
            lines = answer.iter_lines()
            next(lines)
            server.should_exit = True
            assert [line for line in lines if line.startswith("data")][1:] == []
    assert [told.getMessage() for told in caplog.records if told.levelname == "ERROR"] == []
