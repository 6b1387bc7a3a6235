"""A fresh office and a fresh window for each test; the browser is everybody's."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.gallery import serving
from tests.browser.screens import open_page


@pytest.fixture
def office() -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture
def queue(browser: Browser, office: str) -> Iterator[Page]:
    """The queue at 1440 px; whatever its console says fails the test at the end."""
    shown = open_page(browser, f"{office}/queue/to-sort")
    yield shown
    said = list(shown.said)  # type: ignore[attr-defined]
    shown.context.close()
    assert [words for words in said if "500" not in words and "401" not in words and "412" not in words] == []
