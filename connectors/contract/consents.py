"""Signing in with a browser: a person agrees on the platform's own page, and we trade the code for tokens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol


@dataclass(frozen=True, slots=True)
class ConsentAsked:
    """What goes to the platform's page. `challenge` is S256 of a verifier that stays here (RFC 7636)."""

    redirect_url: str
    state: str
    challenge: str


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """What came back, and the verifier that proves it was us who asked."""

    code: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect_url: str


@dataclass(frozen=True, slots=True)
class Consent:
    """What a channel keeps of it: plain settings and secrets, and whose account it is, in words."""

    who: str
    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


class SignsIn(Protocol):
    """A kind's sign-in by browser. `values` are its plain settings and its secrets together."""

    fills: ClassVar[Mapping[str, str]]
    """The keys that a sign-in fills, each with a value that stands in until then, to check the rest by."""

    @staticmethod
    def page(values: Mapping[str, str], asked: ConsentAsked) -> str:
        """The address of the platform's page. Connects to nothing."""
        ...

    @staticmethod
    def redeem(values: Mapping[str, str], given: ConsentGiven, allow_private: frozenset[str]) -> Consent:
        """Trades the code for tokens, once. Raises ConnectorFailure in plain words."""
        ...
