"""Is it ours? A postcode or its parts matched offline against an imported table of seats."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from routing.postcodes import (
    SAID_TO_BE_HOME,
    Postcode,
    home_districts,
    home_postcodes,
    normalised,
    postcodes_in,
    words_without_home,
)
from routing.words import ConstituencyState

PART = "/"
"""What stands before the number of a further line of a postcode: "ZZ10 4AB/2" is its part in another seat."""


class Seat(NamedTuple):
    constituency: str
    member: str


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of where the writer lives. `confidence` is said in words for staff to read."""

    state: ConstituencyState
    confidence: str
    postcode: str | None = None
    seat: Seat | None = None
    words: str = ""


def areas_around(code: str) -> tuple[str, ...]:
    """The code itself without the number of its part, and the sector and the district that it lies in."""
    whole = code.partition(PART)[0]
    outward, _, inward = whole.partition(" ")
    return tuple(dict.fromkeys((whole, f"{outward} {inward[:1]}".strip(), outward)))


class PostcodeTable(ABC):
    """Postcodes, sectors ("ZZ10 4") or districts ("ZZ10") and their seats; the longest match wins.

    A country has near two million postcodes and a letter names one or two: a table is asked, and where it
    keeps its lines is its own affair. `ours`: the constituency that it is seen from.
    """

    def __init__(self, ours: str) -> None:
        self.ours = ours

    @abstractmethod
    def seats_of(self, codes: Sequence[str]) -> Mapping[str, Seat]:
        """The seats of those of these codes that have a line of their own."""

    @abstractmethod
    def seats_in(self, area: str) -> frozenset[Seat]:
        """Every seat that a district, a sector or a postcode, or a part of it, lies in; none where no line
        names it."""

    def seat_of(self, postcode: str) -> tuple[Seat | None, bool]:
        """The seat of a whole postcode, and whether it is certain (False: what names it straddles)."""
        outward, _, inward = postcode.partition(" ")
        codes = (postcode, f"{outward} {inward[:1]}", outward)
        found = self.seats_of(codes)
        by = next((code for code in codes if code in found), None)
        return (found[by], len(self.seats_in(by)) <= 1) if by else (None, False)

    def seat_of_district(self, district: str) -> Seat | None:
        """The seat of a district if all of it lies in one."""
        seats = self.seats_in(district)
        return next(iter(seats)) if len(seats) == 1 else None

    def knows(self, district: str) -> bool:
        return bool(self.seats_in(district))


class ListedPostcodes(PostcodeTable):
    """A small table held in memory, from lines of code, constituency and member."""

    def __init__(self, rows: Iterable[tuple[str, str, str]], ours: str) -> None:
        super().__init__(ours)
        self._seats: dict[str, Seat] = {}
        self._by_area: dict[str, set[Seat]] = {}
        for code, constituency, member in rows:
            key, seat = " ".join(code.upper().split()), Seat(constituency, member)
            self._seats[key] = seat
            for area in areas_around(key):
                self._by_area.setdefault(area, set()).add(seat)

    def seats_of(self, codes: Sequence[str]) -> Mapping[str, Seat]:
        return {code: self._seats[code] for code in codes if code in self._seats}

    def seats_in(self, area: str) -> frozenset[Seat]:
        return frozenset(self._by_area.get(area, ()))


def place_of(
    text: str, table: PostcodeTable | None, *, stated: str | None = None, elsewhere: str = ""
) -> Place:
    """Where the writer lives.

    `stated` is a postcode that a person typed into its own field or confirmed; `elsewhere` are words of the
    message that place the writer outside ("my own MP is …"). A place name alone proves nothing.
    """
    code = normalised(stated) if stated else None
    if code:
        return _by_postcode(code, code, table, confirmed=True)
    homes = home_postcodes(text)
    home = _home_of(homes, text, table)
    if home is None or home.state is ConstituencyState.NOT_OURS:
        said = any(one.likeness >= SAID_TO_BE_HOME for one in homes)
        without = "" if said else words_without_home(text)
        home = _without_home(home, text, table, without) if without else home
    if home:
        return _in_doubt(home, text, table) if home.state is ConstituencyState.NOT_OURS else home
    if elsewhere:
        return Place(ConstituencyState.NOT_OURS, "the message says so", words=elsewhere)
    return Place(ConstituencyState.UNKNOWN, "no postcode in the message")


