"""Turns what a person typed for an X channel into checked settings, or says what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from connectors.contract import PermanentFailure
from connectors.guard import web_address
from connectors.keys import Key, filled, table

BASE_URL = "https://api.x.com"
FASTEST = 60
"""Seconds between two looks, whatever was set: X allows 15 looks at direct messages in 15 minutes."""

KEYS: Mapping[str, Key] = table(
    Key("user_id", "the account's number at X, as GET /2/users/me gives it", required=True),
    Key("username", "the account's name, without @", required=True),
    Key("client_id", "OAuth 2.0: the client id of your X app", required=True),
    Key("client_secret", "OAuth 2.0: the client secret, if the app is a confidential one", secret=True),
    Key("refresh_token", "the refresh token that the account's consent gave", required=True, secret=True),
    Key("consumer_secret", "the API key secret of the app, which signs what X sends us", secret=True),
    Key("bearer_token", "the app's own bearer token, needed to register the webhook", secret=True),
    Key("webhook_url", "this channel's webhook address, once X shall call it"),
    Key("daily_cap", "US dollars that reading may cost a day (0: no limit)", default="5"),
    Key(
        "recheck", "how many of the newest mentions are looked up once a day, to see deletions", default="50"
    ),
    Key("since", "how far back to collect, as 2026-11-22 (default: when the channel was added)"),
    Key("poll_seconds", "how often to look, in seconds (60 to 3600)", default="60"),
    Key("base_url", "where X is reached", default=BASE_URL, reaches=True),
)


@dataclass(frozen=True, slots=True)
class XSettings:
    """Everything an X channel was given, checked. `base_url` has no slash at its end."""

    user_id: str
    username: str
    client_id: str
    client_secret: str | None = field(repr=False)
    consumer_secret: str | None = field(repr=False)
    bearer_token: str | None = field(repr=False)
    webhook_url: str | None
    daily_cap: float | None
    recheck: int
    since: datetime | None
    poll_seconds: float
    base_url: str


def parse(
    settings: Mapping[str, str], secrets: Mapping[str, str], *, allow_private: frozenset[str]
) -> XSettings:
    """Checked settings. Raises PermanentFailure with one plain sentence, free of secrets."""
    values = filled(KEYS, settings, secrets)
    if not (values["user_id"].isascii() and values["user_id"].isdigit()):
        raise PermanentFailure(
            "user_id must be a number such as 1500000000000000001; the name goes in username"
        )
    return XSettings(
        user_id=values["user_id"],
        username=values["username"].removeprefix("@"),
        client_id=values["client_id"],
        client_secret=values.get("client_secret"),
        consumer_secret=values.get("consumer_secret"),
        bearer_token=values.get("bearer_token"),
        webhook_url=_https(values.get("webhook_url"), "webhook_url", allow_private),
        daily_cap=_number(values["daily_cap"], "daily_cap", 0, 100_000) or None,
        recheck=int(_number(values["recheck"], "recheck", 0, 100)),
        since=_since(values.get("since")),
        poll_seconds=max(FASTEST, _number(values["poll_seconds"], "poll_seconds", 1, 3600)),
        base_url=_https(values["base_url"], "base_url", allow_private) or BASE_URL,
    )


def _number(value: str, name: str, least: float, most: float) -> float:
    try:
        number = float(value)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise PermanentFailure(f"{name} must be a number from {least:g} to {most:g}, not {value!r}")
    return number


def _https(value: str | None, name: str, allow_private: frozenset[str]) -> str | None:
    """Plain http only where the operator named the host."""
    if value is None:
        return None
    parts = web_address(value, name, allow_private, like=BASE_URL)
    if parts.query or parts.fragment:
        raise PermanentFailure(f"{name} must begin with https:// and end with the path, like {BASE_URL}")
    return value.rstrip("/")


def _since(value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        when = datetime.fromisoformat(value)
    except ValueError:
        raise PermanentFailure(f"since must be a date such as 2026-11-22, not {value!r}") from None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
