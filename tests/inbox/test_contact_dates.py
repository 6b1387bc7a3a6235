"""The status page says on which day and by what way a person wrote, and nothing else of it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from inbox.contact_dates import Way, Wrote, first_and_last
from inbox.models import Case, Channel, ChannelMode, Constituent, StatusLink
from tests.inbox.worlds import NOON, World


@pytest.fixture
def person(world: World) -> Constituent:
    found = Constituent(office_id=world.office, name="Donna Fretwell", created_at=NOON)
    world.add(found)
    return found


def told(world: World, case: Case, person: Constituent) -> tuple[Wrote, ...]:
    with world.database.read(world.office) as session:
        return first_and_last(session, link(session, case, person), case)


def link(_: Session, case: Case, person: Constituent) -> StatusLink:
    return StatusLink(office_id=case.office_id, case_id=case.id, constituent_id=person.id, created_at=NOON)


def days(count: int) -> datetime:
    return NOON + timedelta(days=count)


def test_the_first_time_and_the_last_are_told(world: World, person: Constituent) -> None:
    case = world.case("damp", constituent_id=person.id)
    for day in (0, 3, 9):
        world.add(
            world.message(
                case, f"mail {day}", channel_id=world.channel, constituent_id=person.id, received_at=days(day)
            )
        )
    assert told(world, case, person) == (Wrote(Way.EMAIL, days(0)), Wrote(Way.EMAIL, days(9)))


def test_one_day_is_told_once(world: World, person: Constituent) -> None:
    case = world.case("damp", constituent_id=person.id)
    for hours in (0, 2):
        at = NOON + timedelta(hours=hours)
        world.add(
            world.message(
                case, f"mail {hours}", channel_id=world.channel, constituent_id=person.id, received_at=at
            )
        )
    assert told(world, case, person) == (Wrote(Way.EMAIL, NOON),)


def test_the_days_are_those_of_the_office(world: World, person: Constituent) -> None:
    """Half past midnight of a summer night is another day than the evening before, also where UTC is not."""
    case = world.case("damp", constituent_id=person.id)
    evening = datetime(2026, 6, 1, 21, 0, tzinfo=UTC)
    times = (evening, evening + timedelta(hours=2, minutes=30))
    for at in times:
        world.add(
            world.message(
                case, f"mail {at}", channel_id=world.channel, constituent_id=person.id, received_at=at
            )
        )
    assert told(world, case, person) == tuple(Wrote(Way.EMAIL, at) for at in times)


def test_what_others_wrote_and_what_the_office_wrote_are_no_business_of_the_page(
    world: World, person: Constituent
) -> None:
    case = world.case("damp", constituent_id=person.id)
    neighbour = Constituent(office_id=world.office, name="A neighbour", created_at=NOON)
    world.add(neighbour)
    world.add(
        world.message(case, "mine", channel_id=world.channel, constituent_id=person.id, received_at=days(0))
    )
    others = {
        "theirs": {"constituent_id": neighbour.id},
        "our answer": {"constituent_id": person.id, "direction": "outbound"},
        "out of office": {"constituent_id": person.id, "machine": "auto_reply"},
        "a call to the council": {"constituent_id": person.id, "kind": "call"},
    }
    for number, (text, facts) in enumerate(others.items(), start=1):
        world.add(world.message(case, text, received_at=days(number), **facts))
    assert told(world, case, person) == (Wrote(Way.EMAIL, days(0)),)


@pytest.mark.parametrize(
    ("channel", "kind", "way"),
    [("facebook", "message", Way.FACEBOOK), ("x", "post", Way.X), ("web", "form", Way.FORM),
     ("email", "form", Way.PAGE), ("phone", "call", Way.CALL), ("post", "letter", Way.LETTER),
     ("surgery", "visit", Way.VISIT), ("feed", "message", Way.OTHER)],
)  # fmt: skip
def test_each_way_has_its_word(world: World, person: Constituent, channel: str, kind: str, way: Way) -> None:
    row = Channel(
        office_id=world.office, kind=channel, name=channel, account=channel, mode=ChannelMode.FULL,
        since=NOON, created_at=NOON,
    )  # fmt: skip
    world.add(row)
    case = world.case("damp", constituent_id=person.id)
    world.add(world.message(case, "hello", constituent_id=person.id, kind=kind, channel_id=row.id))
    assert [one.way for one in told(world, case, person)] == [way]
