"""Labelled messages: what `inbox evaluate` and training read, one JSON object a line.

Each line has the fields of a message to `POST /api/v1/triage/preview` (`text` and, as wanted, `subject`,
`channel`, `received`, `from_name`, `from_handle`) and its labels under the names of the answer: `kind` and
`priority`, and where they are not empty `topics`, `flags`, `postcode`, `constituency`, `language`, `split`,
`hidden_casework`, `campaign` (any word that the copies of one text share).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from routing.assessment import MessageFacts
from routing.words import ConstituencyState, Flag, Kind, Language, Priority, Topic

UNDATED = datetime(2026, 5, 5, 10, tzinfo=UTC)
"""When a message without `received` is taken to have come."""
_STATES = {
    "ours": ConstituencyState.LIKELY,
    "not-ours": ConstituencyState.NOT_OURS,
    "unknown": ConstituencyState.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Labels:
    """What a person says of a message. `topics` empty means it is not scored; any one of them counts."""

    message: MessageFacts
    kind: Kind
    priority: Priority
    topics: frozenset[Topic] = frozenset()
    flags: frozenset[Flag] = frozenset()
    constituency: ConstituencyState = ConstituencyState.UNKNOWN
    postcode: str | None = None
    language: Language = Language.ENGLISH
    split: bool = False
    hidden_casework: bool = False
    campaign: str | None = None


class LabelError(ValueError):
    """A line of labelled messages that cannot be read; says which and why."""


def read_labelled(path: Path) -> list[Labels]:
    """The labelled messages of a file; raises `LabelError` with the number of the line that is wrong."""
    return list(_labels(path.read_text(encoding="utf-8").split("\n")))


def _labels(lines: Iterable[str]) -> Iterable[Labels]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield _labels_of(json.loads(line))
        except (KeyError, TypeError, ValueError) as error:
            raise LabelError(f"line {number} is no labelled message: {error}") from error


def _labels_of(given: dict[str, Any]) -> Labels:
    message = MessageFacts(
        text=given["text"],
        received_at=datetime.fromisoformat(given["received"]) if given.get("received") else UNDATED,
        subject=given.get("subject", ""),
        channel=given.get("channel", "email"),
        from_name=given.get("from_name", ""),
        from_address=given.get("from_handle", ""),
    )
    return Labels(
        message,
        Kind(given["kind"]),
        Priority(given["priority"]),
        frozenset(map(Topic, given.get("topics", ()))),
        frozenset(map(Flag, given.get("flags", ()))),
        _STATES[given.get("constituency", "unknown")],
        given.get("postcode"),
        Language(given.get("language", "en")),
        bool(given.get("split")),
        bool(given.get("hidden_casework")),
        given.get("campaign"),
    )
