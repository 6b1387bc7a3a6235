"""X on the desk: what people say there becomes cases, and answers go out where they may."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import col, select

from connectors.contract import Form
from connectors.x.posts import NOT_SUMMONED
from connectors.x.snowflakes import first_of
from inbox import letters
from inbox.channel_budgets import ChannelBudgets
from inbox.desk import open_desk
from inbox.errors import Refused, Unavailable
from inbox.models import (
    Case,
    Channel,
    ChannelBudget,
    Clock,
    Delivery,
    DeliveryState,
    Event,
    EventKind,
    Message,
)
from tests.inbox.worlds import World
from tests.rigs.platforms import Platform, platform
from tests.rigs.x import OFFICE, OFFICE_ID, XOffice


@pytest.fixture(scope="module")
def running() -> Iterator[Platform]:
    with platform("x") as found:
        yield found


@pytest.fixture
def x(running: Platform) -> Platform:
    running.order("_reset")
    return running


@pytest.fixture
def office(world: World, tmp_path: Path, x: Platform) -> XOffice:
    return XOffice(world, tmp_path, x)


def test_a_mention_becomes_a_case_and_its_answer_goes_out_in_public(office: XOffice) -> None:
    said = office.x.order("_say", **{"from": "wyn", "text": f"{OFFICE} my bins were not emptied"})
    office.collect()
    [case] = office.all(Case)
    message = office.message("my bins")
    assert (message.case_id, message.kind, message.external_id) == (case.id, "post", said["id"])
    office.reply("Please send us a private message with your address.", form=Form.POST)
    assert office.send().state == DeliveryState.SENT
    [post] = office.sent()["posts"]
    assert post["answers"] == said["id"]


def test_a_direct_message_becomes_a_case_and_its_answer_is_private(office: XOffice) -> None:
    office.x.order("_message", **{"from": "wyn", "text": "My son's EHCP is nine months late."})
    office.collect()
    office.reply("We have written to the council.")
    assert office.send().state == DeliveryState.SENT
    assert office.sent()["posts"] == []
    assert [one["text"] for one in office.sent()["messages"]][-1] == "We have written to the council."


def test_nobody_is_written_to_in_private_who_has_not_written_so(office: XOffice) -> None:
    office.x.order("_say", **{"from": "wyn", "text": f"{OFFICE} my bins were not emptied"})
    office.collect()
    with pytest.raises(Refused, match="have not sent us a private message"):
        office.reply("We asked the council.")


def test_an_encrypted_message_is_on_a_case_and_is_answered_in_x_only(office: XOffice) -> None:
    just_now = first_of(datetime.now(UTC))
    told = {
        "data": {
            "event_uuid": "-9", "filter": {"user_id": OFFICE_ID}, "event_type": "chat.received",
            "payload": {"id": str(just_now), "sender_id": "42", "conversation_id": f"42:{OFFICE_ID}",
                        "encoded_event": "Y2lwaGVydGV4dA=="},
        }
    }  # fmt: skip
    office.hear(told)
    message = office.message("An encrypted message waits on X")
    assert (message.case_id is not None, message.warnings) == (True, ["encrypted-elsewhere"])
    [case] = office.all(Case)
    assert (case.kind, case.priority, case.topics, case.flags) == ("casework", "standard", [], [])
    assert {one.kind for one in office.all(Clock)} >= {"first_reply"}
    [why] = [one.detail["because"] for one in office.all(Event) if one.kind == EventKind.NOT_ACKNOWLEDGED]
    assert "encrypted on X" in why
    with pytest.raises(Refused, match="Open X to read and answer it"):
        office.reply("We asked the council.")


def test_a_mention_and_its_thread_of_one_person_are_one_case(office: XOffice) -> None:
    first = office.x.order("_say", **{"from": "wyn", "text": f"{OFFICE} my bins were not emptied"})["id"]
    office.x.order("_say", **{"from": "wyn", "text": f"{OFFICE} for two weeks now", "answers": first})
    office.x.order("_say", **{"from": "someone", "text": f"{OFFICE} mine too", "answers": first})
    office.collect()
    cases = [office.message(words).case_id for words in ("my bins", "two weeks", "mine too")]
    assert cases[0] == cases[1] != cases[2]
    assert office.message("mine too").proposed_case_id == cases[0]


def test_an_edit_stands_beside_the_first_and_a_deletion_marks_it(office: XOffice) -> None:
    first = office.x.order("_say", **{"from": "wyn", "text": f"{OFFICE} my bins were not emptied"})["id"]
    office.collect()
    office.x.order("_edit", id=first, text=f"{OFFICE} my bins were emptied at last")
    office.collect()
    before, after = office.message("not emptied"), office.message("at last")
    assert (after.edit_of, after.case_id) == (before.id, before.case_id)
    office.x.order("_delete", id=first)
    office.forget("rechecked")
    office.collect()
    assert office.message("at last").withdrawn_at is not None
    assert "at last" in office.message("at last").text


def test_what_nobody_summoned_is_refused_while_it_is_written(office: XOffice) -> None:
    office.hear(
        {
            "data": {
                "event_uuid": "7", "filter": {"user_id": OFFICE_ID}, "event_type": "post.reply.create",
                "payload": {"id": "2100000000000000002", "author_id": "42", "text": "and the street lights"},
            }
        }
    )  # fmt: skip
    with pytest.raises(Refused, match="names or quotes our account"):
        office.reply("We asked the council.", form=Form.POST)


def test_the_newest_refresh_token_and_what_was_spent_are_kept_in_the_database(office: XOffice) -> None:
    for _ in range(2):
        office.x.order("_revoke")
        office.x.order("_message", **{"from": "wyn", "text": "hello"})
        office.forget("pace")
        office.collect()
    with office.world.database.read(office.world.office) as session:
        spent = session.exec(select(ChannelBudget.spent).where(ChannelBudget.name == "cost")).one()
    assert spent == 20_000, "two messages: what was read before is not paid for again"


def test_an_answer_that_x_took_is_sent_though_its_cost_could_not_be_noted(
    office: XOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.x.order("_say", **{"from": "wyn", "text": f"{OFFICE} my bins were not emptied"})
    office.collect()
    office.reply("Please write to us.", form=Form.POST)

    def full(*_: object) -> None:
        raise Unavailable("The disk is full, so nothing new can be saved.")

    monkeypatch.setattr(ChannelBudgets, "_book", full)
    assert office.send().state == DeliveryState.SENT
    assert len(office.sent()["posts"]) == 1


def test_an_echo_of_our_own_answer_adds_nothing(office: XOffice) -> None:
    office.x.order("_say", **{"from": "wyn", "text": f"{OFFICE} my bins were not emptied"})
    office.collect()
    office.reply("Please write to us.", form=Form.POST)
    office.send()
    [post] = office.sent()["posts"]
    before = len(office.all(Message))
    office.hear(
        {
            "data": {
                "event_uuid": "8", "filter": {"user_id": OFFICE_ID}, "event_type": "post.create",
                "payload": {"id": post["id"], "author_id": OFFICE_ID, "text": "Please write to us."},
            }
        }
    )  # fmt: skip
    assert len(office.all(Message)) == before


def test_what_is_not_summoned_any_more_may_not_leave(office: XOffice) -> None:
    office.x.order("_say", **{"from": "wyn", "text": f"{OFFICE} my bins were not emptied"})
    office.collect()
    office.reply("We asked the council.", form=Form.POST)

    def against() -> list[str]:
        with office.world.database.write(office.world.office) as session:
            desk, channel = open_desk(session, office.line.tools), session.get(Channel, office.channel)
            delivery = session.exec(select(Delivery).where(col(Delivery.draft_id).is_not(None))).one()
            assert channel is not None
            return letters.stands_against(session, desk, delivery, channel, office.moment)

    assert against() == []
    with office.world.database.write(office.world.office) as session:
        session.exec(select(Message).where(Message.direction == "inbound")).one().warnings = [NOT_SUMMONED]
    assert "names or quotes our account" in against()[0]
