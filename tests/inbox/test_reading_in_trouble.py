"""What is read while the disk or the database fails, or while another node reads the same, is filed once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any, NoReturn

import pytest

from connectors import registry
from connectors.contract import Unreadable
from inbox import pipeline
from inbox.errors import Unavailable
from inbox.introducing import Introducer
from inbox.models import Arrival, Constituent, Job, Message
from inbox.pipeline import keep, process_due
from inbox.recall import Recall, recall
from inbox.storage import FolderStore
from tests.inbox.test_conversations import HELLO, Office
from tests.inbox.worlds import World
from tests.rigs.callers import CallingChannel, arrival_of


@pytest.fixture
def office(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setitem(registry.KINDS, "calling", lambda: CallingChannel)
    return Office(world, tmp_path)


def test_what_the_disk_cannot_take_waits_as_long_as_that_lasts_and_is_no_fault_of_the_message(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as trouble:
        trouble.setattr(FolderStore, "get", _full)
        office.hear({**HELLO, "id": "1"})
        for _ in range(40):
            office.later(minutes=1)
            office.work()
        assert [(one.state, one.attempts) for one in office.all(Arrival)] == [("waiting", 0)]
        [job] = office.all(Job)
        assert (job.fence, job.attempts, job.trouble) == (41, 0, "The disk is full.")
    office.later(minutes=1)
    office.work()
    assert office.message(HELLO["text"]).case_id is not None


def test_a_database_that_goes_away_after_a_claim_costs_nobody_an_attempt(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as trouble:
        trouble.setattr(pipeline, "open_desk", _full)
        office.hear({**HELLO, "id": "1"}, {**HELLO, "id": "2", "text": "A pothole in Mill Lane."})
        assert [one.attempts for one in office.all(Job)] == [0, 0]


def test_what_could_not_be_taken_for_a_whole_day_is_set_aside_with_the_true_reason(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "MOST_WAITS", 2)
    monkeypatch.setattr(FolderStore, "get", _full)
    office.hear({**HELLO, "id": "1"})
    for _ in range(3):
        office.later(minutes=1)
        office.work()
    assert [(one.state, one.trouble) for one in office.all(Arrival)] == [("quarantined", "The disk is full.")]


def test_one_message_through_two_accounts_that_two_nodes_read_at_once_is_one_case(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.hear({**HELLO, "id": "1"})
    second = office.connect("Our other page")
    for channel in (office.channel, second):
        keep(office.line, channel, office.world.office, [arrival_of({**HELLO, "id": "2"})], None)
    meeting = Barrier(2)

    def slow_recall(*given: Any) -> Recall:
        known = recall(*given)
        with suppress(BrokenBarrierError):  # whoever waits for the other's commit does not come
            meeting.wait(0.5)
        return known

    monkeypatch.setattr(pipeline, "recall", slow_recall)
    with ThreadPoolExecutor(2) as nodes:
        assert list(nodes.map(lambda _: process_due(office.line, limit=1), range(2))) == [1, 1]
    assert sorted(one.state for one in office.all(Arrival)) == ["done", "done", "duplicate"]
    assert [one.copies for one in office.all(Message)] == [0, 1]


def test_a_name_and_an_address_in_half_an_emoji_are_filed_like_any(office: Office) -> None:
    half = "\ud83d"
    odd = {**HELLO, "id": "1", "from": f"27{half}", "name": f"Wyn {half}", "answers": half, "thread": half}
    office.hear(odd, {**HELLO, "id": "2", "from": "28", "text": "A pothole in Mill Lane."})
    assert [one.state for one in office.all(Arrival)] == ["done", "done"]
    assert "Wyn ?" in {one.name for one in office.all(Constituent)}


def test_names_that_no_database_holds_are_kept_once_and_apart(office: Office) -> None:
    odd = [arrival_of({**HELLO, "id": one}) for one in ("a\ud800", "a\ud801", "a\0", "a", "a" * 900)]
    fresh = [keep(office.line, office.channel, office.world.office, odd, None) or [] for _ in range(2)]
    assert [len(one) for one in fresh] == [5, 0]


def test_a_reason_that_repeats_half_an_emoji_can_be_written_down() -> None:
    assert str(Unreadable("a kind named \ud83d")) == Unreadable("a kind named ?").reason


def test_whatever_goes_wrong_in_asking_for_names_each_is_filed_all_the_same(office: Office) -> None:
    office.line = replace(office.line, meet=_odd)
    office.hear({**HELLO, "id": "1"}, {**HELLO, "id": "2", "text": "A pothole in Mill Lane."})
    assert [one.state for one in office.all(Arrival)] == ["done", "done"]


def test_a_program_that_ends_before_it_comes_to_reading_blames_no_message(office: Office) -> None:
    """However often it does: killed while it got ready, or while it asked for names."""
    plain, office.line = office.line, replace(office.line, meet=_ended)
    keep(office.line, office.channel, office.world.office, [arrival_of({**HELLO, "id": "1"})], None)
    for _ in range(6):
        with suppress(_Ended):
            process_due(office.line)
        office.later(minutes=5)
    office.line = plain
    office.work()
    assert [one.state for one in office.all(Arrival)] == ["done"]


def test_a_failure_that_cannot_be_written_down_holds_up_no_other_arrival(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline.jobs, "put_off", _odd)
    office.hear({"id": "1", "is": "nothing that is known"}, {**HELLO, "id": "2"})
    assert [one.state for one in office.all(Arrival)] == ["waiting", "done"]


def test_a_platform_whose_answer_nobody_foresaw_leaves_people_nameless_for_a_while(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CallingChannel, "names_of", _odd, raising=False)
    line, keys = office.line, office.line.tools.keys
    introduce = Introducer(line.database, line.tools.store, keys, office.settings)
    arrival = arrival_of({**HELLO, "id": "1"})
    assert introduce(arrival, office.world.office, office.channel, "27") == ""


class _Ended(BaseException):
    """What a kill is to the code that it meets: nothing after it runs."""


def _ended(*_: Any) -> NoReturn:
    raise _Ended


def _odd(*_: Any, **__: Any) -> NoReturn:
    raise UnicodeEncodeError("utf-8", "\ud83d", 0, 1, "surrogates not allowed")


def _full(*_: Any, **__: Any) -> NoReturn:
    raise Unavailable("The disk is full.")
