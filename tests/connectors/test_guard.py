"""Connectors reach the internet and what the operator named, nothing else."""

import socket
from collections.abc import Callable

import httpx
import pytest

from connectors import guard, http, registry
from connectors.contract import PermanentFailure, Surroundings, TemporaryFailure
from connectors.email.accounts import Tls
from connectors.email.imap import ImapMailbox
from connectors.email.smtp import SmtpSender
from tests.connectors.mail import an_outbound, imap_settings, smtp_settings
from tests.rigs.dovecot import Dovecot
from tests.rigs.faulty_proxy import FaultyProxy
from tests.rigs.smtp_sink import SmtpSink

INSIDE = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "0.0.0.0",
    "localhost",
    "::1",
    "[::1]",
    "::",
    "10.0.0.1",
    "172.16.3.4",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "fe80::1",
    "fd00::1",
    "fd00:ec2::254",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "224.0.0.1",
    "255.255.255.255",
    "240.0.0.1",
]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """A name server under the test's control: each look-up takes the next list, the last one stays."""
    answers: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def look_up(host: str, port: object, *rest: object, **named: object) -> object:
        if host not in answers:
            return real(host, port, *rest, **named)  # type: ignore[arg-type]
        here = answers[host]
        chosen = here.pop(0) if len(here) > 1 else here[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port or 0)) for each in chosen.split()]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return answers


@pytest.mark.parametrize("host", INSIDE)
def test_addresses_inside_are_refused_in_every_spelling(host: str) -> None:
    with pytest.raises((PermanentFailure, TemporaryFailure)):
        guard.allowed(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "10.0.0.1", "169.254.169.254", "::1", "fd00::1"])
def test_an_address_inside_is_refused_for_good_with_a_hint_for_the_operator(host: str) -> None:
    with pytest.raises(PermanentFailure, match="INBOX_ALLOWED_PRIVATE_HOSTS"):
        guard.allowed(host)


