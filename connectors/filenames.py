"""Names of files that are safe to show and to store under, whoever chose them."""

import re
import unicodedata

LONGEST = 120
LONGEST_BYTES = 200

INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
SEPARATORS = re.compile(r"[/\\]")
FORBIDDEN = re.compile(r'[<>:"|?*]')
SPACES = re.compile(r"\s+")
DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(?:\.|\Z)", re.IGNORECASE)
EXTENSION = re.compile(r"\.[\w-]{1,20}\Z")

EXTENSIONS = {
    "text/plain": ".txt", "text/html": ".html", "text/calendar": ".ics", "text/csv": ".csv",
    "text/vcard": ".vcf", "text/x-vcard": ".vcf", "text/rtf": ".rtf", "application/rtf": ".rtf",
    "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp",
    "image/heic": ".heic", "image/svg+xml": ".svg", "image/tiff": ".tif", "application/pdf": ".pdf",
    "application/zip": ".zip", "application/msword": ".doc", "audio/mpeg": ".mp3",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "video/mp4": ".mp4", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "message/rfc822": ".eml", "message/global": ".eml", "message/delivery-status": ".txt",
    "message/feedback-report": ".txt",
    "message/disposition-notification": ".txt",
    "text/rfc822-headers": ".txt", "application/ms-tnef": ".dat", "application/pgp-signature": ".asc",
    "application/pgp-encrypted": ".asc", "application/pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s", "application/x-pkcs7-mime": ".p7m",
    "application/json": ".json", "application/x-pkcs7-signature": ".p7s", "application/ics": ".ics",
}  # fmt: skip


def safe_filename(name: str, content_type: str, fallback: str = "attachment") -> str:
    """`name` as one visible path component of at most 120 characters with its extension; never empty."""
    name = name[:8192]
    if not name.isascii():
        name = unicodedata.normalize("NFC", name)
    name = SPACES.sub(" ", INVISIBLE.sub("", SPACES.sub(" ", name)))
    name = FORBIDDEN.sub("_", SEPARATORS.split(name.rstrip(" /\\"))[-1]).lstrip(" .").rstrip(" .")
    if not name.strip("_"):
        name = fallback
    if "." not in name:
        name += EXTENSIONS.get(content_type, "")
    if DEVICES.match(name):
        name = "_" + name
    return _shorten(name)


def _shorten(name: str) -> str:
    if len(name) <= LONGEST and len(name.encode()) <= LONGEST_BYTES:
        return name
    extension = EXTENSION.search(name)
    tail = extension[0] if extension else ""
    stem = name[: len(name) - len(tail)][: LONGEST - len(tail)]
    room = LONGEST_BYTES - len(tail.encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .") + tail
