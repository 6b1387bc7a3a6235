"""A postcode that somebody gave at the desk, at a door or on the phone says whose constituent they are."""

from typing import Any

import pytest
from sqlmodel import select

from inbox.models import Area, Constituent
from tests.security.places import Place

CALL = {
    "kind": "call",
    "name": "Donna Fretwell",
    "contact": "07700 900123",
    "text": "Mould in the kids’ room.",
}


@pytest.fixture
def seats(place: Place) -> Place:
    with place.database.write() as session:
        for code, seat in (("ZZ10", "Wexcombe"), ("ZZ20", "Arlen Vale")):
            session.add(Area(boundaries="2024-07-04", code=code, constituency=seat))
    return place


def called(place: Place, postcode: str, **more: str) -> Any:
    return place.ours.as_().post("/api/v1/cases", json=CALL | {"postcode": postcode} | more)


@pytest.mark.parametrize(
    ("typed", "kept", "whose"),
    [
        ("zz104ab", "ZZ10 4AB", "confirmed"), ("ZZ20 1AA", "ZZ20 1AA", "not_ours"),
        ("", None, "unknown"),
    ],
)  # fmt: skip
def test_it_is_kept_in_its_proper_form_and_looked_up(
    seats: Place, typed: str, kept: str | None, whose: str
) -> None:
    made = called(seats, typed)
    assert made.status_code == 201, made.text
    person = made.json()["constituent"]
    assert (person["postcode"], person["constituency"]) == (kept, whose)


@pytest.mark.parametrize("typed", ["not a postcode", "ZZ10", "1"])
def test_what_is_none_is_refused_and_nothing_is_opened(seats: Place, typed: str) -> None:
    refused = called(seats, typed)
    assert refused.status_code == 422
    assert "Enter a real postcode, or leave it empty." in refused.text
    assert seats.ours.cases() == []


def test_a_later_postcode_of_somebody_known_is_looked_up_again(seats: Place) -> None:
    called(seats, "ZZ10 4AB", contact="donna@example.org")
    moved = called(seats, "ZZ20 1AA", contact="donna@example.org", text="We moved.")
    assert moved.json()["constituent"]["constituency"] == "not_ours"
    with seats.database.read(seats.ours.id) as session:
        assert session.exec(select(Constituent)).one().postcode == "ZZ20 1AA"
