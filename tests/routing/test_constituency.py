"""Postcodes in any spelling, whose home they are, and whether that home is ours."""

import pytest

from routing.constituency import ListedPostcodes, place_of
from routing.postcodes import MOST, home_districts, home_postcodes, normalised, postcodes_in
from routing.words import ConstituencyState
from tests.routing.places import OURS, TABLE

CONFIRMED, LIKELY = ConstituencyState.CONFIRMED, ConstituencyState.LIKELY
UNKNOWN, NOT_OURS = ConstituencyState.UNKNOWN, ConstituencyState.NOT_OURS


SPELLINGS = """ZZ10 4AB, zz10 4ab, ZZ104AB, zz104ab, ZZ10  4AB, ZZ10.4AB, Zz1o 4aB, ZZ1O4AB, ZZIO 4AB,
ZZl0 4AB, ZZ 10 4AB, ZZ10-4AB, (ZZ10 4AB), ZZ10 4AB., ZZ 10 4 AB, zz 10.4ab,
Z Z 1 0 4 A B, Z.Z.1.0 4.A.B, Z Z10 4AB"""


@pytest.mark.parametrize("written", [spelling.strip() for spelling in SPELLINGS.split(",")])
def test_a_postcode_is_mended_from_any_spelling(written: str) -> None:
    assert [found.code for found in postcodes_in(f"I live at 4 Weir Lane, {written}\nThanks")] == ["ZZ10 4AB"]


@pytest.mark.parametrize(
    "written",
    [
        "ＺＺ１０ ４ＡＢ",
        "ＺＺ１０\u3000４ＡＢ",
        "ZZ10 4\u0410\u0412",
        "\u0396\u039610 4AB",
        "ZZ10\u00a04AB",
        "ZZ10&nbsp;4AB",
        "ZZ10+4AB",
        "ZZ10\n4AB",
        "zz10 \r\n4ab",
    ],
)
def test_a_postcode_is_mended_from_other_alphabets_and_over_a_break(written: str) -> None:
    assert [found.code for found in postcodes_in(f"4 Weir Lane, {written}\nThanks")] == ["ZZ10 4AB"]
    assert normalised(written) == "ZZ10 4AB"


def test_the_number_of_a_floor_is_no_second_half() -> None:
    assert postcodes_in("Unit B2\n3RD FLOOR") == []


@pytest.mark.parametrize(
    "code",
    ["M1 1AE", "B33 8TH", "CR2 6XH", "DN55 1PT", "W1A 1HQ", "EC1A 1BB", "ZE1 0AA", "SW1A 0AA", "ZZ1 4SE"],
)
def test_every_shape_of_uk_postcode_is_known(code: str) -> None:
    assert normalised(code.lower().replace(" ", "")) == code


@pytest.mark.parametrize(
    "text",
    [
        "I rang at 10 2pm and again",
        "flat 3 4th floor",
        "QQ123456C is my number",
        "reference AB12 3CDE",
        "the M25 and A30",
        "MV-2041",
        "it cost £10 4 weeks ago",
        "in 10 5th of May",
        "QX10 4AB",
        "b r 1 2 a b",
        "07700 900123",
        "Please rate our service they said so 2 out of 5",
        "My husband is there with our son 3 yr old",
        "111 said 6 hr callback",
        "Automated call, 3rd time this week",
    ],
)
def test_what_is_no_postcode_is_left_alone(text: str) -> None:
    assert postcodes_in(text) == []


