"""What a channel keeps secret goes only to the address it was given for, whoever may change its settings."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from connectors.standins.server import StandIn, Told
from inbox import channel_settings, channels
from inbox.app import create_app
from inbox.database import Database
from inbox.errors import Conflict
from inbox.history import OPERATOR
from inbox.models import Channel, Event, EventKind, Role
from inbox.secrets import SecretKeys
from tests.factories import a_channel
from tests.rigs.smtp_sink import SmtpSink
from tests.web.conftest import _do_not_freeze, make_settings
from tests.web.desks import Desk, World, a_world

__all__ = ["_do_not_freeze"]

PASSWORD = "correct-horse-91"
OURS = "the-secret-of-the-whole-installation"
X = {"user_id": "1500000000000000001", "username": "RowanAshbyMP", "client_id": "client-1"}
OUTLOOK = {"mailbox": "mp@wexcombe.example", "tenant_id": "tenant-1"}
PAGE = {"page_id": "111", "app_id": "1"}
GIVEN: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "x": (X, {"client_secret": "kept-1", "refresh_token": "kept-2"}),
    "microsoft365": (OUTLOOK | {"client_id": "c"}, {"client_secret": "kept-1"}),
    "facebook": (PAGE, {"access_token": "kept-1", "app_secret": "kept-2"}),
}
"""An account of each kind that is reached by web addresses: its settings, its secrets."""


class Listener(StandIn):
    """Somebody's own server: writes down all that it is sent, and answers as X does that knows nobody."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []
        self.routes = [("GET", "/.*", self._answer), ("POST", "/.*", self._answer)]

    def _answer(self, asked: Any) -> Told:
        self.heard.append(f"{asked.method} {asked.path} {asked.query} {asked.headers} {asked.body!r}")
        if asked.path.endswith("/token"):
            return Told({"access_token": "a", "refresh_token": "PLANTED", "token_type": "bearer"})
        return Told({"title": "no"}, 400)


class Place:
    """An office, the app, and a listener that is nobody's platform."""

    def __init__(self, world: World, app: Any, keys: SecretKeys, listener: Listener) -> None:
        self.world, self.app, self.keys, self.listener = world, app, keys, listener

    def sit(self, role: Role = Role.ADMINISTRATOR) -> Desk:
        return Desk(self.app).sit(self.world.ours.people[role])

    def connect(self, kind: str, settings: dict[str, str], secrets: dict[str, str]) -> Channel:
        with self.world.database.write(self.world.ours.office.id) as session:
            row = a_channel(session, kind=kind, name=f"Our {kind}", account="one", settings=settings)
            row.account = channels.account_of(row)
            row.sealed = self.keys.seal_all(secrets, row.id)
            return row

    def row(self, channel: Channel) -> Channel:
        with self.world.database.read(self.world.ours.office.id) as session:
            return session.exec(select(Channel).where(Channel.id == channel.id)).one()

    def secrets(self, channel: Channel) -> dict[str, str]:
        return self.keys.open_all(self.row(channel).sealed, channel.id)

    def tried(self) -> list[dict[str, Any]]:
        """What the history says of changes that were not kept."""
        with self.world.database.read(self.world.ours.office.id) as session:
            rows = session.exec(select(Event).where(Event.kind == EventKind.CHANNEL_CHANGED)).all()
        return [row.detail for row in rows if row.detail.get("after") == channel_settings.NOT_KEPT]


@pytest.fixture
def place(sqlite_database: Database, tmp_path: Path) -> Iterator[Place]:
    settings = make_settings(
        sqlite_database, tmp_path, allowed_private_hosts=("127.0.0.1",), microsoft365_client_id="ours",
        microsoft365_client_secret=OURS, x_client_id="ours", x_client_secret=OURS, facebook_app_id="7",
        facebook_app_secret=OURS,
    )  # fmt: skip
    listener = Listener()
    listener.start()
    app = create_app(settings, database=sqlite_database)
    yield Place(a_world(sqlite_database), app, SecretKeys(settings.keys), listener)
    listener.stop()


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    """Somebody's own mail server."""
    sink = SmtpSink()
    sink.start()
    yield sink
    sink.stop()


def test_a_mailbox_password_is_not_sent_to_another_server(place: Place, sink: SmtpSink) -> None:
    given = {
        "address": "office@example.org", "imap_host": "127.0.0.1", "imap_port": "1", "imap_tls": "none",
        "smtp_host": "smtp.example.org",
    }  # fmt: skip
    mailbox = place.connect("email", given, {"password": PASSWORD})
    theirs = {"smtp_host": "127.0.0.1", "smtp_port": str(sink.port), "smtp_tls": "none", "password": ""}
    for anyway in ("", "yes"):
        answer = place.sit().press(
            f"/channels/{mailbox.id}/change", given | theirs | {"auth": "password", "anyway": anyway}
        )
        assert answer.status_code == 422 and "Type again: password" in answer.text
    assert sink.commands == []
    assert place.row(mailbox).settings == given and place.secrets(mailbox) == {"password": PASSWORD}
    assert [one["channel"] for one in place.tried()] == [mailbox.id, mailbox.id]
    assert {one["field"] for one in place.tried()} == {"smtp_host, smtp_port, smtp_tls"}
    page = place.sit().get(f"/channels/{mailbox.id}").text
    assert "A change was tried and not kept" in page


