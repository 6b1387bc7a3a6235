"""A manager signs three accounts in with a browser; what the platforms gave is sealed and never shown."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from connectors.standins.facebook import state as facebook
from connectors.standins.graph import sign_in as graph
from connectors.standins.x import signing_in as x
from connectors.standins.x.state import OFFICE_ID
from tests.journeys.test_through_a_browser import PATIENCE, _signed_in
from tests.rigs.browser import violations
from tests.rigs.forks import Forks
from tests.rigs.platforms import platform
from tests.rigs.product import Product, installed

Visitor = Callable[..., BrowserContext]


@pytest.fixture
def platforms() -> Iterator[dict[str, str]]:
    """The address of each stand-in."""
    with ExitStack() as stack:
        yield {kind: stack.enter_context(platform(kind)).url for kind in ("graph", "facebook", "x")}


def test_three_accounts_are_signed_in_and_begin_to_listen(
    tmp_path: Path, platforms: dict[str, str], visitor: Visitor, forks: Forks
) -> None:
    with installed(tmp_path / "home", forks=forks) as product:
        office = product.office()
        manager = product.person(office, "tom@wexcombe.example", "Tom Hale", "manager")
        product.serve("web")
        tom = _signed_in(visitor(), product.url, manager)

        _add_page(tom, product.url, platforms["facebook"])
        _keep(tom, press="Agree")
        _works(tom)

        settings = [f"base_url={platforms['x']}", f"client_id={x.CLIENT_ID}"]
        _go_to(tom, product, _added(product, office, "x", settings, CLIENT_SECRET=x.CLIENT_SECRET))
        expect(tom.get_by_text("Nobody has signed in yet").first).to_be_visible()
        _keep(tom, press=None)
        expect(tom.get_by_text(OFFICE_ID).first).to_be_visible()

        settings = [f"base_url={platforms['graph']}", "mailbox=mp@wexcombe.example", "tenant_id=tenant1",
                    f"client_id={graph.CLIENT_ID}"]  # fmt: skip
        _go_to(tom, product, _added(product, office, "microsoft365", settings))
        _said_no(tom)
        _go_to(tom, product, _id(tom, product, "Account microsoft365"))
        _keep(tom, press="Agree")

        modes = {one["name"]: one["mode"] for one in product.ask("channel", "list", "--office", office)}
        assert set(modes.values()) == {"listen"}
        assert product.tell("audit", "verify")
        _nothing_lies_open(tmp_path)


def _add_page(tom: Page, url: str, base_url: str) -> None:
    """By the form, with the guide beside it and no token typed."""
    tom.goto(f"{url}/channels/add?kind=facebook")
    expect(tom.get_by_text("pages_read_user_content")).to_be_visible()
    expect(tom.get_by_text(f"{url}/channels/signed-in")).to_be_visible()
    assert violations(tom) == []
    for label, value in (
        ("Name", "Our Page"),
        ("The Page's number (Page, About, Page transparency)", facebook.PAGE),
        ("The app's id (App settings, Basic)", facebook.APP),
        ("The app's secret (App settings, Basic)", facebook.APP_SECRET),
    ):
        tom.get_by_label(label, exact=True).fill(value)
    tom.get_by_label(re.compile("Where the Graph API is")).fill(base_url)
    tom.get_by_role("button", name="Add it").click()
    expect(tom.get_by_role("heading", level=1)).to_have_text("Our Page", timeout=PATIENCE)
    expect(tom.get_by_text(re.compile(r"/webhooks/facebook/\w{32}")).first).to_be_visible()


def _keep(tom: Page, *, press: str | None) -> None:
    """Out to the platform, back, and one press on our own page."""
    tom.get_by_role("link", name="Sign in to the account").first.click()
    if press:
        tom.get_by_role("link", name=press, exact=True).click()
    expect(tom.get_by_role("heading", level=1)).to_contain_text("Keep this sign-in", timeout=PATIENCE)
    assert violations(tom) == []
    tom.get_by_role("button", name="Keep it").click()
    expect(tom).to_have_url(re.compile(r"/channels/\w{32}"), timeout=PATIENCE)
    assert "Nobody has signed in yet" not in tom.content()
    for secret in (facebook.PAGE_TOKEN, facebook.USER_TOKEN, "refresh token ", "refresh-"):
        assert secret not in tom.content()


def _works(tom: Page) -> None:
    tom.get_by_role("button", name="Test it now").click()
    expect(tom.get_by_text("works", exact=True).first).to_be_visible(timeout=PATIENCE)


def _said_no(tom: Page) -> None:
    tom.get_by_role("link", name="Sign in to the account").first.click()
    tom.get_by_role("link", name="Do not agree").click()
    expect(tom.get_by_text(re.compile("was not signed in"))).to_be_visible(timeout=PATIENCE)


def _added(product: Product, office: str, kind: str, settings: list[str], **secrets: str) -> str:
    pairs = [part for one in settings for part in ("--set", one)]
    env: Any = {f"INBOX_CHANNEL_{name}": value for name, value in secrets.items()}
    told = product.tell(
        "channel", "add", kind, "--office", office, "--name", f"Account {kind}", *pairs, "--json", **env
    )
    return str(json.loads(told)["id"])


def _go_to(tom: Page, product: Product, channel: str) -> None:
    tom.goto(f"{product.url}/channels/{channel}")


def _id(tom: Page, product: Product, name: str) -> str:
    tom.goto(f"{product.url}/channels")
    href: Any = tom.get_by_role("link", name=name, exact=True).first.get_attribute("href")
    return str(href).rpartition("/")[2]


def _nothing_lies_open(folder: Path) -> None:
    """No token in the database as it lies on the disk."""
    [file] = folder.rglob("inbox.db")
    with sqlite3.connect(file) as database:
        rows = (
            database.execute("SELECT * FROM channel").fetchall()
            + database.execute("SELECT * FROM event").fetchall()
        )
    assert len(rows) > 3
    for secret in (facebook.PAGE_TOKEN, facebook.USER_TOKEN, facebook.APP_SECRET, "refresh token"):
        assert secret not in repr(rows)
