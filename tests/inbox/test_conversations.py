"""What platforms tell that is no mail: conversations, edits, deletions, echoes, receipts, files elsewhere."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from connectors import registry
from inbox import channels, drafting, outbox, signoff
from inbox.database import find
from inbox.desk import open_desk
from inbox.history import SYSTEM
from inbox.models import (
    Arrival,
    Attachment,
    Case,
    CaseStatus,
    Channel,
    ChannelMode,
    Clock,
    Delivery,
    DeliveryState,
    Draft,
    DraftState,
    Message,
)
from inbox.pipeline import Line, keep, process_due
from inbox.settings import Environment, Settings
from inbox.storage import FolderStore
from inbox.worker.node import make_line
from routing.words import ClockKind
from tests.inbox.worlds import World
from tests.rigs.callers import CallingChannel, arrival_of

HELLO = {"is": "message", "text": "My bins were not emptied for two weeks, please help."}


class Office:
    """One office with a platform that calls, and the stages that hear it."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.moment = datetime.now(UTC)
        settings = Settings(
            database_url=world.database.url, data_dir=folder, env=Environment.TEST,
            secret_keys="AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", _env_file=None,
        )  # fmt: skip
        store = FolderStore(folder / "store")
        self.settings = settings
        self.line = make_line(settings, world.database, store)
        self.line = Line(
            world.database, self.line.tools, self.line.readers, self.line.scan, lambda: self.moment,
            self.line.lease, lambda session: self.moment, self.line.download,
        )  # fmt: skip
        self.channel = self.connect("Our page")

    def connect(self, name: str, kind: str = "calling") -> str:
        """One more account of the platform, or of one of another kind; its channel's id."""
        with self.world.database.write(self.world.office) as session:
            return channels.add(
                session, kind=kind, name=name, values={}, secrets={}, keys=self.line.tools.keys,
                settings=self.settings, now=self.moment, actor=SYSTEM,
            ).id  # fmt: skip

    def hear(self, *events: dict[str, Any], through: str = "") -> None:
        """Keeps and processes these events, and what was put off, until nothing is due."""
        keep(
            self.line,
            through or self.channel,
            self.world.office,
            [arrival_of(event, self.moment) for event in events],
            None,
        )
        self.work()

    def work(self) -> None:
        while process_due(self.line):
            pass

    def later(self, **time: float) -> None:
        self.moment += timedelta(**time)

    def all(self, table: type[Any]) -> list[Any]:
        with self.world.database.read(self.world.office) as session:
            return list(session.exec(select(table).order_by(col(table.id))))

    def message(self, text: str) -> Message:
        [found] = [one for one in self.all(Message) if one.text == text]
        return found  # type: ignore[no-any-return]

    def reply(self, text: str) -> Delivery:
        """Approves a reply to the newest case."""
        with self.world.database.write(self.world.office) as session:
            find(session, Channel, self.channel).mode = ChannelMode.FULL
            session.flush()
            desk = open_desk(session, self.line.tools)
            case = session.exec(select(Case).order_by(col(Case.id).desc())).first()
            assert case is not None
            draft = drafting.begin(
                session, desk, case, author_id=None, now=self.moment, actor=SYSTEM, text=text
            )
            return signoff.approve(
                session, desk, draft, staff_id=self.world.staff, digest=drafting.digest(session, draft),
                now=self.moment, actor=SYSTEM,
            )  # fmt: skip

    def send(self) -> None:
        """One due delivery goes out."""
        self.later(minutes=2)
        with self.world.database.write(self.world.office) as session:
            [claimed] = outbox.claim(session, self.moment, timedelta(seconds=60))
            outcome = outbox.attempt(claimed, b"", CallingChannel(), committing=lambda: None)
            outbox.settle(session, claimed, outcome, self.moment)


