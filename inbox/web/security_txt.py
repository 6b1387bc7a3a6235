"""Whom to tell of a hole in this installation (RFC 9116), where its operator has named somebody."""

from datetime import timedelta

from starlette.responses import PlainTextResponse

from inbox.errors import NotFound
from inbox.web.dependencies import Now, Wired
from inbox.web.routers import page_router

PATH = "/.well-known/security.txt"
_HOLDS_FOR = timedelta(days=180)
"""The RFC advises less than a year; each answer counts from when it is given."""
router = page_router()


@router.get(PATH)
def security_txt(wiring: Wired, now: Now) -> PlainTextResponse:
    """404 where nobody is named: an address that nobody reads is worse than none."""
    contacts = wiring.settings.security_contact
    if not contacts:
        raise NotFound
    expires = (now + _HOLDS_FOR).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        *(f"Contact: {one}" for one in contacts),
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en, cy",
        f"Canonical: {wiring.settings.base_url.rstrip('/')}{PATH}",
    ]
    return PlainTextResponse("\n".join([*lines, ""]))
