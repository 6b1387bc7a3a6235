"""Passwords: argon2id, a few hashes at a time, and the same effort for an address that nobody has."""

import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from inbox.errors import Refused

SHORTEST, LONGEST = 8, 1024

# OWASP's smallest setting for argon2id (19 MiB, two passes) doubled in memory. One lane: two requests at a
# time are enough to keep a small machine busy, and no more than two may hold the memory.
_hasher = PasswordHasher(time_cost=2, memory_cost=38_912, parallelism=1)
_at_once = threading.BoundedSemaphore(2)

# The words that guessing begins with. The installation's own names are added by `check_password`.
_COMMON_WORDS = """
password password1 password12 password123 passw0rd p@ssw0rd p@ssword 12345678 123456789 1234567890
87654321 11111111 00000000 12341234 11223344 abcd1234 abc12345 abcdefgh abcdefghi qwertyui qwertyuiop
qwerty12 qwerty123 1qaz2wsx 1q2w3e4r 1q2w3e4r5t zaq12wsx asdfghjk asdfghjkl asdf1234 zxcvbnm1 letmein1
letmein123 welcome1 welcome12 welcome123 iloveyou iloveyou1 sunshine sunshine1 princess princess1 football
football1 baseball basketball superman superman1 batman123 trustno1 whatever michelle jennifer jordan23
charlie1 computer corvette mercedes midnight starwars internet samsung1 liverpool liverpool1 arsenal1
chelsea1 chelsea123 manchester everton1 rangers1 celtic12 england1 wales123 scotland scotland1 ireland1
cymru123 london12 london123 parliament parliament1 westminster westminster1 commons1 casework casework1
casework123 constituency minister minister1 changeme changeme1 changeme123 default1 administrator admin123
admin1234 administrator1 secret123 summer2024 summer2025 summer2026 winter2024 winter2025 winter2026
spring2025 spring2026 autumn2025 autumn2026 password! password1! password123! welcome1! welcome123!
monkey123 dragon123 master123 shadow123 google123 qazwsxedc qwertyuiop123 1234qwer qwer1234 pass1234
test1234 testtest hello123 hellohello correcthorsebatterystaple
"""
_COMMON = frozenset(_COMMON_WORDS.split())


def tidy(password: str) -> str:
    """One form for what looks the same on every keyboard (NFKC, as NIST SP 800-63B advises)."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, *known: str) -> str:
    """The tidied password, if it may be set. `known`: the person's name, address and office.

    Raises Refused for one that is too short or long, common, or made of what everybody knows.
    """
    plain = tidy(password)
    if len(plain) < SHORTEST:
        raise Refused(f"Choose a password of at least {SHORTEST} characters. Fifteen or more is better.")
    if len(plain) > LONGEST:
        raise Refused(f"Choose a password of at most {LONGEST} characters.")
    folded = plain.casefold()
    if folded in _COMMON or len(set(folded)) < 4:
        raise Refused("Many people use this password, so it would be guessed. Choose another.")
    if folded in {word.casefold() for name in known for word in (name, *name.replace("@", " ").split())}:
        raise Refused("Choose a password that is not your name or address.")
    return plain


def hash_password(password: str) -> str:
    """The argon2id hash of a password that `check_password` gave back."""
    with _at_once:
        return _hasher.hash(tidy(password))


def is_password(stored: str | None, password: str) -> bool:
    """Whether it is the one. Without a stored hash it takes as long and says no."""
    plain = tidy(password)[:LONGEST]
    with _at_once:
        try:
            _hasher.verify(stored or _nobodys(), plain)
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False
    return stored is not None and len(password) <= LONGEST


@cache
def _nobodys() -> str:
    return _hasher.hash("a password that nobody has")


def warm_up() -> None:
    """Makes the hash that unknown addresses are compared with, so that the first try takes no longer."""
    _nobodys()
