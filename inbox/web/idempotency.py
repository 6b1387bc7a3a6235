"""The same request twice has one effect: `Idempotency-Key` for programs, a one-use key in every form.

The key and the answer are written in the transaction of the effect itself. A second request with the same key
waits for the first (for the database's lock or its unique key), then gets the first one's answer; another
request under the same key is refused.
"""

import hashlib
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import object_session
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from inbox.access import Person, may_hear_again
from inbox.database import savepoint
from inbox.errors import Conflict, NotFound, Refused
from inbox.models import OnceKey
from inbox.web.own_site import FORMS, SAFE, check_origin
from inbox.web.shared_parts import SharingRoute

KEPT = timedelta(days=2)
_HEADERS = (
    "content-type",
    "location",
    "etag",
    "hx-trigger",
    "hx-push-url",
    "hx-redirect",
    "hx-retarget",
    "hx-reswap",
)
SHOWN_ONCE = "X-Shown-Once"
"""Set by a route on an answer that nobody may have a second time; it does not leave with the answer."""
ONLY_ONCE = b"This was shown once. Make a new one if it was not kept."
# What differs between two presses of the same button.
_PRESS_FIELDS = ("csrf_token", "once")


class Answered(Exception):
    """This was done before; here is what was said then."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        super().__init__("answered before")
        self.status, self.headers, self.body = status, headers, body


@dataclass(slots=True)
class Press:
    """One request that carries a key."""

    key: str
    digest: str
    row: OnceKey | None = None


class OnceRoute(SharingRoute):
    """A route whose writes may carry a key. Every router of ours uses it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def once(request: Request) -> Response:
            if request.method in SAFE:
                return await handle(request)
            check_origin(request)  # before the body is read
            press = request.scope["once"] = await _press_of(request)
            response = await handle(request)
            is_secret = SHOWN_ONCE in response.headers
            if is_secret:
                del response.headers[SHOWN_ONCE]
            if press is not None and press.row is not None:
                _keep(press.row, response, is_secret=is_secret)
            return response

        return once


def claim(session: Session, request: Request, person: Person, now: datetime) -> None:
    """Takes the key, if this request has one, for the rest of this transaction.

    Raises Answered for a repeated request, Refused when the key belonged to another one, NotFound where what
    was answered tells of something that this person may not know any more.
    """
    press: Press | None = request.scope.get("once")
    if press is None:
        return
    who = f"{person.office_id}/{person.staff_id}/{person.token.id if person.token else ''}"
    key = hashlib.sha256(f"{who}/{press.key}".encode()).hexdigest()
    query = select(OnceKey).where(OnceKey.key == key)
    before = session.exec(query).first()
    if before is None:
        row = OnceKey(office_id=person.office_id, key=key, request_hash=press.digest, made_at=now,
                      hidden=sorted(person.hidden_channels))  # fmt: skip
        try:
            with savepoint(session):
                session.add(row)
        except IntegrityError:
            before = session.exec(query).first()
        else:
            press.row = row
            return
    _repeat(session, person, before, press)


def forget(session: Session, now: datetime) -> None:
    """Removes this office's keys that nobody will repeat any more; run now and then by the worker."""
    session.execute(delete(OnceKey).where(col(OnceKey.made_at) < now - KEPT))


async def again(request: Request, error: Answered) -> Response:
    """The answer that was given the first time."""
    response = Response(error.body, error.status, error.headers)
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _repeat(session: Session, person: Person, before: OnceKey | None, press: Press) -> None:
    if before is None or not before.status:
        raise Conflict("The same request is being worked on just now.")
    if before.request_hash != press.digest:
        raise Refused("This Idempotency-Key was used for another request. Use a new one.")
    if not may_hear_again(session, person, before.cases, before.hidden):
        raise NotFound
    raise Answered(before.status, before.headers, before.answer or b"")


def _keep(row: OnceKey, response: Response, *, is_secret: bool) -> None:
    """The row is still in the open transaction, which is committed after this with the effect itself.

    What is shown once is not kept: who repeats the request is told so.
    """
    row.status = response.status_code
    row.headers = {name: response.headers[name] for name in _HEADERS if name in response.headers}
    session = object_session(row)
    row.cases = sorted(session.info.get("speaks_of", ())) if session else []
    row.answer = ONLY_ONCE if is_secret else bytes(getattr(response, "body", b""))


async def _press_of(request: Request) -> Press | None:
    key = request.headers.get("idempotency-key")
    kind = request.headers.get("content-type", "")
    if kind.startswith(FORMS):
        form = await request.form()
        once = form.get("once")
        if key is None and isinstance(once, str) and once:
            key = f"form:{once}"
        content = await run_in_threadpool(_form_words, form) if key is not None else b""
    else:
        content = await request.body()
    if key is None:
        return None
    if not 1 <= len(key) <= 200:
        raise Refused("An Idempotency-Key has 1 to 200 characters.")
    target = f"{request.method} {request.scope['path']}?{request.scope['query_string'].decode('latin-1')}\n"
    return Press(key, hashlib.sha256(target.encode() + content).hexdigest())


def _digest(file: UploadFile) -> str:
    """Of a file's content, read from where it was laid aside and left as it was found."""
    made = hashlib.file_digest(file.file, "sha256").hexdigest()  # type: ignore[arg-type]
    file.file.seek(0)
    return made


def _form_words(form: FormData) -> bytes:
    pairs = [
        (name, value if isinstance(value, str) else f"{value.filename}:{_digest(value)}")
        for name, value in form.multi_items()
        if name not in _PRESS_FIELDS
    ]
    return json.dumps(pairs).encode()
