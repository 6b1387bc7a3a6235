"""How people get a name whose platform does not send one along: asked at their first message."""

import time
from contextlib import closing
from datetime import timedelta

from connectors.contract import ConnectorFailure, Introduces, RawArrival, TemporaryFailure
from inbox import channels, people
from inbox.database import Database, find
from inbox.models import Channel
from inbox.secrets import SecretKeys
from inbox.settings import Settings

_PATIENCE_SECONDS = 5.0
_REST = timedelta(minutes=5)


class Introducer:
    """Asks platforms for names. One that does not answer is left alone for a while, as a name must never hold
    up what people wrote; who stayed nameless is asked after again with their next message."""

    def __init__(self, database: Database, keys: SecretKeys, settings: Settings) -> None:
        self._database = database
        self._keys = keys
        self._settings = settings.model_copy(update={"smtp_timeout": _PATIENCE_SECONDS})
        self._rests_until: dict[str, float] = {}

    def __call__(self, arrival: RawArrival, office_id: str, channel_id: str, address: str) -> str:
        """The name of whoever is behind an address; "" where nobody can tell now."""
        if not channels.introduces(arrival.channel):
            return ""
        with self._database.read(office_id) as session:
            known = people.known_by(session, arrival.channel, address)
            channel = find(session, Channel, channel_id)
        if known is not None and not people.is_nameless(known, arrival.channel):
            return known.name
        if time.monotonic() < self._rests_until.get(channel_id, 0):
            return ""
        try:
            return self._ask(channel, address)
        except ConnectorFailure as failure:
            after = failure.after if isinstance(failure, TemporaryFailure) else None
            self._rests_until[channel_id] = time.monotonic() + (after or _REST).total_seconds()
            return ""

    def _ask(self, channel: Channel, address: str) -> str:
        connector = channels.connect(channel, self._keys, self._settings, self._database)
        with closing(connector):
            return connector.name_of(address) if isinstance(connector, Introduces) else ""
