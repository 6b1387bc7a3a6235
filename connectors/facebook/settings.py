"""Turns the words typed for a Facebook channel into checked settings, or says what is wrong with them."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from connectors.contract import PermanentFailure
from connectors.guard import web_address
from connectors.keys import Key, filled, table

GRAPH = "https://graph.facebook.com"
VERSION = "v26.0"

KEYS: Mapping[str, Key] = table(
    Key("page_id", "the Page's number (Page, About, Page transparency)", required=True),
    Key("access_token", "a Page access token that does not run out", required=True, secret=True),
    Key("app_id", "the app's id (App settings, Basic)", required=True),
    Key("app_secret", "the app's secret (App settings, Basic)", required=True, secret=True),
    Key(
        "verify_token",
        "a word of your own, typed into Facebook beside the webhook address; without it nothing is called",
        secret=True,
    ),
    Key("api_version", "the version of the Graph API", default=VERSION),
    Key("base_url", "where the Graph API is", default=GRAPH, reaches=True),
    Key("poll_seconds", "how often to look for what no call told us, in seconds (10 to 3600)", default="120"),
    Key(
        "comments", "whether comments and visitors' posts are read too", default="yes", choices=("yes", "no")
    ),
    Key("since", "how far back to collect, as 2026-11-22 or with a time (default: when it was added)"),
)


@dataclass(frozen=True, slots=True)
class FacebookSettings:
    """Everything a Facebook channel was given, checked."""

    page_id: str
    app_id: str
    access_token: str = field(repr=False)
    app_secret: str = field(repr=False)
    verify_token: str | None = field(repr=False)
    root: str
    poll_seconds: int
    reads_comments: bool
    since: datetime
    allow_private: frozenset[str] = frozenset()

    @property
    def proof(self) -> str:
        """`appsecret_proof`: whoever stole the token alone cannot use it."""
        return hmac.new(self.app_secret.encode(), self.access_token.encode(), hashlib.sha256).hexdigest()

    @property
    def host(self) -> str:
        """The Graph API's own host."""
        return urlsplit(self.root).hostname or ""


def parse(
    settings: Mapping[str, str], secrets: Mapping[str, str], allow_private: frozenset[str]
) -> FacebookSettings:
    """Checked settings. Raises PermanentFailure with one plain sentence, free of secrets."""
    values = filled(KEYS, settings, secrets)
    for name in ("page_id", "app_id"):
        if not re.fullmatch(r"\d{1,30}", values[name]):
            raise PermanentFailure(f"{name} is a number that Facebook gives, like 104857600000000")
    if not re.fullmatch(r"v\d{1,3}\.\d", values["api_version"]):
        raise PermanentFailure(f"api_version looks like {VERSION}")
    return FacebookSettings(
        page_id=values["page_id"],
        app_id=values["app_id"],
        access_token=values["access_token"],
        app_secret=values["app_secret"],
        verify_token=values.get("verify_token"),
        root=f"{_base(values['base_url'], allow_private)}/{values['api_version']}",
        poll_seconds=_seconds(values["poll_seconds"]),
        reads_comments=values["comments"] == "yes",
        since=_moment(values.get("since")),
        allow_private=allow_private,
    )


def _base(address: str, allow_private: frozenset[str]) -> str:
    parts = web_address(address, "base_url", allow_private, like=GRAPH)
    if parts.query or parts.fragment:
        raise PermanentFailure(f"base_url must end with its path, like {GRAPH}")
    return address.rstrip("/")


def _seconds(words: str) -> int:
    if not words.isdigit() or not 10 <= int(words) <= 3600:
        raise PermanentFailure("poll_seconds must be a number between 10 and 3600")
    return int(words)


def _moment(words: str | None) -> datetime:
    """Raises PermanentFailure for what is no date. Without one: everything that Facebook has."""
    if words is None:
        return datetime.fromtimestamp(0, UTC)
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        raise PermanentFailure("since must be a date, like 2026-11-22") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
