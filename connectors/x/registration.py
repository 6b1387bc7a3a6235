"""Keeps X calling us: the webhook registered and valid, its subscriptions there, what was missed replayed.

https://docs.x.com/x-api/activity/introduction
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.contract import ConnectorFailure, PermanentFailure
from connectors.x import fields
from connectors.x.api import Answer, Api, InvalidRequest
from connectors.x.cursor import Cursor
from connectors.x.settings import XSettings

WANTED = (
    "post.mention.create", "post.reply.create", "post.quote.create", "post.create", "post.delete",
    "dm.received", "dm.sent", "dm.read", "chat.received", "oauth.revoke",
)  # fmt: skip
"""What we want to be told of."""
UPKEEP_EVERY = timedelta(minutes=10)
REPLAY_REACHES = timedelta(hours=24)
_WORDS = {
    "CrcValidationFailed": "X called the webhook address and got a wrong answer: is consumer_secret right?",
    "UrlValidationFailed": "X does not take the webhook address: it must be https, without a port",
    "DuplicateUrlFailed": "another app has registered this webhook address already",
    "WebhookLimitExceeded": "the app has as many webhooks as it may have: remove one in X's console",
}


class Registration:
    """The webhook of one channel at X. Does nothing where no webhook_url and bearer_token are given."""

    def __init__(self, given: XSettings, api: Api) -> None:
        self._url = given.webhook_url
        self._bearer = given.bearer_token
        self._account = given.user_id
        self._api = api

    @property
    def is_wanted(self) -> bool:
        return self._url is not None and self._bearer is not None

    def keep(self, last_heard: datetime | None, now: datetime, *, was_away: bool) -> None:
        """Registers, checks again, subscribes. What X told nobody since `last_heard`, because it found us
        invalid or we were away, is told again.

        Raises ConnectorFailure: then X does not call, and only asking tells what is new.
        """
        webhook = self._registered()
        webhook_id = fields.must_have_id(webhook)
        was_valid = webhook.get("valid") is True
        if not was_valid:
            self._call("PUT", f"/2/webhooks/{webhook_id}")
        self._subscribe(webhook_id)
        if last_heard is not None and (was_away or not was_valid):
            self._replay(webhook_id, last_heard, now)

    def state(self) -> tuple[bool, str]:
        """Whether X calls us, and how the webhook is in words. Changes nothing."""
        webhook = self._find()
        if webhook is None:
            return False, "not registered yet; the worker registers it within ten minutes"
        if webhook.get("valid") is not True:
            return False, "registered, but X finds it invalid; the worker asks X to look again"
        return True, "registered and valid"

    def _registered(self) -> dict[str, Any]:
        found = self._find()
        if found is not None:
            return found
        return fields.unwrapped(dict(self._call("POST", "/2/webhooks", {"url": self._url}).body))

    def _find(self) -> dict[str, Any] | None:
        answer = self._api.get("webhooks", "/2/webhooks", {}, bearer=self._bearer)
        return next((one for one in fields.objects(answer.data) if one.get("url") == self._url), None)

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Answer:
        try:
            return self._api.change("webhooks", method, path, body, bearer=self._bearer)
        except InvalidRequest as refusal:
            for name, words in _WORDS.items():
                if name in refusal.words:
                    raise PermanentFailure(words) from None
            raise

    def _subscribe(self, webhook_id: str) -> None:
        """Each kind of event by itself, in the account's name: some are private."""
        there = {
            one.get("event_type")
            for one in self._subscriptions()
            if fields.id_of(one.get("filter") or {}, "user_id") == self._account
        }
        for event_type in WANTED:
            if event_type not in there:
                wish = {
                    "event_type": event_type, "filter": {"user_id": self._account}, "webhook_id": webhook_id,
                }  # fmt: skip
                self._api.change("subscriptions", "POST", "/2/activity/subscriptions", wish)

    def _subscriptions(self) -> Sequence[dict[str, Any]]:
        answer = self._api.get("subscriptions", "/2/activity/subscriptions", {}, bearer=self._bearer)
        return list(fields.objects(answer.data))

    def _replay(self, webhook_id: str, since: datetime, now: datetime) -> None:
        begin = max(since, now - REPLAY_REACHES + timedelta(minutes=1))
        times = {"from_date": f"{begin:%Y%m%d%H%M}", "to_date": f"{now:%Y%m%d%H%M}"}
        self._api.change(
            "replay", "POST", "/2/webhooks/replay", {"webhook_id": webhook_id, **times}, bearer=self._bearer
        )


def upkeep(registration: Registration, cursor: Cursor, now: datetime) -> tuple[str, ...]:
    """Keeps X calling, now and then. A failure is said once: asking goes on without it."""
    since = now.timestamp() - cursor.upkept
    if not registration.is_wanted or since < UPKEEP_EVERY.total_seconds():
        return ()
    last_heard = datetime.fromtimestamp(cursor.upkept, UTC) if cursor.upkept else None
    try:
        registration.keep(last_heard, now, was_away=since > 2 * UPKEEP_EVERY.total_seconds())
    except ConnectorFailure as failure:
        words = f"X does not call this channel, which asks by itself instead: {failure.reason}"
        is_known, cursor.told_of_webhook = words == cursor.told_of_webhook, words
        return () if is_known else (words,)
    cursor.upkept, cursor.told_of_webhook = now.timestamp(), ""
    return ()
