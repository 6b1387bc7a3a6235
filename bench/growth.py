"""What one process keeps in memory while it takes in a hundred thousand messages: it should not grow."""

import subprocess
import sys
import time

from sqlmodel import col, func, select

from bench.corpus import write_folder
from bench.databases import Bench, environment, opened
from bench.measuring import report
from bench.memory import resident_megabytes
from inbox.models import Arrival, Office

MESSAGES = 100_000
_LOOK_EVERY = 1.0
_STEPS = 10


def run(count: int = MESSAGES) -> None:
    """On SQLite, where the database works inside the process too."""
    with opened("sqlite") as bench:
        folder = bench.settings.data_dir.parent / "corpus"
        write_folder(folder, count)
        added = [sys.executable, "-m", "inbox", "office", "add", "--name", "bench", "--kind", "mp"]
        subprocess.run(
            [*added, "--nation", "england"], env=environment(bench), check=True, capture_output=True
        )
        command = [sys.executable, "-m", "inbox", "import", "--office", "bench", "--json", str(folder)]
        process = subprocess.Popen(
            command, env=environment(bench), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        seen = _watched(bench, process, count)
        if process.wait() != 0:
            raise RuntimeError("the import failed")
    first, last = next(one for one in seen if one[0] >= count * 0.2), seen[-1]
    report(
        "growth", messages=count, at=[kept for kept, _ in seen], megabytes=[round(size) for _, size in seen],
        megabytes_per_1000_after_a_fifth=(last[1] - first[1]) * 1_000 / max(1, last[0] - first[0]),
    )  # fmt: skip


def _watched(bench: Bench, process: "subprocess.Popen[bytes]", count: int) -> list[tuple[int, float]]:
    """How many messages were kept and how many megabytes were held then, about each tenth of the way."""
    with bench.database.read() as session:
        office = session.exec(select(Office.id)).one()
    seen: list[tuple[int, float]] = []
    while process.poll() is None:
        time.sleep(_LOOK_EVERY)
        with bench.database.read(office) as session:
            kept = session.exec(select(func.count(col(Arrival.id)))).one()
        if process.poll() is None and kept >= count * (len(seen) + 1) / (_STEPS + 1):
            seen.append((kept, resident_megabytes(process.pid)))
    return seen