@pytest.mark.parametrize("kind", list(GIVEN))
def test_tokens_and_application_secrets_are_not_sent_to_another_address(place: Place, kind: str) -> None:
    settings, secrets = GIVEN[kind]
    channel = place.connect(kind, settings, secrets)
    url = f"/channels/{channel.id}/change"
    refused = place.sit().press(url, settings | {"base_url": place.listener.url})
    assert refused.status_code == 422 and "Type again" in refused.text
    one = dict.fromkeys([next(iter(secrets))], "typed-by-me")
    place.sit().press(url, settings | one | {"base_url": place.listener.url, "anyway": "yes"})
    place.sit().press(url, settings | {"base_url": place.listener.url, "anyway": "yes"})
    place.sit().press(f"/channels/{channel.id}/test", {})
    heard = " ".join(place.listener.heard)
    assert "kept-" not in heard and OURS not in heard
    assert all(value in ("typed-by-me", *secrets.values()) for value in place.secrets(channel).values())


@pytest.mark.parametrize("key", ["base_url", "authority_url"])
def test_an_installations_own_application_is_lent_to_the_platform_alone(place: Place, key: str) -> None:
    boss = place.sit(Role.MANAGER)
    given = OUTLOOK | {key: place.listener.url, "name": "Mine"}
    refused = boss.press("/channels/add/microsoft365", given)
    assert refused.status_code == 422 and "client_id is missing" in refused.text
    assert place.listener.heard == []
    given = OUTLOOK | {"base_url": "https://graph.microsoft.com", "name": "Mine"}
    usual = boss.press("/channels/add/microsoft365", given)
    assert usual.status_code == 303


@pytest.mark.parametrize(
    ("kind", "values"), [("x", {}), ("microsoft365", OUTLOOK), ("facebook", {"page_id": "111"})]
)
def test_a_channel_that_points_elsewhere_already_is_not_lent_it_either(
    place: Place, kind: str, values: dict[str, str]
) -> None:
    channel = place.connect(kind, values | {"base_url": place.listener.url}, {})
    desk = place.sit(Role.MANAGER)
    desk.press(f"/channels/{channel.id}/test", {})
    assert desk.get(f"/channels/{channel.id}/sign-in").status_code == 422
    assert OURS not in " ".join(place.listener.heard)


def test_a_test_at_another_address_writes_nothing_to_what_is_kept(place: Place) -> None:
    settings, secrets = GIVEN["x"]
    channel = place.connect("x", settings, secrets)
    typed = {"refresh_token": "typed-by-me", "base_url": place.listener.url}
    refused = place.sit().press(f"/channels/{channel.id}/change", settings | typed)
    assert refused.status_code == 422 and "Nothing was changed" in refused.text
    assert place.listener.heard and place.secrets(channel) == secrets
    assert len(place.tried()) == 1


def test_an_operators_test_at_another_address_writes_nothing_either_until_it_is_kept(place: Place) -> None:
    settings, secrets = GIVEN["x"]
    channel = place.connect("x", settings, secrets)
    wanted = channel_settings.Change(
        channel, {"base_url": place.listener.url}, {}, place.keys, is_operator=True
    )
    found = wanted.test(place.app.state.wiring.settings, place.world.database)
    assert not all(one.ok for one in found) and place.secrets(channel) == secrets
    with place.world.database.write(channel.office_id) as session:
        wanted.keep(session, found, now=place.app.state.wiring.settings.now(), actor=OPERATOR)
    assert place.secrets(channel) == secrets | {"refresh_token": "PLANTED"}


def test_a_token_that_the_same_address_replaced_is_kept_though_the_test_failed(place: Place) -> None:
    settings, secrets = GIVEN["x"]
    settings = settings | {"base_url": place.listener.url}
    channel = place.connect("x", settings, secrets)
    refused = place.sit().press(f"/channels/{channel.id}/change", settings | {"daily_cap": "4"})
    assert refused.status_code == 422
    assert place.secrets(channel)["refresh_token"] == "PLANTED"


def test_secrets_that_a_colleague_typed_meanwhile_do_not_go_where_the_change_began(place: Place) -> None:
    settings, secrets = GIVEN["x"]
    channel = place.connect("x", settings | {"base_url": place.listener.url}, {})
    slow = channel_settings.Change(place.row(channel), {"daily_cap": "4"}, {}, place.keys)
    with place.world.database.write(channel.office_id) as session:
        row = session.exec(select(Channel).where(Channel.id == channel.id)).one()
        row.settings, row.sealed = settings, place.keys.seal_all(secrets, row.id)
    with place.world.database.write(channel.office_id) as session, pytest.raises(Conflict):
        slow.keep(session, (), now=place.app.state.wiring.settings.now(), actor=OPERATOR)
    assert place.row(channel).settings == settings


def test_a_page_says_nothing_about_the_files_of_the_server(place: Place) -> None:
    given = {"address": "a@example.org", "imap_host": "imap.example.org", "smtp_host": "smtp.example.org"}
    mailbox = place.connect("email", given | {"ca_file": "/etc/hostname"}, {"password": PASSWORD})
    desk = place.sit(Role.MANAGER)
    for file in ("/etc/passwd", "/no/such/file"):
        asked = given | {"password": PASSWORD, "ca_file": file, "anyway": "yes", "name": "Mine"}
        for path in (f"/channels/{mailbox.id}/change", "/channels/add/email"):
            answer = desk.press(path, asked)
            assert answer.status_code == 422 and "set by whoever runs the server" in answer.text
            assert "is not there" not in answer.text and 'name="ca_file"' not in answer.text
    assert place.row(mailbox).settings["ca_file"] == "/etc/hostname"
