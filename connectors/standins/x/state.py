"""What the X stand-in remembers, its ids, its limits, and the form of its errors."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.standins.server import Asked, Refusal, StandIn, Told

EPOCH_MS = 1288834974657
"""Snowflake ids count milliseconds from here."""
WINDOW = timedelta(minutes=15)
PROBLEMS = "https://api.x.com/2/problems/"
OFFICE_ID = "1500000000000000001"
OFFICE_NAME = "RowanAshbyMP"
LIMITS = {
    "mentions": 300, "timeline": 900, "lookup": 5000, "search": 300, "dm_events": 15, "dm_send": 15,
    "post": 100, "delete": 50, "me": 75, "subscriptions": 500, "webhooks": 450, "replay": 100, "media": 500,
    "users": 900, "hide": 50,
}  # fmt: skip


@dataclass(slots=True)
class User:
    """An account."""

    id: str
    username: str
    name: str
    accepts_messages: bool = True


@dataclass(slots=True)
class Post:
    """A post; `chain` is shared by all its wordings."""

    id: str
    author_id: str
    text: str
    created_at: datetime
    conversation_id: str
    answers: str | None = None
    quotes: str | None = None
    media: list[str] = field(default_factory=list)
    chain: list[str] = field(default_factory=list)
    is_gone: bool = False
    is_replaced: bool = False
    is_hidden: bool = False


@dataclass(slots=True)
class Direct:
    """A direct message; `is_sealed`: it is encrypted, and the old address does not list it."""

    id: str
    sender_id: str
    recipient_id: str
    text: str
    created_at: datetime
    media: list[str] = field(default_factory=list)
    is_sealed: bool = False

    @property
    def conversation_id(self) -> str:
        return "-".join(sorted((self.sender_id, self.recipient_id), key=int))


class State(StandIn):
    """Users, posts, messages, tokens, webhooks."""

    def forget(self) -> None:
        self.users: dict[str, User] = {}
        self.posts: dict[str, Post] = {}
        self.directs: dict[str, Direct] = {}
        self.media: dict[str, tuple[str, bytes]] = {}
        self.brought: dict[str, tuple[str, datetime]] = {}
        self.uploads: dict[str, Any] = {}
        self.codes: dict[str, tuple[datetime, str, str]] = {}
        self.scopes: dict[str, str] = {}
        self.access: dict[str, tuple[str, datetime]] = {}
        self.refresh: dict[str, str] = {"refresh-0": OFFICE_ID}
        self.spent: set[str] = set()
        self.webhooks: dict[str, dict[str, Any]] = {}
        self.subscriptions: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        self.used: dict[str, tuple[datetime, int]] = {}
        self.quirks: dict[str, Any] = {}
        self.names: dict[str, str] = {}
        self.is_broke = False
        self._last_ms, self._sequence, self._made = 0, 0, 0
        self.join(OFFICE_NAME, "Rowan Ashby MP", OFFICE_ID)

    def join(self, username: str, name: str | None = None, user_id: str | None = None) -> User:
        """The account of this name, made where there is none."""
        known = next((one for one in self.users.values() if one.username == username), None)
        if known is not None:
            return known
        user = User(user_id or _number_of(username), username, name or username)
        self.users[user.id] = user
        return user

    def new_id(self) -> str:
        """A snowflake: past 2^53, and the time is inside."""
        ms = max(int(self.now().timestamp() * 1000), self._last_ms)
        self._sequence = self._sequence + 1 if ms == self._last_ms else 0
        if self._sequence > 4095:
            ms, self._sequence = ms + 1, 0
        self._last_ms = ms
        return str((ms - EPOCH_MS) << 22 | self._sequence)

    def named_id(self, name: str, ago: float) -> str:
        """The id of what a story calls `name`: the same again when it is told again, to the minute."""
        minute = int(self.now().timestamp() - ago) // 60 * 60_000
        low = int.from_bytes(hashlib.sha256(name.encode()).digest()[:3]) % (1 << 22)
        self.names[name] = str((minute - EPOCH_MS) << 22 | low)
        return self.names[name]

    def secret(self, what: str) -> str:
        """A new token, different from all before."""
        self._made += 1
        return f"{what}-{self._made}-{self.new_id()}"

    # --- limits and refusals

    def count(self, name: str) -> dict[str, str]:
        """Counts a call; the headers that every answer has. Raises Refusal once the limit is passed."""
        if self.is_broke:
            raise problem(
                402, "CreditsDepleted", "Your enrolled account does not have any credits.", "credits"
            )
        now = self.now()
        resets_at, used = self.used.get(name, (now + WINDOW, 0))
        if now >= resets_at:
            resets_at, used = now + WINDOW, 0
        limit = int(self.quirks.get("limits", {}).get(name, LIMITS[name]))
        headers = {
            "x-rate-limit-limit": str(limit),
            "x-rate-limit-remaining": str(max(0, limit - used - 1)),
            "x-rate-limit-reset": str(int(resets_at.timestamp()) + 1),
        }
        if used >= limit:
            raise Refusal(Told(TOO_MANY, 429, headers))
        self.used[name] = (resets_at, used + 1)
        return headers


def _number_of(username: str) -> str:
    """An account's number: past 2^53, and the same whenever the platform begins anew."""
    return str(1_400_000_000_000_000_000 + int.from_bytes(hashlib.sha256(username.encode()).digest()[:6]))


TOO_MANY = {"title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank", "status": 429}


def problem(
    status: int, title: str, detail: str, kind: str = "", headers: Mapping[str, str] | None = None
) -> Refusal:
    """An error as X words it."""
    kind = PROBLEMS + kind if kind else "about:blank"
    body = {"title": title, "detail": detail, "type": kind, "status": status}
    return Refusal(Told(body, status, headers or {}))


def invalid(asked: Asked, parameter: str, detail: str) -> Refusal:
    """An argument that X does not take."""
    body = {
        "errors": [{"parameters": {parameter: [asked.query.get(parameter, "")]}, "message": detail}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": PROBLEMS + "invalid-request",
    }
    return Refusal(Told(body, 400))


def made_at(snowflake: str) -> datetime:
    """The time inside an id."""
    return datetime.fromtimestamp(((int(snowflake) >> 22) + EPOCH_MS) / 1000, UTC)


def iso(moment: datetime) -> str:
    """As X writes times."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
