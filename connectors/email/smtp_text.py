"""The bytes of a message as SMTP carries them (RFC 5321, sections 2.3.8 and 4.5.2), and its addresses."""

import re

from connectors.contract import PermanentFailure

ANY_LINE_END = re.compile(rb"\r\n|\r|\n")
LINE_START_DOT = re.compile(rb"(?:\A|(?<=\r\n))\.")
BAD_IN_ADDRESS = re.compile(r"[\s<>\x00-\x1f\x7f]")


def canonical(raw: bytes) -> bytes:
    """`raw` with every line end, also a bare CR or LF, made CRLF, and one at the very end.

    No bare CR or LF leaves us: servers that disagree on them let one message hide another (smuggling).
    """
    text = ANY_LINE_END.sub(b"\r\n", raw)
    return text if text.endswith(b"\r\n") or not text else text + b"\r\n"


def stuffed(canonical_text: bytes) -> bytes:
    """`canonical_text` with a dot before each dot that begins a line."""
    return LINE_START_DOT.sub(b"..", canonical_text)


def path(address: str, *, utf8: bool) -> str:
    """`address` for MAIL and RCPT. A non-ASCII local part needs SMTPUTF8; a domain can do without (IDNA).

    Raises PermanentFailure for what is not one address, or cannot be written for this server.
    """
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain or BAD_IN_ADDRESS.search(address):
        raise PermanentFailure(f"{address!r} is not an email address")
    if address.isascii() or utf8:
        return address
    if not local.isascii():
        raise PermanentFailure(
            f"our mail server cannot send to {address}: its letters before the @ need SMTPUTF8"
        )
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        raise PermanentFailure(f"{domain!r} is not a domain name") from None
