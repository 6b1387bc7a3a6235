"""`inbox channel`: connecting accounts without ever showing a secret."""

import pytest
from sqlmodel import col, select

from connectors.contract import Checked
from inbox import channels
from inbox.models import Channel, Event, Office
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
        (MAILBOX, "password is missing", 2),
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


class _Mailbox:
    """A mailbox that lets in whoever has the new password, and whose way out is closed when told so."""

    def __init__(self, password: str, sends: bool) -> None:
        self._password, self._sends = password, sends

    def check(self) -> list[Checked]:
        is_right = self._password == "the-new-one"
        return [
            Checked(
                "Sign in to the mailbox", is_right, "signed in" if is_right else "the password was refused"
            ),
            Checked("Sign in to the outgoing server", self._sends, "nothing listens.", sends=True),
        ]


@pytest.fixture
def mailbox(inbox: Installation, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    def build(kind: str, values: dict[str, str], secrets: dict[str, str], *rest: object) -> _Mailbox:
        return _Mailbox(secrets["password"], values["smtp_host"] == "smtp.example.org")

    where = ("--office", inbox.office(), "--name", "Mailbox")
    inbox.ok("channel", "add", "email", *where, *MAILBOX, "--set-stdin", "password", stdin="the-new-one\n")
    monkeypatch.setattr(channels, "build", build)
    return where


def _listed(inbox: Installation, where: tuple[str, ...]) -> tuple[str, str | None]:
    [one] = inbox.ok("channel", "list", *where[:2], "--json").json
    return one["health"], one["message"]


def test_a_new_password_is_tried_and_kept_in_place(inbox: Installation, mailbox: tuple[str, ...]) -> None:
    before = _stored(inbox)
    refused = inbox.run("channel", "set", *mailbox, "--set-stdin", "password", stdin=SECRET + "\n")
    assert refused.status == 1 and "Nothing was changed" in refused.err
    assert _stored(inbox).sealed == before.sealed
    ran = inbox.ok("channel", "set", *mailbox, "--set-stdin", "password", stdin="the-new-one\n")
    after = _stored(inbox)
    assert (after.id, after.cursor, after.settings) == (before.id, before.cursor, before.settings)
    assert after.sealed != before.sealed and "the-new-one" not in ran.out + ran.err
    database = inbox.database()
    with database.read(after.office_id) as session:
        last = session.exec(select(Event).order_by(col(Event.sequence).desc())).first()
    database.close()
    assert last is not None and last.detail["field"] == "password" and "the-new-one" not in str(last.detail)


def test_a_value_that_makes_no_sense_is_wrong_usage_when_added_and_when_changed(inbox: Installation) -> None:
    where = ("--office", inbox.office(), "--name", "Mailbox")
    given = (*where, *MAILBOX, "--set-stdin", "password")
    for port, status in (("abc", 2), ("993", 0)):
        ran = inbox.run("channel", "add", "email", *given, f"imap_port={port}", stdin=SECRET + "\n")
        assert ran.status == status and ("imap_port must be a whole number" in ran.err) is bool(status)
    ran = inbox.run("channel", "set", *where, "--set", "imap_port=abc", "--anyway")
    assert ran.status == 2 and "imap_port must be a whole number" in ran.err
    assert _stored(inbox).settings["imap_port"] == "993"


@pytest.mark.parametrize("pair", ["imap_host=other.example.org", "address=b@example.org", "username=b"])
def test_another_account_is_no_change_of_this_one(
    inbox: Installation, mailbox: tuple[str, ...], pair: str
) -> None:
    ran = inbox.run("channel", "set", *mailbox, "--set", pair)
    assert ran.status == 1 and "another account" in ran.err


def test_a_channel_that_cannot_send_says_so_until_it_can(
    inbox: Installation, mailbox: tuple[str, ...]
) -> None:
    inbox.ok("channel", "set", *mailbox, "--set", "smtp_host=closed.example.org", "--anyway")
    assert _listed(inbox, mailbox) == (
        "needs_attention", "It cannot send: Sign in to the outgoing server: nothing listens."
    )  # fmt: skip
    assert "cannot send" in inbox.ok("channel", "mode", "full", *mailbox).err
    assert "WRONG  channels" in inbox.run("doctor").out
    inbox.ok("channel", "set", *mailbox, "--set", "smtp_host=smtp.example.org")
    assert _listed(inbox, mailbox)[1] is None


def test_a_test_that_fails_for_another_reason_takes_the_place_of_the_last(
    inbox: Installation, mailbox: tuple[str, ...]
) -> None:
    inbox.ok("channel", "set", *mailbox, "--set", "smtp_host=closed.example.org", "--anyway")
    words = ("--set", "smtp_host=smtp.example.org", "--set-stdin", "password", "--anyway")
    inbox.ok("channel", "set", *mailbox, *words, stdin=SECRET + "\n")
    assert inbox.run("channel", "test", *mailbox).status == 1
    assert _listed(inbox, mailbox)[1] == "Sign in to the mailbox: the password was refused."
