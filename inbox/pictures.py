"""Pictures written anew from the parts that make the picture, without where, when and by whom it was taken.

JPEG, PNG, GIF and WebP are taken apart by their own rules (ITU T.81, the PNG, GIF89a and RIFF formats).
Only what a viewer needs to draw is kept: Exif, XMP, IPTC, comments, embedded thumbnails and whatever hangs
behind the picture are left out. Pixels are not touched, so nothing is decoded here. The original stays as
it came: it may be evidence.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from inbox import films

MOST_PIXELS = 50_000_000
"""A picture that says it is larger is shown to nobody in place: it could be a bomb."""

_CLOSED = (".heic", ".heif", ".avif", ".tif", ".tiff", ".dng")
_CLOSED_ENDINGS = (".mkv", ".webm", ".avi", ".mts", ".m2ts", ".wmv")
_CLOSED_FILMS = ("video/x-matroska", "video/webm", "video/x-msvideo", "video/mp2t", "video/x-ms-wmv")
_PNG = b"\x89PNG\r\n\x1a\n"
_SIGNATURES = (b"\xff\xd8\xff", _PNG, b"GIF87a", b"GIF89a", b"RIFF")
_PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT pHYs bKGD hIST acTL fcTL fdAT".split()
)
_WEBP_KEPT = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ANIM", b"ANMF", b"ALPH", b"ICCP"))
_SOI, _EOI, _SOS, _EXIF = 0xD8, 0xD9, 0xDA, b"Exif\0\0"
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_DRAWN = _SIZES | {0xC4, 0xCC, 0xDB, 0xDD, 0xDC}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it may be shown and sent."""

    content_type: str
    content: bytes
    width: int
    height: int

    @property
    def is_bomb(self) -> bool:
        return not 0 < self.width * self.height <= MOST_PIXELS


class _Broken(Exception):
    """Not the picture that its first bytes said."""


def rewritten(content: bytes) -> Picture | None:
    """The picture without what is told beside it; None for what is no whole picture of these four kinds."""
    try:
        if content.startswith(b"\xff\xd8"):
            return _jpeg(content)
        if content.startswith(_PNG):
            return _png(content)
        if content.startswith((b"GIF87a", b"GIF89a")):
            return _gif(content)
        if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
            return _webp(content)
    except (_Broken, IndexError, struct.error):
        return None
    return None


def without_place(content: bytes) -> bytes | None:
    """A file's bytes as they may leave; any that are neither picture nor video stay as they are.

    None: damaged, or of a kind that we cannot take the place out of, whatever its name says.
    """
    if films.is_film(content):
        return films.without_place(content)
    if not content.startswith(_SIGNATURES) or (content[:4] == b"RIFF" and content[8:12] != b"WEBP"):
        return content
    picture = rewritten(content)
    return picture.content if picture else None


def tells_too_much(filename: str, content_type: str) -> bool:
    """Whether this is a picture or a video of a kind that we cannot take the place out of."""
    kinds = tuple(f"image/{ending[1:]}" for ending in _CLOSED) + _CLOSED_FILMS
    return filename.lower().endswith(_CLOSED + _CLOSED_ENDINGS) or content_type.lower().startswith(kinds)


def _jpeg(content: bytes) -> Picture:
    made, turned, width, height, at = bytearray(b"\xff\xd8"), 1, 0, 0, 2
    while True:
        marker, at = _marker(content, at)
        if marker == _EOI:
            break
        length = _number(content, at, 2)
        body, at = content[at + 2 : at + length], at + length
        if length < 2 or at > len(content):
            raise _Broken
        if marker == 0xE1 and body.startswith(_EXIF):
            turned = _orientation(body[6:])
        if marker in _SIZES:
            height, width = struct.unpack(">HH", body[1:5])
            made += _turn(turned)
        if marker == _SOS:
            end = _scan_end(content, at)
            made += _segment(marker, body) + content[at:end]
            at = end
            if end == len(content):  # cut short: a viewer shows what there is
                break
        elif marker in _DRAWN or _is_kept_app(marker, body):
            made += _segment(marker, body)
    if not width or not height:
        raise _Broken
    return Picture("image/jpeg", bytes(made) + b"\xff\xd9", width, height)


