"""Threads that go on: a failure is logged, waited out and never ends the work of the others."""

import threading
from collections.abc import Callable

import structlog

from inbox.errors import Unavailable

log = structlog.get_logger()


class Loops:
    """The named threads of one worker."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._threads: dict[str, threading.Thread] = {}

    def start(self, name: str, run: Callable[[], None]) -> None:
        """Runs `run` in a thread of its own, again after a failure, until it returns or `stopping` is set."""
        thread = threading.Thread(target=self._guarded, args=(name, run), name=name, daemon=True)
        self._threads[name] = thread
        thread.start()

    def is_alive(self, name: str) -> bool:
        thread = self._threads.get(name)
        return thread is not None and thread.is_alive()

    def ask_to_stop(self) -> None:
        self.stopping.set()

    def join(self, *, seconds: float) -> None:
        for thread in list(self._threads.values()):
            thread.join(timeout=seconds)

    def _guarded(self, name: str, run: Callable[[], None]) -> None:
        while not self.stopping.is_set():
            try:
                run()
            except Unavailable as failure:
                log.warning("waiting for the database", loop=name, why=failure.sentence)
            except Exception:
                log.exception("a loop failed and goes on", loop=name)
            else:
                return
            self.stopping.wait(2)
