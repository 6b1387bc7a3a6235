"""Values that no form would send, wherever the REST interface takes one: refused, never a 500."""

import base64
import json
import time
from typing import Any

import pytest
from starlette.testclient import TestClient

from inbox.models import Role
from tests.security.places import Bureau, Place, if_match

IN_ADDRESSES = ("%00", "a%00b", "%ff", "%ED%A0%80", "9" * 300, "-1", "'; select pg_sleep(9)--", "%0d%0aX: y",
                "..%2f..%2fetc", '"(*', "NEAR(", "x" * 400, "null", "1e400", "%F0%9F%92%A9")  # fmt: skip
KEYS: tuple[Any, ...] = (
    ["abc"], ["a\0b"], [10**30], [-1], [True], [1, 2, 3], [], [None], {}, 5, ["\ud800"], [2**63],
    ["all", "0001-01-01T00:00:00+23:59", "x"], ["all", "9999-12-31T23:59:59-23:59", "x"],
    ["to-sort", 1, "0001-01-01T00:00:00+23:00", "x"], ["to-sort", 2**40, "2026-01-01T00:00:00+00:00", "x"],
)  # fmt: skip
WORDS = ("\0", "a\0b", "\ud800", "\r\nBcc: evil@example.net", "x" * 499, "\u202egpj.exe", "\u200b",
         "é@example.org",
         "\x1b[31m", "{{7*7}}", "x@" + "y" * 400 + ".org", "@", "﷽" * 160)  # fmt: skip
QUERIES = (
    "view",
    "q",
    "status",
    "kind",
    "channel",
    "topic",
    "priority",
    "flag",
    "campaign",
    "limit",
    "state",
)
NOT_ONE_ADDRESS = (
    "a@example.org,b@example.org", "a@example.org;b@example.org", "a@example.org>", "A <a@example.org>",
    "a b@example.org", '"a"@example.org', "a@b@example.org", "a@example",
    "a@example.org\r\nBcc: b@example.net",
    f"{'x' * 65}@example.org", f"a@{'y' * 250}.org",
)  # fmt: skip


def cursor(keys: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(keys).encode()).decode().rstrip("=")


def sent(client: TestClient, method: str, path: str, body: Any, **headers: str) -> Any:
    """Sends `body` as JSON, half surrogate pairs and all."""
    content = json.dumps(body).encode()
    answer = client.request(
        method, f"/api/v1{path}", content=content, headers={"Content-Type": "application/json", **headers}
    )
    assert answer.status_code < 500, (method, path, str(body)[:80], answer.status_code)
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
    return answer


@pytest.fixture
def ours(place_on_each: Place) -> Bureau:
    return place_on_each.ours


def test_no_query_and_no_cursor_breaks_a_list(ours: Bureau) -> None:
    client, reference = ours.as_(Role.MANAGER), ours.new_case()["reference"]
    lists = ["/cases", "/search", "/arrivals", "/deliveries", f"/cases/{reference}/messages",
             f"/cases/{reference}/events", f"/cases/{reference}/drafts"]  # fmt: skip
    begun = time.monotonic()
    for path in lists:
        asked = [
            f"{name}={value}" for name in QUERIES for value in IN_ADDRESSES if path == "/cases" or name == "q"
        ]
        views = ("all", "to-sort", "mine", "sending") if path == "/cases" else ("",)
        asked += [f"cursor={cursor(keys)}&view={view}" for keys in KEYS for view in views]
        asked += [f"cursor={word}" for word in ("a" * 512, "====", "%E2%82%AC", "%00")]
        for query in asked:
            answer = client.get(f"/api/v1{path}?{query}")
            assert answer.status_code in (200, 404, 422, 429), (path, query, answer.status_code)
    assert time.monotonic() - begun < 120


