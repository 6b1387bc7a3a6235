"""The Microsoft 365 channel passes the one contract suite."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from connectors.contract import (
    ConnectorFailure,
    OutboundMessage,
    OutcomeUnknown,
    PermanentFailure,
    WebhookAnswer,
    WebhookRejected,
    WebhookRequest,
)
from connectors.email.graph.channel import Microsoft365Channel
from connectors.email.graph.notifications import answer
from tests.connectors.contract_suite import (
    ChecksContract,
    PollingRig,
    PollsContract,
    ReceivesContract,
    ReceivingRig,
    SendingRig,
    SendsContract,
)
from tests.connectors.mail import a_mail, an_outbound
from tests.connectors.microsoft365 import MAILBOX, SECRETS, Account
from tests.rigs.platforms import Platform, platform

SECRET = "what only Microsoft and we know"
SEND = r"POST /v1\.0/users/[^/]+/messages/[^/]+/send"


@pytest.fixture(scope="module")
def graph() -> Iterator[Platform]:
    with platform("graph") as running:
        yield running


@dataclass
class GraphRig(PollingRig, SendingRig):
    account: Account

    def channel(self) -> Microsoft365Channel:
        return self.account.channel(patience=0.5)

    def deliver(self, text: bytes) -> None:
        self.account.platform.order("_deliver", mailbox=MAILBOX, mime=a_mail(body=text.decode()).decode())

    def break_next_fetch(self) -> None:
        self.account.platform.order("_faults", on="GET .*/delta", act="drop")

    def message(self) -> OutboundMessage:
        return an_outbound()

    def left(self) -> int:
        return len(self.account.left())

    def fail_next(self, failure: type[ConnectorFailure]) -> None:
        if failure is OutcomeUnknown:
            self.account.platform.order("_faults", on=SEND, act="slow", seconds=2)
        else:
            status = 400 if failure is PermanentFailure else 429
            self.account.platform.order("_faults", on=SEND, act="status", status=status)


@dataclass
class CallsRig(ReceivingRig):
    """Microsoft signs nothing: each item shows a secret, and is only a hint."""

    is_signed = False

    def channel(self) -> Microsoft365Channel:
        return Account(Platform("http://127.0.0.1:9", None)).channel(  # type: ignore[arg-type]
            {**SECRETS, "notification_secret": SECRET}
        )

    def call(self, number: int) -> WebhookRequest:
        return called(item(number))

    def forged(self, number: int) -> WebhookRequest:
        return called(item(number, "another secret"))

    def mixed(self, number: int) -> WebhookRequest:
        return called(7, item(number, "another secret"), item(number))

    def handshake(self) -> tuple[WebhookRequest, bytes]:
        token = "Validation: Testing reachability: 1+1 & <b>"
        return WebhookRequest("POST", {}, {"validationToken": token}, b""), token.encode()


def item(number: int, secret: str = SECRET) -> dict[str, Any]:
    return {
        "subscriptionId": "s-1", "clientState": secret, "changeType": "created", "tenantId": "t",
        "resource": f"Users/u/Messages/{number}", "resourceData": {"id": str(number)},
    }  # fmt: skip


def called(*items: object) -> WebhookRequest:
    headers = {"content-type": "application/json; charset=utf-8"}
    return WebhookRequest("POST", headers, {}, json.dumps({"value": items}).encode())


class TestGraph(PollsContract, SendsContract, ChecksContract):
    @pytest.fixture
    def rig(self, graph: Platform) -> GraphRig:
        graph.order("_reset")
        graph.order("_mailbox", mailbox=MAILBOX)
        return GraphRig(Account(graph))


class TestCalls(ReceivesContract):
    @pytest.fixture
    def rig(self) -> CallsRig:
        return CallsRig()


@pytest.mark.parametrize(
    "event", ["reauthorizationRequired", "subscriptionRemoved", "missed", "not known yet"]
)
def test_whatever_befalls_the_subscription_is_a_hint(event: str) -> None:
    told = {"subscriptionId": "s-1", "clientState": SECRET, "lifecycleEvent": event}
    assert answer(called(told), SECRET) == WebhookAnswer(202, hint=True)


def test_before_there_is_a_secret_microsoft_is_asked_to_come_again() -> None:
    assert answer(called(item(1)), None) == WebhookAnswer(503)


def test_a_handshake_by_get_or_with_a_book_in_it_is_refused() -> None:
    for method, token in (("GET", "x"), ("POST", "x" * 5000)):
        with pytest.raises(WebhookRejected):
            answer(WebhookRequest(method, {}, {"validationToken": token}, b""), SECRET)


@pytest.mark.parametrize("state", ["\ud800", "é", 7, None, ["s"]])
def test_a_secret_that_nobody_can_write_down_is_a_wrong_one(state: object) -> None:
    body = json.dumps({"value": [{"clientState": state}]}).encode()
    with pytest.raises(WebhookRejected):
        answer(WebhookRequest("POST", {}, {}, body), SECRET)
