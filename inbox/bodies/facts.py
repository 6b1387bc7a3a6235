"""One line of the directory: how its words are read, what is wrong with them, and what is missing."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

from inbox.errors import Refused
from inbox.models import ConsentRule
from inbox.people import checked_address
from routing.words import Nation, Unit

USUAL_TARGET = 20
"""Working days that are counted for a body whose own target nobody has written down."""

COLUMNS = (
    "name", "other_names", "email", "post", "hotline", "hotline_email", "minister", "minister_email",
    "escalation", "nation", "consent", "third_party_consent", "target", "unit",
)  # fmt: skip
"""What a file may say of a body; only `name` must be there. Several values are parted by semicolons."""

_UNITS = (Unit.WORKING_DAYS, Unit.CALENDAR_DAYS, Unit.CALENDAR_MONTHS)
_MOST = {Unit.WORKING_DAYS: 250, Unit.CALENDAR_DAYS: 366, Unit.CALENDAR_MONTHS: 12}
_PHONE = re.compile(r"[+0-9][0-9 ()\-]{4,38}(?: ?(?:ext|x)\.? ?[0-9]{1,6})?")
_LONGEST = {"name": 200, "minister": 200, "post": 1000}
_MOST_NAMES = 20
Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class BodyFacts:
    """What the directory says of one body. None: nobody has said."""

    name: str
    other_names: tuple[str, ...] = ()
    email: str | None = None
    post: str | None = None
    hotline: str | None = None
    hotline_email: str | None = None
    minister: str | None = None
    minister_email: str | None = None
    escalation: tuple[str, ...] = ()
    nation: Nation | None = None
    consent: ConsentRule | None = None
    third_party_consent: ConsentRule | None = None
    target: int | None = None
    unit: Unit = Unit.WORKING_DAYS

    def plain(self) -> dict[str, Any]:
        """The same as data, as it is stored and shown to programs."""
        return {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()
        }

    def typed(self) -> dict[str, str]:
        """The same as a person would type it into a file or a form."""
        return {name: _as_typed(value) for name, value in self.plain().items()}


def key_of(name: str) -> str:
    """What makes two names one: letters and digits alone, without capitals."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in plain if sign.isalnum())[:200]


def read_facts(typed: Mapping[str, str]) -> BodyFacts:
    """The facts behind what was typed. Raises Refused, whose details name the `field`."""
    words = {name: _tidy(name, typed.get(name, "")) for name in COLUMNS}
    name = words["name"]
    if not key_of(name):
        raise Refused("Give the organisation a name.", field="name")
    unit = _one_of(words["unit"].replace(" ", "_"), _UNITS, "unit") or Unit.WORKING_DAYS
    return BodyFacts(
        name=name,
        other_names=_several(words["other_names"], "other_names"),
        email=_address(words["email"], "email"),
        post=words["post"] or None,
        hotline=_phone(words["hotline"]),
        hotline_email=_address(words["hotline_email"], "hotline_email"),
        minister=words["minister"] or None,
        minister_email=_address(words["minister_email"], "minister_email"),
        escalation=tuple(
            _address(one, "escalation") or "" for one in _several(words["escalation"], "escalation")
        ),
        nation=_one_of(words["nation"].lower().replace(" ", "-"), tuple(Nation), "nation"),
        consent=_one_of(words["consent"].lower(), tuple(ConsentRule), "consent"),
        third_party_consent=_one_of(
            words["third_party_consent"].lower(), tuple(ConsentRule), "third_party_consent"
        ),
        target=_target(words["target"], unit),
        unit=unit,
    )


def holes(facts: BodyFacts) -> tuple[str, ...]:
    """What is not written down and what that means, each as a sentence."""
    found = []
    if not facts.email:
        found.append("No email address: it can be asked by letter or phone only.")
    if facts.consent is None:
        found.append("Nobody has said what permission it needs: only matters of somebody else need one.")
    if facts.target is None:
        found.append(f"No target: {USUAL_TARGET} working days are counted.")
    if not (facts.hotline or facts.hotline_email):
        found.append("No hotline: a chase passes that step over.")
    if not facts.minister_email:
        found.append("No minister’s office: a chase ends before it.")
    return tuple(found)


def _tidy(name: str, words: str) -> str:
    if "\0" in words:
        raise Refused("It holds a zero byte, which cannot be kept.", field=name)
    if name == "post":
        tidy = "\n".join(" ".join(line.split()) for line in words.strip().splitlines() if line.strip())
    else:
        tidy = " ".join(words.split())
    if len(tidy) > _LONGEST.get(name, 2000):
        raise Refused(f"Use {_LONGEST.get(name, 2000)} characters at the most.", field=name)
    return tidy


def _several(words: str, field: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(part.strip() for part in words.split(";") if part.strip()))
    if len(found) > _MOST_NAMES:
        raise Refused(f"Name {_MOST_NAMES} at the most, parted by semicolons.", field=field)
    return found


def _address(words: str, field: str) -> str | None:
    if not words:
        return None
    try:
        return checked_address(words)
    except Refused as error:
        raise Refused(f"`{words[:80]}`: {error.sentence}", field=field) from None


def _phone(words: str) -> str | None:
    if words and not _PHONE.fullmatch(words):
        raise Refused("Enter a phone number, like 01632 960 001.", field="hotline")
    return words or None


def _target(words: str, unit: Unit) -> int | None:
    if not words:
        return None
    most = _MOST[unit]
    if not (words.isascii() and words.isdigit() and 1 <= int(words[:9]) <= most):
        raise Refused(f"Enter a number of {unit.replace('_', ' ')} from 1 to {most}.", field="target")
    return int(words)


def _one_of(words: str, allowed: tuple[Word, ...], field: str) -> Word | None:
    if not words:
        return None
    for one in allowed:
        if words == one:
            return one
    near = get_close_matches(words, [str(one) for one in allowed], 1, 0.5)
    meant = f" Did you mean `{near[0]}`?" if near else ""
    raise Refused(f"`{words[:40]}` is none of {', '.join(allowed)}.{meant}", field=field)


def _as_typed(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(str(one) for one in value)
    return "" if value is None else str(value)
