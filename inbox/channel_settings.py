"""Changes a connected account in place, its settings and its secrets: tried before it is kept."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, select

from connectors.contract import Checked, KeptSecrets, Tests
from connectors.keys import Key, offered, value_of
from inbox import channel_tests, channels
from inbox.channel_secrets import ChannelSecrets
from inbox.database import Database, locked
from inbox.errors import Conflict, NotFound, Refused, SetupProblem
from inbox.history import Actor, record
from inbox.models import Channel, EventKind
from inbox.secrets import SecretKeys
from inbox.settings import Settings

_FIXED = {"email": ("address", "imap_host", "username"), "microsoft365": ("mailbox",)}
"""By kind, the settings that say which account it is, beside what names the account for every kind."""
_ONCE = "since"
NOT_KEPT = "not_kept"
"""How the history says that a change was tried and given up."""


def changeable(channel: Channel) -> dict[str, Key]:
    """The keys that can be changed in place, on a page."""
    fixed = (*_FIXED.get(channel.kind, ()), _ONCE)
    keys = offered(channels.kinds().get(channel.kind, {}))
    return {name: key for name, key in keys.items() if name not in fixed}


def refuse_files(kind: str, given: Mapping[str, str]) -> None:
    """Raises Refused where a page is given what names a file of the server: its answer tells which exist."""
    for name, key in channels.kinds().get(kind, {}).items():
        if key.on_server and given.get(name, "").strip():
            raise Refused(f"{name} is set by whoever runs the server, with `inbox channel set`.")


class Change:
    """New settings and secrets for a channel, checked and not yet kept. An empty setting means its default.

    A secret that was kept goes only where it was given for. Where a change reaches elsewhere, only what was
    typed with it is tried and kept, and the rest is forgotten; an operator, who has the keys, is believed.
    Raises Refused for what makes no sense, and for what would be another account.
    """

    def __init__(
        self,
        channel: Channel,
        values: Mapping[str, str],
        secrets: Mapping[str, str],
        keys: SecretKeys,
        *,
        is_operator: bool = False,
    ) -> None:
        _refuse_another_account(channel, values)
        self.channel = channel
        self.secrets = {name: value for name, value in secrets.items() if value.strip()}
        self.names = sorted({*self.secrets, *_different(channel, values)})
        self.settings = {
            name: value.strip() for name, value in {**channel.settings, **values}.items() if value.strip()
        }
        self._before = dict(channel.settings)
        self._elsewhere = _reaching(channel, self.settings)
        self._forgets = bool(self._elsewhere) and not is_operator
        self._keys = keys

    def test(self, settings: Settings, database: Database) -> Sequence[Checked]:
        """Tries it, with no transaction open. Sends nothing. Raises Refused for what makes no sense."""
        ours = _opened(self.channel, self._keys)
        if self._forgets and ours and not self.secrets:
            raise Refused(_type_again(self._elsewhere, ours))
        kept = ChannelSecrets(self.channel.office_id, self.channel.id, self._keys, database)
        held = {} if self._forgets else ours
        connector = channels.build(
            self.channel.kind,
            self.settings,
            {**held, **self.secrets},
            self.channel.since,
            settings,
            _Trial(self.secrets, held, None if self._elsewhere else kept),
        )
        try:
            return connector.check() if isinstance(connector, Tests) else ()
        finally:
            if hasattr(connector, "close"):
                connector.close()

    def keep(self, session: Session, found: Sequence[Checked], *, now: datetime, actor: Actor) -> Channel:
        """Seals and keeps it, with what its test found. The history names what was changed, no value.

        Raises Conflict where somebody changed it while it was tested: their secrets are not for this address.
        """
        channel = session.exec(locked(session, select(Channel).where(Channel.id == self.channel.id))).first()
        if channel is None or channel.removed_at is not None:
            raise NotFound
        if channel.settings != self._before:
            raise Conflict(f"Nothing was changed: somebody else changed {channel.name} just now. Look again.")
        channel.settings = self.settings
        if self.secrets or self._forgets:
            held = {} if self._forgets else _opened(channel, self._keys)
            everything = {**held, **self.secrets}
            channel.sealed = self._keys.seal_all(everything, channel.id) if everything else None
        channel_tests.remember(channel, found, now)
        record(session, None, EventKind.CHANNEL_CHANGED, actor, now=now, channel=channel.id,
               field=", ".join(self.names))  # fmt: skip
        return channel

    def give_up(self, session: Session, *, now: datetime, actor: Actor) -> None:
        """Notes that it was tried and not kept."""
        record(session, None, EventKind.CHANNEL_CHANGED, actor, now=now, channel=self.channel.id,
               field=", ".join(self.names), after=NOT_KEPT)  # fmt: skip


class _Trial:
    """KeptSecrets while a change is tried: what was typed just now stays here, the rest where it is kept.

    Nothing is renewed in what is kept by another address (`kept` is None): what it gives counts as typed.
    """

    def __init__(self, typed: dict[str, str], held: Mapping[str, str], kept: KeptSecrets | None) -> None:
        self._typed = typed
        self._held = held
        self._kept = kept

    def renew(self, name: str, use: Callable[[str | None], str | None]) -> None:
        if self._kept is not None and name not in self._typed:
            self._kept.renew(name, use)
        elif (fresh := use(self._typed.get(name, self._held.get(name)))) is not None:
            self._typed[name] = fresh


def _different(channel: Channel, values: Mapping[str, str]) -> set[str]:
    """What would be other than it is; a default that is typed is none."""
    keys = channels.kinds().get(channel.kind, {})
    usual = {name: key.default or "" for name, key in keys.items()}
    before = {**usual, **channel.settings}
    return {name for name in values if (values[name].strip() or usual.get(name, "")) != before.get(name, "")}


def _reaching(channel: Channel, after: Mapping[str, str]) -> list[str]:
    """In words, the settings by which the secrets would go elsewhere, or less safely, than until now."""
    keys = channels.kinds().get(channel.kind, {}).values()
    moved = (key for key in keys if key.reaches and value_of(key, after) != value_of(key, channel.settings))
    return [key.words.split(" (")[0] for key in moved]


def _type_again(elsewhere: Sequence[str], secrets: Mapping[str, str]) -> str:
    return (
        f"Nothing was changed or tried. You changed: {'; '.join(elsewhere)}. What we keep is used only where "
        f"it was given for. Type again: {', '.join(secrets)}."
    )


def _opened(channel: Channel, keys: SecretKeys) -> dict[str, str]:
    """What is sealed; nothing where its key is lost: then everything that is needed is typed anew."""
    try:
        return keys.open_all(channel.sealed, channel.id)
    except SetupProblem:
        return {}


def _refuse_another_account(channel: Channel, values: Mapping[str, str]) -> None:
    fixed = _FIXED.get(channel.kind, ())
    before, after = channel.settings, {**channel.settings, **values}
    changed = [name for name in fixed if _tidy(after, name) != _tidy(before, name)]
    if _ONCE in values:
        raise Refused("since is said once, when a channel is added. Import older mail with `inbox import`.")
    if changed or channels.account_of(channel, after) != channels.account_of(channel):
        named = " and ".join(changed) or "that"
        raise Refused(
            f"Nothing was changed: with another {named} it is another account. Add that as a channel of its "
            f"own, then disconnect {channel.name}; its cases stay."
        )


def _tidy(values: Mapping[str, str], name: str) -> str:
    return values.get(name, "").strip().lower()
