"""What a connector is given of the place it works in."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol


class KeptSecrets(Hashable, Protocol):
    """A channel's secrets where they are kept, for platforms that replace one each time it is used.

    Such a platform ends the old secret as it gives the new one (RFC 6749, section 6), so that a second use
    of the old one, or the loss of the new one, signs the account out. `from_settings` hands this to the
    connector; `keys.InMemory` serves where nothing is kept. Two are equal when they keep the same secrets.
    """

    def renew(self, name: str, use: Callable[[str | None], str | None]) -> None:
        """Calls `use` once with the secret as it stands now; what it returns takes its place.

        One caller at a time among all processes of this installation. `use` may talk to the platform for up
        to a minute: no transaction is open meanwhile. It returns None when the secret stands. Once `renew`
        returns, the new secret is durable; one that a person typed meanwhile is left as it is. Raises what
        `use` raises, and TemporaryFailure when the turn does not come or the secret cannot be saved: keep
        the new one in memory then, and return it again from the next `use`.
        """
        ...


class Budget(Protocol):
    """What a platform still lets us do, counted once for all nodes. Each name is a limit of its own.

    `heard` and `spend` note what has happened already. They never raise, so that an answer of the platform
    is not lost with the note. Equal for the same account, whatever opens it.
    """

    def __hash__(self) -> int: ...

    def wait(self, name: str) -> timedelta | None:
        """How long to leave the platform alone before the next call of `name`; None: go on, it is counted."""
        ...

    def heard(self, name: str, *, remaining: int, resets_in: timedelta) -> None:
        """What the platform said is left of `name` until it counts anew."""
        ...

    def spent(self, name: str) -> float:
        """US dollars spent on `name` since midnight UTC."""
        ...

    def spend(self, name: str, dollars: float) -> None:
        """Money that a call just cost."""
        ...


class Boundless:
    """A budget that never says no, for channels without limits and for tests."""

    def wait(self, name: str) -> timedelta | None:
        return None

    def heard(self, name: str, *, remaining: int, resets_in: timedelta) -> None:
        return None

    def spent(self, name: str) -> float:
        return 0.0

    def spend(self, name: str, dollars: float) -> None:
        return None


def nothing(_: str) -> None:
    """The hook that hears each step of a conversation and does nothing."""


@dataclass(frozen=True, slots=True)
class SentBefore:
    """What left through this channel, or may have. `external_id`: the platform's, once it is known."""

    message_id: str
    external_id: str | None
    at: datetime


def no_sent() -> Sequence[SentBefore]:
    """Where nothing is kept of what was sent."""
    return ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a connector is given of the place it works in.

    `allow_private`: hosts that may lie at private addresses and may be spoken to without TLS. `patience`:
    seconds to wait for the word of a server that may have delivered. `hooks` hears each named step (fault
    tests stop the program there). `kept`: where the secrets lie, once they do; two channels made with equal
    `kept` share their sign-in. `budget` is this channel's, shared by all nodes. `webhook_url` is where its
    platform can call it, once it has an address.
    """

    allow_private: frozenset[str] = frozenset()
    patience: float = 600
    hooks: Callable[[str], None] = nothing
    kept: KeptSecrets | None = None
    budget: Budget = field(default_factory=Boundless)
    webhook_url: str | None = None
    sent: Callable[[], Sequence[SentBefore]] = no_sent