@pytest.mark.parametrize("host", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_addresses_are_allowed(host: str) -> None:
    assert guard.allowed(host) == host


def test_a_name_that_leads_inside_is_refused(names: dict[str, list[str]]) -> None:
    names["mail.example.org"] = ["10.0.0.1"]
    names["meta.example.org"] = ["169.254.169.254"]
    names["half.example.org"] = ["93.184.215.14 192.168.0.9"]
    for host in names:
        with pytest.raises(PermanentFailure):
            guard.allowed(host)


def test_a_named_host_may_be_private_but_never_link_local(names: dict[str, list[str]]) -> None:
    names["mail.example.org"] = ["10.0.0.1", "169.254.169.254"]
    named = frozenset({"Mail.Example.org."})
    assert guard.allowed("mail.example.org", named) == "10.0.0.1"
    with pytest.raises(PermanentFailure):
        guard.allowed("mail.example.org", named)


def test_naming_one_host_allows_no_other_on_the_same_address(names: dict[str, list[str]]) -> None:
    names["other.example.org"] = ["10.0.0.1"]
    with pytest.raises(PermanentFailure):
        guard.allowed("other.example.org", frozenset({"mail.example.org", "10.0.0.1"}))


def test_a_second_answer_of_the_name_server_changes_nothing(names: dict[str, list[str]]) -> None:
    """DNS rebinding: the address that was judged is the one connected to."""
    names["turn.example.org"] = ["203.0.113.9 93.184.215.14", "127.0.0.1"]
    with pytest.raises(PermanentFailure):
        guard.connect("turn.example.org", 25, frozenset(), 0.2)
    names["once.example.org"] = ["127.0.0.1", "93.184.215.14"]
    with pytest.raises(PermanentFailure):
        guard.connect("once.example.org", 25, frozenset(), 0.2)


def test_a_name_that_cannot_be_found_is_temporary() -> None:
    with pytest.raises(TemporaryFailure):
        guard.allowed("no-such-name.invalid")


@pytest.mark.parametrize("host", ["", " ", "a b", "a\nb", "\0"])
def test_what_is_no_name_is_refused(host: str) -> None:
    with pytest.raises(PermanentFailure):
        guard.allowed(host)


def test_imap_and_smtp_are_behind_the_guard(
    dovecot: Dovecot, smtp_sink: SmtpSink, proxy: Callable[[int], FaultyProxy]
) -> None:
    between = proxy(dovecot.port)
    inbound = imap_settings(dovecot, port=between.port, allow_private=frozenset())
    with pytest.raises(PermanentFailure):
        ImapMailbox(inbound).fetch(None)
    with pytest.raises(PermanentFailure):
        SmtpSender(smtp_settings(smtp_sink, allow_private=frozenset())).send(
            an_outbound(), committing=lambda: None
        )
    assert between.connections == 0
    assert smtp_sink.commands == []


def test_tls_checks_the_name_not_the_address(dovecot: Dovecot, names: dict[str, list[str]]) -> None:
    names["mail.example.org"] = names["else.example.org"] = ["127.0.0.1"]
    named = frozenset(names)
    mailbox = ImapMailbox(imap_settings(dovecot, host="mail.example.org", allow_private=named))
    assert mailbox.fetch(None).cursor
    mailbox.close()
    with pytest.raises(TemporaryFailure, match="not trusted"):
        ImapMailbox(imap_settings(dovecot, host="else.example.org", allow_private=named)).fetch(None)


def test_starttls_is_not_given_up_when_the_offer_is_taken_away(
    dovecot: Dovecot, proxy: Callable[[int], FaultyProxy]
) -> None:
    between = proxy(dovecot.port)
    between.rewrite(b"STARTTLS", b"STARTXXX")
    settings = imap_settings(dovecot, port=between.port, tls=Tls.STARTTLS)
    with pytest.raises(PermanentFailure, match="STARTTLS"):
        ImapMailbox(settings).fetch(None)


def test_http_is_behind_the_guard_and_follows_no_redirect(smtp_sink: SmtpSink) -> None:
    address = f"http://127.0.0.1:{smtp_sink.port}/"
    with http.client() as client, pytest.raises(httpx.UnsupportedProtocol):
        client.get(address)
    with http.client() as client, pytest.raises(httpx.ConnectError, match="private network"):
        client.get(address.replace("http:", "https:"))
    assert smtp_sink.commands == []
    with http.client() as client:
        assert client.follow_redirects is False
        assert client.trust_env is False


GIVEN = {
    "feed": ("url", {}),
    "microsoft365": (
        "base_url",
        {"tenant_id": "t", "client_id": "c", "client_secret": "s", "mailbox": "a@b.example"},
    ),
    "facebook": (
        "base_url",
        {"page_id": "1", "app_id": "2", "access_token": "t", "app_secret": "s", "verify_token": "v"},
    ),
    "x": ("base_url", {"user_id": "1", "username": "u", "client_id": "c", "refresh_token": "r"}),
    "open311_council": ("base_url", {}),
}


def connected(kind: str, address: str, *private: str) -> object:
    made = registry.kind(kind)
    assert made is not None
    key, more = GIVEN[kind]
    secrets = {name: value for name, value in more.items() if made.KEYS[name].secret}
    plain = {name: value for name, value in more.items() if name not in secrets}
    return made.from_settings({**plain, key: address}, secrets, Surroundings(frozenset(private)))


@pytest.mark.parametrize("kind", sorted(GIVEN))
@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://blog.example", "must begin with https://"),
        ("ftp://blog.example", "must begin with https://"),
        ("https://", "must begin with https://"),
        ("https://[", "must begin with https://"),
        ("https://blog.example:99999", "must begin with https://"),
        ("https://name:secret@blog.example", "no name and no password"),
        ("https://secret@blog.example", "no name and no password"),
        ("https://127.0.0.1", "inside a private network"),
        ("https://0x7f000001", "inside a private network"),
        ("https://10.1", "inside a private network"),
        ("https://localhost.", "inside a private network"),
        ("https://[::ffff:10.0.0.1]", "inside a private network"),
        ("https://169.254.169.254", "inside a private network"),
    ],
)
def test_an_address_that_would_be_refused_on_use_is_refused_when_it_is_given(
    kind: str, address: str, words: str
) -> None:
    with pytest.raises(PermanentFailure, match=words) as refusal:
        connected(kind, address)
    assert "secret" not in refusal.value.reason


@pytest.mark.parametrize("kind", sorted(GIVEN))
def test_a_private_host_that_the_operator_named_may_be_given(kind: str) -> None:
    for address in ("http://10.0.0.1:8080", "https://10.0.0.1", "https://blog.example"):
        connected(kind, address, "10.0.0.1").close()  # type: ignore[attr-defined]
    with pytest.raises(PermanentFailure):
        connected(kind, "http://169.254.169.254", "169.254.169.254")
