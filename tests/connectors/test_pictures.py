"""A picture is shown without what it says beside the picture; which way up it was held stays."""

import struct
import zlib

import pytest

from connectors.pictures import bare

JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
TABLES = b"\xff\xdb\x00\x05abc" + b"\xff\xc0\x00\x04de"
SCAN = b"\xff\xda\x00\x04\x01\x02" + b"light\xff\x00and\xff\xd3shade"
END = b"\xff\xd9"


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def exif(orientation: int, order: str = ">") -> bytes:
    head = b"MM\x00*" if order == ">" else b"II*\x00"
    fields = struct.pack(order + "IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    return segment(0xE1, b"Exif\x00\x00" + head + fields + b"51.5 N, 0.12 W")


def jpeg(*beside: bytes) -> bytes:
    return b"\xff\xd8" + JFIF + b"".join(beside) + TABLES + SCAN + END


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def test_a_picture_that_says_nothing_else_stays_as_it_is() -> None:
    assert bare(jpeg()) == ("image/jpeg", jpeg())


@pytest.mark.parametrize(
    "told", [exif(1), segment(0xED, b"Photoshop: Priya"), segment(0xFE, b"taken at home"),
             segment(0xE2, b"MPF\x00 another picture"), exif(1) + segment(0xE1, b"http://ns.adobe.com/xap")]
)  # fmt: skip
def test_place_camera_and_comments_go(told: bytes) -> None:
    assert bare(jpeg(told)) == ("image/jpeg", jpeg())


@pytest.mark.parametrize("order", [">", "<"])
def test_which_way_up_it_was_held_stays_and_the_place_goes(order: str) -> None:
    found = bare(jpeg(exif(6, order)))
    assert found is not None
    assert b"51.5 N" not in found[1]
    assert struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0) in found[1]
    assert bare(found[1]) == found, "it says the same again"


def test_what_follows_the_pictures_own_end_goes() -> None:
    assert bare(jpeg() + jpeg(exif(1)) + b"a film") == ("image/jpeg", jpeg())


def test_the_colours_stay() -> None:
    profile = segment(0xE2, b"ICC_PROFILE\x00\x01\x01colours") + segment(0xEE, b"Adobe\x00\x64")
    assert bare(jpeg(profile)) == ("image/jpeg", jpeg(profile))


def test_a_png_keeps_its_picture_and_loses_its_words() -> None:
    head, data, end = chunk(b"IHDR", bytes(13)), chunk(b"IDAT", b"x"), chunk(b"IEND", b"")
    told = chunk(b"tEXt", b"Author\x00Priya") + chunk(b"eXIf", b"51.5 N") + chunk(b"tIME", bytes(7))
    plain = b"\x89PNG\r\n\x1a\n" + head + data + end
    assert bare(b"\x89PNG\r\n\x1a\n" + head + told + data + end + b"more") == ("image/png", plain)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xd8", b"\xff\xd8\xff\xe1\xff", b"\xff\xd8no marker", jpeg()[:-3][:25],
                b"\x89PNG\r\n\x1a\n", b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIDAT", b"<svg/>", b"GIF89a"]
)  # fmt: skip
def test_what_is_broken_or_no_such_picture_is_not_shown(content: bytes) -> None:
    assert bare(content) is None
