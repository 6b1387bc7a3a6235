"""XML as GeoReport writes it, to plain data and back: no entities, no document types, a bounded depth."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from xml.parsers import expat

_DEEPEST = 20
_MOST_ELEMENTS = 50_000


class NotMarkup(ValueError):
    """It is no XML, or XML of a kind that is not read here."""


class _Reader:
    """Each element becomes a dict of its children, or its text; the same name again makes a list."""

    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self._open: list[tuple[str, dict[str, Any], list[str]]] = [("", self.root, [])]
        self._count = 0

    def begin(self, name: str, _: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) > _DEEPEST or self._count > _MOST_ELEMENTS:
            raise NotMarkup("too deep or too long")
        self._open.append((name, {}, []))

    def say(self, words: str) -> None:
        self._open[-1][2].append(words)

    def end(self, _: str) -> None:
        name, children, said = self._open.pop()
        value: Any = children or "".join(said).strip()
        parent = self._open[-1][1]
        if name not in parent:
            parent[name] = value
        elif isinstance(parent[name], list):
            parent[name].append(value)
        else:
            parent[name] = [parent[name], value]


def _refuse(*_: object) -> None:
    raise NotMarkup("a document type is not read here")


def read(body: bytes) -> dict[str, Any]:
    """The document as plain data, with its root element's name as the one key. Raises NotMarkup."""
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.say
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError) as fault:
        raise NotMarkup("this is not well-formed XML") from fault
    return reader.root


def write(root: str, item: str, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Rows as `<root><item>…</item></root>`."""
    inside = "".join(_element(item, row) for row in rows)
    return f'<?xml version="1.0" encoding="utf-8"?>\n<{root}>{inside}</{root}>'.encode()


def write_one(root: str, row: Mapping[str, Any]) -> bytes:
    """One thing as the document's root element."""
    return f'<?xml version="1.0" encoding="utf-8"?>\n{_element(root, row)}'.encode()


def _element(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return f"<{name}>{''.join(_children(one, inner) for one, inner in value.items())}</{name}>"
    return f"<{name}>{escape(_printable(value), quote=False)}</{name}>"


def _children(name: str, value: Any) -> str:
    """A list under a plural name holds elements of its singular: attributes, values, endpoints, formats."""
    if isinstance(value, list):
        inside = "".join(_element(name.removesuffix("s"), one) for one in value)
        return f"<{name}>{inside}</{name}>"
    return _element(name, value)


def _printable(value: Any) -> str:
    words = "" if value is None else str(value)
    return "".join(one for one in words if one in "\t\n\r" or (one >= " " and one not in "\ufffe\uffff"))
