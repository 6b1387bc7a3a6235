"""The queues: pages of rows, counts for the rail, and what is set aside or on its way."""

from inbox.queues.aside import AsideArrival, AsideMessage, set_aside_arrivals, set_aside_messages
from inbox.queues.counting import MOST, UNCOUNTED, counts
from inbox.queues.outgoing import Outgoing, Submitted, outgoing, submitted
from inbox.queues.pages import NOBODY, Filters, Page, page
from inbox.queues.rows import QueueRow, RowClock, clocks
from inbox.queues.views import Reader, View, view_named

__all__ = [
    "MOST",
    "NOBODY",
    "UNCOUNTED",
    "AsideArrival",
    "AsideMessage",
    "Filters",
    "Outgoing",
    "Page",
    "QueueRow",
    "Reader",
    "RowClock",
    "Submitted",
    "View",
    "clocks",
    "counts",
    "outgoing",
    "page",
    "set_aside_arrivals",
    "set_aside_messages",
    "submitted",
    "view_named",
]
