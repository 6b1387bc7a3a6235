"""Starts the program: the web app under uvicorn, the worker beside it or alone."""

import logging
import signal
import sys
import threading
from types import FrameType

import structlog
import uvicorn
from fastapi import FastAPI

from inbox import schema
from inbox.app import create_app
from inbox.database import Database
from inbox.settings import Settings, load_settings
from inbox.storage import open_store
from inbox.worker import Worker, make_node


def serve(
    *, host: str, port: int, with_worker: bool, settings: Settings | None = None, demo: bool = False
) -> None:
    """Serves until told to stop. With a worker, everything that a small office needs in one process."""
    settings = settings or load_settings()
    set_up_logs(settings.log_level)
    database = Database(settings.database_url)
    app = create_app(settings, database=database, store=open_store(settings), demo=demo)
    worker = Worker(make_node(settings, database)) if with_worker else None
    if worker is not None:
        worker.start()
    try:
        _server(app, host, port).run()
    finally:
        if worker is not None:
            worker.stop()
        database.close()


def work(*, until_idle: bool = False) -> None:
    """Background work alone: until told to stop, or until nothing is due."""
    settings = load_settings()
    set_up_logs(settings.log_level)
    database = Database(settings.database_url)
    schema.check(database, settings)
    worker = Worker(make_node(settings, database))
    try:
        if until_idle:
            worker.until_idle()
        else:
            _work_until_told(worker)
    finally:
        database.close()


def set_up_logs(level: str) -> None:
    """Lines of JSON on standard error: time, what, ids. Never content, addresses or tokens."""
    threshold = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    logging.basicConfig(level=max(threshold, logging.WARNING), stream=sys.stderr, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _server(app: FastAPI, host: str, port: int) -> uvicorn.Server:
    """Open streams must not hold up a stop: two seconds, then they are cut and the browser comes back."""
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
    return uvicorn.Server(config)


def _work_until_told(worker: Worker) -> None:
    told = threading.Event()

    def tell(number: int, frame: FrameType | None) -> None:
        told.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, tell)
    worker.start()
    told.wait()
    worker.stop()
