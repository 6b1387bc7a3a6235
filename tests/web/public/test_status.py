"""The status link, as somebody with an old phone, a link scanner and a stranger meet it."""

import base64
import re
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from sqlmodel import select
from starlette.testclient import TestClient

from connectors.contract import Handle
from inbox import people, status_links
from inbox.models import (
    Case,
    Channel,
    ChannelMode,
    Constituent,
    Delivery,
    Event,
    EventKind,
    Message,
    OnceKey,
    Role,
    StatusLink,
    StatusLinkKey,
)
from tests.factories import a_constituent, a_message
from tests.web.desks import HERE, Desk, World

POSTCODE = "ZZ10 4AB"
SECRET = "black mould all over the kids room"
UNKNOWN = "A" * 43


@pytest.fixture
def browser(app: FastAPI) -> TestClient:
    return TestClient(app, base_url="http://127.0.0.1", client=HERE, follow_redirects=False)


@pytest.fixture
def token(world: World) -> str:
    """A link to our case, whose person typed a postcode; there is text on the case that must never show."""
    with world.database.write(world.ours.office.id) as session:
        case = session.exec(select(Case).where(Case.id == world.ours.case.id)).one()
        person = a_constituent(session, postcode=POSTCODE, postcode_typed=True, name="Donna Fretwell")
        case.constituent_id = person.id
        a_message(session, case_id=case.id, text=SECRET, new_text=SECRET)
        return status_links.issue(session, case, person, language="en", now=datetime.now(UTC))


def _links(world: World) -> list[StatusLink]:
    with world.database.read(world.ours.office.id) as session:
        return list(session.exec(select(StatusLink)))


def _kinds(world: World) -> list[str]:
    with world.database.read(world.ours.office.id) as session:
        return list(session.exec(select(Event.kind)))


@pytest.mark.parametrize("typed", ["ZZ10 4AB", "zz104ab", " z z 1 0 4 a b "])
def test_the_right_postcode_in_any_spelling_opens_a_page_whose_address_holds_no_token(
    browser: TestClient, token: str, typed: str
) -> None:
    answer = browser.post(f"/s/{token}", data={"check": typed})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/status"
    page = browser.get("/status")
    assert page.status_code == 200
    assert token not in page.text


def test_link_scanners_spend_nothing(browser: TestClient, world: World, token: str) -> None:
    before = [link.model_dump() for link in _links(world)]
    for _ in range(25):
        assert browser.get(f"/s/{token}").status_code == 200
        assert browser.head(f"/s/{token}").status_code == 200
    assert [link.model_dump() for link in _links(world)] == before
    assert browser.post(f"/s/{token}", data={"check": POSTCODE}).status_code == 303


def test_before_the_check_every_link_looks_the_same_and_names_no_office(
    browser: TestClient, world: World, token: str
) -> None:
    real = browser.get(f"/s/{token}")
    assert real.status_code == 200 and world.ours.office.name not in real.text
    for wrong in (UNKNOWN, "", "a/b", f"{token}/", f"{token}/more"):
        other = browser.get(f"/s/{wrong}")
        assert other.status_code == 200 and set(other.headers) == set(real.headers)
        assert _without(other.text, wrong) == _without(real.text, token), wrong


@pytest.mark.parametrize(
    "kind", ["unknown", "revoked", "expired", "wrong", "empty", "malformed", "cut short", "longer"]
)
def test_everything_wrong_gets_one_answer(browser: TestClient, world: World, token: str, kind: str) -> None:
    shown, check = token, POSTCODE
    if kind in ("revoked", "expired"):
        with world.database.write(world.ours.office.id) as session:
            link = session.exec(select(StatusLink)).one()
            link.is_closed, link.expires_at = kind == "revoked", datetime(2020, 1, 1, tzinfo=UTC)
    elif kind == "wrong":
        check = "ZZ99 9ZZ"
    elif kind == "empty":
        check = ""
    else:
        named = {"unknown": UNKNOWN, "malformed": "not-a-token", "cut short": "", "longer": f"{token}/b"}
        shown = named[kind]
    answer = browser.post(f"/s/{shown}", data={"check": check})
    plain = browser.post(f"/s/{'B' * 43}", data={"check": "x"})
    assert answer.status_code == plain.status_code == 422
    assert _without(answer.text, shown) == _without(plain.text, "B" * 43)
    assert set(answer.headers) == set(plain.headers)


