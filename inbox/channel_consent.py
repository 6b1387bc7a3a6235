"""Signing a channel in with a browser: from our page to the platform's and back, bound to one session.

Nothing is stored between the two: the state names the channel, ends after ten minutes and is sealed with the
key of the session that asked, and the verifier is made from the state again. The code is good once.
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from connectors.contract import Consent, ConsentAsked, ConsentGiven, SignsIn
from inbox import applications, channel_state, channels
from inbox.database import Database
from inbox.errors import Refused
from inbox.history import Actor, record
from inbox.models import Channel, ChannelMode, EventKind
from inbox.secrets import SecretKeys, new_token
from inbox.settings import Settings

PATH = "/channels/signed-in"
LIFE = timedelta(minutes=10)
OLD = "This sign-in was not begun here, or too long ago. Begin again from the channel's page."


@dataclass(frozen=True, slots=True)
class Asked:
    """A sign-in that came back to us: for which channel, and the state that proves it was begun here."""

    channel_id: str
    state: str


def redirect_url(settings: Settings) -> str:
    """The address to register with every platform."""
    return settings.base_url.rstrip("/") + PATH


def begin(channel: Channel, keys: SecretKeys, settings: Settings, seat: str, now: datetime) -> str:
    """The platform's page to send this browser to. `seat`: the key of the session that asks."""
    kind = _kind(channel)
    body = f"{channel.id}.{int((now + LIFE).timestamp())}.{new_token()}"
    state = f"{body}.{_plain(keys.mac('consent state', f'{body} {seat}'))}"
    asked = ConsentAsked(redirect_url(settings), state, _challenge(_verifier(keys, state)))
    return kind.page(everything(channel, keys, settings), asked)


def read(state: str, keys: SecretKeys, seat: str, now: datetime) -> Asked:
    """Raises Refused for a state that this session was not given, or not lately."""
    body, _, mac = state.rpartition(".")
    channel_id, _, rest = body.partition(".")
    until = rest.partition(".")[0]
    is_ours = keys.is_mac("consent state", f"{body} {seat}", _bytes(mac))
    if not is_ours or datetime.fromtimestamp(int(until), UTC) <= now:
        raise Refused(OLD)
    return Asked(channel_id, state)


def redeem(channel: Channel, keys: SecretKeys, settings: Settings, asked: Asked, code: str) -> Consent:
    """Trades the code for tokens, by the network: no transaction is open. Raises ConnectorFailure."""
    given = ConsentGiven(code, _verifier(keys, asked.state), redirect_url(settings))
    return _kind(channel).redeem(everything(channel, keys, settings), given, settings.private_hosts)


def keep(
    session: Session, channel: Channel, keys: SecretKeys, consent: Consent, *, now: datetime, actor: Actor
) -> None:
    """Seals what was given. A channel that waited for it begins to listen."""
    sealed = keys.open_all(channel.sealed, channel.id) if channel.sealed else {}
    channel.sealed = keys.seal_all({**sealed, **consent.secrets}, channel.id)
    channel.settings = {**channel.settings, **consent.settings}
    channel.account = channels.account_of(channel) or channel.account
    if channel.awaits_sign_in:
        channel.awaits_sign_in = False
        channel.mode, channel.mode_reason, channel.mode_until = ChannelMode.LISTEN, None, None
    channel_state.worked(channel, now)
    channel.last_ok_at = channel.last_ok_at if channel.last_in_at else None
    record(session, None, EventKind.CHANNEL_CHANGED, actor, now=now, channel=channel.id, after="signed_in")


def is_signed_in(channel: Channel) -> bool:
    """Whether it works by a sign-in that may run out."""
    is_off = channel.awaits_sign_in or channel.mode == ChannelMode.OFF
    return channels.signs_in(channel.kind) is not None and not is_off


def sign_in_ends(
    channel: Channel, keys: SecretKeys, settings: Settings, database: Database
) -> datetime | None:
    """When the platform says that the sign-in runs out by itself; None: it does not, or does not say."""
    ends = [one.until for one in channels.test(channel, keys, settings, database) if one.until is not None]
    return min(ends, default=None)


def everything(channel: Channel, keys: SecretKeys, settings: Settings) -> dict[str, str]:
    """A channel's settings and secrets together, with what the installation adds.

    Raises Refused where it names no application: ours is lent to the platform's own address only.
    """
    secrets = keys.open_all(channel.sealed, channel.id)
    ours = settings.of_kind(channel.kind)
    keyed = channels.kinds()[channel.kind]
    plain, sealed = applications.completed(keyed, channel.settings, secrets, ours)
    values = {**plain, **sealed}
    for name in applications.NAMES & keyed.keys() - values.keys():
        raise Refused(f"{name} is missing: {keyed[name].words}. Type it under Change the settings.")
    return values


def _kind(channel: Channel) -> type[SignsIn]:
    found = channels.signs_in(channel.kind)
    if found is None:
        raise Refused("This kind of channel is not signed in with a browser.")
    return found


def _verifier(keys: SecretKeys, state: str) -> str:
    return _plain(keys.mac("consent verifier", state))


def _challenge(verifier: str) -> str:
    return _plain(hashlib.sha256(verifier.encode()).digest())


def _plain(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(words: str) -> bytes:
    try:
        return base64.b64decode(words + "=" * (-len(words) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return b""
