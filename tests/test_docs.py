"""The documents keep their word: commands run, links lead somewhere, tables match the program.

A fenced `sh` block says after its language how it is proved: `run` (in an empty folder, in the order of the
page), `served` (with a running office at $INBOX and a write token in $TOKEN), or `needs="a reason"` (what it
needs is not here, so its `inbox` commands and their flags are looked up in the program's help).
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import pytest

import inbox.models
import routing.words
from inbox.settings import Settings
from inbox.web.exposition import registry
from inbox.web.metrics import Standing

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "connectors").glob("*.md")])
BIN = Path(sys.executable).parent
KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
FENCE = re.compile(r"^```(\w*)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s#]+)(?:#[^)]*)?\)")


@dataclass(frozen=True, slots=True)
class Block:
    """One block of commands and how it is proved."""

    page: Path
    how: str
    script: str


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def _blocks(page: Path) -> list[Block]:
    found = FENCE.findall(page.read_text(encoding="utf-8"))
    return [
        Block(page, how.strip(), script) for language, how, script in found if language in ("sh", "console")
    ]


BLOCKS = [block for page in PAGES for block in _blocks(page)]


def _pages_with(how: str) -> list[Path]:
    return sorted({block.page for block in BLOCKS if block.how == how})


def _shell(script: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("INBOX_")}
    environment = kept | {"PATH": f"{BIN}:{kept['PATH']}"} | more
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_every_block_of_commands_says_how_it_is_proved() -> None:
    unproved = [
        f"{_name(block.page)}: {block.script.splitlines()[0]}"
        for block in BLOCKS
        if block.how not in ("run", "served") and not re.fullmatch(r'needs="[^"]{4,}"', block.how)
    ]
    assert unproved == []


@pytest.mark.parametrize("page", _pages_with("run"), ids=_name)
def test_the_commands_of_a_page_do_what_it_says(page: Path, tmp_path: Path) -> None:
    script = "\n".join(block.script for block in _blocks(page) if block.how == "run")
    ran = _shell(script, tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@contextmanager
def _served(folder: Path) -> Iterator[dict[str, str]]:
    """A running office, as the variables that the examples use."""
    settings = {"INBOX_SECRET_KEYS": KEY}
    made = _shell(
        "inbox migrate >&2\n"
        "office=$(inbox office add --name 'Rowan Ashby’s office' --kind mp --nation england)\n"
        "echo 'quarry road in the rain' | inbox staff add --office $office --email priya@example.org"
        " --name 'Priya Nair' --role caseworker --password-stdin >&2\n"
        "inbox token add --office $office --staff priya@example.org --name docs --scope write --json\n",
        folder,
        **settings,
    )
    assert made.returncode == 0, made.stderr
    token = re.search(r'"token":\s*"([^"]+)"', made.stdout)
    assert token is not None, made.stdout
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("INBOX_")
    } | settings
    with (folder / "err.txt").open("w") as err:
        process = subprocess.Popen(
            [BIN / "inbox", "run", "--port", "0"], cwd=folder, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=err,
        )  # fmt: skip
    try:
        assert process.stdout is not None
        yield {"INBOX": process.stdout.readline().split(" is at ")[1].split()[0], "TOKEN": token[1]}
    finally:
        process.terminate()
        process.communicate(timeout=30)


@pytest.mark.parametrize("page", _pages_with("served"), ids=_name)
def test_the_requests_of_a_page_are_answered(page: Path, tmp_path: Path) -> None:
    script = "\n".join(block.script for block in _blocks(page) if block.how == "served")
    with _served(tmp_path) as variables:
        ran = _shell(script, tmp_path, **variables)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def _commands(script: str) -> Iterator[list[str]]:
    """The words of each `inbox …` call in a script, as the shell would part them."""
    for line in script.replace("\\\n", " ").splitlines():
        line = re.sub(r"(^|\s)#.*", "", line)
        for part in re.split(r"\||&&|;|\$\(", line):
            words = (
                shlex.split(part.replace(")", " "), posix=True) if part.count("'") % 2 == 0 else part.split()
            )
            while words and ("=" in words[0] or words[0] in ("sudo", "exec")):
                words = words[1:]
            if words and words[0] == "inbox":
                yield words[1:]


@cache
def _help(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / "inbox", *words, "--help"], capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "COLUMNS": "200"},
    )  # fmt: skip


ELSEWHERE = [block for block in BLOCKS if block.how.startswith("needs=") and list(_commands(block.script))]


@pytest.mark.parametrize("page", sorted({block.page for block in ELSEWHERE}), ids=_name)
def test_commands_that_need_more_than_a_test_has_are_at_least_real(page: Path) -> None:
    for block in ELSEWHERE:
        if block.page != page:
            continue
        for words in _commands(block.script):
            plain = [word for word in words if not word.startswith("-")]
            asked = next(
                (told for told in (_help(*plain[:2]), _help(*plain[:1])) if told.returncode == 0), None
            )
            assert asked is not None, words
            for flag in (word.partition("=")[0] for word in words if word.startswith("--")):
                assert flag in asked.stdout, (words, flag)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    words = FENCE.sub("", page.read_text(encoding="utf-8"))
    links = [link for link in LINK.findall(words) if not re.match(r"[a-z]+:", link)]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_first_page_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120


def test_every_setting_is_in_the_operators_table_with_its_default() -> None:
    rows = dict(
        re.findall(
            r"^\| `(INBOX_\w+)` \| ([^|]*) \|",
            (ROOT / "docs" / "operators.md").read_text(encoding="utf-8"),
            re.M,
        )
    )
    wanted = {}
    for name, field in Settings.model_fields.items():
        default = field.default
        if default is None or default == ():
            wanted[f"INBOX_{name.upper()}"] = "none"
        else:
            words = ",".join(default) if isinstance(default, tuple) else str(default)
            wanted[f"INBOX_{name.upper()}"] = f"`{words}`"
    assert rows == wanted


def test_every_metric_is_explained() -> None:
    page = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    names = {metric.name for metric in registry(Standing(), True).collect()}
    assert {name for name in names if f"`{name}`" not in page} == set()


def test_every_word_in_data_is_in_its_table() -> None:
    page = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    words = {
        f"{kind.__name__}: {one.value}"
        for module in (inbox.models, routing.words)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not StrEnum
        for one in kind
        if f"`{one.value}`" not in page
    }
    assert words == set()


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=_name)
def test_a_decision_says_why_what_and_what_was_turned_down(page: Path) -> None:
    words = page.read_text(encoding="utf-8")
    assert re.match(r"# \S", words) and re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", page.name)
    for part in ("**Context.**", "**Decision", "**Turned down.**"):
        assert part in words
