"""The program as a whole: help, wrong usage, failures in one line, start-up time."""

import subprocess
import sys
import time
from typing import Any, get_args

import pytest
import typer

from inbox.cli import words
from inbox.cli.program import program
from inbox.models import ChannelMode, OfficeKind, Role

from .conftest import Installation


def _every_command() -> list[tuple[list[str], Any]]:
    found: list[tuple[list[str], Any]] = []

    def walk(path: list[str], command: Any) -> None:
        children = getattr(command, "commands", {})
        if path:
            found.append((path, command))
        for name, child in children.items():
            walk([*path, name], child)

    walk([], typer.main.get_command(program))
    return found


@pytest.mark.parametrize("path", [path for path, _ in _every_command()], ids=" ".join)
def test_every_command_has_help_with_an_example(path: list[str], inbox: Installation) -> None:
    ran = inbox.ok(*path, "--help")
    assert "Example:" in ran.out
    assert " ".join(["inbox", *path]) in ran.out.partition("Example:")[2]


def test_help_lists_every_family_the_interface_promises(inbox: Installation) -> None:
    out = inbox.ok("--help").out
    promised = [
        "run",
        "web",
        "worker",
        "work",
        "migrate",
        "demo",
        "office",
        "constituency",
        "staff",
        "token",
        "channel",
        "import",
        "rules",
        "audit",
        "backup",
        "restore",
        "keys",
        "doctor",
    ]
    assert [name for name in promised if f"\n  {name} " not in out] == []


@pytest.mark.parametrize(
    "wrong",
    [
        ["nonsense"],
        ["office", "add"],
        ["office", "add", "--name", "A", "--kind", "palace", "--nation", "england"],
        ["office", "set", "--office", "a", "phone"],
        ["import", "--office", "a", "/there/is/no/such/path"],
        ["work"],
        ["restore"],
        ["constituency", "lookup"],
        ["--nonsense"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_2_with_one_line(wrong: list[str], inbox: Installation) -> None:
    ran = inbox.run(*wrong)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("inbox: ") and ran.err.count("\n") == 1


def test_a_fault_of_ours_is_one_line_and_the_whole_story_only_when_asked(
    inbox: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a fault\nof two lines")

    monkeypatch.setattr("inbox.offices.every_office", broken)
    ran = inbox.run("office", "list")
    assert ran.status == 1 and ran.err.count("\n") == 1
    assert "KeyError" in ran.err and "INBOX_LOG_LEVEL=debug" in ran.err and "Traceback" not in ran.err
    monkeypatch.setenv("INBOX_LOG_LEVEL", "debug")
    assert "Traceback" in inbox.run("office", "list").err


def test_an_interrupt_is_one_line(inbox: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("inbox.offices.every_office", interrupted)
    ran = inbox.run("office", "list")
    assert ran.status == 130 and "Traceback" not in ran.err


def test_a_setting_that_makes_no_sense_names_itself(
    inbox: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INBOX_SECRET_KEYS", "short")
    ran = inbox.run("office", "list")
    assert ran.status == 1 and "INBOX_SECRET_KEYS" in ran.err and "short" not in ran.err


def test_a_database_of_no_version_says_which_command_to_run(
    inbox: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INBOX_DATABASE_URL", f"sqlite:///{inbox.folder / 'new.db'}")
    ran = inbox.run("office", "list")
    assert ran.status == 1 and "inbox migrate" in ran.err


def test_the_program_s_words_are_those_of_the_models() -> None:
    assert {role.value for role in words.RoleName} == set(Role)
    assert set(get_args(words.OfficeKind)) == set(OfficeKind)
    assert set(get_args(words.Mode)) == set(ChannelMode)


def test_a_reader_that_goes_away_is_no_failure_to_print_about(inbox: Installation) -> None:
    inbox.office()
    started = subprocess.Popen(
        [sys.executable, "-m", "inbox", "office", "list", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=inbox.folder,
    )
    assert started.stdout is not None
    started.stdout.close()
    _, err = started.communicate(timeout=60)
    assert b"Traceback" not in err and b"Exception" not in err


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from inbox.cli import main; main(['--help']); "
        "print([name for name in ('sqlalchemy', 'pydantic', 'fastapi', 'httpx') if name in sys.modules])"
    )
    began = time.process_time()
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"
    assert time.process_time() - began < 1
