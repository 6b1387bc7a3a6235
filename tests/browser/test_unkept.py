"""Words that are nowhere else yet: leaving their page asks, and sending them waits for somebody signed in."""

from playwright.sync_api import Browser, Dialog, Page, expect

from tests.browser.screens import open_page

NOTE = "/pages/case-note"
WORDS = "Rang Donna. The youngest is on two inhalers."


def answering(page: Page, *, leave: bool) -> list[str]:
    """Answers every question of the browser alike; returns what was asked."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message or dialog.type)
        (dialog.accept if leave else dialog.dismiss)()

    page.on("dialog", answer)
    return asked


def test_leaving_with_words_that_are_not_kept_asks_once(browser: Browser, office: str) -> None:
    page = open_page(browser, office + NOTE)
    asked = answering(page, leave=False)
    page.locator("#text").fill(WORDS)
    page.locator(".nav__link").first.click()
    page.get_by_role("button", name="Sign out").click()
    with page.expect_event("dialog"):
        page.evaluate("setTimeout(() => location.assign('/queue/mine'))")
    expect(page.locator("#text")).to_have_value(WORDS)
    question = "You typed words here that are not kept. Leave this page without them?"
    assert asked == [question, question, "beforeunload"]
    page.context.close()


def test_who_says_leave_is_not_asked_again_and_an_empty_note_asks_nothing(
    browser: Browser, office: str
) -> None:
    page = open_page(browser, office + NOTE)
    asked = answering(page, leave=True)
    page.locator(".nav__link").first.click()
    page.wait_for_url("**/queue/to-sort")
    assert asked == []
    page.goto(office + NOTE)
    page.locator("#text").fill(WORDS)
    page.locator(".nav__link").first.click()
    page.wait_for_url("**/queue/to-sort")
    assert len(asked) == 1
    page.context.close()


def test_keeping_a_note_asks_nothing_and_waits_for_somebody_signed_in(browser: Browser, office: str) -> None:
    page = open_page(browser, office + NOTE)
    asked = answering(page, leave=False)
    page.request.post(f"{office}/test/sign-out")
    page.locator("#text").fill(WORDS)
    page.get_by_role("button", name="Keep this note").click()
    expect(page.locator("#sign-in-again")).to_be_visible()
    page.request.post(f"{office}/test/sign-in")
    with page.expect_request("**/notes") as sent:
        page.locator("#sign-in-again [data-close]").click()
    assert "inhalers" in (sent.value.post_data or "")
    page.wait_for_url("**/queue/to-sort")
    assert asked == []
    page.context.close()
