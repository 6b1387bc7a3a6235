"""HTML to the text a person would see, in linear time: lists, table cells, quotes and link hosts survive.

Nothing is left out for being styled away: text hidden by CSS is text all the same.
"""

import html
import re
from urllib.parse import urlsplit

from connectors.email import limits

TAG = re.compile(r"""<(/?)([a-zA-Z][^\s/><]*)((?:[^>"'<]|"[^"]*"|'[^']*')*+)>""")
LOOSE_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/><]*)([^<>]*)>")
OPENING = re.compile(r"<(?:[!?]|/?[a-zA-Z])")  # every other "<" is text
MISSES = 50  # tags with unclosed quotes, before quotes are no longer looked at
STRIPPED = re.compile(r"<[^<>]*>")
HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)
ALT = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)
SPACES = re.compile(r"[ \t\r\n\f\u200b\ufeff\u00ad]+")

BLOCKS = {
    "p", "div", "table", "tr", "ul", "ol", "li", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6",
    "blockquote", "pre", "hr", "center", "form", "fieldset", "address", "article", "section", "header",
    "footer", "aside", "main", "nav", "figure", "figcaption", "body", "caption", "thead", "tbody",
    "tfoot", "details", "summary", "option",
}  # fmt: skip
SPACED = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre"}
SILENT = {"script", "style", "title", "template", "noembed"}
RULE = "_" * 32


def html_to_text(markup: str) -> str:
    """The visible text of `markup`. `<blockquote>` becomes "> ", as mail programs write it in plain text."""
    writer = _Writer()
    reader = _Reader(markup)
    while reader.tags < limits.HTML_TAGS:
        opening = OPENING.search(markup, reader.position)
        if opening is None:
            writer.text(markup[reader.position :])
            return writer.finish()
        start = opening.start()
        if start > reader.position:
            writer.text(markup[reader.position : start])
        if markup.startswith(("<!", "<?"), start):
            reader.skip_declaration(start)
            continue
        tag = reader.tag(start)
        if tag is None:
            writer.text("<")
            reader.position = start + 1
            continue
        name = tag[2].lower()
        if tag[1]:
            writer.close(name)
        elif name in SILENT:
            reader.skip_element(name)
        else:
            writer.open(name, tag[3])
    writer.text(STRIPPED.sub(" ", markup[reader.position :]))
    return writer.finish()


class _Reader:
    """Moves over the markup; remembers what will not be found again, so that no search is repeated."""

    def __init__(self, markup: str) -> None:
        self.markup = markup
        self.position = 0
        self.tags = 0
        self.misses = 0
        self.unclosed: set[str] = set()

    def tag(self, start: int) -> re.Match[str] | None:
        self.tags += 1
        found = TAG.match(self.markup, start) if self.misses < MISSES else None
        if found is None:
            self.misses += 1
            found = LOOSE_TAG.match(self.markup, start)
        if found:
            self.position = found.end()
        return found

    def skip_declaration(self, start: int) -> None:
        """Past a comment, doctype or instruction; of an unclosed one only the opening sign is left out."""
        self.tags += 1
        opening, closing = ("<!--", "-->") if self.markup.startswith("<!--", start) else ("<!", ">")
        self.position = start + len(opening)
        self._skip_past(closing, start + 2)

    def skip_element(self, name: str) -> None:
        for closing in (f"</{name}>", f"</{name.upper()}>"):
            if self._skip_past(closing, self.position):
                return

    def _skip_past(self, closing: str, start: int) -> bool:
        found = -1 if closing in self.unclosed else self.markup.find(closing, start)
        if found < 0:
            self.unclosed.add(closing)
            return False
        self.position = found + len(closing)
        return True


def unescape(text: str) -> str:
    """Character references to characters; in absurd numbers they stay as written."""
    if "&" not in text:
        return text
    if text.count("&") > limits.HTML_TAGS:
        return text
    return html.unescape(text)


