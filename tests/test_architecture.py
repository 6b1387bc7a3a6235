"""The rules of the house that imports cannot say."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from connectors.registry import KINDS
from routing.words import ChannelKind

ROOT = Path(__file__).parent.parent
PACKAGES = ("inbox", "connectors", "routing")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
MOST_LINES = 400
CHANNELS = {*KINDS, "microsoft365", "facebook", "x", "web", "post", "phone", "surgery", "open311", "feed"}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(_tree(path)) if isinstance(node, ast.Call))


def _dotted(node: ast.expr) -> str:
    """`datetime.now` for the expression; "" for one that is no chain of names."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return ""


def test_sessions_are_committed_in_one_place_only() -> None:
    found = {
        _name(path) for path in SOURCES for call in _calls(path) if _dotted(call.func).endswith(".commit")
    }
    assert found == {"inbox/database.py"}


def test_only_the_settings_read_the_environment() -> None:
    found = {
        _name(path)
        for path in SOURCES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Attribute) and _dotted(node) in {"os.environ", "os.getenv", "os.environb"}
    }
    assert found == {"inbox/settings.py"}


AT_THE_EDGE = re.compile(r"inbox/(web|worker|cli|demo)/|inbox/(settings|database|serving)\.py|connectors/")
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}


def test_decisions_and_stages_are_told_the_time_and_never_ask() -> None:
    found = {
        f"{_name(path)}: {_dotted(call.func)}"
        for path in SOURCES
        if not AT_THE_EDGE.match(_name(path))
        for call in _calls(path)
        if _dotted(call.func) in CLOCKS
    }
    assert found == set()


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_a_module_is_short_and_says_its_job(path: Path) -> None:
    words = path.read_text(encoding="utf-8")
    assert len(words.splitlines()) <= MOST_LINES
    if words.strip():
        assert ast.get_docstring(_tree(path)), "a module begins with a sentence that says its job"


def test_no_module_hides_the_migration_library() -> None:
    assert not (ROOT / "alembic" / "__init__.py").exists()


def test_the_product_never_asks_which_channel_it_is() -> None:
    """Differences of channels live behind their contract; comparisons with names would grow by each channel.

    `email` is also the way in of staff: only comparisons with something called kind or channel count.
    """
    found = []
    for path in SOURCES:
        if path.parts[len(ROOT.parts)] != "inbox" or "demo" in path.parts:
            continue
        for node in ast.walk(_tree(path)):
            if not isinstance(node, ast.Compare):
                continue
            sides = [node.left, *node.comparators]
            about = any(re.search(r"(^|\.)(channel(\.kind)?|channel_kind)$", _dotted(side)) for side in sides)
            named = {
                one.value for side in sides for one in ast.walk(side) if isinstance(one, ast.Constant)
            } & CHANNELS
            if about and named:
                found.append(f"{_name(path)}:{node.lineno} {sorted(named)}")
    assert found == []


INLINE = re.compile(r"<[a-z][^>]*?\s(style|on[a-z]+)\s*=", re.IGNORECASE)
JINJA = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_no_page_carries_inline_style_or_script(path: Path) -> None:
    words = JINJA.sub("", path.read_text(encoding="utf-8"))
    assert INLINE.search(words) is None
    assert "<style" not in words.lower()
    for tag in re.findall(r"<script\b[^>]*>", words, re.IGNORECASE):
        assert "src=" in tag


@pytest.mark.parametrize(
    "folder", sorted((ROOT / "templates" / "messages").iterdir()), ids=lambda one: one.name
)
def test_each_letter_of_ours_is_whole_in_english_and_welsh(folder: Path) -> None:
    parts = {language: {one.name for one in (folder / language).iterdir()} for language in ("en", "cy")}
    assert parts["en"] == parts["cy"]
    assert {"subject.txt", "body.txt"} <= parts["en"]
    for path in folder.rglob("*.txt"):
        assert path.read_text(encoding="utf-8").strip(), _name(path)
    placeholders = {
        language: {
            part: set(re.findall(r"\{\{\s*(\w+)", (folder / language / part).read_text(encoding="utf-8")))
            for part in parts[language]
        }
        for language in ("en", "cy")
    }
    assert placeholders["en"] == placeholders["cy"]


@pytest.mark.parametrize(
    "folder", sorted((ROOT / "templates" / "replies").iterdir()), ids=lambda one: one.name
)
def test_each_reply_to_begin_with_is_there_in_english_and_welsh(folder: Path) -> None:
    assert {one.name for one in folder.iterdir()} == {"en.txt", "cy.txt"}
    assert all(one.read_text(encoding="utf-8").strip() for one in folder.iterdir())


def test_rules_know_every_kind_of_channel_by_its_name() -> None:
    assert set(ChannelKind) == set(KINDS)
