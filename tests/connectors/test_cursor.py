"""The note of how far a mailbox was read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import PermanentFailure
from connectors.email.cursor import WINDOW, Place, dump, parse
from connectors.email.folders import ranges

UIDS = st.lists(st.integers(1, 200), unique=True, max_size=60)


@given(st.lists(UIDS, max_size=5))
def test_what_was_examined_is_never_new_again_and_all_above_is(rounds: list[list[int]]) -> None:
    place = Place(7)
    seen: set[int] = set()
    for uids in rounds:
        place = place.after(uids)
        seen |= set(uids)
    assert not any(place.is_new(uid) for uid in seen)
    assert place.is_new(place.last_uid + 1)


@given(UIDS.filter(bool))
def test_a_number_that_appears_late_inside_the_window_is_new(uids: list[int]) -> None:
    place = Place(7).after(uids)
    missing = set(range(max(1, place.last_uid - WINDOW + 1), place.last_uid)) - set(uids)
    assert all(place.is_new(uid) for uid in missing)


@given(UIDS)
def test_a_place_survives_being_written_down(uids: list[int]) -> None:
    places = {"INBOX": Place(7, start=9, resync_below=4, generation=1).after(uids), "Sent & more/â": Place(8)}
    assert parse(dump(places)) == places


def test_a_short_note_with_only_the_two_numbers_is_understood() -> None:
    note = json.dumps({"INBOX": {"uidvalidity": 3, "last_uid": 40}})
    assert parse(note) == {"INBOX": Place(3, 40)}


@pytest.mark.parametrize(
    "note", ["", "[]", "7", '{"INBOX": 3}', '{"INBOX": {"last_uid": 3}}', '{"INBOX": {"x": 1}}']
)
def test_a_damaged_note_is_said_to_be_damaged(note: str) -> None:
    with pytest.raises(PermanentFailure, match="damaged"):
        parse(note)


@given(UIDS)
def test_ranges_name_exactly_the_numbers(uids: list[int]) -> None:
    named: set[int] = set()
    for part in filter(None, ranges(uids).split(",")):
        low, _, high = part.partition(":")
        named |= set(range(int(low), int(high or low) + 1))
    assert named == set(uids)
