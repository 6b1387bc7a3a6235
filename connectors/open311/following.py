"""Looks what became of our own faults: their numbers, statuses and updates, in windows that overlap.

Of all that a council lists only what we handed on is taken. A status that came as an update is not told a
second time from the list of requests.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.contract import Batch, PermanentFailure, Question, RawArrival, SentBefore
from connectors.open311 import questions, sending, shapes
from connectors.open311.api import Api, NotThere
from connectors.open311.settings import CouncilSettings
from connectors.open311.shapes import Json, words_of

KIND = "open311_council"
_OVERLAP = timedelta(hours=2)
_AHEAD = timedelta(minutes=10)
"""How far a council's clock may be before ours."""
_WINDOW = timedelta(days=14)
_SERVICES_FOR = timedelta(days=1)
_AT_ONCE = 50
_MOST_ASKING = 200


@dataclass(slots=True)
class Cursor:
    """`until`: updates are read up to there; `given`: those handed over since the overlap began, with their
    seconds. `seen`: by number, the last status and the notes' digest."""

    services: dict[str, str] = field(default_factory=dict)
    services_at: str = ""
    until: str = ""
    seen: dict[str, list[str]] = field(default_factory=dict)
    has_updates: bool = True
    given: dict[str, int] = field(default_factory=dict)
    asks: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """What each service wants to know of a person, by its code."""

    @staticmethod
    def read(words: str | None) -> "Cursor":
        """The cursor as it was written; a fresh one for none and for nonsense."""
        try:
            return Cursor(**json.loads(words)) if words else Cursor()
        except (ValueError, TypeError):
            return Cursor()

    def write(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))


def services_known(cursor: str | None) -> dict[str, str]:
    """The council's services as they were when it was last asked."""
    return dict(Cursor.read(cursor).services)


def questions_known(cursor: str | None, service_code: str) -> tuple[Question, ...]:
    """What this service asked for when the council was last asked."""
    return questions.read(Cursor.read(cursor).asks.get(service_code))


class Follower:
    """Polls of the contract, for what was handed to one council."""

    def __init__(self, given: CouncilSettings, api: Api, sent: Callable[[], Sequence[SentBefore]]) -> None:
        self._given = given
        self._api = api
        self._sent = sent
        self._ended = threading.Event()

    def fetch(self, cursor: str | None) -> Batch:
        """Numbers that became known, then updates, then statuses. Raises as Api's reading."""
        at, now = Cursor.read(cursor), datetime.now(UTC)
        self._learn_services(at, now)
        sent = self._sent()
        arrivals = [one for before in sent if (one := self._found(before, now)) is not None]
        ours = {
            one.external_id
            for one in sent
            if one.external_id and not one.external_id.startswith(sending.TOKEN)
        }
        more = False
        if ours:
            updates, more = self._updates(at, ours, now)
            arrivals += updates + self._statuses(at, sorted(ours), now)
        else:
            at.until = now.isoformat()
        at.seen = {number: seen for number, seen in at.seen.items() if number in ours}
        return Batch(tuple(arrivals), at.write(), more=more)

    def wait(self, seconds: float) -> bool:
        self._ended.wait(seconds)
        return False

    def close(self) -> None:
        self._ended.set()

    def _learn_services(self, at: Cursor, now: datetime) -> None:
        learned = shapes.moment_of(at.services_at)
        if learned is None or now - learned > _SERVICES_FOR:
            at.services, at.services_at, at.has_updates = self._api.services(), now.isoformat(), True
            at.asks = {
                code: asked for code in self._api.asking()[:_MOST_ASKING] if (asked := self._asked(code))
            }

    def _asked(self, service_code: str) -> list[dict[str, Any]]:
        """A definition that cannot be had keeps nothing else out: the council will say what it misses."""
        try:
            return questions.required(self._api.attributes(service_code))
        except PermanentFailure:
            return []

    def _found(self, before: SentBefore, now: datetime) -> RawArrival | None:
        """The number behind a token, once the council has given it one."""
        name = before.external_id or ""
        if not name.startswith(sending.TOKEN):
            return None
        number = self._api.number_of(name.removeprefix(sending.TOKEN))
        if not number:
            return None
        told = {"ours": {"service_request_id": number, "message_id": before.message_id}}
        return self._arrival(f"ours/{number}", told, now)

    def _updates(self, at: Cursor, ours: set[str], now: datetime) -> tuple[list[RawArrival], bool]:
        if not at.has_updates:
            return [], False
        read_until = shapes.moment_of(at.until) or self._given.since
        until = min(read_until + _WINDOW, now + _AHEAD)
        try:
            rows = self._api.updates(read_until - _OVERLAP, until)
        except NotThere:
            at.has_updates = False
            return [], False
        at.until = min(until, now).isoformat()
        mine = [row for row in rows if _is_new(at, row, ours)]
        mine.sort(key=lambda row: shapes.moment_of(row.get("updated_datetime")) or now)
        oldest = (min(until, now) - 2 * _OVERLAP).timestamp()
        at.given = {name: when for name, when in at.given.items() if when >= oldest}
        at.given |= {words_of(row["update_id"]): int(until.timestamp()) for row in mine}
        for row in mine:
            seen = at.seen.setdefault(words_of(row["service_request_id"]), ["", ""])
            seen[0] = shapes.status_of(row.get("status")) or seen[0]
        made = [self._arrival(f"update/{words_of(row['update_id'])}", {"update": row}, now) for row in mine]
        return made, until < now

    def _statuses(self, at: Cursor, ours: list[str], now: datetime) -> list[RawArrival]:
        found: list[RawArrival] = []
        for start in range(0, len(ours), _AT_ONCE):
            asked = ours[start : start + _AT_ONCE]
            for row in self._api.requests(service_request_id=",".join(asked)):
                number = words_of(row["service_request_id"])
                if number in asked and (news := self._status(at, number, row, now)):
                    found.append(news)
        return found

    def _status(self, at: Cursor, number: str, row: Json, now: datetime) -> RawArrival | None:
        """A change of a request itself: another status, or other notes beside it."""
        status, notes = shapes.status_of(row.get("status")), words_of(row.get("status_notes"))
        before, noted = at.seen.get(number, ["OPEN", ""])
        # Lists know open and closed only, where an update said more: that is the same news.
        is_told = status in ("", before) or (
            status in ("OPEN", "CLOSED") and before and shapes.is_ended(status) == shapes.is_ended(before)
        )
        is_noted = not notes or _digest(notes) == noted
        at.seen[number] = [before if is_told else status, _digest(notes) if notes else noted]
        if is_told and is_noted:
            return None
        moment = words_of(row.get("updated_datetime"))
        kept = {name: row[name] for name in _KEPT if name in row}
        return self._arrival(f"request/{number}/{_digest(status, notes, moment)}", {"request": kept}, now)

    def _arrival(self, external_id: str, told: dict[str, Any], now: datetime) -> RawArrival:
        raw = json.dumps({**told, "council": self._given.council}, separators=(",", ":")).encode()
        return RawArrival(KIND, self._given.account, external_id, raw, now)


def _is_new(at: Cursor, row: Json, ours: set[str]) -> bool:
    return words_of(row["service_request_id"]) in ours and words_of(row["update_id"]) not in at.given


_KEPT = (
    "service_request_id", "status", "status_notes", "service_name", "service_code", "agency_responsible",
    "service_notice", "requested_datetime", "updated_datetime", "expected_datetime", "address", "lat", "long",
)  # fmt: skip
"""What is kept of a request: a council may show who reported, which is nobody's business here."""


def _digest(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode("utf-8", "replace")).hexdigest()[:16]
