"""Every channel passes the one contract suite."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from connectors.contract import (
    ConnectorFailure,
    OutboundMessage,
    OutcomeUnknown,
    PermanentFailure,
    RawArrival,
    Surroundings,
    TemporaryFailure,
)
from connectors.email.channel import EmailChannel
from connectors.fake import FakeChannel
from tests.connectors.contract_suite import (
    ChecksContract,
    PollingRig,
    PollsContract,
    SendingRig,
    SendsContract,
)
from tests.connectors.mail import LOOPBACK, a_mail, an_outbound
from tests.rigs.dovecot import PASSWORD, USER, Dovecot
from tests.rigs.faulty_proxy import FaultyProxy
from tests.rigs.smtp_sink import At, SmtpSink


@dataclasses.dataclass
class EmailRig(PollingRig, SendingRig):
    dovecot: Dovecot
    sink: SmtpSink
    between: FaultyProxy

    def channel(self) -> EmailChannel:
        settings = {
            "address": USER,
            "imap_host": self.dovecot.host,
            "imap_port": str(self.between.port),
            "smtp_host": self.sink.host,
            "smtp_port": str(self.sink.port),
            "ca_file": str(self.dovecot.certificates.authority),
            "sent_folder": "Sent",
            "after": "move:Processed",
        }
        return EmailChannel.from_settings(
            settings, {"password": PASSWORD}, Surroundings(LOOPBACK, patience=0.5)
        )

    def deliver(self, text: bytes) -> None:
        self.dovecot.deliver(a_mail(body=text.decode()))

    def break_next_fetch(self) -> None:
        self.between.cut_now()
        self.between.refuse(times=1)

    def message(self) -> OutboundMessage:
        return an_outbound()

    def left(self) -> int:
        return len(self.sink.messages)

    def fail_next(self, failure: type[ConnectorFailure]) -> None:
        if failure is OutcomeUnknown:
            self.sink.stall(At.DOT, times=1)
        else:
            reply = "550 5.1.1 no" if failure is PermanentFailure else "450 4.2.0 later"
            self.sink.refuse(At.RCPT, reply, times=1)


@dataclasses.dataclass
class FakeRig(PollingRig, SendingRig):
    fake: FakeChannel = dataclasses.field(default_factory=FakeChannel)

    def channel(self) -> FakeChannel:
        return self.fake

    def deliver(self, text: bytes) -> None:
        number = len(self.fake.mailbox)
        self.fake.deliver(RawArrival("fake", "a", f"fake/{number}", text, datetime.now(UTC)))
        self.fake.wait(0)

    def break_next_fetch(self) -> None:
        self.fake.failures.append(TemporaryFailure("broken for the test"))

    def message(self) -> OutboundMessage:
        return an_outbound()

    def left(self) -> int:
        return len(self.fake.sent)

    def fail_next(self, failure: type[ConnectorFailure]) -> None:
        self.fake.failures.append(failure("planned for the test"))


class TestEmail(PollsContract, SendsContract, ChecksContract):
    @pytest.fixture
    def rig(self, dovecot: Dovecot, smtp_sink: SmtpSink, proxy: Callable[[int], FaultyProxy]) -> EmailRig:
        return EmailRig(dovecot, smtp_sink, proxy(dovecot.tls_port))


class TestFake(PollsContract, SendsContract, ChecksContract):
    @pytest.fixture
    def rig(self) -> FakeRig:
        return FakeRig()
