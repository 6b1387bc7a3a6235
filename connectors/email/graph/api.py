"""Speaks to Microsoft Graph: signed in, four requests at once, and each refusal in words.

NotThere      404: moved, deleted, or never there
SyncLost      410: the place in a folder is forgotten; read it again from the start
"""

import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Any, NoReturn

import httpx

from connectors import http
from connectors.contract import (
    Budget,
    CredentialsRejected,
    KeptSecrets,
    OutcomeUnknown,
    PermanentFailure,
    TemporaryFailure,
)
from connectors.email.graph.pacing import Pace
from connectors.oauth import OAuthClient, TokenProvider
from connectors.wording import plain

MOST_AT_ONCE = 4
"""Requests that Graph serves at once for one application in one mailbox (Outlook service limits)."""
TIMEOUT = 60.0
IMMUTABLE = 'IdType="ImmutableId"'
BUDGET = "requests"
UNSAID = timedelta(seconds=30)
"""How long we wait where Microsoft asks us to and does not say how long."""
LATER = frozenset({429, 500, 502, 503, 504, 509})
TOO_LARGE = 50 * 1024 * 1024
"""Above this many bytes a message stays where it is; its header comes."""
HEADER_BYTES = 256 * 1024
NEVER_BEGAN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class NotThere(PermanentFailure):
    """404."""


class SyncLost(TemporaryFailure):
    """410."""


class TooLarge(PermanentFailure):
    """More came than we take in. `head`: how it begins."""

    def __init__(self, head: bytes) -> None:
        super().__init__(f"Microsoft 365 sent more than {TOO_LARGE // 2**20} MB at once")
        self.head = head


@dataclass(frozen=True, slots=True)
class Line:
    """What all connectors of one account share: its sign-in, connections, four places and pace."""

    tokens: TokenProvider
    client: httpx.Client
    places: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(MOST_AT_ONCE)
    )
    pace: Pace = field(default_factory=Pace)


@lru_cache(maxsize=256)
def line(who: OAuthClient, mailbox: str, kept: KeptSecrets, allow_private: frozenset[str]) -> Line:
    """One line per account, however often it is opened: collecting and sending share its token."""
    client = http.client(allow_private, timeout=TIMEOUT)
    return Line(TokenProvider(who, kept, client), client)


