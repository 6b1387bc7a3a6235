"""Connected accounts: made, tested, switched, watched. The only module that knows concrete channels."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

import structlog
from sqlmodel import Session, col, select

from connectors import registry
from connectors.contract import (
    Boundless,
    Budget,
    Checked,
    Composes,
    KeptSecrets,
    Limits,
    PermanentFailure,
    Polls,
    Question,
    Sends,
    SentBefore,
    SignsIn,
    Surroundings,
    Tests,
    no_sent,
)
from connectors.forwarders import FORWARDERS, patterns_of
from connectors.guides import GUIDES, Guide
from connectors.keys import Key
from inbox import applications
from inbox.channel_budgets import ChannelBudgets
from inbox.channel_secrets import ChannelSecrets
from inbox.database import Database, office_of
from inbox.desk import Tools
from inbox.errors import Conflict, Refused, unforeseen
from inbox.failpoints import reach
from inbox.history import Actor, record
from inbox.models import (
    Channel,
    ChannelDoor,
    ChannelHealth,
    ChannelMode,
    Delivery,
    DeliveryState,
    EventKind,
    new_id,
)  # fmt: skip
from inbox.pipeline import Reader
from inbox.scanning import scanner
from inbox.secrets import SecretKeys
from inbox.settings import Settings
from inbox.storage import Store

_log = structlog.get_logger("inbox.channels")
NOT_SIGNED_IN = "Not signed in yet"
FOLLOWED_FOR = timedelta(days=400)
"""A fault that was handed on so long ago is not asked about any more."""


def kinds() -> dict[str, dict[str, Key]]:
    """Every kind of channel and the keys it takes, for forms and for `inbox channel kinds`."""
    return {kind: dict(keys) for kind, keys in registry.ByKind(lambda made: made.KEYS).items()}


def tools(settings: Settings, store: Store, keys: SecretKeys) -> Tools:
    """What this node hands to its stages, as the settings say."""
    return Tools(store, keys, settings.base_url, composers(), limits(), scanner(settings))


def limits() -> Mapping[str, Limits]:
    """What one message may carry, by kind of channel."""
    return registry.ByKind(lambda made: made.limits)


def composers() -> Mapping[str, Composes]:
    """The kinds that can carry a letter."""
    return registry.ByKind(lambda made: cast(Composes, made) if hasattr(made, "compose") else None)


def readers() -> Mapping[str, Reader]:
    """How each kind of channel understands what it collected."""
    return registry.ByKind(lambda made: made.understand)


def formatted(kind: str, raw: bytes) -> str | None:
    """What was sent as harmless HTML, for a document of its own; None where there is none."""
    made = registry.kind(kind)
    return made.formatted(raw) if made is not None and hasattr(made, "formatted") else None


def is_polled(channel: Channel) -> bool:
    """Whether this channel is collected by asking."""
    return _has(channel, "fetch")


def is_called(channel: Channel) -> bool:
    """Whether its platform calls us."""
    return _has(channel, "receive")


def introduces(kind: str) -> bool:
    """Whether this kind can say who is behind an address."""
    made = registry.kind(kind)
    return made is not None and hasattr(made, "names_of")


def _has(channel: Channel, ability: str) -> bool:
    made = registry.kind(channel.kind)
    return made is not None and hasattr(made, ability)


def webhook_url(channel: Channel, settings: Settings) -> str | None:
    """The address that its platform calls; None for kinds that are never called.

    A kind whose callers speak a protocol with addresses of its own says where: `CALLED_AT`.
    """
    if not is_called(channel):
        return None
    own = getattr(registry.kind(channel.kind), "CALLED_AT", None)
    return settings.base_url.rstrip("/") + (own or f"/webhooks/{channel.kind}/{channel.id}")


def connect(channel: Channel, keys: SecretKeys, settings: Settings, database: Database) -> Any:
    """The connector of a channel. Raises Refused when its settings make no sense."""
    secrets = keys.open_all(channel.sealed, channel.id)
    kept = ChannelSecrets(channel.office_id, channel.id, keys, database)
    budget = ChannelBudgets(channel.office_id, channel.id, database, settings.now)
    address = webhook_url(channel, settings)
    sent = partial(_sent, database, channel.office_id, channel.id, settings.now)
    since = channel.since
    return build(channel.kind, channel.settings, secrets, since, settings, kept, budget, address, sent)


def build(
    kind: str, values: Mapping[str, str], secrets: Mapping[str, str], since: datetime, settings: Settings,
    kept: KeptSecrets | None = None, budget: Budget | None = None, webhook_url: str | None = None,
    sent: Callable[[], Sequence[SentBefore]] = no_sent,
) -> Any:  # fmt: skip
    """A connector from plain values and secrets, as a form or a command gives them.

    `kept`: where the secrets lie, once they do; `budget`: what the platform still allows, once it is counted;
    `webhook_url`: where the platform can call the channel, once it has an address; `sent`: what went out.
    """
    made = _made(kind)
    values, secrets = applications.completed(made.KEYS, values, secrets, settings.of_kind(kind))
    try:
        return made.from_settings(
            {"since": since.isoformat(), **values},
            secrets,
            Surroundings(
                settings.private_hosts,
                settings.smtp_timeout,
                reach,
                kept,
                budget or Boundless(),
                webhook_url,
                sent,
            ),
        )
    except PermanentFailure as problem:
        raise Refused(problem.reason) from problem


def _made(kind: str) -> type[registry.Kind]:
    made = registry.kind(kind)
    if made is None:
        known = ", ".join(sorted(registry.KINDS))
        raise Refused(f"There is no channel of kind {kind!r}. Known kinds: {known}.")
    return made


def _sent(
    database: Database, office_id: str, channel_id: str, now: Callable[[], datetime]
) -> Sequence[SentBefore]:
    """What left through a channel lately, or may have, newest first: never more than a thousand."""
    known = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.UNKNOWN)
    query = (
        select(Delivery)
        .where(Delivery.channel_id == channel_id, col(Delivery.state).in_(known))
        .where(Delivery.queued_at >= now() - FOLLOWED_FOR)
        .order_by(col(Delivery.id).desc())
        .limit(1000)
    )
    with database.read(office_id) as session:
        return [SentBefore(one.outgoing_id, one.platform_id, one.queued_at) for one in session.exec(query)]


def guide(kind: str, addresses: Mapping[str, str]) -> Guide | None:
    """How an account of this kind is connected, with this installation's `addresses` (redirect, webhook)."""
    found = GUIDES.get(kind)
    return found.with_addresses(addresses) if found else None


