"""`inbox evaluate` prints the figures of a labelled file, lists misses, and names a line it cannot read."""

import json
from pathlib import Path

from typer.testing import CliRunner

from inbox.cli.program import program

TEMPLATE = (
    "I write as your constituent to ask you to protect access to cash. A third of free machines have gone."
    " Will you sign EDM 301 and press the minister?"
)


def evaluated(folder: Path, lines: list[dict[str, object]], *options: str) -> tuple[int, str, str]:
    file = folder / "labelled.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    result = CliRunner().invoke(program, ["evaluate", str(file), *options])
    return result.exit_code, result.stdout, result.stderr


def shares(folder: Path, lines: list[dict[str, object]]) -> dict[str, float]:
    _, printed, _ = evaluated(folder, lines, "--json")
    return {one["figure"]: one["share"] for one in json.loads(printed)}


def line(text: str, kind: str, **labels: object) -> dict[str, object]:
    return {"text": text, "kind": kind, "priority": "standard", **labels}


def test_what_is_found_and_missed_is_counted(tmp_path: Path) -> None:
    found = shares(
        tmp_path,
        [
            line("I am going to kill you", "threat", priority="immediate", flags=["threat"]),
            line("Our bins in Fell Street were missed", "self-harm-risk"),
            line("Our bins at ZZ12 4AB", "casework", postcode="ZZ12 4AB", constituency="ours"),
        ],
    )
    assert (found["threat recall"], found["self-harm recall"], found["postcode exact"]) == (1, 0, 1)
    assert found["harmless messages without a false alarm"] == 1


def test_copies_of_one_text_are_pairs(tmp_path: Path) -> None:
    copies = [line(f"Dear Rowan, {TEMPLATE} {name}", "campaign", campaign="cash") for name in ("Tom", "Una")]
    found = shares(tmp_path, [*copies, line("My bins were missed again", "casework")])
    assert (found["campaign pairs recall"], found["campaign pairs precision"]) == (1, 1)


def test_the_misses_of_a_figure_are_listed(tmp_path: Path) -> None:
    missed = line("Our bins in Fell Street were missed", "threat", priority="immediate")
    _, _, told = evaluated(tmp_path, [missed], "--misses", "threat recall")
    assert "threat recall: Our bins in Fell Street were missed" in told


def test_a_line_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    code, _, _ = evaluated(tmp_path, [line("a", "casework"), {"text": "b", "kind": "nonsense"}])
    assert code != 0
