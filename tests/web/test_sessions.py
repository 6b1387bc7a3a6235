"""Sessions: new at each step, ended by time, by leaving and by being disabled."""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlmodel import select

from inbox.database import Database
from inbox.history import OPERATOR
from inbox.models import Role, WebSession
from inbox.secrets import token_hash
from inbox.sign_in import people, sessions
from tests.factories import KEYS, NOW, a_person, an_office
from tests.web.desks import Desk, World


def seated(database: Database, **facts: object) -> tuple[str, str, str]:
    """(office id, staff id, token) of a new whole session begun at NOW."""
    with database.write() as session:
        office = an_office(session)
    with database.write(office.id) as session:
        staff = a_person(session, **facts)
        token = sessions.start(session, staff, is_full=True, now=NOW)
    return office.id, staff.id, token


def test_a_session_ends_after_an_hour_unused(database: Database) -> None:
    _, _, token = seated(database)
    with database.read() as session:
        assert sessions.find(session, token, NOW + timedelta(minutes=59))
        assert sessions.find(session, token, NOW + timedelta(minutes=60)) is None


def test_using_it_starts_the_hour_again_but_never_beyond_twelve(database: Database) -> None:
    _, _, token = seated(database)
    for hour in range(1, 24):
        now = NOW + timedelta(minutes=30 * hour)
        with database.write() as session:
            living = sessions.find(session, token, now)
            assert (living is not None) == (now - NOW < timedelta(hours=12)), now
            sessions.touch(session, [token_hash(token)], now)


def test_a_half_session_waits_ten_minutes_for_its_code(database: Database) -> None:
    with database.write() as session:
        office = an_office(session)
    with database.write(office.id) as session:
        token = sessions.start(session, a_person(session), is_full=False, now=NOW)
    with database.read() as session:
        assert sessions.find(session, token, NOW + timedelta(minutes=9))
        assert sessions.find(session, token, NOW + timedelta(minutes=10)) is None


def test_the_database_holds_no_token(database: Database) -> None:
    _, _, token = seated(database)
    with database.read() as session:
        row = session.exec(select(WebSession)).one()
    assert token not in repr(row.model_dump())


def test_ten_thousand_tokens_differ_and_hold_256_bits() -> None:
    from inbox.secrets import new_token

    tokens = {new_token() for _ in range(10_000)}
    assert len(tokens) == 10_000
    assert {len(token) for token in tokens} == {43}


@pytest.mark.parametrize("forged", ["", " ", "%00", "a" * 5000, "' OR 1=1 --", "☃"])
def test_what_is_no_token_finds_no_session(database: Database, forged: str) -> None:
    seated(database)
    with database.read() as session:
        assert sessions.find(session, forged, NOW) is None


def test_the_stored_hash_does_not_open_the_session(database: Database) -> None:
    _, _, token = seated(database)
    with database.read() as session:
        assert sessions.find(session, token_hash(token), NOW) is None


@pytest.mark.parametrize("change", ["disable", "set_roles", "set_password", "reset_mfa"])
def test_sessions_end_when_the_person_changes(database: Database, change: str) -> None:
    office_id, staff_id, token = seated(database)
    with database.write(office_id) as session:
        from inbox.database import find
        from inbox.models import Staff

        staff = find(session, Staff, staff_id)
        if change == "disable":
            people.disable(session, staff, actor=OPERATOR, now=NOW)
        elif change == "set_roles":
            people.set_roles(session, staff, [Role.AUDITOR], actor=OPERATOR, now=NOW)
        elif change == "set_password":
            people.set_password(session, staff, "another long password", actor=OPERATOR, now=NOW)
        else:
            people.reset_mfa(session, KEYS, staff, actor=OPERATOR, now=NOW)
    with database.read() as session:
        assert sessions.find(session, token, NOW) is None


def test_ending_all_may_spare_the_one_in_use(database: Database) -> None:
    office_id, staff_id, token = seated(database)
    with database.write(office_id) as session:
        from inbox.database import find
        from inbox.models import Staff

        other = sessions.start(session, find(session, Staff, staff_id), is_full=True, now=NOW)
        sessions.end_all(session, staff_id, but=token_hash(token))
    with database.read() as session:
        assert sessions.find(session, token, NOW)
        assert sessions.find(session, other, NOW) is None


def test_sessions_that_are_over_are_forgotten(database: Database) -> None:
    seated(database)
    with database.write() as session:
        sessions.forget(session, NOW + timedelta(hours=13))
    with database.read() as session:
        assert session.exec(select(WebSession)).all() == []


def test_a_disabled_person_is_out_at_the_next_request(desk: Desk, world: World) -> None:
    staff = world.ours.people[Role.CASEWORKER]
    desk.sit(staff)
    assert desk.get("/session").status_code == 200
    with world.database.write(staff.office_id) as session:
        from inbox.database import find
        from inbox.models import Staff

        people.disable(session, find(session, Staff, staff.id), actor=OPERATOR, now=NOW)
    assert desk.get("/session").status_code == 303
    assert desk.get("/session", headers={"Accept": "application/json"}).status_code == 401


def test_signing_out_kills_the_session_and_clears_the_browser(desk: Desk, world: World) -> None:
    desk.sit(world.ours.people[Role.CASEWORKER])
    old = desk.cookies["inbox"]
    answer = desk.press("/sign-out")
    assert answer.status_code == 303
    assert '"storage"' in answer.headers["Clear-Site-Data"]
    desk.cookies.set("inbox", old, domain="127.0.0.1", path="/")
    assert desk.get("/session").status_code == 303


def test_a_session_of_one_office_opens_nothing_of_another(app: FastAPI, desk: Desk, world: World) -> None:
    desk.sit(world.theirs.people[Role.MANAGER])
    answer = desk.press("/presence", {"case": world.ours.case.reference})
    assert answer.status_code == 404


def test_the_idle_time_is_written_a_moment_later(app: FastAPI, desk: Desk, world: World) -> None:
    desk.sit(world.ours.people[Role.CASEWORKER])
    with world.database.read() as session:
        before = session.exec(select(WebSession.seen_at)).one()
    desk.get("/session")
    app.state.wiring.afterwards.flush()
    with world.database.read() as session:
        assert session.exec(select(WebSession.seen_at)).one() > before
