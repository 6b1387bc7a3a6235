"""Small pieces that private and public events share: people, words, files, names."""

import hashlib
import mimetypes
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from connectors.contract import Handle, RemoteFile

_TYPES = {"image": "image/jpeg", "video": "video/mp4", "audio": "audio/mp4"}
_LONGEST_WORDS = 100_000


def words_of(value: object) -> str:
    """Text as Facebook gives it; anything that is no text or number reads as nothing."""
    if isinstance(value, str):
        return value[:_LONGEST_WORDS]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def number_of(value: object) -> str:
    """An id, which Facebook writes as text and sometimes as a number. Raises ValueError without one."""
    found = words_of(value).strip()
    if not found:
        raise ValueError("an id is missing")
    return found


def person_of(told: object, otherwise: str) -> Handle:
    """Who it is from. Where Facebook keeps that to itself, `otherwise` is the address."""
    if not isinstance(told, dict) or not words_of(told.get("id")):
        return Handle("", otherwise)
    return Handle(" ".join(words_of(told.get("name")).split())[:200], words_of(told["id"]))


def content_key(name: str, text: str) -> str:
    """Equal for the same words under the same name, whichever way they came."""
    return hashlib.sha256(f"facebook\x00{name}\x00{text}".encode("utf-8", "replace")).hexdigest()


def file_of(url: object, kind: str = "file", name: object = None, mime: object = None) -> RemoteFile | None:
    """A file to fetch; None where there is no address."""
    if not isinstance(url, str) or not url.startswith(("https://", "http://")):
        return None
    named = words_of(name) or unquote(PurePosixPath(urlsplit(url).path).name) or kind
    guessed = mimetypes.guess_type(named)[0]
    return RemoteFile(
        url, named[-120:], words_of(mime) or guessed or _TYPES.get(kind, "application/octet-stream")
    )


def listed(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, bare or in Facebook's `{"data": […]}`."""
    inner = value.get("data") if isinstance(value, dict) else value
    return [one for one in inner if isinstance(one, dict)] if isinstance(inner, list) else []
