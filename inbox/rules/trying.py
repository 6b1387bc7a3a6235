"""A proposal that was tried on old mail: a sealed word that it was, of which rules, with what result."""

import base64
import binascii
import json
from dataclasses import dataclass

from inbox.errors import Refused, Stale
from inbox.rules.proposals import Proposal
from inbox.secrets import SecretKeys

_PURPOSE = "rules tried"
NOT_TRIED = "Try it on old mail first."


class NotAgreed(Refused):
    """Messages would leave Immediate, and nobody said that they may."""


@dataclass(frozen=True, slots=True)
class Tried:
    """`stamp`: the rules it was tried against; `leaving`: how many messages would leave Immediate."""

    office_id: str
    stamp: str
    leaving: int


def seal(keys: SecretKeys, proposal: Proposal, tried: Tried) -> str:
    """The word that goes with the proposal from the try to the saving."""
    mac = keys.mac(_PURPOSE, _words(proposal, tried), 16)
    return f"{tried.stamp}.{tried.leaving}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def check(
    keys: SecretKeys, proposal: Proposal, sealed: str, *, office_id: str, stamp: str, agreed: bool
) -> None:
    """Returns where exactly this was tried against the rules as they stand. `agreed`: a person said that the
    messages which would leave Immediate may do so.

    Raises Refused where it was not tried or nobody agreed, Stale where the rules changed since.
    """
    tried, mac = _opened(sealed, office_id)
    if not keys.is_mac(_PURPOSE, _words(proposal, tried), mac, 16):
        raise Refused(NOT_TRIED)
    if tried.stamp != stamp:
        raise Stale("Somebody changed the rules since you tried this. Try it again.")
    if tried.leaving and not agreed:
        raise NotAgreed(f"{tried.leaving} would leave Immediate. Read them, then say that they may.")


def _opened(sealed: str, office_id: str) -> tuple[Tried, bytes]:
    try:
        stamp, leaving, mac = sealed.split(".")
        return Tried(office_id, stamp, int(leaving)), base64.urlsafe_b64decode(mac + "=" * (-len(mac) % 4))
    except (ValueError, binascii.Error):
        raise Refused(NOT_TRIED) from None


def _words(proposal: Proposal, tried: Tried) -> str:
    wanted = proposal.model_dump(mode="json")
    return json.dumps([tried.office_id, tried.stamp, tried.leaving, wanted], sort_keys=True)
