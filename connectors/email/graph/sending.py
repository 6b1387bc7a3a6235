"""Sends one message by Graph: finds or makes its draft, completes it, and lets it go once.

An answer to mail that lies in the mailbox is a reply to it, so that Outlook shows one conversation. Anything
else, and what is automatic, is a draft made from MIME: all its headers survive. Both carry our Message-ID.
"""

import base64
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from connectors.contract import (
    Attachment,
    Limits,
    OutboundMessage,
    OutcomeUnknown,
    PermanentFailure,
    SentReceipt,
    nothing,
)
from connectors.email.graph.api import Graph, NotThere
from connectors.email.graph.outgoing import OUR_HEADER, OUR_PROPERTY, Outgoing, read

LARGEST_AT_ONCE = 3_000_000
"""Bytes of a file that go in one request (Graph: below 3 MB)."""
PIECE = 12 * 320 * 1024
"""Bytes of one piece of a larger file (Graph: at most 4 MB)."""
USUAL_LIMIT = 25 * 1024 * 1024
ADDRESSES = "email"
"""People are written to at the same addresses as by any other mail."""
SHOWN = "id,internetMessageId,isDraft,sentDateTime,parentFolderId"


@dataclass(frozen=True, slots=True)
class Found:
    """A message of the mailbox, by its immutable id."""

    id: str
    message_id: str
    is_draft: bool
    sent_at: str


