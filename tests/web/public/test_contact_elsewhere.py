"""The form in a frame of a listed site, and as JSON from an office's own site."""

import io
from typing import Any

import pytest

from inbox.history import OPERATOR
from inbox.models import Attachment, Office
from inbox.settings import Settings
from inbox.sign_in import tokens
from tests.web.desks import World
from tests.web.public.visitors import DONNA, FormOffice, fields_of, reference_in

SITE = "https://rowanashby.example"
WHOLE = {
    "message": "black mould all over the kids room", "name": "Donna Fretwell", "postcode": "ZZ10 4AB",
    "reply_by": "email", "email": "donna@example.org", "share": True,
}  # fmt: skip


@pytest.fixture
def place(world: World, settings: Settings) -> FormOffice:
    return FormOffice(world, settings)


def test_the_frame_is_one_page_without_cookies_that_only_listed_sites_may_show(place: FormOffice) -> None:
    donna = place.visitor()
    page = donna.get(donna.at("embed"))
    assert f"frame-ancestors {SITE};" in page.headers["content-security-policy"]
    place.later(30)
    sent = donna.post(donna.at("embed"), data=fields_of(page.text) | DONNA)
    assert sent.status_code == 200, sent.text
    assert f"frame-ancestors {SITE};" in sent.headers["content-security-policy"]
    assert "set-cookie" not in {*page.headers, *sent.headers}
    again = donna.post(donna.at("embed"), data=fields_of(page.text) | DONNA)
    assert reference_in(sent.text) == reference_in(again.text)
    place.work()
    [(_, case, _)] = place.heard()
    assert case.reference == reference_in(sent.text)


def test_what_is_wrong_in_the_frame_comes_back_with_what_was_typed(place: FormOffice) -> None:
    donna = place.visitor()
    page = donna.get(donna.at("embed")).text
    wrong = donna.post(donna.at("embed"), data=fields_of(page) | DONNA | {"name": "", "share": ""})
    assert wrong.status_code == 422
    assert wrong.text.count("Enter your name") >= 2
    assert DONNA["message"] in wrong.text
    place.later(30)
    sent = donna.post(donna.at("embed"), data=fields_of(wrong.text) | DONNA)
    assert sent.status_code == 200


def test_the_frame_takes_files(place: FormOffice) -> None:
    donna = place.visitor()
    page = donna.get(donna.at("embed")).text
    place.later(30)
    files = [("files", ("mould.png", io.BytesIO(b"\x89PNG\r\n\x1a\n..."), "image/png"))]
    assert donna.post(donna.at("embed"), data=fields_of(page) | DONNA, files=files).status_code == 200
    place.work()
    assert "mould.png" in [one.filename for one in place.all(Attachment)]


def test_a_quick_or_forged_frame_waits(place: FormOffice) -> None:
    donna = place.visitor()
    hidden = fields_of(donna.get(donna.at("embed")).text)
    asked = donna.post(donna.at("embed"), data=hidden | DONNA)
    assert (asked.status_code, "One moment" in asked.text) == (422, True)
    forged = donna.post(donna.at("embed"), data=hidden | DONNA | {"ticket": "A" * 90})
    assert forged.status_code == 422
    place.later(25)
    assert donna.post(donna.at("embed"), data=fields_of(asked.text) | DONNA).status_code == 200


def test_without_listed_sites_there_is_no_frame(place: FormOffice) -> None:
    with place.database.write() as session:
        row = session.get(Office, place.office.id)
        assert row is not None
        row.embed_sites = None
        session.add(row)
    donna = place.visitor()
    assert donna.get(donna.at("embed")).status_code == 404
    assert donna.post(donna.at("embed"), data=DONNA).status_code == 404


def submit(place: FormOffice, body: Any, **headers: str) -> Any:
    return place.visitor().post(f"/contact/{place.office.slug}.json", json=body, headers=headers)


def test_a_program_sends_once_for_one_key_and_gets_reference_and_link(place: FormOffice) -> None:
    first = submit(place, WHOLE, **{"Idempotency-Key": "one"})
    assert first.status_code == 201, first.text
    again = submit(place, WHOLE, **{"Idempotency-Key": "one"})
    assert first.json() == again.json()
    assert submit(place, WHOLE | {"name": "Other"}, **{"Idempotency-Key": "one"}).status_code == 422
    place.work()
    [(_, case, _)] = place.heard()
    assert case.reference == first.json()["reference"]
    assert first.json()["status_link"].startswith("http://127.0.0.1/s/")
    assert first.json()["mail_follows"] is True


@pytest.mark.parametrize(
    "change",
    [
        {"unknown": 1}, {"message": ""}, {"message": "x" * 20_001}, {"postcode": "nowhere"}, {"postcode": ""},
        {"email": "a@b, c@d"}, {"email": ""}, {"reply_by": "pigeon"}, {"share": "maybe"}, {"name": 7},
    ],
)  # fmt: skip
def test_a_program_that_sends_nonsense_is_told_which_field(place: FormOffice, change: dict[str, Any]) -> None:
    answer = submit(place, WHOLE | change)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == next(iter(change))


def test_only_listed_sites_may_send_from_their_pages(place: FormOffice) -> None:
    allowed = submit(place, WHOLE, Origin=SITE)
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (201, SITE)
    for origin in ("https://evil.example", "null", SITE + ".evil.example"):
        refused = submit(place, WHOLE, Origin=origin)
        assert refused.status_code == 403
        assert "access-control-allow-origin" not in refused.headers


def test_a_browser_may_ask_first_at_this_address_and_at_no_other(place: FormOffice) -> None:
    path = f"/contact/{place.office.slug}.json"
    donna = place.visitor()
    asked = donna.options(path, headers={"Origin": SITE, "Access-Control-Request-Method": "POST"})
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (204, SITE)
    assert donna.options(path, headers={"Origin": "https://evil.example"}).status_code == 403
    assert donna.options(f"/contact/{place.office.slug}").status_code == 405
    assert donna.options("/api/v1/cases").status_code == 405


def test_a_program_without_a_token_is_held_to_the_quota_of_its_network(place: FormOffice) -> None:
    answers = [submit(place, WHOLE | {"email": f"p{n}@example.org"}) for n in range(12)]
    assert [answer.status_code for answer in answers] == [201] * 10 + [429] * 2
    assert answers[-1].headers["retry-after"] == "3600"
    with place.database.write(place.office.id) as session:
        _, token = tokens.add(
            session, None, "Own site", tokens.Scope.WRITE, actor=OPERATOR, now=place.settings.now()
        )
    trusted = submit(place, WHOLE | {"email": "p99@example.org"}, Authorization=f"Bearer {token}")
    assert trusted.status_code == 201
    assert submit(place, WHOLE, Authorization="Bearer nonsense").status_code == 403


def test_a_closed_form_takes_no_json(place: FormOffice) -> None:
    place.set(mode="off")
    assert submit(place, WHOLE).status_code == 409


def test_a_form_that_sends_people_elsewhere_says_so_in_json_too(place: FormOffice) -> None:
    place.set(mode="redirect", redirect_words="Write to Priya Nair MP instead.")
    answer = submit(place, WHOLE)
    told = answer.json()
    assert (answer.status_code, told["title"]) == (409, "This form is closed")
    assert told["detail"].startswith("Write to Priya Nair MP instead.")
