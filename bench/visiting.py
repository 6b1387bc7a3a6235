"""Somebody signed in at the web app, in this process and past every network: what a request costs alone."""

import asyncio
import os
import threading
from base64 import b64encode
from collections.abc import Callable

from sqlmodel import Session

from bench.databases import Bench
from bench.seeding import NOW
from inbox.app import create_app
from inbox.database import find
from inbox.models import Staff
from inbox.settings import Environment, Settings
from inbox.sign_in import sessions


def visitor(bench: Bench, office: str, staff: str) -> Callable[[str], bytes]:
    """Asks for a page as that person, at the time of the seeded data; raises unless the answer is 200."""
    settings = Settings(
        database_url=bench.settings.database_url, data_dir=bench.settings.data_dir, env=Environment.TEST,
        base_url="http://127.0.0.1", secret_keys=(b64encode(os.urandom(32)).decode(),), _env_file=None,
    )  # type: ignore[call-arg]  # fmt: skip
    settings.clock_offset = (NOW - settings.now()).total_seconds()
    app = create_app(settings, database=bench.database)
    token = _signed_in(bench, office, staff, settings)
    loop = _served()

    async def get(path: str) -> bytes:
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
            "scheme": "http",
            "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
            "headers": [(b"host", b"127.0.0.1"), (b"cookie", f"inbox={token}".encode())],
            "client": ("127.0.0.1", 50_000), "server": ("127.0.0.1", 80),
        }  # fmt: skip
        status, body = 0, b""

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, object]) -> None:
            nonlocal status, body
            status = int(str(message.get("status", status)))
            body += bytes(message.get("body", b""))  # type: ignore[call-overload]

        await app(scope, receive, send)  # type: ignore[arg-type]
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
        return body

    return lambda path: asyncio.run_coroutine_threadsafe(get(path), loop).result()


def _served() -> asyncio.AbstractEventLoop:
    """A loop that runs on, as a server's does: its worker threads end with the task that it was begun by."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=lambda: loop.run_until_complete(asyncio.Event().wait()), daemon=True).start()
    return loop


def _signed_in(bench: Bench, office: str, staff: str, settings: Settings) -> str:
    with bench.database.read(office) as session:
        person = find(session, Staff, staff)
    with bench.database.write() as session:
        return _started(session, person, settings)


def _started(session: Session, person: Staff, settings: Settings) -> str:
    return sessions.start(session, person, is_full=True, now=settings.now())
