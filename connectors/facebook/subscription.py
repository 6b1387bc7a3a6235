"""Whether Facebook calls us for this Page, and asking it to begin again when it has stopped."""

from connectors.contract import Checked
from connectors.facebook.graph import Graph
from connectors.facebook.settings import FacebookSettings
from connectors.facebook.shapes import listed, words_of

FIELDS = (
    "messages", "messaging_postbacks", "message_echoes", "message_deliveries", "message_reads",
    "message_edits", "message_reactions", "feed", "mention",
)  # fmt: skip
_TURNED_ON = "Facebook did not call us for this Page; it was asked to"


def missing(graph: Graph, given: FacebookSettings) -> tuple[str, ...]:
    """The kinds of news that Facebook does not call about. Raises as Graph.get."""
    told = listed(graph.get(f"{given.page_id}/subscribed_apps"))
    ours = next((one for one in told if words_of(one.get("id")) == given.app_id), {})
    named = ours.get("subscribed_fields")
    have = {words_of(one) for one in named} if isinstance(named, list) else set()
    return tuple(one for one in FIELDS if one not in have)


def kept_subscribed(graph: Graph, given: FacebookSettings) -> tuple[str, ...]:
    """Subscribes again where something is missing; what to tell the office, if so. Raises as Graph.post."""
    if not missing(graph, given):
        return ()
    graph.post(f"{given.page_id}/subscribed_apps", {"subscribed_fields": ",".join(FIELDS)})
    return (_TURNED_ON,)


def checked(graph: Graph, given: FacebookSettings) -> Checked:
    """One line of the channel's test."""
    if given.verify_token is None:
        return Checked("calls", True, "Facebook is not asked to call us: we look every few minutes.")
    lacking = missing(graph, given)
    if not lacking:
        return Checked("calls", True, "Facebook calls us about everything we read.")
    return Checked("calls", True, f"Facebook will be asked to call us about: {', '.join(lacking)}.")
