"""`inbox import` of 2,000 mails: processor time of our own processes for each mail, beside the floor.

The floor is what no import can do without: parsing the same bytes, and inserting the rows that the
import made, as they are, into an empty database of the same kind.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, insert, select, text
from sqlmodel import SQLModel

from bench.corpus import MAILS, write_folder
from bench.databases import KINDS, Bench, environment, opened
from bench.measuring import report
from connectors.email.mime import read_mail

_SLUG = "bench"


def run(count: int = MAILS) -> None:
    for kind in KINDS:
        with opened(kind) as bench, opened(kind) as empty:
            folder = bench.settings.data_dir.parent / "corpus"
            paths = write_folder(folder, count)
            _import(bench, folder, paths)
            _floor(bench, empty, paths)


def _import(bench: Bench, folder: Path, paths: Sequence[Path]) -> None:
    slug = _inbox(
        bench, "office", "add", "--name", _SLUG, "--kind", "mp", "--nation", "england"
    )[0].strip()  # fmt: skip
    nothing = folder.parent / "nothing"
    nothing.mkdir()
    _, starting, starting_system = _inbox(bench, "import", "--office", slug, "--json", str(nothing))
    answer, cpu, system = _inbox(bench, "import", "--office", slug, "--json", str(folder))
    again, cpu_again, _ = _inbox(bench, "import", "--office", slug, "--json", str(folder))
    counts = json.loads(answer.strip().splitlines()[-1])
    size = sum(path.stat().st_size for path in paths) / len(paths)
    report(
        "import", database=bench.kind, mails=len(paths), bytes_a_mail=size, **counts,
        cpu_ms_a_mail=(cpu - starting) * 1_000 / len(paths),
        system_ms_a_mail=(system - starting_system) * 1_000 / len(paths),
        cpu_ms_with_start=cpu * 1_000 / len(paths),
    )  # fmt: skip
    report(
        "import again", database=bench.kind, **json.loads(again.strip().splitlines()[-1]),
        cpu_ms_a_mail=(cpu_again - starting) * 1_000 / len(paths),
    )  # fmt: skip


def _inbox(bench: Bench, *arguments: str) -> tuple[str, float, float]:
    """Runs the program on this database; what it printed, and the seconds of processor time it took: all of
    them, and those of the system (which makes the files of the store)."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    finished = subprocess.run(
        [sys.executable, "-m", "inbox", *arguments],
        env=environment(bench),
        capture_output=True,
        text=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if finished.returncode:
        raise RuntimeError(f"inbox {arguments[0]} failed: {finished.stderr}")
    system = after.ru_stime - before.ru_stime
    return finished.stdout, after.ru_utime - before.ru_utime + system, system


def _floor(bench: Bench, empty: Bench, paths: Iterable[Path]) -> None:
    raws = [path.read_bytes() for path in paths]
    cpu = time.process_time()
    for raw in raws:
        read_mail(raw)
    parsing = (time.process_time() - cpu) * 1_000 / len(raws)
    with bench.database.engine.connect() as connection:
        office = connection.execute(select(SQLModel.metadata.tables["office"].c.id)).scalar_one()
        _enter(connection, office)
        rows = {table: _rows(connection, table) for table in SQLModel.metadata.sorted_tables}
    with empty.database.engine.connect() as connection:
        _enter(connection, office)
        cpu = time.process_time()
        for table, values in rows.items():
            if values:
                connection.execute(insert(table), values)
        connection.commit()
        inserting = (time.process_time() - cpu) * 1_000 / len(raws)
    report(
        "import floor", database=bench.kind, parse_ms_a_mail=parsing, insert_ms_a_mail=inserting,
        rows=sum(map(len, rows.values())), floor_ms_a_mail=parsing + inserting,
    )  # fmt: skip


def _enter(connection: Connection, office: str) -> None:
    """Steps behind the wall of one office, where the database has walls."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT set_config('inbox.office', :office, true)"), {"office": office})


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(select(table)).mappings()]
