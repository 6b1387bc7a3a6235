"""Tests a Page's settings step by step and says in words what to do; changes and sends nothing."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from connectors.contract import Checked, ConnectorFailure
from connectors.facebook import subscription
from connectors.facebook.arrivals import moment_of
from connectors.facebook.graph import Graph
from connectors.facebook.settings import FacebookSettings
from connectors.facebook.shapes import words_of

NEEDED = (
    "pages_messaging", "pages_manage_metadata", "pages_show_list", "pages_read_engagement",
    "pages_read_user_content", "pages_manage_engagement",
)  # fmt: skip
_SOON = timedelta(days=14)


def check(graph: Graph, given: FacebookSettings) -> Sequence[Checked]:
    """Token, permissions, Page, messages, posts, calls: one fault does not hide another."""
    found: list[Checked] = []
    for step, run in _steps(graph, given):
        try:
            found += run()
        except ConnectorFailure as failure:
            found.append(Checked(step, False, failure.reason))
    return found


def _steps(graph: Graph, given: FacebookSettings) -> Iterator[tuple[str, Callable[[], list[Checked]]]]:
    yield "token", lambda: _token(graph, given)
    yield "page", lambda: [_page(graph, given)]
    yield (
        "messages",
        lambda: [_list(graph, given, "messages", "conversations", "The Page's messages can be read.")],
    )
    if given.reads_comments:
        yield "posts", lambda: [_list(graph, given, "posts", "feed", "The Page's posts can be read.")]
    yield "calls", lambda: [subscription.checked(graph, given)]


def _token(graph: Graph, given: FacebookSettings) -> list[Checked]:
    told = graph.get("debug_token", input_token=given.access_token).get("data") or {}
    if not told.get("is_valid"):
        return [Checked("token", False, "The access token is not valid any more. Connect the Page again.")]
    if words_of(told.get("app_id")) not in ("", given.app_id):
        return [Checked("token", False, "The access token belongs to another app than app_id says.")]
    scopes = {words_of(one) for one in told.get("scopes") or ()}
    lacking = [one for one in NEEDED if one not in scopes]
    permissions = (
        Checked("permissions", False, f"The token lacks: {', '.join(lacking)}. Add them in the app, then "
                "make a new Page token.")
        if lacking
        else Checked("permissions", True, "The token has every permission that is needed.")
    )  # fmt: skip
    return [_life(told), permissions]


def _life(told: dict[str, object]) -> Checked:
    """0 means that it does not run out by itself."""
    ends = [moment_of(told[one]) for one in ("expires_at", "data_access_expires_at") if told.get(one)]
    first = min((one for one in ends if one is not None), default=None)
    if first is None:
        return Checked("token", True, "The access token is valid and does not run out by itself.")
    words = f"The access token is valid until {first.day} {first:%B %Y}."
    if first < datetime.now(UTC) + _SOON:
        return Checked("token", False, f"{words} Connect the Page again before that.", first)
    return Checked("token", True, words, first)


def _page(graph: Graph, given: FacebookSettings) -> Checked:
    told = graph.get(given.page_id, fields="id,name")
    return Checked("page", True, f"The Page is {words_of(told.get('name')) or given.page_id}.")


def _list(graph: Graph, given: FacebookSettings, step: str, edge: str, words: str) -> Checked:
    graph.get(f"{given.page_id}/{edge}", fields="id", limit="1")
    return Checked(step, True, words)
