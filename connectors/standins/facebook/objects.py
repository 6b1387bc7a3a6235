"""Everything in the stand-in that has a number: what it is, and what hangs on it."""

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.standins.facebook import listing, wishes
from connectors.standins.facebook.state import PAGE, PAGE_NAME, State, Thing

Json = dict[str, Any]
USER = "5550001"
EDGES = ("comments", "messages")


def row_of(state: State, name: str) -> Json | None:
    """The object of this name: the Page, its keeper, a person, a post, a comment, a thread, a message."""
    if name == PAGE:
        return {
            "id": PAGE, "name": PAGE_NAME, "category": "Politician", "fan_count": 812,
            "link": f"https://www.facebook.com/{PAGE}",
        }  # fmt: skip
    if name in ("me", USER):
        return {"id": USER, "name": "The Page’s keeper"}
    if name in state.people:
        first, _, rest = state.people[name].partition(" ")
        return {"id": name, "first_name": first, "last_name": rest, "profile_pic": ""}
    if name.startswith("t_"):
        thread = state.conversations.get(name.removeprefix("t_"))
        return listing.conversation_row(state, thread) if thread and thread.messages else None
    if name.startswith("m_"):
        return _message_row(state, name)
    thing = state.find(name)
    return listing.thing_row(state, thing) if thing else None


def edge_rows(state: State, name: str, edge: str, given: Mapping[str, str]) -> list[Json]:
    """What hangs on an object, in the order asked for."""
    if edge == "messages":
        thread = state.conversations[name.removeprefix("t_")]
        return [listing.message_row(state, one, thread.person) for one in reversed(thread.messages)]
    about = state.find(name)
    if about is None:
        return []
    chosen = [one for one in state.comments.values() if _hangs(one, about, given.get("filter", "toplevel"))]
    chosen.sort(key=lambda one: one.at, reverse="reverse" in given.get("order", ""))
    return [listing.thing_row(state, one) for one in chosen]


def widened(state: State, row: Json, wanted: Sequence[wishes.Wish], address: str) -> Json:
    """A row with the edges that were asked for inside it, each with its own first page."""
    more = {
        wish.name: listing.page_of(
            edge_rows(state, row["id"], wish.name, wish.given), {**wish.given, "fields": ""}, address
        )
        for wish in wanted
        if wish.name in EDGES and wish.name not in row
    }
    return {**row, **{name: page for name, page in more.items() if page["data"]}}


def _hangs(one: Thing, about: Thing, which: str) -> bool:
    """Replies stand below their comment; below a post only where the whole stream is asked for."""
    if about.post is not None:
        return one.parent == about.id
    return one.post == about.id and (which == "stream" or one.parent is None)


def _message_row(state: State, mid: str) -> Json | None:
    try:
        thread, message = state.message(mid)
    except KeyError:
        return None
    return listing.message_row(state, message, thread.person)
