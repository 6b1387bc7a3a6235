"""Setting up an email channel: good words make a channel, bad ones get one plain sentence."""

from datetime import UTC, datetime

import pytest

from connectors import contract
from connectors.contract import (
    InboundMessage,
    KeptSecrets,
    Machine,
    PermanentFailure,
    RawArrival,
    Surroundings,
)
from connectors.email.accounts import After, AfterKind, Auth, Tls
from connectors.email.channel import EmailChannel
from connectors.email.settings import KEYS
from connectors.keys import InMemory
from connectors.registry import kind
from tests.connectors.mail import LOOPBACK

GOOD = {"address": "Casework@Example.org", "imap_host": "imap.example.org", "smtp_host": "smtp.example.org"}
SECRET = {"password": "four-brass-buttons"}


def made(
    secrets: dict[str, str] | None = None, kept: KeptSecrets | None = None, **changes: str
) -> EmailChannel:
    chosen = SECRET if secrets is None else secrets
    return EmailChannel.from_settings(
        {**GOOD, **changes}, chosen, Surroundings(LOOPBACK, patience=42, kept=kept)
    )


def test_three_words_and_a_password_make_a_channel_with_safe_defaults() -> None:
    given = made().settings
    assert given.imap.address == "casework@example.org"
    assert (given.imap.port, given.imap.tls) == (993, Tls.IMPLICIT)
    assert (given.smtp.port, given.smtp.tls) == (587, Tls.STARTTLS)
    assert given.imap.after == After(AfterKind.LEAVE)
    assert given.smtp.data_timeout == 42
    assert given.imap.sign_in.username == "casework@example.org"


