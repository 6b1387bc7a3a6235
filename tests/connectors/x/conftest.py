"""A running stand-in of X, empty for each test."""

from collections.abc import Iterator

import pytest

from tests.rigs.platforms import Platform, platform


@pytest.fixture(scope="session")
def running_x() -> Iterator[Platform]:
    with platform("x") as found:
        yield found


@pytest.fixture
def x(running_x: Platform) -> Platform:
    running_x.order("_reset")
    return running_x
