"""The public form, as somebody with an old phone and no script walks through it."""

import pytest

from inbox.models import Arrival, FormFile, FormSession
from inbox.settings import Settings
from tests.web.desks import World
from tests.web.public.visitors import (
    DONNA,
    MESSAGE,
    FormOffice,
    link_in,
    plain,
    reference_in,
)


@pytest.fixture
def place(world: World, settings: Settings) -> FormOffice:
    return FormOffice(world, settings)


def test_from_the_postcode_to_a_case_a_confirmed_address_and_the_status_page(place: FormOffice) -> None:
    donna = place.visitor()
    sent = donna.write()
    reference = reference_in(sent)
    assert len(place.all(Arrival)) == 2, "kept before anything is understood, beside the world's own"
    place.work()
    [(message, case, person)] = place.heard()
    assert case.reference == reference
    assert message.new_text == MESSAGE
    assert (person.name, person.postcode, person.postcode_typed) == ("Donna Fretwell", "ZZ10 4AB", True)
    assert (person.constituency, person.phone) == ("confirmed", "07700 900456")
    assert person.safe_contact == {"reply_by": "email", "voicemail": "no", "when": "before 3pm"}

    [(purpose, recipient, mail)] = place.mails()
    assert (purpose, recipient) == ("proof", "donna@example.org")
    for typed in ("Donna Fretwell", "mould", "Quarry", "ZZ10", reference):
        assert typed not in mail
    confirm = link_in(mail, "contact/")
    assert donna.get(confirm).status_code == 200
    assert len(place.mails()) == 1, "a link scanner proves nothing"
    assert "We now know" in donna.post(confirm).text
    assert [one[0] for one in place.mails()] == ["proof", "acknowledgement"]
    acknowledgement = place.mails()[1][2]
    assert reference in acknowledgement

    for words in (sent, acknowledgement):
        link = link_in(words, "s/")
        assert donna.post(link, data={"check": "zz104ab"}).status_code == 303
        assert reference in donna.get("/status").text


def test_a_second_press_is_the_same_case_with_the_same_reference(place: FormOffice) -> None:
    donna = place.visitor()
    donna.walk(DONNA, until="check")
    place.later(30)
    page = donna.look("check")
    from tests.web.public.visitors import fields_of

    pressed = [donna.post(donna.at("check"), data=fields_of(page) | {"share": "yes"}) for _ in range(3)]
    assert {answer.headers["location"] for answer in pressed} == {donna.at("sent")}
    reference = reference_in(donna.look("sent"))
    place.work()
    assert [case.reference for _, case, _ in place.heard()] == [reference]


def test_once_it_is_sent_nothing_that_was_typed_is_left_with_the_form(place: FormOffice) -> None:
    donna = place.visitor()
    donna.write()
    assert place.all(FormFile) == []
    [session] = place.all(FormSession)
    assert b"mould" not in session.sealed
    assert "mould" not in plain(donna.look("sent"))
    place.later(2 * 3600 + 60)
    assert donna.get(donna.at("sent")).headers["location"].endswith("?again=1")
