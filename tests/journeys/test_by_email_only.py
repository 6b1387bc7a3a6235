"""The member who only wants email: a Page's message reaches them by mail, their answer leaves on the Page."""

import email
import json
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.standins.facebook import state
from tests.rigs.dovecot import Dovecot
from tests.rigs.facebook import WORD, Facebook, facebook
from tests.rigs.forks import Forks
from tests.rigs.places import Place, furnished
from tests.rigs.product import until
from tests.rigs.smtp_sink import SmtpSink

PERSON = "6780462125377510"
MEMBER = "rowan@wexcombe.example"


@pytest.fixture
def place(tmp_path: Path, dovecot: Dovecot, smtp_sink: SmtpSink, forks: Forks) -> Iterator[Place]:
    with furnished(tmp_path / "home", {}, dovecot, smtp_sink, forks=forks, plus_addressing="yes") as made:
        yield made


def test_the_members_mail_is_a_draft_and_leaves_on_the_page_once_somebody_said_yes(place: Place) -> None:
    product, office = place.product, place.office
    product.person(office, "priya@wexcombe.example", "Priya Nair")
    product.person(office, MEMBER, "Rowan Ashby", "signatory")
    product.tell("staff", "post", "--office", office, "--email", MEMBER, "--by", "email", "--words")
    with facebook() as page:
        channel = _connect(place, page)
        product.serve()
        page.platform.order("_webhook", url=f"{product.url}/webhooks/facebook/{channel}", verify_token=WORD)
        until(lambda: page.state()["subscribed_fields"])
        priya = product.client(product.token(office, "priya@wexcombe.example"))
        page.says(PERSON, "Our bins were not emptied for six weeks.", name="Nia Cole")
        [case] = until(lambda: priya.get("/cases").json()["items"])
        assigned = priya.post(
            f"/cases/{case['reference']}/assign", json={"assignee": MEMBER}, headers={"If-Match": '"1"'}
        )
        assert assigned.status_code == 200, assigned.text
        mail = until(lambda: _mail_to(place, MEMBER), seconds=40)
        assert "Our bins were not emptied for six weeks." in mail.get_content()

        place.dovecot.deliver(_answer(mail))
        draft = until(lambda: _draft(priya, case["reference"]))
        assert (draft["text"], draft["state"], draft["channel"]) == (
            "I will ring Marl Homes.",
            "submitted",
            "facebook",
        )
        assert not any("Marl Homes" in one for one in page.sent())

        approved = priya.post(f"/drafts/{draft['id']}/approve", headers={"If-Match": f'"{draft["version"]}"'})
        assert approved.status_code == 200, approved.text
        until(lambda: "I will ring Marl Homes." in page.sent())


def _connect(place: Place, page: Facebook) -> str:
    product = place.product
    pairs = [part for key, value in page.settings.items() for part in ("--set", f"{key}={value}")]
    where = ("--office", place.office, "--name", "Page")
    added = product.tell(
        "channel", "add", "facebook", *where, *pairs, "--json", INBOX_CHANNEL_ACCESS_TOKEN=state.PAGE_TOKEN,
        INBOX_CHANNEL_APP_SECRET=state.APP_SECRET, INBOX_CHANNEL_VERIFY_TOKEN=WORD,
    )  # fmt: skip
    product.tell("channel", "mode", "full", *where, "--reason", "connected")
    return str(json.loads(added)["id"])


def _mail_to(place: Place, address: str) -> EmailMessage | None:
    found = [one for one in place.sink.messages if one.recipients == (address,)]
    return email.message_from_bytes(found[0].raw, policy=policy.default) if found else None  # type: ignore[return-value]


def _answer(mail: EmailMessage) -> bytes:
    to = mail["Reply-To"].addresses[0].addr_spec
    return (
        f"From: Rowan Ashby <{MEMBER}>\r\nTo: {to}\r\nSubject: Re: {mail['Subject']}\r\n"
        f"Message-ID: <from-the-train@wexcombe.example>\r\nIn-Reply-To: {mail['Message-ID']}\r\n\r\n"
        f"I will ring Marl Homes.\r\n"
    ).encode()


def _draft(client: httpx.Client, reference: str) -> Any:
    items = client.get(f"/cases/{reference}/drafts").json()
    found = items["items"] if isinstance(items, dict) else items
    return found[0] if found else None
