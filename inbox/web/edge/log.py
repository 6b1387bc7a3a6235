"""One line per request, and the last resort for what nobody expected. Routes by name, never by path.

A path may hold a token and an exception's words may hold content, so neither is ever written.
"""

import time
import traceback
from secrets import token_hex

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inbox.errors import CaseworkError
from inbox.web.errors import answer

_log = structlog.get_logger("inbox.web")
SORRY = "Something went wrong on our side. Nothing was changed. Try again, or quote the code below."


class AccessLog:
    """Gives each request an id, which the answer and the log share.

    The outermost of all: what is written into the scope from here on is ours. The server keeps its own and
    goes by it, such as whether it is a HEAD, whose answer has no body.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = time.perf_counter()
        scope, method = dict(scope), scope["method"]
        state = scope.setdefault("state", {})
        state["request_id"] = request_id = token_hex(6)
        seen = {"status": 0}

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            person = state.get("person")
            _log.info(
                "request",
                request=request_id,
                method=method if method.isalpha() else "odd",
                route=route_name(scope),
                status=seen["status"],
                milliseconds=round((time.perf_counter() - begun) * 1000, 1),
                staff=person.staff_id if person else None,
                office=person.office_id if person else None,
            )


class LastResort:
    """Answers 500 without a word of what went wrong; the log gets the kind and the lines, no values."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:
            _log.info("went away", request=scope["state"]["request_id"], route=route_name(scope))
        except Exception as error:
            report(error, scope)
            if started:
                raise ConnectionAbortedError("the answer broke off") from None
            await answer(Request(scope), CaseworkError(SORRY))(scope, receive, send)


def report(error: BaseException, scope: Scope) -> None:
    """Notes an unexpected failure: its kind and where, not its words."""
    lines = [
        f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
    ]
    request_id = scope.get("state", {}).get("request_id")
    _log.error(
        "failed", request=request_id, route=route_name(scope), kind=type(error).__name__, at=lines[-12:]
    )


def route_name(scope: Scope) -> str:
    """The pattern of the route that answered (`/cases/{reference}`), or `none`."""
    return str(getattr(scope.get("route"), "path", "none"))
