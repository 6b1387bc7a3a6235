"""Signing in: two steps, one answer for everything wrong, sessions that are new at each step."""

import re
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import select

from inbox.app import create_app
from inbox.database import Database, find
from inbox.errors import Conflict, NotSignedIn, Refused, TooMany
from inbox.history import OPERATOR
from inbox.models import Event, EventKind, Role, SignInAddress, SignInTry, Staff
from inbox.secrets import SecretKeys
from inbox.sign_in import codes, door, passwords, people, sessions, throttle, tokens
from inbox.web.sign_in import safe_next
from tests.factories import KEYS, NOW, PASSWORD, TOTP_SECRET, a_code, a_person, an_office
from tests.security.places import together
from tests.web.conftest import make_settings
from tests.web.desks import Desk, World


@pytest.fixture
def staff(world: World) -> Staff:
    return world.ours.people[Role.CASEWORKER]


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]*)"', page)
    assert found, page
    return found.group(1)


def knock(desk: Desk, email: str, password: str = PASSWORD, **more: str) -> Any:
    return desk.post("/sign-in", data={"email": email, "password": password} | more)


def enter(desk: Desk, code: str | None = None, **more: str) -> Any:
    page = desk.get("/sign-in/code")
    shown = a_code(datetime.now(UTC)) if code is None else code
    return desk.post("/sign-in/code", data={"code": shown, "csrf_token": token_in(page.text)} | more)


def test_address_password_and_code_sign_in(desk: Desk, staff: Staff) -> None:
    assert knock(desk, staff.email).headers["location"] == "/sign-in/code?next=%2F"
    answer = enter(desk)
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue/to-sort")
    assert desk.get("/session").json()["csrf_token"]


def test_the_cookie_is_new_after_the_password_and_after_the_code(desk: Desk, staff: Staff) -> None:
    desk.cookies.set("inbox", "planted-by-somebody", domain="127.0.0.1", path="/")
    knock(desk, staff.email)
    half = desk.cookies["inbox"]
    enter(desk)
    whole = desk.cookies["inbox"]
    assert len({"planted-by-somebody", half, whole}) == 3
    for old in ("planted-by-somebody", half):
        desk.cookies.set("inbox", old, domain="127.0.0.1", path="/")
        assert desk.get("/session").status_code == 303


def test_a_right_password_alone_opens_nothing(desk: Desk, staff: Staff) -> None:
    knock(desk, staff.email)
    assert desk.get("/session").status_code == 303
    assert desk.get("/events").status_code == 401


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(desk: Desk, staff: Staff) -> None:
    cookie = knock(desk, staff.email).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert "domain" not in cookie


def test_on_https_the_cookie_is_bound_to_the_host(
    sqlite_database: Database, tmp_path: Path, staff: Staff
) -> None:
    settings = make_settings(sqlite_database, tmp_path, base_url="https://inbox.example.org")
    with Desk(create_app(settings, database=sqlite_database), base_url="https://inbox.example.org") as desk:
        cookie = knock(desk, staff.email).headers["set-cookie"]
        assert cookie.startswith("__Host-inbox=")
        assert "Secure" in cookie


def test_known_and_unknown_addresses_get_the_same_answer(desk: Desk, staff: Staff) -> None:
    known = knock(desk, staff.email, "wrong password")
    unknown = knock(desk, staff.email.replace("priya", "olwen"), "wrong password")
    assert known.status_code == unknown.status_code == 422
    plain = [re.sub(r'priya|olwen|value="[\w-]{16}"', "", page.text) for page in (known, unknown)]
    assert plain[0] == plain[1]
    assert "set-cookie" not in known.headers


def test_known_and_unknown_addresses_take_the_same_time(desk: Desk, staff: Staff) -> None:
    took: dict[str, list[float]] = {staff.email: [], "nobody@example.org": []}
    for _ in range(9):
        for email in took:
            begun = time.process_time()
            knock(desk, email, "wrong password")
            took[email].append(time.process_time() - begun)
    known, unknown = (statistics.median(times) for times in took.values())
    assert abs(known - unknown) / known < 0.35


def test_the_stored_hash_is_no_password(desk: Desk, staff: Staff) -> None:
    assert staff.password_hash
    assert knock(desk, staff.email, staff.password_hash).status_code == 422


def test_a_disabled_person_gets_the_same_answer_as_a_wrong_password(
    desk: Desk, world: World, staff: Staff
) -> None:
    with world.database.write(staff.office_id) as session:
        people.disable(session, find(session, Staff, staff.id), actor=OPERATOR, now=NOW)
    answer = knock(desk, staff.email)
    assert answer.status_code == 422
    assert door.WRONG in answer.text


