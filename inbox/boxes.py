"""Closed boxes: bytes that only their key opens, and only for what they were bound to (AES-256-GCM)."""

import os

_NONCE = 12


class NotOurs(Exception):
    """The box was changed or moved, or another key closed it."""


# The library is imported with the first box: an installation at rest holds none open.


def closed(key: bytes, content: bytes, bound_to: bytes = b"") -> bytes:
    """A box of `content`, its nonce first. `key`: 32 bytes. `bound_to`: what it belongs to, not secret."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, bound_to)


def opened(key: bytes, box: bytes, bound_to: bytes = b"") -> bytes:
    """What is in a box. Raises NotOurs."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key).decrypt(box[:_NONCE], box[_NONCE:], bound_to)
    except InvalidTag:
        raise NotOurs from None
