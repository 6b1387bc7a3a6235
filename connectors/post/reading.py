"""Reads the words on the pages of a letter, with the programs this machine has, in a process with limits.

Tesseract reads pictures; poppler's pdftotext and pdftoppm open PDF files. Where one is missing, what it would
have read is left to people. No shell takes part, and nothing that came with the letter is part of a command.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from connectors.contract import Attachment
from connectors.post.scans import ENDINGS, PICTURE

PLACES = "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin"
"""Where the programs are looked for: fixed here, set by nobody."""

PROGRAMS = ("tesseract", "pdftotext", "pdftoppm")
SECONDS = 45
MEGABYTES = 1024
MOST_PAGES = 20
LONGEST = 200_000
COMMAND = (sys.executable, "-I", "-m", "connectors.post.child")
RESULT = "result.json"


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be made out. `pictures` show the pages of PDF files; `is_whole`: no page was left out."""

    text: str = ""
    pictures: tuple[Attachment, ...] = ()
    is_whole: bool = True


def installed() -> tuple[str, ...]:
    """The programs that are here."""
    return tuple(name for name in PROGRAMS if shutil.which(name, path=PLACES))


def read_pages(pages: Sequence[Attachment], *, seconds: int = SECONDS, megabytes: int = MEGABYTES) -> Reading:
    """The words on the pages, with at most `seconds` for all and `megabytes` for each program.

    Never raises: what cannot be read is left to people, who have the pages before them.
    """
    if not installed():
        return Reading(is_whole=False)
    with TemporaryDirectory(prefix="letter-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        for number, page in enumerate(pages):
            ending = ENDINGS.get(page.content_type)
            if ending is not None:
                (folder / f"{number:03}.{ending}").write_bytes(page.content)
        _run(folder, seconds, megabytes)
        return _found(folder)


def _run(folder: Path, seconds: int, megabytes: int) -> None:
    """Runs the child and whatever it started, and ends all of it when the time is over."""
    command = [*COMMAND, str(folder), str(seconds), str(megabytes), str(MOST_PAGES)]
    around = {"PATH": PLACES, "HOME": str(folder), "TMPDIR": str(folder), "OMP_THREAD_LIMIT": "1",
              "LC_ALL": "C.UTF-8"}  # fmt: skip
    try:
        child = subprocess.Popen(  # noqa: S603  # our own interpreter, no shell
            command, env=around, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    except OSError:
        return
    try:
        child.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        pass
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)  # also a program that outlived the child
        child.wait()


def _found(folder: Path) -> Reading:
    try:
        told = json.loads((folder / RESULT).read_bytes())
        return _reading(folder, told)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Reading(is_whole=False)


def _reading(folder: Path, told: dict[str, Any]) -> Reading:
    pictures = []
    for number, name in enumerate(told["pictures"], start=1):
        content = (folder / Path(str(name)).name).read_bytes()
        if content.startswith(b"\xff\xd8\xff"):
            title = f"page {number}.jpg"
            pictures.append(
                Attachment(title, "image/jpeg", len(content), content, f"{PICTURE}{number}")
            )  # fmt: skip
    text = "\n\n".join(tidied(str(one)) for one in told["texts"] if str(one).strip())
    return Reading(text[:LONGEST], tuple(pictures), bool(told["is_whole"]) and len(text) <= LONGEST)


def tidied(text: str) -> str:
    """Lines without what programs put at their ends, at most one empty line between two."""
    lines = [line.rstrip() for line in text.replace("\f", "\n").replace("\x00", "").splitlines()]
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()
