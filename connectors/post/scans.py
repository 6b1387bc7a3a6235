"""A letter as it was handed in: its pages in order, kept as JSON, known again by its bytes."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.contract import Attachment, Unreadable
from connectors.filenames import safe_filename

VERSION = 1
"""Of the stored JSON; what a later program writes, an older one sets aside instead of guessing."""

ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/tiff": "tif"}
"""What a page can be."""

SHOWN = ("image/jpeg", "image/png")
"""What a browser shows as a picture."""

PICTURE = "page-"
"""The content id of a picture that we made of a page begins so: it did not come with the letter."""


def identity(pages: Sequence[Attachment]) -> str:
    """The same for the same pages in the same order, whatever they are called."""
    each = b"".join(hashlib.sha256(page.content).digest() for page in pages)
    return f"letter:{hashlib.sha256(each).hexdigest()}"


def written(pages: Sequence[Attachment], told: Mapping[str, str], at: datetime) -> bytes:
    """The JSON to keep. `told`: what was typed beside the pages."""
    enclosed = [
        {"name": one.filename, "type": one.content_type, "content": base64.b64encode(one.content).decode()}
        for one in pages
    ]
    whole = {"version": VERSION, "at": at.isoformat(), "told": dict(told), "pages": enclosed}
    return json.dumps(whole, ensure_ascii=False).encode("utf-8", "replace")


def opened(raw: bytes) -> tuple[tuple[Attachment, ...], dict[str, str]]:
    """The pages, and what was typed. Raises Unreadable for JSON that this version did not write."""
    try:
        whole = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Unreadable("This letter was not kept whole.") from error
    if not isinstance(whole, dict) or whole.get("version") != VERSION:
        raise Unreadable("This letter was kept by another version of the program.")
    told, pages = whole.get("told", {}), whole.get("pages")
    if not isinstance(told, dict) or not all(isinstance(one, str) for one in told.values()):
        raise Unreadable("What was typed beside this letter is not text.")
    if not isinstance(pages, list) or not pages:
        raise Unreadable("This letter has no pages.")
    return tuple(_page(one) for one in pages), told


def _page(one: Any) -> Attachment:
    try:
        content = base64.b64decode(one["content"], validate=True)
        kind = str(one["type"])
        return Attachment(safe_filename(str(one["name"]), kind, "page"), kind, len(content), content)
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable("A page of this letter is not whole.") from error
