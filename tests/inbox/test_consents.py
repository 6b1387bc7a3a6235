"""Who may be asked about whom: each body's own rule, the evidence, and its end."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from inbox import consents
from inbox.database import Database, find
from inbox.errors import NotFound, Refused
from inbox.models import Body, Case, Consent, ConsentKind, ConsentRule, Draft, Enquiry, EventKind
from tests.inbox.asking import MONDAY, Office
from tests.inbox.worlds import NOON, World


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind is enough: what is asked of the database here, `test_enquiries` asks of both."""
    return sqlite_database


@pytest.fixture
def office(world: World, tmp_path: Path) -> Office:
    return Office(world, tmp_path)


def case_with(*flags: str) -> Case:
    return Case(office_id="o", reference="WX-2222-AB", subject="Damp", flags=list(flags), received_at=NOON,
                created_at=NOON, updated_at=NOON)  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "for_others", "flags", "needed"),
    [
        (None, None, (), "deemed"),
        ("deemed", None, (), "deemed"),
        ("deemed", None, ("third-party",), "verbal"),
        ("deemed", "form", ("representative",), "form"),
        ("written", None, ("third-party",), "written"),
        ("form", "written", ("vulnerable",), "form"),
        ("none", None, ("third-party",), "none"),
        ("none", "written", ("third-party",), "written"),
    ],
)
def test_what_a_body_needs_depends_on_whose_matter_it_is(
    rule: str | None, for_others: str | None, flags: tuple[str, ...], needed: str
) -> None:
    body = Body(
        office_id="o", name="B", key="b", consent=rule, third_party_consent=for_others, changed_at=NOON
    )
    assert consents.needed(body, case_with(*flags)) is ConsentRule(needed)


@pytest.mark.parametrize("kind", list(ConsentKind))
@pytest.mark.parametrize("rule", ["verbal", "written", "form"])
def test_only_what_is_as_strong_as_the_rule_is_enough(office: Office, rule: str, kind: ConsentKind) -> None:
    body = office.keeps(consent=rule)
    office.agrees(kind)
    with office.reading() as session:
        why = consents.lacking(
            session, find(session, Case, office.case.id), body, office.now, "Europe/London"
        )
    strength = ["deemed", "verbal", "written", "form"]
    assert (why is None) == (strength.index(kind) >= strength.index(rule)), why


def test_asking_is_refused_in_plain_words_until_the_permission_is_there(office: Office) -> None:
    office.keeps(consent="written")
    with pytest.raises(Refused) as refused:
        office.asks()
    assert refused.value.sentence == (
        "Marl Homes needs permission in writing, and none is on this case. Write the permission down first, "
        "or say why they must be asked without it."
    )
    assert refused.value.details["field"] == "without_consent"
    office.agrees(ConsentKind.WRITTEN)
    assert office.has_asked().asked_at is None  # read before it left
    assert office.events(EventKind.ENQUIRY_ASKED) == 1


@pytest.mark.parametrize("named", ["Marl Homes", "mha", "The landlord"])
def test_another_name_or_the_bare_address_is_no_way_around_the_rule(office: Office, named: str) -> None:
    office.keeps(consent="written")
    with pytest.raises(Refused, match="needs permission in writing"):
        office.asks(named, address="letters@marl-homes.example")


def test_a_reason_lets_it_through_and_stays_on_the_record(office: Office) -> None:
    office.keeps(consent="form")
    enquiry = office.has_asked(without_consent="A child breathes this in tonight.")
    assert enquiry.without_consent == "A child breathes this in tonight."
    assert office.events(EventKind.ASKED_WITHOUT_CONSENT) == 1


def test_a_reason_that_is_not_needed_is_not_kept(office: Office) -> None:
    office.keeps()
    assert office.asks(without_consent="To be safe").without_consent is None


def test_a_letter_does_not_leave_when_the_permission_was_taken_back_meanwhile(office: Office) -> None:
    office.keeps(consent="written")
    office.agrees()
    enquiry = office.asks()
    with office.writing() as session:
        case = find(session, Case, office.case.id)
        [row] = consents.of_case(session, case)
        consents.take_back(session, case, row.id, now=office.now, actor=office.actor)
    with pytest.raises(Refused, match="it was taken back on Monday 1 June 2026"):
        office.signs(office.letter(enquiry))


def test_a_chase_does_not_leave_after_the_permission_ran_out(office: Office) -> None:
    office.keeps(consent="written")
    office.agrees(ends_at=MONDAY + timedelta(days=7))
    enquiry = office.has_asked()
    office.goes_to(16)
    assert office.sweeps() == ["chase_1"]
    with pytest.raises(Refused, match="was good until Monday 8 June 2026"):
        office.signs(office.letter(enquiry))
    office.agrees()
    office.signs(office.letter(enquiry))


def test_a_permission_for_one_body_is_none_for_another(office: Office) -> None:
    marl = office.keeps(consent="written")
    office.keeps(name="Land Office", other_names="", email="a@land.example", consent="written")
    office.agrees(bodies=(marl.id,))
    office.asks("Marl Homes")
    with pytest.raises(Refused, match="Land Office needs permission"):
        office.asks("Land Office")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"given_by": "  "}, "given_by"),
        ({"note": " "}, "note"),
        ({"ends_at": MONDAY}, "ends_at"),
        ({"given_at": MONDAY + timedelta(days=1)}, "given_at"),
    ],
)
def test_a_permission_without_giver_evidence_or_sense_is_refused(
    office: Office, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        office.agrees(**given)
    assert refused.value.details["field"] == field


def test_a_body_is_named_by_its_name_and_a_name_that_is_not_there_is_refused_in_words(office: Office) -> None:
    body = office.keeps(consent="written")
    office.agrees(bodies=(body.name.upper(), body.id))
    with office.reading() as session:
        assert consents.of_case(session, office.case)[0].bodies == [body.id]
    with pytest.raises(Refused, match="no organisation “Nobody” in the directory") as refused:
        office.agrees(bodies=("Nobody",))
    assert refused.value.details["field"] == "bodies"


def test_evidence_is_on_the_same_case(office: Office) -> None:
    other = office.world.case("another matter")
    with office.reading() as session:
        from sqlmodel import select

        from inbox.models import Message

        message = session.exec(select(Message.id).where(Message.case_id == other.id)).one()
    with pytest.raises(NotFound):
        office.agrees(message_id=message)


def test_permissions_go_along_when_two_cases_become_one(office: Office) -> None:
    from inbox import merging

    office.keeps(consent="written")
    office.agrees()
    other = office.world.case("the same damp again")
    with office.writing() as session:
        source, target = find(session, Case, office.case.id), find(session, Case, other.id)
        merging.merge(session, source, target, now=office.now, actor=office.actor)
    with office.reading() as session:
        assert find(session, Consent, consents.of_case(session, other)[0].id).case_id == other.id


def test_nothing_of_an_enquiry_without_a_line_in_the_directory_is_blocked(office: Office) -> None:
    enquiry = office.asks("A small charity", address="hello@charity.example")
    with office.reading() as session:
        draft = office.letter(enquiry)
        assert consents.problems(session, find(session, Draft, draft.id), office.now, "Europe/London") == []
        assert find(session, Enquiry, enquiry.id).body_id is None
