"""The X channel: reads mentions and direct messages, hears of them by webhook, answers those who asked."""

import weakref
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import ClassVar

from connectors import http
from connectors.contract import (
    Attachment,
    Batch,
    Checked,
    Form,
    KeptSecrets,
    Letter,
    Limits,
    News,
    OutboundMessage,
    RawArrival,
    RemoteFile,
    SentReceipt,
    SignsIn,
    Surroundings,
    WebhookAnswer,
    WebhookRequest,
)
from connectors.keys import InMemory, Key
from connectors.oauth import OAuthClient, TokenProvider
from connectors.x import files, sending, understanding
from connectors.x import settings as x_settings
from connectors.x.api import Api
from connectors.x.checking import check
from connectors.x.collecting import Collector
from connectors.x.consent import XConsent
from connectors.x.hearing import Ear
from connectors.x.registration import Registration
from connectors.x.sending import Sender
from connectors.x.settings import XSettings

_TIMEOUT = 30.0


class XChannel:
    """Everything of the contract but KeepsCopies, for one account."""

    KEYS: ClassVar[Mapping[str, Key]] = x_settings.KEYS
    CONSENT: ClassVar[type[SignsIn]] = XConsent
    limits: Limits = Limits(
        characters=None, attachment_bytes=0, recipients=1, subject=False, forms=(Form.MESSAGE, Form.POST)
    )

    def __init__(self, given: XSettings, kept: KeptSecrets, around: Surroundings) -> None:
        self.settings = given
        self.poll_seconds = given.poll_seconds
        self._client = http.client(around.allow_private, timeout=_TIMEOUT)
        self._tokens = _tokens(_who(given), kept, around.allow_private)
        self._api = Api(given.base_url, self._client, self._tokens, around.budget)
        self._registration = Registration(given, self._api)
        self._collector = Collector(given, self._api, around.budget, self._registration)
        self._ear = Ear(given.user_id, given.consumer_secret)
        self._sender = Sender(given.user_id, self._api, self._collector.purse)

    @classmethod
    def from_settings(
        cls, settings: Mapping[str, str], secrets: Mapping[str, str], around: Surroundings
    ) -> "XChannel":
        """A channel from what a person typed. Connects to nothing. Raises PermanentFailure in plain words."""
        given = x_settings.parse(settings, secrets, allow_private=around.allow_private)
        return cls(given, around.kept or InMemory(secrets), around)

    @staticmethod
    def account_of(settings: Mapping[str, str]) -> str:
        """The account's number: its name can change."""
        return settings.get("user_id", "").strip()

    def fetch(self, cursor: str | None) -> Batch:
        return self._collector.fetch(cursor)

    def acknowledge(self, arrivals: Sequence[RawArrival]) -> None:
        """X is told nothing."""

    def wait(self, seconds: float) -> bool:
        return self._collector.wait(seconds)

    def close(self) -> None:
        self._collector.close()
        self._client.close()

    def receive(self, request: WebhookRequest) -> WebhookAnswer:
        return self._ear.receive(request)

    def download(self, file: RemoteFile) -> Attachment:
        return files.download(file, self._client, self.settings.base_url, self._tokens)

    def check(self) -> Sequence[Checked]:
        self._tokens.forget()  # what is tested is what was typed last
        return list(check(self.settings, self._api, self._registration, self._collector.purse))

    @staticmethod
    def understand(arrival: RawArrival) -> News:
        return understanding.understand(arrival)

    def read(self, arrival: RawArrival) -> News:
        return understanding.understand(arrival)

    @staticmethod
    def compose(letter: Letter) -> bytes:
        return sending.compose(letter)

    @staticmethod
    def problems(letter: Letter, now: datetime) -> Sequence[str]:
        return sending.problems(letter)

    def send(self, message: OutboundMessage, *, committing: Callable[[], None]) -> SentReceipt:
        return self._sender.send(message, committing=committing)

    @staticmethod
    def advice(letter: Letter, now: datetime) -> Sequence[str]:
        return sending.advice(letter)

    def evidence(self, message: OutboundMessage) -> SentReceipt | None:
        """Looks among what the account said for these very words. Raises like `fetch`."""
        return self._sender.evidence(message)


def _who(given: XSettings) -> OAuthClient:
    return OAuthClient(
        f"{given.base_url}/2/oauth2/token", given.client_id, given.client_secret, for_person=True, basic=True
    )


@lru_cache(maxsize=256)
def _tokens(who: OAuthClient, kept: KeptSecrets, allow_private: frozenset[str]) -> TokenProvider:
    """One provider per account, however often it is opened: collecting and sending share its token."""
    client = http.client(allow_private)
    made = TokenProvider(who, kept, client)
    weakref.finalize(made, client.close)
    return made