def test_the_channel_does_all_that_email_can() -> None:
    channel = made()
    assert isinstance(channel, contract.Polls)
    assert isinstance(channel, contract.Reads)
    assert isinstance(channel, contract.Sends)
    assert isinstance(channel, contract.Tests)
    assert isinstance(channel, contract.KeepsCopies)
    assert kind("email") is EmailChannel


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"imap_prot": "993"}, "imap_prot is not a setting"),
        ({"address": "nobody"}, "address must be one email address"),
        ({"address": "Wyn <wyn@example.net>"}, "address must be one email address"),
        ({"imap_host": ""}, "imap_host is missing"),
        ({"imap_port": "99999"}, "imap_port must be a whole number"),
        ({"smtp_port": "smtp"}, "smtp_port must be a whole number"),
        ({"smtp_port": "²"}, "smtp_port must be a whole number"),
        ({"imap_tls": "yes"}, "imap_tls must be one of implicit, starttls, none"),
        ({"imap_tls": "none"}, "INBOX_ALLOWED_PRIVATE_HOSTS"),
        ({"smtp_tls": "none"}, "INBOX_ALLOWED_PRIVATE_HOSTS"),
        ({"poll_seconds": "0"}, "poll_seconds must be a whole number from"),
        ({"after": "delete"}, "after must be leave, seen or move:FOLDER"),
        ({"after": "move:"}, "after must be leave, seen or move:FOLDER"),
        ({"since": "last week"}, "since must be a date"),
        ({"ca_file": "/nowhere/authority.pem"}, "is not there"),
        ({"password": "in-the-open"}, "password is a secret"),
        ({"auth": "xoauth2"}, "client_id is missing"),
        ({"folder": "INBOX\r\nA1 DELETE x"}, "line break"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(changes: dict[str, str], words: str) -> None:
    with pytest.raises(PermanentFailure) as caught:
        made(SECRET, **changes)
    assert words in caught.value.reason
    assert "\n" not in caught.value.reason
    assert "in-the-open" not in caught.value.reason


@pytest.mark.parametrize("setting", ["imap_host", "smtp_host"])
@pytest.mark.parametrize(
    "host",
    ["10.0.0.1", "10.1", "2130706433", "0x7f000001", "169.254.169.254", "localhost", "LOCALHOST.",
     "mail.localhost", "::1", "[::1]", "::ffff:10.0.0.1", "64:ff9b::a00:1"],
)  # fmt: skip
def test_a_host_that_would_be_refused_on_use_is_refused_when_it_is_given(setting: str, host: str) -> None:
    given = {**GOOD, setting: host}
    with pytest.raises(PermanentFailure, match="inside a private network"):
        EmailChannel.from_settings(given, SECRET, Surroundings(frozenset()))


def test_a_private_host_that_the_operator_named_may_be_given_but_never_that_of_cloud_secrets() -> None:
    named = Surroundings(frozenset({"10.0.0.1", "169.254.169.254"}))
    EmailChannel.from_settings({**GOOD, "imap_host": "10.0.0.1"}, SECRET, named).close()
    with pytest.raises(PermanentFailure, match="inside a private network"):
        EmailChannel.from_settings({**GOOD, "smtp_host": "169.254.169.254"}, SECRET, named)


def test_tokens_are_asked_for_only_outside_and_never_in_the_open() -> None:
    for token_url in ("http://login.example.org/token", "https://10.1/token", "https://localhost/token"):
        with pytest.raises(PermanentFailure):
            EmailChannel.from_settings(
                {**GOOD, "auth": "xoauth2", "client_id": "app", "token_url": token_url},
                {"refresh_token": "r"}, Surroundings(frozenset()),
            )  # fmt: skip


def test_a_missing_password_says_how_to_give_it() -> None:
    with pytest.raises(PermanentFailure, match="--set-stdin password"):
        made(secrets={})


def test_oauth_needs_a_way_to_ask() -> None:
    changes = {"auth": "xoauth2", "client_id": "app", "token_url": "https://login.example.org/token"}
    with pytest.raises(PermanentFailure, match="refresh_token"):
        made({}, **changes)
    given = made({"refresh_token": "r"}, **changes).settings
    assert given.imap.sign_in.auth is Auth.XOAUTH2
    assert given.imap.sign_in.tokens is given.smtp.sign_in.tokens is not None  # type: ignore[union-attr]


def test_collecting_and_sending_share_one_token_however_often_the_channel_is_made() -> None:
    changes = {"auth": "xoauth2", "client_id": "app", "token_url": "https://login.example.org/token"}
    ours, theirs = InMemory({"refresh_token": "ours"}), InMemory({"refresh_token": "theirs"})
    one = made({"refresh_token": "ours"}, kept=ours, **changes).settings
    two = made({"refresh_token": "replaced meanwhile"}, kept=ours, **changes).settings
    other = made({"refresh_token": "theirs"}, kept=theirs, **changes).settings
    assert one.imap.sign_in.tokens is two.imap.sign_in.tokens is not other.imap.sign_in.tokens


def test_a_date_begins_at_midnight_and_a_time_keeps_its_zone() -> None:
    assert made(since="2026-11-22").settings.imap.since == datetime(2026, 11, 22, tzinfo=UTC)
    assert made(since="2026-11-22T10:00:00+01:00").settings.imap.since == datetime(
        2026, 11, 22, 9, tzinfo=UTC
    )


def test_mail_can_be_moved_to_a_folder_with_any_name() -> None:
    assert made(after="move:Done: 2026").settings.imap.after == After(AfterKind.MOVE, "Done: 2026")


def test_no_secret_shows_when_settings_are_printed() -> None:
    assert "four-brass-buttons" not in repr(made().settings)


def test_every_key_has_words_a_person_understands_and_secrets_have_no_default() -> None:
    assert all(key.words and key.name == name for name, key in KEYS.items())
    assert {name for name, key in KEYS.items() if key.secret} == {
        "password",
        "client_secret",
        "refresh_token",
    }
    assert all(key.default is None for key in KEYS.values() if key.secret)


def test_reading_knows_the_offices_own_address_and_boundary() -> None:
    raw = b"From: casework@example.org\r\nTo: wyn@example.net\r\nSubject: Hello\r\n\r\nHello\r\n"
    arrival = RawArrival("email", "casework@example.org", "INBOX/1/1", raw, datetime.now(UTC))
    message = made().read(arrival)
    assert isinstance(message, InboundMessage)
    assert message.machine is Machine.OWN
