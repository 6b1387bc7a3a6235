"""A demo that is stopped is quiet, and goes on where it was. No other may run beside it in this file."""

import pytest

from inbox.demo.place import Place
from tests.demo.running import Running
from tests.rigs.product import until

pytestmark = pytest.mark.timeout(300)


def test_it_stops_at_once_and_quietly_and_starts_again_where_it_was(copied: Place) -> None:
    first = Running(copied)
    before = first.cases()
    until(lambda: len(first.cases()) > len(before), seconds=120)
    password = first.place.facts.password
    first.stop()
    assert "Traceback" not in first.words()
    second = Running(copied)
    try:
        assert second.cases() >= before
        assert password in second.words()
        until(lambda: len(second.cases()) >= len(before) + 2, seconds=120)
    finally:
        second.stop()
    assert "renumbered" not in second.words()
    assert "cannot be reached" not in second.words()
