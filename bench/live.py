"""From a mail in the mailbox to "1 new message" in a page that lies open: Dovecot, the program, Chromium."""

import random
import time
from contextlib import ExitStack
from typing import Any

import pyotp
from playwright.sync_api import Page

from bench.databases import KINDS, Bench, opened
from bench.measuring import Times, report
from tests.rigs.browser import chromium
from tests.rigs.certificates import make
from tests.rigs.dovecot import USER, Dovecot
from tests.rigs.places import Place, furnished
from tests.rigs.product import PASSWORD
from tests.rigs.smtp_sink import SmtpSink

MAILS = 40
LONGEST = 30.0
"""Seconds to wait for one mail before the benchmark gives up."""
_LONGEST_PAUSE = 4.0
_NEWS = "words => document.querySelector('#new-messages').textContent.startsWith(words)"


def run(mails: int = MAILS) -> None:
    for kind in KINDS:
        with opened(kind) as bench:
            _measure(bench, mails)


def _measure(bench: Bench, mails: int) -> None:
    folder = bench.settings.data_dir.parent / "live"
    folder.mkdir()
    folder.chmod(0o711)
    with ExitStack() as stack:
        certificates = make(folder)
        dovecot, sink = Dovecot(folder / "dovecot", certificates), SmtpSink(certificates)
        for server in (dovecot, sink):
            server.start()
            stack.callback(server.stop)
        place = stack.enter_context(furnished(folder / "home", _environment(bench), dovecot, sink))
        person = place.product.person(place.office, "priya@wexcombe.example", "Priya Nair")
        place.product.serve()
        browser = stack.enter_context(chromium())
        page = _signed_in(browser.new_page(), place.product.url, person)
        times = _deliveries(place, page, mails)
    report("live", database=bench.kind, mails=mails, p50=times.p50, p95=times.p95, worst=max(times.wall))


def _environment(bench: Bench) -> dict[str, str]:
    settings = bench.settings
    return {
        "INBOX_DATABASE_URL": settings.database_url,
        "INBOX_MIGRATE_DATABASE_URL": settings.migrate_database_url or settings.database_url,
        "INBOX_LEASE_SECONDS": "60",
    }


def _deliveries(place: Place, page: Page, mails: int) -> Times:
    """Mails at odd moments, the first two uncounted; the milliseconds until the page says so."""
    pauses = random.Random(3)
    waits = []
    for number in range(1, mails + 3):
        raw = _mail(number)
        start = time.perf_counter()
        place.dovecot.deliver(raw)
        page.wait_for_function(_NEWS, arg=f"{number} new", timeout=LONGEST * 1_000, polling=20)
        waits.append((time.perf_counter() - start) * 1_000)
        time.sleep(pauses.uniform(0, _LONGEST_PAUSE))
    return Times(tuple(waits[2:]), 0.0)


def _mail(number: int) -> bytes:
    return (
        f"From: Person {number} <person{number}@example.org>\r\nTo: {USER}\r\nSubject: Bins {number}\r\n"
        f"Message-ID: <live-{number}@example.org>\r\n\r\n"
        f"Dear Rowan Ashby, my bins were not emptied for {number + 2} weeks. ZZ10 4AB\r\n"
    ).encode()


def _signed_in(page: Page, url: str, person: Any) -> Page:
    """The queue, as somebody sees it who has just signed in."""
    page.goto(f"{url}/sign-in")
    page.get_by_label("Email address").fill(person["email"])
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("6-digit code").fill(pyotp.TOTP(person["totp_secret"]).now())
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/queue/**")
    page.goto(f"{url}/queue/to-sort")
    return page
