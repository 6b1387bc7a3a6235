"""The post tray: letters that staff scanned or photographed, read into messages."""

from collections.abc import Mapping
from typing import ClassVar

from connectors.contract import (
    Checked,
    Form,
    Handle,
    InboundMessage,
    Limits,
    News,
    RawArrival,
    Surroundings,
)
from connectors.keys import Key, filled, table
from connectors.post.reading import PROGRAMS, installed, read_pages
from connectors.post.scans import opened

UNNAMED = "Writer of a letter"
UNCHECKED, UNREAD, PARTLY = "read-by-machine", "not-read", "partly-read"
"""Warnings on a letter that no person has compared with its pages."""


class PostChannel:
    """Needs no connection: staff hand in what the post brought."""

    KEYS: ClassVar[Mapping[str, Key]] = table()
    limits = Limits(subject=False, idempotent=True, forms=(Form.LETTER,))

    @classmethod
    def from_settings(
        cls, settings: Mapping[str, str], secrets: Mapping[str, str], around: Surroundings
    ) -> "PostChannel":
        """Takes no settings but `since`. Raises PermanentFailure for any other."""
        filled(cls.KEYS, {name: value for name, value in settings.items() if name != "since"}, secrets)
        return cls()

    @staticmethod
    def account_of(settings: Mapping[str, str]) -> str:
        return "post"

    @staticmethod
    def understand(arrival: RawArrival) -> News:
        """The letter, read by machine where that is possible. Raises Unreadable."""
        pages, told = opened(arrival.raw)
        reading = read_pages(pages)
        return InboundMessage(
            channel="post",
            account=arrival.account,
            external_id="",
            sender=Handle(told.get("name") or UNNAMED, told.get("email", "").lower()),
            subject=told.get("subject") or _title(len(pages)),
            text=reading.text,
            new_text=reading.text,
            attachments=(*pages, *reading.pictures),
            sent_at=None,
            content_key=f"post {arrival.external_id.removeprefix('letter:')}"[:64],
            warnings=_warnings(reading.text, reading.is_whole),
            form=Form.LETTER,
            reached_by="email",
            told=told,
        )

    def check(self) -> tuple[Checked, ...]:
        """Which of the programs that read letters are on this machine."""
        here = installed()
        return tuple(
            Checked(name, name in here, _found(name) if name in here else _missing(name)) for name in PROGRAMS
        )


def _title(pages: int) -> str:
    return "Letter" if pages == 1 else f"Letter, {pages} pages"


def _warnings(text: str, is_whole: bool) -> tuple[str, ...]:
    if not text:
        return (UNREAD,)
    return (UNCHECKED,) if is_whole else (UNCHECKED, PARTLY)


def _found(name: str) -> str:
    return f"{name} is on this machine."


def _missing(name: str) -> str:
    package = "tesseract-ocr" if name == "tesseract" else "poppler-utils"
    return f"{name} is not on this machine (Debian: {package}). Letters that need it are typed by people."
