"""Both Open311 channels pass the one contract suite."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest

from connectors.contract import (
    ConnectorFailure,
    OutboundMessage,
    OutcomeUnknown,
    PermanentFailure,
    Surroundings,
    WebhookRequest,
)
from connectors.open311.council import CouncilChannel
from connectors.open311.reporting import Open311Channel
from tests.connectors.contract_suite import (
    ChecksContract,
    PollingRig,
    PollsContract,
    ReceivesContract,
    ReceivingRig,
    SendingRig,
    SendsContract,
)
from tests.connectors.open311.councils import Council, an_outbound
from tests.rigs.platforms import Platform, platform

KEY = "between FixMyStreet and us"
CREATE = r"POST /requests\.json"


@pytest.fixture(scope="module")
def standin() -> Iterator[Platform]:
    with platform("open311") as running:
        yield running


@dataclass
class CouncilRig(PollingRig, SendingRig):
    council: Council
    number: str = ""

    def channel(self) -> CouncilChannel:
        return self.council.channel(patience=0.5)

    def deliver(self, text: bytes) -> None:
        """The council says something of a fault that was handed on before."""
        self.number = self.number or self.council.hand_on()
        self.council.platform.order(
            "_status", id=self.number, status="IN_PROGRESS", description=text.decode()
        )

    def break_next_fetch(self) -> None:
        self.council.platform.order("_faults", on="GET .*", act="drop")

    def message(self) -> OutboundMessage:
        return an_outbound()

    def left(self) -> int:
        return len(self.council.reports())

    def fail_next(self, failure: type[ConnectorFailure]) -> None:
        if failure is OutcomeUnknown:
            self.council.platform.order("_faults", on=CREATE, act="lose")
        else:
            status = 400 if failure is PermanentFailure else 429
            self.council.platform.order("_faults", on=CREATE, act="status", status=status)


class TestCouncil(PollsContract, SendsContract, ChecksContract):
    @pytest.fixture
    def rig(self, standin: Platform) -> Iterator[CouncilRig]:
        standin.order("_reset")
        made = CouncilRig(Council(standin))
        yield made
        made.council.close()


class ReportsRig(ReceivingRig):
    """The key is shown with each call; the bytes are not signed."""

    is_signed = False

    def channel(self) -> Open311Channel:
        given = {"jurisdiction_id": "wexcombe.example", "reporter": "FixMyStreet"}
        return Open311Channel.from_settings(given, {"api_key": KEY}, Surroundings())

    def call(self, number: int) -> WebhookRequest:
        return self._called(number, KEY)

    def forged(self, number: int) -> WebhookRequest:
        return self._called(number, "another key altogether")

    def mixed(self, number: int) -> WebhookRequest:
        return self._called(number, KEY, {"not known yet": "7", "attribute[odd]": "x"})

    def handshake(self) -> tuple[WebhookRequest, bytes]:
        return WebhookRequest("GET", {}, {}, b""), b""

    def _called(self, number: int, key: str, more: dict[str, str] | None = None) -> WebhookRequest:
        fields = {
            "api_key": key, "service_code": "transport", "lat": "51.5", "long": "-0.1",
            "description": "A hole",
            "attribute[external_id]": str(number), **(more or {}),
        }  # fmt: skip
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return WebhookRequest("POST", headers, {}, urlencode(fields).encode())


class TestReports(ReceivesContract):
    @pytest.fixture
    def rig(self) -> ReportsRig:
        return ReportsRig()


def test_the_key_is_not_kept_with_the_report() -> None:
    answer = ReportsRig().channel().receive(ReportsRig().call(1))
    assert KEY.encode() not in answer.arrivals[0].raw
    assert b"api_key" not in answer.arrivals[0].raw
    assert list(json.loads(answer.body)[0]) == ["service_request_id"]
