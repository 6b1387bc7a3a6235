"""A Facebook Page of one's own: the stand-in as a process, and a channel that is connected to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from connectors.contract import Boundless, Budget, Surroundings
from connectors.facebook.channel import FacebookChannel
from connectors.standins.facebook import state
from connectors.standins.facebook.calling import body_of, signed
from tests.rigs.platforms import Platform, platform

WORD = "a word of our own"
SECRETS = {"access_token": state.PAGE_TOKEN, "app_secret": state.APP_SECRET, "verify_token": WORD}
HERE = frozenset({"127.0.0.1"})


@dataclass(frozen=True, slots=True)
class Facebook:
    """A Page and everybody who writes to it."""

    platform: Platform
    opened: list[FacebookChannel] = field(default_factory=list)

    @property
    def settings(self) -> dict[str, str]:
        return {"page_id": state.PAGE, "app_id": state.APP, "base_url": self.platform.url}

    def channel(self, *, budget: Budget | None = None, **more: str) -> FacebookChannel:
        """A channel as after a restart of the program."""
        around = Surroundings(allow_private=HERE, patience=3, budget=budget or Boundless())
        self.opened.append(FacebookChannel.from_settings({**self.settings, **more}, SECRETS, around))
        return self.opened[-1]

    def clear(self) -> None:
        """As on the first day."""
        self.close()
        self.platform.order("_clock", offset=0)
        self.platform.order("_reset")

    def close(self) -> None:
        while self.opened:
            self.opened.pop().close()

    def says(self, person: str, text: str, **more: Any) -> str:
        return str(self.platform.order("_say", **{"from": person, "text": text, **more})["mid"])

    def comments(self, on: str, person: str, text: str, **more: Any) -> str:
        return str(self.platform.order("_comment", about=on, **{"from": person, "text": text, **more})["id"])

    def posts(self, text: str, **more: Any) -> str:
        return str(self.platform.order("_post", text=text, **more)["id"])

    def fails(self, on: str, **error: Any) -> None:
        """The next request that matches is refused with this error of the Graph API."""
        body = {"error": {"message": "as ordered", "type": "OAuthException", **error}}
        self.platform.order("_faults", on=on, act="status", status=400, body=body)

    def state(self) -> Any:
        return self.platform.order("_state")

    def sent(self) -> list[str]:
        """What the Page said, privately and in public."""
        told = self.state()
        private = [one for said in told["conversations"].values() for one in said]
        return [one["message"] for one in (*private, *told["comments"]) if one["from"]["id"] == state.PAGE]


def call_of(*entries: Any) -> tuple[bytes, dict[str, str]]:
    """A webhook call as Facebook makes it: body and headers."""
    body = body_of(*entries)
    return body, signed(body)


@contextmanager
def facebook() -> Iterator[Facebook]:
    with platform("facebook") as running:
        page = Facebook(running)
        yield page
        page.close()