def test_five_wrong_answers_lock_the_link_unseen_and_the_office_is_told(
    browser: TestClient, world: World, token: str
) -> None:
    wrong = [_without(browser.post(f"/s/{token}", data={"check": "ZZ99 9ZZ"}).text, token) for _ in range(5)]
    assert len(set(wrong)) == 1
    locked = browser.post(f"/s/{token}", data={"check": POSTCODE})
    assert locked.status_code == 422
    assert _without(locked.text, token) == wrong[0]
    assert EventKind.STATUS_LINK_LOCKED in _kinds(world)


@pytest.mark.parametrize("language", ["en", "cy"])
def test_who_cannot_get_in_is_told_what_to_do_in_words_that_are_the_same_for_every_link(
    browser: TestClient, token: str, language: str
) -> None:
    welsh = "/cy" if language == "cy" else ""
    words = {
        "en": ("wait 15 minutes", "can make you a new link"),
        "cy": ("arhoswch 15 munud", "wneud dolen newydd i chi"),
    }[language]
    for link in (token, UNKNOWN):
        refused = browser.post(f"{welsh}/s/{link}", data={"check": "ZZ99 9ZZ"}).text
        assert [one for one in words if one not in refused] == []
    assert words[1] in browser.get(f"{welsh}/status").text


def test_without_a_postcode_the_address_they_wrote_from_is_the_check(
    browser: TestClient, world: World
) -> None:

    with world.database.write(world.ours.office.id) as session:
        case = session.exec(select(Case).where(Case.id == world.ours.case.id)).one()
        person = people.add(
            session, "email", Handle("Colin Peake", "Colin@example.org"), language="en", now=datetime.now(UTC)
        )
        case.constituent_id = person.id
        link = status_links.issue(session, case, person, language="en", now=datetime.now(UTC))
    assert browser.post(f"/s/{link}", data={"check": "colin@EXAMPLE.org "}).status_code == 303


def test_the_page_shows_progress_and_never_content(browser: TestClient, world: World, token: str) -> None:
    browser.post(f"/s/{token}", data={"check": POSTCODE})
    text = browser.get("/status").text
    assert world.ours.case.reference in text
    assert world.ours.office.name in text
    for hidden in ("Donna", "mould", "Priya", "housing", world.ours.case.subject):
        assert hidden not in text


def test_the_page_is_there_in_welsh(browser: TestClient, token: str) -> None:
    answer = browser.post(f"/cy/s/{token}", data={"check": POSTCODE})
    assert answer.headers["location"] == "/cy/status"
    page = browser.get("/cy/status").text
    assert '<html lang="cy"' in page
    assert "Eich achos" in page


@pytest.mark.parametrize("path", ["/s/" + UNKNOWN, "/cy/s/" + UNKNOWN, "/status", "/cy/status"])
def test_token_pages_are_kept_out_of_indexes_caches_referrers_and_frames(
    browser: TestClient, world: World, path: str
) -> None:
    headers = browser.get(path).headers
    assert "noindex" in headers["x-robots-tag"]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_a_browser_that_sends_no_origin_from_a_page_without_referrers_is_let_in(
    browser: TestClient, token: str
) -> None:
    answer = browser.post(f"/s/{token}", data={"check": POSTCODE}, headers={"Origin": "null"})
    assert answer.status_code == 303


def test_the_database_holds_nothing_that_a_link_could_be_built_from(world: World, token: str) -> None:
    with world.database.read() as session:
        keys = list(session.exec(select(StatusLinkKey)))
    assert len(keys) == 1
    assert all(token not in str(value) for value in keys[0].model_dump().values())


def test_the_cookie_opens_no_staff_page_and_no_other_case(browser: TestClient, token: str) -> None:
    browser.post(f"/s/{token}", data={"check": POSTCODE})
    assert browser.get("/api/v1/cases").status_code == 401
    whole = browser.cookies["status"]
    browser.cookies.clear()
    assert browser.get("/status", headers={"Cookie": f"status={whole}"}).status_code == 200
    changed = base64.urlsafe_b64encode(base64.urlsafe_b64decode(whole)[:-3] + b"99]").decode()
    assert browser.get("/status", headers={"Cookie": f"status={changed}"}).status_code == 404


