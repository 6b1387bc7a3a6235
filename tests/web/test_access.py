"""The policy: one table, restricted cases hidden from all but three kinds of people, tokens held short."""

import pytest
import sqlalchemy as sql
from sqlmodel import col, select

from inbox.access import (
    INTEGRATION,
    READING,
    RIGHTS,
    Action,
    Person,
    Scope,
    TokenUse,
    find_case,
    may,
    may_know,
    require,
    visible_cases,
)
from inbox.database import Database
from inbox.errors import NotAllowed, NotFound
from inbox.history import ActorKind
from inbox.models import Case, Role
from tests.factories import a_case, a_person, an_office
from tests.web.desks import World


def somebody(*roles: Role, office_id: str = "o", staff_id: str = "s", **facts: object) -> Person:
    return Person(staff_id, office_id, "Priya Nair", "priya@example.org", frozenset(roles), **facts)  # type: ignore[arg-type]


def test_every_role_is_in_the_table() -> None:
    assert set(RIGHTS) == set(Role)


def test_every_action_is_given_to_somebody() -> None:
    given = frozenset().union(*RIGHTS.values()) | somebody(Role.AUDITOR).actions
    assert given == set(Action)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_administrators_and_auditors_see_no_case_content(role: Role) -> None:
    content = {Action.READ_CASE, Action.SEE_RESTRICTED, Action.NOTE, Action.DRAFT, Action.SEND, Action.EXPORT}
    assert not somebody(role).actions & content


def test_several_roles_add_up() -> None:
    both = somebody(Role.AUDITOR, Role.CASEWORKER).actions
    assert both == somebody(Role.AUDITOR).actions | somebody(Role.CASEWORKER).actions


def test_a_reading_token_keeps_only_what_reads() -> None:
    held = somebody(Role.MANAGER, token=TokenUse("t", "dashboard", Scope.READ)).actions
    assert held == somebody(Role.MANAGER).actions & READING


def test_a_writing_token_acts_as_its_person_and_the_history_names_both() -> None:
    held = somebody(Role.MANAGER, token=TokenUse("t", "nightly", Scope.WRITE))
    assert held.actions == somebody(Role.MANAGER).actions
    assert (held.actor.kind, held.actor.id) == (ActorKind.TOKEN, "s")
    assert "Priya Nair" in held.actor.name
    assert "nightly" in held.actor.name


def test_an_integration_creates_reads_and_notes_but_lets_nothing_leave() -> None:
    machine = Person(None, "o", "form", "", frozenset(), token=TokenUse("t", "form", Scope.WRITE))
    assert machine.actions == INTEGRATION
    for forbidden in (Action.SEND, Action.APPROVE, Action.TRIAGE, Action.MANAGE_STAFF, Action.SEE_RESTRICTED):
        with pytest.raises(NotAllowed):
            require(machine, forbidden)


def test_a_case_of_another_office_is_not_found() -> None:
    theirs = Case(
        office_id="p", reference="WX-1", subject="x", received_at=None, created_at=None, updated_at=None
    )  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        require(somebody(Role.MANAGER), Action.READ_CASE, theirs)


@pytest.mark.parametrize(
    ("person", "knows"),
    [
        (somebody(Role.CASEWORKER), False),
        (somebody(Role.OFFICIAL, Role.CHECKER, Role.SIGNATORY), False),
        (somebody(Role.ADMINISTRATOR, Role.AUDITOR), False),
        (somebody(Role.CASEWORKER, staff_id="owner"), True),
        (somebody(Role.MANAGER), True),
        (somebody(Role.CASEWORKER, is_named_lead=True), True),
        (somebody(Role.ADMINISTRATOR, is_named_lead=True), False),
    ],
)
def test_a_restricted_case_is_known_to_its_owner_managers_and_the_named_lead(
    person: Person, knows: bool
) -> None:
    case = Case(
        office_id="o", reference="WX-1", subject="x", is_restricted=True, assignee_id="owner",
        received_at=None, created_at=None, updated_at=None,  # type: ignore[arg-type]
    )  # fmt: skip
    assert may_know(person, case) is knows
    assert may(person, Action.READ_CASE, case) is knows


def test_the_words_for_absent_hidden_and_foreign_cases_are_the_same(world: World) -> None:
    caseworker = _as_person(world, Role.CASEWORKER)
    sentences = set()
    with world.database.read(world.ours.office.id) as session:
        for reference in ("WX-9999-ZZ", world.ours.restricted.reference, world.theirs.case.reference):
            with pytest.raises(NotFound) as refused:
                find_case(session, caseworker, reference, Action.READ_CASE)
            sentences.add(refused.value.sentence)
    assert len(sentences) == 1


def test_lists_hold_exactly_what_the_policy_lets_each_person_know(database: Database) -> None:
    with database.write() as session:
        office = an_office(session)
    with database.write(office.id) as session:
        owner = a_person(session)
        a_case(session)
        a_case(session, is_restricted=True)
        a_case(session, is_restricted=True, assignee_id=owner.id)
    people = [
        somebody(*roles, office_id=office.id, staff_id=staff_id, is_named_lead=lead)
        for roles in (
            (Role.CASEWORKER,),
            (Role.MANAGER,),
            (Role.ADMINISTRATOR,),
            (Role.AUDITOR, Role.OFFICIAL),
        )
        for staff_id in (owner.id, "another")
        for lead in (False, True)
    ]
    people.append(Person(None, office.id, "form", "", frozenset(), token=TokenUse("t", "f", Scope.READ)))
    with database.read(office.id) as session:
        cases = session.exec(select(Case)).all()
        assert len(cases) == 3
        for person in people:
            listed = session.exec(select(Case).where(visible_cases(person))).all()
            assert {case.id for case in listed} == {case.id for case in cases if may_know(person, case)}
            counted = sql.select(sql.func.count()).select_from(Case).where(visible_cases(person))
            assert session.execute(counted).scalar_one() == len(listed)


def test_the_criteria_cost_a_manager_nothing() -> None:
    statement = str(sql.select(col(Case.id)).where(visible_cases(somebody(Role.MANAGER))))
    assert "restricted" not in statement


def _as_person(world: World, role: Role) -> Person:
    staff = world.ours.people[role]
    return somebody(role, office_id=staff.office_id, staff_id=staff.id)
