"""What people do at the stand-in's mailboxes, and the knobs that make the platform misbehave.

JSON in, JSON out, beside the server's own:
  POST /_deliver       {"mailbox", "mime"} or {"mailbox", "from", "name", "subject", "text", "in_reply_to"},
                       with "folder", "ago" (seconds), "times", "quiet" (call nobody), "id" (a name
                       that gives the same ID after a restart of the stand-in): mail arrives
  POST /_sent_from_outlook  {"mailbox", "to", "subject", "text", "in_reply_to"}: staff answer in Outlook
  POST /_move          {"mailbox", "id", "folder"} · POST /_delete {"mailbox", "id"}
  POST /_expire        every delta link answers 410 · POST /_revoke every access token answers 401
  POST /_deny          {"mailbox"}: 403 for it from now on
  POST /_quirks        {"empty_pages", "repeats", "shuffled"} for the delta answers to come
  POST /_limit         {"requests", "seconds"}: how many requests a mailbox allows (null: any number) in how
                       long; Microsoft's own 10,000 in 600 where nothing was said
  POST /_keep_ids      drafts keep the Message-ID that the platform gave them
  POST /_lifecycle     {"event"} for every subscription
  GET  /_left          what was sent: mailbox, to, mime
  GET  /_state         counts: mails by folder, subscriptions, most requests at once
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime, make_msgid
from typing import Any
from zlib import crc32

from connectors.standins.graph import outgoing
from connectors.standins.graph.allowance import Allowance
from connectors.standins.graph.delta import Deltas, Quirks
from connectors.standins.graph.mailbox import Mail, Mailbox, read, recipient
from connectors.standins.graph.sign_in import SignIn, problem
from connectors.standins.graph.subscriptions import Subscriptions
from connectors.standins.server import Asked, Refusal, StandIn, Told

PLACES = 40_000_000
"""IDs by name lie above the running ones, so that neither meets the other."""


class PeoplesSide(StandIn):
    """The state of the platform, and those who use it."""

    def forget(self) -> None:
        self.sign_in = SignIn()
        self.mailboxes: dict[str, Mailbox] = {}
        self.denied: set[str] = set()
        self.keeps_ids = False
        self.allowance = Allowance()
        self.deltas = Deltas()
        self.uploads = outgoing.Uploads()
        self.subscriptions = Subscriptions(self)
        self.busy = self.most_busy = 0
        self.left: list[dict[str, Any]] = []

    def people(self) -> list[tuple[str, str, Callable[[Asked], Told]]]:
        return [
            ("POST", "/_mailbox", does(lambda given: self.made(given["mailbox"]))),
            ("POST", "/_deliver", self._deliver),
            ("POST", "/_sent_from_outlook", self._sent_from_outlook),
            ("POST", "/_move", self._move),
            ("POST", "/_delete", self._delete),
            ("POST", "/_expire", does(lambda given: self.deltas.links.clear())),
            ("POST", "/_revoke", does(lambda given: self.sign_in.revoke())),
            ("POST", "/_deny", does(lambda given: self.denied.add(given["mailbox"].lower()))),
            ("POST", "/_quirks", self._set_quirks),
            ("POST", "/_limit", does(lambda given: setattr(self, "allowance", Allowance(**given)))),
            ("POST", "/_keep_ids", does(lambda given: setattr(self, "keeps_ids", True))),
            ("POST", "/_lifecycle", does(lambda given: self.subscriptions.befall(given["event"]))),
            ("GET", "/_left", lambda asked: Told(self.left)),
            ("GET", "/_state", lambda asked: Told(self._state())),
        ]

    def made(self, address: str) -> Mailbox:
        return self.mailboxes.setdefault(address.lower(), Mailbox(address.lower()))

    def _deliver(self, asked: Asked) -> Told:
        given = asked.json
        mailbox, folder = self.made(given["mailbox"]), given.get("folder", "inbox")
        named = {"key": PLACES + crc32(given["id"].encode()) % PLACES} if "id" in given else {}
        times = int(given.get("times", 1))
        ids = []
        for number in range(times):
            age = timedelta(seconds=float(given.get("ago", 0)) + times - 1 - number)
            raw = given["mime"].encode() if "mime" in given else self._written(given, number, times)
            mail = mailbox.add(folder, read(raw), self.now() - age, raw=raw, **named)
            ids.append(mailbox.id_of(mail.key, folder, is_immutable=True))
            if not given.get("quiet"):
                self.subscriptions.announce(mailbox.address, folder, ids[-1])
        return Told({"ids": ids})

    def _written(self, given: dict[str, Any], number: int, times: int) -> bytes:
        suffix = f" {number}." if times > 1 else ""
        name, address = given.get("name", ""), given.get("from", "wyn@example.net")
        fresh = f"<{given['id']}@example.net>" if "id" in given else make_msgid(domain="example.net")
        lines = [
            f"Date: {format_datetime(self.now())}",
            f"From: {name} <{address}>" if name else f"From: {address}",
            f"To: {given['mailbox']}",
            f"Subject: {given.get('subject', 'A letter')}{suffix}",
            f"Message-ID: {given.get('message_id') or fresh}",
            *([f"In-Reply-To: {given['in_reply_to']}"] if given.get("in_reply_to") else []),
            "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit",
            "", f"{given.get('text', 'Please help.')}{suffix}", "",
        ]  # fmt: skip
        return "\r\n".join(lines).encode()

    def _sent_from_outlook(self, asked: Asked) -> Told:
        given, mailbox = asked.json, self.made(asked.json["mailbox"])
        shown = {
            "subject": given.get("subject", ""), "toRecipients": [recipient("", given["to"])],
            "body": {"contentType": "text", "content": given.get("text", "")},
        }  # fmt: skip
        mail = mailbox.add("drafts", shown, self.now(), is_draft=True)
        if given.get("in_reply_to"):
            mail.answers = {"In-Reply-To": given["in_reply_to"], "References": given["in_reply_to"]}
        self.leave(mailbox, mail)
        return Told({"done": True})

    def _move(self, asked: Asked) -> Told:
        mailbox = self.made(asked.json["mailbox"])
        mailbox.move(there(mailbox, asked.json["id"]), asked.json["folder"])
        return Told({"done": True})

    def _delete(self, asked: Asked) -> Told:
        mailbox = self.made(asked.json["mailbox"])
        mailbox.delete(there(mailbox, asked.json["id"]))
        return Told({"done": True})

    def _set_quirks(self, asked: Asked) -> Told:
        self.deltas.quirks = Quirks(**asked.json)
        return Told({"done": True})

    def _state(self) -> dict[str, Any]:
        folders = Counter(mail.folder for box in self.mailboxes.values() for mail in box.mails.values())
        return {
            "folders": dict(folders), "subscriptions": list(self.subscriptions.known.values()),
            "most_at_once": self.most_busy,
        }  # fmt: skip

    def leave(self, mailbox: Mailbox, mail: Mail) -> None:
        """Out to the world; those who have a mailbox here receive it."""
        raw = outgoing.leave(mailbox, mail, self.now())
        names = ("toRecipients", "ccRecipients", "bccRecipients")
        to = [one["emailAddress"]["address"] for name in names for one in mail.shown.get(name) or ()]
        self.left.append({"mailbox": mailbox.address, "to": to, "mime": raw.decode("utf-8", "replace")})
        self.subscriptions.announce(
            mailbox.address, "sentitems", mailbox.id_of(mail.key, "sentitems", is_immutable=True)
        )
        for address in to:
            if address.lower() in self.mailboxes:
                self.made(address).add("inbox", read(raw), self.now(), raw=raw)


def does(act: Callable[[Any], object]) -> Callable[[Asked], Told]:
    """A route of the people's side that does `act` with the JSON given."""

    def route(asked: Asked) -> Told:
        act(asked.json)
        return Told({"done": True})

    return route


def there(mailbox: Mailbox, identity: str) -> Mail:
    mail = mailbox.find(identity)
    if mail is None:
        raise Refusal(problem(404, "ErrorItemNotFound", "The specified object was not found in the store."))
    return mail
