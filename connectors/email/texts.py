"""One text part to the text it holds, and the choice between two ways of saying the same."""

import re
from dataclasses import dataclass

from connectors.email.html_text import html_to_text

HTML = {"text/html", "application/xhtml+xml"}
ENRICHED = {"text/enriched", "text/richtext"}
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
LOOKS_HTML = re.compile(r"\s*(?:<!doctype html|<html[\s>])", re.IGNORECASE)
ENRICHED_TAG = re.compile(r"<(?!<)[^<>]{0,80}>")
STUB = re.compile(
    r"(?:does not|doesn't|cannot|can't|unable to|not (?:able|support)|nid yw)[^.]{0,80}"
    r"\b(?:html|rich text|multi-?part|mime|display|formatted)\b|html (?:version|e-?mail|message|format)"
    r"|view (?:this|the|it)[^.]{0,40}\b(?:browser|online|html)\b",
    re.IGNORECASE,
)
STUB_LENGTH = 400


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the body, as it came; HTML is turned to text only when the text is wanted."""

    content: str
    is_html: bool = False

    def text(self) -> str:
        return html_to_text(self.content) if self.is_html else self.content


def read_piece(text: str, kind: str, parameters: dict[str, str]) -> Piece:
    """The piece that a decoded text part of type `kind` is."""
    text = clean_lines(text)
    if kind in HTML or LOOKS_HTML.match(text):
        return Piece(text, is_html=True)
    if kind in ENRICHED:
        text = ENRICHED_TAG.sub("", text).replace("<<", "<")
    if parameters.get("format", "").lower() == "flowed":
        text = unflow(text, parameters.get("delsp", "").lower() == "yes")
    return Piece(text.strip("\n"))


def best(plain: list[Piece], rich: list[Piece]) -> list[Piece]:
    """The plain way, unless it is empty or a stub that says to look at the other."""
    plain_text = "\n".join(piece.content for piece in plain).strip()
    if not rich:
        return plain
    if not plain_text:
        return rich
    if len(plain_text) < STUB_LENGTH:
        rich_text = "\n".join(piece.text() for piece in rich).strip()
        if len(rich_text) > 4 * len(plain_text) + 200 or (
            STUB.search(plain_text) and len(rich_text) > len(plain_text)
        ):
            return rich
    return plain


def clean_lines(text: str) -> str:
    """`text` with "\\n" line ends and without control characters, which no person typed."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return CONTROLS.sub("", text).removeprefix("\ufeff")


def unflow(text: str, delete_space: bool) -> str:
    """Joins the lines of format=flowed text (RFC 3676) that a program, not a person, broke."""
    joined: list[str] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        is_signature = content in ("-- ", "--")
        if open_depth == depth and not is_signature:
            joined[-1] += content
        else:
            joined.append(f"{'>' * depth} {content}" if depth else content)
        flows = content.endswith(" ") and not is_signature
        if flows and delete_space:
            joined[-1] = joined[-1][:-1]
        open_depth = depth if flows else None
    return "\n".join(joined)
