"""The one answer to a campaign: one text signed off once, one letter for each person."""
