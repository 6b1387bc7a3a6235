"""The demo's platforms: people write there while it runs, and an answer leaves by the same road."""

import json

import pytest
from sqlmodel import col, select

from inbox.demo import callers, platforms
from inbox.models import Channel, Message
from tests.demo.running import Running
from tests.rigs.product import until

pytestmark = pytest.mark.timeout(300)


def test_every_event_is_on_a_platform_of_the_demo_and_has_a_name_of_its_own() -> None:
    events = platforms.events()
    platform_kinds = {stage.kind for stage in platforms.STAGES} - {"open311_council"}
    assert {one["on"] for one in events} == platform_kinds | callers.KINDS
    assert len({one["id"] for one in events}) == len(events)


def test_people_write_to_outlook_and_the_answer_leaves_there(running: Running) -> None:
    message = until(lambda: _said_on(running, "microsoft365", "boiler"), seconds=120)
    _is_answered(running, message, "sent")


def test_people_write_on_x_and_the_answer_is_delivered(running: Running) -> None:
    message = until(lambda: _said_on(running, "x", "EHCP is 9 months late"), seconds=200)
    _is_answered(running, message, "delivered")


def test_people_write_on_facebook_and_the_answer_is_delivered(running: Running) -> None:
    message = until(lambda: _said_on(running, "facebook", "my uc payment"), seconds=90)
    _is_answered(running, message, "delivered")


@pytest.mark.parametrize(("kind", "words"), [("feed", "mum's carers"), ("open311", "Deep pothole")])
def test_people_write_on_a_blog_and_report_street_faults(running: Running, kind: str, words: str) -> None:
    until(lambda: _said_on(running, kind, words), seconds=200)


def test_a_visitor_of_the_form_says_that_the_address_is_hers_and_is_answered_there(running: Running) -> None:
    message = until(lambda: _said_on(running, "web", "mould in our bedroom"), seconds=90)
    facts = running.place.folder / "demo.json"
    until(lambda: "form-damp-address" in json.loads(facts.read_text())["said_on_platforms"], seconds=90)
    _is_answered(running, message, "sent")


def _is_answered(running: Running, message: Message, state: str) -> None:
    """An answer leaves on the same channel and reaches this state."""
    with running.client("Priya Nair") as priya:
        reference = priya.get(f"/messages/{message.id}").json()["case"]
        draft = priya.post(f"/cases/{reference}/drafts", json={}).json()
        saved = priya.patch(
            f"/drafts/{draft['id']}", headers={"If-Match": f'"{draft["version"]}"'},
            json={"text": "I will ring you within the hour."},
        ).json()  # fmt: skip
        approved = priya.post(
            f"/drafts/{draft['id']}/approve", headers={"If-Match": f'"{saved["version"]}"'}, json={}
        )
        assert approved.status_code == 200, approved.text

        def is_there() -> bool:
            rows = priya.get("/deliveries?limit=200").json()["items"]
            return any(one["draft"] == draft["id"] and one["state"] == state for one in rows)

        until(is_there, seconds=90)


def _said_on(running: Running, kind: str, words: str) -> Message | None:
    with running.database.read(running.office) as session:
        query = select(Message).join(Channel, col(Channel.id) == Message.channel_id)
        found: Message | None = session.exec(
            query.where(Channel.kind == kind, col(Message.text).contains(words))
        ).first()
        return found