def _home_of(homes: Sequence[Postcode], text: str, table: PostcodeTable | None) -> Place | None:
    """Where the postcodes that may be the home lie, ours first; without any, where a lone district does."""
    places = [_by_postcode(one.code, one.written, table, confirmed=False) for one in homes]
    if places:
        return next((one for one in places if one.state is ConstituencyState.LIKELY), places[0])
    district = next(home_districts(text), None)
    return _by_district(district, table) if district and table else None


def _without_home(home: Place | None, text: str, table: PostcodeTable | None, words: str) -> Place | None:
    """Of somebody in a prison, on the street or abroad with the forces: where they lived before, if that is
    ours; else the place that their post goes to, which is nobody's home and sends nobody away."""
    for one in postcodes_in(text):
        before = _by_postcode(one.code, one.written, table, confirmed=False) if one.is_left else None
        if before and before.state is ConstituencyState.LIKELY:
            return replace(before, confidence=f"where they lived before (“{words}”)")
    if home is None:
        return None
    confidence = f"“{words}”: the post goes there, and their home is not known"
    return replace(home, state=ConstituencyState.UNKNOWN, confidence=confidence, seat=None)


def _in_doubt(home: Place, text: str, table: PostcodeTable | None) -> Place:
    """That home, or not known where a second postcode or district that may be one is ours: people write for
    others, from the address of a service, of where they have to go and where they lived before; a person of
    ours must never be sent away."""
    for other in postcodes_in(text):
        seat = _by_postcode(other.code, other.written, table, confirmed=False)
        if seat.state is ConstituencyState.LIKELY and other.likeness >= 0:
            because = f"{home.postcode} is elsewhere, and {other.code} is ours"
            return Place(ConstituencyState.UNKNOWN, because, home.postcode, words=other.written)
    for district in home_districts(text):
        if table and any(seat.constituency == table.ours for seat in table.seats_in(district)):
            because = f"{home.postcode or home.words} is elsewhere, and {district} is ours"
            return Place(ConstituencyState.UNKNOWN, because, home.postcode, words=district)
    return home


def _by_district(district: str, table: PostcodeTable) -> Place | None:
    """Where a district lies, if all of it lies in one seat or in none."""
    seat = table.seat_of_district(district)
    if seat:
        return _in_seat(seat, table, f"only the district {district} is known", None, district)
    if table.knows(district):
        return None
    return Place(ConstituencyState.NOT_OURS, f"{district} is in no seat of the table", words=district)


def _by_postcode(code: str, written: str, table: PostcodeTable | None, *, confirmed: bool) -> Place:
    if table is None:
        return Place(ConstituencyState.UNKNOWN, "no table of seats is loaded", code, words=written)
    seat, certain = table.seat_of(code)
    if seat is None and table.knows(code.split(" ")[0]):
        return Place(ConstituencyState.UNKNOWN, f"the table has a hole at {code}", code, words=written)
    if seat is None:
        return Place(ConstituencyState.NOT_OURS, f"{code} is in no seat of the table", code, words=written)
    if not certain:
        return _straddling(code, seat, table, written)
    if confirmed and seat.constituency == table.ours:
        return Place(ConstituencyState.CONFIRMED, "whole postcode, given by a person", code, seat, written)
    return _in_seat(seat, table, "whole postcode in the message", code, written)


def _straddling(code: str, seat: Seat, table: PostcodeTable, written: str) -> Place:
    """A postcode that a boundary may run through: likely ours where a line of its own names our seat too."""
    seats = sorted(table.seats_in(code)) if table.seats_of((code,)) else []
    if len(seats) < 2:
        words = f"{code} lies in a sector or district that straddles a boundary"
        return _in_seat(seat, table, words, code, written)
    words = f"{code} straddles a boundary: {' and '.join(one.constituency for one in seats)}"
    ours = next((one for one in seats if one.constituency == table.ours), seat)
    return _in_seat(ours, table, words, code, written)


def _in_seat(seat: Seat, table: PostcodeTable, confidence: str, code: str | None, written: str) -> Place:
    ours = seat.constituency == table.ours
    state = ConstituencyState.LIKELY if ours else ConstituencyState.NOT_OURS
    return Place(state, confidence, code, seat, written)
