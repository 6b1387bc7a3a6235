"""Promises on a case: started, kept, paused, extended, restarted, given up, and swept when they come due.

Their arithmetic is `routing.sla`. What is stored of a due time is a sort key; the state is read.
"""

from inbox.clocks.changing import (
    PAUSE_WORDS,
    extend,
    keep,
    pause,
    restart,
    resume,
    take_off,
)
from inbox.clocks.recounting import AT_A_TIME, Effect, Moved, effect, recount_due, warn_due
from inbox.clocks.running import (
    RUNNING,
    begin,
    cancel,
    cancel_all,
    facts_of,
    is_open,
    meet,
    of_case,
    of_enquiry,
    reading,
    replied,
    show_next,
    start,
    would_be_due,
)

__all__ = [
    "AT_A_TIME",
    "PAUSE_WORDS",
    "RUNNING",
    "Effect",
    "Moved",
    "begin",
    "cancel",
    "cancel_all",
    "effect",
    "extend",
    "facts_of",
    "is_open",
    "keep",
    "meet",
    "of_case",
    "of_enquiry",
    "pause",
    "reading",
    "recount_due",
    "replied",
    "restart",
    "resume",
    "show_next",
    "start",
    "take_off",
    "warn_due",
    "would_be_due",
]
