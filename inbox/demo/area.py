"""The invented area of the demo as a table of seats: what labelled messages call ours."""

import csv
from functools import lru_cache
from importlib import resources

from routing.constituency import ListedPostcodes, PostcodeTable

DEMO_SEAT = "Wexcombe and Marl Valley"


@lru_cache(maxsize=1)
def demo_area() -> PostcodeTable:
    """Districts ZZ10 to ZZ39 and their seats, without a database."""
    text = (resources.files("inbox.demo") / "postcodes.csv").read_text(encoding="utf-8")
    lines = csv.DictReader(text.splitlines())
    rows = ((one["postcode"], one["constituency"], one["member"]) for one in lines)
    return ListedPostcodes(rows, DEMO_SEAT)
