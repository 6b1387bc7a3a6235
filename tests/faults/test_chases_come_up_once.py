"""The chase ladder under a kill and under several workers: each step whole, and once."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from inbox import failpoints
from inbox.models import EventKind, Rung
from inbox.worker import timetable
from inbox.worker.node import Node
from tests.inbox.asking import Office
from tests.inbox.worlds import World, found_world


@pytest.fixture
def office(database: object, tmp_path: Path) -> Office:
    world: World = found_world(database, "ashby")  # type: ignore[arg-type]
    made = Office(world, tmp_path)
    made.keeps()
    return made


def node(office: Office) -> Node:
    return Node(office.settings, replace(office.line, now=lambda: office.now), office.store)


def late(office: Office, many: int) -> list[str]:
    """Enquiries to bodies that are late, each on a case of its own."""
    keys = []
    for number in range(many):
        office.case = office.world.case(f"matter {number}", address=f"person-{number}@example.net")
        keys.append(office.has_asked().id)
    office.goes_to(16)
    return keys


class Killed(BaseException):
    """What a kill does to a transaction: it ends, and nobody cleans up."""


@pytest.mark.parametrize(("point", "left"), [("chase.laid", 0), ("chase.committed", 1)])
def test_a_worker_that_dies_leaves_a_whole_step_or_none(
    office: Office, monkeypatch: pytest.MonkeyPatch, point: str, left: int
) -> None:
    late(office, 3)

    def reach(name: str) -> None:
        if name == point:
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(failpoints, "reach", reach)
        patched.setattr(timetable, "reach", reach)
        with pytest.raises(Killed):
            timetable.bring_up_chases(node(office))
    assert office.events(EventKind.CHASE_CAME_UP) == left
    timetable.bring_up_chases(node(office))
    assert office.events(EventKind.CHASE_CAME_UP) == 3
    assert office.drafts("chase") == 3


def test_two_workers_at_once_bring_each_step_up_once(office: Office) -> None:
    keys = late(office, 4)
    start = threading.Barrier(2)
    failures: list[BaseException] = []

    def work() -> None:
        start.wait()
        try:
            timetable.bring_up_chases(node(office))
        except BaseException as failure:  # shown by the test, not lost in a thread
            failures.append(failure)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert office.events(EventKind.CHASE_CAME_UP) == len(keys)
    assert office.drafts("chase") == len(keys)
    assert {step.rung for key in keys for step in office.steps_of(key)} == {Rung.CHASE_1}


def test_nothing_comes_up_while_the_office_is_closed(office: Office) -> None:
    late(office, 1)
    office.goes_to(16, hour=20)
    timetable.bring_up_chases(node(office))
    assert office.events(EventKind.CHASE_CAME_UP) == 0
    office.goes_to(17)
    timetable.bring_up_chases(node(office))
    assert office.events(EventKind.CHASE_CAME_UP) == 1
