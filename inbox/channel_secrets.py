"""The sealed secrets of a channel, for platforms that replace a secret each time it is used."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from sqlmodel import select

from connectors.contract import TemporaryFailure
from inbox import jobs
from inbox.database import Database, database_now, find, locked
from inbox.errors import Unavailable
from inbox.models import Channel, new_id
from inbox.secrets import SecretKeys

_LONGEST_USE = timedelta(seconds=120)
"""After this the turn of a process that died goes to the next."""
_LONGEST_WAIT_SECONDS = 10.0
_SAVE_PAUSES = (0.2, 1, 3)


@dataclass(frozen=True, slots=True)
class ChannelSecrets:
    """The contract's KeptSecrets. Equal for the same channel, however often its row was read."""

    office_id: str
    channel_id: str
    keys: SecretKeys = field(compare=False, repr=False)
    database: Database = field(compare=False, repr=False)

    def renew(self, name: str, use: Callable[[str | None], str | None]) -> None:
        with self._turn():
            before = self._now(name)
            after = use(before)
            if after is not None:
                self._save(name, before, after)

    def _now(self, name: str) -> str | None:
        try:
            with self.database.read(self.office_id) as session:
                return self._open(find(session, Channel, self.channel_id)).get(name)
        except Unavailable as trouble:
            raise TemporaryFailure("the sign-in of this account could not be read") from trouble

    def _open(self, channel: Channel) -> dict[str, str]:
        return self.keys.open_all(channel.sealed, channel.id)

    def _save(self, name: str, before: str | None, after: str) -> None:
        """Tries for a while: the platform has ended the old secret already."""
        for pause in _SAVE_PAUSES:
            try:
                return self._replace(name, before, after)
            except Unavailable:
                time.sleep(pause)
        try:
            self._replace(name, before, after)
        except Unavailable as trouble:
            raise TemporaryFailure("the new sign-in of this account could not be saved yet") from trouble

    def _replace(self, name: str, before: str | None, after: str) -> None:
        with self.database.write(self.office_id) as session:
            query = locked(session, select(Channel).where(Channel.id == self.channel_id))
            channel = session.exec(query).first()
            secrets = self._open(channel) if channel is not None else {}
            if channel is None or channel.removed_at or secrets.get(name) != before:
                return  # removed, or connected again by a person: theirs is newer
            channel.sealed = self.keys.seal_all({**secrets, name: after}, channel.id)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """This channel's secrets are in the hands of one caller, on all nodes."""
        lease, holder = f"secrets:{self.channel_id}", new_id()
        last = time.monotonic() + _LONGEST_WAIT_SECONDS
        while not self._hold(lease, holder):
            if time.monotonic() > last:
                raise TemporaryFailure("another process is signing in to this account")
            time.sleep(0.1)
        try:
            yield
        finally:
            self._let_go(lease, holder)

    def _hold(self, lease: str, holder: str) -> bool:
        try:
            with self.database.write() as session:
                return jobs.hold(session, lease, holder, database_now(session), _LONGEST_USE)
        except Unavailable:
            return False

    def _let_go(self, lease: str, holder: str) -> None:
        try:
            with self.database.write() as session:
                jobs.let_go(session, lease, holder)
        except Unavailable:
            return  # it runs out by itself
