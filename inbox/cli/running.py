"""`inbox run`, `web`, `worker`, `work`, `demo`: the program at work."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from inbox.cli.words import example

Host = Annotated[str, typer.Option(help="The address to listen on.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on.")]


def register(program: typer.Typer) -> None:
    program.command(epilog=example("inbox run --port 8000"))(run)
    program.command(epilog=example("inbox web --host 0.0.0.0 --port 8000"))(web)
    program.command(epilog=example("inbox worker"))(worker)
    program.command(epilog=example("inbox work --until-idle"))(work)
    program.command(epilog=example("inbox demo", "inbox demo --reset"))(demo)


def run(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Web and worker in one process: all that a small office needs."""
    with _loading():
        from inbox import serving

    serving.serve(host=host, port=port, with_worker=True, announce=_say_where)


def web(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Only the pages and the API. As many as you like on one database, with `inbox worker` beside."""
    with _loading():
        from inbox import serving

    serving.serve(host=host, port=port, with_worker=False, announce=_say_where)


def worker() -> None:
    """Only the background work: collecting, filing, sending. As many as you like on one database."""
    with _loading():
        from inbox import serving

    serving.work()


def work(
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="Do everything that is due, then stop.")
    ] = False,
) -> None:
    """Do everything that is due, then stop: for timetables of other programs, and for tests."""
    if not until_idle:
        raise typer.BadParameter("say --until-idle, or use `inbox worker` to go on working.")
    with _loading():
        from inbox import serving

    serving.work(until_idle=True)


def demo(
    reset: Annotated[bool, typer.Option("--reset", help="Begin again with fresh demo data.")] = False,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Start the product on it.")] = True,
    host: Host = "127.0.0.1",
    port: Port = 8000,
) -> None:
    """A believable demo office on this machine, then the product on it. Nothing leaves for the world."""
    leave_out_colours()
    from inbox.demo.main import start

    start(reset=reset, serve=serve, host=host, port=port)


@contextmanager
def _loading() -> Iterator[None]:
    """Loads the program without looking for garbage in it: a fifth of the time to the first page."""
    leave_out_colours()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def leave_out_colours() -> None:
    """Keeps what colours terminals out of a process that runs for months: nobody looks at its tracebacks.

    typer brings the two along, and structlog and httpx import them wherever they are: megabytes.
    """
    for name in ("rich", "pygments"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]


def _say_where(address: str) -> None:
    print(f"Casework Inbox is at {address} (stop it with Ctrl-C)", flush=True)
