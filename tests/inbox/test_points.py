"""Points as the queues keep them: settled by each act, moved on by time, and true to what is shown."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from sqlmodel import select

from inbox import casework, points
from inbox.desk import open_desk
from inbox.history import SYSTEM
from inbox.models import Case, CaseStatus, Draft, DraftState
from inbox.models.case import LONG_AGO
from inbox.queues import Reader, View, page, submitted
from routing.words import Flag, Priority
from tests.inbox.worlds import World

MONDAY = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def look(world: World, now: datetime, limit: int = 500) -> int:
    with world.database.write(world.office) as session:
        return points.look_again(session, open_desk(session, cast("Any", None)), now=now, limit=limit)


def now_is(world: World, case: Case) -> Case:
    with world.database.read(world.office) as session:
        return session.exec(select(Case).where(Case.id == case.id)).one()


def waits_for_a_yes(world: World, case: Case) -> Draft:
    return Draft(
        office_id=world.office, case_id=case.id, number=1, author_id=world.staff, text="Dear Donna",
        state=DraftState.SUBMITTED, submitted_at=MONDAY, created_at=MONDAY, updated_at=MONDAY,
    )  # fmt: skip


def parts(case: Case) -> list[tuple[str, float]]:
    return [(part.why, part.points) for part in points.of_case(case).parts]


def test_a_case_gains_with_each_working_day_until_the_fifteenth_and_then_rests(world: World) -> None:
    case = world.case("damp", received_at=MONDAY)
    waited, looks, now = [], 0, MONDAY
    while (due := now_is(world, case).points_at) is not None:
        now = max(now, due)
        looks += look(world, now)
        found = now_is(world, case)
        assert found.rank == -points.of_case(found).tenths
        waited.append(found.waiting_days)
        assert look(world, now) == 0, "what was looked at is not due again"
    assert waited == list(range(16))
    assert looks == 16
    assert now == datetime(2026, 6, 21, 23, 0, tzinfo=UTC), "midnight in London before the fifteenth day"


def test_a_promise_at_risk_and_one_that_ran_out_move_a_case_up(world: World) -> None:
    case = world.case("damp", received_at=MONDAY)
    world.add(world.clock(case, warn_at=MONDAY + DAY, due_at=MONDAY + 3 * DAY))
    look(world, MONDAY)
    assert parts(now_is(world, case)) == []
    look(world, MONDAY + DAY)
    assert parts(now_is(world, case)) == [("waiting 1 working day", 0.5), ("a promise runs out soon", 3.0)]
    look(world, MONDAY + 3 * DAY)
    assert ("a promise runs out soon", 3.0) in parts(now_is(world, case))
    look(world, MONDAY + 3 * DAY + timedelta(seconds=1))
    assert ("a promise has run out", 7.0) in parts(now_is(world, case))


def test_a_promise_that_was_kept_stood_still_or_was_given_up_counts_for_nothing(world: World) -> None:
    case = world.case("damp", received_at=MONDAY)
    past = {"due_at": MONDAY - DAY, "warn_at": MONDAY - 2 * DAY}
    world.add(
        world.clock(case, met_at=MONDAY, **past),
        world.clock(case, cancelled_at=MONDAY, **past),
        world.clock(case, pauses=[{"start": MONDAY.isoformat(), "end": None}], **past),
    )
    look(world, MONDAY)
    assert parts(now_is(world, case)) == []


def test_only_what_is_due_is_looked_at_oldest_first_and_what_is_over_never(world: World) -> None:
    first = world.case("first", points_at=MONDAY - 2 * DAY)
    second = world.case("second", points_at=MONDAY - DAY)
    world.case("not yet", points_at=MONDAY + DAY)
    never = world.case("never")
    with world.database.write(world.office) as session:
        session.merge(never).points_at = None
    world.case("over", status=CaseStatus.CLOSED, points_at=LONG_AGO)
    assert look(world, MONDAY, limit=1) == 1
    assert now_is(world, second).points_at == MONDAY - DAY
    assert look(world, MONDAY) == 1
    assert now_is(world, first).waiting_days == 15


def test_each_act_settles_the_order_at_once(world: World) -> None:
    case = world.case("damp")
    act: dict[str, Any] = {"now": MONDAY, "actor": SYSTEM}
    with world.database.write(world.office) as session:
        row = session.exec(select(Case).where(Case.id == case.id)).one()
        casework.set_priority(session, row, Priority.PRIORITY, **act)
        assert row.rank == -70
        casework.set_priority(session, row, Priority.IMMEDIATE, **act)
        casework.set_flags(session, row, {Flag.SELF_HARM}, why="", **act)
        assert row.rank == -700
        casework.set_flags(session, row, set(), why="It was a song.", **act)
        assert row.rank == -300


WORK = [view for view in View if view not in (View.SENDING, View.SET_ASIDE)]
"""All but what is no queue of work: what is on its way, and what was put aside."""


@pytest.mark.parametrize("view", WORK)
def test_every_queue_of_work_is_in_the_order_of_points(world: World, view: View) -> None:
    status = {View.TO_SORT: CaseStatus.NEW, View.WAITING: CaseStatus.WAITING_BODY}.get(view, CaseStatus.OPEN)
    for place, rank in enumerate((0, -70, -300, 70, -35)):
        case = world.case(
            str(rank), rank=rank, status=status, assignee_id=world.staff, flags=["safeguarding"],
            kind="campaign" if view is View.CAMPAIGNS else "casework",
            next_due_at=MONDAY - DAY + timedelta(hours=place),
        )  # fmt: skip
        world.add(waits_for_a_yes(world, case))
    with world.database.read(world.office) as session:
        rows = page(session, view, Reader(world.staff, MONDAY, MONDAY.date())).rows
    assert [row.rank for row in rows] == [-300, -70, -35, 0, 70]


def test_what_waits_for_sign_off_comes_by_points_and_then_longest_waiting_first(world: World) -> None:
    cases = [world.case(str(place), rank=rank) for place, rank in enumerate((0, 0, -300))]
    for case in cases:
        world.add(waits_for_a_yes(world, case))
    with world.database.read(world.office) as session:
        order = [row.case_id for row in submitted(session)]
    assert order == [cases[2].id, cases[0].id, cases[1].id]
