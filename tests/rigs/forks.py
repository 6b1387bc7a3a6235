"""Processes of the real program that begin with everything imported: a kill and a restart cost milliseconds.

A server that has imported the program, and has no threads, forks once for each command. The child takes on
the folder, environment and files it is given, and runs `inbox …` as the shell would.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Fork:
    """One command at work, with the part of `subprocess.Popen` that tests use."""

    pid: int
    ending: Path
    """Appears with the exit status in it when the process has ended."""
    returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None and self.ending.exists():
            self.returncode = int(self.ending.read_text())
        return self.returncode

    def wait(self, timeout: float = 60) -> int:
        ends = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > ends:
                raise subprocess.TimeoutExpired("inbox", timeout)
            time.sleep(0.01)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def is_stopped(self) -> bool:
        """Whether it sleeps (SIGSTOP). Fails when it has ended."""
        assert self.poll() is None, f"it ended with {self.returncode}"
        return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


@dataclass(slots=True)
class Forks:
    """The server. Ends, with all its children, when it is stopped."""

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="forks-")))
    _server: "subprocess.Popen[bytes] | None" = None
    _count: int = 0

    def begin(self, words: tuple[str, ...], *, env: Mapping[str, str], cwd: Path, given: bytes, out: Path,
              err: Path) -> Fork:  # fmt: skip
        """Starts `inbox words…`; `given` is its standard input, what it prints goes to `out` and `err`."""
        server = self._running()
        assert server.stdin is not None and server.stdout is not None
        self._count += 1
        (self.folder / f"{self._count}.in").write_bytes(given)
        wanted = {
            "words": words, "env": dict(env), "cwd": str(cwd), "number": self._count,
            "out": str(out), "err": str(err),
        }  # fmt: skip
        server.stdin.write(json.dumps(wanted).encode() + b"\n")
        server.stdin.flush()
        pid = int(server.stdout.readline())
        return Fork(pid, self.folder / f"{self._count}.end")

    def stop(self) -> None:
        if self._server is not None:
            assert self._server.stdin is not None and self._server.stdout is not None
            self._server.stdin.close()
            self._server.wait(20)
            self._server.stdout.close()
            self._server = None

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._server is None:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "tests.rigs.forks", str(self.folder)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent.parent,
            )  # fmt: skip
        return self._server


def serve(folder: Path) -> None:
    """The server's loop: one line of JSON in, one process id out."""
    import inbox.cli.program
    import inbox.serving  # noqa: F401  (what every command would import for itself)

    children: dict[int, int] = {}

    def bury(number: int, frame: object) -> None:
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                aside = folder / f"{children[ended[0]]}.aside"
                aside.write_text(str(os.waitstatus_to_exitcode(ended[1])))
                aside.rename(aside.with_suffix(".end"))
                del children[ended[0]]

    signal.signal(signal.SIGCHLD, bury)
    orders, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    for line in iter(orders.readline, b""):
        wanted = json.loads(line)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        pid = os.fork()
        if pid == 0:
            orders.close()
            answers.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
            _become(wanted, folder)
        children[pid] = wanted["number"]
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        answers.write(b"%d\n" % pid)
        answers.flush()
    for pid in list(children):
        os.kill(pid, signal.SIGKILL)


def _become(wanted: dict[str, Any], folder: Path) -> None:
    """The rest of this process is that command."""
    from inbox.cli import main

    status = 70
    try:
        os.chdir(wanted["cwd"])
        os.environ.clear()
        os.environ.update(wanted["env"])
        _open_as(0, folder / f"{wanted['number']}.in", os.O_RDONLY)
        _open_as(1, Path(wanted["out"]), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        _open_as(2, Path(wanted["err"]), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        status = main(wanted["words"])
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)


def _open_as(number: int, path: Path, flags: int) -> None:
    handle = os.open(path, flags, 0o600)
    os.dup2(handle, number)
    os.close(handle)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
