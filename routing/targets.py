"""What an office promises before it says otherwise: the usual targets, as data (docs/clocks.md)."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib import resources

from routing.sla import ClockFacts
from routing.words import ClockKind, Nation, OfficeKind, Unit

_OWN = "office"


@dataclass(frozen=True, slots=True)
class Target:
    """One promise: how much of what, by whose days (`nation` None: the office's own), and who says so."""

    kind: ClockKind
    amount: int
    unit: Unit
    nation: Nation | None
    what: str
    source: str

    def facts(self, received_at: datetime) -> ClockFacts:
        """A clock with this target, received then."""
        return ClockFacts(self.kind, received_at, self.amount, self.unit, self.nation)


@lru_cache(maxsize=2)
def targets(office: OfficeKind) -> Mapping[ClockKind, Target]:
    """The targets of an office of that kind, from `calendars/targets.csv`."""
    file = resources.files("routing") / "calendars" / "targets.csv"
    lines = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    found = (_target(line) for line in lines if line["office"] == office)
    return {one.kind: one for one in found}


def _target(line: Mapping[str, str]) -> Target:
    return Target(
        ClockKind(line["clock"]),
        int(line["amount"]),
        Unit(line["unit"]),
        None if line["days"] == _OWN else Nation(line["days"]),
        line["what"],
        line["source"],
    )
