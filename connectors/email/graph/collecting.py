"""Collects the mail of a Microsoft 365 mailbox: lists each folder by delta, then reads messages as MIME.

The list of what is new comes first, as ids and times, so that messages are read in the order in which they
were received, whatever order Microsoft lists them in. Listed ids are in the cursor: nothing is lost between.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from connectors.contract import PermanentFailure, RawArrival, TemporaryFailure
from connectors.email.graph.api import Graph, NotThere, SyncLost, TooLarge
from connectors.email.graph.cursor import Place
from connectors.email.graph.settings import GraphSettings

PAGE = 200
PAGES = 10
"""Pages of one look, so that no look takes long."""
MOST_LISTED = 10_000
MOST_READ = 50
MOST_BYTES = 20 * 1024 * 1024
READERS = 3
"""One of the four places that Graph gives us stays free for sending."""
MOST_TRIES = 5
GRACE = timedelta(days=1)
_ANY_TIME = 0


@dataclass(frozen=True, slots=True)
class Look:
    """What one look into a folder brought."""

    arrivals: tuple[RawArrival, ...]
    place: Place
    notices: tuple[str, ...] = ()

    @property
    def more(self) -> bool:
        return self.place.is_listing or bool(self.place.todo)


class GraphMailbox:
    """The folders of one mailbox. Remembers only what Microsoft failed to hand over, to give up in time."""

    def __init__(self, settings: GraphSettings, graph: Graph) -> None:
        self._settings = settings
        self._graph = graph
        self._tries: dict[str, int] = {}

    def look(self, folder: str, hints: Sequence[tuple[str, str]], place: Place) -> Look:
        """The next messages of `folder` after `place`: at most 50 or 20 MB.

        Raises NotThere for a folder that the mailbox does not have, TemporaryFailure, CredentialsRejected.
        """
        notices = list[str]()
        if place.is_listing or not place.todo:
            try:
                if place.link is not None and not place.link.startswith(f"{self._settings.base_url}/"):
                    raise SyncLost("the settings name another Microsoft 365 now")
                place = self._list(folder, place)
            except SyncLost:
                notices.append(
                    f'Microsoft 365 forgot how far the folder "{folder}" was read; it is read again, and '
                    "mail that is here already is not opened twice"
                )
                return Look((), Place(is_listing=True, is_resync=True, todo=place.todo), tuple(notices))
        if place.is_listing and len(place.todo) < MOST_LISTED:
            return Look((), place)
        arrivals, place = self._read(folder, hints, place, notices)
        return Look(tuple(arrivals), place, tuple(notices))

    # --- listing

    def _list(self, folder: str, place: Place) -> Place:
        """Some pages more of the list of what is new."""
        found = dict[str, int]()
        for _ in range(PAGES):
            page = self._page(folder, place)
            for item in _items(page):
                second = self._second(item, place)
                if second is not None:
                    found[item["id"]] = second
            place = _after(page, place)
            if not place.is_listing:
                break
        known = {identity: second for second, identity in place.todo} | found
        todo = tuple(sorted((second, identity) for identity, second in known.items()))
        return replace(place, todo=todo)

    def _page(self, folder: str, place: Place) -> dict[str, Any]:
        prefer = f"odata.maxpagesize={PAGE}"
        if place.link is not None:
            return self._graph.get(place.link, prefer=prefer)
        path = f"{self._settings.user}/mailFolders/{quote(folder, safe='')}/messages/delta"
        query = {"$select": "id,receivedDateTime,isDraft", "changeType": "created"}
        return self._graph.get(path, query=query, prefer=prefer)

    def _second(self, item: dict[str, Any], place: Place) -> int | None:
        """When it was received; None for what is gone, a draft, or older than we were asked to collect.

        Later a day's grace is given, as mail can be on its way for a while.
        """
        if "@removed" in item or not isinstance(item.get("id"), str) or item.get("isDraft") is True:
            return None
        received, since = _moment(item.get("receivedDateTime")), self._settings.since
        if received is None:
            return _ANY_TIME
        if since is not None and received < (
            since.replace(microsecond=0) if place.is_first else since - GRACE
        ):
            return None
        return int(received.timestamp())

    # --- reading

    def _read(
        self, folder: str, hints: Sequence[tuple[str, str]], place: Place, notices: list[str]
    ) -> tuple[list[RawArrival], Place]:
        arrivals, size, done = list[RawArrival](), 0, 0
        common = dict(hints) | {"folder": folder} | ({"resync": "1"} if place.is_resync else {})
        with ThreadPoolExecutor(READERS, "graph") as readers:
            while done < min(len(place.todo), MOST_READ) and size < MOST_BYTES:
                some = place.todo[done : done + READERS]
                try:
                    for arrival in readers.map(lambda one: self._whole(one, common), some):
                        done += 1
                        if arrival is None:
                            notices.append("a message was deleted before it could be collected")
                            continue
                        arrivals.append(arrival)
                        size += len(arrival.raw)
                except TemporaryFailure:
                    if not done:
                        raise
                    break  # what was read is kept first; the next look begins with what failed
        left = place.todo[done:]
        return arrivals, replace(
            place, todo=left, is_resync=place.is_resync and (bool(left) or place.is_listing)
        )

    def _whole(self, one: tuple[int, str], common: dict[str, str]) -> RawArrival | None:
        """One message as it is; None when it is gone for good."""
        second, identity = one
        hints = dict(common)
        try:
            raw = self._value(identity)
        except NotThere:
            return None
        except TooLarge as failure:
            raw = failure.head.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
            hints["too_large"] = "1"
        except PermanentFailure:
            raw, hints["unreadable"] = b"", "1"
        except TemporaryFailure as failure:
            if failure.after is not None:
                raise  # Microsoft has no time for anybody: that says nothing of this message
            self._tries[identity] = self._tries.get(identity, 0) + 1
            if self._tries[identity] < MOST_TRIES:
                raise
            raw, hints["unreadable"] = b"", "1"
        self._tries.pop(identity, None)
        received = datetime.fromtimestamp(second, UTC) if second else datetime.now(UTC)
        mailbox = self._settings.mailbox
        return RawArrival("microsoft365", mailbox, f"{mailbox}/{identity}", raw, received, hints)

    def _value(self, identity: str) -> bytes:
        path = f"{self._settings.user}/messages/{quote(identity, safe='')}/$value"
        answer = self._graph.ask("GET", path)
        if "html" in answer.headers.get("content-type", ""):
            raise TemporaryFailure(f"Microsoft 365 gave a web page in place of a message ({answer.proof})")
        return answer.body


def _items(page: dict[str, Any]) -> list[dict[str, Any]]:
    value = page.get("value")
    if not isinstance(value, list):
        raise TemporaryFailure("Microsoft 365 gave a list that holds none")
    return [item for item in value if isinstance(item, dict)]


def _after(page: dict[str, Any], place: Place) -> Place:
    """The place once this page is taken in. A page may be empty and have another after it."""
    onward, end = page.get("@odata.nextLink"), page.get("@odata.deltaLink")
    if isinstance(onward, str):
        return replace(place, link=onward, is_listing=True)
    if isinstance(end, str):
        return replace(place, link=end, is_listing=False, is_first=False)
    raise TemporaryFailure("Microsoft 365 gave a list that leads nowhere")


def _moment(said: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(said))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
