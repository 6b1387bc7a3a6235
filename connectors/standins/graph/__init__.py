"""Microsoft Graph with Entra's sign-in: mailboxes, delta, drafts, sending, change notifications.

What its people do, and the knobs, are in `people.py`.
"""

import re
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from connectors.standins.graph import outgoing
from connectors.standins.graph.mailbox import FOLDERS, NAMES, Mail, Mailbox
from connectors.standins.graph.people import PeoplesSide, there
from connectors.standins.graph.sign_in import description, problem
from connectors.standins.graph.subscriptions import Subscriptions
from connectors.standins.server import Asked, Refusal, Told

MOST_AT_ONCE = 4
_WHO = r"/v1\.0/(?:users/([^/]+)|me)"
_MAIL = _WHO + r"(?:/mailFolders/[^/]+)?/messages/([^/]+)"


class GraphStandIn(PeoplesSide):
    """The platform. A mailbox exists once mail was delivered to it or `/_mailbox` named it."""

    name = "graph"

    def __init__(self) -> None:
        super().__init__()
        self._counting = threading.Lock()
        self.routes = [
            ("GET", r"/([^/_]+)/oauth2/v2\.0/authorize", lambda asked: self.sign_in.page(asked, self.now())),
            ("POST", r"/([^/_]+)/oauth2/v2\.0/token", lambda asked: self.sign_in.token(asked, self.now())),
            ("GET", r"/([^/_]+)/v2\.0/\.well-known/openid-configuration", self._describe),
            *self.people(),
            *self._reading(),
            *self._writing(),
            *self._subscribing(),
        ]

    def answer(self, asked: Asked) -> Told | None:
        """As the platform: four requests at once for a mailbox, and an id on every answer."""
        if asked.path.startswith("/_") or not asked.path.startswith("/v1.0/"):
            return super().answer(asked)
        with self._counting:
            self.busy += 1
            self.most_busy = max(self.most_busy, self.busy)
            is_over = self.busy > MOST_AT_ONCE
        try:
            told = self._throttled() if is_over else super().answer(asked)
        finally:
            with self._counting:
                self.busy -= 1
        if told is None:
            return None
        own = {
            "request-id": str(uuid.uuid4()),
            "client-request-id": asked.headers.get("client-request-id", ""),
        }
        return replace(told, headers={**own, **told.headers})

    def unknown(self, asked: Asked) -> Told:
        return problem(400, "BadRequest", "Resource not found for the segment.")

    # --- routes

    def _reading(self) -> list[tuple[str, str, Callable[[Asked], Told]]]:
        return [
            ("GET", _WHO + r"/mailFolders", self._list_folders),
            ("GET", _WHO + r"/mailFolders/([^/]+)", self._show_folder),
            ("GET", _WHO + r"/mailFolders/([^/]+)/messages/delta(?:\(\))?", self._delta),
            ("GET", _WHO + r"(?:/mailFolders/([^/]+))?/messages", self._list_mails),
            ("GET", _MAIL + r"/\$value", lambda asked: Told(self._mail(asked)[1].mime())),
            ("GET", _MAIL + r"/attachments", self._list_attachments),
            ("GET", _MAIL, self._show_mail),
        ]

    def _writing(self) -> list[tuple[str, str, Callable[[Asked], Told]]]:
        return [
            ("POST", _WHO + r"/sendMail", self._send_mail),
            ("POST", _WHO + r"(?:/mailFolders/[^/]+)?/messages", self._draft),
            ("POST", _MAIL + r"/createReply", self._create_reply),
            ("POST", _MAIL + r"/attachments", self._attach),
            ("POST", _MAIL + r"/attachments/createUploadSession", self._begin_upload),
            ("PUT", r"/upload/([^/]+)", self._take_piece),
            ("POST", _MAIL + r"/send", self._send_draft),
            ("POST", _MAIL + r"/move", self._move_mail),
            ("PATCH", _MAIL, self._patch),
            ("DELETE", _MAIL, self._delete_mail),
        ]

    def _subscribing(self) -> list[tuple[str, str, Callable[[Asked], Told]]]:
        known = self._subscriptions
        one = r"/v1\.0/subscriptions/([^/]+)"
        return [
            ("POST", r"/v1\.0/subscriptions", lambda asked: Told(known(asked).create(asked), 201)),
            (
                "GET",
                r"/v1\.0/subscriptions",
                lambda asked: Told({"value": list(known(asked).known.values())}),
            ),
            ("GET", one, lambda asked: Told(known(asked).find(asked.args[0]))),
            ("PATCH", one, lambda asked: Told(known(asked).renew(asked.args[0], asked))),
            ("POST", one + "/reauthorize", lambda asked: self._done(known(asked).find(asked.args[0]), 204)),
            ("DELETE", one, lambda asked: self._done(known(asked).known.pop(asked.args[0], None), 204)),
        ]  # fmt: skip

    def _subscriptions(self, asked: Asked) -> Subscriptions:
        self.sign_in.check(asked, self.now())
        return self.subscriptions

    # --- the platform's side

    def _describe(self, asked: Asked) -> Told:
        return description(self.url, asked.args[0])

    def _box(self, asked: Asked) -> Mailbox:
        """The mailbox a call is about. Raises Refusal: 401, 403, 404."""
        self.sign_in.check(asked, self.now())
        address = unquote(asked.args[0] or next(iter(self.mailboxes), "")).lower()
        if address in self.denied:
            raise Refusal(problem(403, "ErrorAccessDenied", "Access to OData is disabled."))
        if address not in self.mailboxes:
            raise Refusal(problem(404, "ErrorInvalidUser", f"The requested user '{address}' is invalid."))
        return self.mailboxes[address]

    def _mail(self, asked: Asked) -> tuple[Mailbox, Mail]:
        mailbox = self._box(asked)
        return mailbox, there(mailbox, unquote(asked.args[1]))

    def _list_folders(self, asked: Asked) -> Told:
        mailbox = self._box(asked)
        return Told({"value": [_folder(mailbox, name) for name in FOLDERS]})

    def _show_folder(self, asked: Asked) -> Told:
        mailbox = self._box(asked)
        return Told(_folder(mailbox, _named(asked.args[1])))

    def _delta(self, asked: Asked) -> Told:
        mailbox = self._box(asked)
        return self.deltas.answer(self.url, asked.path, asked, mailbox, _named(asked.args[1]))

    def _list_mails(self, asked: Asked) -> Told:
        mailbox = self._box(asked)
        folder = _named(asked.args[1]) if asked.args[1] else None
        found = [one for one in mailbox.mails.values() if folder is None or one.folder == folder]
        wanted = _filter(asked.query.get("$filter", ""))
        found = sorted((one for one in found if wanted(one)), key=lambda one: one.key, reverse=True)
        skip, top = int(asked.query.get("$skip", 0)), int(asked.query.get("$top", 10))
        value = [self._shown(mailbox, one, asked) for one in found[skip : skip + top]]
        told: dict[str, Any] = {"@odata.context": f"{self.url}/v1.0/$metadata#messages", "value": value}
        if len(found) > skip + top:
            told["@odata.nextLink"] = f"{self.url}{asked.path}?%24top={top}&%24skip={skip + top}"
        return Told(told)

    def _shown(self, mailbox: Mailbox, mail: Mail, asked: Asked) -> dict[str, Any]:
        is_immutable = '"immutableid"' in asked.headers.get("prefer", "").lower()
        names = frozenset(one.strip().lower() for one in asked.query.get("$select", "").split(",") if one)
        return mailbox.as_json(mail, is_immutable=is_immutable, select=names)

    def _show_mail(self, asked: Asked) -> Told:
        return Told(self._shown(*self._mail(asked), asked))

    def _list_attachments(self, asked: Asked) -> Told:
        return Told({"value": [outgoing.shown(one) for one in self._mail(asked)[1].attachments]})

    def _draft(self, asked: Asked) -> Told:
        mailbox = self._box(asked)
        draft = outgoing.draft_of(mailbox, asked, self.now(), lambda given: given)
        return Told(self._shown(mailbox, draft, asked), 201)

    def _send_mail(self, asked: Asked) -> Told:
        mailbox = self._box(asked)
        draft = outgoing.draft_of(mailbox, asked, self.now(), lambda given: given["message"])
        self.leave(mailbox, draft)
        return Told(status=202)

    def _create_reply(self, asked: Asked) -> Told:
        mailbox, original = self._mail(asked)
        draft = outgoing.reply(mailbox, original, outgoing.lowered(asked.json), self.now())
        return Told(self._shown(mailbox, draft, asked), 201)

    def _patch(self, asked: Asked) -> Told:
        mailbox, mail = self._mail(asked)
        given = outgoing.lowered(asked.json)
        if not mail.is_draft and {"body", "torecipients", "internetmessageid"} & set(given):
            return problem(400, "ErrorInvalidPropertySet", "Message is not draft.")
        if self.keeps_ids and "internetmessageid" in given:
            return problem(400, "ErrorInvalidPropertySet", "Set action is invalid for property.")
        outgoing.change(mail, given)
        mailbox.touch(mail)
        return Told(self._shown(mailbox, mail, asked))

    def _attach(self, asked: Asked) -> Told:
        outgoing.limit(asked)
        _, mail = self._mail(asked)
        return Told(outgoing.attach(mail, outgoing.lowered(asked.json)), 201)

    def _begin_upload(self, asked: Asked) -> Told:
        mailbox, mail = self._mail(asked)
        token = self.uploads.begin(mailbox, mail, outgoing.lowered(asked.json)["attachmentitem"])
        expires = f"{self.now() + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
        return Told({"uploadUrl": f"{self.url}/upload/{token}", "expirationDateTime": expires}, 201)

    def _take_piece(self, asked: Asked) -> Told:
        made = self.uploads.take(asked.args[0], asked)
        if made is None:
            return Told({"nextExpectedRanges": [f"{len(self.uploads.open[asked.args[0]].content)}-"]})
        return Told(status=201, headers={"location": f"{self.url}/v1.0/attachments('{made['id']}')"})

    def _send_draft(self, asked: Asked) -> Told:
        mailbox, mail = self._mail(asked)
        if not mail.is_draft:
            return problem(400, "ErrorItemNotDraft", "The message was sent already.")
        self.leave(mailbox, mail)
        return Told(status=202)

    def _move_mail(self, asked: Asked) -> Told:
        mailbox, mail = self._mail(asked)
        mailbox.move(mail, _named(outgoing.lowered(asked.json)["destinationid"]))
        return Told(self._shown(mailbox, mail, asked), 201)

    def _delete_mail(self, asked: Asked) -> Told:
        mailbox, mail = self._mail(asked)
        mailbox.delete(mail)
        return Told(status=204)

    def _throttled(self) -> Told:
        words = "Application is over its MailboxConcurrency limit."
        return problem(429, "ApplicationThrottled", words, {"retry-after": "1"})

    @staticmethod
    def _done(_: object, status: int = 200) -> Told:
        return Told(b"" if status == 204 else {"done": True}, status)


