"""Turns the words typed for an email channel into checked settings, or says what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from connectors.contract import PermanentFailure
from connectors.email.accounts import (
    After,
    AfterKind,
    Auth,
    ImapSettings,
    SignIn,
    SmtpSettings,
    Tls,
    Tokens,
)
from connectors.forwarders import FORWARDERS, patterns_of
from connectors.guard import is_named, judge_spelled, web_address
from connectors.keys import Key, filled, table
from connectors.oauth import OAuthClient

TLS = tuple(tls.value for tls in Tls)
IMAP_PORTS = {Tls.IMPLICIT: 993, Tls.STARTTLS: 143, Tls.NONE: 143}
SMTP_PORTS = {Tls.IMPLICIT: 465, Tls.STARTTLS: 587, Tls.NONE: 25}

KEYS: Mapping[str, Key] = table(
    Key("address", "the office's email address", required=True),
    Key("imap_host", "the server mail is collected from", required=True, reaches=True),
    Key("imap_port", "the port mail is collected from (usual: 993, with starttls 143)", reaches=True),
    Key("imap_tls", "how collecting is encrypted", default=Tls.IMPLICIT, choices=TLS, reaches=True),
    Key("smtp_host", "the server mail is sent through", required=True, reaches=True),
    Key("smtp_port", "the port mail is sent through (usual: 465, with starttls 587)", reaches=True),
    Key("smtp_tls", "how sending is encrypted", default=Tls.STARTTLS, choices=TLS, reaches=True),
    Key("username", "the sign-in name, if it is not the address"),
    Key(
        "auth",
        "how to sign in",
        default=Auth.PASSWORD,
        choices=tuple(auth.value for auth in Auth),
        reaches=True,
    ),
    Key("password", "the mailbox password, or an app password", secret=True),
    Key("client_id", "OAuth: the application's id"),
    Key("client_secret", "OAuth: the application's secret", secret=True),
    Key("token_url", "OAuth: the address that gives tokens", reaches=True),
    Key("refresh_token", "OAuth: the refresh token", secret=True),
    Key("scope", "OAuth: the rights asked for, if the provider wants them named"),
    Key(
        "ca_file",
        "a file with the certificate authority of your own mail server",
        reaches=True,
        on_server=True,
    ),
    Key("folder", "the folder that is read", default="INBOX"),
    Key("sent_folder", "the folder with mail sent from elsewhere, read too and given copies"),
    Key("junk_folder", "a folder with mail the provider thinks is junk, read too and set aside"),
    Key(
        "since", "how far back to collect, as 2026-11-22 or with a time (default: when the channel was added)"
    ),
    Key("after", "what happens to collected mail: leave, seen or move:FOLDER", default=AfterKind.LEAVE),
    Key(
        "plus_addressing",
        "whether mail to name+anything@… reaches this mailbox; replies are then found by address too",
        default="no",
        choices=("no", "yes"),
    ),
    Key("authserv_id", "the name your mail server signs its authentication results with"),
    Key(FORWARDERS, "whose forwarded mail counts as its first writer's: addresses, or *@example.org"),
    Key("poll_seconds", "how often to look, in seconds (1 to 3600)", default="60"),
)


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """Everything an email channel was given, checked."""

    imap: ImapSettings
    smtp: SmtpSettings
    junk_folder: str | None
    authserv_id: str | None
    forwarders: str
    oauth: OAuthClient | None


def parse(
    settings: Mapping[str, str],
    secrets: Mapping[str, str],
    *,
    allow_private: frozenset[str],
    smtp_timeout: float,
) -> EmailSettings:
    """Checked settings. Raises PermanentFailure with one plain sentence, free of secrets."""
    values = filled(KEYS, settings, secrets)
    address = address_of(values["address"])
    patterns_of(values.get(FORWARDERS, ""))
    ca_file = _file(values.get("ca_file"))
    sign_in = _sign_in(values, address)
    imap = ImapSettings(
        address=address,
        host=values["imap_host"],
        port=_port(values, "imap_port", IMAP_PORTS[Tls(values["imap_tls"])]),
        tls=_tls(values, "imap", allow_private),
        sign_in=sign_in,
        ca_file=ca_file,
        folder=values["folder"],
        sent_folder=values.get("sent_folder"),
        since=since_of(values.get("since")),
        after=_after(values["after"]),
        poll_seconds=number_of(values["poll_seconds"], "poll_seconds", 1, 3600),
        allow_private=allow_private,
    )
    smtp = SmtpSettings(
        address=address,
        host=values["smtp_host"],
        port=_port(values, "smtp_port", SMTP_PORTS[Tls(values["smtp_tls"])]),
        tls=_tls(values, "smtp", allow_private),
        sign_in=sign_in,
        ca_file=ca_file,
        data_timeout=smtp_timeout,
        allow_private=allow_private,
    )
    return EmailSettings(imap, smtp, values.get("junk_folder"), values.get("authserv_id"),
                         values.get(FORWARDERS, ""), _oauth(values, allow_private))  # fmt: skip


def with_tokens(given: EmailSettings, tokens: Tokens) -> EmailSettings:
    """`given`, signing in with `tokens`."""
    sign_in = replace(given.imap.sign_in, tokens=tokens)
    return replace(
        given, imap=replace(given.imap, sign_in=sign_in), smtp=replace(given.smtp, sign_in=sign_in)
    )


def address_of(value: str, name: str = "address") -> str:
    """The address in lower case. Raises PermanentFailure when it is not one; `name` is the setting's."""
    local, at, domain = value.rpartition("@")
    if (
        not local
        or not at
        or "." not in domain.strip(".")
        or any(character in value for character in ' <>",;')
    ):
        raise PermanentFailure(f"{name} must be one email address, not {value!r}")
    return value.lower()


