"""Starts and ends the servers that tests talk to, never as root and never by name."""

import contextlib
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom a server runs as: ourselves, or an unprivileged user when the tests run as root."""

    name: str
    uid: int
    gid: int

    @classmethod
    def unprivileged(cls, preferred: str = "nobody") -> "Owner":
        entry = pwd.getpwnam(preferred) if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid)

    def command(self, arguments: Sequence[str]) -> list[str]:
        """`arguments`, run as this owner."""
        if os.geteuid() != 0:
            return list(arguments)
        drop = [f"--reuid={self.uid}", f"--regid={self.gid}", f"--groups={self.gid}", "--inh-caps=-all"]
        return ["setpriv", *drop, "--", *arguments]

    def take(self, *paths: Path) -> None:
        """Makes `paths`, and all below them, this owner's."""
        if os.geteuid() != 0:
            return
        for path in paths:
            for each in [path, *path.rglob("*")] if path.is_dir() else [path]:
                os.chown(each, self.uid, self.gid)


def program(name: str, *folders: str) -> str:
    """The path of `name`, searched in PATH, the system folders and `folders`."""
    path = os.pathsep.join([*folders, os.environ.get("PATH", ""), "/usr/sbin", "/sbin", "/usr/local/sbin"])
    found = shutil.which(name, path=path)
    if found is None:
        raise RuntimeError(f"{name} is not installed: run `make test-setup`")
    return found


def free_port() -> int:
    """A random port of 127.0.0.1 that nobody uses, outside the range that the system gives to clients.

    So a server that is stopped and started again finds its port still free.
    """
    for port in random.sample(range(10240, 32000), 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no free port found on 127.0.0.1")


def answers(port: int) -> bool:
    """Whether somebody accepts connections on `port` of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(condition: Callable[[], object], *, seconds: float = 10, what: str = "it") -> None:
    """Polls `condition` until it is true; fails with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.01)


def stop(process: "subprocess.Popen[bytes]", *, with_signal: signal.Signals = signal.SIGTERM) -> None:
    """Ends `process` by its id; kills it if it does not go within five seconds."""
    if process.poll() is not None:
        return
    process.send_signal(with_signal)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)
