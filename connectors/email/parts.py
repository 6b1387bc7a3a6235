"""A mail as a tree of parts, split in one pass over its bytes: tolerant, iterative, and bounded."""

import re
from dataclasses import dataclass, field

from connectors.email import limits
from connectors.email.charsets import untransfer
from connectors.email.headers import Headers, parameters, read_headers

DASH_LINE = re.compile(rb"\n--([^\r\n]{0,250})")
FIRST_DASH_LINE = re.compile(rb"\n--([^\r\n]{1,250}?)[ \t]*\r?\n")
CONTENT_TYPE = re.compile(r"\s*([\w.+-]{1,80})\s*/\s*([\w.+-]{1,120})")


@dataclass(slots=True)
class Part:
    """One node: a leaf with bytes from `start` to `end`, or a multipart with `parts`."""

    headers: Headers
    start: int
    end: int
    content_type: str = "text/plain"
    parameters: dict[str, str] = field(default_factory=dict)
    parts: "list[Part]" = field(default_factory=list)
    boundary: bytes = b""

    @property
    def is_multipart(self) -> bool:
        return bool(self.parts)

    def disposition(self) -> tuple[str, dict[str, str]]:
        """The Content-Disposition ("inline", "attachment", "") and its parameters."""
        value = self.headers.first("content-disposition")
        return (value.partition(";")[0].strip().lower(), parameters(value)) if value else ("", {})

    def content(self, raw: bytes) -> tuple[bytes, bool]:
        """The bytes of a leaf with the transfer encoding taken off, and whether that encoding was broken."""
        encoding = self.headers.first("content-transfer-encoding").partition(";")[0].strip(" '\"").lower()
        return untransfer(raw[self.start : self.end], encoding)


@dataclass(frozen=True, slots=True)
class Split:
    """The tree, and whether a limit kept the rest of it unsplit."""

    raw: bytes
    root: Part
    too_many: bool
    too_deep: bool
    broken: bool


def split(raw: bytes) -> Split:
    """Splits a whole message. Every byte of the body stays in some leaf, the preamble and epilogue apart."""
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
    start = len(raw) - len(raw.lstrip(b"\r\n \t\xef\xbb\xbf")) if raw[:1] in b"\r\n \t\xef" else 0
    return _Splitter(raw, _part(raw, start, "text/plain")).run()


def _part(raw: bytes, start: int, default_type: str) -> Part:
    headers, body = read_headers(raw, start)
    value = headers.first("content-type")
    if not value:
        return Part(headers, body, len(raw), default_type)
    shape = CONTENT_TYPE.match(value)
    if shape:
        content_type = f"{shape[1]}/{shape[2]}".lower()
    else:
        content_type = "text/html" if "html" in value.lower() else default_type
    found = parameters(value)
    part = Part(headers, body, len(raw), content_type, found)
    if content_type.startswith("multipart/"):
        part.boundary = found.get("boundary", "").rstrip().encode("utf-8", "replace")
    return part


class _Splitter:
    """Walks the lines that begin with "--" once, with the stack of open multiparts beside it."""

    def __init__(self, raw: bytes, root: Part) -> None:
        self.raw, self.root = raw, root
        self.stack: list[Part] = []
        self.open: dict[bytes, int] = {}  # boundary -> its level on the stack
        self.leaf = root
        self.count = 1
        self.too_many = self.too_deep = self.broken = False

    def run(self) -> Split:
        self._enter(self.root)
        if self.stack:
            lines = DASH_LINE.finditer(self.raw, max(self.root.start - 1, 0))
            for number, line in enumerate(lines):
                if number >= limits.DASH_LINES:
                    self.too_many = True
                    break
                if not self._line(line):
                    break
            self._give_childless_parts_their_bytes()
        return Split(self.raw, self.root, self.too_many, self.too_deep, self.broken)

    def _enter(self, part: Part) -> None:
        self.leaf = part
        if not part.content_type.startswith("multipart/"):
            return
        if not part.boundary:
            part.boundary = self._guess_boundary(part)
        if not part.boundary or part.boundary in self.open:
            return
        if len(self.stack) < limits.LEVELS:
            self.open[part.boundary] = len(self.stack)
            self.stack.append(part)
        else:
            self.too_deep = True
            part.content_type = "application/octet-stream"

    def _guess_boundary(self, part: Part) -> bytes:
        self.broken = True
        found = FIRST_DASH_LINE.search(self.raw, max(part.start - 1, 0), part.start + limits.HEADER_VALUE)
        return found[1] if found else b""

    def _line(self, line: re.Match[bytes]) -> bool:
        """Whether splitting goes on after this line."""
        text = line[1].rstrip()
        level = self.open.get(text)
        closing = level is None and text.endswith(b"--")
        if closing:
            level = self.open.get(text[:-2].rstrip())
        if level is None:
            return True
        end = line.start() - (self.raw[line.start() - 1 : line.start()] == b"\r")
        self._close(max(end, 0), level + 1)
        owner = self.stack[level]
        if closing:
            self._close(max(end, 0), level)
            return bool(self.stack)
        if self.count >= limits.PARTS:
            self.too_many = True
            owner.parts.append(Part(Headers(), line.start() + 1, len(self.raw), "application/octet-stream"))
            return False
        self._begin(owner, line.end())
        return True

    def _close(self, end: int, level: int) -> None:
        """Ends the open leaf and every multipart at or above `level`."""
        for part in self.stack[level:]:
            part.end = max(end, part.start)
            del self.open[part.boundary]
        del self.stack[level:]
        self.leaf.end = min(self.leaf.end, max(end, self.leaf.start))

    def _begin(self, owner: Part, line_end: int) -> None:
        newline = self.raw.find(b"\n", line_end)
        start = len(self.raw) if newline < 0 else newline + 1
        default = "message/rfc822" if owner.content_type == "multipart/digest" else "text/plain"
        part = _part(self.raw, start, default)
        owner.parts.append(part)
        self.count += 1
        self._enter(part)

    def _give_childless_parts_their_bytes(self) -> None:
        """A multipart in which its boundary never came is shown as the text it is."""
        if not self.root.parts:
            self.broken = True
            self.root.content_type = "text/plain"
