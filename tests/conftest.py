"""What all tests share: the real servers and the databases, as fixtures, and how generated tests run."""

from hypothesis import settings

pytest_plugins = ["tests.rigs.fixtures", "tests.databases"]

# Time limits of single examples say more about a busy machine than about the code; pytest-timeout stays.
settings.register_profile("any machine", deadline=None, print_blob=True)
settings.load_profile("any machine")
