"""Take next: the right case, to one person only, also when many ask at the same moment."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from threading import Barrier
from typing import Any, cast

import pytest
from sqlmodel import Session, select

from inbox.access import Person
from inbox.database import Database
from inbox.desk import open_desk
from inbox.errors import Refused
from inbox.history import OPERATOR, record
from inbox.models import Case, CaseStatus, Event, EventKind, Role, Staff, TeamMember
from inbox.taking import take_next
from tests.inbox.worlds import NOON, World


def person(staff: Staff, *roles: Role) -> Person:
    held = frozenset(roles or (Role.CASEWORKER,))
    return Person(staff.id, staff.office_id, staff.name, staff.email, held)


def colleague(world: World, name: str, **facts: object) -> Staff:
    staff = Staff(office_id=world.office, email=f"{name}@example.org", name=name, created_at=NOON, **facts)
    world.add(staff)
    return staff


def taken(session: Session, who: Person) -> str | None:
    found = take_next(session, open_desk(session, cast("Any", None)), who, now=NOON)
    return found.case.subject if found else None


def take(world: World, who: Person) -> str | None:
    with world.database.write(world.office) as session:
        return taken(session, who)


def test_the_case_with_the_most_points_comes_first_then_who_waits_longest(world: World) -> None:
    tom = colleague(world, "tom")
    world.case("older")
    world.case("newer")
    world.case("urgent", rank=-300, priority="immediate")
    world.case("sorted but nobody's", rank=-70, priority="priority", status=CaseStatus.OPEN)
    order = [take(world, person(tom)) for _ in range(5)]
    assert order == ["urgent", "sorted but nobody's", "older", "newer", None]
    with world.database.read(world.office) as session:
        assert {case.assignee_id for case in session.exec(select(Case))} == {tom.id}
        assert {case.status for case in session.exec(select(Case))} == {CaseStatus.OPEN}
        kinds = [event.kind for event in session.exec(select(Event))]
        assert kinds.count(EventKind.ASSIGNED) == 4


def test_what_waits_is_over_is_junk_or_is_somebodys_is_not_given_out(world: World, neighbour: World) -> None:
    tom = colleague(world, "tom")
    world.case("with priya", assignee_id=world.staff)
    world.case("waits", status=CaseStatus.WAITING_BODY)
    world.case("over", status=CaseStatus.CLOSED)
    world.case("junk", kind="spam")
    world.case("copy", kind="campaign")
    neighbour.case("next door")
    assert take(world, person(tom)) is None


def test_a_restricted_case_is_given_only_to_those_who_may_know_of_it(world: World) -> None:
    tom = colleague(world, "tom")
    world.case("restricted", rank=-700, is_restricted=True)
    world.case("ordinary")
    assert take(world, person(tom)) == "ordinary"
    assert take(world, person(tom, Role.MANAGER)) == "restricted"


def test_teams_and_skills_are_heeded_beyond_the_first_hundred(world: World) -> None:
    tom, meg = colleague(world, "tom"), colleague(world, "meg", skills=["asylum"])
    world.add(TeamMember(office_id=world.office, team_id=world.team, staff_id=meg.id))
    with world.database.write(world.office) as session:
        for number in range(105):
            session.add(
                Case(
                    office_id=world.office, reference=f"AS-{number}", subject="asylum", rank=-70,
                    topics=["asylum"], received_at=NOON, created_at=NOON, updated_at=NOON,
                )
            )  # fmt: skip
    world.case("anything")
    world.case("asylum, immediate", rank=-300, priority="immediate", topics=["asylum"])
    assert [take(world, person(tom)) for _ in range(3)] == ["asylum, immediate", "anything", None]
    with world.database.write(world.office) as session:
        found = take_next(session, open_desk(session, cast("Any", None)), person(meg), now=NOON)
        assert found is not None
        assert (found.case.subject, found.passed) == ("asylum", 0)


def test_how_many_with_more_points_are_for_others_is_kept_with_the_act(world: World) -> None:
    tom, meg = colleague(world, "tom"), colleague(world, "meg", skills=["asylum"])
    world.case("asylum", rank=-70, priority="priority", topics=["asylum"])
    world.case("anything")
    assert take(world, person(tom)) == "anything"
    assert take(world, person(meg)) == "asylum"
    with world.database.read(world.office) as session:
        query = select(Event).where(Event.kind == EventKind.ASSIGNED).order_by(Event.sequence)
        reasons = [event.detail["next"] for event in session.exec(query)]
    assert reasons == [{"parts": [], "passed": 1}, {"parts": [["Priority", 7.0]], "passed": 0}]


def test_somebody_who_is_away_is_told_so_and_given_nothing(world: World) -> None:
    until = NOON.date() + timedelta(days=2)
    tom = colleague(world, "tom", away_from=date(2026, 5, 1), away_until=until)
    world.case("waiting")
    with pytest.raises(Refused, match="away until Thursday 7 May 2026"):
        take(world, person(tom))
    with pytest.raises(Refused, match="works here"):
        take(world, Person(None, world.office, "A program", "", frozenset()))


def test_a_case_that_is_being_given_away_right_now_is_passed_over(world: World) -> None:
    if world.database.is_sqlite:
        return  # one writer: nobody can be in the middle
    tom, meg = colleague(world, "tom"), colleague(world, "meg")
    world.case("first", rank=-300, priority="immediate")
    world.case("second")
    with world.database.write(world.office) as one:
        assert taken(one, person(tom)) == "first"
        with world.database.write(world.office) as other:
            assert taken(other, person(meg)) == "second", "it neither waits for Tom nor gets his case"


@contextmanager
def as_another_process(world: World) -> Iterator[Database]:
    """The same database through a pool and, on SQLite, a write lock of its own."""
    database = Database(world.database.engine.url.render_as_string(hide_password=False))
    yield database
    database.close()


def test_many_who_ask_at_once_get_each_case_once_and_the_best_ones_go(world: World) -> None:
    people = [person(colleague(world, f"p{number}")) for number in range(6)]
    with world.database.write(world.office) as session:
        record(session, None, EventKind.OFFICE_CHANGED, OPERATOR, now=NOON)  # an office that has a history
    for number in range(20):
        world.case(f"case {number}", rank=-number)
    start = Barrier(len(people))

    def work(who: Person) -> list[str | None]:
        with as_another_process(world) as database:
            start.wait()
            got = []
            for _ in range(3):
                with database.write(world.office) as session:
                    got.append(taken(session, who))
            return got

    with ThreadPoolExecutor(len(people)) as pool:
        given = [subject for got in pool.map(work, people) for subject in got]
    assert sorted(given, key=str) == sorted((f"case {number}" for number in range(2, 20)), key=str)