class GraphSender:
    """Sends of the contract. `hooks` hears graph.drafted, .completed, .sending and .answered."""

    limits = Limits(attachment_bytes=USUAL_LIMIT, recipients=500, addresses=ADDRESSES)

    def __init__(
        self, user: str, graph: Graph, patience: float, hooks: Callable[[str], None] = nothing
    ) -> None:
        self._messages = f"{user}/messages"
        self._graph = graph
        self._patience = patience
        self._hooks = hooks

    def send(self, message: OutboundMessage, *, committing: Callable[[], None]) -> SentReceipt:
        """See `Sends.send`. What lies among the sent mail already is not sent again: a person decides."""
        self._graph.hold_back()
        mail = read(message)
        draft = self._found(mail.message_id)
        if draft is not None and not draft.is_draft:
            raise PermanentFailure(
                f"a copy of this lies in the mailbox already, sent at {draft.sent_at}; nothing was sent again"
            )
        draft = self._complete(mail, draft)
        self._hooks("graph.completed")
        committing()
        self._hooks("graph.sending")
        path = f"{self._path(draft.id)}/send"
        answer = self._graph.ask("POST", path, patience=self._patience)
        self._hooks("graph.answered")
        if answer.status != 202:
            raise OutcomeUnknown(f"Microsoft 365 gave an answer we do not understand ({answer.proof})")
        return SentReceipt(draft.message_id, f"Microsoft 365 took it ({answer.proof})")

    def evidence(self, message: OutboundMessage) -> SentReceipt | None:
        """Looks for it among what was sent. Raises TemporaryFailure, CredentialsRejected."""
        found = self._found(message.message_id.strip("<>"))
        if found is None or found.is_draft:
            return None
        words = f"a copy lies in the mailbox among what was sent, dated {found.sent_at}"
        return SentReceipt(found.message_id, words)

    # --- the draft

    def _complete(self, mail: Outgoing, draft: Found | None) -> Found:
        """The draft with its words, recipients and files; one that was begun before is used again."""
        if draft is None:
            reply = self._reply(mail)
            draft = reply or self._from_mime(mail)
            self._hooks("graph.drafted")
            if reply is None and mail.is_addressed_alike:
                return self._with_files(mail, draft)
        self._graph.ask("PATCH", self._path(draft.id), json=mail.as_json())
        return self._with_files(mail, self._named(mail, draft))

    def _original(self, mail: Outgoing) -> Found | None:
        """What is answered, where it lies in this mailbox. Automatic mail needs headers that replies lack."""
        if mail.in_reply_to is None or mail.is_automatic:
            return None
        return self._by_message_id(mail.in_reply_to)

    def _reply(self, mail: Outgoing) -> Found | None:
        """A draft made from what is answered; None where that is not here, or was deleted at this moment."""
        original = self._original(mail)
        if original is None:
            return None
        marks = {
            "internetMessageHeaders": [{"name": OUR_HEADER.lower(), "value": mail.message_id}],
            "singleValueExtendedProperties": [{"id": OUR_PROPERTY, "value": mail.message_id}],
        }
        body = {"message": {**mail.as_json(), **marks}}
        try:
            made = self._graph.ask("POST", f"{self._path(original.id)}/createReply", json=body)
        except NotThere:
            return None
        return _found(made.json)

    def _from_mime(self, mail: Outgoing) -> Found:
        content = base64.b64encode(mail.slim)
        return _found(self._graph.ask("POST", self._messages, content=content).json)

    def _named(self, mail: Outgoing, draft: Found) -> Found:
        """Gives the draft our Message-ID, by which answers are matched; where that is refused, theirs."""
        wanted = f"<{mail.message_id}>"
        try:
            answer = self._graph.ask("PATCH", self._path(draft.id), json={"internetMessageId": wanted})
        except NotThere:
            raise
        except PermanentFailure:
            return draft
        return _found(answer.json)

    # --- files

    def _with_files(self, mail: Outgoing, draft: Found) -> Found:
        """Adds the files that the draft does not have yet."""
        if not mail.files:
            return draft
        known = self._graph.get(f"{self._path(draft.id)}/attachments", query={"$select": "name"})
        there = Counter(str(one.get("name")) for one in known.get("value", ()))
        for file in mail.files:
            if there[file.filename] > 0:
                there[file.filename] -= 1
                continue
            self._attach(draft, file)
        return draft

    def _attach(self, draft: Found, file: Attachment) -> None:
        path = f"{self._path(draft.id)}/attachments"
        if file.size < LARGEST_AT_ONCE:
            body = {
                "@odata.type": "#microsoft.graph.fileAttachment",
                "name": file.filename,
                "contentType": file.content_type,
                "contentBytes": base64.b64encode(file.content).decode("ascii"),
            }
            self._graph.ask("POST", path, json=body)
            return
        item = {
            "attachmentType": "file",
            "name": file.filename,
            "contentType": file.content_type,
            "size": file.size,
        }
        begun = self._graph.ask("POST", f"{path}/createUploadSession", json={"AttachmentItem": item}).json
        for start in range(0, file.size, PIECE):
            piece = file.content[start : start + PIECE]
            span = f"bytes {start}-{start + len(piece) - 1}/{file.size}"
            self._graph.put(str(begun.get("uploadUrl", "")), piece, span)

    # --- finding

    def _found(self, message_id: str) -> Found | None:
        """What has our id: sent, if any is; else a draft."""
        marked = (
            f"singleValueExtendedProperties/Any(ep: ep/id eq '{OUR_PROPERTY}' "
            f"and ep/value eq '{_quoted(message_id)}')"
        )
        return self._by_message_id(message_id) or self._first(marked)

    def _by_message_id(self, message_id: str) -> Found | None:
        return self._first(f"internetMessageId eq '<{_quoted(message_id)}>'")

    def _first(self, condition: str) -> Found | None:
        page = self._graph.get(self._messages, query={"$filter": condition, "$select": SHOWN, "$top": "10"})
        value = page.get("value")
        found = [_found(one) for one in value if isinstance(one, dict)] if isinstance(value, list) else []
        return min(found, key=lambda one: one.is_draft, default=None)

    def _path(self, identity: str) -> str:
        return f"{self._messages}/{quote(identity, safe='')}"


def _found(item: dict[str, Any]) -> Found:
    return Found(
        str(item.get("id", "")),
        str(item.get("internetMessageId", "")).strip().strip("<>"),
        item.get("isDraft") is True,
        str(item.get("sentDateTime", "an unknown time")),
    )


def _quoted(value: str) -> str:
    """A value within an OData string."""
    return value.replace("'", "''")
