"""What triage costs for each message: read, weighed and sent through 200 rules with 2,000 words."""

import random
from datetime import UTC, datetime

from bench.training import TUNED
from routing.constituency import PostcodeTable
from routing.labelled import read_labelled

NOW = datetime(2026, 5, 5, 10, tzinfo=UTC)
AREA = PostcodeTable(
    ((f"ZZ{n}", "Wexcombe and Marl Valley", "Rowan Ashby") for n in range(10, 20)), "Wexcombe"
)


def messages(count: int) -> list[str]:
    """Ordinary mail of about 665 characters: labelled messages put one after another."""
    chance = random.Random(7)
    texts = [one.message.text for one in read_labelled(TUNED)]
    found = []
    for _ in range(count):
        text = ""
        while len(text) < 665:
            text += chance.choice(texts) + "\n\n"
        found.append(text)
    return found
