"""Names for cases and for what leaves: references people can speak, ids that nobody can forge."""

import base64
import binascii
import hashlib
import re
import secrets

from connectors.contract import InboundMessage, storable
from inbox.secrets import SecretKeys

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no I, O, 0, 1: they are misread
_REFERENCE = re.compile(r"([A-Z]{2,6})-?([A-Z2-9]{4,8})-?([A-Z2-9]{2})")
_TOKEN_BYTES = 16


def new_reference(prefix: str, length: int = 4) -> str:
    """`WX-7K4M-2P`: the office's prefix, random characters, and two that check the rest."""
    middle = "".join(secrets.choice(ALPHABET) for _ in range(length))
    return f"{prefix}-{middle}-{_check(prefix, middle)}"


def read_reference(words: str) -> str | None:
    """The reference in its proper form, however it was typed; None where a character is wrong."""
    found = _REFERENCE.fullmatch(words.strip().upper().replace(" ", "-").replace("--", "-"))
    if found is None or _check(found[1], found[2]) != found[3]:
        return None
    return "-".join(found.groups())


def thread_of(incoming: InboundMessage) -> str | None:
    """The conversation as we keep it: no two accounts share one."""
    return in_thread(incoming.channel, incoming.account, incoming.thread) if incoming.thread else None


def in_thread(kind: str, account: str, thread: str) -> str:
    """A platform's conversation with the account it is held with before it."""
    return storable(f"{kind}/{account}/{thread}")[:512]


def new_message_id(reference: str, domain: str, keys: SecretKeys) -> str:
    """A Message-ID (without brackets) that carries the case and a full MAC."""
    local = f"{_compact(reference)}.{secrets.token_hex(8)}"
    return f"{local}.{_base32(keys.mac('message id', local))}@{domain}"


def reference_in_message_id(message_id: str, keys: SecretKeys) -> str | None:
    """The compact reference in a Message-ID that we made; None for any other, cut short or changed."""
    local, _, _domain = message_id.rpartition("@")
    body, _, mac = local.rpartition(".")
    if not body or not keys.is_mac("message id", body, _from_base32(mac)):
        return None
    return body.partition(".")[0].upper()


def reply_token(reference: str, keys: SecretKeys) -> str:
    """What stands after the plus sign in the address that replies come to."""
    compact = _compact(reference)
    return compact + _base32(keys.mac("reply token", compact, _TOKEN_BYTES))


def reference_in_token(token: str, keys: SecretKeys) -> str | None:
    """The compact reference in a reply token that we made. Mail servers may change its case."""
    token = token.lower()
    compact, mac = token[:-26], token[-26:]
    if not compact or not keys.is_mac("reply token", compact, _from_base32(mac), _TOKEN_BYTES):
        return None
    return compact.upper()


def answer_token(reference: str, staff_id: str, keys: SecretKeys) -> str:
    """The same in a mail to one of the staff: their answer is known by it, and by nobody else's address."""
    compact = _compact(reference)
    return compact + _base32(keys.mac("answer token", f"{compact} {staff_id}", _TOKEN_BYTES))


def reference_in_answer_token(token: str, staff_id: str, keys: SecretKeys) -> str | None:
    """The compact reference in a token that we made for that person; None for any other."""
    token = token.lower()
    compact, mac = token[:-26], token[-26:]
    if not compact or not keys.is_mac(
        "answer token", f"{compact} {staff_id}", _from_base32(mac), _TOKEN_BYTES
    ):
        return None
    return compact.upper()


def compact_of(reference: str) -> str:
    """The reference as tokens carry it, upper case without dashes."""
    return _compact(reference).upper()


def _compact(reference: str) -> str:
    return reference.replace("-", "").lower()


def _check(prefix: str, middle: str) -> str:
    number = int.from_bytes(hashlib.sha256(f"{prefix}-{middle}".encode()).digest()[:2]) % 1024
    return ALPHABET[number // 32] + ALPHABET[number % 32]


def _base32(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()


def _from_base32(words: str) -> bytes:
    try:
        return base64.b32decode(words.upper() + "=" * (-len(words) % 8)) if words == words.lower() else b""
    except binascii.Error:
        return b""
