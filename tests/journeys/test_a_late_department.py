"""A department does not answer: the chase comes up by itself and a caseworker signs it off."""

import email
import re
import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import policy
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from routing.working_time import WorkingCalendar
from tests.databases import EmptyDatabases
from tests.rigs.browser import violations
from tests.rigs.dovecot import Dovecot
from tests.rigs.forks import Forks
from tests.rigs.places import Place, furnished
from tests.rigs.product import PASSWORD
from tests.rigs.smtp_sink import SmtpSink

PATIENCE = 30_000
BODIES = """name,email,consent,target
Department for Homes and Benefits,letters@homesandbenefits.example,written,10
"""
DEPARTMENT = "letters@homesandbenefits.example"


@pytest.fixture
def place(
    tmp_path: Path, empty_sqlite_databases: EmptyDatabases, dovecot: Dovecot, smtp_sink: SmtpSink,
    forks: Forks,
) -> Iterator[Place]:  # fmt: skip
    env = empty_sqlite_databases().environment
    with furnished(tmp_path / "home", env, dovecot, smtp_sink, forks=forks) as made:
        yield made


def test_a_caseworker_chases_a_late_department(
    place: Place, tmp_path: Path, visitor: Callable[..., BrowserContext]
) -> None:
    product, sink = place.product, place.sink
    caseworker = product.person(place.office, "priya@wexcombe.example", "Priya Nair")
    product.tell("office", "set", "--office", place.office, "hours=mon-sun 00:00-23:59")
    (tmp_path / "bodies.csv").write_text(BODIES)
    product.tell("contacts", "import", "--office", place.office, str(tmp_path / "bodies.csv"))
    server = product.serve("web")
    rest = product.client(product.token(place.office, "priya@wexcombe.example"))
    case = rest.post(
        "/cases",
        json={"name": "Walter Grimes", "contact": "walter@example.org", "text": "My benefit is late."},
    ).json()["reference"]

    priya = _signed_in(visitor(), product.url, caseworker, 0)
    priya.goto(f"{product.url}/cases/{case}")
    priya.keyboard.press("f")
    priya.get_by_label("Organisation", exact=True).select_option(index=1)
    priya.get_by_label("Text").fill("When will Mr Grimes have a decision?")
    priya.get_by_role("button", name="Go on to the letter").click()
    expect(priya.get_by_role("alert")).to_contain_text("needs permission in writing", timeout=PATIENCE)
    assert violations(priya) == []
    priya.goto(f"{product.url}/cases/{case}/consents")
    priya.get_by_label("In writing").check()
    priya.get_by_label("Or a note of what was said").fill("He signed our form at the surgery.")
    priya.get_by_role("button", name="Keep this permission").click()
    expect(priya.get_by_text("By Walter Grimes in writing")).to_be_visible(timeout=PATIENCE)
    priya.goto(f"{product.url}/cases/{case}/enquiries/new")
    priya.get_by_label("Organisation", exact=True).select_option(index=1)
    priya.get_by_label("Text").fill("When will Mr Grimes have a decision?")
    priya.keyboard.press("Control+Enter")
    expect(priya.get_by_text("Department for Homes and Benefits will read this")).to_be_visible(
        timeout=PATIENCE
    )
    priya.keyboard.press("Control+Enter")
    expect(priya).to_have_url(re.compile(rf"/cases/{case}\?left="), timeout=PATIENCE)
    product.tell("work", "--until-idle")
    assert len(_letters(sink, DEPARTMENT)) == 1

    server.send_signal(signal.SIGTERM)
    server.wait(30)
    later = _some_weeks_on()
    product.tell("work", "--until-idle", INBOX_CLOCK_OFFSET=str(later))
    product.serve("web", INBOX_CLOCK_OFFSET=str(later))
    assert len(_letters(sink, DEPARTMENT)) == 1  # nothing leaves by itself

    priya = _signed_in(visitor(), product.url, caseworker, later)
    priya.goto(f"{product.url}/enquiries?state=late")
    expect(priya.get_by_text("The first chase waits for you.")).to_be_visible(timeout=PATIENCE)
    assert violations(priya) == []
    priya.goto(f"{product.url}/cases/{case}")
    priya.keyboard.press("f")  # the two keys of a chase
    expect(priya.locator("textarea#text")).to_have_value(
        re.compile("We have not heard from you"), timeout=PATIENCE
    )
    priya.keyboard.press("Control+Enter")
    expect(priya).to_have_url(re.compile(rf"/cases/{case}\?left="), timeout=PATIENCE)
    product.tell("work", "--until-idle", INBOX_CLOCK_OFFSET=str(later))
    assert _letters(sink, DEPARTMENT)[1]["Subject"].startswith("Reminder: ")
    priya.goto(f"{product.url}/cases/{case}")
    priya.get_by_role("link", name="Read the update").click()
    expect(priya.locator("textarea#text")).to_have_value(
        re.compile("have not replied to us yet"), timeout=PATIENCE
    )
    assert _letters(sink, "walter@example.org") == []


def _signed_in(context: BrowserContext, url: str, person: Any, offset: float) -> Page:
    """Priya at a browser, on a clock that may be set on."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{url}/sign-in")
    page.get_by_label("Email address").fill(person["email"])
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("6-digit code").fill(pyotp.TOTP(person["totp_secret"]).at(int(time.time() + offset)))
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile(r"/(queue|official|approvals)"), timeout=PATIENCE)
    return page


def _some_weeks_on() -> float:
    """Seconds to a day on which the office works and the ten working days are over, at this time of day."""
    now, calendar = datetime.now(UTC), WorkingCalendar()
    days = next(
        days
        for days in range(28, 40)
        if all(calendar.is_working_day((now + timedelta(days=days, hours=h)).date()) for h in (-2, 0, 2))
    )
    return timedelta(days=days).total_seconds()


def _letters(sink: SmtpSink, address: str) -> list[Any]:
    return [
        email.message_from_bytes(one.raw, policy=policy.default)
        for one in sink.messages
        if one.recipients == (address,) and one.sender
    ]
