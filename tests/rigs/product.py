"""The product itself, started as its users start it: the `inbox` program in processes of its own."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx

from tests.rigs.forks import Fork, Forks

PASSWORD = "quarry road in the rain"
Seen = TypeVar("Seen")


@dataclass(slots=True)
class Product:
    """One installation: a folder, a database, an office, and whatever runs of it."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)
    port: int = 0
    forks: Forks | None = None
    """Where processes come from that need not import everything first; None: each is started anew."""
    running: list["subprocess.Popen[bytes] | Fork"] = field(default_factory=list)
    clients: list[httpx.Client] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = self.port or free_port()
        self.env = {
            **{key: value for key, value in os.environ.items() if not key.startswith("INBOX_")},
            "INBOX_ENV": "test",
            "INBOX_DATA_DIR": str(self.folder / "var"),
            "INBOX_BASE_URL": self.url,
            "INBOX_SECRET_KEYS": base64.b64encode(os.urandom(32)).decode(),
            "INBOX_ALLOWED_PRIVATE_HOSTS": "127.0.0.1,localhost",
            "INBOX_LEASE_SECONDS": "2",
            "INBOX_SMTP_TIMEOUT": "3",
            **self.env,
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def tell(self, *words: str, given: str = "", check: bool = True, **env: str) -> str:
        """Runs `inbox …` to its end and returns what it printed."""
        status, out, err = self._run(words, given, env)
        if check and status:
            raise AssertionError(f"inbox {' '.join(words)}: {err[-2000:]}")
        return out

    def refusal(self, *words: str, **env: str) -> str:
        """Runs `inbox …`, which must fail with exactly one line; that line."""
        status, out, err = self._run(words, "", env)
        assert status == 1, (status, out, err)
        assert err.startswith("inbox: ") and err.count("\n") == 1, err
        return err.strip()

    def _run(self, words: tuple[str, ...], given: str, env: dict[str, str]) -> tuple[int, str, str]:
        if self.forks is None:
            done = subprocess.run(
                [sys.executable, "-m", "inbox", *words], input=given.encode(), capture_output=True,
                timeout=90, cwd=self.folder, env={**self.env, **env}, check=False,
            )  # fmt: skip
            return done.returncode, done.stdout.decode(), done.stderr.decode()
        with tempfile.TemporaryDirectory() as folder:
            out, err = Path(folder) / "out", Path(folder) / "err"
            fork = self.forks.begin(
                words, env={**self.env, **env}, cwd=self.folder, given=given.encode(), out=out, err=err
            )
            status = fork.wait(90)
            return status, out.read_text(), err.read_text()

    def ask(self, *words: str, given: str = "") -> Any:
        """Runs `inbox … --json` and returns the answer."""
        return json.loads(self.tell(*words, "--json", given=given))

    def office(self, name: str = "Rowan Ashby MP", kind: str = "mp") -> str:
        """A new office; its slug."""
        return str(
            self.ask(
                "office", "add", "--name", name, "--kind", kind, "--nation", "england", "--constituency",
                "Wexcombe and Marl Valley", "--member", "Rowan Ashby",
            )["slug"]
        )  # fmt: skip

    def person(self, office: str, email: str, name: str, role: str = "caseworker") -> Any:
        """A member of staff with PASSWORD; what the program said of them."""
        return self.ask(
            "staff", "add", "--office", office, "--email", email, "--name", name, "--role", role,
            "--password-stdin", given=PASSWORD + "\n",
        )  # fmt: skip

    def token(self, office: str, email: str) -> str:
        answer = self.ask(
            "token", "add", "--office", office, "--staff", email, "--name", email, "--scope", "write"
        )
        return str(answer["token"])

    def mailbox(self, office: str, *, mode: str = "full", password: str, **settings: str) -> None:
        """Connects a mailbox and switches it."""
        pairs = [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
        where = ("--office", office, "--name", "Mail")
        self.tell("channel", "add", "email", *where, *pairs, "--set-stdin", "password", given=password + "\n")
        self.tell("channel", "mode", mode, *where, "--reason", "connected")

    def start(self, *words: str, **env: str) -> "subprocess.Popen[bytes] | Fork":
        """Starts `inbox …` and leaves it running."""
        if self.forks is not None:
            log_file = self.folder / "log.txt"
            fork = self.forks.begin(
                words, env={**self.env, **env}, cwd=self.folder, given=b"", out=log_file, err=log_file
            )
            self.running.append(fork)
            return fork
        with (self.folder / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "inbox", *words], stdout=log, stderr=log, cwd=self.folder,
                env={**self.env, **env},
            )  # fmt: skip
        self.running.append(process)
        return process

    def serve(self, command: str = "run", **env: str) -> "subprocess.Popen[bytes] | Fork":
        """Starts `inbox run` (or `web`) and waits until it answers."""
        process = self.start(command, "--port", str(self.port), **env)
        until(lambda: self._answers(process), seconds=90)
        return process

    def client(self, token: str) -> httpx.Client:
        """The REST interface as the owner of this token; closed with the product."""
        headers = {"Authorization": f"Bearer {token}"}
        client = httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=30)
        self.clients.append(client)
        return client

    def stop(self) -> None:
        """Ends every process that still runs."""
        for client in self.clients:
            client.close()
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.running:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def log(self) -> str:
        path = self.folder / "log.txt"
        return path.read_text(errors="replace") if path.exists() else ""

    def _answers(self, process: "subprocess.Popen[bytes] | Fork") -> bool:
        if process.poll() is not None:
            raise AssertionError(f"it ended by itself: {self.log()[-3000:]}")
        try:
            return httpx.get(f"{self.url}/healthz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False


@contextmanager
def installed(folder: Path, *, forks: Forks | None = None, **env: str) -> Iterator[Product]:
    """A migrated installation, stopped at the end."""
    product = Product(folder, env, forks=forks)
    product.tell("migrate")
    try:
        yield product
    finally:
        product.stop()


def until(see: Callable[[], Seen], *, seconds: float = 20) -> Seen:
    """Looks again and again until there is something to see; fails when the time is up."""
    ends = time.monotonic() + seconds
    while True:
        seen = see()
        if seen:
            return seen
        if time.monotonic() > ends:
            raise AssertionError(f"nothing was seen within {seconds} s")
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