@pytest.fixture
def office(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setitem(registry.KINDS, "calling", lambda: CallingChannel)
    monkeypatch.setattr(CallingChannel, "sent", [])
    return Office(world, tmp_path)


def test_what_one_person_says_in_one_conversation_is_one_case(office: Office) -> None:
    office.hear({**HELLO, "id": "1", "thread": "a"}, {**HELLO, "id": "2", "thread": "a", "text": "Hello?"})
    [case] = office.all(Case)
    assert {one.case_id for one in office.all(Message)} == {case.id}


def test_somebody_else_in_the_same_conversation_is_proposed_not_joined(office: Office) -> None:
    office.hear({**HELLO, "id": "1", "thread": "a"}, {**HELLO, "id": "2", "thread": "a", "from": "99"})
    first, second = office.all(Message)
    assert second.case_id != first.case_id
    assert second.proposed_case_id == first.case_id


def test_a_finished_case_reopens_within_a_month_and_then_a_new_one_begins(office: Office) -> None:
    office.hear({**HELLO, "id": "1", "thread": "a"})
    _finish(office)
    office.later(days=20)
    office.hear({**HELLO, "id": "2", "thread": "a", "text": "Still not emptied."})
    assert [one.status for one in office.all(Case)] == [CaseStatus.OPEN]
    _finish(office)
    office.later(days=40)
    office.hear({**HELLO, "id": "3", "thread": "a", "text": "A pothole in Mill Lane."})
    assert len(office.all(Case)) == 2


def test_the_same_event_by_poll_and_by_call_is_one_message(office: Office) -> None:
    for _ in range(2):
        office.hear({**HELLO, "id": "1"})
    assert len(office.all(Arrival)) == len(office.all(Message)) == 1


def test_an_edit_stands_beside_the_first_wording_on_the_same_case(office: Office) -> None:
    office.hear({**HELLO, "id": "1"})
    office.hear({"id": "1 edited", "is": "edited", "of": "1", "text": "My bins were emptied now."})
    first, second = office.all(Message)
    assert (second.edit_of, second.case_id) == (first.id, first.case_id)
    assert first.text == HELLO["text"]


def test_an_edit_of_what_never_came_stands_alone(office: Office) -> None:
    office.hear({"id": "1 edited", "is": "edited", "of": "1", "text": "The road is flooded."})
    [message] = office.all(Message)
    assert message.case_id is not None


def test_a_deletion_marks_the_message_and_keeps_its_words(office: Office) -> None:
    office.hear({**HELLO, "id": "1"}, {"id": "1 deleted", "is": "deleted", "of": "1"})
    [message] = office.all(Message)
    assert message.withdrawn_at is not None
    assert message.text == HELLO["text"]


def test_a_deletion_that_overtook_its_message_waits_for_it(office: Office) -> None:
    office.hear({"id": "1 deleted", "is": "deleted", "of": "1"})
    office.hear({**HELLO, "id": "1"})
    office.later(seconds=30)
    office.work()
    assert office.message(HELLO["text"]).withdrawn_at is not None


def test_a_deletion_of_what_never_comes_is_done_with_in_the_end(office: Office) -> None:
    office.hear({"id": "1 deleted", "is": "deleted", "of": "1"})
    for _ in range(5):
        office.later(minutes=5)
        office.work()
    assert [one.state for one in office.all(Arrival)] == ["done"]


def test_what_says_nothing_makes_nothing(office: Office) -> None:
    office.hear({"id": "1", "is": "typing"})
    assert (office.all(Message), [one.state for one in office.all(Arrival)]) == ([], ["done"])


def test_an_event_nobody_knows_is_set_aside(office: Office) -> None:
    office.hear({"id": "1", "is": "dancing"})
    for _ in range(4):
        office.later(minutes=5)
        office.work()
    assert [one.state for one in office.all(Arrival)] == ["quarantined"]


def test_a_reply_goes_out_is_known_there_and_its_answer_joins(office: Office) -> None:
    office.hear({**HELLO, "id": "1", "thread": "a"})
    delivery = office.reply("We asked the council.")
    office.send()
    sent = find_one(office, Delivery, delivery.id)
    assert (sent.state, sent.platform_id) == (DeliveryState.SENT, "there-1")
    office.hear({**HELLO, "id": "2", "thread": "of-the-reply", "text": "Thanks, any news?"})
    office.hear({**HELLO, "id": "3", "answers": "there-1", "text": "And the fine?"})
    assert len(office.all(Case)) == 1


def test_an_echo_of_our_own_reply_adds_nothing(office: Office) -> None:
    office.hear({**HELLO, "id": "1", "thread": "a"})
    office.reply("We asked the council.")
    office.send()
    before = len(office.all(Message))
    office.hear(
        {"id": "there-1", "is": "echo", "text": "We asked the council.", "thread": "a", "from": "page"}
    )
    assert len(office.all(Message)) == before


def test_an_echo_proves_that_a_reply_of_unknown_outcome_left(office: Office) -> None:
    office.hear({**HELLO, "id": "1", "thread": "a"})
    delivery = office.reply("We asked the council.")
    with office.world.database.write(office.world.office) as session:
        find(session, Delivery, delivery.id).state = DeliveryState.UNKNOWN
    office.hear({"id": "there-9", "is": "echo", "ours": delivery.outgoing_id, "from": "page"})
    found = find_one(office, Delivery, delivery.id)
    assert (found.state, found.platform_id) == (DeliveryState.SENT, "there-9")


def test_what_staff_wrote_in_the_platforms_own_program_joins_the_case(office: Office) -> None:
    office.hear({**HELLO, "id": "1", "thread": "a"})
    office.hear({"id": "2", "is": "echo", "text": "Written elsewhere.", "thread": "a", "from": "page"})
    ours, theirs = office.message("Written elsewhere."), office.message(HELLO["text"])
    assert (ours.case_id, ours.constituent_id) == (theirs.case_id, theirs.constituent_id)
    assert {one.met_at is None for one in office.all(Clock) if one.kind == ClockKind.FIRST_REPLY} == {False}


def test_a_receipt_settles_what_it_names(office: Office) -> None:
    office.hear({**HELLO, "id": "1", "thread": "a"})
    delivery = office.reply("We asked the council.")
    office.send()
    office.hear({"id": "r", "is": "read", "of": "there-1"})
    assert find_one(office, Delivery, delivery.id).state == DeliveryState.DELIVERED


def test_what_another_platform_calls_by_the_same_number_is_something_else(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry.KINDS, "ringing", lambda: CallingChannel)
    other = office.connect("Another platform", "ringing")
    office.hear({**HELLO, "id": "1"})
    delivery = office.reply("We asked the council.")
    office.send()
    office.hear({**HELLO, "id": "7", "thread": "b", "text": "A pothole in Mill Lane."}, through=other)
    office.hear(
        {"id": "1 deleted", "is": "deleted", "of": "1"},
        {"id": "1 edited", "is": "edited", "of": "1", "text": "The road is flooded."},
        {"id": "r", "is": "read", "of": "there-1"},
        {"id": "there-1", "is": "echo", "text": "Written elsewhere.", "thread": "b", "from": "page"},
        through=other,
    )
    first = office.message(HELLO["text"])
    assert first.withdrawn_at is None
    assert office.message("The road is flooded.").edit_of is None
    assert find_one(office, Delivery, delivery.id).state == DeliveryState.SENT
    assert office.message("Written elsewhere.").case_id == office.message("A pothole in Mill Lane.").case_id


def test_what_one_account_brought_may_be_taken_back_through_another_of_the_same_platform(
    office: Office,
) -> None:
    office.hear({**HELLO, "id": "1"})
    second = office.connect("Our other page")
    office.hear({"id": "1 deleted", "is": "deleted", "of": "1"}, through=second)
    assert office.message(HELLO["text"]).withdrawn_at is not None


def test_a_receipt_for_a_reply_of_unknown_outcome_proves_that_it_left(office: Office) -> None:
    office.hear({**HELLO, "id": "1", "thread": "a"})
    delivery = office.reply("We asked the council.")
    with office.world.database.write(office.world.office) as session:
        find(session, Delivery, delivery.id).state = DeliveryState.UNKNOWN
    office.hear({"id": "r", "is": "read", "of": delivery.outgoing_id})
    found, [draft] = find_one(office, Delivery, delivery.id), office.all(Draft)
    assert (found.state, found.sent_at, draft.state) == (
        DeliveryState.DELIVERED, office.moment, DraftState.SENT,
    )  # fmt: skip
    kept = {one.kind: one.met_at for one in office.all(Clock)}
    assert kept == {ClockKind.FIRST_REPLY: office.moment, ClockKind.NEXT_UPDATE: None}


def test_files_that_lie_elsewhere_are_fetched_and_what_expired_is_said(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CallingChannel, "files", {"https://cdn.example/bin.jpg": b"a picture"})
    office.hear(
        {**HELLO, "id": "1", "files": ["https://cdn.example/bin.jpg", "https://cdn.example/gone.jpg"]}
    )
    assert [one.filename for one in office.all(Attachment)] == ["bin.jpg"]
    assert "file-not-fetched" in office.message(HELLO["text"]).warnings


def test_a_file_that_cannot_be_had_now_is_tried_again_and_never_holds_the_words_up(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CallingChannel, "files", {"https://cdn.example/bin.jpg": b"later"})
    office.hear({**HELLO, "id": "1", "files": ["https://cdn.example/bin.jpg"]})
    assert office.all(Message) == []
    for _ in range(3):
        office.later(minutes=1)
        office.work()
    assert "file-not-fetched" in office.message(HELLO["text"]).warnings


def test_what_was_said_in_public_is_never_acknowledged_by_machine(office: Office) -> None:
    with office.world.database.write(office.world.office) as session:
        find(session, Channel, office.channel).mode = ChannelMode.FULL
    office.hear({**HELLO, "id": "1", "form": "comment"})
    assert [one.kind for one in office.all(Message)] == ["comment"]


def test_what_the_platform_will_not_take_is_said_while_it_is_written(office: Office) -> None:
    office.hear({**HELLO, "id": "1"})
    with pytest.raises(Exception, match="Too long for this platform"):
        office.reply("word " * 100)
    assert office.all(Delivery) == []


def find_one(office: Office, table: type[Any], row_id: str) -> Any:
    with office.world.database.read(office.world.office) as session:
        return find(session, table, row_id)


def _finish(office: Office) -> None:
    with office.world.database.write(office.world.office) as session:
        session.exec(select(Case)).one().status = CaseStatus.RESOLVED
