"""Videos as they may leave: without where they were taken, and otherwise byte for byte as they came.

MP4, MOV and 3GP are boxes within boxes (ISO/IEC 14496-12, QuickTime File Format). Cameras and telephones
write the place into user data, metadata and boxes of their own. Every box that is not needed to play becomes
an empty one of the same size, so that nothing else moves. Tracks of metadata lie among the pictures, and a
still picture in such boxes (HEIC, AVIF) is nothing but metadata: both do not leave.
"""

from collections.abc import Iterator
from dataclasses import dataclass

_KEPT = {
    b"": frozenset((b"ftyp", b"styp", b"moov", b"mdat", b"moof", b"mfra", b"sidx", b"ssix", b"pdin")),
    b"moov": frozenset((b"mvhd", b"trak", b"mvex", b"iods")),
    b"trak": frozenset((b"tkhd", b"edts", b"mdia", b"tref", b"tapt", b"load")),
    b"mdia": frozenset((b"mdhd", b"hdlr", b"minf", b"elng")),
    b"moof": frozenset((b"mfhd", b"traf")),
    b"traf": frozenset(
        (b"tfhd", b"tfdt", b"trun", b"sdtp", b"sbgp", b"sgpd", b"subs", b"saiz", b"saio", b"senc")
    ),
}
"""What is needed to play, by the box around it. A kept box that is not itself named here is kept whole."""
_FIRST = frozenset((b"ftyp", b"styp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"))
_STILL = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis", b"crx "))
_PLAYED = frozenset((b"vide", b"soun", b"text", b"sbtl", b"subt", b"clcp", b"tmcd"))
_HANDLER = slice(8, 12)


class _Telling(Exception):
    """Damaged, or of a kind whose place cannot be taken out."""


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    start: int
    body: int
    end: int


def is_film(content: bytes) -> bool:
    """Whether these bytes begin as boxes do."""
    return len(content) >= 8 and content[4:8] in _FIRST


def without_place(content: bytes) -> bytes | None:
    """A film's bytes without what is told beside it; None where that cannot be taken out."""
    made = bytearray(content)
    try:
        _clean(made, b"", 0, len(made))
    except _Telling:
        return None
    return bytes(made)


def _clean(made: bytearray, around: bytes, start: int, end: int) -> None:
    for box in _boxes(made, start, end):
        if box.kind not in _KEPT[around]:
            made[box.start + 4 : box.start + 8] = b"free"
            made[box.body : box.end] = bytes(box.end - box.body)
        elif box.kind in _KEPT:
            _clean(made, box.kind, box.body, box.end)
        elif _tells_place(made, box):
            raise _Telling


def _tells_place(made: bytearray, box: _Box) -> bool:
    """Whether this says that the file is a still picture, or the track one of metadata."""
    body = bytes(made[box.body : min(box.end, box.body + 256)])
    if box.kind == b"ftyp":
        return any(body[at : at + 4] in _STILL for at in range(0, len(body), 4))
    return box.kind == b"hdlr" and body[_HANDLER] not in _PLAYED


def _boxes(made: bytearray, start: int, end: int) -> Iterator[_Box]:
    while start < end:
        size, head = int.from_bytes(made[start : start + 4]), 8
        if size == 1:
            size, head = int.from_bytes(made[start + 8 : start + 16]), 16
        elif size == 0:
            size = end - start  # it goes on to the end
        if size < head or start + size > end:
            if not any(made[start:end]) and end - start < 8:
                return  # QuickTime may end a list with zeros
            raise _Telling
        yield _Box(bytes(made[start + 4 : start + 8]), start, start + head, start + size)
        start += size
