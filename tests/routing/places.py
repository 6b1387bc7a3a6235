"""The invented table of seats that routing tests share, and a short way to assess a text."""

from datetime import UTC, datetime
from typing import Any

from routing.assessment import Assessment, MessageFacts, assess
from routing.constituency import ListedPostcodes

OURS = "Wexcombe and Marl Valley"
RECEIVED = datetime(2026, 5, 5, 10, tzinfo=UTC)
TABLE = ListedPostcodes(
    [
        *((f"ZZ{number}", OURS, "Rowan Ashby") for number in range(10, 20)),
        *((f"ZZ{number}", "Tern Vale", "Ada Finch") for number in range(20, 30)),
        *((f"ZZ{number}", "Dyffryn Arlais", "Dilys Probert") for number in range(30, 40)),
    ],
    OURS,
)


def assessed(text: str, subject: str = "", **facts: Any) -> Assessment:
    return assess(MessageFacts(text, RECEIVED, subject=subject, **facts), TABLE)
