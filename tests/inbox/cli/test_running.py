"""`inbox run`, `web` and `work`: real processes, really stopped."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlmodel import select

from inbox.models import Arrival, Office

from .conftest import Installation
from .letters import letter

PROGRAM = (sys.executable, "-m", "inbox")


def _ran(inbox: Installation, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program as a process, run to its end."""
    return subprocess.run(
        [*PROGRAM, *words], cwd=inbox.folder, capture_output=True, text=True, env=os.environ | environment
    )


@contextmanager
def _started(inbox: Installation, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The program as a process, once it has said where it is."""
    with (inbox.folder / "err.txt").open("w") as err:
        process = subprocess.Popen(
            [*PROGRAM, *words], cwd=inbox.folder, text=True, stdout=subprocess.PIPE, stderr=err
        )
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline()
    finally:
        process.kill()
        process.communicate(timeout=30)


@pytest.mark.parametrize("words", [["run"], ["web"]], ids=" ".join)
def test_it_says_where_it_is_answers_there_and_stops_when_told(inbox: Installation, words: list[str]) -> None:
    with _started(inbox, *words, "--port", "0") as (process, told):
        address = told.split(" is at ")[1].split()[0]
        with urllib.request.urlopen(f"{address}/healthz", timeout=30) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) in (0, -signal.SIGTERM)
    assert "Traceback" not in (inbox.folder / "err.txt").read_text()


def test_a_taken_port_is_one_line(inbox: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ran = _ran(inbox, "run", "--port", port)
    assert ran.returncode == 1 and ran.stdout == ""
    assert ran.stderr.count("\n") == 1 and "--port" in ran.stderr


def test_work_until_idle_does_nothing_when_nothing_is_due_and_ends(inbox: Installation) -> None:
    inbox.office()
    ran = _ran(inbox, "work", "--until-idle")
    assert (ran.returncode, ran.stdout) == (0, ""), ran.stderr


def test_an_import_that_is_killed_loses_nothing_and_doubles_nothing(inbox: Installation) -> None:
    slug = inbox.office()
    folder: Path = inbox.folder / "mail"
    folder.mkdir()
    for number in range(30):
        (folder / f"{number}.eml").write_bytes(letter(number))
    killed = _ran(inbox, "import", "--office", slug, str(folder), INBOX_FAILPOINT="intake.case:7")
    assert killed.returncode == -signal.SIGKILL
    counts = inbox.ok("import", "--office", slug, "--json", str(folder)).json
    inbox.ok("work", "--until-idle")
    database = inbox.database()
    with database.read() as session:
        office_id = session.exec(select(Office.id)).one()
    with database.read(office_id) as session:
        states = [one.state for one in session.exec(select(Arrival))]
    database.close()
    assert counts["arrivals"] == 30
    assert states == ["done"] * 30
