"""Microsoft Graph with Entra's sign-in: mailboxes, delta, drafts, sending, change notifications.

What its people do, and the knobs, are in `people.py`.
"""

import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from connectors.standins.graph import batches, outgoing, querying
from connectors.standins.graph.mailbox import Mail, Mailbox
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
            (
                "POST",
                r"/v1\.0/\$batch",
                lambda asked: batches.answer(asked, self._within_limits),
            ),
        ]

    def answer(self, asked: Asked) -> Told | None:
        """As the platform: four requests at once, so many in ten minutes, and an id on every answer."""
        if asked.path.startswith("/_") or not asked.path.startswith("/v1.0/"):
            return super().answer(asked)
        with self._counting:
            self.busy += 1
            self.most_busy = max(self.most_busy, self.busy)
            is_over = self.busy > MOST_AT_ONCE
        try:
            told = self._throttled() if is_over else self._within_limits(asked)
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

    def _within_limits(self, asked: Asked) -> Told | None:
        """As the platform: so many requests at a mailbox in ten minutes, each of a batch counted."""
        with self._counting:
            after = self.allowance.spend(asked.path, self.now())
        if not after:
            return super().answer(asked)
        words = "Application is over its limit of requests to this mailbox."
        told = problem(429, "ApplicationThrottled", words, {"retry-after": str(after)})
        self._note(asked, told)
        return told

    def unknown(self, asked: Asked) -> Told:
        return problem(400, "BadRequest", "Resource not found for the segment.")

    def malformed(self, asked: Asked, words: str) -> Told:
        return problem(400, "BadRequest", f"Unable to read the request: {words}")

    # --- routes

    def _reading(self) -> list[tuple[str, str, Callable[[Asked], Told]]]:
        return [
            ("GET", _WHO + r"/mailFolders", self._list_folders),
            ("GET", _WHO + r"/mailFolders/([^/]+)", self._show_folder),
            ("GET", _WHO + r"/mailFolders/([^/]+)/childFolders", self._child_folders),
            ("GET", _WHO + r"/mailFolders/([^/]+)/messages/delta(?:\(\))?", self._delta),
            ("GET", _WHO + r"(?:/mailFolders/([^/]+))?/messages", self._list_mails),
            ("GET", _MAIL + r"/\$value", lambda asked: Told(self._mail(asked)[1].mime())),
            ("GET", _MAIL + r"/attachments", self._list_attachments),
            ("GET", _MAIL + r"/attachments/([^/]+)(/\$value)?", self._show_attachment),
            ("GET", _MAIL, self._show_mail),
            ("GET", _WHO, self._show_user),
            ("POST", _WHO + r"/translateExchangeIds", self._translate),
        ]

    def _writing(self) -> list[tuple[str, str, Callable[[Asked], Told]]]:
        return [
            ("POST", _WHO + r"/mailFolders", self._make_folder),
            ("POST", _WHO + r"/sendMail", self._send_mail),
            ("POST", _MAIL + r"/(reply|replyAll|forward)", self._answer_at_once),
            ("POST", _WHO + r"(?:/mailFolders/[^/]+)?/messages", self._draft),
            ("POST", _MAIL + r"/create(Reply|ReplyAll|Forward)", self._create_reply),
            ("POST", _MAIL + r"/attachments", self._attach),
            ("DELETE", _MAIL + r"/attachments/([^/]+)", self._detach),
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
        rows = [_folder(mailbox, name) for name in mailbox.folders]
        return Told(querying.page(f"{self.url}{asked.path}", asked.query, rows, "mailFolders"))

    def _make_folder(self, asked: Asked) -> Told:
        mailbox, name = self._box(asked), str(outgoing.lowered(asked.json)["displayname"])
        if name.lower() in {one.lower() for one in mailbox.folders.values()}:
            return problem(409, "ErrorFolderExists", f"A folder with the specified name '{name}' exists.")
        mailbox.folders[f"own{len(mailbox.folders)}"] = name
        return Told(_folder(mailbox, f"own{len(mailbox.folders) - 1}"), 201)

    def _child_folders(self, asked: Asked) -> Told:
        """All folders of this platform lie beside each other."""
        self._box(asked).named(asked.args[1])
        return Told({"value": []})

    def _show_folder(self, asked: Asked) -> Told:
        mailbox = self._box(asked)
        return Told(_folder(mailbox, mailbox.named(asked.args[1])))

    def _delta(self, asked: Asked) -> Told:
        mailbox = self._box(asked)
        return self.deltas.answer(self.url, asked.path, asked, mailbox, mailbox.named(asked.args[1]))

    def _list_mails(self, asked: Asked) -> Told:
        mailbox = self._box(asked)
        folder = mailbox.named(asked.args[1]) if asked.args[1] else None
        mails = [one for one in mailbox.mails.values() if folder is None or one.folder == folder]
        found = querying.chosen(mails, asked.query, lambda one: mailbox.as_json(one, is_immutable=False))
        rows = [self._shown(mailbox, one, asked) for one in found]
        return Told(querying.page(f"{self.url}{asked.path}", asked.query, rows, "messages"))

    def _shown(self, mailbox: Mailbox, mail: Mail, asked: Asked) -> dict[str, Any]:
        is_immutable = '"immutableid"' in asked.headers.get("prefer", "").lower()
        names = frozenset(one.strip().lower() for one in asked.query.get("$select", "").split(",") if one)
        return mailbox.as_json(mail, is_immutable=is_immutable, select=names)

    def _show_mail(self, asked: Asked) -> Told:
        return Told(self._shown(*self._mail(asked), asked))

    def _list_attachments(self, asked: Asked) -> Told:
        """With their content, as the platform does unless other properties are chosen."""
        names = {one.strip().lower() for one in asked.query.get("$select", "").split(",") if one}
        rows = [outgoing.whole(one) for one in outgoing.files_of(self._mail(asked)[1])]
        kept = [{name: one for name, one in row.items() if name.lower() in names} for row in rows]
        return Told({"value": kept if names else rows})

    def _show_attachment(self, asked: Asked) -> Told:
        """With its content, as JSON or as it is."""
        _, mail = self._mail(asked)
        file = outgoing.file_of(mail, unquote(asked.args[2]))
        if asked.args[3]:
            return Told(file["content"], headers={"content-type": file["contentType"]})
        return Told(outgoing.whole(file))

    def _detach(self, asked: Asked) -> Told:
        mailbox, mail = self._mail(asked)
        mail.attachments.remove(outgoing.file_of(mail, unquote(asked.args[2])))
        mailbox.touch(mail)
        return Told(status=204)

    def _show_user(self, asked: Asked) -> Told:
        """Whose mailbox it is."""
        address = self._box(asked).address
        name = {"displayName": address, "mail": address, "userPrincipalName": address}
        return Told({"@odata.context": f"{self.url}/v1.0/$metadata#users/$entity", "id": address, **name})

    def _translate(self, asked: Asked) -> Told:
        """Default ids into immutable ones, and back."""
        mailbox, given = self._box(asked), outgoing.lowered(asked.json)
        is_immutable = str(given["targetidtype"]).lower() == "restimmutableentryid"
        rows = []
        for one in given["inputids"]:
            mail = there(mailbox, one)
            found = mailbox.id_of(mail.key, mail.folder, is_immutable=is_immutable)
            rows.append({"sourceId": one, "targetId": found})
        return Told({"value": rows})

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
        draft = outgoing.answering(asked.args[2], mailbox, original, outgoing.lowered(asked.json), self.now())
        return Told(self._shown(mailbox, draft, asked), 201)

    def _answer_at_once(self, asked: Asked) -> Told:
        """Answers or passes on in one step: it is gone, and nobody is told its id."""
        mailbox, original = self._mail(asked)
        draft = outgoing.answering(asked.args[2], mailbox, original, outgoing.lowered(asked.json), self.now())
        self.leave(mailbox, draft)
        return Told(status=202)

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
        mailbox.move(mail, mailbox.named(outgoing.lowered(asked.json)["destinationid"]))
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


def _folder(mailbox: Mailbox, name: str) -> dict[str, Any]:
    count = sum(one.folder == name for one in mailbox.mails.values())
    return {
        "id": f"AQMk{name}", "displayName": mailbox.folders[name], "parentFolderId": "AQMkroot",
        "childFolderCount": 0, "unreadItemCount": count, "totalItemCount": count, "isHidden": False,
    }  # fmt: skip
