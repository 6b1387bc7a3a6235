"""The whole path as people walk it: a caseworker, the MP and a constituent, each at a real browser."""

import re
from collections.abc import Callable
from typing import Any

import pyotp
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.test_the_whole_path import DAMP, DONNA
from tests.rigs.browser import violations
from tests.rigs.dovecot import USER
from tests.rigs.places import RealPlace
from tests.rigs.product import PASSWORD, until

PATIENCE = 30_000
"""Milliseconds that a page may take on a busy machine."""

Visitor = Callable[..., BrowserContext]


def test_a_caseworker_replies_the_member_approves_and_the_constituent_sees_it_move(
    real_place: RealPlace, visitor: Visitor
) -> None:
    product, exim = real_place.product, real_place.exim
    exim.open_mailbox(DONNA)
    caseworker = product.person(real_place.office, "priya@wexcombe.example", "Priya Nair")
    member = product.person(real_place.office, "rowan@wexcombe.example", "Rowan Ashby", "signatory")
    product.serve()

    priya = _signed_in(visitor(), product.url, caseworker)
    expect(priya.get_by_role("heading", level=1)).to_contain_text("To sort")
    exim.post(DAMP, sender=DONNA)
    [acknowledgement] = until(lambda: exim.delivered(DONNA), seconds=60)
    priya.goto(f"{product.url}/queue/to-sort")
    row = priya.get_by_role("link", name=re.compile("Donna Fretwell"))
    expect(row.first).to_be_visible(timeout=PATIENCE)
    row.first.click()
    expect(priya.get_by_text("black mould all over the kids room").last).to_be_visible(timeout=PATIENCE)
    priya.get_by_role("link", name="Open the case").click()
    expect(priya.get_by_role("heading", level=1)).to_contain_text("Damp again", timeout=PATIENCE)
    assert violations(priya) == []

    priya.get_by_label("Sent as").select_option(label="Rowan Ashby, needs their approval")
    priya.locator("textarea#text").fill(
        "Dear Donna, we have asked Marl Homes again. They must reply by 9 June."
    )
    priya.locator("[data-main]").first.click()
    expect(priya.get_by_text("Sent for sign-off.").first).to_be_visible(timeout=PATIENCE)

    rowan = _signed_in(visitor(viewport={"width": 360, "height": 740}), product.url, member)
    rowan.goto(f"{product.url}/approvals")
    rowan.get_by_role("link", name=re.compile("Donna Fretwell")).first.click()
    expect(rowan.get_by_text("They must reply by 9 June.").first).to_be_visible(timeout=PATIENCE)
    assert violations(rowan) == []
    assert exim.delivered(DONNA) == [acknowledgement]
    rowan.get_by_role("button", name=re.compile("Approve and send")).click()
    until(lambda: len(exim.delivered(DONNA)) == 2, seconds=60)
    [reply] = [one for one in exim.delivered(DONNA) if one.sender]
    assert (reply.sender, reply.recipient) == (USER, DONNA)
    assert "They must reply by 9 June." in reply.letter.get_content()
    assert reply.letter["From"].addresses[0].display_name == "Rowan Ashby"

    link = re.search(r"http://\S+/s/\S+", acknowledgement.letter.get_content())
    assert link is not None
    donna = visitor(java_script_enabled=False, viewport={"width": 320, "height": 640}).new_page()
    donna.goto(link[0])
    donna.locator("#check").fill("donna@example.org")
    donna.get_by_role("button", name="Continue").click()
    expect(donna).to_have_url(re.compile(r"/status$"))
    expect(donna.get_by_role("heading", level=1)).to_contain_text("Your case")
    assert "mould" not in donna.content()


def _signed_in(context: BrowserContext, url: str, person: Any) -> Page:
    """Somebody at their own browser, past the password and the code."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{url}/sign-in")
    page.get_by_label("Email address").fill(person["email"])
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("6-digit code").fill(pyotp.TOTP(person["totp_secret"]).now())
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile(r"/(queue|official|approvals)"), timeout=PATIENCE)
    return page
