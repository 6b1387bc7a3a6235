"""What a channel asks for when it is set up: its keys, and how a form or a command checks them."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connectors.contract import PermanentFailure


@dataclass(frozen=True, slots=True)
class Key:
    """One setting. `words` is a label a caseworker understands; `choices` empty means free text.

    `reaches`: it says where the secrets are sent, or how safely. `on_server`: it names a file of the machine
    that runs this, so only its operator sets it.
    """

    name: str
    words: str
    required: bool = False
    secret: bool = False
    default: str | None = None
    choices: tuple[str, ...] = ()
    reaches: bool = False
    on_server: bool = False


def table(*keys: Key) -> Mapping[str, Key]:
    """Keys by name, in the order of the form."""
    return {key.name: key for key in keys}


def offered(keys: Mapping[str, Key]) -> dict[str, Key]:
    """Those that a page offers: what names a file of the server is for the command line."""
    return {name: key for name, key in keys.items() if not key.on_server}


def value_of(key: Key, values: Mapping[str, str]) -> str:
    """What is set for it, or else its default; "" where there is neither. A slash at the end says nothing."""
    return values.get(key.name, "").strip().rstrip("/") or (key.default or "")


def filled(
    keys: Mapping[str, Key], settings: Mapping[str, str], secrets: Mapping[str, str]
) -> dict[str, str]:
    """All given values and defaults in one place, checked against `keys`.

    Raises PermanentFailure with one sentence: unknown, missing, or not one of the choices. A secret's value
    is never part of the sentence.
    """
    given = {name: value.strip() for name, value in {**settings, **secrets}.items() if value.strip()}
    for name in given:
        if name not in keys:
            raise PermanentFailure(
                f"{name} is not a setting of this kind of channel; it has: {', '.join(keys)}"
            )
        if name in settings and keys[name].secret:
            raise PermanentFailure(f"{name} is a secret; give it with --set-stdin {name} or the environment")
    values = {key.name: key.default for key in keys.values() if key.default is not None} | given
    for key in keys.values():
        value = values.get(key.name)
        if key.required and value is None:
            raise PermanentFailure(f"{key.name} is missing: {key.words}")
        if value is not None and key.choices and value not in key.choices:
            raise PermanentFailure(f"{key.name} must be one of {', '.join(key.choices)}")
        if value is not None and any(ord(character) < 32 or ord(character) == 127 for character in value):
            raise PermanentFailure(f"{key.name} has a line break or another control character in it")
    return values


class InMemory:
    """KeptSecrets of a connector whose settings are not stored, or not yet: lost with the process."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._secrets = dict(secrets)
        self._lock = threading.Lock()

    def renew(self, name: str, use: Callable[[str | None], str | None]) -> None:
        with self._lock:
            fresh = use(self._secrets.get(name))
            if fresh is not None:
                self._secrets[name] = fresh
