"""A Microsoft 365 mailbox with the whole program: called when mail comes, answered where it was asked."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.connectors.microsoft365 import MAILBOX, SECRETS, Account, settings_at
from tests.rigs.forks import Forks
from tests.rigs.platforms import platform
from tests.rigs.product import Product, installed, until


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    with platform("graph") as running:
        running.order("_mailbox", mailbox=MAILBOX)
        yield Account(running)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, account: Account, forks: Forks) -> Iterator[Product]:
    """An office with the mailbox connected and running. It looks by itself only every half minute."""
    with installed(tmp_path_factory.mktemp("home"), forks=forks, INBOX_LEASE_SECONDS="60") as made:
        office = made.office()
        made.tell("office", "set", "--office", office, "undo_seconds=0")
        made.person(office, "priya@wexcombe.example", "Priya Nair")
        _connect(made, office, account)
        made.serve()
        until(lambda: account.state()["subscriptions"])
        yield made


def test_mail_is_announced_becomes_a_case_and_is_answered(account: Account, product: Product) -> None:
    priya = product.client(product.token("rowan-ashby-mp", "priya@wexcombe.example"))
    account.deliver("My bins were not emptied.", subject="Bins", message_id="<first@example.net>")
    case = until(lambda: _only(priya, "/cases"), seconds=20)
    _reply(priya, case["reference"], "We have asked the council.")
    until(lambda: len(account.left()) == 2)
    assert "In-Reply-To: <first@example.net>" in account.left()[-1]["mime"]


def test_a_call_without_our_secret_is_refused(account: Account, product: Product) -> None:
    [held] = account.state()["subscriptions"]
    assert held["notificationUrl"] == held["lifecycleNotificationUrl"]
    forged = {"value": [{"clientState": "guessed", "subscriptionId": held["id"]}]}
    true = {"value": [{"clientState": held["clientState"], "subscriptionId": held["id"]}]}
    until(lambda: httpx.post(held["notificationUrl"], json=true).status_code == 202)
    assert httpx.post(held["notificationUrl"], json=forged).status_code == 403


def test_the_channel_is_tested_in_words(account: Account, product: Product) -> None:
    said = product.tell("channel", "test", "--office", "rowan-ashby-mp", "--name", "Outlook")
    assert 'Open the folder "inbox"' in said


def _connect(product: Product, office: str, account: Account) -> str:
    given = {**settings_at(account.platform.url), "poll_seconds": "3600"}
    pairs = [part for key, value in given.items() for part in ("--set", f"{key}={value}")]
    where = ("--office", office, "--name", "Outlook")
    secret = SECRETS["client_secret"]
    added = product.tell(
        "channel", "add", "microsoft365", *where, *pairs, "--json", INBOX_CHANNEL_CLIENT_SECRET=secret
    )
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