def _marker(content: bytes, at: int) -> tuple[int, int]:
    if content[at] != 0xFF:
        raise _Broken
    while content[at] == 0xFF:
        at += 1
    return content[at], at + 1


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def _is_kept_app(marker: int, body: bytes) -> bool:
    """JFIF without its thumbnail would change length, so it is kept only where it has none."""
    if marker == 0xE0:
        return body.startswith(b"JFIF\0") and len(body) == 14
    if marker == 0xE2:
        return body.startswith(b"ICC_PROFILE\0")
    return marker == 0xEE and body.startswith(b"Adobe")


def _scan_end(content: bytes, at: int) -> int:
    """Where the drawn data of a scan ends: at the next marker that is no restart and no escaped byte."""
    while (at := content.find(b"\xff", at)) >= 0 and at + 1 < len(content):
        following = content[at + 1]
        if following not in (0x00, 0xFF) and not 0xD0 <= following <= 0xD7:
            return at
        at += 1 if following == 0xFF else 2
    return len(content)


def _orientation(tiff: bytes) -> int:
    """Which way up the camera was held (Exif tag 0x0112): the one thing of Exif that is needed to draw."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 14:
        return 1
    start = struct.unpack(order + "I", tiff[4:8])[0]
    entries = tiff[start + 2 :]
    count = struct.unpack(order + "H", tiff[start : start + 2])[0] if len(tiff) >= start + 2 else 0
    for number in range(min(count, len(entries) // 12)):
        tag, kind, _, value = struct.unpack(order + "HHIH", entries[number * 12 : number * 12 + 10])
        if tag == 0x0112 and kind == 3:
            return int(value) if 1 <= value <= 8 else 1
    return 1


def _turn(orientation: int) -> bytes:
    """An Exif block that holds the orientation and nothing else."""
    if orientation == 1:
        return b""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    return _segment(0xE1, _EXIF + b"MM\0\x2a\0\0\0\x08\0\x01" + entry + bytes(4))


def _png(content: bytes) -> Picture:
    made = bytearray(_PNG)
    at, names = len(_PNG), list[bytes]()
    while not names or names[-1] != b"IEND":
        length, name = _number(content, at, 4), content[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(content):
            raise _Broken
        names.append(name)
        made += content[at:end] if name in _PNG_KEPT else b""
        at = end
    if names[0] != b"IHDR" or b"IDAT" not in names:
        raise _Broken
    width, height = struct.unpack(">II", made[16:24])
    return Picture("image/png", bytes(made), width, height)


def _gif(content: bytes) -> Picture:
    width, height, flags = struct.unpack("<HHB", content[6:11])
    at = 13 + _table(flags)
    made = bytearray(content[:at])
    while content[at] != 0x3B:
        start = at
        if content[at] == 0x2C:
            at = _blocks_end(content, at + 10 + _table(content[at + 9]) + 1)
            made += content[start:at]
        elif content[at] == 0x21:
            at = _blocks_end(content, at + 2)
            loops = content[start + 1] == 0xFF and content[start + 3 : start + 14] == b"NETSCAPE2.0"
            made += content[start:at] if loops or content[start + 1] == 0xF9 else b""
        else:
            raise _Broken
    return Picture("image/gif", bytes(made) + b";", width, height)


def _table(flags: int) -> int:
    """Bytes of a colour table."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks_end(content: bytes, at: int) -> int:
    while content[at]:
        at += content[at] + 1
    return at + 1


def _webp(content: bytes) -> Picture:
    kept, size = bytearray(), (0, 0)
    for name, body in _riff(content[12 : 8 + int.from_bytes(content[4:8], "little")]):
        if name == b"VP8X":
            size = 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
            body = bytes((body[0] & ~0x0C,)) + body[1:]  # no Exif and no XMP follow any more
        elif name == b"VP8L" and size == (0, 0):
            bits = int.from_bytes(body[1:5], "little")
            size = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        elif name == b"VP8 " and size == (0, 0):
            size = int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
        if name in _WEBP_KEPT:
            kept += name + struct.pack("<I", len(body)) + body + bytes(len(body) & 1)
    if size == (0, 0):
        raise _Broken
    made = b"RIFF" + struct.pack("<I", len(kept) + 4) + b"WEBP" + bytes(kept)
    return Picture("image/webp", made, *size)


def _riff(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(content):
        name, length = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        if at + 8 + length > len(content):
            raise _Broken
        yield name, content[at + 8 : at + 8 + length]
        at += 8 + length + (length & 1)


def _number(content: bytes, at: int, length: int) -> int:
    if at + length > len(content):
        raise _Broken
    return int.from_bytes(content[at : at + length])
