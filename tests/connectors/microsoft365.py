"""A Microsoft 365 mailbox at the stand-in, and channels that are connected to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.contract import KeptSecrets, Surroundings
from connectors.email.graph.channel import Microsoft365Channel
from connectors.standins.graph.sign_in import CLIENT_ID, CLIENT_SECRET
from tests.rigs.platforms import Platform

MAILBOX = "office@ashby.example"
LOOPBACK = frozenset({"127.0.0.1", "localhost"})


def settings_at(url: str) -> dict[str, str]:
    return {
        "mailbox": MAILBOX, "tenant_id": "tenant-1", "client_id": CLIENT_ID, "base_url": url,
        "since": "2026-01-01",
    }  # fmt: skip


SECRETS = {"client_secret": CLIENT_SECRET}


@dataclass
class Account:
    """The mailbox, from its people's side and from ours."""

    platform: Platform
    kept: KeptSecrets | None = None

    def channel(
        self, secrets: Mapping[str, str] = SECRETS, *, patience: float = 5,
        around: Mapping[str, Any] | None = None, **changes: str,
    ) -> Microsoft365Channel:  # fmt: skip
        """A channel as after a restart of the program: it remembers nothing."""
        surroundings = Surroundings(LOOPBACK, patience=patience, kept=self.kept, **(around or {}))
        return Microsoft365Channel.from_settings(
            settings_at(self.platform.url) | changes, secrets, surroundings
        )

    def deliver(self, text: str = "The wall is wet.", **given: Any) -> list[str]:
        """Mail arrives; the immutable ids."""
        ids: list[str] = self.platform.order("_deliver", mailbox=MAILBOX, text=text, **given)["ids"]
        return ids

    def left(self) -> list[dict[str, Any]]:
        """What was sent, oldest first."""
        found: list[dict[str, Any]] = self.platform.client.get(f"{self.platform.url}/_left").json()
        return found

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.platform.client.get(f"{self.platform.url}/_state").json()
        return found

    def asked(self, pattern: str = "") -> list[dict[str, Any]]:
        """The requests whose path holds `pattern`."""
        return [one for one in self.platform.log() if pattern in one["path"]]