def test_addresses_are_read_without_regard_to_case_and_width(desk: Desk, staff: Staff) -> None:
    assert knock(desk, f"  {staff.email.upper()} ").status_code == 303


def test_twenty_wrong_passwords_close_the_account_and_nobody_elses(
    desk: Desk, world: World, staff: Staff
) -> None:
    for _ in range(20):
        assert knock(desk, staff.email, "wrong password").status_code == 422
    closed = knock(desk, staff.email)
    assert closed.status_code == 429
    assert 0 < int(closed.headers["Retry-After"]) <= 900
    assert knock(desk, world.ours.people[Role.MANAGER].email).status_code == 303


def test_an_address_that_nobody_has_closes_just_the_same(desk: Desk, staff: Staff) -> None:
    for _ in range(20):
        knock(desk, "nobody@example.org", "wrong password")
    assert knock(desk, "nobody@example.org").status_code == 429


def test_the_failure_that_closes_an_account_is_in_the_history(desk: Desk, world: World, staff: Staff) -> None:
    for _ in range(20):
        knock(desk, staff.email, "wrong password")
    with world.database.read(staff.office_id) as session:
        events = session.exec(select(Event).where(Event.kind == EventKind.SIGN_IN_FAILED)).all()
    assert [event.detail["staff"] for event in events] == [staff.id]


def test_somebody_whose_password_was_guessed_at_is_told(desk: Desk, staff: Staff) -> None:
    for _ in range(6):
        knock(desk, staff.email, "wrong password")
    knock(desk, staff.email)
    answer = enter(desk)
    assert answer.status_code == 200
    assert "6 wrong passwords" in answer.text
    assert desk.get("/session").status_code == 200


def test_the_right_password_works_again_when_the_window_has_passed(database: Database) -> None:
    for _ in range(20):
        with database.write() as session:
            throttle.count(session, "account:x", throttle.ACCOUNT, NOW)
    with database.read() as session:
        with pytest.raises(TooMany):
            throttle.check(session, "account:x", throttle.ACCOUNT, NOW + timedelta(minutes=14))
        throttle.check(session, "account:x", throttle.ACCOUNT, NOW + timedelta(minutes=15))
    with database.write() as session:
        assert throttle.count(session, "account:x", throttle.ACCOUNT, NOW + timedelta(minutes=16)) == 1
        throttle.forget(session, NOW + timedelta(days=3))
        assert session.exec(select(SignInTry)).all() == []


def test_a_network_that_tries_many_accounts_is_closed(desk: Desk, world: World, staff: Staff) -> None:
    with world.database.write() as session:
        for _ in range(throttle.NETWORK.failures):
            throttle.count(session, door.network_key("127.0.0.1"), throttle.NETWORK, datetime.now(UTC))
    assert knock(desk, staff.email).status_code == 429


def test_a_network_is_one_address_in_ipv4_and_a_64_in_ipv6() -> None:
    assert door.network_key("2001:db8:0:1::1") == door.network_key("2001:db8:0:1:ffff::9")
    assert door.network_key("2001:db8:0:1::1") != door.network_key("2001:db8:0:2::1")
    assert door.network_key("192.0.2.1") != door.network_key("192.0.2.2")
    assert "192.0.2.1" not in door.network_key("192.0.2.1")


def test_a_used_code_and_an_older_one_are_refused(database: Database) -> None:
    with database.write() as session:
        office = an_office(session)
    with database.write(office.id) as session:
        staff = a_person(session)
        half = sessions.start(session, staff, is_full=False, now=NOW)
        door.finish(session, KEYS, staff, half, a_code(NOW), NOW)
        for used in (a_code(NOW), a_code(NOW - timedelta(seconds=30))):
            with pytest.raises(NotSignedIn):
                door.finish(session, KEYS, staff, half, used, NOW)
        next_code = a_code(NOW + timedelta(seconds=30))
        assert door.finish(session, KEYS, staff, half, next_code, NOW)


def test_of_many_who_type_one_code_at_the_same_moment_one_comes_in(database: Database) -> None:
    with database.write() as session:
        office = an_office(session)
    with database.write(office.id) as session:
        staff = a_person(session)
        half = sessions.start(session, staff, is_full=False, now=NOW)

    def comes_in() -> bool:
        try:
            with database.write(office.id) as session:
                mine = find(session, Staff, staff.id)
                door.finish(session, KEYS, mine, half, a_code(NOW), NOW)
        except NotSignedIn:
            return False
        return True

    assert together([comes_in] * 6).count(True) == 1


