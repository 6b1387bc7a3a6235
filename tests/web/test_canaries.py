"""Whatever people write, and wherever it is shown, it stays words: no page makes markup of any of it."""

from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sql
from fastapi import FastAPI
from playwright.sync_api import Browser, Dialog, Route
from sqlalchemy.pool import StaticPool
from sqlmodel import SQLModel

from inbox.history import OPERATOR, record
from inbox.models import EventKind, Role
from tests.factories import NOW
from tests.web.desks import Desk, World
from tests.web.routes import every_route, filled

HOSTILE = (
    "a\"kanarie='1' b'kanarie=\"2\" c><kanarie></textarea></title></style></script><kanarie>{{7*7}}${7*7}"
    "<img src=x onerror=alert(1)><svg onload=alert(1)> &lt;kanarie&gt; \u202e\u2028"
)
ADDRESS = "javascript:alert('kanarie')//https://example.org"
WORDS = frozenset(
    """name title template account mode_reason redirect_words trouble address phone signature sending_paused
    browser member constituency subject text new_text sender_name sender_handle waiting_for outcome_note body
    question note english welsh topic owner filename content_type evidence actor_name postcode envelope_sender
    doing why asked_by written_by""".split()  # noqa: SIM905
)
LISTS = frozenset({"recipients", "warnings", "topics", "embed_sites"})
ADDRESSES = frozenset({"link", "privacy_url"})
REFLECTED = """q next view status after cursor topic name channel flag priority sort tab state of into
    again""".split()  # noqa: SIM905
PLAIN: dict[str, str] = {}
ASKED = dict.fromkeys(REFLECTED, HOSTILE)
BY_HTMX = {"hx-request": "true", "hx-target": "list"}
WAYS = ((PLAIN, PLAIN), (ASKED, PLAIN), (PLAIN, BY_HTMX))
LEADS_AWAY = frozenset(
    {"href", "src", "action", "formaction", "srcset", "poster", "data", "hx-get", "hx-post"}
)


class Canary(HTMLParser):
    """Reads a page as a browser would and keeps what should not be there."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.seen = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        if tag == "kanarie" or "kanarie" in names or any(name.startswith("on") for name in names):
            self.found.append(f"<{tag} {attrs}>")
        for name, value in attrs:
            bare = "".join(c for c in value or "" if c.isprintable() and not c.isspace()).lower()
            if name in LEADS_AWAY and bare.startswith(("javascript:", "data:text", "vbscript:")):
                self.found.append(f"<{tag} {name}={value}>")
            self.seen = self.seen or "kanarie" in (value or "")

    def handle_data(self, data: str) -> None:
        self.seen = self.seen or "kanarie" in data
        if "49" in data and "kanarie" in data and "{{7*7}}" not in data:
            self.found.append(data)


@pytest.fixture
def hostile(world: World, sqlite_database: Any) -> World:
    """Both offices, with hostile words wherever the database holds words that people write."""
    with world.database.write(world.ours.office.id) as session:
        record(session, world.ours.case, EventKind.NOT_HIDDEN, OPERATOR, now=NOW, reason=HOSTILE)
    engine = sql.create_engine(world.database.url, poolclass=StaticPool)
    with engine.begin() as connection:
        for table in SQLModel.metadata.sorted_tables:
            _poison(connection, table)
    engine.dispose()
    return world


@pytest.mark.parametrize(
    ("role", "ways", "pages"),
    [(Role.MANAGER, WAYS, 30), (Role.ADMINISTRATOR, WAYS[:1], 3), (None, WAYS[1:2], 0)],
    ids=["a manager", "an administrator", "nobody"],
)
def test_no_page_makes_markup_of_what_people_wrote(
    app: FastAPI, hostile: World, desk: Desk, role: Role | None, ways: Any, pages: int
) -> None:
    desk.headers["accept"] = "text/html"
    if role is not None:
        desk.sit(hostile.ours.people[role])
    shown = 0
    for route in every_route(app):
        if not route.is_write and not route.is_stream:
            for query, headers in ways:
                answer = desk.get(route.at(hostile.ours), params=query, headers=headers)
                shown += _is_clean(answer, route.name)
    assert shown >= pages, "the words are on these pages"


def test_in_a_browser_nothing_of_it_runs(hostile: World, desk: Desk, browser: Browser) -> None:
    """The pages as they are served, headers and all, in a real browser that would run what it could."""
    desk.sit(hostile.ours.people[Role.MANAGER])
    said: list[str] = []
    window = browser.new_page()
    window.route("**/*", lambda route: _served(route, desk))

    def heard(dialog: Dialog) -> None:
        said.append(f"alert {dialog.message}")
        dialog.dismiss()

    window.on("dialog", heard)
    window.on("console", lambda line: said.append(line.text))
    pages = ("/queue/to-sort", "/cases/{reference}", "/campaigns/{campaign_id}", "/sending", "/settings")
    for path in pages:
        window.goto("http://127.0.0.1" + filled(path, hostile.ours.ids), wait_until="load")
        assert "kanarie" in window.content(), path
        assert window.locator("kanarie").count() == 0, path
    window.close()
    wrong = [line for line in said if "alert" in line or "inline" in line or "Refused to" in line]
    assert wrong == []


def test_an_address_that_is_nowhere_repeats_nothing_as_markup(app: FastAPI, world: World, desk: Desk) -> None:
    for path in ("/<kanarie>", "/cases/<kanarie>", "/contact/<kanarie>", "/s/<kanarie>", "/cy/<kanarie>"):
        _is_clean(desk.get(path, headers={"accept": "text/html"}), path)


def _served(route: Route, desk: Desk) -> None:
    address = urlsplit(route.request.url)
    if address.hostname != "127.0.0.1" or address.path == "/events":
        route.abort()
        return
    answer = desk.get(f"{address.path}?{address.query}", headers={"accept": "text/html,*/*"})
    dropped = ("content-encoding", "content-length")
    headers = {name: value for name, value in answer.headers.items() if name not in dropped}
    route.fulfill(status=answer.status_code, headers=headers, body=answer.content)


def _is_clean(answer: Any, name: str) -> bool:
    """Whether the words are shown at all; fails where they are more than words."""
    assert answer.status_code < 500, (name, answer.text[:500])
    assert not any("kanarie" in value and "\n" in value for value in answer.headers.values()), name
    if not answer.headers.get("content-type", "").startswith("text/html"):
        return False
    read = Canary(answer.text)
    assert read.found == [], (name, read.found[:3])
    return read.seen


def _poison(connection: sql.Connection, table: sql.Table) -> None:
    values: dict[str, object] = {}
    for column in table.columns:
        if column.name in ADDRESSES:
            values[column.name] = ADDRESS
        elif column.name in LISTS and not isinstance(column.type, sql.String):
            values[column.name] = [HOSTILE, ADDRESS]
        elif column.name in WORDS and isinstance(column.type, sql.String) and not column.foreign_keys:
            values[column.name] = HOSTILE
    if not values:
        return
    try:
        with connection.begin_nested():
            connection.execute(sql.update(table).values(**values))
    except sql.exc.IntegrityError:  # one of them is unique here: each row gets words of its own
        for number, key in enumerate(connection.execute(sql.select(*table.primary_key)).all()):
            mine = {
                name: f"{value}{number}" if isinstance(value, str) else value
                for name, value in values.items()
            }
            match = sql.and_(*(column == part for column, part in zip(table.primary_key, key, strict=True)))
            connection.execute(sql.update(table).where(match).values(**mine))
