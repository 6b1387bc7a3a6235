"""Videos leave without the place that a camera or telephone wrote into them, and play as before."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from inbox.films import is_film
from inbox.pictures import tells_too_much, without_place

PLACE = b"+51.5007-000.1246/"
DRAWN = b"the drawn pictures"


def box(kind: bytes, body: bytes = b"", *, wide: bool = False) -> bytes:
    if wide:
        return (1).to_bytes(4) + kind + (len(body) + 16).to_bytes(8) + body
    return (len(body) + 8).to_bytes(4) + kind + body


def track(handler: bytes = b"vide", *more: bytes) -> bytes:
    media = box(b"mdhd", bytes(24)) + box(b"hdlr", bytes(8) + handler + bytes(13))
    sample_tables = box(b"minf", box(b"stbl", box(b"stco", bytes(4) + (1).to_bytes(4) + (48).to_bytes(4))))
    return box(b"trak", box(b"tkhd", bytes(84)) + box(b"mdia", media + sample_tables) + b"".join(more))


def film(*more: bytes, brand: bytes = b"isom", handler: bytes = b"vide") -> bytes:
    """A video of a telephone, with the place in `more` among what it tells of the whole."""
    head = box(b"ftyp", brand + bytes(4) + b"mp42")
    return (
        head
        + box(b"mdat", DRAWN, wide=True)
        + box(b"moov", box(b"mvhd", bytes(100)) + track(handler))
        + b"".join(more)
    )


TELLING = {
    "Android": box(b"udta", box(b"\xa9xyz", b"\0\x12\x15\xc7" + PLACE)),
    "iPhone": box(b"meta", box(b"keys", b"com.apple.quicktime.location.ISO6709") + box(b"ilst", PLACE)),
    "3GP": box(b"udta", box(b"loci", PLACE)),
    "XMP": box(b"uuid", bytes(16) + PLACE),
    "a dashboard camera": box(b"free", PLACE),
    "a maker's own box": box(b"gps ", PLACE),
}


@pytest.mark.parametrize("told", TELLING.values(), ids=TELLING)
@pytest.mark.parametrize("where", ["the file", "the film", "a track"])
def test_the_place_goes_and_everything_else_stays_where_it_was(told: bytes, where: str) -> None:
    if where == "the file":
        whole = film(told)
    else:
        inside = track(b"vide", told) if where == "a track" else told
        whole = film() + box(b"moov", box(b"mvhd", bytes(100)) + track() + inside)
    left = without_place(whole)
    assert left is not None and PLACE in whole and PLACE not in left
    assert len(left) == len(whole) and left.index(DRAWN) == whole.index(DRAWN)
    assert left[: len(film())] == film()
    assert without_place(left) == left


@pytest.mark.parametrize(
    "whole",
    [
        film(handler=b"meta"),
        film(brand=b"heic"),
        film()[:-30],
        film(box(b"udta", PLACE))[:-4],
        box(b"ftyp", b"isom") + bytes((0, 0, 0, 3)) + b"moov",
    ],
    ids=["track of places", "photograph", "cut", "cut in what is told", "too small"],
)
def test_what_the_place_cannot_be_taken_out_of_does_not_leave(whole: bytes) -> None:
    assert is_film(whole) and without_place(whole) is None


def test_a_photograph_of_a_telephone_that_is_called_jpg_does_not_leave() -> None:
    assert without_place(box(b"ftyp", b"mif1" + bytes(4) + b"heic") + box(b"meta", PLACE)) is None


@pytest.mark.parametrize("name", ["clip.webm", "CLIP.AVI", "film.mkv", "camera.MTS"])
def test_kinds_of_video_whose_place_we_cannot_take_out_are_told_at_once(name: str) -> None:
    assert tells_too_much(name, "application/octet-stream")
    assert not tells_too_much("clip.mp4", "video/mp4")


@given(some.sampled_from(list(TELLING.values())), some.data())
def test_no_bytes_make_it_fail_or_grow(told: bytes, data: some.DataObject) -> None:
    whole = film(told)
    at = data.draw(some.integers(0, len(whole)))
    content = whole[:at] + data.draw(some.binary(max_size=12)) + whole[at + data.draw(some.integers(0, 9)) :]
    left = without_place(content)
    assert left is None or len(left) == len(content)
