"""A Page's private message becomes a case at once, and the answer leaves by the same road."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.standins.facebook import state
from tests.rigs.facebook import WORD, Facebook, facebook
from tests.rigs.forks import Forks
from tests.rigs.product import Product, installed, until

PERSON = "6780462125377510"


@pytest.fixture
def page() -> Iterator[Facebook]:
    with facebook() as running:
        yield running


@pytest.fixture
def product(tmp_path: Path, page: Facebook, forks: Forks) -> Iterator[Product]:
    """An office with the Page connected and running; Facebook calls it."""
    with installed(tmp_path / "home", forks=forks) as made:
        office = made.office()
        made.tell("office", "set", "--office", office, "undo_seconds=0")
        made.person(office, "priya@wexcombe.example", "Priya Nair")
        channel = _connect(made, office, page)
        made.serve()
        hooked = page.platform.order(
            "_webhook", url=f"{made.url}/webhooks/facebook/{channel}", verify_token=WORD
        )
        assert hooked["status"] == 200, hooked
        until(lambda: page.state()["subscribed_fields"])
        yield made


def test_a_message_becomes_a_case_and_the_reply_comes_back_as_delivered(
    page: Facebook, product: Product
) -> None:
    priya = product.client(product.token("rowan-ashby-mp", "priya@wexcombe.example"))
    page.says(
        PERSON, "Caf\u00e9 closed, \u00a340 owed: https://example.org/a. Please help", name="Donna Fretwell"
    )
    case = until(lambda: _only(priya, "/cases"))
    message = _items(priya, f"/cases/{case['reference']}/messages")[0]
    assert message["text"] == "Caf\u00e9 closed, \u00a340 owed: https://example.org/a. Please help"

    _reply(priya, case["reference"], "We have asked the council.")
    until(lambda: len(page.sent()) == 2)
    sent = page.sent()  # two senders are at work, so either may leave first
    assert "We have asked the council." in sent
    assert any(case["reference"] in one for one in sent)
    page.platform.order("_receipt", person=PERSON)
    until(lambda: {one["state"] for one in _items(priya, "/deliveries")} == {"delivered"})
    assert len(_items(priya, f"/cases/{case['reference']}/messages")) == 3


def _connect(product: Product, office: str, page: Facebook) -> str:
    pairs = [part for key, value in page.settings.items() for part in ("--set", f"{key}={value}")]
    where = ("--office", office, "--name", "Page")
    added = product.tell(
        "channel", "add", "facebook", *where, *pairs, "--json",
        INBOX_CHANNEL_ACCESS_TOKEN=state.PAGE_TOKEN, INBOX_CHANNEL_APP_SECRET=state.APP_SECRET,
        INBOX_CHANNEL_VERIFY_TOKEN=WORD,
    )  # fmt: skip
    product.tell("channel", "mode", "full", *where, "--reason", "connected")
    return str(json.loads(added)["id"])


def _items(client: httpx.Client, path: str) -> list[Any]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def _only(client: httpx.Client, path: str) -> Any:
    items = _items(client, path)
    return items[0] if len(items) == 1 else None


def _reply(client: httpx.Client, reference: str, text: str) -> None:
    draft = client.post(f"/cases/{reference}/drafts", json={}).json()
    saved = client.patch(
        f"/drafts/{draft['id']}", headers={"If-Match": f'"{draft["version"]}"'}, json={"text": text}
    ).json()
    approved = client.post(
        f"/drafts/{draft['id']}/approve", headers={"If-Match": f'"{saved["version"]}"'}, json={}
    )
    assert approved.status_code == 200, approved.text
