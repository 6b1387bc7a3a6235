"""What a person may type into the form: each field cleaned, its limit, and the word for what is wrong."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from inbox import people
from inbox.errors import Refused
from routing.postcodes import normalised

LONGEST = {
    "postcode": 16, "elsewhere": 10, "message": 20_000, "soon": 8, "name": 200, "address": 500, "email": 254,
    "phone": 40, "reply_by": 8, "voicemail": 3, "when": 200, "share": 3, "topic": 80,
}  # fmt: skip
ELSEWHERE = ("homeless", "forces", "overseas", "away", "other")
SOON = ("now", "weeks", "no")
REPLY_BY = ("email", "phone", "post")
YES_NO = ("yes", "no")
MANY_LINES = frozenset({"message", "address"})
_CHOICES = {"elsewhere": ELSEWHERE, "soon": SOON, "reply_by": REPLY_BY, "share": YES_NO, "voicemail": YES_NO}
_PHONE = re.compile(r"[+(]?[0-9][0-9 ()./+-]{5,38}(?:\s*(?:ext|x)\.?\s*[0-9]{1,6})?", re.IGNORECASE)
_LINES = re.compile(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]")

# Which fields stand on which page, in the order of the pages. The address stands on two: who wants a letter
# is asked beside that choice where to write to.
PAGES = {
    "postcode": ("postcode",),
    "message": ("message", "soon"),
    "you": ("name", "address"),
    "reach": ("reply_by", "address", "email", "phone", "voicemail", "when"),
    "check": ("share",),
}


@dataclass(frozen=True, slots=True)
class Wrong:
    """A refused field and the key of the sentence that says why; `about` names the file it is said of."""

    field: str
    words: str
    about: str = ""


def cleaned(given: Mapping[str, str]) -> dict[str, str]:
    """The known fields as we keep them: no control or hidden characters, one line where one line is asked."""
    return {name: _line(name, given[name]) for name in LONGEST if name in given}


def wrong_in(page: str, answers: Mapping[str, str]) -> list[Wrong]:
    """What is wrong on one page, in the order of its fields."""
    found = [one for name in PAGES[page] if (one := _checked(name, answers)) is not None]
    if page == "reach" and lacks_address(answers):
        found.append(("address", "form_wrong_address"))
    return [Wrong(name, words) for name, words in found]


def lacks_address(answers: Mapping[str, str]) -> bool:
    """Whether a letter was chosen and there is no address to write it to."""
    return answers.get("reply_by") == "post" and not answers.get("address")


def unfinished(answers: Mapping[str, str]) -> str | None:
    """The first page before the last that still lacks something."""
    for page in ("postcode", "message", "you", "reach"):
        if wrong_in(page, answers):
            return page
    return None


def _checked(name: str, answers: Mapping[str, str]) -> tuple[str, str] | None:
    value = answers.get(name, "")
    words = _too_long(name, value) or _CHECKS.get(name, _nothing)(value, answers)
    return (name, words) if words else None


def _too_long(name: str, value: str) -> str:
    return f"form_wrong_{name}_long" if len(value) > LONGEST[name] else ""


def _nothing(value: str, answers: Mapping[str, str]) -> str:
    return ""


def _postcode(value: str, answers: Mapping[str, str]) -> str:
    if not value:
        return "" if answers.get("elsewhere") in ELSEWHERE else "form_wrong_postcode"
    return "" if normalised(value) else "form_wrong_postcode_unreal"


def _message(value: str, answers: Mapping[str, str]) -> str:
    return "" if value.strip() else "write_message"


def _name(value: str, answers: Mapping[str, str]) -> str:
    return "" if value else "form_wrong_name"


def _reply_by(value: str, answers: Mapping[str, str]) -> str:
    return "" if value in REPLY_BY else "form_wrong_reply_by"


def _email(value: str, answers: Mapping[str, str]) -> str:
    if not value:
        return "form_wrong_email" if answers.get("reply_by") == "email" else ""
    try:
        people.checked_address(value)
    except Refused:
        return "form_wrong_email"
    return ""


def _phone(value: str, answers: Mapping[str, str]) -> str:
    if not value:
        return "form_wrong_phone" if answers.get("reply_by") == "phone" else ""
    return "" if _PHONE.fullmatch(value) else "form_wrong_phone"


def _share(value: str, answers: Mapping[str, str]) -> str:
    return "" if value in YES_NO else "form_wrong_share"


_CHECKS = {
    "postcode": _postcode, "message": _message, "name": _name, "reply_by": _reply_by,
    "email": _email, "phone": _phone, "share": _share,
}  # fmt: skip


def _line(name: str, value: str) -> str:
    """Cut a little past its limit, so that what is too long is still seen to be."""
    value = unicodedata.normalize("NFC", _LINES.sub("\n", value[: 2 * LONGEST[name] + 10]))
    if name == "message":
        return "".join(one for one in value if one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cs"))
    lines = value.split("\n") if name in MANY_LINES else [value.replace("\n", " ")]
    plain = ("".join(" " if one.isspace() else one for one in line if _is_plain(one)) for line in lines)
    value = "\n".join(" ".join(line.split()) for line in plain).strip()
    if name in _CHOICES and value not in _CHOICES[name]:
        return ""
    return value


def _is_plain(one: str) -> bool:
    """Neither control nor hidden: zero-width and direction marks in a name hide what it says."""
    return one.isspace() or unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Cn")