def test_no_id_in_a_path_breaks_a_route(ours: Bureau) -> None:
    client = ours.as_(Role.MANAGER)
    for word in IN_ADDRESSES:
        for path in ("cases/{}", "cases/{}/messages", "messages/{}", "messages/{}/raw", "attachments/{}",
                     "drafts/{}", "deliveries/{}"):  # fmt: skip
            assert client.get(f"/api/v1/{path.format(word)}").status_code == 404, (path, word)
        for path in ("undo/{}", "arrivals/{}/retry", "deliveries/{}/stop", "deliveries/{}/retry",
                     "drafts/{}/submit", "drafts/{}/approve", "cases/x/matches/{}/accept"):  # fmt: skip
            answer = client.post(f"/api/v1/{path.format(word)}", headers={"If-Match": '"1"'})
            assert answer.status_code == 404, (path, word, answer.status_code)


def test_no_word_in_a_body_breaks_a_write(ours: Bureau) -> None:
    client, case = ours.as_(Role.MANAGER), ours.new_case()
    path, draft = f"/cases/{case['reference']}", ours.new_draft(case["reference"])
    for word in WORDS:
        for name in ("name", "contact", "postcode", "subject", "text"):
            made = sent(client, "POST", "/cases", {"name": "A", "text": "b", name: word})
            if made.status_code == 201:
                sent(client, "POST", f"/cases/{made.json()['reference']}/drafts", {"text": "x"})
        sent(client, "POST", f"{path}/notes", {"text": word})
        version = if_match(client.get(f"/api/v1{path}").json())
        for body in ({"assignee": word}, {"team": word}):
            sent(client, "POST", f"{path}/assign", body, **version)
        for body in ({"note": word, "flags": []}, {"outcome": word}, {"status": word}, {"priority": word}):
            sent(client, "POST", f"{path}/status", body, **version)
        for name in ("body", "address", "question"):
            asked = {"body": "B", "address": "b@example.org", "question": "q", name: word}
            sent(client, "POST", f"{path}/enquiries", asked)
        for name in ("text", "subject", "identity", "recipients", "attachments"):
            value = [word] if name in ("recipients", "attachments") else word
            answer = sent(client, "PATCH", f"/drafts/{draft['id']}", {name: value}, **if_match(draft))
            draft = answer.json() if answer.status_code == 200 else draft
        sent(client, "POST", f"{path}/drafts", {"template": word})
        sent(client, "POST", f"/drafts/{draft['id']}/approve", {"digest": word}, **if_match(draft))
        sent(client, "POST", "/triage/preview", {"messages": [{"text": word, "from_handle": word}]})


@pytest.mark.parametrize("address", NOT_ONE_ADDRESS)
def test_a_recipient_is_one_address_or_refused(place: Place, address: str) -> None:
    draft = place.ours.new_draft(place.ours.new_case()["reference"])
    answer = sent(
        place.ours.as_(), "PATCH", f"/drafts/{draft['id']}", {"recipients": [address]}, **if_match(draft)
    )
    assert answer.status_code == 422
    made = sent(place.ours.as_(), "POST", "/cases", {"name": "A", "text": "b", "contact": address})
    assert made.status_code == 422


@pytest.mark.parametrize(
    "moment",
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", 10**15, -(10**15)],
)
def test_a_time_at_the_ends_of_the_calendar_is_refused(place: Place, moment: Any) -> None:
    client = place.ours.as_()
    assert (
        sent(client, "POST", "/cases", {"name": "A", "text": "b", "received_at": moment}).status_code == 422
    )
    preview = {"messages": [{"text": "please help within 5 days", "received": moment}]}
    assert sent(client, "POST", "/triage/preview", preview).status_code == 422


@pytest.mark.parametrize("days", [10**30, -1, 0, 2**63, 1.5, "x", None])
def test_a_number_of_days_that_makes_no_sense_is_refused(ours: Bureau, days: Any) -> None:
    path = f"/cases/{ours.new_case()['reference']}/enquiries"
    body = {"body": "B", "address": "b@example.org", "question": "q", "working_days": days}
    assert sent(ours.as_(), "POST", path, body).status_code == 422


