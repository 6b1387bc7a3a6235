"""Webhooks of version 2 and the activity interface: challenges, subscriptions, signed events, replay.

POST /_deliver     {"times": 3, "reversed": true}: everything again
POST /_invalidate  webhooks turn invalid
POST /_webhook     {"url": …}: registered there and subscribed to everything, as the office could itself
quirks: "reads" (people read what we write), "holds_events" (told to nobody, but replayed), "old_webhooks"
(the older form), "odd_samples" (negative event ids, users wrapped in {"data": …})
"""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

from connectors.standins.server import Asked, Refusal, Route, Told
from connectors.standins.x import words
from connectors.standins.x.signing_in import CONSUMER_SECRET
from connectors.standins.x.state import OFFICE_ID, OFFICE_NAME, Direct, Post, iso, problem
from connectors.standins.x.writing import Writing

PRIVATE_TYPES = ("dm.", "chat.", "oauth.")
MOST_REPLAYED_HOURS = 24
EVENT_TYPES = (
    "post.mention.create", "post.reply.create", "post.quote.create", "post.create", "post.delete",
    "dm.received", "dm.sent", "dm.read", "chat.received", "chat.sent",
)  # fmt: skip


class Activity(Writing):
    """What X tells without being asked."""

    def activity_routes(self) -> list[tuple[str, str, Route]]:
        return [
            ("POST", "/2/webhooks", self._register),
            ("GET", "/2/webhooks", self._webhooks),
            ("PUT", r"/2/webhooks/(\d+)", self._check_again),
            ("DELETE", r"/2/webhooks/(\d+)", self._unregister),
            ("POST", "/2/webhooks/replay", self._replay),
            ("POST", "/2/activity/subscriptions", self._subscribe),
            ("GET", "/2/activity/subscriptions", self._subscriptions),
            ("PUT", r"/2/activity/subscriptions/(\d+)", self._resubscribe),
            ("DELETE", r"/2/activity/subscriptions/(\d+)", self._unsubscribe),
            ("POST", "/_deliver", self._deliver),
            ("POST", "/_webhook", self._call_here),
            ("POST", "/_invalidate", self._invalidate),
        ]

    # --- webhooks

    def _register(self, asked: Asked) -> Told:
        self._app(asked)
        headers, url = self.count("webhooks"), asked.json["url"]
        if any(one["url"] == url for one in self.webhooks.values()):
            raise _failed("DuplicateUrlFailed")
        if not self._passes(url):
            raise _failed("CrcValidationFailed")
        webhook = {"id": self.new_id(), "url": url, "valid": True, "created_at": iso(self.now())}
        self.webhooks[webhook["id"]] = webhook
        return Told({"data": webhook}, headers=headers)

    def _webhooks(self, asked: Asked) -> Told:
        self._app(asked)
        found = list(self.webhooks.values())
        body: dict[str, Any] = {"meta": {"result_count": len(found)}}
        return Told(body | ({"data": found} if found else {}), headers=self.count("webhooks"))

    def _check_again(self, asked: Asked) -> Told:
        self._app(asked)
        headers, webhook = self.count("webhooks"), self._webhook(asked.args[0])
        webhook["valid"] = self._passes(webhook["url"])
        if not webhook["valid"]:
            raise _failed("CrcValidationFailed")
        return Told({"data": {"valid": True}}, headers=headers)

    def _unregister(self, asked: Asked) -> Told:
        self._app(asked)
        self.webhooks.pop(asked.args[0], None)
        return Told({"data": {"deleted": True}}, headers=self.count("webhooks"))

    def _webhook(self, webhook_id: str) -> dict[str, Any]:
        if webhook_id not in self.webhooks:
            raise problem(404, "Not Found Error", "Could not find the webhook.", "resource-not-found")
        return self.webhooks[webhook_id]

    def _app(self, asked: Asked) -> None:
        """Webhooks belong to the app, not to a person."""
        if self.anybody(asked):
            raise problem(
                403, "Unsupported Authentication", "Use the app's own token.", "unsupported-authentication"
            )

    def _passes(self, url: str) -> bool:
        """The challenge, with the answer that only the secret's owner can give."""
        token = self.secret("challenge")
        status, said = self.call(f"{url}?crc_token={token}", b"", {}, method="GET")
        try:
            answer = json.loads(said)["response_token"]
        except (ValueError, KeyError, TypeError):
            return False
        return status == 200 and answer == _proof(token.encode())

    # --- subscriptions

    def _subscribe(self, asked: Asked) -> Told:
        wish: dict[str, Any] = asked.json
        if wish["event_type"].startswith(PRIVATE_TYPES):
            self.person(asked)
        else:
            self.anybody(asked)
        headers = self.count("subscriptions")
        made = {"subscription_id": self.new_id(), **wish}
        self.subscriptions[made["subscription_id"]] = made
        return Told({"data": {"subscription_id": made["subscription_id"]}}, 200, headers)

    def _resubscribe(self, asked: Asked) -> Told:
        """Another webhook or tag; what it is about stays."""
        self.anybody(asked)
        headers, found = self.count("subscriptions"), self.subscriptions.get(asked.args[0])
        if found is None:
            raise problem(404, "Not Found Error", "Could not find the subscription.", "resource-not-found")
        found |= {name: asked.json[name] for name in ("tag", "webhook_id") if name in asked.json}
        return Told({"data": {"subscription_id": asked.args[0]}}, headers=headers)

    def _subscriptions(self, asked: Asked) -> Told:
        self.anybody(asked)
        found = list(self.subscriptions.values())
        body: dict[str, Any] = {"meta": {"total_subscriptions": len(found)}}
        return Told(body | ({"data": found} if found else {}), headers=self.count("subscriptions"))

    def _unsubscribe(self, asked: Asked) -> Told:
        self.anybody(asked)
        self.subscriptions.pop(asked.args[0], None)
        return Told({"data": {"deleted": True}}, headers=self.count("subscriptions"))

    # --- events

    def tell_post(self, post: Post) -> None:
        named = OFFICE_NAME.lower() in {one.lower() for one in words.MENTION.findall(post.text)}
        kinds = {
            "post.create": post.author_id == OFFICE_ID,
            "post.mention.create": named and post.author_id != OFFICE_ID,
            "post.reply.create": self._is_ours(post.answers) and post.author_id != OFFICE_ID,
            "post.quote.create": self._is_ours(post.quotes) and post.author_id != OFFICE_ID,
        }
        new = self.quirks.get("vocabulary") == "post"
        for kind in (one for one, fits in kinds.items() if fits):
            query = {"expansions": "author_id,attachments.media_keys,referenced_tweets.id"}
            beside = words.includes(self, [post], query, new=new)
            payload = words.post_words(self, post, words.EVERYTHING, new=new)
            self._happened(kind, payload, beside, self._old_post(post))

    def tell_deleted(self, post: Post) -> None:
        """Only of the account's own posts: nobody is told when others delete theirs."""
        if post.author_id == OFFICE_ID:
            gone = {"status": {"id": post.id, "user_id": post.author_id}}
            old = {"tweet_delete_events": [{**gone, "timestamp_ms": str(int(self.now().timestamp() * 1000))}]}
            self._happened("post.delete", {"id": post.id, "author_id": post.author_id}, {}, old)

    def tell_direct(self, direct: Direct) -> None:
        is_ours = direct.sender_id == OFFICE_ID
        people = {one: self._user(one) for one in (direct.sender_id, direct.recipient_id)}
        if direct.is_sealed:
            self._happened("chat.sent" if is_ours else "chat.received", _sealed(direct), {}, {})
            return
        payload = {"direct_message_events": [words.old_direct(direct)], "users": people}
        self._happened("dm.sent" if is_ours else "dm.received", payload, {}, payload)
        if is_ours and self.quirks.get("reads"):
            read = {"sender_id": direct.recipient_id, "last_read_event_id": direct.id}
            self._happened("dm.read", read, {}, {"direct_message_mark_read_events": [read]})

    def _is_ours(self, post_id: str | None) -> bool:
        return post_id in self.posts and self.posts[post_id].author_id == OFFICE_ID

    def _user(self, user_id: str) -> dict[str, Any]:
        user = words.user_words(self.users[user_id])
        return {"data": user} if self.quirks.get("odd_samples") else user

    def _old_post(self, post: Post) -> dict[str, Any]:
        return {"tweet_create_events": [words.old_post(self, post)]}

    def _happened(
        self, kind: str, payload: dict[str, Any], beside: dict[str, Any], old: dict[str, Any]
    ) -> None:
        """One event for each subscription to its kind, kept for replay and told unless events are held."""
        for subscription in list(self.subscriptions.values()):
            if subscription["event_type"] != kind or subscription["filter"]["user_id"] != OFFICE_ID:
                continue
            if self.quirks.get("old_webhooks"):
                body: dict[str, Any] = {"for_user_id": OFFICE_ID, **old}
            else:
                body = {"data": self._envelope(kind, payload, beside, subscription)}
            event = {"at": self.now(), "body": body, "webhook": subscription.get("webhook_id")}
            self.events.append(event)
            if not self.quirks.get("holds_events"):
                self._tell(event)

    def _envelope(
        self, kind: str, payload: dict[str, Any], beside: dict[str, Any], subscription: dict[str, Any]
    ) -> dict[str, Any]:
        is_odd = self.quirks.get("odd_samples")
        event_id = int(self.new_id())
        if is_odd and "users" in beside:
            beside = {**beside, "users": [{"data": one} for one in beside["users"]]}
        return {
            "event_uuid": str(-event_id if is_odd else event_id),
            "filter": subscription["filter"],
            "event_type": kind,
            "tag": subscription.get("tag", ""),
            "payload": payload,
            **({"includes": beside} if beside else {}),
        }

    def _tell(self, event: dict[str, Any]) -> None:
        webhook = self.webhooks.get(event["webhook"] or "")
        if webhook is None or not webhook["valid"]:
            return
        body = json.dumps(event["body"]).encode()
        headers = {"content-type": "application/json", "x-twitter-webhooks-signature": _proof(body)}
        self.call_later(webhook["url"], body, headers)

    def _replay(self, asked: Asked) -> Told:
        self._app(asked)
        headers, given = self.count("replay"), asked.json
        webhook = self._webhook(given["webhook_id"])
        begin, end = (_minute(given[name]) for name in ("from_date", "to_date"))
        if (self.now() - begin).total_seconds() > MOST_REPLAYED_HOURS * 3600:
            raise problem(400, "Invalid Request", "from_date is too long ago", "invalid-request")
        for event in self.events:
            if begin <= event["at"].replace(second=0, microsecond=0) <= end:
                self._tell({**event, "webhook": webhook["id"]})
        job = {"job_id": self.new_id(), "created_at": iso(self.now())}
        return Told({"data": job}, headers=headers)

    def _deliver(self, asked: Asked) -> Told:
        given = asked.json
        events = list(reversed(self.events)) if given.get("reversed") else list(self.events)
        for event in events * given.get("times", 1):
            self._tell(event)
        return Told({"events": len(events)})

    def _call_here(self, asked: Asked) -> Told:
        url = asked.json["url"]
        if not self._passes(url):
            return Told({"status": 400})
        webhook = {"id": self.new_id(), "url": url, "valid": True, "created_at": iso(self.now())}
        self.webhooks, self.subscriptions = {webhook["id"]: webhook}, {}
        for kind in EVENT_TYPES:
            wish = {"event_type": kind, "filter": {"user_id": OFFICE_ID}, "webhook_id": webhook["id"]}
            self.subscriptions[self.new_id()] = wish
        return Told({"status": 200})

    def _invalidate(self, asked: Asked) -> Told:
        for webhook in self.webhooks.values():
            webhook["valid"] = False
        return Told({"done": True})


def _proof(body: bytes) -> str:
    return "sha256=" + base64.b64encode(hmac.digest(CONSUMER_SECRET.encode(), body, hashlib.sha256)).decode()


def _failed(name: str) -> Refusal:
    return problem(400, name, f"{name}: webhook could not be registered", "invalid-request")


def _minute(words: str) -> datetime:
    return datetime.strptime(words, "%Y%m%d%H%M").replace(tzinfo=UTC)


def _sealed(direct: Direct) -> dict[str, Any]:
    """A message of XChat: nothing in it can be read without the keys of the conversation."""
    return {
        "id": direct.id,
        "sender_id": direct.sender_id,
        "conversation_id": direct.conversation_id.replace("-", ":"),
        "created_at_msec": str(int(direct.created_at.timestamp() * 1000)),
        "conversation_token": base64.b64encode(hashlib.sha256(direct.id.encode()).digest()).decode(),
        "conversation_key_version": "1",
        "encoded_event": base64.b64encode(hashlib.sha512(direct.text.encode()).digest()).decode(),
        "message_event_signature": {"signature": "c2lnbmVk", "signature_version": "4"},
    }
