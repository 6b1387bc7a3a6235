"""Every kind of channel there is. A kind's module is imported when it is first asked for.

An office has two or three kinds; what all of them together would import takes a tenth of a process's memory.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeVar

from connectors.contract import Limits, News, RawArrival, Surroundings
from connectors.keys import Key

T = TypeVar("T")


class Kind(Protocol):
    """What every channel's class has, whichever protocols of the contract it implements beside."""

    KEYS: ClassVar[Mapping[str, Key]]
    limits: Limits

    @classmethod
    def from_settings(
        cls, settings: Mapping[str, str], secrets: Mapping[str, str], around: Surroundings
    ) -> Any:
        """A channel from what a person typed. Connects to nothing. Raises PermanentFailure in plain words."""
        ...

    @staticmethod
    def account_of(settings: Mapping[str, str]) -> str:
        """What the platform calls the account: an address, a page's number. "" where there is none."""
        ...

    @staticmethod
    def understand(arrival: RawArrival) -> News:
        """What an arrival says. Pure but for caps on time and memory. Raises Unreadable."""
        ...


def _email() -> type[Kind]:
    from connectors.email.channel import EmailChannel

    return EmailChannel


def _facebook() -> type[Kind]:
    from connectors.facebook.channel import FacebookChannel

    return FacebookChannel


def _feed() -> type[Kind]:
    from connectors.feed import FeedChannel

    return FeedChannel


def _microsoft365() -> type[Kind]:
    from connectors.email.graph.channel import Microsoft365Channel

    return Microsoft365Channel


def _open311() -> type[Kind]:
    from connectors.open311.reporting import Open311Channel

    return Open311Channel


def _open311_council() -> type[Kind]:
    from connectors.open311.council import CouncilChannel

    return CouncilChannel


def _outreach() -> type[Kind]:
    from connectors.by_hand import OutreachChannel

    return OutreachChannel


def _phone() -> type[Kind]:
    from connectors.by_hand import PhoneChannel

    return PhoneChannel


def _post() -> type[Kind]:
    from connectors.post.channel import PostChannel

    return PostChannel


def _surgery() -> type[Kind]:
    from connectors.by_hand import SurgeryChannel

    return SurgeryChannel


def _web() -> type[Kind]:
    from connectors.web_form import WebFormChannel

    return WebFormChannel


def _x() -> type[Kind]:
    from connectors.x.channel import XChannel

    return XChannel


KINDS: dict[str, Callable[[], type[Kind]]] = {
    "email": _email,
    "facebook": _facebook,
    "feed": _feed,
    "microsoft365": _microsoft365,
    "open311": _open311,
    "open311_council": _open311_council,
    "outreach": _outreach,
    "phone": _phone,
    "post": _post,
    "surgery": _surgery,
    "web": _web,
    "x": _x,
}


def kind(name: str) -> type[Kind] | None:
    """The class of a kind of channel; None for a name that is no kind."""
    load = KINDS.get(name)
    return load() if load is not None else None


@dataclass(frozen=True, slots=True)
class ByKind(Mapping[str, T]):
    """Something that channels have, by kind: each kind is asked when somebody wants to know of it.

    `of` gives it, or None for a kind that has none, which then is not in here.
    """

    of: Callable[[type[Kind]], T | None]

    def __getitem__(self, name: str) -> T:
        made = kind(name)
        found = self.of(made) if made is not None else None
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return (name for name in KINDS if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)
