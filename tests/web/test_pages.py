"""What every page keeps to: no gaps, one heading, no inline code, safe forms."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from inbox.web.rendering import environment, render, templates_folder
from tests.web.examples import EXAMPLES

TOKEN = "token-of-this-session"
PAGES = {name: view for name, view in EXAMPLES.items() if not name.endswith("-part")}
VOID = {"meta", "link", "wbr", "input", "br", "hr", "img", "use"}


class Reader(HTMLParser):
    """Collects what the rules are about, and complains about tags that are not closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.forms: list[tuple[dict[str, str | None], set[str]]] = []
        self.text: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        assert len(found) == len(attrs), f"an attribute twice on <{tag}>"
        self.tags.append((tag, found))
        if tag == "form":
            assert "form" not in self._open, "a form inside a form"
            self.forms.append((found, set()))
        if tag in {"input", "button", "select", "textarea"} and self.forms and "form" in self._open:
            self.forms[-1][1].add(found.get("name") or "")
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open and self._open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        for tag in ("title", "h1"):
            if tag in self._open:
                self.text[tag] = self.text.get(tag, "") + data

    def every(self, tag: str) -> Iterator[dict[str, str | None]]:
        return (attributes for name, attributes in self.tags if name == tag)


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_has_no_inline_code_and_safe_forms(name: str) -> None:
    html = render(EXAMPLES[name], TOKEN)
    read = Reader(html)
    for tag, attributes in read.tags:
        assert "style" not in attributes, tag
        assert not [key for key in attributes if key.startswith(("on", "hx-on"))], tag
    for attributes in read.every("script"):
        assert "src" in attributes
    for attributes, fields in read.forms:
        assert attributes.get("action"), attributes
        assert attributes.get("method") in {"get", "post"}
        if attributes["method"] == "post":
            assert {"csrf_token", "once"} <= fields, attributes
    assert "None" not in re.sub(r"<[^>]+>", " ", html).split()


@pytest.mark.parametrize("name", EXAMPLES)
def test_ids_are_unique_and_every_reference_to_one_is_kept(name: str) -> None:
    read = Reader(render(EXAMPLES[name], TOKEN))
    ids = [attributes["id"] for _, attributes in read.tags if "id" in attributes]
    assert len(ids) == len(set(ids)), sorted(each or "" for each in ids if ids.count(each) > 1)
    for _, attributes in read.tags:
        for key in ("for", "aria-labelledby", "aria-describedby", "popovertarget", "aria-controls"):
            for wanted in (attributes.get(key) or "").split():
                assert wanted in ids, f"{key}={wanted}"


@pytest.mark.parametrize("name", EXAMPLES)
def test_addresses_stay_on_our_host_but_for_the_way_out(name: str) -> None:
    for tag, attributes in Reader(render(EXAMPLES[name], TOKEN)).tags:
        for key in ("src", "action", "formaction", "hx-get", "hx-post"):
            assert re.match(r"/(?!/)", attributes.get(key) or "/"), (tag, attributes)
        if tag == "link":
            assert re.match(r"/static/|data:,", attributes["href"] or "")


@pytest.mark.parametrize("name", PAGES)
def test_each_page_has_one_heading_a_title_and_a_language(name: str) -> None:
    read = Reader(render(PAGES[name], TOKEN))
    assert len(list(read.every("h1"))) == 1
    assert read.text["title"].strip()
    assert read.text["h1"].strip()
    assert next(read.every("html"))["lang"] in {"en", "cy"}
    assert len(list(read.every("main"))) == 1
    assert TOKEN in render(PAGES[name], TOKEN) or not read.forms


@pytest.mark.parametrize("name", PAGES)
def test_a_page_with_a_refused_form_says_so_first_in_its_title(name: str) -> None:
    html = render(PAGES[name], TOKEN)
    title = Reader(html).text["title"]
    refused = 'class="summary"' in html or 'aria-invalid="true"' in html
    assert title.startswith(("Error: ", "Gwall: ")) == refused


@pytest.mark.parametrize("name", [name for name in PAGES if name.startswith(("status", "sign-in", "error"))])
def test_public_and_sign_in_pages_need_no_script(name: str) -> None:
    assert not list(Reader(render(PAGES[name], TOKEN)).every("script"))


@pytest.mark.parametrize("language", ["en", "cy"])
def test_the_page_before_the_check_names_nobody(language: str) -> None:
    html = render(EXAMPLES[f"status-check-{language}"], TOKEN)
    assert "Dilys" not in html
    assert "Probert" not in html


def test_every_page_and_partial_has_an_example_or_is_part_of_one() -> None:
    used = {view.template for view in EXAMPLES.values()}
    folder = templates_folder()
    pattern = re.compile(r"""{%-?\s*(?:extends|include|import|from)\s+"([^"]+)\"""")
    waiting = list(used)
    while waiting:
        source = (folder / waiting.pop()).read_text("utf-8")
        fresh = set(pattern.findall(source)) - used
        used |= fresh
        waiting += fresh
    pages = {str(file.relative_to(folder)) for file in folder.rglob("*.html") if "messages" not in file.parts}
    assert pages - used == set()


def test_every_template_says_first_what_it_needs() -> None:
    folder = templates_folder()
    for file in folder.rglob("*.html"):
        if "messages" not in file.parts:
            assert file.read_text("utf-8").startswith("{#"), file


def test_each_partial_has_one_root_named_like_its_file() -> None:
    folder = templates_folder()
    for file in folder.rglob("_*.html"):
        body = re.sub(r"{#.*?#}|{%.*?%}", "", file.read_text("utf-8"), flags=re.S).strip()
        first = re.match(r"<\w+[^>]*", body)
        assert first and f'id="{file.stem[1:]}"' in first[0], file


def test_no_template_switches_escaping_off() -> None:
    for file in templates_folder().rglob("*.html"):
        assert not re.search(r"\|\s*safe\b|autoescape", file.read_text("utf-8")), file


def test_foreign_text_is_escaped() -> None:
    made = environment().from_string("{{ words }}").render(words="<script>alert(1)</script>")
    assert "<script>" not in made


def test_a_queue_of_fifty_rows_is_a_small_page() -> None:
    queue = EXAMPLES["queue-closed"].queue  # type: ignore[attr-defined]
    rows = tuple(replace(queue.rows[at % 8], reference=f"WX-{at:04d}-2P", choices=()) for at in range(50))
    html = render(replace(EXAMPLES["queue-closed"], queue=replace(queue, rows=rows)), TOKEN)  # type: ignore[type-var]
    assert len(html.encode()) <= 60 * 1024