@dataclass(frozen=True, slots=True)
class Answer:
    """What Graph said. `proof` names the request, for Microsoft's support."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def proof(self) -> str:
        return f"{self.status}, request-id {plain(self.headers.get('request-id', 'none'))}"

    @property
    def json(self) -> dict[str, Any]:
        """The object in the answer. Raises TemporaryFailure for anything else, as a page in HTML."""
        try:
            said = httpx.Response(self.status, content=self.body).json()
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            raise TemporaryFailure(f"Microsoft 365 gave an answer that is not JSON ({self.proof})")
        return said


class Graph:
    """One mailbox's Graph. Paths begin after /v1.0; whole addresses must lie on the same host."""

    def __init__(self, base_url: str, line: Line, budget: Budget) -> None:
        self._base_url = base_url
        self._line = line
        self._budget = budget

    def get(self, path: str, *, query: Mapping[str, str] | None = None, prefer: str = "") -> dict[str, Any]:
        return self.ask("GET", path, query=query, prefer=prefer).json

    def ask(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, json: Any = None,
        content: bytes | None = None, prefer: str = "", patience: float | None = None,
    ) -> Answer:  # fmt: skip
        """An answer of success. `content` is sent as text/plain; `patience`: how long to wait for the answer.

        Raises TemporaryFailure for a broken line and for "later", CredentialsRejected, NotThere, SyncLost,
        TooLarge, and PermanentFailure for any other refusal. With `patience` a request whose answer never
        came raises OutcomeUnknown, as it may have been done.
        """
        request = {"params": query, "json": json, "content": content, "timeout": patience or TIMEOUT}
        headers = {"prefer": f"{IMMUTABLE}, {prefer}" if prefer else IMMUTABLE}
        if content is not None:
            headers["content-type"] = "text/plain"
        given = {name: value for name, value in request.items() if value is not None}
        answer = self._signed(method, self._url(path), headers, given, is_final=patience is not None)
        if answer.status >= 300:
            self._refused(answer, is_final=patience is not None)
        return answer

    def put(self, url: str, content: bytes, span: str) -> None:
        """A piece of a file to an upload session's own address, which wants no token. Raises like `ask`."""
        headers = {"content-range": span, "content-type": "application/octet-stream"}
        answer = self._once("PUT", url, headers, {"content": content, "timeout": TIMEOUT}, is_final=False)
        if answer.status >= 300:
            self._refused(answer, is_final=False)

    def hold_back(self) -> None:
        """Raises TemporaryFailure while Microsoft has told any node of ours to wait, and near its limit."""
        wait = self._budget.wait(BUDGET)
        if wait is not None:
            raise TemporaryFailure("Microsoft 365 asked us to wait", after=wait)
        rest = self._line.pace.rest()
        if rest is not None:
            self._budget.heard(BUDGET, remaining=0, resets_in=rest)
            raise TemporaryFailure(
                "More mail is waiting than Microsoft 365 lets us read at once; we go on when it does",
                after=rest,
            )

    def forget_sign_in(self) -> None:
        """What is tested is what was typed last."""
        self._line.tokens.forget()

    def _signed(
        self, method: str, url: str, headers: dict[str, str], given: dict[str, Any], *, is_final: bool
    ) -> Answer:
        for attempt in (1, 2):
            bearer = {"authorization": f"Bearer {self._line.tokens()}"}
            answer = self._once(method, url, headers | bearer, given, is_final=is_final)
            if answer.status != 401:
                break
            self._line.tokens.forget()
            if attempt == 2:
                raise CredentialsRejected(f"Microsoft 365 did not accept our sign-in: {_said(answer)}")
        return answer

    def _once(
        self, method: str, url: str, headers: dict[str, str], given: dict[str, Any], *, is_final: bool
    ) -> Answer:
        headers = {"client-request-id": str(uuid.uuid4()), **headers}
        self._line.pace.count()
        with (
            self._line.places,
            _in_words(is_final=is_final),
            self._line.client.stream(method, url, headers=headers, **given) as response,
        ):
            return Answer(response.status_code, dict(response.headers), _whole(response))

    def _url(self, path: str) -> str:
        if path.startswith("/"):
            return f"{self._base_url}/v1.0{path}"
        if not path.startswith(f"{self._base_url}/"):
            raise TemporaryFailure("Microsoft 365 sent us to another host; our sign-in does not go there")
        return path

    def _refused(self, answer: Answer, *, is_final: bool) -> NoReturn:
        after = _after(answer)
        if answer.status == 429:
            after = after or UNSAID
            self._budget.heard(BUDGET, remaining=0, resets_in=after)
        said = _said(answer)
        if is_final and answer.status in LATER - {429}:
            raise OutcomeUnknown(f"Microsoft 365 did not say whether it took the message: {said}")
        if answer.status in LATER:
            raise TemporaryFailure(f"Microsoft 365 has no time for us now: {said}", after=after)
        if answer.status == 403:
            raise CredentialsRejected(
                "Microsoft 365 does not let this application into the mailbox; ask the administrator for the "
                f"roles Application Mail.ReadWrite and Application Mail.Send on it: {said}"
            )
        if answer.status == 404:
            raise NotThere(f"Microsoft 365 does not have this: {said}")
        if answer.status == 410:
            raise SyncLost(f"Microsoft 365 has forgotten how far we had read: {said}")
        raise PermanentFailure(f"Microsoft 365 refused: {said}")


@contextmanager
def _in_words(*, is_final: bool) -> Iterator[None]:
    try:
        yield
    except NEVER_BEGAN as failure:
        raise TemporaryFailure(f"Microsoft 365 cannot be reached: {plain(str(failure))}") from None
    except httpx.HTTPError as failure:
        words = plain(str(failure)) or type(failure).__name__
        if is_final:
            raise OutcomeUnknown(f"Microsoft 365 took the message and did not answer: {words}") from None
        raise TemporaryFailure(f"Microsoft 365 did not answer: {words}") from None


def _whole(response: httpx.Response) -> bytes:
    """The body, up to what we take in."""
    pieces, size = list[bytes](), 0
    for piece in response.iter_bytes():
        size += len(piece)
        pieces.append(piece)
        if size > TOO_LARGE:
            raise TooLarge(b"".join(pieces)[:HEADER_BYTES])
    return b"".join(pieces)


def _after(answer: Answer) -> timedelta | None:
    said = answer.headers.get("retry-after", "")
    return timedelta(seconds=int(said)) if said.isdigit() and len(said) < 6 else None


def _said(answer: Answer) -> str:
    """Microsoft's code and words for a refusal, with the id of the request."""
    try:
        error = answer.json.get("error")
    except TemporaryFailure:
        error = None
    told = error if isinstance(error, dict) else {}
    words = plain(" ".join(str(told.get(name, "")) for name in ("code", "message")))
    return f"{words or 'no reason given'} ({answer.proof})"
