"""A running stand-in of Facebook, and its Page: empty for each test."""

from collections.abc import Iterator

import pytest

from tests.rigs.facebook import Facebook, facebook


@pytest.fixture(scope="session")
def running_facebook() -> Iterator[Facebook]:
    with facebook() as running:
        yield running


@pytest.fixture
def page(running_facebook: Facebook) -> Facebook:
    running_facebook.clear()
    return running_facebook
