"""The mailbox's Sent folder: our copy of what left, and proof that something left."""

from collections.abc import Iterator
from contextlib import contextmanager

from connectors.contract import PermanentFailure
from connectors.email.accounts import ImapSettings
from connectors.email.connection import (
    Connection,
    connect,
    folder_name,
    in_words,
    quoted,
    refused,
)
from connectors.email.folders import examine, fetch_each


class SentFolder:
    """Each call opens a short connection of its own, so that sending never waits for collecting."""

    def __init__(self, settings: ImapSettings) -> None:
        if settings.sent_folder is None:
            raise PermanentFailure("no sent_folder is set for this channel")
        self._settings = settings
        self._folder = settings.sent_folder

    def append(self, raw: bytes, message_id: str) -> None:
        """Puts a copy there, marked as read, unless one with this Message-ID is there already.

        Raises TemporaryFailure, PermanentFailure (no such folder) or CredentialsRejected; may be tried again.
        """
        with self._conversation() as connection:
            if _found(connection, self._folder, message_id) is not None:
                return
            kind, data = connection.append(folder_name(self._folder), r"(\Seen)", "", raw)  # type: ignore[arg-type]
            if kind != "OK":
                refused(data, "keep a copy of what was sent")

    def find(self, message_id: str) -> str | None:
        """Where the message with exactly this Message-ID lies, in words; None when it is not there.

        `message_id` with or without angle brackets. Fails like `append`.
        """
        with self._conversation() as connection:
            return _found(connection, self._folder, message_id)

    @contextmanager
    def _conversation(self) -> Iterator[Connection]:
        connection = connect(self._settings)
        try:
            with in_words(self._settings.host):
                yield connection
        finally:
            connection.shutdown()


def _found(connection: Connection, folder: str, message_id: str) -> str | None:
    identity = f"<{message_id.strip().strip('<>')}>"
    examine(connection, folder)
    data = connection.command("search the folder", "SEARCH", "HEADER", "Message-ID", quoted(identity))
    uids = [int(number) for part in data if isinstance(part, bytes) for number in part.split()]
    # SEARCH finds parts of words, and some servers find too much: compare the whole id.
    for each in fetch_each(connection, uids, "(UID INTERNALDATE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"):
        if identity.encode() in (each.body or b"").split():
            when = f", dated {each.received_at:%Y-%m-%d %H:%M} UTC" if each.received_at else ""
            return f'a copy lies in the folder "{folder}" (number {each.uid}{when})'
    return None
