"""What every request may use: made once by `app.create_app`, kept at `app.state.wiring`."""

from dataclasses import dataclass, field
from typing import Any

from starlette.requests import HTTPConnection

from inbox import channels
from inbox.database import Database
from inbox.desk import Tools
from inbox.secrets import SecretKeys
from inbox.settings import Settings
from inbox.storage import Store
from inbox.web.afterwards import Afterwards
from inbox.web.keeper import Keeper
from inbox.web.limits import Window
from inbox.web.live import Live
from inbox.web.metrics import Kept, Standing, Waiting
from inbox.web.turns import Turns


@dataclass(frozen=True, slots=True)
class Wiring:
    """The parts of one running web process."""

    settings: Settings
    database: Database
    store: Store
    keys: SecretKeys
    live: Live
    turns: Turns
    afterwards: Afterwards
    searches: Window
    refusals: Window
    handshakes: Window
    status_checks: Window
    alarms: Window
    keeper: Keeper
    waiting: Kept[Waiting]
    standing: Kept[Standing]
    doors: dict[str, Any] = field(default_factory=dict)
    """Channels that platforms call, remembered for a moment by `webhooks`."""
    is_demo: bool = False

    @property
    def tools(self) -> Tools:
        """What the stages need of this node."""
        return channels.tools(self.settings, self.store, self.keys)


def wiring_of(connection: HTTPConnection) -> Wiring:
    """The wiring of the app that answers this request."""
    wiring: Wiring = connection.app.state.wiring
    return wiring


def cookie_name(wiring: Wiring) -> str:
    """`__Host-` binds the cookie to this host and https; plain http exists on loopback only."""
    return "__Host-inbox" if wiring.settings.is_https else "inbox"
