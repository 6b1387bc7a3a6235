"""The page about failpoints names exactly the points that the code has."""

import ast
import re
from pathlib import Path

from tests.rigs.forks import Forks
from tests.rigs.product import Product

ROOT = Path(__file__).parent.parent.parent
NAMED = re.compile(r"^\| `([a-z]+\.[a-z]+)` \|", re.MULTILINE)


def test_the_page_lists_the_points_of_the_code_in_full_and_no_others() -> None:
    listed = NAMED.findall((ROOT / "docs/failpoints.md").read_text())
    assert len(listed) == len(set(listed))
    assert set(listed) == _reached()


def test_a_failpoint_is_refused_outside_of_tests(tmp_path: Path, forks: Forks) -> None:
    product = Product(tmp_path, forks=forks)
    for where in ("production", "development"):
        refused = product.refusal("work", "--until-idle", INBOX_ENV=where, INBOX_FAILPOINT="intake.kept")
        assert "INBOX_FAILPOINT" in refused


def _reached() -> set[str]:
    """The words in every call of `reach(…)` and of a connector's hook."""
    found = set()
    for package in ("inbox", "connectors"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and _name(node.func) in ("reach", "_hooks") and node.args:
                    word = node.args[0]
                    assert isinstance(word, ast.Constant), f"{path}: a failpoint needs a name to search for"
                    found.add(str(word.value))
    return found


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
