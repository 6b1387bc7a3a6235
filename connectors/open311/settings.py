"""Turns the words typed for a council's endpoint into checked settings, or says what is wrong with them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from connectors.contract import PermanentFailure
from connectors.guard import web_address
from connectors.keys import Key, filled, table

_LIKE = "https://open311.wexcombe.example/v2"
KEYS: Mapping[str, Key] = table(
    Key("base_url", f"the council's endpoint, like {_LIKE}", required=True, reaches=True),
    Key("jurisdiction_id", "the jurisdiction, where the council asks for one"),
    Key("api_key", "the key the council gave you", secret=True),
    Key("email", "the office's address, which the council may answer to"),
    Key("name", "the office's name, as the council shall know it", default="Casework office"),
    Key("council", "what the council is called (default: its host)"),
    Key("poll_seconds", "how often to look what became of them, in seconds (60 to 86400)", default="600"),
    Key("since", "how far back news of earlier faults is read (default: when the channel was added)"),
)


@dataclass(frozen=True, slots=True)
class CouncilSettings:
    """Everything a council's channel was given, checked."""

    base_url: str
    jurisdiction_id: str | None
    api_key: str | None = field(repr=False)
    email: str | None
    name: str
    council: str
    account: str
    poll_seconds: int
    since: datetime
    allow_private: frozenset[str] = frozenset()


def parse(
    settings: Mapping[str, str], secrets: Mapping[str, str], allow_private: frozenset[str]
) -> CouncilSettings:
    """Checked settings. Raises PermanentFailure with one plain sentence, free of secrets."""
    values = filled(KEYS, settings, secrets)
    parts = web_address(values["base_url"], "base_url", allow_private, like=_LIKE)
    if parts.query or parts.fragment:
        raise PermanentFailure(f"base_url must end with its path, like {_LIKE}")
    seconds = values["poll_seconds"]
    if not re.fullmatch(r"\d{1,5}", seconds, re.ASCII) or not 60 <= int(seconds) <= 86400:
        raise PermanentFailure("poll_seconds must be a whole number from 60 to 86400")
    if "email" in values and not re.fullmatch(r"[^@\s,;]+@[^@\s,;]+", values["email"]):
        raise PermanentFailure("email must be one address, like office@example.org")
    return CouncilSettings(
        base_url=values["base_url"].rstrip("/"),
        jurisdiction_id=values.get("jurisdiction_id"),
        api_key=values.get("api_key"),
        email=values.get("email"),
        name=values["name"],
        council=values.get("council") or parts.hostname or "",
        account=account_of(values),
        poll_seconds=int(seconds),
        since=_moment(values.get("since")),
        allow_private=allow_private,
    )


def account_of(settings: Mapping[str, str]) -> str:
    """The jurisdiction at the council's host: what sets its numbers apart from another council's."""
    try:
        host = urlsplit(settings.get("base_url", "").strip()).hostname or ""
    except ValueError:
        host = ""
    jurisdiction = settings.get("jurisdiction_id", "").strip().lower().replace("@", "") or "requests"
    return f"{jurisdiction}@{host}"[:254] if host else ""


def _moment(words: str | None) -> datetime:
    try:
        moment = datetime.fromisoformat(words) if words else datetime.now(UTC)
    except ValueError:
        raise PermanentFailure("since must be a date, like 2026-11-22") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
