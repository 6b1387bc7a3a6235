"""Whose forwarded mail counts as its first writer's: a list of addresses, and of whole domains."""

import re

from connectors.contract import PermanentFailure

FORWARDERS = "forwarders"
"""The setting of a mailbox that holds the list."""

_SEPARATOR = re.compile(r"[,;\s]+")
_PATTERN = re.compile(r"(?:\*|[a-z0-9][a-z0-9._%+'-]{0,63})@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+")


def patterns_of(words: str) -> tuple[str, ...]:
    """Addresses, or `*@domain` for everybody of one domain. Raises PermanentFailure naming the wrong one."""
    found = tuple(dict.fromkeys(one for one in _SEPARATOR.split(words.lower()) if one))
    for one in found:
        if not _PATTERN.fullmatch(one):
            raise PermanentFailure(f"forwarders: write {one!r} as name@example.org, or as *@example.org")
    return found


def is_trusted(words: str, address: str) -> bool:
    """Whether mail that comes from this address may be taken for passed on."""
    address = address.lower()
    wanted = (address, "*@" + address.rpartition("@")[2])
    return "@" in address and any(one in wanted for one in _SEPARATOR.split(words.lower()))
