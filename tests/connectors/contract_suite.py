"""What every channel must do, whatever its kind. Subclass a part and give it a `rig` fixture."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from dataclasses import replace

import pytest

from connectors.contract import (
    Checked,
    ConnectorFailure,
    KeepsCopies,
    OutboundMessage,
    OutcomeUnknown,
    PermanentFailure,
    Polls,
    RawArrival,
    Receives,
    Sends,
    TemporaryFailure,
    Tests,
    WebhookRejected,
    WebhookRequest,
)


class PollingRig(ABC):
    """A channel that collects, and the world on its other side."""

    @abstractmethod
    def channel(self) -> Polls:
        """A channel as after a restart of the program: it remembers nothing."""

    @abstractmethod
    def deliver(self, text: bytes) -> None:
        """Something arrives on the platform that holds `text`."""

    @abstractmethod
    def break_next_fetch(self) -> None: ...


class SendingRig(ABC):
    """A channel that sends, and the world on its other side."""

    @abstractmethod
    def channel(self) -> Sends: ...

    @abstractmethod
    def message(self) -> OutboundMessage: ...

    @abstractmethod
    def left(self) -> int:
        """How many messages the platform has."""

    @abstractmethod
    def fail_next(self, failure: type[ConnectorFailure]) -> None:
        """The platform answers the next send with what means `failure`."""


class ReceivingRig(ABC):
    """A channel that is called, and the platform that calls it."""

    is_signed = True
    """Whether the proof covers the bytes, so that a changed call is a forged one."""

    @abstractmethod
    def channel(self) -> Receives: ...

    @abstractmethod
    def call(self, number: int) -> WebhookRequest:
        """A true call about the news of this number."""

    @abstractmethod
    def forged(self, number: int) -> WebhookRequest:
        """The same, proved with another secret."""

    @abstractmethod
    def mixed(self, number: int) -> WebhookRequest:
        """A true call with this news and one item of no known form."""

    @abstractmethod
    def handshake(self) -> tuple[WebhookRequest, bytes]:
        """What the platform asks before it calls, and the answer it wants."""


def collected(channel: Polls, cursor: str | None = None) -> tuple[list[RawArrival], str | None]:
    arrivals: list[RawArrival] = []
    while True:
        batch = channel.fetch(cursor)
        arrivals += batch.arrivals
        cursor = batch.cursor
        if not batch.more:
            return arrivals, cursor


class PollsContract:
    """`Polls`."""

    def test_everything_comes_once_in_order_with_keys_of_its_own(self, rig: PollingRig) -> None:
        for number in range(60):
            rig.deliver(b"number %d." % number)
        channel = rig.channel()
        arrivals, cursor = collected(channel)
        again, _ = collected(channel, cursor)
        channel.close()
        assert [
            number for each in arrivals for number in range(60) if b"number %d." % number in each.raw
        ] == list(range(60))
        assert len({(each.channel, each.account, each.external_id) for each in arrivals}) == 60
        assert all(each.received_at.tzinfo is not None for each in arrivals)
        assert again == []

    def test_the_same_cursor_gives_the_same_keys_after_a_restart(self, rig: PollingRig) -> None:
        rig.deliver(b"one")
        keys = []
        for _ in range(2):
            channel = rig.channel()
            keys.append([each.external_id for each in channel.fetch(None).arrivals])
            channel.close()
        assert keys[0] == keys[1] != []

    def test_what_is_acknowledged_does_not_come_again(self, rig: PollingRig) -> None:
        rig.deliver(b"one")
        channel = rig.channel()
        arrivals, cursor = collected(channel)
        channel.acknowledge(arrivals)
        channel.acknowledge(arrivals)
        rig.deliver(b"two")
        later, _ = collected(channel, cursor)
        channel.close()
        assert len(later) == 1
        assert b"two" in later[0].raw

    def test_a_broken_fetch_is_temporary_and_loses_nothing(self, rig: PollingRig) -> None:
        channel = rig.channel()
        _, cursor = collected(channel)
        rig.deliver(b"one")
        rig.break_next_fetch()
        with pytest.raises(TemporaryFailure):
            channel.fetch(cursor)
        arrivals, _ = collected(channel, cursor)
        channel.close()
        assert len(arrivals) == 1

    def test_a_wait_ends_and_closing_never_raises(self, rig: PollingRig) -> None:
        channel = rig.channel()
        channel.fetch(None)
        assert channel.wait(0.01) is False
        channel.close()
        channel.close()


class SendsContract:
    """`Sends`."""

    def test_a_send_commits_once_and_gives_a_receipt_with_evidence(self, rig: SendingRig) -> None:
        left_at_commit: deque[int] = deque()
        message = rig.message()
        receipt = rig.channel().send(message, committing=lambda: left_at_commit.append(rig.left()))
        assert list(left_at_commit) == [0]
        assert rig.left() == 1
        assert receipt.external_id
        assert receipt.evidence

    @pytest.mark.parametrize("failure", [TemporaryFailure, PermanentFailure])
    def test_a_clear_failure_means_that_nothing_left(
        self, rig: SendingRig, failure: type[ConnectorFailure]
    ) -> None:
        rig.fail_next(failure)
        channel = rig.channel()
        with pytest.raises(failure) as caught:
            channel.send(rig.message(), committing=lambda: None)
        assert rig.left() == 0
        assert caught.value.reason
        assert "\n" not in caught.value.reason

    def test_an_unknown_outcome_comes_only_after_committing(self, rig: SendingRig) -> None:
        rig.fail_next(OutcomeUnknown)
        committed: list[bool] = []
        channel = rig.channel()
        with pytest.raises(OutcomeUnknown):
            channel.send(rig.message(), committing=lambda: committed.append(True))
        assert committed == [True]

    def test_without_a_copy_there_is_no_evidence_and_with_one_there_is(self, rig: SendingRig) -> None:
        channel, message = rig.channel(), rig.message()
        assert channel.evidence(message) is None
        if isinstance(channel, KeepsCopies):
            channel.keep_copy(message)
            assert channel.evidence(message)


NONSENSE = (
    b"", b"null", b"7", b"[]", b"{}", b'{"value": 7}', b'{"value": [null, 7, []]}', b'{"entry": "x"}',
    b"\xff\xfe", b"<html><h1>Sorry</h1></html>", b"[" * 20_000,
    b'{"id": 1e999, "value": [{"clientState": 9007199254740993}]}',
)  # fmt: skip


class ReceivesContract:
    """`Receives`."""

    def test_a_true_call_brings_news_or_a_hint(self, rig: ReceivingRig) -> None:
        answer = rig.channel().receive(rig.call(1))
        assert 200 <= answer.status < 300
        assert answer.arrivals or answer.hint

    def test_a_call_that_comes_twice_has_the_same_keys(self, rig: ReceivingRig) -> None:
        keys = [[one.external_id for one in rig.channel().receive(rig.call(1)).arrivals] for _ in range(2)]
        assert keys[0] == keys[1]

    def test_different_news_has_different_keys(self, rig: ReceivingRig) -> None:
        one, two = (
            {each.external_id for each in rig.channel().receive(rig.call(number)).arrivals}
            for number in (1, 2)
        )
        assert not one & two

    def test_a_call_proved_with_another_secret_is_refused(self, rig: ReceivingRig) -> None:
        with pytest.raises(WebhookRejected) as caught:
            rig.channel().receive(rig.forged(1))
        assert "\n" not in caught.value.reason

    def test_a_call_whose_bytes_were_changed_on_the_way_is_refused(self, rig: ReceivingRig) -> None:
        call = rig.call(1)
        if rig.is_signed:
            with pytest.raises(WebhookRejected):
                rig.channel().receive(replace(call, body=call.body + b" "))

    def test_one_bad_item_does_not_keep_the_others_out(self, rig: ReceivingRig) -> None:
        whole, mixed = rig.channel().receive(rig.call(1)), rig.channel().receive(rig.mixed(1))
        assert {one.external_id for one in whole.arrivals} <= {one.external_id for one in mixed.arrivals}
        assert mixed.hint or mixed.arrivals

    @pytest.mark.parametrize("body", NONSENSE)
    def test_nonsense_is_refused_and_harms_nothing(self, rig: ReceivingRig, body: bytes) -> None:
        with pytest.raises(WebhookRejected):
            rig.channel().receive(replace(rig.call(1), body=body))

    def test_a_handshake_is_answered_and_brings_nothing(self, rig: ReceivingRig) -> None:
        request, wanted = rig.handshake()
        answer = rig.channel().receive(request)
        assert (answer.status, answer.body, answer.arrivals, answer.hint) == (200, wanted, (), False)


class ChecksContract:
    """`Tests`."""

    def test_a_check_names_its_steps_in_words(self, rig: SendingRig) -> None:
        channel = rig.channel()
        assert isinstance(channel, Tests)
        steps: Sequence[Checked] = channel.check()
        assert steps
        assert all(each.ok and each.step and each.detail for each in steps)
