"""Names of people who wrote privately: asked for many at a time, as a call tells their numbers only."""

from collections.abc import Mapping, Sequence

from connectors.contract import PermanentFailure
from connectors.facebook.graph import Graph, Json
from connectors.facebook.shapes import words_of

SOMEBODY = "Facebook user"
"""What a person is called whose name Facebook keeps to itself."""
MOST = 50
"""Objects that the Graph API gives for one request."""
_FIELDS = "first_name,last_name"


def names(graph: Graph, addresses: Sequence[str]) -> Mapping[str, str]:
    """A name for each address. Raises as `Graph.get`, where Facebook cannot be asked now."""
    found = dict.fromkeys(addresses, SOMEBODY)
    people = [one for one in found if one.isdigit()]
    for first in range(0, len(people), MOST):
        some = people[first : first + MOST]
        told = _together(graph, some) if len(some) > 1 else None
        found |= {one: _name(told.get(one)) if told else _alone(graph, one) for one in some}
    return found


def _together(graph: Graph, people: Sequence[str]) -> Json | None:
    """All in one request; None where Facebook refuses all because of one of them."""
    try:
        return graph.get("", ids=",".join(people), fields=_FIELDS)
    except PermanentFailure:
        return None


def _alone(graph: Graph, person: str) -> str:
    try:
        return _name(graph.get(person, fields=_FIELDS))
    except PermanentFailure:
        return SOMEBODY


def _name(told: object) -> str:
    if not isinstance(told, dict):
        return SOMEBODY
    name = " ".join(words_of(told.get(part)) for part in ("first_name", "last_name"))
    return " ".join(name.split()) or SOMEBODY
