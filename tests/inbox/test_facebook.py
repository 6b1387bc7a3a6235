"""A Page in an office's day: one case for one person's matter, answered once, with what became of it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from connectors.contract import Change, ChangeAction, Form, RawArrival
from connectors.facebook.arrivals import raw_of
from connectors.standins.facebook.state import PAGE
from inbox import channels, draft_checks, drafting, hiding, signoff
from inbox.database import find
from inbox.desk import Desk, open_desk
from inbox.errors import NotYet
from inbox.history import SYSTEM
from inbox.intake.changes import changed
from inbox.models import (
    Attachment,
    Case,
    Channel,
    ChannelMode,
    Constituent,
    Delivery,
    DeliveryState,
    Direction,
    Draft,
    Event,
    EventKind,
    Message,
    Office,
)
from inbox.pipeline import keep, process_due
from inbox.settings import Environment, Settings
from inbox.worker import Worker
from inbox.worker.evidence import look_for_evidence
from inbox.worker.hiding import hide_due
from inbox.worker.node import Node, make_node
from tests.inbox.worlds import World
from tests.rigs.facebook import SECRETS, Facebook, facebook

DONNA = "6780462125377510"


@pytest.fixture(scope="module")
def server() -> Iterator[Facebook]:
    with facebook() as running:
        yield running


class Place:
    """An office with the Page connected, and the work of one node."""

    def __init__(self, world: World, folder: Path, page: Facebook) -> None:
        settings = Settings(
            database_url=world.database.url, data_dir=folder, env=Environment.TEST,
            secret_keys="AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            allowed_private_hosts=("127.0.0.1",), smtp_timeout=3, _env_file=None,
        )  # fmt: skip
        self.world, self.page = world, page
        self.node: Node = make_node(settings, world.database)
        with world.database.write(world.office) as session:
            session.exec(select(Office).where(Office.id == world.office)).one().undo_seconds = 0
            for mailbox in session.exec(select(Channel)):
                mailbox.mode = ChannelMode.OFF
            secrets = {name: SECRETS[name] for name in ("access_token", "app_secret")}
            since = datetime.fromtimestamp(0, UTC).isoformat()
            self.channel = channels.add(
                session, kind="facebook", name="Page", values={**page.settings, "since": since},
                secrets=secrets, keys=self.node.line.tools.keys, settings=settings, now=settings.now(),
                actor=SYSTEM, mode=ChannelMode.FULL,
            ).id  # fmt: skip

    def work(self) -> None:
        Worker(self.node).until_idle()

    def all(self, table: type[Any]) -> list[Any]:
        with self.world.database.read(self.world.office) as session:
            return list(session.exec(select(table).order_by(col(table.id))))

    def message(self, text: str) -> Message:
        [found] = [one for one in self.all(Message) if one.text == text]
        return found  # type: ignore[no-any-return]

    def act(self, do: Callable[[Any, Desk], Any]) -> Any:
        with self.world.database.write(self.world.office) as session:
            return do(session, open_desk(session, self.node.line.tools))

    def reply(self, text: str, form: Form = Form.MESSAGE) -> str:
        """Approves an answer on the newest case; its delivery."""

        def approve(session: Any, desk: Desk) -> str:
            now = self.node.now()
            case = session.exec(select(Case).order_by(col(Case.id).desc())).first()
            draft = drafting.begin(session, desk, case, author_id=None, now=now, actor=SYSTEM, text=text)
            draft.form = form
            delivery = signoff.approve(
                session, desk, draft, staff_id=self.world.staff, digest=drafting.digest(session, draft),
                now=now, actor=SYSTEM,
            )  # fmt: skip
            return str(delivery.id)

        return str(self.act(approve))

    def delivery(self, key: str) -> Delivery:
        with self.world.database.read(self.world.office) as session:
            return find(session, Delivery, key)

    def events(self) -> list[str]:
        return [one.kind for one in self.all(Event)]


@pytest.fixture
def place(world: World, tmp_path: Path, server: Facebook) -> Iterator[Place]:
    server.clear()
    yield Place(world, tmp_path, server)


def test_a_comment_answered_privately_goes_on_in_private_on_the_same_case(place: Place) -> None:
    post = place.page.posts("Surgery on Friday")
    place.page.comments(post, DONNA, "What about my bins, 14 Quarry Road?", name="Donna Fretwell")
    place.work()
    delivery = place.reply("Let us talk here, where nobody else reads it.")
    place.work()
    assert place.delivery(delivery).state == DeliveryState.SENT
    assert [one["from"]["id"] for one in place.page.state()["conversations"][DONNA]] == [PAGE]
    place.page.says(DONNA, "Thank you, my number is 01632 960001")
    place.work()
    assert len(place.all(Case)) == 1
    kinds = [one.kind for one in place.all(Message)]
    assert kinds[:2] == ["comment", "message"]


def test_strangers_under_one_post_are_cases_of_their_own(place: Place) -> None:
    post = place.page.posts("Surgery on Friday")
    place.page.comments(post, "31", "The road is flooded again", name="Wyn")
    place.page.comments(post, "32", "My passport has not come", name="Ann")
    place.work()
    assert len(place.all(Case)) == 2
    assert [one.proposed_case_id for one in place.all(Message)] == [None, None]


def test_who_writes_privately_is_called_by_the_name_facebook_tells(place: Place) -> None:
    place.page.says(DONNA, "My bins", name="Donna Fretwell")
    place.work()
    assert place.message("My bins").sender_name == "Donna Fretwell"


def test_a_picture_that_came_along_is_kept_at_once(place: Place) -> None:
    picture = {"name": "mould.jpg", "type": "image", "mime": "image/jpeg", "base64": "/9j/2Q=="}
    place.page.says(DONNA, "Look at this", files=[picture])
    place.work()
    assert [one.filename for one in place.all(Attachment)] == ["mould.jpg"]


def test_what_a_page_brought_before_it_was_disconnected_is_read_as_facebook_tells_it(
    place: Place,
) -> None:
    picture = {"name": "mould.jpg", "type": "image", "mime": "image/jpeg", "base64": "/9j/2Q=="}
    place.page.says(DONNA, "Look at this", files=[picture])
    collector = Worker(place.node)._collector
    collector.collect_all()
    collector.close()
    place.act(
        lambda session, _: channels.remove(
            session, find(session, Channel, place.channel), now=place.node.now(), actor=SYSTEM
        )
    )
    for hours in range(3):
        later = datetime.now(UTC) + timedelta(hours=hours)
        process_due(replace(place.node.line, shared_now=lambda _, now=later: now))  # type: ignore[misc]
    [message] = place.all(Message)
    assert (message.text, message.sender_handle) == ("Look at this", DONNA)
    assert "file-not-fetched" in message.warnings, "nobody can fetch it any more, and that is said"
    assert len(place.all(Case)) == 1
    assert place.all(Delivery) == []


def test_a_second_private_answer_to_a_comment_is_refused_while_it_is_written(place: Place) -> None:
    place.page.comments(place.page.posts("Surgery"), DONNA, "What about my bins?")
    place.work()
    place.reply("Write to us here.")
    place.work()

    def problems(session: Any, desk: Desk) -> list[str]:
        case = session.exec(select(Case)).one()
        draft = drafting.begin(
            session, desk, case, author_id=None, now=place.node.now(), actor=SYSTEM, text="x"
        )
        return draft_checks.problems(session, desk, draft, place.node.now())

    assert "privately once" in place.act(problems)[0]


def test_a_second_private_answer_is_stopped_when_it_leaves_if_the_first_was_thought_lost(
    place: Place,
) -> None:
    place.page.comments(place.page.posts("Surgery"), DONNA, "What about my bins?")
    place.work()
    first = place.reply("Write to us here.")
    place.act(lambda session, _: setattr(find(session, Delivery, first), "state", DeliveryState.FAILED))
    second = place.reply("Please write to us here.")
    place.act(lambda session, _: setattr(find(session, Delivery, first), "state", DeliveryState.SENT))
    place.work()
    stopped = place.delivery(second)
    assert stopped.state == DeliveryState.FAILED
    assert "privately once" in str(stopped.trouble)
    assert place.page.sent() == []


def test_a_private_answer_that_was_queued_first_leaves_though_another_waits(place: Place) -> None:
    place.page.comments(place.page.posts("Surgery"), DONNA, "What about my bins?")
    place.work()
    first = place.reply("Write to us here.")
    place.act(lambda session, _: setattr(find(session, Delivery, first), "state", DeliveryState.FAILED))
    second = place.reply("Please write to us here.")
    place.act(lambda session, _: setattr(find(session, Delivery, first), "state", DeliveryState.QUEUED))
    place.work()
    states = (place.delivery(first).state, place.delivery(second).state)
    assert states == (DeliveryState.SENT, DeliveryState.FAILED)


def test_a_public_answer_that_is_read_back_adds_nothing(place: Place) -> None:
    place.page.comments(place.page.posts("Surgery"), DONNA, "When is it?")
    place.work()
    place.reply("At ten.", Form.COMMENT)
    place.work()
    place.work()
    assert [one.text for one in place.all(Message)] == ["When is it?", "At ten."]
    assert [one["message"] for one in place.page.state()["comments"]] == ["When is it?", "At ten."]


def test_what_left_without_an_answer_is_never_sent_again_and_is_found(place: Place) -> None:
    place.page.says(DONNA, "My bins", name="Donna Fretwell")
    place.work()
    delivery = place.reply("We have asked the council.")
    place.page.platform.order("_faults", on="POST /v26.0/[0-9]+/messages", act="lose")
    Worker(place.node)._deliverer.deliver_due()
    assert place.delivery(delivery).state == DeliveryState.UNKNOWN
    look_for_evidence(place.node)
    found = place.delivery(delivery)
    assert (found.state, place.page.sent().count("We have asked the council.")) == (DeliveryState.SENT, 1)
    assert str(found.platform_id).startswith("m_out")
    place.work()
    assert [one.text for one in place.all(Message)].count("We have asked the council.") == 1


def test_what_staff_wrote_in_facebooks_own_inbox_joins_the_case(place: Place) -> None:
    place.page.says(DONNA, "My bins")
    place.work()
    place.page.platform.order("_by_hand", to=DONNA, text="Written on the phone.")
    place.work()
    assert place.message("Written on the phone.").case_id == place.message("My bins").case_id


def test_a_comment_is_hidden_on_the_page_and_its_words_stay_here(place: Place) -> None:
    words = "My dad Harold Tibbs waits for his cancer scan"
    place.page.comments(place.page.posts("A fete"), DONNA, words)
    place.work()

    def ask(hidden: bool) -> Callable[[Any, Desk], None]:
        def asked(session: Any, desk: Desk) -> None:
            case, message = session.exec(select(Case)).one(), find(session, Message, place.message(words).id)
            hiding.ask(session, desk, case, message, hidden=hidden, now=place.node.now(), actor=SYSTEM)

        return asked

    place.act(ask(True))
    hide_due(place.node)
    assert place.page.state()["comments"][0]["is_hidden"] is True
    assert place.events()[-2:] == [EventKind.HIDING_ASKED, EventKind.MESSAGE_HIDDEN]
    place.act(ask(False))
    hide_due(place.node)
    assert place.page.state()["comments"][0]["is_hidden"] is False
    assert place.message(words).withdrawn_at is None


def test_hiding_that_facebook_refuses_is_said_on_the_case(place: Place) -> None:
    comment = place.page.comments(place.page.posts("A fete"), DONNA, "Something private")
    place.work()
    place.page.fails(f"POST /v26.0/{comment}", code=200)

    def ask(session: Any, desk: Desk) -> None:
        case, message = session.exec(select(Case)).one(), session.exec(select(Message)).one()
        hiding.ask(session, desk, case, message, hidden=True, now=place.node.now(), actor=SYSTEM)

    place.act(ask)
    hide_due(place.node)
    assert place.events()[-1] == EventKind.NOT_HIDDEN


def test_drafts_on_a_page_have_no_subject_and_go_to_the_person_who_wrote(place: Place) -> None:
    place.page.says(DONNA, "My bins")
    place.work()
    place.reply("We have asked.")
    [draft] = place.all(Draft)
    assert (draft.subject, draft.recipients, draft.form) == ("", [DONNA], "message")


def test_an_edit_back_to_the_first_words_is_shown_as_the_newest(place: Place) -> None:
    line = place.node.line
    for number, text in enumerate(("First", "Second", "First")):
        keep(line, place.channel, place.world.office, [_told(number, text)], None)
        while process_due(line):
            pass
    inbound = [one.text for one in place.all(Message) if one.direction == Direction.INBOUND]
    assert inbound == ["First", "Second", "First"]
    assert len(place.all(Case)) == 1


def test_a_message_that_its_edit_overtook_does_not_come_back_with_the_old_words(place: Place) -> None:
    for number, text in ((1, "Second"), (0, "First"), (2, "Third")):
        _take_in(place.node, place, _told(number, text))
    inbound = [one for one in place.all(Message) if one.direction == Direction.INBOUND]
    assert [one.text for one in inbound] == ["Second", "Third"]
    assert inbound[1].edit_of == inbound[0].id
    assert len(place.all(Case)) == 1
    assert EventKind.ARRIVED_AGAIN in place.events()


@pytest.mark.parametrize("action", [ChangeAction.DELETED, ChangeAction.HIDDEN, ChangeAction.SHOWN])
def test_what_became_of_a_comment_waits_a_while_for_the_comment(place: Place, action: ChangeAction) -> None:
    change = Change("facebook", PAGE, "1_2", action, None, None)
    with pytest.raises(NotYet):
        place.act(lambda session, _: changed(session, change, None, place.node.now(), patient=True))
    assert place.act(lambda session, _: changed(session, change, None, place.node.now())) is None


def test_who_wrote_while_no_name_was_to_be_had_is_named_with_their_next_message(place: Place) -> None:
    place.page.says(DONNA, "Here I am", name="Donna Fretwell")
    place.page.fails(f"GET /v26.0/{DONNA}", code=2)
    _take_in(place.node, place, _told(0, "My bins", "m_1"))
    assert [one.name for one in place.all(Constituent)] == ["Somebody on Facebook"]
    _take_in(place.node, place, _told(0, "My bins!", "m_2"))
    assert [one.name for one in place.all(Constituent)] == ["Somebody on Facebook"]  # it is left alone now
    _take_in(make_node(place.node.settings, place.world.database), place, _told(0, "Hello?", "m_3"))
    assert [one.name for one in place.all(Constituent)] == ["Donna Fretwell"]
    inbound = [one.sender_name for one in place.all(Message) if one.direction == Direction.INBOUND]
    assert inbound == ["", "", "Donna Fretwell"]


def test_strangers_of_one_burst_are_named_by_one_request(place: Place) -> None:
    people = {str(5_000_000 + number): f"Person {number}" for number in range(12)}
    for number, name in people.items():
        place.page.says(number, "My bins", name=name)
    told = [_told(0, "My bins", f"m_{who}", who) for who in people]
    before = len(place.page.platform.log())
    keep(place.node.line, place.channel, place.world.office, told, None)
    while process_due(place.node.line):
        pass
    assert sorted(one.name for one in place.all(Constituent)) == sorted(people.values())
    assert len(place.page.platform.log()) - before == 1


def test_where_facebook_refuses_them_together_each_is_asked_after(place: Place) -> None:
    place.page.says("5000001", "My bins", name="Person 1")
    told = [_told(0, "My bins", f"m_{who}", who) for who in ("5000001", "404")]
    keep(place.node.line, place.channel, place.world.office, told, None)
    while process_due(place.node.line):
        pass
    assert sorted(one.name for one in place.all(Constituent)) == ["Facebook user", "Person 1"]


def _take_in(node: Node, place: Place, arrival: RawArrival) -> None:
    keep(node.line, place.channel, place.world.office, [arrival], None)
    while process_due(node.line):
        pass


def _told(number: int, text: str, mid: str = "m_1", who: str = DONNA) -> RawArrival:
    """A message, and its edits by number."""
    event: dict[str, Any] = {"sender": {"id": who}, "recipient": {"id": PAGE}, "timestamp": 1777980000000}
    key = {"mid": mid, "text": text}
    event |= {"message": key} if number == 0 else {"message_edit": {**key, "num_edit": number}}
    raw = raw_of({"page": PAGE, "time": 1, "messaging": event})
    return RawArrival("facebook", PAGE, f"m/{mid}/{number}", raw, datetime.now(UTC))
