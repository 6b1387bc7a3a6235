"""Until when Facebook lets a Page answer, and in whose words.

A person's private message opens 24 hours for any answer, then six more days for what a person wrote
(HUMAN_AGENT); a comment or a visitor's post may be answered privately once, within seven days. Public answers
have no end.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.contract import PUBLIC, Letter

FREE = timedelta(hours=24)
HUMAN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Window:
    """`since`: what it counts from; None where nothing was said that could be answered. `free_until`: any
    words may go; `closes_at`: no words any more. Both None for a public answer."""

    since: datetime | None
    free_until: datetime | None
    closes_at: datetime | None
    is_private_reply: bool = False

    def is_open(self, now: datetime) -> bool:
        return self.closes_at is None or now < self.closes_at


def window_of(letter: Letter) -> Window:
    """The window of this letter. Somebody who wrote to us privately too is answered in that conversation."""
    if letter.form in PUBLIC:
        return Window(None, None, None)
    heard = letter.heard_at
    if heard is not None and (letter.answered_form not in PUBLIC or letter.date < heard + HUMAN):
        return Window(heard, heard + FREE, heard + (FREE if letter.automatic else HUMAN))
    if letter.answered_form in PUBLIC and letter.answered_at is not None:
        closes_at = letter.answered_at + HUMAN
        return Window(letter.answered_at, closes_at, closes_at, is_private_reply=True)
    return Window(None, letter.date, letter.date)


def is_private_reply(letter: Letter) -> bool:
    """Whether this goes as the one private answer that a comment or a post may have."""
    return window_of(letter).is_private_reply
