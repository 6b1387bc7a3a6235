"""`inbox demo` as a newcomer starts it: live mail through IMAP, a reply into the outbox only."""

import re
from email import message_from_bytes, policy
from typing import Any

import httpx
import pytest
from sqlmodel import col, select

from inbox.database import find
from inbox.demo import founding
from inbox.history import verify
from inbox.models import Case, Channel, Delivery
from tests.demo.running import Running
from tests.rigs.product import until

pytestmark = pytest.mark.timeout(300)


def test_a_newcomer_sees_people_to_sign_in_as_new_mail_and_a_reply_leaving(running: Running) -> None:
    before, kept = running.cases(), set(running.place.outbox.glob("*.eml"))
    assert "Priya Nair" in httpx.get(f"{running.url}/sign-in").text
    link = re.search(r"http://\S+/s/\S+", running.words())
    assert link is not None
    assert httpx.get(link[0]).status_code == 200

    until(lambda: len(running.cases() - before) >= 3, seconds=120)
    with running.database.read(running.office) as session:
        first = session.exec(select(Case).where(col(Case.subject).startswith("boiler"))).one()
    with running.client("Priya Nair") as priya:
        draft = _reply(priya, first.reference)
        until(lambda: _delivery(priya, draft)["state"] == "sent", seconds=60)
        evidence = _delivery(priya, draft)["evidence"]

    new = set(running.place.outbox.glob("*.eml")) - kept
    replies = [file for file in new if b"We are ringing Marl Homes" in file.read_bytes()]
    assert len(replies) == 1
    letter = message_from_bytes(replies[0].read_bytes(), policy=policy.default)
    assert letter["To"].addresses[0].addr_spec == "shaun.tully@example.org"
    assert "kept in the demo's outbox" in evidence
    _nothing_went_elsewhere(running)


def _reply(client: httpx.Client, reference: str) -> Any:
    draft = client.post(f"/cases/{reference}/drafts", json={}).json()
    version = {"If-Match": f'"{draft["version"]}"'}
    words = {"text": "Dear Shaun\n\nWe are ringing Marl Homes this minute.\n\nThe office of Rowan Ashby"}
    saved = client.patch(f"/drafts/{draft['id']}", headers=version, json=words).json()
    version = {"If-Match": f'"{saved["version"]}"'}
    approved = client.post(f"/drafts/{draft['id']}/approve", headers=version)
    assert approved.status_code == 200, approved.text
    return draft


def _delivery(client: httpx.Client, draft: Any) -> Any:
    items = client.get("/deliveries", params={"limit": 200}).json()["items"]
    return next(one for one in items if one.get("draft_id", one.get("draft")) == draft["id"])


def _nothing_went_elsewhere(running: Running) -> None:
    """Everything that was sent says that the demo's own outbox or one of its own platforms took it."""
    for office_id in founding.offices_in(running.database).values():
        with running.database.read(office_id) as session:
            sent = session.exec(select(Delivery).where(col(Delivery.sent_at).is_not(None))).all()
            for one in sent:
                channel = find(session, Channel, one.channel_id)
                assert (
                    "kept in the demo's outbox" in (one.evidence or "")
                    or "127.0.0.1" in channel.settings["base_url"]
                )
            assert verify(session) is None
