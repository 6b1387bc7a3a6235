"""The channel that street faults are handed on by: a council's Open311 endpoint, spoken to and followed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from connectors.contract import (
    Batch,
    Checked,
    ConnectorFailure,
    Form,
    Letter,
    Limits,
    News,
    OutboundMessage,
    Question,
    RawArrival,
    SentReceipt,
    Surroundings,
)
from connectors.keys import Key
from connectors.open311 import changes, faults, sending
from connectors.open311 import settings as council_settings
from connectors.open311.api import Api
from connectors.open311.following import Follower, questions_known, services_known
from connectors.open311.settings import CouncilSettings


class CouncilChannel:
    """Polls, Reads, Composes, Judges, Advises, Sends and Tests of the contract, for one council."""

    KEYS: ClassVar[Mapping[str, Key]] = council_settings.KEYS
    limits: Limits = Limits(
        characters=faults.LONGEST, attachment_bytes=0, recipients=1, subject=False, forms=(Form.REPORT,)
    )

    def __init__(self, given: CouncilSettings, around: Surroundings) -> None:
        self.settings = given
        self.poll_seconds: float = given.poll_seconds
        self._api = Api(given, around.budget, min(around.patience, 60))
        self._follower = Follower(given, self._api, around.sent)

    @classmethod
    def from_settings(
        cls, settings: Mapping[str, str], secrets: Mapping[str, str], around: Surroundings
    ) -> "CouncilChannel":
        """A channel from what a person typed. Connects to nothing. Raises PermanentFailure in plain words."""
        return cls(council_settings.parse(settings, secrets, around.allow_private), around)

    @staticmethod
    def account_of(settings: Mapping[str, str]) -> str:
        """The jurisdiction at the council's host."""
        return council_settings.account_of(settings)

    @staticmethod
    def services_known(cursor: str | None) -> Mapping[str, str]:
        """The council's services, name by code, as they were when it was last asked."""
        return services_known(cursor)

    @staticmethod
    def questions_known(cursor: str | None, service_code: str) -> Sequence[Question]:
        """What this service asked for, beside place and words, when the council was last asked."""
        return questions_known(cursor, service_code)

    def fetch(self, cursor: str | None) -> Batch:
        return self._follower.fetch(cursor)

    def acknowledge(self, arrivals: Sequence[RawArrival]) -> None:
        """A council keeps no account of who has read."""

    def wait(self, seconds: float) -> bool:
        return self._follower.wait(seconds)

    def close(self) -> None:
        self._follower.close()
        self._api.close()

    @staticmethod
    def understand(arrival: RawArrival) -> News:
        return changes.understand(arrival)

    def read(self, arrival: RawArrival) -> News:
        return changes.understand(arrival)

    @staticmethod
    def compose(letter: Letter) -> bytes:
        return faults.compose(letter)

    @staticmethod
    def problems(letter: Letter, now: datetime) -> Sequence[str]:
        return faults.problems(letter)

    @staticmethod
    def advice(letter: Letter, now: datetime) -> Sequence[str]:
        return faults.advice(letter)

    def send(self, message: OutboundMessage, *, committing: Callable[[], None]) -> SentReceipt:
        return sending.send(self._api, self.settings, message, committing)

    def evidence(self, message: OutboundMessage) -> SentReceipt | None:
        return sending.evidence(self._api, message)

    def check(self) -> Sequence[Checked]:
        try:
            found = self._api.services()
        except ConnectorFailure as failure:
            return (Checked("Services", False, failure.reason),)
        named = ", ".join(list(found.values())[:5])
        return (Checked("Services", bool(found), f"{len(found)} can be handed on: {named}"),)
