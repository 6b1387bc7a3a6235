"""One press signs in on the demo's own machine, and nowhere else."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from inbox.app import create_app
from inbox.database import Database
from inbox.demo import founding
from inbox.demo.place import Place
from inbox.models import Staff
from inbox.storage import open_store

pytestmark = pytest.mark.timeout(300)
HERE, ELSEWHERE = ("127.0.0.1", 50000), ("192.0.2.7", 50000)


@pytest.fixture(autouse=True)
def _do_not_freeze(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inbox.app.freeze_memory", lambda: None)


@contextmanager
def _browser(
    place: Place, client: tuple[str, int], *, demo: bool = True, address: str = "http://127.0.0.1"
) -> Iterator[tuple[TestClient, str]]:
    """A browser at `client`, and the id of Priya."""
    settings = place.settings(address)
    database = Database(settings.database_url)
    try:
        with database.read(founding.offices_in(database)["mp"]) as session:
            priya = session.exec(select(Staff).where(Staff.name == "Priya Nair")).one()
        app = create_app(settings, database=database, store=open_store(settings), demo=demo)
        with TestClient(app, base_url="http://127.0.0.1", client=client, follow_redirects=False) as browser:
            yield browser, priya.id
    finally:
        database.close()


def test_one_press_signs_in_on_this_machine(copied: Place) -> None:
    with _browser(copied, HERE) as (browser, priya):
        assert "Priya Nair" in browser.get("/sign-in").text
        assert browser.post("/sign-in/demo", data={"staff": priya}).status_code == 303
        assert browser.get("/").headers["location"] != "/sign-in"


@pytest.mark.parametrize(
    ("client", "demo", "address"),
    [
        (ELSEWHERE, True, "http://127.0.0.1"),
        (HERE, False, "http://127.0.0.1"),
        (HERE, True, "http://192.0.2.1"),
    ],
    ids=["from another machine", "in a real installation", "behind an address of the network"],
)
def test_one_press_signs_nobody_in(copied: Place, client: tuple[str, int], demo: bool, address: str) -> None:
    with _browser(copied, client, demo=demo, address=address) as (browser, priya):
        assert "Priya Nair" not in browser.get("/sign-in").text
        assert browser.post("/sign-in/demo", data={"staff": priya}).status_code == 404
        assert browser.get("/").headers["location"] == "/sign-in"
