"""Alive, able to work, and the numbers: true, without content, and not for everybody."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sql
from fastapi import FastAPI

from inbox import channel_figures, set_aside
from inbox.app import create_app
from inbox.database import Database
from inbox.errors import TooMany
from inbox.history import OPERATOR
from inbox.models import DeliveryState, Job
from inbox.storage import FolderStore
from inbox.web.limits import Window
from inbox.web.metrics import Kept, standing
from tests.factories import NOW, a_channel, a_delivery, an_arrival, an_office
from tests.inbox.plans import asked
from tests.web.conftest import make_settings
from tests.web.desks import Desk, World


def test_it_says_that_it_is_alive_without_asking_the_database(app: FastAPI, desk: Desk) -> None:
    app.state.wiring.database.close()
    assert desk.get("/healthz").text == "ok\n"


def test_it_is_ready_when_nothing_waits(desk: Desk, world: World) -> None:
    answer = desk.get("/readyz")
    assert answer.status_code == 200, answer.text
    assert set(answer.json()["checks"]) == {"database", "schema", "queue", "disk"}


def test_it_is_not_ready_when_due_work_has_waited_for_long(desk: Desk, world: World) -> None:
    with world.database.write() as session:
        due = datetime.now(UTC) - timedelta(minutes=16)
        session.add(Job(kind="process", office_id=world.ours.office.id, subject_id="x", due_at=due))
    answer = desk.get("/readyz")
    assert answer.status_code == 503
    assert "worker" in answer.json()["checks"]["queue"]


def test_it_is_not_ready_on_another_schema(desk: Desk, world: World) -> None:
    with world.database.write() as session:
        session.execute(sql.text("UPDATE alembic_version SET version_num = '0001'"))
    answer = desk.get("/readyz")
    assert answer.status_code == 503
    assert "inbox migrate" in answer.json()["checks"]["schema"]


def test_what_is_run_again_waits_since_then_and_not_since_it_came(desk: Desk, world: World) -> None:
    """Else one press on something old would take every node out of service."""
    with world.database.write(world.ours.office.id) as session:
        channel = a_channel(session)
        old = an_arrival(session, channel, state="quarantined", attempts=3, kept_at=NOW - timedelta(days=9))
        set_aside.run_again(session, old.id, now=datetime.now(UTC), actor=OPERATOR)
    answer = desk.get("/readyz")
    with world.database.read(world.ours.office.id) as session:
        numbers = channel_figures.of(session, [channel], datetime.now(UTC))
    assert (answer.status_code, answer.json()["oldest_arrival_seconds"] < 600) == (200, True), answer.text
    since = numbers[channel.id].waiting_since
    assert since is not None and datetime.now(UTC) - since < timedelta(minutes=10)


def test_the_numbers_are_counted_over_all_offices(database: Database) -> None:
    for name in ("one", "two"):
        with database.write() as session:
            office = an_office(session, name=name)
        with database.write(office.id) as session:
            channel = a_channel(session, failing_since=NOW if name == "two" else None)
            an_arrival(session, channel, kept_at=NOW - timedelta(minutes=5))
            an_arrival(session, channel, state="quarantined")
            for state in (DeliveryState.UNKNOWN, DeliveryState.QUEUED, DeliveryState.SENT):
                a_delivery(session, channel, state=state, queued_at=NOW - timedelta(minutes=2))
    found = standing(database, NOW)
    assert found.arrivals == {"waiting": 2, "quarantined": 2}
    assert found.deliveries == {"unknown": 2, "queued": 2}
    assert found.oldest_arrival_seconds == 300
    assert found.oldest_delivery_seconds == 120
    assert sorted(is_well for _, _, _, is_well, _ in found.channels) == [False, True]


def test_whether_work_waits_is_asked_of_no_channel_and_no_delivery(desk: Desk, world: World) -> None:
    with asked(world.database) as said:
        assert desk.get("/readyz").status_code == 200
    assert said.of("FROM arrival") and said.of("FROM job")
    assert not (said.of("FROM delivery") or said.of("FROM channel"))


@pytest.mark.parametrize("page", ["/readyz", "/metrics"])
def test_asking_again_at_once_costs_the_offices_nothing(desk: Desk, world: World, page: str) -> None:
    first = desk.get(page)
    with asked(world.database) as said:
        again = desk.get(page)
    assert (again.status_code, again.text) == (200, first.text)
    assert not (said.of("FROM arrival") or said.of("FROM job") or said.of("FROM office"))


def test_what_was_read_is_told_for_ten_seconds_and_also_while_it_is_read_anew() -> None:
    clock, told = 0.0, []

    def read(now: datetime) -> int:
        if told:
            told.append(kept.at(now))  # as another request meanwhile
        return len(told)

    kept = Kept(read, clock=lambda: clock)
    assert kept.at(NOW) == 0
    told.append(-1)
    clock = 9.9
    assert kept.at(NOW) == 0
    clock = 10.0
    assert (kept.at(NOW), told) == (2, [-1, 0])


def test_unread_mail_is_not_looked_for_in_all_that_ever_came(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        an_office(session)
    with asked(sqlite_database) as said:
        standing(sqlite_database, NOW)
    for words in (("FROM arrival", "count(*)"), ("FROM arrival LEFT OUTER JOIN job", "min(")):
        assert "INDEX arrival_unfinished (office_id=? AND state=?)" in said.plan(*words)[0]


def test_metrics_hold_numbers_and_ids_only(desk: Desk, world: World) -> None:
    text = desk.get("/metrics").text
    assert 'inbox_arrivals{state="quarantined"} 2.0' in text
    assert 'inbox_deliveries{state="unknown"} 4.0' in text
    for content in (world.ours.office.name, "Damp", "Donna", "example.org", "Mailbox", "Person"):
        assert content not in text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
def test_metrics_are_not_shown_through_a_proxy(desk: Desk, header: str) -> None:
    assert desk.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


def test_metrics_are_not_shown_to_other_machines(app: FastAPI) -> None:
    from starlette.testclient import TestClient

    with TestClient(app, base_url="http://127.0.0.1", client=("203.0.113.9", 1)) as stranger:
        assert stranger.get("/metrics").status_code == 404


def test_a_window_lets_so_many_through_and_says_how_long_to_wait() -> None:
    now = 100.0
    window = Window(3, 60, clock=lambda: now)
    for _ in range(3):
        window.hit("a")
    with pytest.raises(TooMany) as refused:
        window.hit("a")
    assert 60 <= refused.value.retry_after <= 61
    window.hit("b")
    now = 161.0
    window.hit("a")


def test_a_window_forgets_the_keys_that_were_used_longest_ago() -> None:
    window = Window(1, 60, clock=lambda: 0.0)
    for number in range(10_001):
        window.hit(str(number))
    window.hit("0")
    with pytest.raises(TooMany):
        window.hit("10000")


def test_whom_to_tell_of_a_hole_is_said_where_the_operator_named_somebody(
    sqlite_database: Database, tmp_path: Path, desk: Desk
) -> None:
    assert desk.get("/.well-known/security.txt").status_code == 404
    named = "mailto:security@wexcombe.example, https://wexcombe.example/report"
    settings = make_settings(sqlite_database, tmp_path, security_contact=named)
    answer = Desk(create_app(settings)).get("/.well-known/security.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    lines = [one.partition(": ") for one in answer.text.splitlines()]
    assert [value for name, _, value in lines if name == "Contact"] == named.split(", ")
    [expires] = [datetime.fromisoformat(value) for name, _, value in lines if name == "Expires"]
    assert timedelta(days=170) < expires - datetime.now(UTC) < timedelta(days=365)
    assert ("Canonical", ": ", "http://127.0.0.1/.well-known/security.txt") in lines


@pytest.mark.parametrize("named", ["security@wexcombe.example", "http://x.example", "mailto:a@b\nContact: c"])
def test_a_contact_that_is_no_address_is_refused_at_the_start(
    sqlite_database: Database, tmp_path: Path, named: str
) -> None:
    with pytest.raises(ValueError, match="must begin with mailto"):
        make_settings(sqlite_database, tmp_path, security_contact=named)


def test_a_data_folder_that_cannot_be_made_is_said_with_503(app: FastAPI, desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("no folder")
    app.state.wiring = replace(app.state.wiring, store=FolderStore(tmp_path / "a-file" / "store"))
    answer = desk.get("/readyz")
    assert answer.status_code == 503 and "cannot be made or written" in answer.json()["checks"]["disk"]
