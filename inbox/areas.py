"""The postcode table: which seat a postcode, sector or district is in. Shared by all offices."""

import csv
import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import Select, delete, insert, select
from sqlmodel import Session, col

from inbox.database import database_now
from inbox.errors import Refused
from inbox.models import Area, Office
from routing.constituency import PART, PostcodeTable, Seat
from routing.postcodes import normalised

DEFAULT_BOUNDARIES = "2024-07-04"
"""The general election at which the seats of the 2023 boundary reviews began."""

_HEADERS = (["postcode", "constituency"], ["postcode", "constituency", "member"])
_ONS_POSTCODE = ("pcds", "pcd8", "pcd2", "pcd7", "pcd", "postcode")
_ONS_SEAT = re.compile(r"pcon(?:[0-9]{2})?_?(?:cd|nm|code|name)?|(?:parliamentary )?constituency")
_NAMES = ("nm", "name", "constituency")
_ONS_CODE = re.compile(r"[ENSW][0-9]{8}")
_NO_SEAT = ("L99999999", "M99999999")
"""The Channel Islands and the Isle of Man have no seat in Parliament."""
_WHOLE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})")
_SECTOR = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?) +([0-9])")
_DISTRICT = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?")
_BATCH = 5000
_HELD = "postcode table"
_MOST_PROBLEMS = 10


@dataclass(frozen=True, slots=True)
class AreaLine:
    """One line of the file: a code in its proper form, its seat, and the MP if the file says so."""

    code: str
    constituency: str
    member: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """What a postcode came to, by which line of the table."""

    postcode: str
    matched: str
    constituency: str
    member: str | None
    boundaries: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many lines were new, changed, the same as before, or taken out."""

    added: int
    changed: int
    unchanged: int
    removed: int


def code_in(words: str) -> str | None:
    """`zz104ab` → `ZZ10 4AB`, `ZZ10 4` → the sector, `ZZ10` → the district; None for anything else.

    Four characters or fewer without a space are read as a district.
    """
    upper = " ".join(words.upper().split())
    if whole := _WHOLE.fullmatch(upper.replace(" ", "")):
        return f"{whole[1]} {whole[2]}"
    if sector := _SECTOR.fullmatch(upper):
        return f"{sector[1]} {sector[2]}"
    if _DISTRICT.fullmatch(upper):
        return upper
    if re.fullmatch(r"[A-Z]{1,2}[0-9][A-Z0-9][0-9]", upper):
        return f"{upper[:-1]} {upper[-1]}"
    return None


def read_boundaries(words: str) -> str:
    """A date as YYYY-MM-DD. Raises Refused."""
    try:
        return date.fromisoformat(words).isoformat()
    except ValueError:
        raise Refused(f"`{words}` is not a date; write it as YYYY-MM-DD.") from None


def read_table(lines: Iterable[str], names: Mapping[str, str] | None = None) -> Iterator[AreaLine]:
    """The lines of a CSV file with the header `postcode,constituency[,member]`, or with ONS's columns among
    others; `names` are those of its codes. A postcode that stands in two seats is kept in both.

    Raises Refused, at the end of the file at the latest, naming the first faulty lines by number.
    """
    rows = csv.reader(lines)
    header = [cell.strip().lower().lstrip("\ufeff") for cell in next(rows, [])]
    columns = None if header in _HEADERS else _ons_columns(header)
    seen: dict[str, int] = {}
    problems: list[str] = []
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        cells = [" ".join(cell.split()) for cell in row]
        if columns is None:
            problem, line = _line(cells, len(header))
        elif len(cells) == len(header) and cells[columns[1]] in ("", *_NO_SEAT):
            continue
        else:
            problem, line = _ons_line(cells, columns, len(header), names or {})
        if line is not None and line.code in seen and _WHOLE.fullmatch(line.code.replace(" ", "")):
            line = _further(line, seen)
        if line is not None and line.code in seen:
            problem = f"{line.code} stands on line {seen[line.code]} already"
        if problem or line is None:
            problems.append(f"line {rows.line_num}: {problem}")
            if len(problems) >= _MOST_PROBLEMS:
                break
            continue
        seen[line.code] = rows.line_num
        yield line
    if problems:
        raise Refused("; ".join(problems) + ". Nothing was changed.")
    if not seen:
        raise Refused("the file has a header and no lines. Nothing was changed.")


def load(session: Session, lines: Iterable[AreaLine], boundaries: str, *, replace: bool = False) -> Loaded:
    """Puts the lines into the table under their boundaries' date; `replace` takes out those not named."""
    connection = session.connection()
    of_date = col(Area.boundaries) == boundaries
    before = {
        code: (constituency, member)
        for code, constituency, member in connection.execute(
            select(col(Area.code), col(Area.constituency), col(Area.member)).where(of_date)
        )
    }
    added = changed = unchanged = 0
    stream = iter(lines)
    named: set[str] = set()
    has_parts = any(PART in code for code in before)
    while batch := list(islice(stream, _BATCH)):
        fresh = [line for line in batch if before.get(line.code) != (line.constituency, line.member)]
        replaced = [line.code for line in fresh if line.code in before]
        if replaced:
            connection.execute(delete(Area).where(of_date, col(Area.code).in_(replaced)))
        if fresh:
            connection.execute(insert(Area), [_values(line, boundaries) for line in fresh])
        added += len(fresh) - len(replaced)
        changed += len(replaced)
        unchanged += len(batch) - len(fresh)
        if replace or has_parts:
            named.update(line.code for line in batch)
    parts = [] if replace else _parts_left(before, named)
    gone = [code for code in before if code not in named] if replace else parts
    for start in range(0, len(gone), _BATCH):
        codes = gone[start : start + _BATCH]
        connection.execute(delete(Area).where(of_date, col(Area.code).in_(codes)))
    return Loaded(added, changed, unchanged, len(gone))