def _sign_in(values: Mapping[str, str], address: str) -> SignIn:
    auth = Auth(values["auth"])
    username = values.get("username", address)
    if auth is Auth.XOAUTH2:
        return SignIn(username, auth)
    if "password" not in values:
        raise PermanentFailure("password is missing: give it with --set-stdin password")
    return SignIn(username, auth, values["password"])


def _oauth(values: Mapping[str, str], allow_private: frozenset[str]) -> OAuthClient | None:
    if Auth(values["auth"]) is not Auth.XOAUTH2:
        return None
    for name in ("client_id", "token_url"):
        if name not in values:
            raise PermanentFailure(f"{name} is missing: auth=xoauth2 needs it")
    web_address(values["token_url"], "token_url", allow_private, like="https://login.example.org/token")
    if not {"client_secret", "refresh_token"} & values.keys():
        raise PermanentFailure("auth=xoauth2 needs a client_secret, a refresh_token, or both")
    return OAuthClient(
        values["token_url"],
        values["client_id"],
        values.get("client_secret"),
        "refresh_token" in values,
        values.get("scope"),
    )


def _tls(values: Mapping[str, str], which: str, allow_private: frozenset[str]) -> Tls:
    """How the connection is encrypted. Raises PermanentFailure, also for a host that none may be made to."""
    tls, host = Tls(values[f"{which}_tls"]), values[f"{which}_host"]
    judge_spelled(host, allow_private)
    if tls is Tls.NONE and not is_named(host, allow_private):
        raise PermanentFailure(
            f"{which}_tls=none is only for a host named in INBOX_ALLOWED_PRIVATE_HOSTS, which {host} is not"
        )
    return tls


def _port(values: Mapping[str, str], name: str, usual: int) -> int:
    return int(number_of(values.get(name, str(usual)), name, 1, 65535))


def number_of(value: str, name: str, least: int, most: int) -> float:
    """A whole number within bounds. Raises PermanentFailure."""
    if not (value.isascii() and value.isdigit()) or not least <= int(value) <= most:
        raise PermanentFailure(f"{name} must be a whole number from {least} to {most}, not {value!r}")
    return int(value)


def _after(value: str) -> After:
    kind, _, folder = value.partition(":")
    if kind == AfterKind.MOVE and folder.strip():
        return After(AfterKind.MOVE, folder.strip())
    if value in (AfterKind.LEAVE, AfterKind.SEEN):
        return After(AfterKind(value))
    raise PermanentFailure(f"after must be leave, seen or move:FOLDER, not {value!r}")


def since_of(value: str | None) -> datetime | None:
    """A date begins at midnight UTC; a time without a zone is UTC."""
    if value is None:
        return None
    try:
        if len(value) == len("2026-11-22"):
            return datetime.combine(date.fromisoformat(value), time(), UTC)
        when = datetime.fromisoformat(value)
    except ValueError:
        raise PermanentFailure(f"since must be a date such as 2026-11-22, not {value!r}") from None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _file(value: str | None) -> str | None:
    if value is not None and not Path(value).is_file():
        raise PermanentFailure(f"ca_file {value} is not there")
    return value
