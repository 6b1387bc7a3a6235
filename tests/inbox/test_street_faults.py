"""A street fault on its way: written, signed off, handed to a council, followed onto the case."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlmodel import col, select

from connectors.standins.open311 import API_KEY, JURISDICTION, Open311StandIn
from connectors.standins.server import Asked, Fault
from inbox import channels, departures, drafting, enquiries, outbox, sealed_letters, signoff
from inbox.database import find
from inbox.desk import open_desk
from inbox.errors import Refused
from inbox.history import SYSTEM
from inbox.models import (
    Case,
    CaseStatus,
    Channel,
    ChannelMode,
    Delivery,
    DeliveryState,
    Draft,
    Enquiry,
    Message,
)
from inbox.pipeline import keep, process_due
from inbox.settings import Environment, Settings
from inbox.storage import FolderStore
from inbox.worker import evidence
from inbox.worker.node import Node, make_line
from tests.inbox.worlds import World

HOLE = enquiries.Fault("POT", "Pothole", "Mill Lane, by the bus stop", "51.50, -0.12", "A deep hole.")


@pytest.fixture
def council() -> Iterator[Open311StandIn]:
    made = Open311StandIn()
    made.start()
    yield made
    made.stop()


class Office:
    """One office with a case and a council's endpoint, and the stages between them."""

    def __init__(self, world: World, council: Open311StandIn, folder: Path) -> None:
        self.world, self.council = world, council
        self.settings = Settings(
            database_url=world.database.url, data_dir=folder, env=Environment.TEST,
            secret_keys="AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", allowed_private_hosts="127.0.0.1",
            _env_file=None,
        )  # fmt: skip
        self.store = FolderStore(folder / "store")
        self.line = make_line(self.settings, world.database, self.store)
        self.case = world.case("a deep hole in Mill Lane")
        values = {"base_url": council.url, "jurisdiction_id": JURISDICTION, "council": "Wexcombe Council"}
        with world.database.write(world.office) as session:
            made = channels.add(
                session, kind="open311_council", name="Wexcombe Council", values=values,
                secrets={"api_key": API_KEY}, keys=self.line.tools.keys, settings=self.settings,
                now=self.now(), actor=SYSTEM, mode=ChannelMode.FULL,
            )  # fmt: skip
            self.channel = made.id

    def now(self) -> datetime:
        return datetime.now(UTC)

    def node(self) -> Node:
        return Node(self.settings, self.line, self.store)

    def look(self) -> None:
        """Looks for what may have left, once the time at which it was to leave has come."""
        with time_machine.travel(self.now() + timedelta(minutes=10)):
            evidence.look_for_evidence(self.node())

    def follow(self) -> None:
        """One look at the council, and all that follows from it."""
        with self.world.database.read(self.world.office) as session:
            channel = find(session, Channel, self.channel)
        connector = channels.connect(channel, self.line.tools.keys, self.settings, self.world.database)
        batch = connector.fetch(channel.cursor)
        connector.close()
        keep(self.line, self.channel, self.world.office, batch.arrivals, batch.cursor)
        while process_due(self.line):
            pass

    def write(self, fault: enquiries.Fault = HOLE) -> Draft:
        with self.world.database.write(self.world.office) as session:
            case = find(session, Case, self.case.id)
            channel = find(session, Channel, self.channel)
            desk = open_desk(session, self.line.tools)
            _, draft = enquiries.hand_on(
                session, desk, case, channel, fault, working_days=10, author_id=self.world.staff,
                now=self.now(), actor=SYSTEM,
            )  # fmt: skip
        return draft

    def approve(self, draft: Draft) -> None:
        with self.world.database.write(self.world.office) as session:
            mine = find(session, Draft, draft.id)
            signoff.approve(
                session, open_desk(session, self.line.tools), mine, staff_id=self.world.staff,
                digest=drafting.digest(session, mine), now=self.now(), actor=SYSTEM,
            )  # fmt: skip

    def send(self) -> DeliveryState:
        later = self.now() + timedelta(minutes=2)
        with self.world.database.write(self.world.office) as session:
            [claimed] = outbox.claim(session, later, timedelta(seconds=60))
            channel = find(session, Channel, self.channel)
        raw = sealed_letters.read(self.line.tools.store, self.line.tools.keys, claimed)
        connector = channels.connect(channel, self.line.tools.keys, self.settings, self.world.database)
        outcome = outbox.attempt(claimed, raw, connector, committing=lambda: None)
        connector.close()
        with self.world.database.write(self.world.office) as session:
            delivery = outbox.settle(session, claimed, outcome, self.now())
            if outcome.result is outbox.Result.SENT:
                desk = open_desk(session, self.line.tools)
                departures.left(session, desk, delivery, now=self.now(), actor=SYSTEM)
            return DeliveryState(delivery.state)

    def hand_on(self, fault: enquiries.Fault = HOLE) -> DeliveryState:
        self.approve(self.write(fault))
        return self.send()

    def council_does(self, path: str, **given: Any) -> None:
        asked = Asked("POST", path, {}, {}, json.dumps(given).encode())
        self.council.answer(asked)

    def all(self, table: type[Any]) -> list[Any]:
        with self.world.database.read(self.world.office) as session:
            return list(session.exec(select(table).order_by(col(table.id))))

    def the_case(self) -> Case:
        [found] = self.all(Case)
        return found  # type: ignore[no-any-return]

    def said(self) -> list[Message]:
        mine = [one for one in self.all(Message) if one.channel_id == self.channel]
        return [one for one in mine if one.direction == "inbound"]


