"""What an installation's own registered applications add to a channel, and what only a sign-in can add."""

from collections.abc import Mapping

from connectors.contract import SignsIn
from connectors.keys import Key, value_of

NAMES = frozenset({"client_id", "app_id"})
"""What names an application: whoever gives one gives its secret too."""


def completed(
    keys: Mapping[str, Key], values: Mapping[str, str], secrets: Mapping[str, str], ours: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Plain values and secrets as typed, with the installation's own application where none was."""
    ours = _lent(keys, values, ours)
    plain = {key: value for key, value in ours.items() if not keys[key].secret}
    sealed = {key: value for key, value in ours.items() if keys[key].secret}
    return {**plain, **values}, {**sealed, **secrets}


def missing(
    keys: Mapping[str, Key], consent: type[SignsIn] | None, given: Mapping[str, str], ours: Mapping[str, str]
) -> dict[str, str]:
    """What only a sign-in can fill, each with what stands in for it until then; empty if nothing waits.

    An application that may act for itself (Microsoft 365 with a secret) waits for nobody.
    """
    needed = {key: value for key, value in consent.fills.items() if key not in given} if consent else {}
    if any(keys[key].required for key in needed):
        return needed
    whole = {**_lent(keys, given, ours), **given}
    return {} if any(key.secret and key.name in whole for key in keys.values()) else needed


def _lent(keys: Mapping[str, Key], given: Mapping[str, str], ours: Mapping[str, str]) -> Mapping[str, str]:
    """The installation's own application, which is shown to nobody but the platform itself.

    A channel that names an application, or an address other than the platform's, brings its own.
    """
    is_elsewhere = any(key.reaches and value_of(key, given) != value_of(key, {}) for key in keys.values())
    return {} if is_elsewhere or NAMES & given.keys() else ours
