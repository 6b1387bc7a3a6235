"""Whether a machine may acknowledge a message: one pure rule, with the reason for a no."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.plain_words import listed, plain
from routing.words import SILENT_FLAGS, Flag, Kind, Machine

OLDEST = timedelta(days=3)
MOST_PER_DAY = 2
"""Acknowledgements to one address in a day, so that two machines cannot keep each other company."""
SILENT_KINDS = frozenset({Kind.SPAM, Kind.AUTO_REPLY, Kind.THREAT, Kind.SELF_HARM_RISK, Kind.ABUSE})


@dataclass(frozen=True, slots=True)
class AcknowledgementFacts:
    """What decides whether an acknowledgement may go. `sent_today` counts those to the same address."""

    received_at: datetime
    address: str | None
    kind: Kind | None
    flags: frozenset[Flag] = frozenset()
    machine: Machine | None = None
    perhaps_automatic: bool = False
    inbound: bool = True
    dmarc_failed: bool = False
    own_addresses: frozenset[str] = frozenset()
    ruled_out: bool = False
    sent_today: int = 0


def may_acknowledge(facts: AcknowledgementFacts, now: datetime) -> tuple[bool, str]:
    """Whether to acknowledge, and why (not).

    A message that explicitly fails DMARC is not acknowledged: the address on it is probably another
    person's, and the acknowledgement would be mail that they never asked for.
    """
    address = (facts.address or "").strip().casefold()
    silent = sorted(facts.flags & SILENT_FLAGS)
    reasons = (
        (not facts.inbound, "it is not from outside"),
        (facts.machine is not None, "a machine sent it"),
        (facts.perhaps_automatic, "a program may have sent it"),
        (not address, "there is no address to answer"),
        (address in {own.casefold() for own in facts.own_addresses}, "it is our own address"),
        (bool(silent), f"nothing automatic answers what is marked {listed(map(plain, silent), 'and')}"),
        (facts.kind in SILENT_KINDS, f"nothing automatic answers what is {plain(facts.kind or '')}"),
        (facts.dmarc_failed, "the sender's domain says it did not send this"),
        (now - facts.received_at > OLDEST, "it is older than three days"),
        (facts.ruled_out, "a rule says so"),
        (facts.sent_today >= MOST_PER_DAY, "this address has had enough of them today"),
    )
    why_not = next((reason for holds, reason in reasons if holds), None)
    return (False, why_not) if why_not else (True, "a person wrote to us and may know that it came")
