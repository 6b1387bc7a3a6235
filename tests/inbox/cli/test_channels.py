"""`inbox channel`: connecting accounts without ever showing a secret."""

import pytest
from sqlmodel import select

from inbox.models import Channel, Office
from inbox.secrets import SecretKeys
from inbox.settings import load_settings

from .conftest import Installation

SECRET = "correct-horse-91"
MAILBOX = [
    "--set", "address=office@example.org", "--set", "imap_host=imap.example.org",
    "--set", "smtp_host=smtp.example.org",
]  # fmt: skip


def _stored(inbox: Installation) -> Channel:
    database = inbox.database()
    with database.read() as session:
        office_id = session.exec(select(Office.id)).one()
    with database.read(office_id) as session:
        channel = session.exec(select(Channel)).one()
    database.close()
    return channel


def test_kinds_name_every_key_of_the_interface(inbox: Installation) -> None:
    keys = {one["key"]: one for one in inbox.ok("channel", "kinds", "--json").json if one["kind"] == "email"}
    promised = {
        "address", "imap_host", "imap_port", "imap_tls", "smtp_host", "smtp_port", "smtp_tls", "username",
        "password", "folder", "poll_seconds", "auth", "client_id", "client_secret", "token_url",
        "refresh_token", "ca_file", "sent_folder", "junk_folder", "since", "authserv_id", "after",
    }  # fmt: skip
    assert promised <= set(keys)
    assert {name for name, one in keys.items() if one["secret"]} == {
        "password",
        "client_secret",
        "refresh_token",
    }


@pytest.mark.parametrize("way", ["stdin", "environment"])
def test_a_mailbox_is_connected_listening_with_its_secret_sealed(
    inbox_on_each: Installation, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = inbox_on_each
    office = inbox.office()
    words = ["channel", "add", "email", "--office", office, "--name", "Mailbox", *MAILBOX]
    if way == "stdin":
        ran = inbox.ok(*words, "--set-stdin", "password", stdin=SECRET + "\n")
    else:
        monkeypatch.setenv("INBOX_CHANNEL_PASSWORD", SECRET)
        ran = inbox.ok(*words)
    assert SECRET not in ran.out + ran.err
    channel = _stored(inbox)
    assert (channel.mode, channel.account) == ("listen", "office@example.org")
    assert channel.sealed and SECRET not in channel.sealed and SECRET not in str(channel.settings)
    keys = SecretKeys(load_settings().keys)
    assert keys.open_all(channel.sealed, channel.id) == {"password": SECRET}
    listed = inbox.ok("channel", "list", "--office", office, "--json")
    assert [(one["name"], one["mode"], one["health"]) for one in listed.json] == [
        ("Mailbox", "listen", "waiting")
    ]
    assert SECRET not in listed.out


@pytest.mark.parametrize(
    ("words", "says", "status"),
    [
        (["--set", f"password={SECRET}"], "--set-stdin password", 2),
        (["--set", "colour=blue"], "no setting `colour`", 2),
        (["--set", "address"], "KEY=VALUE", 2),
        (["--set-stdin", "address"], "takes a secret", 2),
        (["--set-stdin", "password"], "holds no line", 2),
        (MAILBOX, "password is missing", 1),
    ],
)
def test_what_makes_no_sense_is_refused_without_telling_the_secret(
    inbox: Installation, words: list[str], says: str, status: int
) -> None:
    office = inbox.office()
    ran = inbox.run("channel", "add", "email", "--office", office, "--name", "Mailbox", *words)
    assert ran.status == status and says in ran.err and SECRET not in ran.err
    assert inbox.ok("channel", "list", "--office", office, "--json").json == []


def test_an_unknown_kind_is_named_with_those_there_are(inbox: Installation) -> None:
    ran = inbox.run("channel", "add", "pigeon", "--office", inbox.office(), "--name", "A")
    assert ran.status == 2 and "email" in ran.err


def test_modes_are_switched_with_a_reason_and_accounts_removed(inbox: Installation) -> None:
    office = inbox.office()
    where = ("--office", office, "--name", "Mailbox")
    inbox.ok("channel", "add", "email", *where, *MAILBOX, "--set-stdin", "password", stdin=SECRET + "\n")
    inbox.ok("channel", "mode", "full", *where)
    assert _stored(inbox).mode == "full"
    assert "Say why" in inbox.run("channel", "mode", "off", *where).err
    assert inbox.run("channel", "mode", "off", *where, "--reason", "x", "--until", "soon").status == 2
    inbox.ok("channel", "mode", "off", *where, "--reason", "Moving host", "--until", "2026-12-01T09:00:00Z")
    assert (_stored(inbox).mode, _stored(inbox).mode_reason) == ("off", "Moving host")
    inbox.ok("channel", "remove", *where)
    assert inbox.ok("channel", "list", "--office", office, "--json").json == []
    assert _stored(inbox).sealed is None
    assert "no channel called Mailbox" in inbox.run("channel", "mode", "full", *where).err


def test_a_test_tells_step_by_step_what_does_not_work(
    inbox: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INBOX_ALLOWED_PRIVATE_HOSTS", "127.0.0.1")
    where = ("--office", inbox.office(), "--name", "Mailbox")
    inbox.ok(
        "channel", "add", "email", *where, "--set", "address=office@example.org",
        "--set", "imap_host=127.0.0.1", "--set", "imap_port=1", "--set", "imap_tls=none",
        "--set", "smtp_host=127.0.0.1", "--set", "smtp_port=1", "--set", "smtp_tls=none",
        "--set-stdin", "password", stdin=SECRET + "\n",
    )  # fmt: skip
    ran = inbox.run("channel", "test", *where, "--json")
    assert ran.status == 1 and not all(one["ok"] for one in ran.json)
    assert SECRET not in ran.out + ran.err


def test_whose_forwards_count_is_said_and_shown(inbox: Installation) -> None:
    office = inbox.office()
    inbox.ok(
        "channel", "add", "email", "--office", office, "--name", "Mailbox", *MAILBOX,
        "--set-stdin", "password",
        stdin=f"{SECRET}\n",
    )  # fmt: skip
    words = ["channel", "forwarders", "--office", office, "--name", "Mailbox"]
    assert inbox.ok(*words).out.strip() == "nobody"
    inbox.ok(*words, "--set", "Rowan@private.example, *@rowanashby.example")
    assert inbox.ok(*words, "--json").json == ["rowan@private.example", "*@rowanashby.example"]
    refused = inbox.run(*words, "--set", "everybody")
    assert (refused.status, "name@example.org" in refused.err) == (1, True)
    inbox.ok(*words, "--set", "")
    assert inbox.ok(*words).out.strip() == "nobody"


def test_a_channel_that_nobody_has_signed_in_to_is_said_to_wait(inbox: Installation) -> None:
    office = inbox.office()
    ran = inbox.ok(
        "channel", "add", "facebook", "--office", office, "--name", "Page", "--set", "page_id=111",
        "--set", "app_id=1", "--set-stdin", "app_secret", stdin="a secret of the app\n",
    )  # fmt: skip
    said = ran.out + ran.err
    assert "waits: nobody has signed in" in said and "/sign-in" in said
    assert "listens" not in said
    assert _stored(inbox).mode == "off"
