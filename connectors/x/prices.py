"""What X charges, in US dollars, as data: prices change, and an office's contract may say otherwise.

https://docs.x.com/x-api/getting-started/pricing
"""

from dataclasses import dataclass

COST = "cost"
"""The one name under which a channel's spending is counted."""


@dataclass(frozen=True, slots=True)
class Prices:
    """Dollars for each thing read or written."""

    mention: float = 0.001
    post: float = 0.005
    direct: float = 0.010
    user: float = 0.010
    write_answer: float = 0.010
    write_linked: float = 0.200
    write_direct: float = 0.015


PRICES = Prices()
