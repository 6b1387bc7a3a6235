"""Foreign HTML made harmless: an allow-list, links that only lead away on a click, no remote loading."""

import html
import re
from functools import cache

import nh3

from connectors.email import limits
from connectors.email.html_text import html_to_text

TAGS = {
    "a", "abbr", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote", "br", "caption",
    "center", "cite", "code", "col", "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em",
    "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img",
    "ins", "kbd", "li", "main", "mark", "nav", "ol", "p", "pre", "q", "s", "samp", "section", "small",
    "span", "strike", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead",
    "time", "tr", "tt", "u", "ul", "var", "wbr",
}  # fmt: skip
ATTRIBUTES = {
    "*": {"dir", "lang", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
SCHEMES = {"http", "https", "mailto", "tel", "cid"}
# Elements whose content is no text for people.
DROPPED = {
    "script",
    "style",
    "title",
    "template",
    "noscript",
    "noembed",
    "noframes",
    "object",
    "applet",
    "svg",
    "math",
}
ROUNDS = 4

VOID = {
    "br",
    "img",
    "hr",
    "col",
    "meta",
    "link",
    "input",
    "wbr",
    "area",
    "base",
    "embed",
    "source",
    "param",
    "track",
}
IMPLIED = {
    "p",
    "li",
    "td",
    "th",
    "tr",
    "tbody",
    "thead",
    "tfoot",
    "dt",
    "dd",
    "option",
    "html",
    "body",
    "head",
}
ANY_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/><]*)([^<>]*)")
URL_NOISE = re.compile(r"[\x00-\x20\x7f]+")  # browsers leave it out: "htt\nps:" is a link all the same
REMOTE = re.compile(
    r"""<(?:img|image|input|video|audio|source|embed|iframe|td|th|table|body|div|link)\b[^<>]*?"""
    r"""\b(?:src|srcset|background|poster|data|href)\s*=\s*["']?\s*(?:https?:)?//"""
    r"""|url\(\s*["']?\s*(?:https?:)?//""",
    re.IGNORECASE,
)


def sanitise(markup: str) -> str:
    """`markup` without anything that runs, loads, submits or restyles; cleaning it again changes nothing.

    What is too large or too tangled for a tree builder becomes plain paragraphs of its text.
    """
    if len(markup) <= limits.DISPLAY_HTML and _is_safe_to_build(markup):
        clean = _cleaner().clean(markup)
        for _ in range(ROUNDS):
            again = _cleaner().clean(clean)
            if again == clean:
                return clean
            clean = again
    return paragraphs(html_to_text(markup[: limits.TEXT_CHARACTERS]))


def paragraphs(text: str) -> str:
    """Plain text as harmless HTML."""
    lines = html.escape(text[: limits.PARAGRAPHS], quote=False).replace("\r", "\n").split("\n")
    clean = f"<p>{'<br>'.join(lines[: limits.DISPLAY_TAGS])}</p>"
    return _cleaner().clean(clean)


def is_simplified(markup: str) -> bool:
    """Whether `sanitise` will give up the formatting of `markup`."""
    return len(markup) > limits.DISPLAY_HTML or not _is_safe_to_build(markup)


def loads_remote_content(markup: str) -> bool:
    """Whether `markup`, shown as it is, would fetch something from another host."""
    lowered = markup[: limits.DISPLAY_HTML].lower()
    if not any(word in lowered for word in ("src", "background", "url(", "<link", "poster", "data")):
        return False
    return REMOTE.search(lowered) is not None


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=TAGS,
        attributes=ATTRIBUTES,
        clean_content_tags=DROPPED,
        url_schemes=SCHEMES,
        url_relative="deny",
        link_rel="noopener noreferrer",
        attribute_filter=_filter,
    )


def _filter(tag: str, attribute: str, value: str) -> str | None:
    if attribute in ("href", "src"):
        value = URL_NOISE.sub("", value)
        is_cid = value.strip().lower().startswith("cid:")
        return value if is_cid == (tag == "img") else None
    return value


def _is_safe_to_build(markup: str) -> bool:
    """Whether the depth and misnesting of `markup` keep an HTML tree builder in linear time."""
    if len(markup) <= limits.HARMLESS_HTML and markup.count("<") <= limits.HARMLESS_TAGS:
        return True
    if markup.count("&") > limits.DISPLAY_TAGS:
        return False
    stack: list[str] = []
    tags = misnested = deepest = 0
    for closing, name, attributes in ANY_TAG.findall(markup):
        tags += 1
        name = name.lower()
        if (
            len(attributes) > limits.DISPLAY_ATTRIBUTES
            and len(attributes.split()) > limits.DISPLAY_ATTRIBUTES
        ):
            return False
        if name in VOID or name in IMPLIED:
            continue
        if not closing:
            stack.append(name)
            deepest = max(deepest, len(stack))
        elif stack and stack[-1] == name:
            stack.pop()
        else:
            misnested += 1
    if tags > limits.DISPLAY_TAGS or deepest > limits.DISPLAY_DEPTH:
        return False
    return (misnested + len(stack)) * tags <= limits.DISPLAY_WORK
