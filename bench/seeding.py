"""Many cases, quickly: an office of any size in which 8,000 cases are open."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bench.databases import Loader, Value

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
OPEN = 8_000
STAFF = 20
_MIX = (("new", 1_500), ("open", 3_500), ("waiting_body", 2_000), ("waiting_constituent", 1_000))
_KINDS = ("casework",) * 12 + ("policy-view", "campaign", "campaign", "spam")
_PRIORITIES = (("immediate", -300),) + (("priority", -70),) * 4 + (("standard", 0),) * 10 + (("low", 70),) * 5
_TOPICS = ('["housing-social"]', '["benefits"]', '["immigration", "benefits"]', '["health"]', "[]")
_FLAGS = ("[]",) * 12 + ('["vulnerable"]', '["threat", "safeguarding"]', '["welsh"]')
_WRITTEN = 20_000
"""Closed cases that have a message and a clock too: the newest ones, which a page can show."""

OFFICE = "0" * 31 + "1"
CHANNEL = "0" * 31 + "2"
TEAM = "0" * 31 + "3"


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was made."""

    office: str
    staff: str
    cases: int


def identity(number: int, kind: int) -> str:
    """An id that grows with `number`, like those made over time."""
    return f"{0x18F_0000_0000 + number * 40:012x}7{kind:03x}8{number:015x}"


def stamp(moment: datetime) -> str:
    """A time as both databases read it."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def seed_office(loader: Loader) -> Seeded:
    """One office with staff, a team and a mailbox."""
    now = stamp(NOW)
    loader.load(
        "office",
        _OFFICE,
        [(OFFICE, "bench", "Bench", "mp", "england", "Europe/London", "{}", "self", 60, "[]", "WX", now)],
    )
    loader.load(
        "staff",
        _STAFF,
        [
            (identity(n, 1), OFFICE, f"s{n}@example.org", f"Person {n}", '["caseworker"]', "1", 0, "{}", now)
            for n in range(STAFF)
        ],
    )
    loader.load("team", ("id", "office_id", "name"), [(TEAM, OFFICE, "Housing")])
    loader.load(
        "channel",
        _CHANNEL,
        [(CHANNEL, OFFICE, "email", "Mailbox", "in@example.org", "full", "{}", now, now, 0, "0")],
    )
    return Seeded(OFFICE, identity(0, 1), 0)


def seed_cases(loader: Loader, cases: int) -> Seeded:
    """`cases` cases of which 8,000 are open, one person for each four."""
    seeded = seed_office(loader)
    people = cases // 4 + 1
    now = stamp(NOW)
    loader.load(
        "constituent",
        _CONSTITUENT,
        (
            (
                identity(n, 2),
                OFFICE,
                f"Constituent {n}",
                f"ZZ{10 + n % 10} {n % 9}AB",
                "1",
                "likely",
                "en",
                "{}",
                now,
            )
            for n in range(people)
        ),
    )
    loader.load("case", _CASE, _cases(cases, people))
    written = sorted({*_open_numbers(cases), *range(max(0, cases - _WRITTEN), cases)})
    loader.load("message", _MESSAGE, (_message(number) for number in written))
    loader.load("clock", _CLOCK, (_clock(number) for number in written))
    loader.settle()
    return Seeded(OFFICE, seeded.staff, cases)


def _open_numbers(cases: int) -> list[int]:
    """Most open cases are among the newest; some are old."""
    recent = range(max(0, cases - 2 * OPEN), cases)
    found = dict.fromkeys(random.Random(1).sample(recent, min(OPEN - 1_000, len(recent))))
    for number in random.Random(2).sample(range(cases), cases if cases < 20_000 else 20_000):
        if len(found) == OPEN:
            break
        found[number] = None
    return sorted(found)


_OFFICE = (
    "id", "slug", "name", "kind", "nation", "time_zone", "hours", "approval_office",
    "undo_seconds", "languages", "prefix", "created_at",
)  # fmt: skip
_STAFF = (
    "id", "office_id", "email", "name", "roles", "is_active", "totp_last_step", "preferences",
    "created_at",
)  # fmt: skip
_CHANNEL = (
    "id", "office_id", "kind", "name", "account", "mode", "settings", "since", "created_at",
    "failures", "needs_attention",
)  # fmt: skip
_CONSTITUENT = (
    "id", "office_id", "name", "postcode", "postcode_typed", "constituency", "language",
    "safe_contact", "created_at",
)  # fmt: skip
_CASE = (
    "id", "office_id", "reference", "subject", "status", "kind", "priority", "rank",
    "topics", "flags", "language", "is_restricted", "team_id", "assignee_id", "channel_id",
    "constituent_id", "campaign", "message_count", "version", "next_due_at", "received_at",
    "created_at", "updated_at", "in_danger",
)  # fmt: skip
_MESSAGE = (
    "id", "office_id", "case_id", "channel_id", "direction", "kind", "sender_name",
    "sender_handle", "recipients", "subject", "text", "new_text", "language", "warnings",
    "has_html", "copies", "received_at",
)  # fmt: skip
_CLOCK = (
    "id", "office_id", "case_id", "kind", "received_at", "amount", "unit", "pauses",
    "extensions", "due_at",
)  # fmt: skip
_TEXT = "I am writing because the damp in our flat has come back and nobody will answer my calls. " * 7


def _cases(cases: int, people: int) -> Iterator[tuple[Value, ...]]:
    rng = random.Random(3)
    opened = set(_open_numbers(cases))
    statuses = [status for status, share in _MIX for _ in range(share)]
    for number in range(cases):
        status = rng.choice(statuses) if number in opened else "closed"
        kind = rng.choice(_KINDS)
        priority, rank = rng.choice(_PRIORITIES)
        moment = NOW - timedelta(minutes=cases - number)
        due = stamp(moment + timedelta(days=rng.randrange(1, 30))) if status != "closed" else None
        flags = rng.choice(_FLAGS)
        yield (
            identity(number, 3), OFFICE, f"WX-{number:06X}", f"Subject {number}", status, kind, priority,
            rank, rng.choice(_TOPICS), flags, "en", "1" if number % 50 == 0 else "0", TEAM,
            identity(rng.randrange(STAFF), 1) if status not in ("new", "closed") else None, CHANNEL,
            identity(rng.randrange(people), 2), f"pile-{number % 12}" if kind == "campaign" else None, 1, 1,
            due, stamp(moment), stamp(moment), stamp(moment + timedelta(seconds=rng.randrange(3_600))),
            "1" if "threat" in flags else "0",
        )  # fmt: skip


def _message(number: int) -> tuple[Value, ...]:
    received = stamp(NOW - timedelta(minutes=number % 50_000))
    return (
        identity(number, 4), OFFICE, identity(number, 3), CHANNEL, "inbound", "message", f"Sender {number}",
        f"s{number}@example.org", "[]", "Damp", _TEXT, _TEXT, "en", "[]", "0", 0, received,
    )  # fmt: skip


def _clock(number: int) -> tuple[Value, ...]:
    moment = stamp(NOW + timedelta(hours=number % 400 - 100))
    return (
        identity(number, 5), OFFICE, identity(number, 3), "first_reply", stamp(NOW), 10, "working_days", "[]",
        "[]", moment,
    )  # fmt: skip
