"""Small pictures with things told beside them, built by hand from their formats."""

import struct
import zlib

SECRET = b"51.5007N 0.1246W"


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def exif(turned: int) -> bytes:
    """An Exif block of a camera: which way up, and where."""
    turn = struct.pack("<HHIHH", 0x0112, 3, 1, turned, 0)
    place = struct.pack("<HHII", 0x8825, 4, 1, 38)
    return b"Exif\0\0II*\0\x08\0\0\0\x02\0" + turn + place + bytes(4) + SECRET


def jpeg(turned: int = 6, *, rest: bytes = b"") -> bytes:
    frame = segment(0xC0, b"\x08" + struct.pack(">HH", 30, 40) + b"\x01\x01\x11\0")
    told = segment(0xE1, exif(turned)) + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET)
    said = segment(0xED, b"Photoshop 3.0\0" + SECRET) + segment(0xFE, SECRET)
    drawn = segment(0xDB, bytes(65)) + frame + segment(0xC4, bytes(20)) + segment(0xDA, b"\x01\x01\0\0\x3f\0")
    data = b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + segment(0xE0, b"JFIF\0" + bytes(9)) + told + said + drawn + data + b"\xff\xd9" + rest


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int = 2, height: int = 2, *, rest: bytes = b"") -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    told = chunk(b"eXIf", SECRET) + chunk(b"tEXt", b"Comment\0" + SECRET) + chunk(b"iTXt", SECRET)
    drawn = chunk(b"IDAT", zlib.compress(b"\0\x10\x20\0\x30\x40"))
    return b"\x89PNG\r\n\x1a\n" + head + told + drawn + chunk(b"IEND", b"") + rest


def gif(*, rest: bytes = b"") -> bytes:
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6)
    told = b"\x21\xfe" + bytes((len(SECRET),)) + SECRET + b"\0"
    loops = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
    drawn = b"\x21\xf9\x04\0\0\0\0\0" + b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
    return head + told + loops + drawn + b";" + rest


def webp(*, rest: bytes = b"") -> bytes:
    def part(name: bytes, body: bytes) -> bytes:
        return name + struct.pack("<I", len(body)) + body + bytes(len(body) & 1)

    size = struct.pack("<I", 15)[:3] + struct.pack("<I", 15)[:3]
    parts = part(b"VP8X", b"\x0c\0\0\0" + size) + part(b"VP8L", b"\x2f" + bytes(8)) + part(b"EXIF", SECRET)
    parts += part(b"XMP ", SECRET + b"!")
    return b"RIFF" + struct.pack("<I", len(parts) + 4) + b"WEBP" + parts + rest
