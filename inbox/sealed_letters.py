"""Letters that carry a private link: sealed in the store, and opened only where they leave.

Only the hash of such a link is in the database. Whoever can read the store or a backup, and has not the keys,
learns no more from there.
"""

from typing import Protocol

from inbox.errors import SetupProblem, Unavailable
from inbox.secrets import SecretKeys
from inbox.storage import Store

_MARK = b"sealed letter\n"
"""No letter begins like this: its first line is a header."""
_BOUND = "letter "
_AWAY = (
    "The key that sealed this letter is not among INBOX_SECRET_KEYS, so it cannot leave. Ask whoever runs "
    "the program to put the key back."
)


class Leaving(Protocol):
    """A delivery, or what was claimed of it."""

    @property
    def office_id(self) -> str: ...

    @property
    def outgoing_id(self) -> str: ...

    @property
    def raw_hash(self) -> str: ...


def keep(store: Store, keys: SecretKeys, office_id: str, outgoing_id: str, raw: bytes) -> str:
    """Keeps a letter sealed, for this Message-ID alone; returns what `Delivery.raw_hash` is to be."""
    sealed = keys.seal(raw.decode("latin-1"), _BOUND + outgoing_id)
    return store.put(office_id, _MARK + sealed.encode())


def read(store: Store, keys: SecretKeys, letter: Leaving) -> bytes:
    """The bytes that leave, of any letter. Raises NotFound, and Unavailable when its key is away."""
    content = store.get(letter.office_id, letter.raw_hash)
    if not content.startswith(_MARK):
        return content
    try:
        return keys.open(_sealed(content), _BOUND + letter.outgoing_id).encode("latin-1")
    except SetupProblem:
        raise Unavailable(_AWAY) from None


def seal_anew(store: Store, keys: SecretKeys, letter: Leaving) -> str | None:
    """Seals with the first key what another sealed; the new `raw_hash`, or None where it is current.

    Raises like `read`.
    """
    content = store.get(letter.office_id, letter.raw_hash)
    if content.startswith(_MARK) and keys.is_current(_sealed(content)):
        return None
    return keep(store, keys, letter.office_id, letter.outgoing_id, read(store, keys, letter))


def _sealed(content: bytes) -> str:
    return content.removeprefix(_MARK).decode("ascii")
