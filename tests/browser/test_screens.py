"""Every screen and state in a rotating choice of width and theme; `make screens` runs the full matrix."""

from collections.abc import Iterator
from itertools import product

import pytest
from playwright.sync_api import Browser

from tests.browser.gallery import serving
from tests.browser.screens import PAGES, THEMES, WIDTHS, complaints, open_page

CHOICES = list(product(WIDTHS, THEMES))
SPACING = (
    "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }"
    "p { margin-block-end: 2em !important; }"
)
KEY_SCREENS = (
    "queue-open",
    "case",
    "approval-changes",
    "status-waiting_organisation-cy",
    "sending",
    "channels",
)

LOOK_AT_FOCUS = """() => {
  const here = document.activeElement, before = window.seen.at(-1);
  if (here === document.body || window.seen.includes(here)) return false;
  window.seen.push(here);
  const words = here.tagName + ' ' + (here.textContent || here.name || '').trim().slice(0, 40);
  if (before && !(before.compareDocumentPosition(here) & Node.DOCUMENT_POSITION_FOLLOWING))
    faults.push('order: ' + words);
  const style = getComputedStyle(here);
  if (parseFloat(style.outlineWidth) < 2 || style.outlineStyle === 'none') faults.push('no ring: ' + words);
  const box = here.getBoundingClientRect(), parts = [.1, .5, .9];
  const points = parts.flatMap(across => parts.map(down =>
    document.elementFromPoint(box.x + box.width * across, box.y + box.height * down)));
  const shows = point => point && (here.contains(point) || point.contains(here)
    || point.closest('label')?.contains(here));
  if (!here.matches('.skip') && !points.some(shows)) faults.push('covered: ' + words);
  return true;
}"""


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.mark.parametrize("name", PAGES)
def test_a_screen_has_no_accessibility_fault_and_does_not_scroll_sideways(
    browser: Browser, gallery: str, name: str
) -> None:
    width, theme = CHOICES[PAGES.index(name) % len(CHOICES)]
    shown = open_page(browser, f"{gallery}/pages/{name}", width, theme)
    found = complaints(shown)
    shown.context.close()
    assert found == []


@pytest.mark.parametrize("name", KEY_SCREENS)
def test_a_screen_bears_wide_text_spacing_on_a_small_phone(browser: Browser, gallery: str, name: str) -> None:
    shown = open_page(browser, f"{gallery}/pages/{name}", 320, bypass_csp=True)
    shown.add_style_tag(content=SPACING)
    found = complaints(shown)
    shown.context.close()
    assert found == []


@pytest.mark.parametrize("name", KEY_SCREENS)
def test_a_screen_keeps_its_marks_in_forced_colours(browser: Browser, gallery: str, name: str) -> None:
    shown = open_page(browser, f"{gallery}/pages/{name}", 1440, forced_colors="active")
    found = complaints(shown)
    shown.context.close()
    assert found == []


@pytest.mark.parametrize("name", KEY_SCREENS)
@pytest.mark.parametrize("width", [320, 1440])
def test_tab_goes_through_a_screen_in_reading_order_and_never_behind_something(
    browser: Browser, gallery: str, name: str, width: int
) -> None:
    shown = open_page(browser, f"{gallery}/pages/{name}", width)
    shown.evaluate("() => { window.seen = []; window.faults = []; }")
    for _ in range(120):
        shown.keyboard.press("Tab")
        if not shown.evaluate(LOOK_AT_FOCUS):
            break
    faults = shown.evaluate("window.faults")
    shown.context.close()
    assert faults == []
