"""Files chosen in the form: how many, how large, and of what kind by their own bytes."""

import unicodedata
from collections.abc import Sequence

from fastapi import UploadFile
from sqlmodel import Session

from inbox import form_sessions
from inbox.form_sessions import Visit
from inbox.web.public.contact.answers import Wrong

MOST_FILES = 10
LARGEST = 20_000_000
LARGEST_TOGETHER = 25_000_000
_ZIPPED = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "pages": "application/vnd.apple.pages",
}
_BEGINNINGS = (
    (b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"), (b"GIF89a", "image/gif"), (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"{\\rtf", "application/rtf"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword"),
    (b"ID3", "audio/mpeg"), (b"\xff\xfb", "audio/mpeg"), (b"\xff\xf3", "audio/mpeg"),
)  # fmt: skip
_BRANDS = {b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heic", b"M4A ": "audio/mp4"}


def kind_of(content: bytes, filename: str) -> str | None:
    """What a file is by its first bytes, among what an office can open; None for anything else."""
    for beginning, kind in _BEGINNINGS:
        if content.startswith(beginning):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp":
        return _BRANDS.get(content[8:12], "video/mp4")
    if content.startswith(b"PK\x03\x04"):
        return _ZIPPED.get(filename.rpartition(".")[2].lower())
    return "text/plain" if _is_text(content) else None


def shown_name(name: str) -> str:
    """The last part of a file's name, without what cannot be seen."""
    plain = "".join(one for one in name if unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    return " ".join(plain.replace("\\", "/").rpartition("/")[2].split())[:120] or "file"


def take(session: Session, visit: Visit, chosen: Sequence[UploadFile]) -> list[Wrong]:
    """Keeps each file that can be kept; returns those that cannot, with what is wrong with each."""
    count, together = form_sessions.room_taken(session, visit)
    refused: list[Wrong] = []
    for one in chosen:
        content = one.file.read(LARGEST + 1)
        name = shown_name(one.filename or "")
        kind = kind_of(content, name)
        wrong = _wrong(count + 1, together + len(content), content, kind)
        if wrong is None and kind is not None:
            form_sessions.add_file(session, visit, _named(name, kind), kind, content)
            count, together = count + 1, together + len(content)
        elif len(refused) < MOST_FILES:
            refused.append(Wrong("files", wrong or "form_wrong_files_kind", name))
    return refused


def _wrong(count: int, together: int, content: bytes, kind: str | None) -> str | None:
    if count > MOST_FILES:
        return "form_wrong_files_many"
    if len(content) > LARGEST:
        return "form_wrong_files_large"
    if together > LARGEST_TOGETHER:
        return "form_wrong_files_together"
    if not content:
        return "form_wrong_files_empty"
    return "form_wrong_files_kind" if kind is None else None


def _named(name: str, kind: str) -> str:
    """Text that calls itself something else gets a name that opens as text."""
    if kind == "text/plain" and name.rpartition(".")[2].lower() not in ("txt", "csv", "md", "log"):
        return name + ".txt"
    return name


def _is_text(content: bytes) -> bool:
    if b"\x00" in content or content.startswith((b"MZ", b"\x7fELF", b"#!")):
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
