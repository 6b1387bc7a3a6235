"""What all tests share: the real servers, as fixtures."""

pytest_plugins = ["tests.rigs.fixtures"]
