"""What depends on the database's own locks, on SQLite and on PostgreSQL: presses at the same moment."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import pytest
from sqlmodel import select
from starlette.responses import RedirectResponse

from inbox.access import Action, Person, find_case
from inbox.app import create_app
from inbox.database import Database
from inbox.history import record, verify
from inbox.models import Case, Event, EventKind, OnceKey, Role
from inbox.web import idempotency
from inbox.web.dependencies import Now, Writing, may
from inbox.web.routers import page_router
from tests.factories import NOW
from tests.web.conftest import make_settings
from tests.web.desks import Desk, World, a_world


@pytest.fixture
def house(database: Database) -> World:
    return a_world(database)


@pytest.fixture
def seat(database: Database, house: World, tmp_path: Path) -> Iterator[Desk]:
    """A caseworker at an app with one more route, which makes a subject longer."""
    app, pages = create_app(make_settings(database, tmp_path), database=database), page_router()

    @pages.post("/cases/{reference}/longer")
    def longer(
        reference: str, session: Writing, person: Annotated[Person, may(Action.TRIAGE)], now: Now
    ) -> RedirectResponse:
        case = find_case(session, person, reference, Action.TRIAGE)
        case.subject += "!"
        session.add(case)
        record(session, case, EventKind.FACTS_CHANGED, person.actor, now=now)
        return RedirectResponse(f"/cases/{reference}", 303)

    app.include_router(pages)
    with Desk(app) as desk:
        yield desk.sit(house.ours.people[Role.CASEWORKER])


def test_twenty_presses_of_one_button_act_once_and_all_are_answered(seat: Desk, house: World) -> None:
    path = f"/cases/{house.ours.case.reference}/longer"
    statuses: Counter[int] = Counter()
    together([lambda: statuses.update([seat.press(path, {"once": "abc"}).status_code])] * 20)
    assert set(statuses) <= {303, 409}
    assert statuses[303] >= 1
    assert subject(house) == "Damp!"
    assert seat.press(path, {"once": "abc"}).headers["Idempotency-Replayed"] == "true"


def test_sixty_writes_at_the_same_moment_all_finish_and_the_chain_holds(seat: Desk, house: World) -> None:
    path = f"/cases/{house.ours.case.reference}/longer"
    statuses: Counter[int] = Counter()
    together([lambda: statuses.update([seat.press(path).status_code])] * 60)
    assert set(statuses) <= {303, 503}
    with house.database.read(house.ours.office.id) as session:
        changed = session.exec(select(Event).where(Event.kind == EventKind.FACTS_CHANGED)).all()
        assert verify(session) is None
    assert len(changed) == statuses[303] > 0


def test_keys_that_nobody_will_repeat_are_forgotten(seat: Desk, house: World) -> None:
    seat.press(f"/cases/{house.ours.case.reference}/longer", {"once": "abc"})
    with house.database.write(house.ours.office.id) as session:
        kept = session.exec(select(OnceKey)).one()
        idempotency.forget(session, kept.made_at + idempotency.KEPT / 2)
        assert session.exec(select(OnceKey)).all()
        idempotency.forget(session, kept.made_at + idempotency.KEPT * 2)
        assert session.exec(select(OnceKey)).all() == []


def test_looking_at_a_case_is_written_a_moment_later(seat: Desk, house: World) -> None:
    from inbox.models import View

    afterwards = seat.app.state.wiring.afterwards  # type: ignore[attr-defined]
    staff, office = house.ours.people[Role.CASEWORKER], house.ours.office.id
    afterwards.looked(office, staff.id, house.ours.case.id, NOW)
    afterwards.looked(office, staff.id, house.ours.case.id, NOW)
    afterwards.flush()
    with house.database.read(office) as session:
        views = session.exec(select(View)).all()
    assert [(view.staff_id, view.case_id) for view in views] == [(staff.id, house.ours.case.id)] * 2
    assert len({view.batch for view in views}) == 1


def subject(house: World) -> str:
    with house.database.read(house.ours.office.id) as session:
        return session.exec(select(Case.subject).where(Case.id == house.ours.case.id)).one()


def together(jobs: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
