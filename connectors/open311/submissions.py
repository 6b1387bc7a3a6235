"""What a third party posts to us, in any form that GeoReport clients use: form, multipart, JSON, XML."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from connectors import filenames
from connectors.contract import Attachment, storable
from connectors.open311 import shapes

MOST_FILES = 10
MOST_FIELDS = 500
LONGEST_TEXT = 100_000
_WRAPPERS = ("service_requests", "requests", "request", "service_request_updates", "service_request_update",
             "request_update")  # fmt: skip


class Malformed(ValueError):
    """A body that is in none of these forms."""


@dataclass(frozen=True, slots=True)
class Submission:
    """Fields by name, several values of one name in order, and the files that were uploaded with them."""

    fields: Mapping[str, tuple[str, ...]]
    files: tuple[Attachment, ...] = ()

    def one(self, *names: str) -> str:
        """The first value of the first of these names that has one; "" where none has."""
        return next((value for name in names for value in self.fields.get(name, ()) if value), "")

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for value in self.fields.get(name, ()) if value)

    def without(self, *names: str) -> "Submission":
        return Submission({name: each for name, each in self.fields.items() if name not in names}, self.files)


def read(content_type: str, body: bytes) -> Submission:
    """Raises Malformed."""
    kind = content_type.partition(";")[0].strip().lower()
    try:
        if kind == "multipart/form-data":
            return _multipart(content_type, body)
        if kind.endswith(("json", "/xml", "+xml")) or body.lstrip()[:1] in (b"{", b"[", b"<"):
            return _document(body)
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except (ValueError, LookupError, RecursionError):
        raise Malformed("the body cannot be read") from None
    return Submission(_grouped(pairs))


def packed(submission: Submission) -> bytes:
    """A submission as the bytes that are kept: all that came but the key, in ASCII JSON."""
    files = [
        {"filename": one.filename, "type": one.content_type, "base64": base64.b64encode(one.content).decode()}
        for one in submission.files
    ]
    fields = {name: list(values) for name, values in submission.fields.items()}
    return json.dumps({"fields": fields, "files": files}, separators=(",", ":")).encode()


def unpacked(raw: bytes) -> Submission:
    """What `packed` made. Raises ValueError for anything else."""
    told = json.loads(raw)
    if not isinstance(told, dict) or not isinstance(told.get("fields"), dict):
        raise ValueError("these bytes hold no submission")
    fields = {str(name): tuple(map(str, values)) for name, values in told["fields"].items()}
    try:
        files = tuple(_unpacked_file(one) for one in told.get("files", ()))
    except (KeyError, TypeError, binascii.Error) as fault:
        raise ValueError("a file of this submission is damaged") from fault
    return Submission(fields, files)


def _unpacked_file(told: Mapping[str, str]) -> Attachment:
    content = base64.b64decode(told["base64"])
    return Attachment(told["filename"], told["type"], len(content), content)


def _grouped(pairs: list[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs[:MOST_FIELDS]:
        name = storable(name).strip().removesuffix("[]")[:200]
        found[name] = (*found.get(name, ()), storable(value)[:LONGEST_TEXT].strip())
    return found


def _multipart(content_type: str, body: bytes) -> Submission:
    if "boundary=" not in content_type.lower() or "\n" in content_type or "\r" in content_type:
        raise Malformed("multipart without a boundary")
    head = f"content-type: {content_type}\r\nmime-version: 1.0\r\n\r\n".encode("latin-1", "replace")
    pairs: list[tuple[str, str]] = []
    files: list[Attachment] = []
    from email import message_from_bytes  # the rules of headers weigh a megabyte, and this form is rare
    from email.policy import HTTP

    for part in list(message_from_bytes(head + body, policy=HTTP).iter_parts())[:MOST_FIELDS]:
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes):
            continue
        name = str(part.get_param("name", "", header="content-disposition"))
        if part.get_filename() is None:
            pairs.append((name, content.decode("utf-8", "replace")))
        elif content and len(files) < MOST_FILES:
            named = filenames.safe_filename(part.get_filename() or "", part.get_content_type())
            files.append(Attachment(named, part.get_content_type(), len(content), content))
    if not pairs:
        raise Malformed("multipart without parts")
    return Submission(_grouped(pairs), tuple(files))


def _document(body: bytes) -> Submission:
    """One report in JSON or XML, bare or wrapped; `attributes` an object, or a list of code and value."""
    rows = shapes.listed(shapes.parsed(body), *_WRAPPERS)
    if len(rows) != 1:
        raise Malformed("send one at a time")
    return Submission(_grouped(list(_pairs(rows[0]))))


def _pairs(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in row.items():
        if name in ("attribute", "attributes"):
            found += _attributes(value)
            continue
        values = value if isinstance(value, list) else [value]
        found += [(name, shapes.words_of(one)) for one in values]
    return found


def _attributes(value: Any) -> list[tuple[str, str]]:
    if isinstance(value, dict) and not {"attribute", "code"} & set(value):
        return [(f"attribute[{code}]", shapes.words_of(said)) for code, said in value.items()]
    return [
        (f"attribute[{shapes.words_of(row['code'])}]", shapes.words_of(row.get("value")))
        for row in shapes.listed(value, "attribute", "attributes")
        if "code" in row
    ]
