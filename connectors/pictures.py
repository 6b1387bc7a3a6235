"""Pictures without what they say beside the picture: place, camera, owner. Nothing is redrawn.

JPEG: ISO/IEC 10918-1 annex B, and Exif 2.3, of which the orientation stays. PNG: the W3C's specification.
"""

import re
import struct
from collections.abc import Iterator

_PNG = b"\x89PNG\r\n\x1a\n"
_KEPT_CHUNKS = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"pHYs", b"sBIT"}
)
_ORIENTATION = 0x0112
_EXIF, _SCAN, _END, _COMMENT = 0xE1, 0xDA, 0xD9, 0xFE
_MARKER = re.compile(rb"\xff+[^\x00\xff]", re.DOTALL)
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)


def bare(content: bytes) -> tuple[str, bytes] | None:
    """The type and the bytes of a picture that a browser may show; None for anything else or a broken one."""
    try:
        if content.startswith(b"\xff\xd8"):
            return "image/jpeg", _bare_jpeg(content)
        if content.startswith(_PNG):
            return "image/png", _bare_png(content)
    except (struct.error, ValueError, IndexError):
        pass
    return None


def _bare_jpeg(content: bytes) -> bytes:
    """Without application segments and comments, but for JFIF, Adobe's and the colour profile.

    What follows the picture's own end (a second picture, a film) goes too.
    """
    kept, orientation = [], 1
    for marker, segment in _segments(content):
        if marker == _EXIF:
            orientation = _orientation(segment[4:]) or orientation
        elif not _tells_more(marker, segment):
            kept.append(segment)
    turned = _turned(orientation) if orientation != 1 else b""
    return b"\xff\xd8" + turned + b"".join(kept) + b"\xff\xd9"


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and bytes of each segment up to the end of the picture; a scan brings its data along."""
    place = 2
    while (found := _MARKER.match(content, place)) is not None:
        marker, start = found[0][-1], found.end() - 2
        if marker == _END:
            return
        (length,) = struct.unpack_from(">H", content, start + 2)
        place = start + 2 + length
        if marker == _SCAN:
            following = _AFTER_SCAN.search(content, place)
            place = following.start() if following else len(content)
        if length < 2 or place > len(content):
            raise ValueError("a segment is cut short")
        yield marker, content[start:place]
        if place == len(content):
            return  # cut off before its end, and shown as far as it goes
    raise ValueError("no marker where one must be")


def _tells_more(marker: int, segment: bytes) -> bool:
    """Whether a segment is beside the picture: comments, and application data that no colour depends on."""
    if marker == _COMMENT:
        return True
    is_colour = marker in (0xE0, 0xEE) or (marker == 0xE2 and segment[4:15] == b"ICC_PROFILE")
    return 0xE0 <= marker < 0xF0 and not is_colour


def _orientation(exif: bytes) -> int | None:
    """Which way up the camera was held; None where it does not say."""
    if not exif.startswith(b"Exif\x00\x00"):
        return None
    tiff = exif[6:]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return None
    try:
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, start)
        for number in range(min(count, 200)):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", tiff, start + 2 + 12 * number)
            if tag == _ORIENTATION and kind == 3 and 1 <= value <= 8:
                return int(value)
    except struct.error:
        return None
    return None


def _turned(orientation: int) -> bytes:
    """A segment that says the orientation and nothing else."""
    tiff = b"MM\x00*" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)
    body = b"Exif\x00\x00" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _bare_png(content: bytes) -> bytes:
    kept, place = [_PNG], len(_PNG)
    while place < len(content):
        (length,) = struct.unpack_from(">I", content, place)
        kind = content[place + 4 : place + 8]
        chunk = content[place : place + 12 + length]
        if len(chunk) != 12 + length:
            raise ValueError("a chunk is cut short")
        if kind in _KEPT_CHUNKS:
            kept.append(chunk)
        place += 12 + length
        if kind == b"IEND":
            return b"".join(kept)
    raise ValueError("it has no end")
