"""Secrets at rest: AES-256-GCM, the key's id in the ciphertext, bound to the row it belongs to."""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Mapping, Sequence

from inbox.boxes import NotOurs, closed, opened
from inbox.errors import SetupProblem

_NO_KEYS = "INBOX_SECRET_KEYS is not set: make one with `openssl rand -base64 32` and keep it safe"


class SecretKeys:
    """The keys of this installation: the first seals, all open. Fails closed without keys."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise SetupProblem(_NO_KEYS)
        self._keys = {hashlib.sha256(b"key id" + key).hexdigest()[:8]: key for key in keys}
        self._first = next(iter(self._keys))

    def seal(self, secret: str, row_id: str) -> str:
        """Ciphertext that opens only for the row `row_id`."""
        box = closed(self._keys[self._first], secret.encode(), row_id.encode())
        return f"{self._first}.{base64.urlsafe_b64encode(box).decode()}"

    def open(self, sealed: str, row_id: str) -> str:
        """The secret. Raises SetupProblem when the key is gone or the ciphertext was changed or moved."""
        key_id, _, body = sealed.partition(".")
        key = self._keys.get(key_id)
        if key is None:
            raise SetupProblem(f"INBOX_SECRET_KEYS no longer holds the key {key_id} that sealed a secret")
        try:
            return opened(key, base64.urlsafe_b64decode(body), row_id.encode()).decode()
        except NotOurs:
            raise SetupProblem("a stored secret was changed or moved; enter it again") from None

    def seal_all(self, secrets: Mapping[str, str], row_id: str) -> str:
        return self.seal(json.dumps(dict(secrets)), row_id)

    def open_all(self, sealed: str | None, row_id: str) -> dict[str, str]:
        return dict(json.loads(self.open(sealed, row_id))) if sealed else {}

    def is_current(self, sealed: str) -> bool:
        """Whether the first key sealed it (`inbox keys rotate` re-wraps the others)."""
        return sealed.startswith(self._first + ".")

    def mac(self, purpose: str, words: str, size: int = 32) -> bytes:
        """A MAC of `size` bytes (16 at the least) under a key of its own per purpose, from the first key."""
        return _mac(self._keys[self._first], purpose, words)[:size]

    def macs(self, purpose: str, words: str) -> tuple[bytes, ...]:
        """The MAC under each key, the first key's first: for looking up what any of them may have made."""
        return tuple(_mac(key, purpose, words) for key in self._keys.values())

    def is_mac(self, purpose: str, words: str, claimed: bytes, size: int = 32) -> bool:
        """Whether any of our keys made `claimed`, of exactly `size` bytes, compared in constant time."""
        if len(claimed) != size:
            return False
        return any(
            hmac.compare_digest(_mac(key, purpose, words)[:size], claimed) for key in self._keys.values()
        )


def _mac(key: bytes, purpose: str, words: str) -> bytes:
    own = hmac.digest(key, b"purpose:" + purpose.encode(), "sha256")
    return hmac.digest(own, words.encode(), "sha256")


def new_token() -> str:
    """256 random bits, fit for a URL."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")


def token_hash(token: str) -> str:
    """What is stored in place of a token. A plain hash is enough for 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
