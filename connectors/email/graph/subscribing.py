"""Asks Microsoft to call us when mail comes, and sees to it that it goes on calling.

A call only says "look": the list by delta is the truth, and is asked for regularly in any case. So a
subscription that cannot be had is a notice, never a failure.
"""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from connectors.contract import ConnectorFailure, KeptSecrets, PermanentFailure, TemporaryFailure
from connectors.email.graph.api import Graph
from connectors.email.graph.cursor import Cursor, Watch
from connectors.email.graph.settings import NOTIFICATION_SECRET, GraphSettings

LIFE = timedelta(days=6)
"""Graph gives mail at most seven days."""
CONFIRM_AFTER = timedelta(hours=12)
"""Each renewal also proves again that we may read (Graph asks for it by `reauthorizationRequired`)."""
DOUBT_AFTER = timedelta(minutes=1)
"""A call may say that it was the last: then the subscription is confirmed soon, but not for each call."""
RETRY_AFTER = timedelta(hours=1)


class Subscriber:
    """Keeps one subscription to the main folder. What it knows of it lies in the cursor."""

    def __init__(
        self, settings: GraphSettings, graph: Graph, kept: KeptSecrets, url: str | None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        self._settings = settings
        self._graph = graph
        self._kept = kept
        self._url = url
        self._now = now
        self._is_doubted = False

    def doubt(self) -> None:
        """The platform called: news, or the end of the subscription. It is confirmed with the next look."""
        self._is_doubted = True

    def keep(self, cursor: Cursor, notices: list[str]) -> Cursor:
        """The cursor with a subscription that holds, if one can be had. Never raises for Microsoft's no."""
        now = self._now()
        if self._url is None or not self._is_due(cursor, now):
            return cursor
        self._is_doubted = False
        try:
            return replace(cursor, watch=self._hold(cursor.watch, now), watch_failed=None)
        except TemporaryFailure:
            self._is_doubted = True
            return cursor if cursor.watch else replace(cursor, watch_failed=now.isoformat())
        except ConnectorFailure as failure:
            if cursor.watch_failed is None:
                notices.append(f"Microsoft 365 will not call us when mail comes: {failure.reason}")
            return replace(cursor, watch=None, watch_failed=now.isoformat())

    def _is_due(self, cursor: Cursor, now: datetime) -> bool:
        """Whether to confirm it now, or to try again to have one."""
        watch = cursor.watch
        if watch is None or watch.url != self._url:
            failed = cursor.watch_failed
            return failed is None or now >= _moment(failed) + RETRY_AFTER
        age = now - _moment(watch.confirmed)
        return age >= CONFIRM_AFTER or (self._is_doubted and age >= DOUBT_AFTER)

    def _hold(self, watch: Watch | None, now: datetime) -> Watch:
        """The subscription renewed; a new one where it is gone or leads elsewhere."""
        if watch is None or watch.url != self._url:
            return self._create(now)
        until = _stamp(now + LIFE)
        wanted = {"expirationDateTime": until}
        try:
            self._graph.ask("PATCH", f"/subscriptions/{quote(watch.id)}", json=wanted)
        except PermanentFailure:
            return self._create(now)
        return replace(watch, until=until, confirmed=now.isoformat())

    def _create(self, now: datetime) -> Watch:
        until, url = _stamp(now + LIFE), str(self._url)
        wanted = {
            "changeType": "created",
            "notificationUrl": url,
            "lifecycleNotificationUrl": url,
            "resource": f"{self._settings.user[1:]}/mailFolders('{self._settings.folders[0][0]}')/messages",
            "expirationDateTime": until,
            "clientState": self._secret(),
        }
        made = self._graph.ask("POST", "/subscriptions", json=wanted).json
        return Watch(str(made.get("id", "")), url, until, now.isoformat())

    def _secret(self) -> str:
        """What Microsoft shows us with each call; made once and kept with the channel's secrets."""
        held = list[str]()

        def use(stored: str | None) -> str | None:
            held.append(stored or secrets.token_urlsafe(32))
            return None if stored else held[0]

        self._kept.renew(NOTIFICATION_SECRET, use)
        return held[0]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
