"""Pictures and films that an account brings: in one piece, or begun, brought in pieces and finished."""

import base64
import json
import re
from dataclasses import dataclass, field
from datetime import timedelta
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from connectors.standins.server import Asked, Route, Told
from connectors.standins.x.signing_in import SigningIn
from connectors.standins.x.state import problem

LASTS = timedelta(hours=24)
MOST = {"image": 5 << 20, "gif": 15 << 20, "video": 512 << 20}
CATEGORIES = ("tweet_image", "tweet_gif", "tweet_video", "dm_image", "dm_gif", "dm_video")


@dataclass(slots=True)
class Upload:
    """Something on its way here."""

    kind: str
    total: int
    category: str
    pieces: dict[int, bytes] = field(default_factory=dict)


class Uploads(SigningIn):
    """POST /2/media/upload, and in steps."""

    def upload_routes(self) -> list[tuple[str, str, Route]]:
        return [
            ("POST", "/2/media/upload", self._upload),
            ("GET", "/2/media/upload", self._status),
            ("POST", "/2/media/upload/initialize", self._begin),
            ("POST", r"/2/media/upload/(\d+)/append", self._append),
            ("POST", r"/2/media/upload/(\d+)/finalize", self._finish),
        ]

    def _upload(self, asked: Asked) -> Told:
        self.person(asked)
        headers, given = self.count("media"), _given(asked)
        content, category = _bytes(given.get("media")), str(given.get("media_category", ""))
        if not content or category not in CATEGORIES:
            raise problem(400, "Invalid Request", "media and media_category are required", "invalid-request")
        return Told({"data": self._kept(content, _kind(given, category), category)}, headers=headers)

    def _begin(self, asked: Asked) -> Told:
        self.person(asked)
        headers, given = self.count("media"), _given(asked)
        upload = Upload(given["media_type"], int(given["total_bytes"]), given.get("media_category", ""))
        _limit(upload.kind, upload.total)
        media_id = self.new_id()
        self.uploads[media_id] = upload
        return Told({"data": self._words(media_id, 0)}, headers=headers)

    def _append(self, asked: Asked) -> Told:
        self.person(asked)
        headers, given, upload = self.count("media"), _given(asked), self._open(asked)
        upload.pieces[int(given["segment_index"])] = _bytes(given.get("media"))
        return Told({"data": {"expires_at": int((self.now() + LASTS).timestamp())}}, headers=headers)

    def _finish(self, asked: Asked) -> Told:
        self.person(asked)
        headers, upload = self.count("media"), self._open(asked)
        content = b"".join(upload.pieces[one] for one in sorted(upload.pieces))
        if len(content) != upload.total:
            raise problem(400, "Invalid Request", "Segments do not add up to total_bytes", "invalid-request")
        del self.uploads[asked.args[0]]
        return Told({"data": self._kept(content, upload.kind, upload.category, asked.args[0])},
                    headers=headers)  # fmt: skip

    def _status(self, asked: Asked) -> Told:
        self.person(asked)
        media_id = asked.query.get("media_id", "")
        if media_id not in self.media:
            raise problem(404, "Not Found Error", "Could not find the media.", "resource-not-found")
        done = {"processing_info": {"state": "succeeded", "progress_percent": 100}}
        words = self._words(media_id, len(self.media[media_id][1])) | done
        return Told({"data": words}, headers=self.count("media"))

    def _open(self, asked: Asked) -> Upload:
        if asked.args[0] not in self.uploads:
            raise problem(404, "Not Found Error", "Could not find the upload.", "resource-not-found")
        found: Upload = self.uploads[asked.args[0]]
        return found

    def _kept(self, content: bytes, kind: str, category: str, media_id: str = "") -> dict[str, Any]:
        _limit(kind, len(content))
        media_id = media_id or self.new_id()
        self.media[media_id] = (kind, content)
        self.brought[media_id] = (category, self.now() + LASTS)
        return self._words(media_id, len(content))

    def _words(self, media_id: str, size: int) -> dict[str, Any]:
        lasts = int(LASTS.total_seconds())
        return {"id": media_id, "media_key": f"3_{media_id}", "size": size, "expires_after_secs": lasts}

    def own_media(self, ids: list[str], purpose: str) -> list[str]:
        """Media of ours that are still good for a post ("tweet") or a message ("dm"). Raises Refusal."""
        for one in ids:
            category, until = self.brought.get(one, ("", self.now()))
            if until <= self.now() or not category.startswith(purpose):
                raise problem(400, "Invalid Request", "Your media IDs are invalid.", "invalid-request")
        return ids


def _limit(kind: str, size: int) -> None:
    name = "gif" if kind == "image/gif" else kind.partition("/")[0]
    if size > MOST.get(name, 0):
        raise problem(
            400, "Invalid Request", f"File size exceeds {MOST.get(name, 0)} bytes", "invalid-request"
        )


def _kind(given: dict[str, Any], category: str) -> str:
    usual = {"image": "image/jpeg", "gif": "image/gif", "video": "video/mp4"}
    return str(given.get("media_type") or usual[category.partition("_")[2]])


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else base64.b64decode(str(value or ""))


def _given(asked: Asked) -> dict[str, Any]:
    """The fields of a request, as JSON or as a form of several parts (RFC 7578)."""
    kind = asked.headers.get("content-type", "")
    if not kind.startswith("multipart/"):
        found = json.loads(asked.body or b"{}")
        return found if isinstance(found, dict) else {}
    parsed = BytesParser(policy=HTTP).parsebytes(f"content-type: {kind}\r\n\r\n".encode() + asked.body)
    fields: dict[str, Any] = {}
    for part in parsed.iter_parts():
        found = re.search(r'name="([^"]*)"', str(part.get("content-disposition", "")))
        content = part.get_payload(decode=True)
        if found and isinstance(content, bytes):
            fields[found[1]] = content if part.get_filename() or found[1] == "media" else content.decode()
    return fields
