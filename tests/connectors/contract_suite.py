"""What every channel must do, whatever its kind. Subclass a part and give it a `rig` fixture."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence

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
    Sends,
    TemporaryFailure,
    Tests,
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


class ChecksContract:
    """`Tests`."""

    def test_a_check_names_its_steps_in_words(self, rig: SendingRig) -> None:
        channel = rig.channel()
        assert isinstance(channel, Tests)
        steps: Sequence[Checked] = channel.check()
        assert steps
        assert all(each.ok and each.step and each.detail for each in steps)
