"""`inbox demo` as a newcomer starts it: a process of its own, looked at from outside."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime

import httpx
from sqlmodel import select

from inbox.access import Scope
from inbox.database import Database
from inbox.demo import founding
from inbox.demo.place import Place
from inbox.history import OPERATOR
from inbox.models import Case, Staff
from inbox.sign_in import tokens
from tests.rigs.product import free_port, until


class Running:
    """The demo of a folder in a process of its own."""

    def __init__(self, place: Place) -> None:
        self.place, self.port = place, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.said = place.folder / "said.txt"
        env = {key: value for key, value in os.environ.items() if not key.startswith("INBOX_")}
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "inbox", "demo", "--port", str(self.port)],
                cwd=place.folder.parent.parent, env=env, stdout=said, stderr=subprocess.STDOUT,
            )  # fmt: skip
        self.database = Database(place.settings(self.url).database_url)
        until(self._is_up, seconds=90)
        self.office = founding.offices_in(self.database)["mp"]

    def stop(self) -> int:
        self.database.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def words(self) -> str:
        return self.said.read_text()

    def cases(self) -> set[str]:
        with self.database.read(self.office) as session:
            return set(session.exec(select(Case.reference)))

    def client(self, name: str) -> httpx.Client:
        """The REST API as one of the office's people."""
        with self.database.write(self.office) as session:
            staff = session.exec(select(Staff).where(Staff.name == name)).one()
            _, token = tokens.add(session, staff, "test", Scope.WRITE, actor=OPERATOR, now=datetime.now(UTC))
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=30)

    def _is_up(self) -> bool:
        assert self.process.poll() is None, self.words()
        return "Stop with Ctrl+C" in self.words()
