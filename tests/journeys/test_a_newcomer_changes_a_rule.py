"""A newcomer changes a rule, sees what would move, saves, and finds the trace on the next case."""

import re

from playwright.sync_api import expect

from tests.journeys.test_the_whole_path import DAMP
from tests.journeys.test_through_a_browser import PATIENCE, Visitor, _signed_in
from tests.rigs.browser import violations
from tests.rigs.places import Place
from tests.rigs.product import until

SECOND = (
    DAMP.replace(b"Donna Fretwell", b"Imran Sadiq")
    .replace(b"donna@example.org", b"imran@example.org")
    .replace(b"<damp", b"<second-damp")
)


def test_a_newcomer_changes_a_rule_and_finds_it_in_the_trace_of_the_next_case(
    place: Place, visitor: Visitor
) -> None:
    product, sink = place.product, place.sink
    manager = product.person(place.office, "tom@wexcombe.example", "Tom Bright", "manager")
    product.serve()
    place.dovecot.deliver(DAMP)
    until(lambda: len(sink.messages) == 1, seconds=60)

    tom = _signed_in(visitor(), product.url, manager)
    tom.get_by_role("link", name="Rules", exact=True).click()
    expect(tom.get_by_role("heading", level=1)).to_have_text("Rules")
    tom.get_by_role("link", name="Housing casework").click()
    expect(tom.get_by_role("heading", level=1)).to_have_text("Housing casework", timeout=PATIENCE)
    tom.get_by_label("Send it to team").select_option(label="Casework")
    tom.get_by_role("button", name="Try it on old mail").click()

    expect(tom.get_by_text("1 case would go somewhere else.")).to_be_visible(timeout=PATIENCE)
    expect(tom.get_by_text("0 would leave Immediate.")).to_be_visible()
    expect(tom.get_by_text("Nothing has moved.")).to_be_visible()
    expect(tom.get_by_text("Team: Housing → Casework")).to_be_visible()
    assert violations(tom) == []
    tom.get_by_role("button", name="Save version 2").click()
    expect(tom.get_by_text("Version 2, by Tom Bright.")).to_be_visible(timeout=PATIENCE)

    place.dovecot.deliver(SECOND)
    until(lambda: len(sink.messages) == 2, seconds=60)
    tom.goto(f"{product.url}/queue/to-sort")
    tom.get_by_role("link", name=re.compile("Imran Sadiq")).first.click()
    tom.get_by_role("link", name=re.compile("^Why")).first.click()
    expect(tom.get_by_role("heading", level=1)).to_have_text("Why is it here?", timeout=PATIENCE)
    matched = tom.locator("li", has=tom.get_by_role("heading", name="Housing casework"))
    expect(matched).to_contain_text("Version 2")
    expect(matched).to_contain_text("sent to Casework")
    assert violations(tom) == []
    tom.keyboard.press("e")
    expect(tom).to_have_url(re.compile(r"/rules/\w+\?version=\d+$"), timeout=PATIENCE)
    assert violations(tom) == []
