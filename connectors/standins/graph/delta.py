"""Delta of a folder: opaque links, empty pages, repeats and an order that nobody promised."""

import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from connectors.standins.graph.mailbox import Mailbox
from connectors.standins.graph.sign_in import problem
from connectors.standins.server import Asked, Refusal, Told

USUAL_PAGE = 10


@dataclass(slots=True)
class Round:
    """What a link stands for: the (key, what happened) still to be told, and how far that reaches."""

    folder: str
    left: list[tuple[int, str]]
    reached: int
    page: int
    only_created: bool
    select: frozenset[str]


@dataclass(slots=True)
class Quirks:
    """How awkward the next answers are: so many empty pages, so many repeated items, any order."""

    empty_pages: int = 0
    repeats: int = 0
    shuffled: bool = False


@dataclass(slots=True)
class Deltas:
    """Every link given out, until they are expired."""

    links: dict[str, Round] = field(default_factory=dict)
    quirks: Quirks = field(default_factory=Quirks)

    def answer(self, url: str, path: str, asked: Asked, mailbox: Mailbox, folder: str) -> Told:
        """One page. Raises Refusal (410) for a link that has expired."""
        prefer = asked.headers.get("prefer", "")
        token = asked.query.get("$deltatoken") or asked.query.get("$skiptoken")
        if token is None:
            going = self._first(mailbox, folder, asked.query)
        else:
            known = self.links.get(token)
            if known is None:
                raise Refusal(problem(410, "SyncStateNotFound", "The sync state generation is not found."))
            going = known if "$skiptoken" in asked.query else self._since(mailbox, known)
        going.page = _page_size(prefer, going.page)
        return Told(self._page(url + path, going, mailbox, is_immutable='"immutableid"' in prefer.lower()))

    def _first(self, mailbox: Mailbox, folder: str, query: Mapping[str, str]) -> Round:
        keys = [mail.key for mail in mailbox.mails.values() if mail.folder == folder]
        select = frozenset(
            name.strip().lower() for name in query.get("$select", "").split(",") if name.strip()
        )
        only_created = query.get("changeType") == "created"
        left = [(key, "created") for key in sorted(keys, reverse=True)]  # the newest first
        return Round(folder, self._awkward(left), len(mailbox.changes), USUAL_PAGE, only_created, select)

    def _since(self, mailbox: Mailbox, known: Round) -> Round:
        wanted = {"created"} if known.only_created else {"created", "updated", "removed"}
        left = [
            (key, what)
            for folder, key, what in mailbox.changes[known.reached :]
            if folder == known.folder and what in wanted | {"removed"}
        ]
        return Round(
            known.folder,
            self._awkward(left),
            len(mailbox.changes),
            known.page,
            known.only_created,
            known.select,
        )

    def _awkward(self, left: list[tuple[int, str]]) -> list[tuple[int, str]]:
        repeats, self.quirks.repeats = self.quirks.repeats, 0
        left = left + left[:repeats]
        if self.quirks.shuffled:
            random.Random(7).shuffle(left)
        return left

    def _page(self, path: str, going: Round, mailbox: Mailbox, *, is_immutable: bool) -> dict[str, Any]:
        size = going.page
        if self.quirks.empty_pages:
            self.quirks.empty_pages -= 1
            size = 0
        here, rest = going.left[:size], going.left[size:]
        value = [self._item(mailbox, going, key, what, is_immutable=is_immutable) for key, what in here]
        token = secrets.token_urlsafe(16)
        self.links[token] = replace(going, left=rest)
        more = bool(rest) or size == 0
        name, kind = ("nextLink", "skiptoken") if more else ("deltaLink", "deltatoken")
        return {
            "@odata.context": f"{path}#Collection(message)",
            "value": value,
            f"@odata.{name}": f"{path}?{quote('$')}{kind}={token}",
        }

    def _item(
        self, mailbox: Mailbox, going: Round, key: int, what: str, *, is_immutable: bool
    ) -> dict[str, Any]:
        mail = mailbox.mails.get(key)
        if what == "removed" or mail is None or mail.folder != going.folder:
            reason = "deleted" if mail is None else "changed"
            identity = mailbox.id_of(key, going.folder, is_immutable=is_immutable)
            return {"id": identity, "@removed": {"reason": reason}}
        return mailbox.as_json(mail, is_immutable=is_immutable, select=going.select)


def _page_size(prefer: str, before: int) -> int:
    for part in prefer.split(","):
        name, _, value = part.strip().partition("=")
        if name.lower() == "odata.maxpagesize" and value.isdigit():
            return max(1, min(int(value), 1000))
    return before
