"""A council at the stand-in, and channels that are connected to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.contract import Form, Handle, Letter, OutboundMessage, SentBefore, Surroundings
from connectors.open311.council import CouncilChannel
from connectors.standins.open311 import API_KEY, JURISDICTION
from tests.rigs.platforms import Platform

LOOPBACK = frozenset({"127.0.0.1", "localhost"})
SECRETS = {"api_key": API_KEY}


def settings_at(url: str) -> dict[str, str]:
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    return {
        "base_url": url, "jurisdiction_id": JURISDICTION, "council": "Wexcombe Council",
        "email": "office@ashby.example", "name": "Office of Rowan Ashby", "since": yesterday,
    }  # fmt: skip


def a_letter(
    text: str = "Deep hole by the bus stop.", *, message_id: str = "one@ashby.example", **told: str
) -> Letter:
    return Letter(
        message_id=message_id, sender=Handle("Office", "office@ashby.example"),
        recipients=(Handle("", "wexcombe"),), subject="Pothole: Mill Lane", text=text, date=datetime.now(UTC),
        form=Form.REPORT, told={"service_code": "POT", "address": "Mill Lane", **told},
    )  # fmt: skip


def an_outbound(text: str = "Deep hole by the bus stop.", **given: str) -> OutboundMessage:
    letter = a_letter(text, **given)
    return OutboundMessage(letter.message_id, ("wexcombe",), "", CouncilChannel.compose(letter))


@dataclass
class Council:
    """The council from its own side and from ours. `sent` is what our outbox knows to have left."""

    platform: Platform
    sent: list[SentBefore] = field(default_factory=list)
    opened: list[CouncilChannel] = field(default_factory=list)

    def channel(self, *, patience: float = 5, **changes: str) -> CouncilChannel:
        """A channel as after a restart of the program: it remembers nothing."""
        around = Surroundings(LOOPBACK, patience=patience, sent=self._sent)
        made = CouncilChannel.from_settings(settings_at(self.platform.url) | changes, SECRETS, around)
        self.opened.append(made)
        return made

    def close(self) -> None:
        for one in self.opened:
            one.close()

    def _sent(self) -> Sequence[SentBefore]:
        return tuple(self.sent)

    def hand_on(self, **given: str) -> str:
        """A fault that left and is followed from now on; the council's number."""
        message = an_outbound(**given)
        receipt = self.channel().send(message, committing=lambda: None)
        self.follows(message.message_id, receipt.external_id)
        return receipt.external_id

    def follows(self, message_id: str, external_id: str | None) -> None:
        self.sent.insert(0, SentBefore(message_id, external_id, datetime.now(UTC)))

    def reports(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.platform.client.get(f"{self.platform.url}/_reports").json()
        return found

    def quirks(self, **quirks: bool) -> None:
        self.platform.order("_quirks", **quirks)
