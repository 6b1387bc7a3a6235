"""Being called by Microsoft: one subscription, renewed, made again when it is gone, never needed."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.contract import WebhookRejected, WebhookRequest
from connectors.email.graph.cursor import Cursor, Watch, dump, parse
from connectors.email.graph.notifications import answer
from connectors.email.graph.settings import NOTIFICATION_SECRET
from connectors.email.graph.subscribing import Subscriber
from connectors.keys import InMemory
from tests.connectors.microsoft365 import MAILBOX, SECRETS, Account
from tests.rigs.platforms import Platform, platform
from tests.rigs.product import until


class Door:
    """A place that Microsoft can call, as the web process would be."""

    def __init__(self, kept: InMemory) -> None:
        self.kept = kept
        self.answers: list[int] = []
        self.hints = 0
        door = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers.get("content-length") or 0)
                status, body = door.hear(urlsplit(self.path).query, self.rfile.read(size))
                self.send_response(status)
                self.send_header("content-type", "text/plain")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/webhooks/microsoft365/1"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def hear(self, query: str, body: bytes) -> tuple[int, bytes]:
        asked = {name: values[-1] for name, values in parse_qs(query).items()}
        try:
            told = answer(WebhookRequest("POST", {}, asked, body), secret_in(self.kept))
        except WebhookRejected:
            self.answers.append(403)
            return 403, b""
        self.hints += told.hint
        self.answers.append(told.status)
        return told.status, told.body

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def secret_in(kept: InMemory) -> str | None:
    held: list[str | None] = []
    kept.renew(NOTIFICATION_SECRET, lambda stored: held.append(stored))  # type: ignore[func-returns-value]
    return held[0]


@pytest.fixture(scope="module")
def graph() -> Iterator[Platform]:
    with platform("graph") as running:
        yield running


@pytest.fixture
def account(graph: Platform) -> Account:
    graph.order("_reset")
    graph.order("_mailbox", mailbox=MAILBOX)
    return Account(graph)


@pytest.fixture
def door() -> Iterator[Door]:
    made = Door(InMemory(SECRETS))
    yield made
    made.stop()


class Keeping:
    """A subscriber with a clock of the test's own."""

    def __init__(self, account: Account, door: Door) -> None:
        self.moment = datetime.now(UTC)
        self.account, self.door = account, door
        self.cursor, self.notices = Cursor(), list[str]()
        self.subscriber = self.restarted()

    def restarted(self) -> Subscriber:
        channel = self.account.channel()
        return Subscriber(
            channel.settings, channel._graph, self.door.kept, self.door.url, lambda: self.moment
        )

    def look(self, **later: float) -> Watch | None:
        self.moment += timedelta(**later)
        self.cursor = parse(dump(self.subscriber.keep(self.cursor, self.notices)))
        return self.cursor.watch

    def there(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.account.state()["subscriptions"]
        return found


@pytest.fixture
def keeping(account: Account, door: Door) -> Keeping:
    return Keeping(account, door)


def test_a_subscription_is_made_once_with_a_secret_of_its_own_and_both_addresses(keeping: Keeping) -> None:
    for _ in range(3):
        assert keeping.look() is not None
    [there] = keeping.there()
    assert there["clientState"] == secret_in(keeping.door.kept)
    assert there["notificationUrl"] == there["lifecycleNotificationUrl"] == keeping.door.url
    assert len(str(there["clientState"])) > 30
    assert keeping.door.answers == [200]  # each address is asked once


def test_mail_that_comes_is_a_hint(keeping: Keeping) -> None:
    keeping.look()
    keeping.account.deliver()
    until(lambda: keeping.door.hints == 1)


def test_it_is_renewed_long_before_it_ends_also_after_a_restart(keeping: Keeping) -> None:
    first = keeping.look()
    keeping.subscriber = keeping.restarted()
    second = keeping.look(hours=13)
    assert first is not None
    assert second is not None
    assert (first.id, first.until < second.until) == (second.id, True)
    assert len(keeping.there()) == 1


def test_one_that_is_gone_is_made_again_soon_after_microsoft_says_so(keeping: Keeping) -> None:
    first = keeping.look()
    keeping.account.platform.order("_lifecycle", event="subscriptionRemoved")
    until(lambda: keeping.door.hints == 1)
    assert keeping.there() == []
    keeping.subscriber.doubt()
    second = keeping.look(minutes=2)
    assert first is not None
    assert second is not None
    assert first.id != second.id
    assert [one["id"] for one in keeping.there()] == [second.id]


def test_one_that_ended_while_we_were_away_is_made_again(keeping: Keeping) -> None:
    first = keeping.look()
    keeping.account.platform.order("_clock", offset=9 * 86400)
    second = keeping.look(days=9)
    assert first is not None
    assert second is not None
    assert first.id != second.id


def test_a_hint_for_each_mail_does_not_renew_it_each_time(keeping: Keeping) -> None:
    keeping.look()
    for _ in range(20):
        keeping.subscriber.doubt()
        keeping.look(seconds=1)
    assert [one["method"] for one in keeping.account.asked("/subscriptions")] == ["POST"]


def test_a_new_address_of_ours_gets_a_subscription_of_its_own(keeping: Keeping) -> None:
    keeping.look()
    other = Door(keeping.door.kept)
    keeping.door = other
    keeping.subscriber = keeping.restarted()
    watch = keeping.look()
    other.stop()
    assert watch is not None
    assert watch.url == other.url


def test_an_address_that_microsoft_cannot_reach_is_a_notice_once_and_no_failure(keeping: Keeping) -> None:
    keeping.door.stop()
    assert keeping.look() is None
    keeping.look()
    keeping.look(hours=2)
    assert len(keeping.notices) == 1
    assert "will not call us" in keeping.notices[0]
    assert len(keeping.account.asked("/subscriptions")) == 2


def test_microsoft_having_no_time_is_not_even_a_notice(keeping: Keeping) -> None:
    keeping.account.platform.order("_faults", on="POST /v1.0/subscriptions", act="status", status=503)
    assert keeping.look() is None
    assert keeping.notices == []


def test_without_an_address_nothing_is_asked(account: Account) -> None:
    account.channel().fetch(None)
    assert account.asked("/subscriptions") == []


@pytest.mark.parametrize(("url", "asks"), [
    ("http://inbox.example/webhooks/microsoft365/1", 0), ("http://127.0.0.1:9/webhooks/microsoft365/1", 1),
    ("https://inbox.example/webhooks/microsoft365/1", 1),
])  # fmt: skip
def test_microsoft_is_only_given_an_address_it_would_call(account: Account, url: str, asks: int) -> None:
    body = {"error": {"code": "ValidationError", "message": "unreachable"}}
    account.platform.order("_faults", on="POST /v1.0/subscriptions", act="status", status=400, body=body)
    account.channel(around={"webhook_url": url}).fetch(None)
    assert len(account.asked("/subscriptions")) == asks


def test_what_microsoft_is_asked_for_is_the_main_folder_of_this_mailbox(keeping: Keeping) -> None:
    keeping.look()
    [asked] = keeping.account.asked("/subscriptions")
    wanted = json.loads(asked["body"])
    assert wanted["resource"] == f"users/{MAILBOX}/mailFolders('inbox')/messages"
    assert 'IdType="ImmutableId"' in asked["headers"]["prefer"]