def signs_in(kind: str) -> type[SignsIn] | None:
    """How accounts of this kind are signed in with a browser; None where they are not."""
    return getattr(registry.kind(kind), "CONSENT", None)


def account_of(channel: Channel, settings: Mapping[str, str] | None = None) -> str:
    """What the platform calls the account, from its settings as they are now, or as they would be."""
    return _made(channel.kind).account_of(channel.settings if settings is None else settings)


def _keys(kind: str) -> Mapping[str, Key]:
    made = registry.kind(kind)
    return made.KEYS if made is not None else {}


def services(channel: Channel) -> Mapping[str, str]:
    """What can be handed on through this channel, name by code; empty where nothing can."""
    made = registry.kind(channel.kind)
    return made.services_known(channel.cursor) if made is not None and hasattr(made, "services_known") else {}


def questions(channel: Channel, service_code: str) -> Sequence[Question]:
    """What must be answered before something of this kind is handed on through this channel."""
    made = registry.kind(channel.kind)
    known = getattr(made, "questions_known", None)
    return known(channel.cursor, service_code) if known is not None else ()


def _since(words: str | None, now: datetime) -> datetime:
    try:
        since = datetime.fromisoformat(words) if words else now
    except ValueError:
        raise Refused("since must be a date, like 2026-11-22.") from None
    return since if since.tzinfo else since.replace(tzinfo=now.tzinfo)


def add(
    session: Session, *, kind: str, name: str, values: Mapping[str, str], secrets: Mapping[str, str],
    keys: SecretKeys, settings: Settings, now: datetime, actor: Actor, mode: ChannelMode = ChannelMode.LISTEN,
) -> Channel:  # fmt: skip
    """A new channel, listening. Its secrets are sealed under its own id and never shown again."""
    if not name.strip():
        raise Refused("Give the channel a name.")
    taken = session.exec(select(Channel).where(Channel.name == name.strip())).first()
    if taken is not None:
        raise Conflict(f"There is a channel called {name.strip()} already.")
    since = _since(values.get("since"), now)
    plain = {key: value for key, value in values.items() if key != "since"}
    missing = applications.missing(_keys(kind), signs_in(kind), {**plain, **secrets}, settings.of_kind(kind))
    stand_in = {key: value for key, value in missing.items() if _keys(kind)[key].secret}
    shown = {key: value for key, value in missing.items() if key not in stand_in}
    build(kind, {**plain, **shown}, {**secrets, **stand_in}, since, settings)
    channel = Channel(
        id=new_id(),
        office_id=office_of(session),
        kind=kind,
        name=name.strip(),
        account=_made(kind).account_of(plain) or name.strip().lower(),
        mode=ChannelMode.OFF if missing else mode,
        mode_reason=NOT_SIGNED_IN if missing else None,
        settings=plain,
        since=since,
        created_at=now,
        awaits_sign_in=bool(missing),
    )
    channel.sealed = keys.seal_all(secrets, channel.id) if secrets else None
    session.add(channel)
    session.add(ChannelDoor(channel_id=channel.id, office_id=channel.office_id, kind=kind))
    session.flush()
    record(session, None, EventKind.CHANNEL_ADDED, actor, now=now, channel=channel.id, channel_kind=kind)
    return channel