@pytest.mark.parametrize(
    ("seconds", "is_right"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_a_clock_may_be_one_step_wrong(seconds: int, is_right: bool) -> None:
    sealed = KEYS.seal(TOTP_SECRET, "s")
    code = a_code(NOW + timedelta(seconds=seconds))
    assert (codes.step_of(KEYS, sealed, "s", code, 0, NOW) is not None) is is_right


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "-12345", "000000 OR 1"])
def test_what_is_no_code_is_refused(desk: Desk, staff: Staff, code: str) -> None:
    knock(desk, staff.email)
    answer = enter(desk, code)
    assert answer.status_code == 422
    assert desk.get("/session").status_code == 303


def test_ten_wrong_codes_close_the_second_step(desk: Desk, staff: Staff) -> None:
    knock(desk, staff.email)
    right = a_code(datetime.now(UTC))
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(10):
        assert enter(desk, wrong).status_code == 422
    assert enter(desk).status_code == 429


def test_the_secret_of_the_app_is_sealed_to_its_person(world: World, staff: Staff) -> None:
    assert staff.totp_secret
    assert TOTP_SECRET not in staff.totp_secret
    other = world.ours.people[Role.MANAGER]
    from inbox.errors import SetupProblem

    with pytest.raises(SetupProblem):
        codes.step_of(KEYS, staff.totp_secret, other.id, "123456", 0, NOW)


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "/%0d%0aX:x\r\n",
        "javascript:alert(1)", "evil.example", "", "/\t/evil.example", "http:/evil.example", " /x", "/x y",
        "///evil.example",
    ],
)  # fmt: skip
def test_next_stays_on_this_site(desk: Desk, staff: Staff, target: str) -> None:
    assert safe_next(target) == "/"
    knock(desk, staff.email)
    location = enter(desk, next=target).headers["location"]
    assert location == "/queue/to-sort"


def test_next_leads_to_the_page_that_was_asked_for(desk: Desk, staff: Staff) -> None:
    first = desk.get("/presence-of-nothing?x=1&y=2")
    assert first.status_code == 404
    asked = desk.get("/session?x=1&y=2")
    assert asked.headers["location"] == "/sign-in?next=/session%3Fx%3D1%26y%3D2"
    code_page = knock(desk, staff.email, next="/cases/WX-1?x=1&y=2").headers["location"]
    assert code_page == "/sign-in/code?next=%2Fcases%2FWX-1%3Fx%3D1%26y%3D2"
    assert enter(desk, next="/cases/WX-1?x=1").headers["location"] == "/cases/WX-1?x=1"


def test_an_htmx_request_without_a_session_gets_401_and_no_redirect(desk: Desk) -> None:
    assert desk.get("/session", headers={"HX-Request": "true"}).status_code == 401


@pytest.fixture
def demo_desk(sqlite_database: Database, tmp_path: Path, world: World) -> Iterator[Desk]:
    settings = make_settings(sqlite_database, tmp_path)
    with Desk(create_app(settings, database=sqlite_database, demo=True)) as desk:
        yield desk


def test_in_the_demo_one_press_signs_in(demo_desk: Desk, world: World, staff: Staff) -> None:
    page = demo_desk.get("/sign-in").text
    assert "Caseworker Person" in page
    assert staff.id in page
    answer = demo_desk.post("/sign-in/demo", data={"staff": staff.id})
    assert answer.headers["location"] == "/queue/to-sort"
    assert demo_desk.get("/session").status_code == 200


def test_outside_the_demo_nobody_is_listed_and_one_press_is_404(desk: Desk, staff: Staff) -> None:
    assert staff.name not in desk.get("/sign-in").text
    assert desk.post("/sign-in/demo", data={"staff": staff.id}).status_code == 404


@pytest.mark.parametrize("forwarded", ["203.0.113.9"])
def test_the_demo_serves_one_press_only_on_its_own_machine(
    sqlite_database: Database, tmp_path: Path, staff: Staff, forwarded: str
) -> None:
    for facts in ({"base_url": "http://inbox.example.org"}, {"trusted_proxies": "127.0.0.1"}):
        settings = make_settings(sqlite_database, tmp_path, **facts)
        app = create_app(settings, database=sqlite_database, demo=True)
        with Desk(app, base_url=settings.base_url) as desk:
            headers = {"X-Forwarded-For": forwarded}
            assert staff.name not in desk.get("/sign-in", headers=headers).text
            answer = desk.post("/sign-in/demo", data={"staff": staff.id}, headers=headers)
            assert answer.status_code == 404


