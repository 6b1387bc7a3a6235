"""A street fault as it leaves: service, place, words and a mark by which we know our own again."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.contract import Letter, PermanentFailure
from connectors.open311 import shapes

LONGEST = 4000
_PLACE = ("lat", "long", "address")


@dataclass(frozen=True, slots=True)
class Fault:
    """What `compose` writes and `send` reads back. `mark` stands at the end of the description."""

    service_code: str
    description: str
    mark: str
    place: Mapping[str, str]
    attributes: Mapping[str, str]
    written_at: datetime


def mark_of(message_id: str) -> str:
    """Our mark for a message: it tells nobody anything, and no other report bears it."""
    return "CI-" + hashlib.sha256(message_id.encode()).hexdigest()[:12].upper()


def compose(letter: Letter) -> bytes:
    """Raises PermanentFailure for a letter that is no street fault."""
    wrong = problems(letter)
    if wrong:
        raise PermanentFailure(wrong[0])
    told = letter.told
    place = shapes.place_of(told)
    attributes = {name.removeprefix("attribute."): value for name, value in told.items()
                  if name.startswith("attribute.") and value}  # fmt: skip
    made = {
        "service_code": told["service_code"], "description": letter.text, "mark": mark_of(letter.message_id),
        "place": {name: place[name] for name in _PLACE if name in place}, "attributes": attributes,
        "written_at": letter.date.astimezone(UTC).isoformat(),
    }  # fmt: skip
    return json.dumps(made, separators=(",", ":")).encode()


def problems(letter: Letter) -> Sequence[str]:
    """What stands in the way of handing it on, for its writer."""
    found = []
    if not letter.told.get("service_code"):
        found.append("Choose what kind of fault it is.")
    place = shapes.place_of(letter.told)
    if not ({"lat", "address"} & set(place)):
        found.append("Say where it is: a point on the map or an address.")
    if len(letter.text) > LONGEST:
        found.append(f"The council takes {LONGEST} characters; this has {len(letter.text)}.")
    if letter.attachments:
        found.append("Files cannot go with a street fault. Describe what they show.")
    return found


def advice(letter: Letter) -> Sequence[str]:
    """Under what and where the council files it; to change that, write it up anew."""
    where = shapes.place_in_words(shapes.place_of(letter.told))
    code = letter.told.get("service_code", "")
    return [f"The council files this under {code} at: {where}."] if code and where else []


def read_back(raw: bytes) -> Fault:
    """Raises PermanentFailure for bytes that `compose` did not make."""
    try:
        told = json.loads(raw)
        return Fault(
            told["service_code"], told["description"], told["mark"], told["place"], told["attributes"],
            datetime.fromisoformat(told["written_at"]),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as fault:
        raise PermanentFailure("what was to leave is no street fault") from fault
