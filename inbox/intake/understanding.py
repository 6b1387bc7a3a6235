"""A message that was read, with its files in the store, before any transaction is opened."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from connectors.contract import Attachment as File
from connectors.contract import InboundMessage, News
from inbox.models import Scan
from inbox.scanning import Scanner
from inbox.storage import Store


@dataclass(frozen=True, slots=True)
class Filed:
    """A file whose bytes are already durable under `content_hash`, and only there."""

    file: File
    content_hash: str
    scan: Scan


@dataclass(frozen=True, slots=True)
class Understood:
    """A message that was read, its files in the store: ready for one short transaction."""

    news: News
    files: tuple[Filed, ...] = ()

    @property
    def told(self) -> InboundMessage | None:
        """The message in the news; None for a receipt, a deletion and what says nothing."""
        return self.news if isinstance(self.news, InboundMessage) else getattr(self.news, "message", None)

    @property
    def message(self) -> InboundMessage:
        """The message, where there is one."""
        if self.told is None:
            raise TypeError("this news holds no message")
        return self.told


def understand(
    store: Store, office_id: str, news: News, scan: Scanner, fetched: Sequence[Filed] = ()
) -> Understood:
    """Puts the files of a message into the store before any transaction; those `fetched` for it are there."""
    message = Understood(news).told
    files = message.attachments if message else ()
    return Understood(news, (*(put(store, office_id, file, scan) for file in files), *fetched))


def put(store: Store, office_id: str, file: File, scan: Scanner) -> Filed:
    """A file into the store. Its bytes are let go: a message may bring many."""
    content_hash, scanned = store.put(office_id, file.content), scan(file.content)
    return Filed(replace(file, content=b""), content_hash, scanned)
