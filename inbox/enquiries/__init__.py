"""What the office asks of a body on a case: a letter that passes sign-off, a clock, and a chase ladder.

The ladder goes up by itself, and each step is only a draft: chase 1 when the body's time has run out, chase 2
five working days after that, then its hotline, then its minister. No machine sends any of them.
"""

from inbox.enquiries.asking import ask, body_of, clock_order, find_enquiry, is_waiting, make, of_case
from inbox.enquiries.chasing import (
    answered,
    bring_up,
    due,
    heard,
    looked_at,
    pass_over,
    put_away_by_hand,
    put_away_updates,
    rang,
    skip,
    steps_of,
    withdraw,
)
from inbox.enquiries.faults import Fault, Unanswered, hand_on
from inbox.enquiries.ladder import BETWEEN, next_rung
from inbox.enquiries.leaving import came_back, has_come_back, sent
from inbox.enquiries.letters import of_first
from inbox.enquiries.passing import origin_of, pass_on
from inbox.enquiries.reading import may_read
from inbox.enquiries.waiting import Filter, Waiting, counts, waiting

__all__ = [
    "BETWEEN",
    "Fault",
    "Filter",
    "Unanswered",
    "Waiting",
    "answered",
    "ask",
    "body_of",
    "bring_up",
    "came_back",
    "clock_order",
    "counts",
    "due",
    "find_enquiry",
    "hand_on",
    "has_come_back",
    "heard",
    "is_waiting",
    "looked_at",
    "make",
    "may_read",
    "next_rung",
    "of_case",
    "of_first",
    "origin_of",
    "pass_on",
    "pass_over",
    "put_away_by_hand",
    "put_away_updates",
    "rang",
    "sent",
    "skip",
    "steps_of",
    "waiting",
    "withdraw",
]
