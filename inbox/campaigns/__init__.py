"""Campaigns: copies of one text from many people, put on one pile as they arrive."""

from inbox.campaigns.acts import (
    UNDOES,
    find_copy,
    leave,
    put,
    read,
    set_closed,
    take_back,
)
from inbox.campaigns.arriving import Sighting, case_in, join, recognise, resurface
from inbox.campaigns.counting import Count, count
from inbox.campaigns.holding import HeldBack, Member, members
from inbox.campaigns.index import forget
from inbox.campaigns.joining import joined_to, merge, move_copy, part
from inbox.campaigns.knowing import find_campaign, known_to, open_campaigns, text_for
from inbox.campaigns.paging import page_of
from inbox.campaigns.tallying import tally

__all__ = [
    "UNDOES",
    "Count",
    "HeldBack",
    "Member",
    "Sighting",
    "case_in",
    "count",
    "find_campaign",
    "find_copy",
    "forget",
    "join",
    "joined_to",
    "known_to",
    "leave",
    "members",
    "merge",
    "move_copy",
    "open_campaigns",
    "page_of",
    "part",
    "put",
    "read",
    "recognise",
    "resurface",
    "set_closed",
    "take_back",
    "tally",
    "text_for",
]
