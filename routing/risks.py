"""What must reach a person at once: threats, self-harm, and the flags that need care.

Recall comes before precision. The lists speak of who would do what to whom; words that undo a sign do so
only in their own sentence, so a plain threat elsewhere in the message still stands.
"""

from routing.signals import Signals
from routing.words import Flag

RAISED = 4.0
"""The score at which a flag is raised."""

LISTED = (
    Flag.THREAT,
    Flag.SELF_HARM,
    Flag.SAFEGUARDING,
    Flag.DOMESTIC_ABUSE,
    Flag.CONFIDENTIAL,
    Flag.MEDIA,
    Flag.REPRESENTATIVE,
    Flag.THIRD_PARTY,
    Flag.SPECIAL_CATEGORY,
    Flag.VULNERABLE,
    Flag.PARTY_POLITICAL,
    Flag.WELSH,
)
LABELS = {
    flag: flag.value if flag in (Flag.THREAT, Flag.SELF_HARM) else f"flag {flag.value}" for flag in LISTED
}


def flags_in(signals: Signals) -> frozenset[Flag]:
    """The flags that the words of a message raise."""
    return frozenset(flag for flag, label in LABELS.items() if signals.score(label) >= RAISED)
