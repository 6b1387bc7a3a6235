"""Prefixes that mail programs put before a subject."""

import re

PREFIX = re.compile(
    r"\s*(?:\[[^\]]{1,40}\]\s*)?(?:re|fwd?|fw|aw|wg|sv|vs|vb|vl|tr|rv|rif|i|r|antw|doorst|ynt|odp|pd|atb"
    r"|yml|rép|ref|enc|res|bls"
    r"|ενότ|απ|回复|转发|答复)(?:\[\d+\]|\(\d+\))?\s*[::]",
    re.IGNORECASE,
)


def answers_something(subject: str) -> bool:
    """Whether a subject says that the mail answers or forwards another."""
    return PREFIX.match(subject) is not None
