"""Makes the words of a mail server fit to show: one short line, nothing secret, nothing unprintable."""

import base64
import re

LONGEST = 240
LONG_TOKEN = re.compile(r"[A-Za-z0-9+/=_\-.]{60,}")


def plain(said: bytes | str, *secrets: str | None) -> str:
    """`said` as one line of at most `LONGEST` characters, with `secrets` (also in base64) struck out."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    for secret in secrets:
        for form in _forms(secret):
            text = text.replace(form, "…")
    text = "".join(character if character.isprintable() else " " for character in text)
    text = LONG_TOKEN.sub("…", " ".join(text.split()))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _forms(secret: str | None) -> tuple[str, ...]:
    if not secret:
        return ()
    return secret, base64.b64encode(secret.encode()).decode()