@pytest.fixture
def office(world: World, council: Open311StandIn, tmp_path: Path) -> Office:
    return Office(world, council, tmp_path)


def test_the_services_are_known_after_the_first_look(office: Office) -> None:
    with office.world.database.read(office.world.office) as session:
        assert channels.services(find(session, Channel, office.channel)) == {}
    office.follow()
    with office.world.database.read(office.world.office) as session:
        known = channels.services(find(session, Channel, office.channel))
    assert known == {"POT": "Pothole", "LIGHT": "Street light", "TREE": "Tree"}


def test_a_fault_leaves_after_sign_off_and_the_case_waits_for_the_council(office: Office) -> None:
    draft = office.write()
    assert office.council.reports == []
    office.approve(draft)
    assert office.send() is DeliveryState.SENT
    [report] = office.council.reports
    form = report["form"]
    assert (form["service_code"], form["lat"], form["long"]) == ("POT", "51.50", "-0.12")
    assert form["address_string"] == "Mill Lane, by the bus stop"
    assert "Donna" not in str(form)
    assert "@example.org" not in str(form)
    case = office.the_case()
    assert (case.status, case.waiting_for) == (CaseStatus.WAITING_BODY, "Wexcombe Council")
    [enquiry] = office.all(Enquiry)
    assert enquiry.asked_at is not None


def test_what_the_council_says_comes_onto_the_case_and_makes_it_our_turn(office: Office) -> None:
    office.hand_on()
    office.follow()
    assert office.said() == []
    number = office.council.reports[0]["service_request_id"]
    office.council_does("/_status", id=number, status="Fixed", description="Filled today.")
    office.follow()
    office.follow()
    [message] = office.said()
    assert message.case_id == office.case.id
    assert message.text == "Wexcombe Council says that the fault is fixed.\n\nFilled today."
    assert message.kind == "report"
    assert office.the_case().status == CaseStatus.OPEN


def test_reports_of_others_are_never_taken(office: Office) -> None:
    office.hand_on()
    other = dict(office.council.reports[0]) | {"service_request_id": "9999", "status": "closed"}
    office.council.reports.append(other)
    office.council.updates.append(
        {"update_id": "x", "service_request_id": "9999", "status": "CLOSED", "description": "not ours",
         "updated_datetime": office.now().isoformat()}
    )  # fmt: skip
    office.follow()
    assert office.said() == []


def test_an_unknown_outcome_is_settled_by_looking_and_never_sent_again(office: Office) -> None:
    office.council.faults.append(Fault(on=r"POST /requests\.json", act="lose"))
    assert office.hand_on() is DeliveryState.UNKNOWN
    office.look()
    [delivery] = office.all(Delivery)
    assert delivery.state == DeliveryState.SENT
    assert len(office.council.reports) == 1
    assert office.the_case().status == CaseStatus.WAITING_BODY
    office.council_does("/_status", id="1001", status="IN_PROGRESS")
    office.follow()
    [message] = office.said()
    assert message.case_id == office.case.id


def test_where_the_council_shows_no_words_a_person_settles_an_unknown_outcome(
    office: Office,
) -> None:
    office.council.quirks["hides_words"] = True
    office.council.faults.append(Fault(on=r"POST /requests\.json", act="lose"))
    assert office.hand_on() is DeliveryState.UNKNOWN
    office.look()
    assert office.all(Delivery)[0].state == DeliveryState.UNKNOWN
    assert len(office.council.reports) == 1


def test_another_place_or_service_voids_an_approval(office: Office) -> None:
    draft = office.write()
    with office.world.database.read(office.world.office) as session:
        mine = find(session, Draft, draft.id)
        before = drafting.digest(session, mine)
        mine.told = {**mine.told, "lat": "52.0"}
        assert drafting.digest(session, mine) != before
        session.expire(mine)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"place": "", "point": ""}, "Say where it is"),
        ({"point": "north of here"}, "two numbers"),
        ({"point": "51.5, 999"}, "two numbers"),
        ({"description": " "}, "Describe the fault"),
        ({"service_code": ""}, "Choose what kind of fault"),
    ],
)
def test_a_fault_without_its_parts_is_refused_in_words(
    office: Office, changes: dict[str, str], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        office.write(replace(HOLE, **changes))


def test_a_batch_service_takes_a_token_and_the_number_comes_later(office: Office) -> None:
    assert office.hand_on(replace(HOLE, service_code="TREE", service_name="Tree")) is DeliveryState.SENT
    assert office.council.reports == []
    [token] = office.council.tokens
    assert office.all(Delivery)[0].platform_id == f"token/{token}"
    office.follow()
    office.council_does("/_number", token=token)
    office.follow()
    assert office.all(Delivery)[0].platform_id == "1001"
    office.council_does("/_status", id="1001", status="CLOSED", description="Pruned.")
    office.follow()
    [message] = office.said()
    assert message.case_id == office.case.id
