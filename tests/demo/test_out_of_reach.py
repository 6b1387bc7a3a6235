"""Nothing of the product reaches into the demo: only its own command does, when it is asked for."""

import ast
import subprocess
import sys
from pathlib import Path

import inbox

PACKAGE = Path(inbox.__file__).parent


def _imports(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return found


def test_only_the_demos_own_command_and_measuring_by_its_area_import_it() -> None:
    reaching = {
        file.relative_to(PACKAGE).as_posix()
        for file in PACKAGE.rglob("*.py")
        if "demo" not in file.relative_to(PACKAGE).parts[:1]
        and any(one == "inbox.demo" or one.startswith("inbox.demo.") for one in _imports(file))
    }
    assert reaching == {"cli/evaluate.py", "cli/running.py"}


def test_a_real_start_loads_none_of_it() -> None:
    script = (
        "import sys, inbox.cli, inbox.cli.running, inbox.serving, inbox.worker, inbox.app;"
        "print([name for name in sys.modules if name.startswith('inbox.demo')])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60, check=True)
    assert done.stdout.decode().strip() == "[]"
