"""Walks what `inbox import` was given: files, mboxes, Maildirs, and folders of any of these."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from connectors.contract import RawArrival
from inbox.importing.dates import received_at
from inbox.importing.mbox import LARGEST, is_mbox, messages_in_mbox

CHANNEL = "email"
_MAIL_ENDINGS = frozenset({".eml", ".mbox", ".mbx", ".mbs", ".mai", ".email", ""})
_NOT_MAIL = {
    ".msg": "Outlook’s own format: save it as .eml",
    ".pst": "Outlook’s own format: export it as .eml or mbox",
    ".emlx": "Apple Mail’s own format: export the mailbox as mbox",
    ".zip": "unpack it first",
    ".gz": "unpack it first",
}
_HEAD = 10
"""Of a file that was named, whatever it is called, one of so many lines must look like a header of mail."""
_SENT = frozenset({"sent", "sent items", "sent mail", "sent messages", "anfonwyd"})
_LEFT_OUT = frozenset(
    {"trash", "deleted items", "deleted messages", "bin", "junk", "junk email", "spam", "drafts", "templates"}
)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that was passed over, and why."""

    place: str
    why: str


Tell = Callable[[Notice], None]


def messages_in(
    paths: Iterable[Path], *, account: str, now: datetime, tell: Tell = lambda _: None
) -> Iterator[RawArrival]:
    """Every message under `paths`, in a stable order.

    `external_id` is the SHA-256 of the bytes, so that the same file imported again, from wherever it lies
    then, gives nothing new. `hints` say where it was found, and `direction` for folders of sent mail.
    """
    for path in paths:
        yield from _walk(path, account, now, tell, named=True)


def _walk(
    path: Path, account: str, now: datetime, tell: Tell, *, named: bool = False
) -> Iterator[RawArrival]:
    try:
        if path.is_dir():
            for child in _children(path, tell, named=named):
                yield from _walk(child, account, now, tell)
        elif path.is_file():
            yield from _read(path, account, now, tell, named=named)
        elif named:
            tell(Notice(str(path), "there is no such file"))
    except OSError as error:
        tell(Notice(str(path), error.strerror or str(error)))


def _children(folder: Path, tell: Tell, *, named: bool) -> list[Path]:
    """What to look at in a folder; a Maildir gives its messages and its subfolders."""
    if not named and _folder_name(folder) in _LEFT_OUT:
        tell(Notice(str(folder), "a folder of deleted, junk or unfinished mail; name it to import it"))
        return []
    children = sorted((child for child in folder.iterdir() if not child.is_symlink()), key=_numbers_last)
    if not _is_maildir(folder):
        return [child for child in children if not child.name.startswith(".")]
    messages = [one for part in ("cur", "new") for one in sorted((folder / part).iterdir()) if one.is_file()]
    return messages + [
        child for child in children if child.is_dir() and child.name not in ("cur", "new", "tmp")
    ]


def _numbers_last(path: Path) -> tuple[str, str]:
    """By name, shorter numbers first: message 9 before message 10."""
    return (path.name.zfill(20) if path.stem.isdigit() else path.name, path.name)


def _is_maildir(folder: Path) -> bool:
    return (folder / "cur").is_dir() and (folder / "new").is_dir()


def _read(path: Path, account: str, now: datetime, tell: Tell, *, named: bool) -> Iterator[RawArrival]:
    in_maildir = path.parent.name in ("cur", "new") and _is_maildir(path.parent.parent)
    if not in_maildir and not _may_be_mail(path, tell, named=named):
        return
    with path.open("rb") as file:
        is_box = not in_maildir and is_mbox(file.read(5))
        file.seek(0)
        if is_box:
            for found in messages_in_mbox(file):
                place = f"{path}@{found.offset}"
                if found.raw is None:
                    tell(Notice(place, f"one message of more than {LARGEST >> 20} MB"))
                elif found.raw.strip():
                    yield _arrival(found.raw, path, place, account, now)
            return
        if os.fstat(file.fileno()).st_size > LARGEST:
            tell(Notice(str(path), f"one message of more than {LARGEST >> 20} MB"))
            return
        raw = file.read()
    if raw.strip():
        yield _arrival(raw, path, str(path), account, now)
    else:
        tell(Notice(str(path), "the file is empty"))


def _may_be_mail(path: Path, tell: Tell, *, named: bool) -> bool:
    ending = path.suffix.lower()
    if ending in _NOT_MAIL:
        tell(Notice(str(path), _NOT_MAIL[ending]))
        return False
    if ending in _MAIL_ENDINGS - {""}:
        return True
    with path.open("rb") as file:
        head = file.read(2048)
    lines = head.splitlines()[: _HEAD if named else 1]
    if (named or ending == "") and (not head or is_mbox(head) or any(map(_is_header, lines))):
        return True
    tell(Notice(str(path), "not a mail file"))
    return False


def _is_header(line: bytes) -> bool:
    name, colon, _ = line.partition(b":")
    return bool(colon) and name.replace(b"-", b"").isalnum() and len(name) < 60


def _arrival(raw: bytes, path: Path, place: str, account: str, now: datetime) -> RawArrival:
    hints = {"source": "import", "place": place[-400:]}
    holder = path.parent.parent if path.parent.name in ("cur", "new") else path.parent
    if _folder_name(holder) in _SENT or _folder_name(path) in _SENT:
        hints["direction"] = "outbound"
    return RawArrival(
        channel=CHANNEL,
        account=account,
        external_id=f"import/{hashlib.sha256(raw).hexdigest()}",
        raw=raw,
        received_at=received_at(raw, _file_time(path, now)),
        hints=hints,
    )


def _folder_name(path: Path) -> str:
    """A folder's own name as mail programs mean it: `.Sent Items` in a Maildir, `Sent.mbox` elsewhere."""
    name = path.name.removesuffix(".mbox").lstrip(".")
    return name.rpartition(".")[2].lower() if path.name.startswith(".") else name.lower()


def _file_time(path: Path, now: datetime) -> datetime:
    return min(datetime.fromtimestamp(path.stat().st_mtime, UTC), now)
