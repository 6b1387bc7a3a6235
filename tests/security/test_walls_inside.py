"""What one person of an office may know and another not, where one case touches another."""

from sqlmodel import select

from inbox.models import Case, Role
from tests.security.places import Place, letter


def test_a_message_that_may_belong_to_a_restricted_case_does_not_name_it(place: Place) -> None:
    ours = place.ours
    ours.receive(letter("First matter.", subject="First"))
    (hidden,) = ours.cases()
    with place.database.write(ours.id) as session:
        session.exec(select(Case)).one().is_restricted = True
    ours.receive(letter("Second matter.", subject="Second"))
    (other,) = [one for one in ours.cases() if one["reference"] != hidden["reference"]]
    proposed = {}
    for role in (Role.MANAGER, Role.CASEWORKER):
        items = ours.as_(role).get(f"/api/v1/cases/{other['reference']}/messages").json()["items"]
        proposed[role] = items[0]["proposed_case"]
        alone = ours.as_(role).get(f"/api/v1/messages/{items[0]['id']}").json()
        assert alone["proposed_case"] == proposed[role]
    assert proposed == {Role.MANAGER: hidden["reference"], Role.CASEWORKER: None}
