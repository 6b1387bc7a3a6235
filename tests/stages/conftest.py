"""A running office with real intake and REST, on each database."""

from tests.security.conftest import _do_not_freeze, place, place_on_each

__all__ = ["_do_not_freeze", "place", "place_on_each"]
