"""The process that reads a letter: caps itself, then lets one program after the other look at the pages.

What it made out so far is written after each page, so that a page that takes too long costs only itself.
"""

import contextlib
import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

DOTS = "200"
"""Per inch: enough for the print of a letter, and a picture that a browser shows at once."""

WORDS = 15
"""So many words in a PDF file, and its text needs no reading by eye."""

LARGEST_FILE = 256 << 20


@dataclass(slots=True)
class Work:
    """One letter being read."""

    folder: Path
    ends: float
    most: int
    texts: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    is_whole: bool = True

    def keep(self) -> None:
        """Puts down what is known so far, all or nothing."""
        told = {"texts": self.texts, "pictures": self.pictures, "is_whole": self.is_whole}
        aside = self.folder / "result.aside"
        aside.write_text(json.dumps(told), "utf-8")
        aside.replace(self.folder / "result.json")

    def run(self, *command: str) -> str | None:
        """What a program says; None where it is not here, fails, or takes longer than there is time."""
        left = self.ends - time.monotonic()
        if left <= 0:
            return None
        try:
            done = subprocess.run(  # noqa: S603  # fixed programs, no shell
                command, cwd=self.folder, capture_output=True, timeout=left, check=False,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def main() -> None:
    """Reads the files of the folder named first; then seconds, megabytes and the most pages."""
    folder, seconds, megabytes, most = sys.argv[1:5]
    limit(int(seconds), int(megabytes))
    work = Work(Path(folder), time.monotonic() + int(seconds) * 0.9, int(most))
    files = sorted(
        one.name for one in work.folder.iterdir() if one.suffix in (".pdf", ".jpg", ".png", ".tif")
    )
    languages = _languages(work)
    work.is_whole = False
    work.keep()
    left_out = False
    for name in files:
        read = _document(work, name, languages) if name.endswith(".pdf") else _look(work, [name], languages)
        left_out = left_out or not read
        work.keep()
    work.is_whole = not left_out
    work.keep()


def limit(seconds: int, megabytes: int) -> None:
    """Caps this process and all it starts; where the system knows no such cap, the parent's clock holds."""
    try:
        import resource
    except ImportError:
        return
    for name, most in (
        (resource.RLIMIT_CPU, seconds + 1),
        (resource.RLIMIT_AS, megabytes << 20),
        (resource.RLIMIT_FSIZE, LARGEST_FILE),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(name, (most, most))


def _document(work: Work, name: str, languages: str) -> bool:
    """A PDF file: its own words where it has them, else its pages are looked at. Whether all was read."""
    words = work.run("pdftotext", "-enc", "UTF-8", "-l", str(work.most), name, "-")
    stem = f"seen-{name.removesuffix('.pdf')}"
    room = max(0, work.most - len(work.pictures))
    work.run("pdftoppm", "-jpeg", "-gray", "-r", DOTS, "-l", str(room), name, stem)
    pages = sorted(one.name for one in work.folder.glob(f"{stem}-*.jpg"))
    work.pictures += pages
    if words is not None and len(words.split()) >= WORDS:
        work.texts.append(words)
        return len(pages) < work.most
    return bool(pages) and _look(work, pages, languages) and len(pages) < work.most


def _look(work: Work, names: list[str], languages: str) -> bool:
    """Reads pictures by eye, whichever way up they are. Whether all of them could be read."""
    complete = True
    for name in names:
        told = work.run("tesseract", name, "stdout", "-l", languages, "--psm", "1") if languages else None
        complete = complete and told is not None
        if told:
            work.texts.append(told)
            work.keep()
    return complete


def _languages(work: Work) -> str:
    """What is known here of the languages that people write to us in; "" where nothing can be read."""
    known = (work.run("tesseract", "--list-langs") or "").split()
    return "+".join(one for one in ("eng", "cym") if one in known)


if __name__ == "__main__":
    main()
