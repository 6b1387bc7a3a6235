"""Starts the program: the web app under uvicorn, the worker beside it or alone."""

import asyncio
import json
import logging
import os
import resource
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from types import FrameType
from typing import Any

import structlog
import uvicorn
from fastapi import FastAPI

from inbox import key_rotation, schema, stored_files
from inbox.app import create_app
from inbox.database import Database
from inbox.errors import SetupProblem, Unavailable
from inbox.settings import Settings, load_settings
from inbox.storage import open_store
from inbox.worker import Worker, make_node

MOST_FILES = 65_536
_LESS_URGENT = 5
"""How much nicer than a web process, as `nice` counts."""
_LOOK_AT_SCHEMA_SECONDS = 5.0
"""How long a program may go on after its database was migrated by another."""


def serve(
    *,
    host: str,
    port: int,
    with_worker: bool,
    settings: Settings | None = None,
    demo: bool = False,
    announce: Callable[[str], None] = lambda address: None,
) -> None:
    """Serves until told to stop. With a worker, everything that a small office needs in one process.

    `announce` is told the address that was taken; port 0 takes any. Raises SetupProblem for a taken port.
    """
    settings = settings or load_settings()
    set_up_logs(settings.log_level)
    open_more_files()
    database = Database(settings.database_url)
    app = create_app(settings, database=database, store=open_store(settings), demo=demo)
    _refuse_what_is_not_ours(database, settings)
    worker = Worker(make_node(settings, database)) if with_worker else None
    try:
        with _listening(host, port) as listener:
            if worker is not None:
                worker.start()
            announce(_address(listener))
            server = make_server(app, host, port)
            with _ending_when_outgrown(database, partial(setattr, server, "should_exit", True)):
                server.run(sockets=[listener])
    finally:
        if worker is not None:
            worker.stop()
        database.close()


def work(*, until_idle: bool = False) -> None:
    """Background work alone: until told to stop, or until nothing is due.

    It gives way to the web processes of its machine, where people and platforms wait for an answer.
    """
    os.nice(max(0, _LESS_URGENT - os.nice(0)))
    settings = load_settings()
    set_up_logs(settings.log_level)
    database = Database(settings.database_url)
    schema.check(database, settings)
    _refuse_what_is_not_ours(database, settings)
    worker = Worker(make_node(settings, database))
    try:
        if until_idle:
            worker.until_idle()
        else:
            _work_until_told(worker, database)
    finally:
        database.close()


def _refuse_what_is_not_ours(database: Database, settings: Settings) -> None:
    """Nothing is touched with the data folder or the keys of another installation.

    Raises SetupProblem, in one line.
    """
    stored_files.check(database, settings)
    key_rotation.check(database, settings.keys)


def open_more_files() -> None:
    """As many files at once as the system lets us have: idle visitors must not starve mail and database."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def set_up_logs(level: str) -> None:
    """Lines of JSON on standard error: time, what, ids. Never content, addresses or tokens."""
    threshold = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_LibraryLine())
    logging.basicConfig(level=max(threshold, logging.WARNING), handlers=[handler])
    # Under load it warns of each turn that is left out; what is due and how old it is stands in /metrics.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            where_it_failed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,  # standard error may be another file later
    )


class _LibraryLine(logging.Formatter):
    """What a library says, as one line of JSON like our own; of an exception its kind and lines, no words."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
        line: dict[str, Any] = {"event": record.getMessage(), "library": record.name}
        line |= {"level": record.levelname.lower(), "timestamp": at}
        if record.exc_info and record.exc_info[1] is not None:
            line = dict(where_it_failed(None, "", {**line, "exc_info": record.exc_info[1]}))
        return json.dumps(line)


def where_it_failed(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Tells an exception by its kind and the lines it passed, never by its words, which may hold content."""
    raised = event.pop("exc_info", None)
    error = raised if isinstance(raised, BaseException) else sys.exc_info()[1] if raised else None
    if error is not None:
        lines = traceback.extract_tb(error.__traceback__)[-8:]
        event["error"] = type(error).__name__
        event["at"] = [f"{line.filename}:{line.lineno} {line.name}" for line in lines]
    return event


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """The port, taken before anything starts, so that a taken one is said in one line."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        why = error.strerror or str(error)
        raise SetupProblem(
            f"cannot listen on {host}, port {port} ({why.lower()}): choose another with --port"
        ) from error
    with listener:
        yield listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


class _Server(uvicorn.Server):
    """Ends the open event streams first, so that a stop neither waits for them nor cuts them."""

    def __init__(self, config: uvicorn.Config, end_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._end_streams = end_streams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await asyncio.to_thread(self._end_streams)
        await super().shutdown(sockets)


def make_server(app: FastAPI, host: str, port: int) -> uvicorn.Server:
    """A server not yet started. What is open two seconds after its stop is cut: the browser comes back."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        log_config=None,
        timeout_graceful_shutdown=2,
        timeout_keep_alive=30,
    )
    return _Server(config, app.state.wiring.live.stop)


@contextmanager
def _ending_when_outgrown(database: Database, stop: Callable[[], None]) -> Iterator[None]:
    """Calls `stop` when another program has migrated the database: what this one would write does not fit.

    Raises SetupProblem at the end, if that was why it came.
    """
    over, found = threading.Event(), list[str]()

    def watch() -> None:
        while not over.wait(_LOOK_AT_SCHEMA_SECONDS):
            with suppress(Unavailable):
                version = schema.current(database)
                if version != schema.newest():
                    found.append(version or "none")
                    stop()
                    return

    thread = threading.Thread(target=watch, name="schema", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(_LOOK_AT_SCHEMA_SECONDS)
    if found:
        raise SetupProblem(
            f"stopped: the database was brought to version {found[0]} while this program, which needs "
            f"{schema.newest()}, was running; start the program that belongs to it"
        )


def _work_until_told(worker: Worker, database: Database) -> None:
    told = threading.Event()

    def tell(number: int, frame: FrameType | None) -> None:
        told.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, tell)
    try:
        with _ending_when_outgrown(database, told.set):
            worker.start()
            told.wait()
    finally:
        worker.stop()
