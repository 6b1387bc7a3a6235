"""Pictures leave and are shown without what is told beside them, and come through otherwise untouched."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as some

from inbox import pictures
from inbox.pictures import rewritten, tells_too_much, without_place
from tests.pictures import SECRET, chunk, gif, jpeg, png, webp

EACH = {"image/jpeg": jpeg(), "image/png": png(), "image/gif": gif(), "image/webp": webp()}


@pytest.mark.parametrize("kind", EACH)
def test_nothing_told_beside_a_picture_is_left(kind: str) -> None:
    picture = rewritten(EACH[kind])
    assert SECRET in EACH[kind]
    assert picture is not None and picture.content_type == kind
    assert SECRET not in picture.content
    assert not picture.is_bomb


@pytest.mark.parametrize("kind", EACH)
def test_what_was_written_anew_comes_through_a_second_time_unchanged(kind: str) -> None:
    once = rewritten(EACH[kind])
    assert once is not None
    assert rewritten(once.content) == once


@pytest.mark.parametrize("made", [jpeg, png, gif, webp])
def test_what_hangs_behind_a_picture_is_cut_off(made: object) -> None:
    page = b"<script>alert(1)</script>" + jpeg()
    picture = rewritten(made(rest=page))  # type: ignore[operator]
    assert picture is not None
    assert b"script" not in picture.content


@pytest.mark.parametrize("turned", range(1, 9))
def test_a_photograph_stays_the_right_way_up(turned: int) -> None:
    picture = rewritten(jpeg(turned))
    assert picture is not None and (picture.width, picture.height) == (40, 30)
    kept = picture.content
    told = bytes.fromhex("0112000300000001") + struct.pack(">H", turned)
    assert (told in kept) is (turned != 1)


def test_the_drawn_bytes_are_untouched() -> None:
    picture = rewritten(jpeg())
    assert picture is not None
    assert b"\x12\xff\x00\x34\xff\xd0\x56\xff\xd9" in picture.content
    drawing = rewritten(png())
    assert drawing is not None and chunk(b"IDAT", zlib.compress(b"\0\x10\x20\0\x30\x40")) in drawing.content


def test_a_picture_that_says_it_is_huge_is_a_bomb() -> None:
    picture = rewritten(png(60_000, 60_000))
    assert picture is not None and picture.is_bomb


@pytest.mark.parametrize("kind", EACH)
def test_a_damaged_picture_is_no_picture_and_does_not_leave(kind: str) -> None:
    cut = EACH[kind][:24]
    assert rewritten(cut) is None
    assert without_place(cut) is None


def test_a_photograph_cut_short_in_its_data_is_still_one() -> None:
    whole = jpeg()
    picture = rewritten(whole[:-4])
    assert picture is not None and SECRET not in picture.content


def test_other_files_leave_as_they_are() -> None:
    for content in (b"%PDF-1.7 ...", b"", b"RIFF\0\0\0\0WAVEfmt ", b"words"):
        assert without_place(content) == content


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("IMG_1.HEIC", "application/octet-stream", True),
        ("scan", "image/tiff", True),
        ("photo.jpg", "image/jpeg", False),
        ("heic.pdf", "application/pdf", False),
    ],
)
def test_kinds_that_keep_their_place_are_told_apart(name: str, kind: str, expected: bool) -> None:
    assert tells_too_much(name, kind) is expected


@given(some.sampled_from([*EACH.values()]), some.data())
def test_no_bytes_make_it_fail(whole: bytes, data: some.DataObject) -> None:
    at = data.draw(some.integers(0, len(whole)))
    content = whole[:at] + data.draw(some.binary(max_size=12)) + whole[at + data.draw(some.integers(0, 9)) :]
    picture = pictures.rewritten(content)
    assert picture is None or picture.content_type in EACH