BOMBS = {
    "deep list": b"[" * 400_000,
    "deep object": b'{"a":' * 150_000,
    "long number": b"1" * 900_000,
    "many wrong items": b'{"recipients":[' + b"1," * 400_000 + b"1]}",
    "many unknown fields": b"{" + b",".join(b'"k%d":1' % n for n in range(60_000)) + b"}",
    "not utf-8": b"\xff\xfe{}",
    "not a number": b'{"text":NaN}',
    "nothing": b"",
    "over a megabyte": b'{"text":"' + b"x" * 1_100_000 + b'"}',
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_body_that_is_a_bomb_is_refused_in_few_words(place: Place, bomb: str) -> None:
    draft = place.ours.new_draft(place.ours.new_case()["reference"])
    headers = {"Content-Type": "application/json", **if_match(draft)}
    for method, path in (("PATCH", f"drafts/{draft['id']}"), ("POST", "cases"), ("POST", "triage/preview")):
        begun = time.process_time()
        answer = place.ours.as_().request(method, f"/api/v1/{path}", content=BOMBS[bomb], headers=headers)
        assert 400 <= answer.status_code < 500, (path, answer.status_code)
        assert len(answer.content) < 10_000
        assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    "field", ["office_id", "role", "roles", "approved_by", "sent_at", "id", "state", "version"]
)
def test_a_field_that_is_not_the_callers_to_set_is_refused(place: Place, field: str) -> None:
    ours, client = place.ours, place.ours.as_()
    case = ours.new_case()
    draft = ours.new_draft(case["reference"])
    more = {field: "x"}
    for method, path, body in (
        ("POST", "/cases", {"name": "A", "text": "b"}),
        ("POST", f"/cases/{case['reference']}/notes", {"text": "b"}),
        ("POST", f"/cases/{case['reference']}/assign", {"team": None}),
        ("POST", f"/cases/{case['reference']}/status", {"priority": "low"}),
        ("POST", f"/cases/{case['reference']}/drafts", {"text": "b"}),
        ("PATCH", f"/drafts/{draft['id']}", {"text": "b"}),
        ("POST", f"/drafts/{draft['id']}/approve", {}),
    ):
        assert sent(client, method, path, body | more, **if_match(case)).status_code == 422, path
    assert client.get(f"/api/v1/drafts/{draft['id']}").json() == draft


def test_ids_of_the_other_office_inside_a_body_are_like_ids_of_nobody(place: Place) -> None:
    ours, theirs = place.ours, place.theirs
    case = ours.new_case()
    draft = ours.new_draft(case["reference"])
    stranger = theirs.people[Role.MANAGER]
    for theirs_or_nobodys in (stranger.email, stranger.id, "nobody@example.org"):
        path, version = f"/cases/{case['reference']}/assign", if_match(case)
        answer = sent(ours.as_(), "POST", path, {"assignee": theirs_or_nobodys}, **version)
        assert (answer.status_code, answer.json()["detail"]) == (422, "Nobody here has that address.")
        change = {"identity": theirs_or_nobodys}
        answer = sent(ours.as_(), "PATCH", f"/drafts/{draft['id']}", change, **if_match(draft))
        assert (answer.status_code, answer.json()["detail"]) == (422, "Nobody here has that address.")


def test_an_address_that_the_other_office_holds_is_a_new_person_here(place: Place) -> None:
    theirs = place.theirs.new_case(contact="shared@example.org", name="Secret Name", postcode="ZZ10 4AB")
    ours = place.ours.new_case(contact="shared@example.org", name="Donna Fretwell")
    assert ours["constituent"]["name"] == "Donna Fretwell"
    assert ours["constituent"]["postcode"] is None
    assert place.theirs.cases()[0] == theirs