@pytest.mark.parametrize(
    "poor",
    [
        "short",
        "1234567",
        "password123",
        "PASSWORD123",
        "aaaaaaaaaaaa",
        "x" * 1025,
        "Priya Nair",
        "WESTMINSTER1",
    ],
)
def test_poor_passwords_are_refused(poor: str) -> None:
    with pytest.raises(Refused):
        passwords.check_password(poor, "priya@example.org", "Priya Nair")


@pytest.mark.parametrize("good", ["quarry road", "ŵythnos o law", "🐑🐑 mountain 🐑", "x1y2z3a4" * 128])
def test_long_and_unusual_passwords_are_welcome(good: str) -> None:
    stored = passwords.hash_password(passwords.check_password(good))
    assert stored.startswith("$argon2id$")
    assert passwords.is_password(stored, good)
    assert not passwords.is_password(stored, good + "x")


def test_what_looks_the_same_is_the_same_password() -> None:
    stored = passwords.hash_password(passwords.check_password("Caf\u00e9 \ufb01nder"))
    assert passwords.is_password(stored, "Cafe\u0301 finder")


def test_an_address_signs_in_to_one_office_only(world: World, staff: Staff) -> None:
    with world.database.write(world.theirs.office.id) as session, pytest.raises(Conflict):
        people.add_staff(
            session, KEYS, email=staff.email.upper(), name="Olwen Pugh", roles=[Role.OFFICIAL],
            password=PASSWORD, actor=OPERATOR, now=NOW,
        )  # fmt: skip


def test_a_new_person_signs_in_with_what_they_were_given(database: Database) -> None:
    with database.write() as session:
        office = an_office(session)
    with database.write(office.id) as session:
        staff, secret = people.add_staff(
            session, KEYS, email=" Olwen@Example.org ", name=" Olwen Pugh ",
            roles=[Role.OFFICIAL, Role.CHECKER], password=PASSWORD, actor=OPERATOR, now=NOW,
        )  # fmt: skip
        assert (staff.email, staff.name) == ("olwen@example.org", "Olwen Pugh")
        assert secret in codes.address(secret, staff.email)
    with database.read() as session:
        caller = door.knock(session, KEYS, "OLWEN@example.org", "192.0.2.1", NOW)
    assert (caller.staff_id, caller.office_id) == (staff.id, office.id)
    assert passwords.is_password(staff.password_hash, PASSWORD)


def test_the_address_table_holds_no_address_and_survives_a_new_key(database: Database) -> None:
    with database.write() as session:
        office = an_office(session)
    with database.write(office.id) as session:
        staff = a_person(session)
    with database.read() as session:
        assert staff.email not in repr(session.exec(select(SignInAddress)).one().model_dump())
    old, new = bytes(range(32)), bytes(32)
    both = SecretKeys([new, old])
    with database.write(office.id) as session:
        assert people.find_address(session, both, staff.email)
        people.rehash_addresses(session, both)
        session.flush()
        assert people.find_address(session, SecretKeys([new]), staff.email)
        assert people.find_address(session, SecretKeys([old]), staff.email) is None


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic abc", "Bearer \u00e9"])
def test_what_is_no_token_is_401_with_the_way_to_ask(desk: Desk, header: str) -> None:
    answer = desk.get("/api/v1/cases", headers={"Authorization": header.encode("latin-1")})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_token_works_until_it_is_revoked_or_its_person_disabled(
    desk: Desk, world: World, staff: Staff
) -> None:
    from inbox.access import Scope

    office = world.ours.office.id
    with world.database.write(office) as session:
        first_id, first = tokens.add(session, staff, "one", Scope.READ, actor=OPERATOR, now=NOW)
        _, second = tokens.add(session, staff, "two", Scope.WRITE, actor=OPERATOR, now=NOW)

    def status(token: str) -> int:
        return int(desk.get("/api/v1/cases", headers={"Authorization": f"Bearer {token}"}).status_code)

    assert (status(first), status(second)) == (200, 200)
    with world.database.write(office) as session:
        tokens.revoke(session, first_id, actor=OPERATOR, now=NOW)
    assert (status(first), status(second)) == (401, 200)
    with world.database.write(office) as session:
        people.disable(session, find(session, Staff, staff.id), actor=OPERATOR, now=NOW)
    assert status(second) == 401


def test_a_token_opens_no_page(desk: Desk, world: World, staff: Staff, app: FastAPI) -> None:
    from inbox.access import Scope

    with world.database.write(staff.office_id) as session:
        _, token = tokens.add(session, staff, "one", Scope.WRITE, actor=OPERATOR, now=NOW)
    assert desk.get("/session", headers={"Authorization": f"Bearer {token}"}).status_code == 303
    assert desk.get("/events", headers={"Authorization": f"Bearer {token}"}).status_code == 401
