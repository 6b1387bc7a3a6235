"""The public form in a real browser: the whole way with axe on each page, sums for waiting, the Enter key."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from inbox.database import Database
from tests.browser.screens import complaints, open_page
from tests.web.conftest import make_settings
from tests.web.desks import a_world
from tests.web.public.visitors import DONNA, MESSAGE, FormOffice


@pytest.fixture
def place(sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FormOffice:
    monkeypatch.setattr("inbox.app.freeze_memory", lambda: None)
    return FormOffice(a_world(sqlite_database), make_settings(sqlite_database, tmp_path))


@pytest.fixture
def address(place: FormOffice) -> Iterator[str]:
    """The office's form on a loopback port."""
    server = uvicorn.Server(uvicorn.Config(place.app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/contact/{place.office.slug}"
    finally:
        server.should_exit = True
        thread.join()


def go_on(page: Page) -> None:
    assert complaints(page) == []
    page.locator("button.button--main").click()


def fill_in(page: Page) -> None:
    """From the postcode to the last page."""
    page.fill("#postcode", DONNA["postcode"])
    go_on(page)
    page.fill("#message", MESSAGE)
    page.check("input[name=soon][value=no]")
    picture = {"name": "mould.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n..."}
    page.set_input_files("#files", files=[picture])  # type: ignore[arg-type]
    go_on(page)
    page.fill("#name", DONNA["name"])
    page.fill("#address", DONNA["address"])
    go_on(page)
    page.check("input[name=reply_by][value=email]")
    page.fill("#email", DONNA["email"])
    go_on(page)
    expect(page.locator(".answers")).to_contain_text("mould.png")
    page.check("input[name=share][value=yes]")


def test_the_whole_way_on_a_small_phone_with_axe_on_each_page(
    browser: Browser, place: FormOffice, address: str
) -> None:
    page = open_page(browser, address, 320)
    fill_in(page)
    place.later(30)
    go_on(page)
    expect(page.locator("h1")).to_have_text("We have your message")
    assert complaints(page) == []
    reference = page.locator(".reference").inner_text()
    page.context.close()
    place.work()
    [(message, case, _)] = place.heard()
    assert (case.reference, message.new_text) == (reference, MESSAGE)


def test_a_browser_with_script_does_the_sums_while_its_person_reads(
    browser: Browser, place: FormOffice, address: str
) -> None:
    page = open_page(browser, address, 768)
    fill_in(page)
    go_on(page)
    expect(page.locator(".notice")).to_contain_text("One moment, please")
    expect(page.locator("[data-work]")).not_to_have_value("")
    page.locator("button.button--main").click()
    expect(page.locator("h1")).to_have_text("We have your message")
    page.context.close()


def test_the_enter_key_goes_on_and_lets_go_of_no_file(
    browser: Browser, place: FormOffice, address: str
) -> None:
    page = open_page(browser, address)
    fill_in(page)
    page.goto(f"{address}/message")
    page.locator("input[name=soon][value=no]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".answers")).to_contain_text("mould.png")
    page.context.close()