def set_mode(
    session: Session, channel: Channel, mode: ChannelMode, *, reason: str, until: datetime | None,
    now: datetime, actor: Actor, words: str | None = None,
) -> None:  # fmt: skip
    """Switches a channel. Anything but full needs a reason that others will read.

    One that redirects collects as before and answers whoever writes with `words`, which say where to go.
    """
    if channel.awaits_sign_in and mode is not ChannelMode.OFF:
        raise Refused("Sign in to the account first.")
    if mode is not ChannelMode.FULL and not reason.strip():
        raise Refused("Say why. Others will read it.")
    words = (channel.redirect_words if words is None else words.strip()) or None
    if mode is ChannelMode.REDIRECT and words is None:
        raise Refused("Write the words that say where people shall go instead.")
    before, channel.redirect_words = channel.mode, words
    channel.mode, channel.mode_reason, channel.mode_until = mode, reason.strip() or None, until
    record(
        session,
        None,
        EventKind.CHANNEL_CHANGED,
        actor,
        now=now,
        channel=channel.id,
        before=before,
        after=mode,
        reason=reason.strip(),
        until=until.isoformat() if until else None,
    )


def set_forwarders(session: Session, channel: Channel, words: str, *, now: datetime, actor: Actor) -> None:
    """Says whose forwarded mail counts as its first writer's. Raises Refused for what is no address."""
    if FORWARDERS not in _keys(channel.kind):
        raise Refused(f"{channel.name} is no mailbox, so nobody forwards mail to it.")
    try:
        found = patterns_of(words)
    except PermanentFailure as problem:
        raise Refused(problem.reason) from problem
    others = {name: value for name, value in channel.settings.items() if name != FORWARDERS}
    channel.settings = others | ({FORWARDERS: ", ".join(found)} if found else {})
    record(session, None, EventKind.CHANNEL_CHANGED, actor, now=now, channel=channel.id, field=FORWARDERS)


def forwarders(channel: Channel) -> str | None:
    """Whose forwards count, as `set_forwarders` takes it; None for a channel that takes no mail."""
    is_mailbox = FORWARDERS in _keys(channel.kind)
    return channel.settings.get(FORWARDERS, "") if is_mailbox else None


def remove(session: Session, channel: Channel, *, now: datetime, actor: Actor) -> None:
    """Disconnects an account. What came through it stays."""
    channel.removed_at, channel.mode, channel.sealed = now, ChannelMode.OFF, None
    channel.mode_until = None
    channel.name = f"{channel.name} (removed {now:%Y-%m-%d %H:%M:%S})"[:80]
    record(session, None, EventKind.CHANNEL_CHANGED, actor, now=now, channel=channel.id, after="removed")


def test(channel: Channel, keys: SecretKeys, settings: Settings, database: Database) -> Sequence[Checked]:
    """What works and what does not, in words. Sends nothing and changes nothing."""
    try:
        connector = connect(channel, keys, settings, database)
    except Refused as problem:
        return (Checked("settings", False, problem.sentence),)
    if not isinstance(connector, Tests):
        return (Checked("settings", True, "This kind of channel needs no connection."),)
    try:
        return connector.check()
    except Exception as fault:  # whatever a platform answered, it is this channel's trouble alone
        _log.exception("the test of a channel failed unforeseen", channel=channel.id)
        return (Checked("test", False, unforeseen(fault)),)
    finally:
        if hasattr(connector, "close"):  # a form has nothing to let go of
            connector.close()


def health(channel: Channel, now: datetime) -> ChannelHealth:
    """How a channel is, read from what happened last."""
    if channel.mode == ChannelMode.OFF:
        return ChannelHealth.OFF
    if channel.needs_attention or channel.sending_trouble:
        return ChannelHealth.NEEDS_ATTENTION
    if channel.failing_since is not None:
        return ChannelHealth.FAILING
    if (channel.last_ok_at or channel.last_in_at) is None and not is_by_hand(channel):
        return ChannelHealth.WAITING
    return ChannelHealth.OK


def trouble(channel: Channel) -> str | None:
    """What is wrong with it, with collecting and with sending, in sentences; None where nothing is."""
    told = (channel.trouble, channel.sending_trouble and f"It cannot send: {channel.sending_trouble}")
    return " ".join(f"{one.rstrip('. ')}." for one in told if one) or None


def is_by_hand(channel: Channel) -> bool:
    """Whether people are its wire: there is nothing to reach, so nothing waits to be tried."""
    is_known = channel.kind in registry.KINDS
    return is_known and not any(_has(channel, ability) for ability in ("fetch", "receive", "send"))


def open_channels(session: Session) -> list[Channel]:
    """The office's channels that are connected, in the order they were added."""
    return list(
        session.exec(select(Channel).where(col(Channel.removed_at).is_(None)).order_by(col(Channel.id)))
    )


def polls(connector: object) -> Polls | None:
    return connector if isinstance(connector, Polls) else None


def sends(connector: object) -> Sends | None:
    return connector if isinstance(connector, Sends) else None


def door(session: Session, kind: str, channel_id: str) -> str | None:
    """The office whose channel of this kind it is; asked before any office is known."""
    query = select(ChannelDoor.office_id).where(
        ChannelDoor.channel_id == channel_id, ChannelDoor.kind == kind
    )
    return session.exec(query).first()
