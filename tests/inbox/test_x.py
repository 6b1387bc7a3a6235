"""X on the desk: what people say there becomes cases, and answers go out where they may."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.contract import Form
from inbox.errors import Refused
from inbox.models import Case, DeliveryState
from tests.inbox.worlds import World
from tests.rigs.platforms import Platform, platform
from tests.rigs.x import OFFICE, XOffice


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
