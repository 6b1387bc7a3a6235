"""`inbox demo` as a newcomer starts it: live mail through IMAP, a reply into the outbox only."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any

import httpx
import pytest
from sqlmodel import col, select

from inbox.access import Scope
from inbox.database import Database, find
from inbox.demo import founding
from inbox.demo.place import Place
from inbox.history import OPERATOR, verify
from inbox.models import Case, Channel, Delivery, Staff
from inbox.sign_in import tokens
from tests.rigs.product import free_port, until

pytestmark = pytest.mark.timeout(300)


class Running:
    """The demo of a folder in a process of its own."""

    def __init__(self, place: Place) -> None:
        self.place, self.port = place, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.said = place.folder / "said.txt"
        env = {key: value for key, value in os.environ.items() if not key.startswith("INBOX_")}
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "inbox", "demo", "--port", str(self.port)],
                cwd=place.folder.parent.parent, env=env, stdout=said, stderr=subprocess.STDOUT,
            )  # fmt: skip
        self.database = Database(place.settings(self.url).database_url)
        until(self._is_up, seconds=90)
        self.office = founding.offices_in(self.database)["mp"]

    def stop(self) -> int:
        self.database.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def words(self) -> str:
        return self.said.read_text()

    def cases(self) -> set[str]:
        with self.database.read(self.office) as session:
            return set(session.exec(select(Case.reference)))

    def client(self, name: str) -> httpx.Client:
        """The REST API as one of the office's people."""
        with self.database.write(self.office) as session:
            staff = session.exec(select(Staff).where(Staff.name == name)).one()
            _, token = tokens.add(session, staff, "test", Scope.WRITE, actor=OPERATOR, now=datetime.now(UTC))
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=30)

    def _is_up(self) -> bool:
        assert self.process.poll() is None, self.words()
        return "Stop with Ctrl+C" in self.words()


@pytest.fixture
def running(copied: Place) -> Iterator[Running]:
    found = Running(copied)
    try:
        yield found
    finally:
        found.stop()


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


def test_it_stops_at_once_and_quietly_and_starts_again_where_it_was(copied: Place) -> None:
    first = Running(copied)
    before = first.cases()
    until(lambda: len(first.cases()) > len(before), seconds=120)
    password = first.place.facts.password
    first.stop()
    assert "Traceback" not in first.words()
    second = Running(copied)
    try:
        assert second.cases() >= before
        assert password in second.words()
        until(lambda: len(second.cases()) >= len(before) + 2, seconds=120)
    finally:
        second.stop()
    assert "renumbered" not in second.words()
    assert "cannot be reached" not in second.words()
