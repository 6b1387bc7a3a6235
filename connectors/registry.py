"""Every kind of channel there is."""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from connectors.by_hand import OutreachChannel, PhoneChannel, SurgeryChannel
from connectors.contract import Limits, News, RawArrival, Surroundings
from connectors.email.channel import EmailChannel
from connectors.email.graph.channel import Microsoft365Channel
from connectors.facebook.channel import FacebookChannel
from connectors.feed import FeedChannel
from connectors.keys import Key
from connectors.open311.council import CouncilChannel
from connectors.open311.reporting import Open311Channel
from connectors.post.channel import PostChannel
from connectors.web_form import WebFormChannel
from connectors.x.channel import XChannel


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


KINDS: dict[str, type[Kind]] = {
    "email": EmailChannel,
    "facebook": FacebookChannel,
    "feed": FeedChannel,
    "microsoft365": Microsoft365Channel,
    "open311": Open311Channel,
    "open311_council": CouncilChannel,
    "outreach": OutreachChannel,
    "phone": PhoneChannel,
    "post": PostChannel,
    "surgery": SurgeryChannel,
    "web": WebFormChannel,
    "x": XChannel,
}
