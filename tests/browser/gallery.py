"""Serves every example page on a loopback port with the product's real security headers.

`python -m tests.browser.gallery` prints the address of the list of pages.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inbox.web.rendering import page, static_routes
from tests.browser.desk import Desk
from tests.web.examples import EXAMPLES

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'; object-src 'none'; "
    "frame-ancestors 'none'"
)
TOKEN = "gallery"


class Headers:
    """Adds the security headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] += [
                    (b"content-security-policy", POLICY.encode()),
                    (b"x-content-type-options", b"nosniff"),
                ]
            await send(message)

        await self.app(scope, receive, sending)


def application() -> Starlette:
    """The gallery: a list, each example under its name, and silent answers to what the scripts ask."""
    app = Starlette()
    static_routes(app)
    app.add_route("/", _index)
    app.add_route("/pages/{name}", _example)
    Desk().add_routes(app)
    app.add_route("/presence", _presence, methods=["POST"])
    app.add_route("/{rest:path}", _nothing, methods=["GET", "POST"])
    app.add_middleware(Headers)
    return app


def _index(_: Request) -> Response:
    links = "".join(f'<li><a href="/pages/{escape(name)}">{escape(name)}</a></li>' for name in EXAMPLES)
    return HTMLResponse(f"<!doctype html><title>Gallery</title><ul>{links}</ul>")


def _example(request: Request) -> Response:
    return page(EXAMPLES[request.path_params["name"]], TOKEN)


def _presence(_: Request) -> Response:
    return JSONResponse({})


def _nothing(request: Request) -> Response:
    return PlainTextResponse("", 200 if request.method == "GET" else 204)


@contextmanager
def serving() -> Iterator[str]:
    """The gallery on a free loopback port; yields its address and ends it afterwards."""
    server = uvicorn.Server(
        uvicorn.Config(
            application(), port=0, log_level="warning", lifespan="off", timeout_graceful_shutdown=1
        )
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def main() -> None:
    """Serve until Ctrl+C."""
    with serving() as address:
        print(address, flush=True)  # noqa: T201
        threading.Event().wait()


if __name__ == "__main__":
    main()