def test_what_somebody_adds_lands_on_their_case_and_is_not_shown_back(
    browser: TestClient, world: World, token: str
) -> None:
    browser.post(f"/s/{token}", data={"check": POSTCODE})
    form = browser.get("/status/add").text
    found = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert found is not None
    refused = browser.post("/status/add", data={"text": "the mould is worse"})
    assert refused.status_code == 403
    added = browser.post("/status/add", data={"text": "the mould is worse", "csrf_token": found[1]})
    assert added.status_code == 200
    assert "worse" not in added.text
    assert "worse" not in browser.get("/status").text
    with world.database.read(world.ours.office.id) as session:
        message = session.exec(select(Message).where(Message.kind == "form")).one()
        person = session.exec(select(Constituent)).one()
    assert message.case_id == world.ours.case.id
    assert message.constituent_id == person.id
    assert message.text == "the mould is worse"


def test_the_other_language_takes_along_what_somebody_is_adding(browser: TestClient, token: str) -> None:
    browser.post(f"/s/{token}", data={"check": POSTCODE})
    form = browser.get("/status/add").text
    hidden = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))
    assert 'formaction="/cy/status/add"' in form
    moved = browser.post("/cy/status/add", data=hidden | {"text": "the mould is worse", "go": "language"})
    assert (moved.status_code, "the mould is worse" in moved.text) == (200, True)
    assert 'lang="cy"' in moved.text


def test_who_writes_for_longer_than_the_page_is_open_gets_the_words_back(browser: TestClient) -> None:
    late = browser.post("/cy/status/add", data={"text": "mae’r llwydni’n waeth"})
    assert late.status_code == 404
    assert "mae’r llwydni’n waeth" in late.text
    assert "Copïwch ef o’r dudalen hon" in late.text


def test_a_link_that_is_revoked_closes_the_page_at_once(
    browser: TestClient, world: World, token: str
) -> None:
    browser.post(f"/s/{token}", data={"check": POSTCODE})
    assert browser.get("/status").status_code == 200
    with world.database.write(world.ours.office.id) as session:
        session.exec(select(StatusLink)).one().is_closed = True
    assert browser.get("/status").status_code == 404


def _without(text: str, token: str) -> str:
    """A page without what differs from load to load: the link's own path and the form's one-use key."""
    return re.sub(r'name="once" value="[^"]*"', "", text.replace(f"/s/{token}", "/s/"))


def test_a_new_link_is_shown_once_and_no_copy_of_the_page_is_kept(app: FastAPI, world: World) -> None:
    desk = Desk(app).sit(world.ours.people[Role.CASEWORKER])
    press = f"/cases/{world.ours.case.reference}/status-link", {"once": "a-key-of-the-form"}
    first, again = desk.press(*press), desk.press(*press)
    found = re.search(r"/s/([\w-]{43})", first.text)
    assert found is not None
    assert "X-Shown-Once" not in first.headers
    assert found[1] not in again.text and "shown once" in again.text
    with world.database.read(world.ours.office.id) as session:
        kept = session.exec(select(OnceKey)).all()
    assert kept and all(found[1].encode() not in (row.answer or b"") for row in kept)


def test_the_office_is_told_of_a_locked_link_on_the_case_and_by_mail(
    app: FastAPI, browser: TestClient, token: str, world: World
) -> None:
    with world.database.write(world.ours.office.id) as session:
        session.exec(select(Channel)).one().mode = ChannelMode.FULL
    desk = Desk(app).sit(world.ours.people[Role.CASEWORKER])
    url = f"/cases/{world.ours.case.reference}"
    assert "Somebody tried the status link" not in desk.get(url).text
    for _ in range(6):
        browser.post(f"/s/{token}", data={"check": "ZZ99 9ZZ"})
    assert "Somebody tried the status link" in desk.get(url).text
    with world.database.read(world.ours.office.id) as session:
        mails = session.exec(select(Delivery).where(Delivery.purpose == "notice")).all()
    assert [mail.recipients for mail in mails] == [[world.ours.people[Role.MANAGER].email]]
    assert desk.press(f"{url}/status-link/clear").status_code == 303
    assert "Somebody tried the status link" not in desk.get(url).text
