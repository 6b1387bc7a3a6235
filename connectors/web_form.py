"""An office's own form on the web: what a person filled in, kept as JSON, read into a message."""

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from connectors.contract import (
    Attachment,
    Checked,
    Form,
    Handle,
    InboundMessage,
    Limits,
    News,
    RawArrival,
    Surroundings,
    Unreadable,
)
from connectors.filenames import safe_filename
from connectors.keys import Key, filled, table

VERSION = 1
"""Of the stored JSON; what a later program writes, an older one sets aside instead of guessing."""
REACHED_BY = "email"
TOLD = (
    "postcode",
    "elsewhere",
    "address",
    "phone",
    "reply_by",
    "voicemail",
    "when",
    "soon",
    "share",
    "language",
)
"""What is asked beside the words, in the order in which staff read it."""

_LABELS = {
    "postcode": "Postcode",
    "elsewhere": "No postcode",
    "address": "Address",
    "phone": "Phone",
    "reply_by": "Safe way to answer",
    "voicemail": "May leave a voicemail",
    "when": "Safe times",
    "soon": "Something happens soon",
    "share": "May share this with the organisation that can help",
}
_ANSWERS = {
    ("reply_by", "email"): "email", ("reply_by", "phone"): "phone", ("reply_by", "post"): "letter",
    ("soon", "now"): "today or tomorrow", ("soon", "weeks"): "in the next 2 weeks",
    ("soon", "no"): "no, or not sure", ("elsewhere", "homeless"): "has no fixed home",
    ("elsewhere", "forces"): "serves in the armed forces", ("elsewhere", "overseas"): "lives overseas",
    ("elsewhere", "away"): "is in prison or in hospital", ("elsewhere", "other"): "gave another reason",
}  # fmt: skip


class WebFormChannel:
    """Needs no connection: our own pages hand over what was filled in."""

    KEYS: ClassVar[Mapping[str, Key]] = table()
    limits = Limits(subject=False, idempotent=True)

    @classmethod
    def from_settings(
        cls, settings: Mapping[str, str], secrets: Mapping[str, str], around: Surroundings
    ) -> "WebFormChannel":
        """Takes no settings but `since`. Raises PermanentFailure for any other."""
        filled(cls.KEYS, {name: value for name, value in settings.items() if name != "since"}, secrets)
        return cls()

    @staticmethod
    def account_of(settings: Mapping[str, str]) -> str:
        return "form"

    @staticmethod
    def understand(arrival: RawArrival) -> News:
        """The message in a submission. Raises Unreadable for JSON that this version did not write."""
        return _message(arrival, _fields(arrival.raw))

    def check(self) -> tuple[Checked, ...]:
        return (Checked("form", True, "The form is a page of this inbox. It needs no connection."),)


def written(fields: Mapping[str, object], files: tuple[Attachment, ...], at: datetime) -> bytes:
    """The JSON to keep. `fields`: `name`, `email`, `message`, those of `TOLD`, and what was agreed to."""
    enclosed = [
        {"name": one.filename, "type": one.content_type, "content": base64.b64encode(one.content).decode()}
        for one in files
    ]
    whole = {"version": VERSION, "at": at.isoformat(), **fields, "files": enclosed}
    return json.dumps(whole, ensure_ascii=False).encode("utf-8", "replace")


def _fields(raw: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Unreadable("This submission of the form is not whole.") from error
    if not isinstance(fields, dict) or fields.get("version") != VERSION:
        raise Unreadable("This submission of the form was written by another version of the program.")
    for name in ("name", "email", "topic", "message", *TOLD):
        if not isinstance(fields.get(name, ""), str):
            raise Unreadable(f"The field {name} of this submission is not text.")
    if not isinstance(fields.get("files", []), list):
        raise Unreadable("The files of this submission are not a list.")
    return fields


def _message(arrival: RawArrival, fields: Mapping[str, Any]) -> InboundMessage:
    words = fields.get("message", "")
    told = {name: fields[name] for name in TOLD if fields.get(name)}
    return InboundMessage(
        channel="web",
        account=arrival.account,
        external_id="",
        sender=Handle(fields.get("name", ""), fields.get("email", "").lower()),
        subject=fields.get("topic") or None,
        text="\n\n".join(part for part in (words, _answers(told)) if part),
        new_text=words,
        attachments=tuple(_file(one) for one in fields.get("files", [])),
        sent_at=_moment(fields.get("at")),
        content_key=f"web {arrival.external_id}"[:64],
        form=Form.FORM,
        reached_by=REACHED_BY,
        told=told,
    )


def _answers(told: Mapping[str, str]) -> str:
    """What was asked beside the words, one line each, for the staff who read the message."""
    lines = [
        f"{_LABELS[name]}: {_ANSWERS.get((name, told[name]), told[name])}"
        for name in _LABELS
        if told.get(name)
    ]
    return "\n".join(line.replace("\n", ", ") for line in lines)


def _file(one: object) -> Attachment:
    if not isinstance(one, dict):
        raise Unreadable("A file of this submission is not whole.")
    try:
        content = base64.b64decode(one["content"], validate=True)
        kind = str(one["type"])
        return Attachment(safe_filename(str(one["name"]), kind), kind, len(content), content)
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable("A file of this submission is not whole.") from error


def _moment(words: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(words))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
