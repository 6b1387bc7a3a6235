"""Campaigns: copies of one text from many people, put on one pile as they arrive."""

from inbox.campaigns.arriving import Sighting, case_in, join, recognise

__all__ = ["Sighting", "case_in", "join", "recognise"]