@pytest.mark.parametrize(
    ("text", "home"),
    [
        ("I live at ZZ10 4AB but work at the shop in ZZ22 1AA.", "ZZ10 4AB"),
        ("The council's office, Mill Street, ZZ20 1AA, ignores me.\n\nJean Oduya\nZZ12 8LP", "ZZ12 8LP"),
        ("We moved from ZZ20 1AA to ZZ11 3CD, our new address.", "ZZ11 3CD"),
        ("> Jo Bloggs, ZZ20 1AA\nI agree with this. Colin Peake, ZZ11 2QT", "ZZ11 2QT"),
        ("My solicitor is at ZZ25 1AA.", None),
        ("Greg Pitt, joinery, home ZZ13 5UW (workshop ZZ20 2BB)", "ZZ13 5UW"),
        ("They want to sell the house (ZZ12 8BB) for the fees. I live in it!", "ZZ12 8BB"),
        ("I am selling the house at ZZ25 1AA.", None),
        ("It isn't the council's car park, before you ask.\nNeville Sproat, ZZ17 6JG", "ZZ17 6JG"),
        ("I only want a letter. Mina (mum of Arlo, 9, happy at his school) ZZ15 5LW", "ZZ15 5LW"),
        ("please help me with my council tax ZZ10 4AB", "ZZ10 4AB"),
        ("still waiting on the hospital appointment\nZZ10 4AB", "ZZ10 4AB"),
        ("my boiler broke and the housing company just ignores me\nZZ10 4AB", "ZZ10 4AB"),
        ("they gave my son no place at the school\nDonna, ZZ10 4AB", "ZZ10 4AB"),
        ("Bright & Lowe Solicitors\n4 High Street\nZZ20 1AA", None),
        ("please write to Wexcombe General Hospital\nZZ20 1AA", None),
        ("my solicitors are\nLowe & Co\nZZ20 1AA", None),
        ("I am in a Home Office hotel, ZZ12 5JA, for 19 months", "ZZ12 5JA"),
        ("The Khans are at 14 Jubilee Close, ZZ15 5HN. J. Wells (school postcode ZZ15 1AB)", "ZZ15 5HN"),
        ("I'm registered at home, ZZ15 2UL", "ZZ15 2UL"),
        ("Mrs D. Pargeter, zz13 oyb", "ZZ13 0YB"),
        ("turn at zz13 our street is the next", None),
        ("No address here", None),
    ],
)
def test_the_home_is_told_from_other_addresses(text: str, home: str | None) -> None:
    assert [one.code for one in home_postcodes(text)][:1] == ([home] if home else [])


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("I live at 4 Weir Lane ZZ14 3RS", LIKELY),
        ("I live at ZZ22 3RS", NOT_OURS),
        ("I live at ZZ77 3RS", NOT_OURS),
        ("I live in Leeds, LS1 4AP", NOT_OURS),
        ("We live in ZZ14 somewhere", LIKELY),
        ("We live in ZZ24 somewhere", NOT_OURS),
        ("I live in Wexcombe", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_a_home_is_ours_not_ours_or_unknown(text: str, state: ConstituencyState) -> None:
    place = place_of(text, TABLE)
    assert place.state is state
    assert place.confidence


def test_of_a_list_of_very_many_postcodes_the_last_are_read() -> None:
    listed = " ".join(f"ZZ{number % 10}7 {number // 100 % 10}AB" for number in range(1_000))
    found = postcodes_in(f"{listed}\nYours, Ann Lee, ZZ12 4QT")
    assert len(found) == MOST
    assert found[-1].code == "ZZ12 4QT"


def test_only_a_persons_own_field_confirms() -> None:
    assert place_of("", TABLE, stated="zz144ab").state is CONFIRMED
    assert place_of("", TABLE, stated="ZZ24 4AB").state is NOT_OURS
    assert place_of("I live at ZZ14 4AB", TABLE, stated="rubbish").state is LIKELY


def test_the_longest_match_wins_and_a_straddled_district_is_only_likely() -> None:
    table = ListedPostcodes(
        [
            ("ZZ10", OURS, "Rowan Ashby"),
            ("ZZ10 9", "Tern Vale", "Ada Finch"),
            ("ZZ10 9ZX", OURS, "Rowan Ashby"),
            ("ZZ11 1", OURS, "Rowan Ashby"),
        ],
        OURS,
    )
    assert place_of("", table, stated="ZZ10 9AA").state is NOT_OURS
    assert place_of("", table, stated="ZZ10 9ZX").state is CONFIRMED
    assert place_of("", table, stated="ZZ10 1AA").state is LIKELY
    assert "straddles" in place_of("", table, stated="ZZ10 1AA").confidence
    assert place_of("we live in ZZ10", table).state is UNKNOWN


def test_a_hole_in_the_table_makes_nobody_a_stranger() -> None:
    table = ListedPostcodes([("ZZ11 1", OURS, "Rowan Ashby")], OURS)
    place = place_of("", table, stated="ZZ11 2AB")
    assert place.state is UNKNOWN
    assert "hole at ZZ11 2AB" in place.confidence


def test_without_a_table_the_postcode_is_kept_and_nothing_is_claimed() -> None:
    place = place_of("I live at ZZ14 3RS", None)
    assert (place.state, place.postcode) == (UNKNOWN, "ZZ14 3RS")


def test_words_can_place_a_person_elsewhere_but_a_postcode_beats_them() -> None:
    assert place_of("", TABLE, elsewhere="not your constituent").state is NOT_OURS
    assert place_of("ZZ14 3RS", TABLE, elsewhere="not your constituent").state is LIKELY


def test_of_two_that_may_be_the_home_ours_counts_so_that_nobody_of_ours_is_sent_away() -> None:
    place = place_of(f"{'My niece is held. ' * 9}Her flat is ZZ11 3WW. V. Shevardze, ZZ24 6TB", TABLE)
    assert (place.state, place.postcode) == (LIKELY, "ZZ11 3WW")


@pytest.mark.parametrize(
    "text",
    [
        "Sent me to ZZ40 for my assessment, 2 hours away. I'm from the ZZ11 estate.",
        "HMP Wrayburn, ZZ41 9PR. I am going back to my nan's in ZZ15.",
        "Moved out of ZZ24 (mould) into ZZ17 (more mould).",
    ],
)
def test_who_names_a_district_of_ours_beside_another_place_is_not_sent_away(text: str) -> None:
    assert place_of(text, TABLE).state is UNKNOWN


def test_a_district_alone_is_read_only_where_it_is_one() -> None:
    assert list(home_districts("We live in ZZ14 near the mill")) == ["ZZ14"]
    assert not list(home_districts("see form e5 and the m4"))


def test_a_postcode_that_lacks_a_digit_is_its_district_and_no_other() -> None:
    place = place_of("Post code: ZZ14 XB, I think. Sully", TABLE)
    assert (place.state, place.postcode) == (LIKELY, None)


@pytest.mark.parametrize(
    "text",
    [
        "I write for Mrs Amiri of 40 Weir Road, ZZ13 1TL. Our own address is ZZ20 5AA, do not write there.",
        "We used to be in ZZ20 3TT and are at 4 Weir Road, ZZ13 1TL since March.",
        "We moved from ZZ20 3TT, it is still on the paperwork, to my mum's at ZZ17 4NE in August.",
    ],
)
def test_nobody_is_sent_away_while_a_second_postcode_is_ours(text: str) -> None:
    assert place_of(text, TABLE).state in (LIKELY, UNKNOWN)


@pytest.mark.parametrize(
    "text",
    [
        "I am writing from HMP Lowmoor ZZ25 1AB. My cell has no heating.",
        "HMP Lowmoor\nZZ25 1AB\nPrisoner number A1234BC",
        "I have no fixed abode, my post goes to the day centre ZZ21 2AB but I sleep in Wexcombe",
        "Cpl J. Poe, BFPO 57, c/o ZZ24 1AA",
        "I used to live at ZZ20 4AB.",
        "We are moving to ZZ20 4AB next month and the council will not help.",
    ],
)
def test_an_address_that_is_no_present_home_sends_nobody_away(text: str) -> None:
    assert place_of(text, TABLE).state is UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        "writing from HMP Lowmoor ZZ25 1AB. before prison I lived at ZZ12 4AB",
        "I am in HMP Lowmoor, ZZ25 1AB. My last address was 4 Weir Lane, ZZ12 4AB.",
    ],
)
def test_where_a_prisoner_lived_before_counts(text: str) -> None:
    place = place_of(text, TABLE)
    assert (place.state, place.postcode) == (LIKELY, "ZZ12 4AB")


@pytest.mark.parametrize(
    ("text", "home"),
    [
        ("I used to live at ZZ20 4AB but now live at ZZ12 3CD and the bill is wrong", "ZZ12 3CD"),
        ("I now live at ZZ12 3CD but used to live at ZZ20 4AB", "ZZ12 3CD"),
        ("I lived at ZZ20 4AB until May. Now I am at ZZ12 3CD.", "ZZ12 3CD"),
        ("Old: 4 Mill St ZZ12 4AB. New: 5 Quay Rd ZZ21 3AA", "ZZ21 3AA"),
        ("We moved last week from ZZ12 4AB to ZZ21 3AA", "ZZ21 3AA"),
        ("I live at ZZ12 3CD and am moving to ZZ20 4AB in June", "ZZ12 3CD"),
        ("We have lived at ZZ12 3CD for ten years, before that my mother lived at ZZ20 4AB", "ZZ12 3CD"),
    ],
)
def test_of_several_addresses_the_one_where_they_live_now_is_the_home(text: str, home: str) -> None:
    assert place_of(text, TABLE).postcode == home