def _named(folder: str) -> str:
    """A folder by its well-known name, its shown name or its id. Raises Refusal."""
    wanted = unquote(folder).lower().removeprefix("aqmk")
    for name, shown in NAMES.items():
        if wanted in (name, shown.lower()):
            return name
    raise Refusal(problem(404, "ErrorItemNotFound", "The specified folder could not be found in the store."))


def _folder(mailbox: Mailbox, name: str) -> dict[str, Any]:
    count = sum(one.folder == name for one in mailbox.mails.values())
    return {
        "id": f"AQMk{name}", "displayName": NAMES[name], "parentFolderId": "AQMkroot", "childFolderCount": 0,
        "unreadItemCount": count, "totalItemCount": count, "isHidden": False,
    }  # fmt: skip


def _filter(words: str) -> Callable[[Mail], bool]:
    """The few conditions that clients ask for. Raises Refusal for any other."""
    if not words:
        return lambda mail: True
    if found := re.fullmatch(r"internetMessageId eq '(.*)'", words):
        wanted = found.group(1).replace("''", "'")
        return lambda mail: mail.shown["internetMessageId"] == wanted
    pattern = r"singleValueExtendedProperties/Any\(ep: ep/id eq '(.*)' and ep/value eq '(.*)'\)"
    if found := re.fullmatch(pattern, words, re.IGNORECASE):
        name, value = (one.replace("''", "'") for one in found.groups())
        return lambda mail: mail.extended.get(name) == value
    raise Refusal(
        problem(400, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")
    )
