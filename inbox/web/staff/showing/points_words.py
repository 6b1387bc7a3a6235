"""Points in words: "57 points: Immediate 30 + a minister’s case 14 + waiting 13 working days 13"."""

from routing.priority import Points


def total(points: Points) -> str:
    """The sum as people write it: 57, 6.5."""
    return _number(points.total)


def because(points: Points) -> str:
    """Each part with its number; what a case without any part is ordered by."""
    parts = [f"{part.why} {_number(part.points)}" for part in points.parts]
    return (
        " + ".join(parts).replace("+ kept below Immediate -", "− kept below Immediate ")
        or "Standard, came today"
    )


def _number(points: float) -> str:
    return f"{points:g}"
