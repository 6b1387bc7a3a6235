"""Looking whether an answer left costs as reading does: it stops at the cap and pays for nothing twice."""

import json
from datetime import UTC, datetime

import httpx
import pytest

from connectors.contract import Boundless, OutboundMessage, TemporaryFailure
from connectors.x.api import Api
from connectors.x.sending import LOOKED_THROUGH, Sender
from connectors.x.spending import Purse


class Spending(Boundless):
    """Remembers what was spent."""

    def __init__(self, dollars: float) -> None:
        self.dollars = dollars

    def spent(self, name: str) -> float:
        return self.dollars

    def spend(self, name: str, dollars: float) -> None:
        self.dollars += dollars


class SignedIn:
    """A sign-in that always holds."""

    def __call__(self) -> str:
        return "token"

    def forget(self) -> None:
        return None


class Conversation:
    """X as it lists a conversation of which nothing is ours."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        number = int(request.url.params["max_results"])
        told = [{"id": str(10**18 + one), "text": "hello", "sender_id": "42"} for one in range(number)]
        return httpx.Response(200, json={"data": told})


def sender(budget: Boundless, there: Conversation) -> Sender:
    """As after each look: made anew."""
    client = httpx.Client(transport=httpx.MockTransport(there))
    return Sender("150", Api("https://x.example", client, SignedIn(), budget), Purse(budget, 5.0))


def unknown() -> OutboundMessage:
    request = {
        "limit": "dm_send", "path": "/2/dm_conversations/with/5/messages", "body": {"text": "We asked."},
        "written_at": datetime.now(UTC).isoformat(),
    }  # fmt: skip
    return OutboundMessage("ours@office", ("5",), "", json.dumps(request).encode())


def test_nothing_is_looked_for_past_the_cap() -> None:
    budget, there = Spending(4.999), Conversation()
    with pytest.raises(TemporaryFailure, match="stops for today"):
        sender(budget, there).evidence(unknown())
    assert (there.asked, budget.dollars) == (0, 4.999)


def test_a_look_reads_no_more_than_the_rest_of_the_money_pays() -> None:
    budget = Spending(4.97)
    sender(budget, Conversation()).evidence(unknown())
    assert budget.dollars == pytest.approx(5.0)


def test_what_was_read_once_today_is_paid_once() -> None:
    budget, there = Spending(0.0), Conversation()
    for _ in range(5):
        sender(budget, there).evidence(unknown())
    assert there.asked == 5
    assert budget.dollars == pytest.approx(LOOKED_THROUGH * 0.010)
