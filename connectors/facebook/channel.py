"""The Facebook channel: is called and looks, understands, sends, hides, fetches files, tests itself."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from connectors.contract import (
    Attachment,
    Batch,
    Checked,
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
from connectors.facebook import checking, composing, files, profiles, sending, webhook
from connectors.facebook import settings as facebook_settings
from connectors.facebook.consent import FacebookConsent
from connectors.facebook.graph import Graph
from connectors.facebook.polling import Poller
from connectors.facebook.reading import understand
from connectors.facebook.settings import FacebookSettings
from connectors.keys import Key


class FacebookChannel:
    """Polls, Receives, Reads, Composes, Judges, Sends, Downloads, Hides, Introduces and Tests: one Page."""

    KEYS: ClassVar[Mapping[str, Key]] = facebook_settings.KEYS
    CONSENT: ClassVar[type[SignsIn]] = FacebookConsent
    limits: Limits = composing.LIMITS

    def __init__(self, given: FacebookSettings, around: Surroundings) -> None:
        self.settings = given
        self.poll_seconds: float = given.poll_seconds
        self._graph = Graph(given, around.budget, min(around.patience, 30))
        self._poller = Poller(given, self._graph)

    @classmethod
    def from_settings(
        cls, settings: Mapping[str, str], secrets: Mapping[str, str], around: Surroundings
    ) -> "FacebookChannel":
        """A channel from what a person typed. Connects to nothing. Raises PermanentFailure."""
        return cls(facebook_settings.parse(settings, secrets, around.allow_private), around)

    @staticmethod
    def account_of(settings: Mapping[str, str]) -> str:
        """The Page's number."""
        return settings.get("page_id", "").strip()

    def receive(self, request: WebhookRequest) -> WebhookAnswer:
        return webhook.receive(self.settings, request)

    def fetch(self, cursor: str | None) -> Batch:
        return self._poller.fetch(cursor)

    def acknowledge(self, arrivals: Sequence[RawArrival]) -> None:
        """Facebook is told nothing: what was seen here stays unread in the Page's own inbox."""

    def wait(self, seconds: float) -> bool:
        return self._poller.wait(seconds)

    def close(self) -> None:
        self._poller.close()
        self._graph.close()

    @staticmethod
    def understand(arrival: RawArrival) -> News:
        return understand(arrival)

    def read(self, arrival: RawArrival) -> News:
        return understand(arrival)

    @staticmethod
    def compose(letter: Letter) -> bytes:
        return composing.compose(letter)

    @staticmethod
    def problems(letter: Letter, now: datetime) -> Sequence[str]:
        return composing.problems(letter, now)

    @staticmethod
    def advice(letter: Letter, now: datetime) -> Sequence[str]:
        return composing.advice(letter, now)

    def send(self, message: OutboundMessage, *, committing: Callable[[], None]) -> SentReceipt:
        return sending.send(self._graph, self.settings, message, committing)

    def evidence(self, message: OutboundMessage) -> SentReceipt | None:
        return sending.evidence(self._graph, self.settings, message)

    def download(self, file: RemoteFile) -> Attachment:
        return files.download(self.settings, file)

    def hide(self, external_id: str, *, is_hidden: bool) -> None:
        sending.hide(self._graph, external_id, is_hidden=is_hidden)

    def names_of(self, addresses: Sequence[str]) -> Mapping[str, str]:
        """Who people are, where Facebook says it. Raises as `Graph.get`, where it cannot be asked now."""
        return profiles.names(self._graph, addresses)

    def check(self) -> Sequence[Checked]:
        return checking.check(self._graph, self.settings)
