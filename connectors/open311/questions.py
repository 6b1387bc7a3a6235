"""What a council's services ask for beside place and words (GeoReport v2, service definition)."""

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.contract import Question
from connectors.open311 import shapes
from connectors.open311.shapes import Json, words_of

OWN_NAMES = frozenset({"external_id", "fixmystreet_id", "source_id"})
"""Attributes by which an endpoint takes a reporting system's own number: we give our mark."""
MOST = 30
_FILLED_BY_THEM = ("hidden_field", "server_set")


def required(attributes: Iterable[Json]) -> list[dict[str, Any]]:
    """What must be answered by a person, as it is kept."""
    found = []
    for one in attributes:
        code = words_of(one.get("code"))
        is_ours = words_of(one.get("automated")) in _FILLED_BY_THEM or code in OWN_NAMES
        is_asked = words_of(one.get("variable")) != "false" and words_of(one.get("required")) == "true"
        if code and is_asked and not is_ours:
            found.append(_kept(code, one))
    return found[:MOST]


def read(kept: Any) -> tuple[Question, ...]:
    """The questions of one service; none for what nobody here wrote."""
    rows = [one for one in kept if isinstance(one, Mapping)] if isinstance(kept, list) else []
    return tuple(
        Question(
            str(one.get("code", "")), str(one.get("words", "")),
            tuple((str(key), str(name)) for key, name in one.get("choices", ())),
            one.get("is_number") is True,
        )
        for one in rows
    )  # fmt: skip


def _kept(code: str, one: Json) -> dict[str, Any]:
    words = words_of(one.get("description")) or words_of(one.get("datatype_description")) or code
    rows = shapes.listed(one.get("values") or [], "value", "values")
    choices = [
        [words_of(row.get("key")), words_of(row.get("name")) or words_of(row.get("key"))] for row in rows
    ]
    is_number = words_of(one.get("datatype")) == "number" and not choices
    return {"code": code, "words": words[:300], "choices": choices[:200], "is_number": is_number}