def look_up(session: Session, words: str, *, on: date) -> Found | None:
    """The seat of a postcode (or sector or district) on a day: the longest match, newest boundaries.

    Raises Refused where the words are no postcode.
    """
    code = normalised(words) or code_in(words)
    if code is None:
        raise Refused(
            f"`{words.strip()}` is not a postcode, a sector or a district, such as ZZ10 4AB or ZZ10."
        )
    boundaries = boundaries_on(session, on)
    if boundaries is None:
        return None
    query = select(col(Area.code), col(Area.constituency), col(Area.member)).where(
        col(Area.boundaries) == boundaries, col(Area.code).in_(_codes_above(code))
    )
    rows = session.connection().execute(query).all()
    if not rows:
        return None
    matched, constituency, member = max(rows, key=lambda row: len(row[0]))
    return Found(code, matched, constituency, member, boundaries)


def boundaries_on(session: Session, on: date) -> str | None:
    """Since when the seats of that day stand; None for an empty table."""
    current = select(col(Area.boundaries)).where(col(Area.boundaries) <= on.isoformat())
    return session.connection().execute(current.order_by(col(Area.boundaries).desc()).limit(1)).scalar()


class StoredPostcodes(PostcodeTable):
    """The imported lines of one date, asked for as they are named and kept for the session's life."""

    def __init__(self, session: Session, boundaries: str, ours: str) -> None:
        super().__init__(ours)
        self._session, self._boundaries = session, boundaries
        self._seats: dict[str, Seat | None] = {}
        self._areas: dict[str, frozenset[Seat]] = {}

    def seats_of(self, codes: Sequence[str]) -> Mapping[str, Seat]:
        unknown = [code for code in codes if code not in self._seats]
        if unknown:
            query = self._lines(col(Area.code), col(Area.constituency), col(Area.member))
            rows = self._session.connection().execute(query.where(col(Area.code).in_(unknown)))
            self._seats.update(dict.fromkeys(unknown))
            self._seats.update((code, Seat(name, member or "")) for code, name, member in rows)
        return {code: seat for code in codes if (seat := self._seats[code])}

    def seats_in(self, area: str) -> frozenset[Seat]:
        if area not in self._areas:
            code = col(Area.code)
            first, last = _codes_below(area)
            query = self._lines(col(Area.constituency), col(Area.member)).distinct()
            rows = self._session.connection().execute(
                query.where((code == area) | ((code >= first) & (code < last)))
            )
            self._areas[area] = frozenset(Seat(name, member or "") for name, member in rows)
        return self._areas[area]

    def _lines(self, *columns: Any) -> Select[Any]:
        return select(*columns).where(col(Area.boundaries) == self._boundaries)


