"""Letters on paper: kept whole, read by the real programs within limits, and left to people otherwise."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser

from connectors.contract import Attachment, Form, InboundMessage, RawArrival, Unreadable
from connectors.post import reading
from connectors.post.channel import PARTLY, UNCHECKED, UNREAD, PostChannel
from connectors.post.reading import read_pages, tidied
from connectors.post.scans import identity, written
from tests.rigs.paper import photographed, scanned, typed

AT = datetime(2026, 6, 2, 9, 30, tzinfo=UTC)


def page(content: bytes, kind: str = "image/jpeg", name: str = "page.jpg") -> Attachment:
    return Attachment(name, kind, len(content), content)


def read(*pages: Attachment, **told: str) -> InboundMessage:
    arrival = RawArrival("post", "post", identity(pages), written(pages, told, AT), AT)
    news = PostChannel.understand(arrival)
    assert isinstance(news, InboundMessage)
    return news


@pytest.fixture(scope="module")
def photo(browser: Browser) -> bytes:
    return photographed(browser)


def test_a_photo_is_read_by_machine_and_says_so(photo: bytes) -> None:
    letter = read(page(photo))
    assert "black mould all over the bedroom" in letter.text
    assert "ZZ10 4AB" in letter.text
    assert (letter.form, letter.warnings, letter.subject) == (Form.LETTER, (UNCHECKED,), "Letter")
    assert letter.attachments[0].content == photo


def test_a_photo_that_lies_on_its_head_is_read_all_the_same(browser: Browser) -> None:
    assert "black mould" in read(page(photographed(browser, kind="png", turned=180), "image/png")).text


def test_a_scanners_pdf_is_read_page_by_page_and_each_page_gets_a_picture(photo: bytes) -> None:
    letter = read(page(scanned(photo, photo), "application/pdf", "scan.pdf"))
    assert letter.text.count("Quarry Road") == 2
    pictures = letter.attachments[1:]
    assert [one.content_id for one in pictures] == ["page-1", "page-2"]
    assert all(one.content.startswith(b"\xff\xd8\xff") for one in pictures)


def test_a_pdf_that_has_words_gives_them_as_they_are(browser: Browser) -> None:
    letter = read(page(typed(browser), "application/pdf", "letter.pdf"))
    assert "Marl Homes has not answered three letters." in " ".join(letter.text.split())
    assert letter.warnings == (UNCHECKED,)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("image/jpeg", b"\xff\xd8\xff" + b"no picture at all" * 50),
        ("application/pdf", b"%PDF-1.7\nnothing of the kind"),
        ("image/png", b"\x89PNG\r\n\x1a\n" + bytes(100)),
        ("image/tiff", b"II*\x00" + bytes(40)),
    ],
)
def test_what_no_program_can_read_is_left_to_people(kind: str, content: bytes) -> None:
    letter = read(page(content, kind))
    assert (letter.text, letter.warnings) == ("", (UNREAD,))
    assert letter.attachments[0].content == content


def test_without_the_programs_a_letter_is_typed_by_people(
    photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PLACES", "/nowhere")
    letter = read(page(photo))
    assert (letter.text, letter.warnings) == ("", (UNREAD,))
    assert [one.ok for one in PostChannel().check()] == [False, False, False]


def test_one_page_that_cannot_be_read_costs_only_itself(photo: bytes) -> None:
    letter = read(page(b"\xff\xd8\xffbroken"), page(photo))
    assert "black mould" in letter.text
    assert letter.warnings == (UNCHECKED, PARTLY)


def test_reading_ends_when_its_time_is_over(photo: bytes) -> None:
    many = scanned(*[photo] * 20)
    found = read_pages([page(many, "application/pdf", "scan.pdf")], seconds=1)
    assert not found.is_whole


def test_a_picture_that_asks_for_too_much_memory_is_left_to_people(photo: bytes) -> None:
    assert read_pages([page(photo)], megabytes=40).text == ""


def test_the_same_pages_are_the_same_letter_whatever_they_are_called(photo: bytes) -> None:
    first, other = page(photo), page(photo + b" ")
    assert identity([first]) == identity([replace(first, filename="other.jpg")])
    assert len({identity([first]), identity([first, other]), identity([other, first])}) == 3


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{}", b'{"version": 1}', b'{"version": 1, "pages": [{"name": "a"}]}',
            b'{"version": 2, "pages": []}', b'{"version": 1, "told": {"name": 7}, "pages": []}']
)  # fmt: skip
def test_what_another_version_wrote_is_set_aside(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        PostChannel.understand(RawArrival("post", "post", "x", raw, AT))


def test_what_a_program_says_becomes_lines_without_tails() -> None:
    assert tidied("a  \n\n\n\nb\f\x00c \n") == "a\n\nb\nc"
