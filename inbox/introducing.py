"""How people get a name whose platform sends none along: asked at their first message, for many at once."""

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import timedelta

import structlog
from sqlmodel import Session, col, select

from connectors.contract import (
    ConnectorFailure,
    InboundMessage,
    Introduces,
    RawArrival,
    TemporaryFailure,
)
from inbox import channels, people
from inbox.database import Database, find
from inbox.errors import Refused, SetupProblem, Unavailable
from inbox.models import Arrival, Channel
from inbox.secrets import SecretKeys
from inbox.settings import Settings
from inbox.storage import Store

_log = structlog.get_logger("inbox.introducing")
_PATIENCE_SECONDS = 5.0
_REST = timedelta(minutes=5)
_MOST_REMEMBERED = 5_000


class Introducer:
    """Asks platforms for names. One that does not answer is left alone for a while, as a name must never hold
    up what people wrote; who stayed nameless is asked after again with their next message."""

    def __init__(self, database: Database, store: Store, keys: SecretKeys, settings: Settings) -> None:
        self._database = database
        self._store = store
        self._keys = keys
        self._settings = settings.model_copy(update={"smtp_timeout": _PATIENCE_SECONDS})
        self._readers = channels.readers()
        self._rests_until: dict[str, float] = {}
        self._met: dict[tuple[str, str], str] = {}

    def __call__(self, arrival: RawArrival, office_id: str, channel_id: str, address: str) -> str:
        """The name of whoever is behind an address; "" where nobody can tell now."""
        if not channels.introduces(arrival.channel):
            return ""
        met = self._met.pop((channel_id, address), None)
        with self._database.read(office_id) as session:
            known = self._known(session, arrival.channel, address)
            channel = find(session, Channel, channel_id)
        if known is not None:
            return known
        if met is not None:
            return met
        return "" if self._rests(channel_id) else self._ask(channel, [address]).get(address, "")

    def meet(self, office_id: str, arrival_ids: Sequence[str]) -> None:
        """Asks for the names of everybody in a burst at once, to have them as each is filed."""
        if len(arrival_ids) < 2:
            return
        with self._database.read(office_id) as session:
            query = (
                select(Arrival, Channel)
                .join(Channel, col(Channel.id) == Arrival.channel_id)
                .where(col(Arrival.id).in_(arrival_ids))
            )
            rows = [one for one in session.exec(query) if channels.introduces(one[1].kind)]
            strangers: dict[str, dict[str, None]] = {}
            for arrival, channel in rows:
                address = self._nameless(arrival, channel.kind)
                if address and self._known(session, channel.kind, address) is None:
                    strangers.setdefault(channel.id, {})[address] = None
        asked = {channel.id: channel for _, channel in rows}
        for channel_id, addresses in strangers.items():
            if len(addresses) > 1 and not self._rests(channel_id):
                self._remember(channel_id, self._ask(asked[channel_id], list(addresses)))

    def _nameless(self, row: Arrival, kind: str) -> str:
        """Who wrote an arrival without a name; "" where it has one, or cannot be read."""
        try:
            raw = self._store.get(row.office_id, row.raw_hash)
            news = self._readers[kind](
                RawArrival(kind, row.account, row.external_id, raw, row.received_at, dict(row.hints))
            )
        except Exception:
            return ""  # whatever it is, it is said where the arrival is filed
        return news.sender.address if isinstance(news, InboundMessage) and not news.sender.name else ""

    def _remember(self, channel_id: str, names: Mapping[str, str]) -> None:
        if len(self._met) > _MOST_REMEMBERED:
            self._met.clear()  # of those whose message was never filed
        self._met |= {(channel_id, address): name for address, name in names.items()}

    def _rests(self, channel_id: str) -> bool:
        return time.monotonic() < self._rests_until.get(channel_id, 0)

    @staticmethod
    def _known(session: Session, kind: str, address: str) -> str | None:
        """The name on file; None for a stranger, and for who stayed nameless."""
        person = people.known_by(session, kind, address)
        return None if person is None or people.is_nameless(person, kind) else person.name

    def _ask(self, channel: Channel, addresses: Sequence[str]) -> Mapping[str, str]:
        """Names from the platform; none, and a rest, where it cannot be asked now or was disconnected."""
        try:
            with closing(channels.connect(channel, self._keys, self._settings, self._database)) as connector:
                return connector.names_of(addresses) if isinstance(connector, Introduces) else {}
        except Unavailable:
            raise
        except Exception as failure:
            if not isinstance(failure, (ConnectorFailure, Refused, SetupProblem)):
                _log.exception("asking for names failed unforeseen", channel=channel.id)
            after = failure.after if isinstance(failure, TemporaryFailure) else None
            self._rests_until[channel.id] = time.monotonic() + (after or _REST).total_seconds()
            return {}
