"""An MP's office and a department beside it on one installation: a mail to both, and a wall between."""

from typing import Any

import httpx

from tests.rigs.dovecot import PASSWORD
from tests.rigs.places import Place, mailbox_of
from tests.rigs.product import until

ROADS = b"""From: Donna Fretwell <donna@example.org>\r
To: casework@example.org, roads@example.org\r
Subject: The road at Quarry Lane ZZ10 4AB\r
Message-ID: <road-1@example.org>\r
\r
Dear both, the road at Quarry Lane has been closed since May. Donna Fretwell\r
"""


def test_a_mail_to_both_is_a_case_of_each_and_neither_can_reach_the_others(place: Place) -> None:
    product, dovecot = place.product, place.dovecot
    department = product.office("Department of Roads", "department")
    product.tell("office", "set", "--office", department, "undo_seconds=0")
    user = dovecot.add_user("roads@example.org")
    product.mailbox(department, password=PASSWORD, **mailbox_of(dovecot, place.sink, user))
    desks: dict[str, httpx.Client] = {}
    for office, role in ((place.office, "caseworker"), (department, "official")):
        email = f"{role}@{office}.example"
        product.person(office, email, role.title(), role)
        desks[office] = product.client(product.token(office, email))
    product.serve()
    dovecot.deliver(ROADS)
    dovecot.deliver(ROADS, user=user)
    cases = {office: until(lambda desk=desk: _only_case(desk)) for office, desk in desks.items()}  # type: ignore[misc]
    until(lambda: len(place.sink.messages) == 2, seconds=60)

    references = {case["reference"] for case in cases.values()}
    assert len(references) == 2
    for office, desk in desks.items():
        theirs = next(case for name, case in cases.items() if name != office)
        their_desk = next(one for name, one in desks.items() if name != office)
        message = _items(their_desk, f"/cases/{theirs['reference']}/messages")[0]
        for path in (
            f"/cases/{theirs['reference']}", f"/cases/{theirs['reference']}/messages",
            f"/cases/{theirs['reference']}/events", f"/cases/{theirs['reference']}/decision",
            f"/messages/{message['id']}/raw",
        ):  # fmt: skip
            assert desk.get(path).status_code == 404, path
            assert their_desk.get(path).status_code == 200, path
        noted = desk.post(f"/cases/{theirs['reference']}/notes", json={"text": "hello"})
        assert noted.status_code == 404
        assert [one["name"] for one in _items(desk, "/channels")] == ["Mail"]
        assert len(_items(desk, "/arrivals")) == 1
        assert len(_items(desk, "/deliveries")) == 1
        assert [hit["reference"] for hit in _items(desk, "/search?q=Quarry")] == [cases[office]["reference"]]


def _only_case(client: httpx.Client) -> Any:
    items = _items(client, "/cases")
    return items[0] if len(items) == 1 else None


def _items(client: httpx.Client, path: str) -> list[Any]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])
