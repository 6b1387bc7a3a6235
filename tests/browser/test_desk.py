"""The desk under the hands: keys, focus, undo, drafts, live updates (checks K2 to K6, K14 of the design)."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.screens import open_page

FOCUSED = "document.activeElement.closest('.row')?.id.slice(4) ?? document.activeElement.tagName"
FIRST, SECOND, THIRD = "WX-7K4M-2P", "WX-9D2H-4T", "WX-3M9D-8R"
CASE = "/cases/WX-5B2K-8N"


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_enter_opens_a_row_in_the_pane_and_the_focus_goes_to_its_heading(queue: Page) -> None:
    press(queue, "j", "j", "Enter")
    expect(queue.locator("#reading h2")).to_have_text("Imran Sadiq")
    expect(queue.locator("#reading h2")).to_be_focused()
    expect(queue.locator(f"#row-{SECOND} .row__who")).to_have_attribute("aria-current", "true")
    assert queue.url.endswith(f"/queue/to-sort/{SECOND}")
    expect(queue).to_have_title("Imran Sadiq – To sort – Rowan Ashby MP")


def test_five_messages_are_sorted_with_keys_only(queue: Page) -> None:
    press(queue, "j", "Enter")
    expect(queue.locator("#reading h2")).to_be_focused()
    for left in (7, 6, 5, 4, 3):
        reference = queue.locator("#reading").get_attribute("data-case")
        press(queue, "y")
        expect(queue.locator(".row")).to_have_count(left)
        expect(queue.locator("#reading")).not_to_have_attribute("data-case", reference or "")
        assert queue.evaluate(FOCUSED) == queue.locator("#reading").get_attribute("data-case")
    expect(queue.locator("#undo")).to_contain_text("Filed: WX-2R8C-7F.")


def test_filing_is_said_once_and_undo_stands_outside_the_status_region(queue: Page) -> None:
    press(queue, "j", "Enter")
    expect(queue.locator("#reading h2")).to_be_focused()
    press(queue, "y")
    expect(queue.locator("#announce")).to_have_text(f"Filed: {FIRST}.")
    assert queue.locator("[role=status]").count() == 1
    assert queue.locator("[role=status] button").count() == 0
    expect(queue.locator("#undo button").first).to_have_text("Undoz")


def test_a_failed_act_leaves_the_row_where_it_was_and_says_so(queue: Page) -> None:
    press(queue, "j", "Enter")
    expect(queue.locator("#reading h2")).to_be_focused()
    queue.evaluate(
        "document.querySelectorAll('#reading form[data-triage]').forEach("
        "form => form.setAttribute('hx-post', '/cases/x/junk'))"
    )
    queue.evaluate("htmx.process(document.querySelector('#reading'))")
    press(queue, "q")
    expect(queue.locator("#undo")).to_contain_text("Nothing was changed")
    expect(queue.locator(f"#row-{FIRST}")).to_be_visible()
    expect(queue.locator(f"#row-{FIRST}")).not_to_have_attribute("aria-busy", "true")


def test_a_menu_opens_with_its_key_and_a_number_chooses(queue: Page) -> None:
    press(queue, "j", "Enter")
    expect(queue.locator("#reading h2")).to_be_focused()
    queue.evaluate(
        "document.querySelectorAll('#reading .menu').forEach(form => form.setAttribute('hx-post', "
        f"'/cases/{FIRST}/priority'))"
    )
    queue.evaluate("htmx.process(document.querySelector('#reading'))")
    press(queue, "p")
    expect(queue.locator(".menu:popover-open")).to_be_visible()
    expect(queue.locator(".menu:popover-open")).to_be_in_viewport()
    expect(queue.locator(".menu:popover-open button").first).to_be_focused()
    press(queue, "1")
    expect(queue.locator("#undo")).to_contain_text(f"Filed: {FIRST}.")


def test_the_same_sorting_works_by_tab_and_enter_with_letters_off(queue: Page, office: str) -> None:
    queue.goto(f"{office}/queue/to-sort?letters=off")
    press(queue, "j", "?", "g", "m")
    assert queue.evaluate(FOCUSED) == "BODY"
    queue.locator(f"#row-{FIRST} .row__who").focus()
    press(queue, "Enter")
    expect(queue.locator("#reading h2")).to_be_focused()
    queue.locator("#reading .where button").first.focus()
    press(queue, "Enter")
    expect(queue.locator(f"#row-{FIRST}")).to_have_count(0)


def test_without_script_a_row_is_a_page_and_a_suggestion_is_a_form(browser: Browser, office: str) -> None:
    page = open_page(browser, f"{office}/queue/to-sort", java_script_enabled=False)
    page.locator(f"#row-{FIRST} .row__who").click()
    assert page.url.endswith(FIRST)
    page.locator("#reading .where button").first.click()
    assert page.url.endswith("/queue/to-sort")
    expect(page.locator(".row")).to_have_count(7)
    page.context.close()


@pytest.mark.parametrize(("key", "dialog"), [("?", "#keys"), ("Control+k", "#palette")])
def test_a_dialog_closes_with_escape_and_gives_the_focus_back(queue: Page, key: str, dialog: str) -> None:
    press(queue, "j", key)
    expect(queue.locator(dialog)).to_be_visible()
    press(queue, "Escape")
    expect(queue.locator(dialog)).to_be_hidden()
    assert queue.evaluate(FOCUSED) == FIRST


def test_the_palette_goes_where_its_line_says(queue: Page) -> None:
    press(queue, "Control+k")
    queue.keyboard.type("appro")
    expect(queue.locator("#palette-list [role=option]").first).to_have_text("To approveg a")
    press(queue, "Enter")
    queue.wait_for_url("**/approvals")


def test_g_and_a_letter_go_to_a_view(queue: Page) -> None:
    press(queue, "g", "m")
    queue.wait_for_url("**/queue/mine")


def test_an_arriving_message_moves_nothing(queue: Page, office: str) -> None:
    press(queue, "j", "j")
    before = queue.evaluate("[document.activeElement.textContent, document.querySelector('.row').innerHTML]")
    queue.request.post(f"{office}/test/arrived", data={"case": "WX-1"})
    expect(queue.locator("#new-messages")).to_have_text("1 new message: show")
    expect(queue.locator(".nav__count[data-count='/queue/to-sort']")).to_have_text("9")
    assert (
        queue.evaluate("[document.activeElement.textContent, document.querySelector('.row').innerHTML]")
        == before
    )


def test_a_row_that_a_colleague_took_says_so_and_stays(queue: Page, office: str) -> None:
    queue.request.post(f"{office}/test/taken", data={"case": THIRD, "taken_by": "Tom"})
    expect(queue.locator(f"#row-{THIRD} .row__busy")).to_have_text("Taken by Tom")


def test_a_row_that_changed_elsewhere_changes_in_place(queue: Page, office: str) -> None:
    queue.request.post(f"{office}/test/edit")
    expect(queue.locator(f"#row-{THIRD} .row__line")).to_contain_text("Changed words")
    queue.locator(f"#row-{THIRD} .row__who").click()
    expect(queue.locator("#reading h2")).to_have_text("Eleri Wynne Parry")


def test_words_of_the_model_come_onto_the_page_that_waits_for_them(browser: Browser, office: str) -> None:
    page = open_page(browser, f"{office}{CASE}/suggestions")
    line = page.get_by_role("button", name="Put it in the reply").first
    line.focus()
    expect(page.locator("#machine")).to_contain_text("The model is asked.")
    expect(page.locator("#machine .exact")).to_have_count(0)
    page.request.post(f"{office}/test/proposal")
    expect(page.locator("#machine .exact")).to_have_count(1)
    expect(page.locator("#machine")).not_to_contain_text("The model is asked.")
    expect(line).to_be_focused()
    page.context.close()


def test_ticking_shows_the_toolbar(queue: Page) -> None:
    expect(queue.locator("#bulk")).to_be_hidden()
    press(queue, "j", "x")
    expect(queue.locator("#bulk")).to_be_visible()
    press(queue, "Shift+ArrowDown")
    assert queue.locator(".tick:checked").count() == 2
    expect(queue.locator("[data-ticked]")).to_have_text("2 of 8 ticked")
    queue.get_by_role("button", name="Tick all").click()
    expect(queue.locator("[data-ticked]")).to_have_text("8 of 8 ticked")
    queue.locator(".row").last.scroll_into_view_if_needed()
    expect(queue.locator("#bulk")).to_be_in_viewport()


def test_a_key_on_a_row_that_is_not_open_opens_it_and_asks_or_says_why_not(queue: Page) -> None:
    press(queue, "j", "y")
    expect(queue.locator(f"#row-{FIRST}")).to_contain_text("Open it first: press Enter")
    press(queue, "h")
    expect(queue.locator("#reading").get_by_role("form", name="Hold")).to_be_visible()


def test_letters_typed_in_the_composer_do_nothing_else(browser: Browser, office: str) -> None:
    page = open_page(browser, office + CASE)
    page.locator("#text").fill("")
    page.locator("#text").press_sequentially("jkrifdgz?x1")
    assert page.locator("#text").input_value() == "jkrifdgz?x1"
    assert page.url.endswith(CASE)
    assert page.locator("dialog[open]").count() == 0
    page.context.close()


def test_a_draft_saves_itself_and_says_so(browser: Browser, office: str) -> None:
    page = open_page(browser, office + CASE)
    page.locator("#text").fill("Dear Donna, they reply by 9 June.")
    expect(page.locator("[data-state]")).to_have_text("Saved 10:45.")
    assert page.locator("[data-draft]").get_attribute("data-version") == "8"
    page.context.close()


def test_who_reads_an_answer_is_said_by_the_choice_at_once(browser: Browser, office: str) -> None:
    page = open_page(browser, f"{office}/pages/case-public-over")
    line = page.locator(".composer__audience")
    expect(line).to_contain_text("Everyone can read this on Facebook.", use_inner_text=True)
    private = page.get_by_label("Privately")
    expect(private).to_be_disabled()
    private.evaluate("one => one.disabled = false")
    private.check()
    expect(line).to_contain_text("Only Donna Fretwell will read this.", use_inner_text=True)
    expect(line).not_to_contain_text("Everyone", use_inner_text=True)
    page.context.close()


def test_two_writers_see_both_texts_and_nothing_is_overwritten(browser: Browser, office: str) -> None:
    page = open_page(browser, office + CASE)
    page.request.post(f"{office}/test/colleague-saves")
    page.locator("#text").fill("My own words")
    page.locator("#text").blur()
    expect(page.locator(".versions")).to_contain_text("Tom’s words")
    expect(page.locator("[data-state]")).to_contain_text("Tom changed this at 10:44.")
    assert page.locator("#text").input_value() == "My own words"
    page.locator("#text").fill("My own words, and more")
    page.locator("#text").blur()
    expect(page.locator("[data-state]")).to_have_text("Saved 10:45.")
    saves_to = page.locator("[data-draft]").get_attribute("data-save") or ""
    assert saves_to != page.locator(".versions a").get_attribute("href"), "a draft of its writer's own"
    page.context.close()


def test_signed_out_while_writing_loses_nothing(browser: Browser, office: str) -> None:
    page = open_page(browser, office + CASE)
    page.request.post(f"{office}/test/sign-out")
    page.locator("#text").fill("Words that must live")
    page.locator("#text").blur()
    expect(page.locator("#sign-in-again")).to_be_visible()
    page.request.post(f"{office}/test/sign-in")
    page.locator("#sign-in-again [data-close]").click()
    expect(page.locator("[data-state]")).to_have_text("Saved 10:45.")
    assert page.locator("#text").input_value() == "Words that must live"
    assert page.locator("[data-draft] input[name=csrf_token]").input_value() == "fresh"
    page.context.close()


def test_two_semicolons_put_a_standard_line_where_the_cursor_is(browser: Browser, office: str) -> None:
    page = open_page(browser, office + CASE)
    page.locator("#text").fill("")
    page.locator("#text").press_sequentially("Dear Donna, ;;")
    expect(page.locator("#lines")).to_be_visible()
    press(page, "1")
    assert page.locator("#text").input_value() == "Dear Donna, We have asked them again."
    expect(page.locator("#text")).to_be_focused()
    page.context.close()


def test_r_goes_to_the_words(browser: Browser, office: str) -> None:
    page = open_page(browser, office + CASE)
    press(page, "r")
    expect(page.locator("#text")).to_be_focused()
    page.goto("about:blank")
    page.goto(office + CASE + "#text")
    expect(page.locator("#text")).to_be_focused()
    page.context.close()


def test_a_key_reaches_what_waits_behind_more(browser: Browser, office: str) -> None:
    page = open_page(browser, office + CASE)
    behind = page.locator("[data-more] .more__groups")
    expect(behind).to_be_hidden()
    press(page, "p")
    expect(page.locator(".menu:popover-open button").first).to_be_focused()
    press(page, "Escape", "Escape")
    expect(behind).to_be_hidden()
    expect(page.locator("[data-more] summary")).to_be_focused()
    press(page, ".")
    expect(behind.get_by_text("Log a call")).to_be_visible()
    page.locator("h1").click()
    expect(behind).to_be_hidden()
    press(page, "l")
    page.wait_for_url("**/log")
    page.context.close()


def test_without_script_more_opens_and_holds_forms(browser: Browser, office: str) -> None:
    page = open_page(browser, office + CASE, java_script_enabled=False)
    page.locator("[data-more] summary").click()
    expect(page.get_by_role("button", name="Not ours")).to_be_visible()
    page.context.close()


def test_nothing_moves_for_those_who_asked_for_less_motion(browser: Browser, office: str) -> None:
    page = open_page(browser, office + CASE, reduced_motion="reduce")
    longest = page.evaluate(
        "Math.max(...[...document.querySelectorAll('*')].flatMap(element => "
        "getComputedStyle(element).transitionDuration.split(', ').map(parseFloat)))"
    )
    assert longest <= 0.001
    page.context.close()


def test_every_target_is_large_enough_for_a_finger(browser: Browser, office: str) -> None:
    page = open_page(browser, f"{office}/queue/to-sort/{FIRST}", 320, has_touch=True, is_mobile=True)
    small = page.evaluate(
        "[...document.querySelectorAll('button, .button, .nav__bar a, select')]"
        ".filter(element => element.checkVisibility()).map(element => [element.textContent.trim(), "
        "element.getBoundingClientRect().height]).filter(([, height]) => height < 44)"
    )
    assert small == []
    page.context.close()


def test_nothing_of_one_case_stays_open_in_the_next(queue: Page) -> None:
    press(queue, "j", "Enter")
    expect(queue.locator("#reading h2")).to_be_focused()
    queue.evaluate("document.querySelector('#reading').append(document.createElement('details'))")
    queue.evaluate("document.querySelector('#reading details').open = true")
    press(queue, "j")
    expect(queue.locator("#reading h2")).to_have_text("Imran Sadiq")
    assert queue.locator("#reading details[open]").count() == 0
    assert queue.evaluate(FOCUSED) == SECOND


def test_the_list_of_keys_names_only_those_that_work_here(queue: Page) -> None:
    line = queue.locator("#keys li")
    press(queue, "j", "?")
    expect(line.filter(has_text="Move to")).to_be_visible()
    expect(line.filter(has_text="Go to Campaigns")).to_be_visible()
    expect(line.filter(has_text="Not ours")).to_be_hidden()
    expect(queue.locator("#keys").get_by_text("More keys work once a message is open.")).to_be_visible()
    press(queue, "Escape", "Enter")
    expect(queue.locator("#reading h2")).to_be_focused()
    press(queue, "?")
    expect(line.filter(has_text="Not ours")).to_be_visible()
    expect(line.filter(has_text="Change facts")).to_be_hidden()
    expect(queue.locator("#keys").get_by_text("More keys work once a message is open.")).to_be_hidden()


def test_a_key_that_cannot_act_says_so(queue: Page) -> None:
    press(queue, "j", "Enter")
    expect(queue.locator("#reading h2")).to_be_focused()
    press(queue, "e")
    expect(queue.locator(".row [data-said]")).to_have_text("That key has nothing to do here")
    queue.evaluate("document.querySelectorAll('#reading [aria-keyshortcuts=b]').forEach(one => one.remove())")
    queue.evaluate("document.querySelector('#reading').dataset.noB = 'It is on a pile already'")
    press(queue, "b")
    expect(queue.locator(".row [data-said]")).to_have_text("It is on a pile already")
    press(queue, "g", "x")
    expect(queue.locator(".row [data-said]")).to_have_text("Nothing in your menu goes by that key")
