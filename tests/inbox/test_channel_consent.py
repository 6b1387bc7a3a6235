"""Signing in with a browser: bound to the session that began it, good once, for the right account only."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlmodel import select

from connectors.contract import ConnectorFailure, CredentialsRejected, TemporaryFailure
from connectors.standins.facebook import FacebookStandIn, state
from connectors.standins.graph import GraphStandIn
from connectors.standins.graph import sign_in as graph
from connectors.standins.server import StandIn
from connectors.standins.x import XStandIn
from connectors.standins.x import signing_in as x
from connectors.standins.x.state import OFFICE_NAME
from inbox import channel_consent, channels
from inbox.database import Database, find
from inbox.errors import Refused
from inbox.history import OPERATOR
from inbox.models import Channel, ChannelMode, Event, EventKind
from inbox.settings import Settings
from tests.factories import KEYS, NOW, an_office

SEAT, OTHER = "a" * 64, "b" * 64
SETTINGS = Settings(
    allowed_private_hosts=("127.0.0.1",), base_url="https://inbox.example.org", secret_keys=()
)
PLATFORMS = {"facebook": FacebookStandIn, "x": XStandIn, "microsoft365": GraphStandIn}
GIVEN = {
    "facebook": ({"page_id": state.PAGE, "app_id": state.APP}, {"app_secret": state.APP_SECRET}),
    "x": ({"client_id": x.CLIENT_ID}, {"client_secret": x.CLIENT_SECRET}),
    "microsoft365": (
        {"mailbox": "mp@wexcombe.example", "tenant_id": "t", "client_id": graph.CLIENT_ID}, {},
    ),
}  # fmt: skip


@dataclass
class Account:
    """A channel that waits for its sign-in, and its platform."""

    database: Database
    office: str
    channel: Channel
    platform: StandIn

    def agreed(self, seat: str = SEAT, now: datetime = NOW) -> tuple[str, str]:
        """What the platform sends back with the browser once the person agreed: state and code."""
        url = channel_consent.begin(self.channel, KEYS, SETTINGS, seat, now)
        answer = httpx.get(url, trust_env=False)
        found = re.search(r'href="([^"]+code=[^"]+)"', answer.text)
        back = answer.headers.get("location") or (found[1].replace("&amp;", "&") if found else "")
        query = parse_qs(urlsplit(back).query)
        return query["state"][0], query["code"][0]

    def redeemed(self, state: str, code: str, seat: str = SEAT) -> None:
        asked = channel_consent.read(state, KEYS, seat, NOW)
        assert asked.channel_id == self.channel.id
        consent = channel_consent.redeem(self.channel, KEYS, SETTINGS, asked, code)
        assert "token" not in repr(consent).lower().replace("refresh_token", "")
        with self.database.write(self.office) as session:
            row = session.exec(select(Channel)).one()
            channel_consent.keep(session, row, KEYS, consent, now=NOW, actor=OPERATOR)

    def row(self) -> Channel:
        with self.database.read(self.office) as session:
            return session.exec(select(Channel)).one()


@pytest.fixture(scope="module")
def platforms() -> Iterator[dict[str, StandIn]]:
    """Each platform, running for all tests of this file."""
    running: dict[str, StandIn] = {kind: made() for kind, made in PLATFORMS.items()}
    for one in running.values():
        one.start()
    yield running
    for one in running.values():
        one.stop()


@pytest.fixture(params=list(PLATFORMS))
def account(
    request: pytest.FixtureRequest, platforms: dict[str, StandIn], sqlite_database: Database
) -> Account:
    return an_account(request.param, platforms, sqlite_database)


@pytest.fixture
def page(platforms: dict[str, StandIn], sqlite_database: Database) -> Account:
    return an_account("facebook", platforms, sqlite_database)


def an_account(kind: str, platforms: dict[str, StandIn], database: Database) -> Account:
    plain, secrets = GIVEN[kind]
    values = {**plain, "base_url": platforms[kind].url}
    with database.write() as session:
        office = an_office(session).id
    with database.write(office) as session:
        channel = channels.add(
            session, kind=kind, name="Account", values=values, secrets=secrets, keys=KEYS, settings=SETTINGS,
            now=datetime.now(UTC), actor=OPERATOR,
        )  # fmt: skip
    return Account(database, office, channel, platforms[kind])


def test_a_channel_without_its_tokens_waits_and_listens_once_somebody_signed_in(account: Account) -> None:
    row = account.row()
    assert (row.mode, row.awaits_sign_in) == (ChannelMode.OFF, True)
    with account.database.write(account.office) as session, pytest.raises(Refused, match="Sign in"):
        channels.set_mode(session, row, ChannelMode.LISTEN, reason="x", until=None, now=NOW, actor=OPERATOR)
    with account.database.write(account.office) as session:
        find(session, Channel, row.id).mode_until = NOW  # as whoever switched it off until a date
    account.redeemed(*account.agreed())
    row = account.row()
    assert (row.mode, row.awaits_sign_in, row.mode_until) == (ChannelMode.LISTEN, False, None)
    kept = KEYS.open_all(row.sealed, row.id)
    assert kept.get("access_token", "") == state.PAGE_TOKEN or kept["refresh_token"]
    assert row.account == channels.account_of(row)
    channels.build(row.kind, row.settings, kept, row.since, SETTINGS).close()
    with account.database.read(account.office) as session:
        events = session.exec(select(Event).where(Event.kind == EventKind.CHANNEL_CHANGED)).all()
    assert [event.detail["after"] for event in events] == ["signed_in"]


def test_a_code_is_good_once(account: Account) -> None:
    said, code = account.agreed()
    account.redeemed(said, code)
    with pytest.raises(CredentialsRejected, match="refused"):
        account.redeemed(said, code)


def test_a_code_of_another_sign_in_is_refused_by_its_verifier(account: Account) -> None:
    said, _ = account.agreed()
    _, stolen = account.agreed(OTHER)
    with pytest.raises(CredentialsRejected):
        account.redeemed(said, stolen)
    assert account.row().awaits_sign_in


def test_a_sign_in_that_another_session_began_is_refused(page: Account) -> None:
    said, code = page.agreed(OTHER)
    with pytest.raises(Refused, match="not begun here"):
        page.redeemed(said, code)


@pytest.mark.parametrize("spoil", ["", "x", "{}", "a.b.c.d", "é", "0." * 300])
def test_a_state_that_we_did_not_make_is_refused(page: Account, spoil: str) -> None:
    said, _ = page.agreed()
    for state_ in (spoil, said + spoil if spoil else said[:-1], said.replace(page.channel.id, "0" * 32)):
        with pytest.raises(Refused):
            channel_consent.read(state_, KEYS, SEAT, NOW)


def test_a_sign_in_is_over_after_ten_minutes(page: Account) -> None:
    said, _ = page.agreed(now=NOW - timedelta(minutes=10))
    with pytest.raises(Refused):
        channel_consent.read(said, KEYS, SEAT, NOW)


def test_what_goes_to_the_platform_is_a_challenge_and_never_a_secret(
    account: Account,
) -> None:
    url = channel_consent.begin(account.channel, KEYS, SETTINGS, SEAT, NOW)
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert query["code_challenge_method"] == "S256"
    assert len(query["code_challenge"]) == 43
    assert query["redirect_uri"] == "https://inbox.example.org/channels/signed-in"
    assert query["response_type"] == "code"
    for secret in GIVEN[account.channel.kind][1].values():
        assert secret not in url
    assert SEAT not in url


def test_in_production_the_page_is_the_platforms_own() -> None:
    hosts = {"facebook": "www.facebook.com", "x": "x.com", "microsoft365": "login.microsoftonline.com"}
    for kind, (plain, _) in GIVEN.items():
        channel = Channel(
            id="1" * 32, office_id="o", kind=kind, name="n", account="a", settings=plain, since=NOW,
            created_at=NOW,
        )  # fmt: skip
        url = channel_consent.begin(channel, KEYS, SETTINGS, SEAT, NOW)
        assert (urlsplit(url).scheme, urlsplit(url).hostname) == ("https", hosts[kind])


def test_another_account_than_the_channels_is_refused(
    platforms: dict[str, StandIn], sqlite_database: Database
) -> None:
    account = an_account("x", platforms, sqlite_database)
    account.channel.settings = {**account.channel.settings, "user_id": "42", "username": "somebody"}
    with pytest.raises(CredentialsRejected, match=f"@{OFFICE_NAME}, and this channel is another"):
        account.redeemed(*account.agreed())


def test_a_person_without_the_page_is_told_so(page: Account) -> None:
    page.channel.settings = {**page.channel.settings, "page_id": "999"}
    with pytest.raises(CredentialsRejected, match="no role on the Page 999"):
        page.redeemed(*page.agreed())


@pytest.mark.parametrize("act", ["html", "drop", "status"])
def test_a_platform_that_fails_is_said_in_words_and_nothing_is_kept(page: Account, act: str) -> None:
    said, code = page.agreed()
    order = {"on": "GET /.*access_token", "act": act, "status": 500, "body": {"error": {"message": "no"}}}
    httpx.post(f"{page.platform.url}/_faults", json=order, trust_env=False)
    with pytest.raises(ConnectorFailure) as failure:
        page.redeemed(said, code)
    assert isinstance(failure.value, TemporaryFailure | CredentialsRejected)
    assert state.APP_SECRET not in str(failure.value)
    assert page.row().awaits_sign_in


def test_an_installation_may_bring_its_own_application(sqlite_database: Database) -> None:
    ours = Settings(
        allowed_private_hosts=("127.0.0.1",), facebook_app_id=state.APP, facebook_app_secret=state.APP_SECRET,
    )  # fmt: skip
    with sqlite_database.write() as session:
        office = an_office(session).id
    with sqlite_database.write(office) as session:
        row = channels.add(
            session, kind="facebook", name="Page", values={"page_id": state.PAGE}, secrets={}, keys=KEYS,
            settings=ours, now=NOW, actor=OPERATOR,
        )  # fmt: skip
        assert row.awaits_sign_in
        assert channel_consent.everything(row, KEYS, ours)["app_secret"] == state.APP_SECRET
        with pytest.raises(Refused, match="app_secret is missing"):
            channels.add(
                session, kind="facebook", name="Other", values={"page_id": "1", "app_id": "2"}, secrets={},
                keys=KEYS, settings=ours, now=NOW, actor=OPERATOR,
            )  # fmt: skip