def table_for(session: Session, office: Office) -> PostcodeTable | None:
    """The seats as they stand today, seen from this office's own; None without lines or without a seat."""
    if not office.constituency:
        return None
    known: dict[str, PostcodeTable | None] = session.info.setdefault(_HELD, {})
    if office.constituency not in known:
        boundaries = boundaries_on(session, database_now(session).date())
        known[office.constituency] = (
            StoredPostcodes(session, boundaries, office.constituency) if boundaries else None
        )
    return known[office.constituency]


def _ons_columns(header: list[str]) -> tuple[int, int]:
    """Where ONS's tables have the postcode and the constituency, its name before its code."""
    postcodes = [header.index(name) for name in _ONS_POSTCODE if name in header]
    seats = sorted(
        (not name.endswith(_NAMES), at) for at, name in enumerate(header) if _ONS_SEAT.fullmatch(name)
    )
    if not (postcodes and seats):
        raise Refused(
            "line 1: the header must be `postcode,constituency` or `postcode,constituency,member`, or have "
            "ONS's columns, such as `pcds` and `pcon`."
        )
    return postcodes[0], seats[0][1]


def _ons_line(
    cells: list[str], columns: tuple[int, int], width: int, names: Mapping[str, str]
) -> tuple[str | None, AreaLine | None]:
    if len(cells) != width:
        return f"{len(cells)} fields where the header has {width}", None
    postcode, seat = (cells[at] for at in columns)
    if _ONS_CODE.fullmatch(seat) and seat not in names:
        return f"`{seat}` is a code; give ONS's list of names and codes with --names", None
    return _line([postcode, names.get(seat, seat)], 2)


def read_names(lines: Iterable[str]) -> dict[str, str]:
    """ONS's list of constituencies: the name of each code. Raises Refused."""
    rows = csv.reader(lines)
    header = [cell.strip().lower().lstrip("\ufeff") for cell in next(rows, [])]
    seats = [(at, name[-2:]) for at, name in enumerate(header) if _ONS_SEAT.fullmatch(name)]
    code = next((at for at, end in seats if end == "cd"), None)
    name = next((at for at, end in seats if end == "nm"), None)
    if code is None or name is None:
        raise Refused("line 1 of the names: it must have two columns such as PCON24CD and PCON24NM.")
    return {row[code].strip(): " ".join(row[name].split()) for row in rows if len(row) > max(code, name)}


def _further(line: AreaLine, seen: Mapping[str, int]) -> AreaLine:
    """A further line of one postcode, as its part: a boundary runs through it."""
    free = (f"{line.code}{PART}{number}" for number in range(2, 10))
    return dataclasses.replace(line, code=next((code for code in free if code not in seen), line.code))


def _parts_left(before: Iterable[str], named: set[str]) -> list[str]:
    """Parts of postcodes that are named anew and in one seat only."""
    return [
        code for code in before if PART in code and code.partition(PART)[0] in named and code not in named
    ]


def _codes_below(area: str) -> tuple[str, str]:
    """Between which codes, in byte order, lie those of a part of a district, a sector or a postcode."""
    _, _, inward = area.partition(" ")
    after = " " if not inward else PART if len(inward) > 1 else "A"
    return f"{area}{after}", f"{area}{'[' if after == 'A' else chr(ord(after) + 1)}"


def _codes_above(code: str) -> Sequence[str]:
    """The code itself, then its sector, then its district."""
    outward, _, inward = code.partition(" ")
    return [code, f"{outward} {inward[0]}", outward] if inward else [outward]


def _line(cells: list[str], width: int) -> tuple[str | None, AreaLine | None]:
    if len(cells) != width:
        return f"{len(cells)} fields where the header has {width}", None
    code = code_in(cells[0])
    if code is None:
        return f"`{cells[0]}` is not a postcode, a sector or a district", None
    if not cells[1]:
        return f"{code} has no constituency", None
    return None, AreaLine(code, cells[1], (cells[2] or None) if width == 3 else None)


def _values(line: AreaLine, boundaries: str) -> dict[str, str | None]:
    return {
        "boundaries": boundaries,
        "code": line.code,
        "constituency": line.constituency,
        "member": line.member,
    }
