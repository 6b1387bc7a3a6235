"""A real Chromium, and the accessibility check that runs in it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

AXE = Path(__file__).parent.parent / "vendor" / "axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The installed Chromium with a new, empty user-data folder. Each `new_context()` is another person."""
    path = shutil.which("chromium")
    if path is None:
        raise RuntimeError("chromium is not installed: run `make test-setup`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def violations(page: Page, *, tags: tuple[str, ...] = TAGS) -> list[str]:
    """What axe finds wrong on `page` (WCAG 2.2 A and AA), one line each; empty when all is well.

    Runs under a strict content security policy: the script comes by the debugger, not by a tag.
    """
    if not page.evaluate("typeof window.axe === 'object'"):
        if not AXE.exists():
            raise RuntimeError("axe is not there: run `make test-setup`")
        page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})",
        list(tags),
    )
    return [_line(each) for each in found["violations"]]


def _line(violation: dict[str, Any]) -> str:
    where = ", ".join(str(node["target"]) for node in violation["nodes"])
    return f"{violation['id']} ({violation['impact']}): {violation['help']}: {where}"
