"""What Open311 servers really say, made regular: wrappers, one instead of many, words, moments, statuses."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.open311 import markup

Json = dict[str, Any]
ENDED = frozenset(
    {
        "CLOSED", "FIXED", "DUPLICATE", "NOT_COUNCILS_RESPONSIBILITY", "NO_FURTHER_ACTION", "CANCELLED",
        "INTERNAL_REFERRAL",
    }
)  # fmt: skip
"""Statuses after which the council does nothing more."""

_WORDS = {
    "OPEN": "is open", "CLOSED": "is closed", "FIXED": "is fixed", "IN_PROGRESS": "is in progress",
    "ACTION_SCHEDULED": "has work scheduled", "INVESTIGATING": "is being investigated",
    "DUPLICATE": "is closed as a duplicate of another report",
    "NOT_COUNCILS_RESPONSIBILITY": "is closed: it is not this council’s responsibility",
    "NO_FURTHER_ACTION": "is closed with no further action",
    "INTERNAL_REFERRAL": "was referred to another team of the council",
    "FOR_TRIAGE": "waits to be looked at", "CANCELLED": "is cancelled", "REOPEN": "is open again",
}  # fmt: skip


class NoAnswer(ValueError):
    """What came is neither JSON nor XML: a page of HTML, or nothing."""


def parsed(body: bytes) -> Any:
    """JSON or XML as plain data, whatever its content type says. Raises NoAnswer."""
    start = body.lstrip()[:200].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        raise NoAnswer("a page came instead of an answer")
    try:
        return markup.read(body) if start.startswith(b"<") else json.loads(body)
    except (ValueError, RecursionError):
        raise NoAnswer("the answer cannot be read") from None


def listed(told: Any, *names: str) -> list[Json]:
    """The objects of an answer, bare or within wrappers of these names; a single one is a list too."""
    if isinstance(told, list):
        return [row for one in told for row in listed(one, *names)]
    if not isinstance(told, dict) or not told:
        return []
    for name in names:
        if name in told:
            return listed(told[name], *names)
    return [told]


def words_of(value: Any) -> str:
    """A value as words. An empty element came as an empty object, an agency as an object of its own."""
    if isinstance(value, dict):
        return words_of(next(iter(value.values()), ""))
    if isinstance(value, list):
        return ", ".join(one for one in map(words_of, value) if one)
    return "" if value is None else str(value).strip()


def moment_of(value: Any) -> datetime | None:
    """A W3C date with its zone; one without a zone is read as UTC; None for anything else."""
    try:
        moment = datetime.fromisoformat(words_of(value))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def written(moment: datetime) -> str:
    """A moment as GeoReport writes it: whole seconds and the zone."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def status_of(value: Any) -> str:
    """A status in the one spelling: capitals and underscores, whatever the server writes; "" for none."""
    return re.sub(r"[^A-Z0-9]+", "_", words_of(value).upper()).strip("_")[:60]


def is_ended(status: str) -> bool:
    """Whether the council does nothing more. A status of its own words is no end."""
    return status in ENDED or status.startswith(("FIXED", "CLOSED"))


def said_of(status: str) -> str:
    """A status as the end of a sentence about the report."""
    return _WORDS.get(status) or f"is now “{status.replace('_', ' ').lower()}”"


def errors_of(told: Any) -> tuple[int | None, str]:
    """The code and the words of an error body; no words where it is none."""
    found = [row for row in listed(told, "errors", "error") if "description" in row and "code" in row]
    if not found:
        return None, ""
    code = words_of(found[0]["code"])
    words = "; ".join(words_of(row["description"]) for row in found)
    return int(code) if code.isascii() and code.isdigit() and len(code) < 6 else None, words


def place_of(row: Mapping[str, Any]) -> dict[str, str]:
    """Where it is: `lat` and `long` together, `address`, `address_id`; only what was said."""
    given = {name: words_of(row.get(name)) for name in ("lat", "long", "address", "address_id", "zipcode")}
    given["address"] = given["address"] or words_of(row.get("address_string"))
    if not is_point(given["lat"], given["long"]):
        given["lat"] = given["long"] = ""
    return {name: value for name, value in given.items() if value}


def is_point(lat: str, long: str) -> bool:
    """Whether these are a place on Earth (WGS 84, degrees)."""
    number = r"[+-]?\d{1,3}(\.\d{1,20})?"
    if not re.fullmatch(number, lat, re.ASCII) or not re.fullmatch(number, long, re.ASCII):
        return False
    return abs(float(lat)) <= 90 and abs(float(long)) <= 180


def place_in_words(place: Mapping[str, str]) -> str:
    """The place as one line that a person and a map both understand."""
    point = f"{place['lat']}, {place['long']}" if "lat" in place else ""
    named = [place.get("address", ""), place.get("zipcode", ""), point]
    return "; ".join(one for one in named if one) or place.get("address_id", "")
