"""The few things worth reading in winmail.dat (MS-OXTNEF): the names and bytes of its files, and its text."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors.email import limits
from connectors.email.charsets import decode

SIGNATURE = 0x223E9F78
BODY, CODEPAGE, MAPI = 0x800C, 0x9007, 0x9003
FILE_STARTS, FILE_TITLE, FILE_DATA, FILE_MAPI = 0x9002, 0x8010, 0x800F, 0x9005

P_BODY, P_RICH, P_HTML = 0x1000, 0x1009, 0x1013
P_DATA, P_NAME, P_LONG_NAME, P_MIME_TYPE = 0x3701, 0x3704, 0x3707, 0x370E
FIXED = {0: 4, 1: 4, 2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}
TEXT8, TEXT16, OBJECT, BINARY = 0x1E, 0x1F, 0x0D, 0x102
VARIABLE = {TEXT8, TEXT16, OBJECT, BINARY}
SEVERAL = 0x1000


@dataclass(slots=True)
class TnefFile:
    """A file inside; `name` is as it came, not yet safe."""

    name: str = ""
    content_type: str = "application/octet-stream"
    content: bytes = b""


@dataclass(slots=True)
class Tnef:
    """What could be read before the bytes ran out or stopped making sense."""

    files: list[TnefFile] = field(default_factory=list)
    text: str = ""
    html: str = ""
    rich: bytes = b""
    """Compressed rich text, see `rich_text`."""


def read_tnef(data: bytes) -> Tnef:
    """Reads `data` as far as it holds. Never raises; unknown attributes are passed over."""
    found = Tnef()
    charset = "windows-1252"
    for identity, value in _attributes(data):
        if identity == CODEPAGE and len(value) >= 4:
            charset = f"cp{struct.unpack_from('<I', value)[0]}"
        elif identity == BODY:
            found.text = found.text or _text(value, charset)
        elif identity == MAPI:
            _read_message(found, value, charset)
        elif identity == FILE_STARTS:
            if len(found.files) >= limits.TNEF_ITEMS:
                break
            found.files.append(TnefFile())
        elif found.files:
            _read_file(found.files[-1], identity, value, charset)
    return found


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != SIGNATURE:
        return
    position = 6
    while position + 9 <= len(data):
        _, identity, _, length = struct.unpack_from("<BHHI", data, position)
        position += 9
        if position + length > len(data):
            return
        yield identity, data[position : position + length]
        position += length + 2


def _text(value: bytes, charset: str) -> str:
    return decode(value[: limits.TEXT_BYTES].rstrip(b"\0"), charset)[0]


def _read_message(found: Tnef, value: bytes, charset: str) -> None:
    for identity, kind, content in _properties(value):
        if identity == P_BODY:
            found.text = found.text or _property_text(kind, content, charset)
        elif identity == P_HTML:
            found.html = found.html or _property_text(kind, content, charset)
        elif identity == P_RICH:
            found.rich = found.rich or content


def _read_file(file: TnefFile, identity: int, value: bytes, charset: str) -> None:
    if identity == FILE_TITLE:
        file.name = file.name or _text(value[:4096], charset)
    elif identity == FILE_DATA:
        file.content = value
    elif identity == FILE_MAPI:
        short = ""
        for property_id, kind, content in _properties(value):
            if property_id == P_LONG_NAME:
                file.name = _property_text(kind, content[:4096], charset)
            elif property_id == P_NAME:
                short = _property_text(kind, content[:4096], charset)
            elif property_id == P_MIME_TYPE:
                declared = _property_text(kind, content[:200], charset).lower().strip()
                file.content_type = declared if declared.count("/") == 1 else file.content_type
            elif property_id == P_DATA and not file.content:
                file.content = content
        file.name = file.name or short


def _property_text(kind: int, content: bytes, charset: str) -> str:
    if kind == TEXT16:
        return content[: limits.TEXT_BYTES].decode("utf-16-le", "replace").rstrip("\0")
    return _text(content, charset)


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The MAPI properties of one attribute: id, type, first value."""
    if len(data) < 4:
        return
    count = min(struct.unpack_from("<I", data)[0], 4096)
    position = 4
    try:
        for _ in range(count):
            kind, identity = struct.unpack_from("<HH", data, position)
            position += 4
            if identity >= 0x8000:
                position = _after_name(data, position)
            values = 1
            if kind & SEVERAL or kind & ~SEVERAL in VARIABLE:
                values = struct.unpack_from("<I", data, position)[0]
                position += 4
            kind &= ~SEVERAL
            first = b""
            for number in range(min(values, 4096)):
                content, position = _value(data, position, kind)
                first = first if number else content
            yield identity, kind, first
    except (struct.error, KeyError):
        return


def _after_name(data: bytes, position: int) -> int:
    position += 16
    if struct.unpack_from("<I", data, position)[0] == 0:
        return position + 8
    length = int(struct.unpack_from("<I", data, position + 4)[0])
    return position + 8 + length + -length % 4


def _value(data: bytes, position: int, kind: int) -> tuple[bytes, int]:
    if kind not in VARIABLE:
        size = FIXED[kind]
        if position + size > len(data):
            raise struct.error
        return data[position : position + size], position + size
    length = struct.unpack_from("<I", data, position)[0]
    position += 4
    end = position + length
    if end > len(data):
        raise struct.error
    start = position + 16 if kind == OBJECT else position  # an object begins with the id of its interface
    return data[min(start, end) : end], end + -length % 4
