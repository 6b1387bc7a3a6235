"""The desk in one hand: what is read and pressed on a small telephone between two votes."""

from playwright.sync_api import Browser, Page, expect

from tests.browser.screens import open_page

WIDTH, HEIGHT = 375, 667
IS_SEEN = """element => {
    const box = element.getBoundingClientRect();
    return box.top < innerHeight && box.bottom > 0;
}"""


def on_a_phone(browser: Browser, address: str) -> Page:
    shown = open_page(browser, address, WIDTH)
    shown.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    return shown


def test_the_letter_is_read_before_it_can_be_approved(browser: Browser, office: str) -> None:
    shown = on_a_phone(browser, f"{office}/pages/approval")
    letter, approve = shown.locator(".exact__text"), shown.get_by_role("button", name="Approve and send")
    assert letter.bounding_box()["y"] < HEIGHT / 2, "the letter begins on the first screen"
    assert not approve.evaluate(IS_SEEN), "and the yes does not lie over it"
    approve.scroll_into_view_if_needed()
    last_line = letter.evaluate("element => element.getBoundingClientRect().bottom")
    assert last_line < approve.bounding_box()["y"]
    expect(approve).to_be_in_viewport()
    shown.context.close()


def test_at_a_desk_the_yes_stays_at_hand(browser: Browser, office: str) -> None:
    shown = open_page(browser, f"{office}/pages/approval")
    expect(shown.get_by_role("button", name="Approve and send")).to_be_in_viewport()
    expect(shown.locator("[data-main]")).to_have_attribute("aria-keyshortcuts", "Control+Enter")
    shown.context.close()
