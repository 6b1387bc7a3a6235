"""The Microsoft 365 channel: collects, understands and sends mail by Microsoft Graph."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar
from urllib.parse import quote, urlsplit

from connectors.contract import (
    Batch,
    Checked,
    ConnectorFailure,
    DeliveryReport,
    Echo,
    KeptSecrets,
    Letter,
    Limits,
    News,
    OutboundMessage,
    PermanentFailure,
    RawArrival,
    SentReceipt,
    SignsIn,
    Surroundings,
    TemporaryFailure,
    WebhookAnswer,
    WebhookRequest,
)
from connectors.email import understanding
from connectors.email.graph import cursor as cursors
from connectors.email.graph import notifications, outgoing
from connectors.email.graph import settings as graph_settings
from connectors.email.graph.api import Graph, NotThere, line
from connectors.email.graph.collecting import GraphMailbox
from connectors.email.graph.consent import GraphConsent
from connectors.email.graph.sending import ADDRESSES, GraphSender
from connectors.email.graph.settings import GraphSettings
from connectors.email.graph.subscribing import Subscriber
from connectors.guard import is_named
from connectors.keys import InMemory, Key


class Microsoft365Channel:
    """Polls, Receives, Reads, Composes, Sends and Tests of the contract, for one mailbox."""

    KEYS: ClassVar[Mapping[str, Key]] = graph_settings.KEYS
    CONSENT: ClassVar[type[SignsIn]] = GraphConsent
    limits: Limits = GraphSender.limits

    def __init__(self, given: GraphSettings, graph: Graph, kept: KeptSecrets, around: Surroundings) -> None:
        self.settings = given
        self.poll_seconds = given.poll_seconds
        self._graph = graph
        self._mailbox = GraphMailbox(given, graph)
        self._sender = GraphSender(given.user, graph, around.patience, around.hooks)
        self._subscriber = Subscriber(given, graph, kept, _callable_at(around))
        self._closing = threading.Event()
        self._said = set[str]()

    @classmethod
    def from_settings(
        cls, settings: Mapping[str, str], secrets: Mapping[str, str], around: Surroundings
    ) -> "Microsoft365Channel":
        """A channel from what a person typed. Connects to nothing. Raises PermanentFailure in plain words."""
        given = graph_settings.parse(settings, secrets, allow_private=around.allow_private)
        kept = around.kept or InMemory(secrets)
        shared = line(given.oauth, given.mailbox, kept, around.allow_private)
        return cls(given, Graph(given.base_url, shared, around.budget), kept, around)

    @staticmethod
    def account_of(settings: Mapping[str, str]) -> str:
        """The mailbox."""
        return settings.get("mailbox", "").strip().lower()

    def fetch(self, cursor: str | None) -> Batch:
        """The next messages of all folders. A missing second folder is a notice, once.

        One that fails for now takes nothing back from those before it, where there was something to read.
        """
        self._closing.clear()
        self._graph.hold_back()
        known = cursors.parse(cursor)
        places, arrivals, notices = dict(known.folders), list[RawArrival](), list[str]()
        more = False
        for folder, hints in self.settings.folders:
            try:
                found = self._mailbox.look(folder, hints, places.get(folder, cursors.Place()))
            except NotThere as failure:
                self._missing(folder, failure, notices)
                continue
            except TemporaryFailure:
                if not arrivals:
                    raise
                more = True  # what was read is kept first; the next look begins with what failed
                break
            places[folder] = found.place
            arrivals += found.arrivals
            notices += found.notices
            more = more or found.more
        done = self._subscriber.keep(replace(known, folders=places), notices)
        return Batch(tuple(arrivals), cursors.dump(done), more, tuple(notices))

    def acknowledge(self, arrivals: Sequence[RawArrival]) -> None:
        """Nothing is changed in the mailbox: how far it was read is ours to know."""

    def wait(self, seconds: float) -> bool:
        """A sleep that `close` ends; hints come to the web process."""
        self._closing.wait(seconds)
        return False

    def close(self) -> None:
        """Ends any wait. The connections are the account's, and stay."""
        self._closing.set()

    def hinted(self) -> None:
        """Microsoft called: perhaps to say that it will not call again."""
        self._subscriber.doubt()

    def receive(self, request: WebhookRequest) -> WebhookAnswer:
        """See `notifications.answer`. Raises WebhookRejected."""
        return notifications.answer(request, self.settings.notification_secret)

    def send(self, message: OutboundMessage, *, committing: Callable[[], None]) -> SentReceipt:
        return self._sender.send(message, committing=committing)

    def evidence(self, message: OutboundMessage) -> SentReceipt | None:
        return self._sender.evidence(message)

    def read(self, arrival: RawArrival) -> News:
        """What the mail says to this mailbox; see `understand`."""
        told = {"own_addresses": self.settings.mailbox, "authserv_id": self.settings.authserv_id or ""}
        return self.understand(replace(arrival, hints={**told, **arrival.hints}))

    @staticmethod
    def understand(arrival: RawArrival) -> News:
        """As mail by any road; its writers are reached by email. Raises Unreadable.

        What was sent and carries our own id is an echo of ours, also where Microsoft gave it another id.
        """
        news = understanding.understand(arrival)
        if isinstance(news, DeliveryReport):
            return news
        message = replace(news, reached_by=ADDRESSES)
        ours = outgoing.our_id(arrival.raw) if arrival.hints.get("direction") == "outbound" else None
        return Echo(message, ours) if ours else message

    @staticmethod
    def formatted(raw: bytes) -> str | None:
        """See `understanding.formatted`."""
        return understanding.formatted(raw)

    @staticmethod
    def compose(letter: Letter) -> bytes:
        return outgoing.compose(letter)

    def check(self) -> Sequence[Checked]:
        """Tries to sign in and to open each folder named in the settings."""
        self._graph.forget_sign_in()
        steps = list[Checked]()
        for folder, _ in self.settings.folders:
            step = f'Open the folder "{folder}"'
            try:
                shown = self._graph.get(f"{self.settings.user}/mailFolders/{quote(folder, safe='')}")
                steps.append(Checked(step, True, f"{shown.get('totalItemCount', 'some')} messages"))
            except ConnectorFailure as failure:
                steps.append(Checked(step, False, failure.reason))
        return steps

    def _missing(self, folder: str, failure: NotThere, notices: list[str]) -> None:
        words = f'the mailbox has no folder "{folder}"; check the channel settings. {failure.reason}'
        if folder == self.settings.folders[0][0]:
            raise PermanentFailure(words)
        if words not in self._said:
            notices.append(words)
        self._said.add(words)


def _callable_at(around: Surroundings) -> str | None:
    """Where Microsoft can call us: it calls by https only; a stand-in on our own machine by either."""
    url = around.webhook_url
    if url is None or url.startswith("https://"):
        return url
    return url if is_named(urlsplit(url).hostname or "", around.allow_private) else None
