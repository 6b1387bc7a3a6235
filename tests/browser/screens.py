"""Screenshots of every screen and state, with axe, in two themes and three widths, into `screens/`.

`python -m tests.browser.screens [word…]` takes those whose name contains a word, else all; it exits 1 when
axe or the browser's own console has something to say, or a page scrolls sideways.
"""

import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.gallery import serving
from tests.rigs.browser import chromium
from tests.web.examples import EXAMPLES

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "tests" / "vendor" / "axe.min.js"
OUT = ROOT / "screens"
WIDTHS = {320: 640, 768: 1024, 1440: 900}
THEMES = ("light", "dark")
PAGES = [name for name in EXAMPLES if not name.endswith("-part")]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def open_page(browser: Browser, address: str, width: int = 1440, theme: str = "light", **more: Any) -> Page:
    """The page in a new window of that width and theme; what its console says is kept in `said`."""
    context = browser.new_context(
        viewport={"width": width, "height": WIDTHS.get(width, 900)},
        color_scheme="dark" if theme == "dark" else "light",
        locale="en-GB",
        timezone_id="Europe/London",
        **more,
    )
    shown = context.new_page()
    said: list[str] = []
    shown.on("console", lambda told: said.append(told.text) if told.type in {"error", "warning"} else None)
    shown.on("pageerror", lambda error: said.append(str(error)))
    shown.said = said  # type: ignore[attr-defined]
    shown.goto(address)
    return shown


def complaints(shown: Page) -> list[str]:
    """What is wrong with the page that is shown: axe, the console, sideways scrolling; one line each."""
    found = violations(shown) + list(shown.said)  # type: ignore[attr-defined]
    shown.said.clear()  # type: ignore[attr-defined]
    return found + (["scrolls sideways"] if shown.evaluate(SIDEWAYS) else [])


def violations(shown: Page) -> list[str]:
    """What axe finds on the page, one line each."""
    shown.evaluate(AXE.read_text("utf-8"))
    found = shown.evaluate(
        "rules => axe.run({runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})", RULES
    )
    return [
        f"{each['id']}: {node['html'][:160]} {node['failureSummary'][:240]!r}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


def look(browser: Browser, address: str, names: list[str], width: int, theme: str) -> list[str]:
    """Photograph the examples in one width and theme; returns all complaints."""
    found = []
    for name in names:
        shown = open_page(browser, f"{address}/pages/{name}", width, theme)
        shown.screenshot(path=OUT / f"{name}-{width}-{theme}.png", full_page=True)
        found += [f"{name} {width} {theme}: {each}" for each in complaints(shown)]
        shown.context.close()
    return found


def main() -> int:
    """Look at all examples, or at those named on the command line."""
    OUT.mkdir(exist_ok=True)
    words = sys.argv[1:]
    names = [name for name in PAGES if not words or any(word in name for word in words)]
    with serving() as address, chromium() as browser:
        found = [
            line
            for width in WIDTHS
            for theme in THEMES
            for line in look(browser, address, names, width, theme)
        ]
    for line in found:
        print(line)  # noqa: T201
    print(f"{len(names)} pages, {len(found)} complaints, pictures in {OUT}")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
