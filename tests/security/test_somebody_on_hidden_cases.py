"""Who is known only from cases that a person may not know stays unknown to them, and as they were."""

from sqlmodel import select

from inbox.models import Case, Constituent
from tests.security.places import Place

ADDRESS = "the.truth@example.net"


def hidden_person(place: Place) -> None:
    made = place.ours.new_case(name="Dorothy Secret", contact=ADDRESS, postcode="ZZ10 4AB")
    with place.database.write(place.ours.id) as session:
        session.exec(select(Case).where(Case.reference == made["reference"])).one().is_restricted = True


def people_called(place: Place, name: str) -> list[Constituent]:
    with place.database.read(place.ours.id) as session:
        return list(session.exec(select(Constituent).where(Constituent.name == name)))


def test_a_call_from_their_address_opens_a_case_of_somebody_else(place: Place) -> None:
    hidden_person(place)
    made = place.ours.new_case(name="Anyone", contact=ADDRESS, postcode="ZZ11 2QT")
    assert made["constituent"]["name"] == "Anyone"
    assert "Dorothy" not in str(place.ours.messages(made["reference"]))
    assert [person.postcode for person in people_called(place, "Dorothy Secret")] == ["ZZ10 4AB"]


def test_the_address_that_was_given_is_noted_and_not_lost(place: Place) -> None:
    hidden_person(place)
    made = place.ours.new_case(name="Anyone", contact=ADDRESS)
    texts = [one["text"] for one in place.ours.messages(made["reference"])]
    assert any(ADDRESS in text and "Check it with them" in text for text in texts)


def test_staff_who_know_somebody_replace_a_fact_and_the_old_one_is_noted(place: Place) -> None:
    place.ours.new_case(name="Donna Fretwell", contact="donna@example.org", postcode="ZZ10 4AB")
    made = place.ours.new_case(name="Donna Fretwell", contact="donna@example.org", postcode="ZZ11 2QT")
    assert made["constituent"]["postcode"] == "ZZ11 2QT"
    assert any(one["text"] == "Postcode was: ZZ10 4AB." for one in place.ours.messages(made["reference"]))


def test_a_machine_s_word_never_replaces_what_we_have(place: Place) -> None:
    """Its status link opens by that postcode; anybody may have typed another into a form elsewhere."""
    place.ours.new_case(name="Donna Fretwell", contact="donna@example.org", postcode="ZZ10 4AB")
    machine = place.client(place.ours.token(None))
    given = {"name": "D", "contact": "donna@example.org", "postcode": "ZZ11 2QT", "text": "Damp."}
    made = machine.post("/api/v1/cases", json=given)
    assert made.status_code == 201, made.text
    assert [person.postcode for person in people_called(place, "Donna Fretwell")] == ["ZZ10 4AB"]
    texts = [one["text"] for one in place.ours.messages(made.json()["reference"])]
    assert "They gave another postcode: ZZ11 2QT." in texts
