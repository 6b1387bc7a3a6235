"""What a Microsoft 365 channel asks for when it is set up, as checked values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from connectors.contract import PermanentFailure
from connectors.email.settings import address_of, number_of, since_of
from connectors.forwarders import FORWARDERS, patterns_of
from connectors.guard import web_address
from connectors.keys import Key, filled, table
from connectors.oauth import OAuthClient

BASE_URL = "https://graph.microsoft.com"
AUTHORITY_URL = "https://login.microsoftonline.com"
NOTIFICATION_SECRET = "notification_secret"

KEYS: Mapping[str, Key] = table(
    Key("mailbox", "the mailbox, by its main email address; a shared one as well", required=True),
    Key("tenant_id", "your organisation at Microsoft: the Directory (tenant) ID", required=True),
    Key("client_id", "the registered application: its Application (client) ID", required=True),
    Key("client_secret", "the application's client secret (its value, not its ID)", secret=True),
    Key("refresh_token", "signing in as a person: the refresh token", secret=True),
    Key("folder", "the folder that is read, by its name or ID", default="inbox"),
    Key("sent_folder", "the folder with what was sent, read too", default="sentitems"),
    Key("junk_folder", "a folder with mail the provider thinks is junk, read too and set aside"),
    Key(
        "since", "how far back to collect, as 2026-11-22 or with a time (default: when the channel was added)"
    ),
    Key(
        "plus_addressing",
        "whether mail to name+anything@… reaches this mailbox; replies are then found by address too",
        default="no",
        choices=("no", "yes"),
    ),
    Key("authserv_id", "the name your mail server signs its authentication results with"),
    Key(FORWARDERS, "whose forwarded mail counts as its first writer's: addresses, or *@example.org"),
    Key("poll_seconds", "how often to look, in seconds (1 to 3600)", default="60"),
    Key(NOTIFICATION_SECRET, "what Microsoft shows us when it calls (made by itself)", secret=True),
    Key("base_url", "Microsoft Graph, in a national cloud", default=BASE_URL, reaches=True),
    Key("authority_url", f"Microsoft's sign-in, in a national cloud (usual: {AUTHORITY_URL})", reaches=True),
)


@dataclass(frozen=True, slots=True)
class GraphSettings:
    """All that a Microsoft 365 channel was given, checked. `folders`: name and hints, the main one first."""

    mailbox: str
    oauth: OAuthClient
    base_url: str
    folders: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    since: datetime | None
    authserv_id: str | None
    poll_seconds: float
    notification_secret: str | None

    @property
    def user(self) -> str:
        """The path of everything in this mailbox."""
        return f"/users/{quote(self.mailbox, safe='@')}"


def parse(
    settings: Mapping[str, str], secrets: Mapping[str, str], *, allow_private: frozenset[str]
) -> GraphSettings:
    """Checked settings. Raises PermanentFailure with one plain sentence, free of secrets."""
    values = filled(KEYS, settings, secrets)
    patterns_of(values.get(FORWARDERS, ""))
    base_url = _origin(values, "base_url", allow_private)
    # What stands in for Microsoft on our own machine is its sign-in as well.
    values.setdefault("authority_url", AUTHORITY_URL if base_url.startswith("https://") else base_url)
    return GraphSettings(
        mailbox=address_of(values["mailbox"], "mailbox"),
        oauth=_oauth(values, base_url, _origin(values, "authority_url", allow_private)),
        base_url=base_url,
        folders=_folders(values),
        since=since_of(values.get("since")),
        authserv_id=values.get("authserv_id"),
        poll_seconds=number_of(values["poll_seconds"], "poll_seconds", 1, 3600),
        notification_secret=values.get(NOTIFICATION_SECRET),
    )


def _oauth(values: Mapping[str, str], base_url: str, authority: str) -> OAuthClient:
    """With a refresh token in that person's name, without one as the application itself."""
    for_person = "refresh_token" in values
    if not for_person and "client_secret" not in values:
        raise PermanentFailure("a client_secret is needed, or a refresh_token to sign in as a person")
    scope = f"{base_url}/.default"
    return OAuthClient(
        f"{authority}/{quote(values['tenant_id'], safe='')}/oauth2/v2.0/token",
        values["client_id"],
        values.get("client_secret"),
        for_person,
        f"{scope} offline_access" if for_person else scope,
    )


def _origin(values: Mapping[str, str], name: str, allow_private: frozenset[str]) -> str:
    """Scheme and host alone; https unless the host is one of ours."""
    parts = web_address(values[name].rstrip("/"), name, allow_private, like=BASE_URL)
    if parts.path or parts.query or parts.fragment:
        raise PermanentFailure(f"{name} must be an address such as {BASE_URL}")
    return f"{parts.scheme}://{parts.netloc}"


def _folders(values: Mapping[str, str]) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Each folder once, whatever it was named for first."""
    hints: dict[str, tuple[tuple[str, str], ...]] = {values["folder"]: ()}
    hints.setdefault(values["sent_folder"], (("direction", "outbound"),))
    if values.get("junk_folder"):
        hints.setdefault(values["junk_folder"], (("junk", "1"),))
    return tuple(hints.items())