class _Writer:
    """Collects lines while the tags go by."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.blank = True  # no blank line is wanted before the first
        self.quotes = 0
        self.preformatted = 0
        self.lists: list[int] = []  # the next number of each open <ol>, -1 for <ul>
        self.hosts: list[str] = []
        self.link: tuple[str, int] | None = None
        self.cells = 0
        self.gap: int | None = None  # the quote depth of a blank line that is wanted before the next words
        self.item = ""  # the bullet or number that waits for its words

    def text(self, raw: str) -> None:
        text = unescape(raw)
        if self.preformatted:
            first, *rest = text.split("\n")
            self.line.append(first)
            for line in rest:
                self._break()
                self.line.append(line)
            return
        text = SPACES.sub(" ", text)
        if text.startswith(" ") and (not self.line or self.line[-1].endswith((" ", "\t"))):
            text = text[1:]
        self.line.append(text)

    def open(self, name: str, attributes: str) -> None:
        if name == "br":
            self._break()
        elif name == "a":
            self._start_link(attributes)
        elif name in ("td", "th"):
            self.cells += 1
            if self.cells > 1 and any(piece.strip() for piece in self.line):
                self.line.append("\t")
        elif name == "img":
            self._picture(attributes)
        elif name in BLOCKS:
            self._open_block(name)

    def close(self, name: str) -> None:
        if name == "a":
            self._end_link()
        elif name in BLOCKS:
            self._end_line()
            if name == "blockquote":
                self.quotes = max(0, self.quotes - 1)
            if name in SPACED:
                self._want_blank()
            if name in ("ul", "ol") and self.lists:
                self.lists.pop()
            elif name == "pre":
                self.preformatted = max(0, self.preformatted - 1)

    def _open_block(self, name: str) -> None:
        self._end_line()
        if name in SPACED and not (name in ("ul", "ol") and self.lists):
            self._want_blank()
        if name == "blockquote":
            self.quotes += 1
        elif name in ("ul", "ol") and len(self.lists) < limits.LEVELS:
            self.lists.append(1 if name == "ol" else -1)
        elif name == "li":
            self._start_item()
        elif name == "pre":
            self.preformatted += 1
        elif name == "tr":
            self.cells = 0
        elif name == "hr":
            self.line.append(RULE)
            self._end_line()

    def _start_item(self) -> None:
        indent = "  " * (min(len(self.lists), limits.QUOTE_DEPTH) - 1)
        if self.lists and self.lists[-1] > 0:
            self.item = f"{indent}{self.lists[-1]}. "
            self.lists[-1] += 1
        else:
            self.item = f"{indent}- "

    def _start_link(self, attributes: str) -> None:
        self._end_link()
        found = HREF.search(attributes)
        if found:
            self.link = (unescape(found[1] or found[2] or found[3] or "").strip(), len(self.line))

    def _end_link(self) -> None:
        if self.link is None:
            return
        target, start = self.link
        self.link = None
        try:
            host = urlsplit(target).hostname if target[:4].lower() == "http" else None
        except ValueError:
            return
        shown = "".join(self.line[start:]).lower()
        if (
            host
            and host.removeprefix("www.") not in shown
            and host not in self.hosts
            and len(self.hosts) < 10
        ):
            self.hosts.append(host)

    def _picture(self, attributes: str) -> None:
        found = ALT.search(attributes)
        words = unescape((found[1] or found[2] or found[3] or "") if found else "").strip()
        if words:
            self.line.append(words if len(words) <= 2 else f"[{SPACES.sub(' ', words)}]")

    def _break(self) -> None:
        """Ends the line even if it is empty."""
        self._put("".join(self.line))
        self.line = []

    def _end_line(self) -> None:
        if any(piece.strip() for piece in self.line) or self.hosts:
            self._break()
        self.line = []

    def _want_blank(self) -> None:
        """Before the next words; between two quotations at the depth of the shallower."""
        if not self.blank and not self.item:
            self.gap = self.quotes if self.gap is None else min(self.gap, self.quotes)

    def _put(self, line: str) -> None:
        if not self.preformatted:
            bare = line.replace("\xa0", " ").strip(" ")
            # Programs part the signature by "-- "; a person who types "--" leaves no space.
            line = "-- " if bare == "--" and line.endswith((" ", "\xa0")) else bare
        if line and self.item:
            line, self.item = self.item + line, ""
        if self.hosts:  # at the end of the line: the sentence itself stays whole
            line = f"{line} [{', '.join(self.hosts)}]".strip()
            self.hosts = []
        if self.gap is not None and line and not self.blank:
            self.lines.append(">" * min(self.gap, self.quotes, limits.QUOTE_DEPTH))
        self.gap = None
        self.blank = not line
        prefix = ">" * min(self.quotes, limits.QUOTE_DEPTH)
        self.lines.append(f"{prefix} {line}" if prefix and line else prefix or line)

    def finish(self) -> str:
        self._end_link()
        self._end_line()
        return "\n".join(self.lines).strip("\n")
