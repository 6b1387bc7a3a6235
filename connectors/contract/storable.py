"""Makes words, and the names that platforms give things, such as both databases can hold."""

import hashlib

LONGEST_KEY = 512
_DIGITS = 24


def storable(words: str) -> str:
    """`words` without NUL, each lone half of a surrogate pair as `?`. The raw bytes keep what stood there."""
    if "\x00" in words:
        words = words.replace("\x00", "")
    try:
        words.encode()
    except UnicodeEncodeError:
        words = words.encode("utf-8", "replace").decode()
    return words


def storable_key(name: str) -> str:
    """`name` as it is where it can be stored, else what of it can be with a digest of the whole, so that two
    names never become one. What this gives stays as it is when it is given again."""
    kept = storable(name)
    if kept == name and len(name) <= LONGEST_KEY:
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    return f"{kept[: LONGEST_KEY - _DIGITS - 1]}#{digest}"
