"""The text inside compressed rich text (MS-OXRTFCP), the only body some old Outlook mail has."""

import re
import struct

from connectors.email import limits
from connectors.email.charsets import SURROGATES, decode

COMPRESSED, PLAIN = 0x75465A4C, 0x414C454D
WINDOW = 4096
# The dictionary that both sides begin with, given in MS-OXRTFCP 2.1.2.1.
START = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor "
    rb"MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,9})? ?|\\'([0-9a-f]{2})|\\(.)|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL
)
SILENT = {
    b"fonttbl",
    b"colortbl",
    b"stylesheet",
    b"info",
    b"pict",
    b"object",
    b"header",
    b"footer",
    b"fldinst",
}
BREAKS = {b"par": "\n", b"line": "\n", b"row": "\n", b"tab": "\t", b"cell": "\t"}
TOKENS = 300_000


def rich_text(data: bytes) -> str:
    """The words in a PR_RTF_COMPRESSED property; "" where it does not hold. Never raises."""
    return _words(decompress(data))


def decompress(data: bytes) -> bytes:
    """The rich text itself, as far as the bytes go and not past what one text may be."""
    if len(data) < 16:
        return b""
    _, size, kind, _ = struct.unpack_from("<IIII", data)
    size = min(size, limits.TEXT_BYTES)
    if kind == PLAIN:
        return data[16 : 16 + size]
    return _expand(data, size) if kind == COMPRESSED else b""


def _expand(data: bytes, size: int) -> bytes:
    written = bytearray(START)
    position, wanted = 16, size + len(START)
    while position < len(data) and len(written) < wanted:
        flags = data[position]
        position += 1
        for bit in range(8):
            if flags >> bit & 1 == 0:
                written += data[position : position + 1]
                position += 1
                continue
            if position + 2 > len(data):
                return bytes(written[len(START) : wanted])
            pair = data[position] << 8 | data[position + 1]
            position += 2
            back = (len(written) - (pair >> 4)) % WINDOW
            if back == 0 or back > len(written):  # the end mark, or a place never written
                return bytes(written[len(START) : wanted])
            for _ in range((pair & 15) + 2):
                written.append(written[-back])
    return bytes(written[len(START) : wanted])


class _Words:
    """Text while it comes in: characters, and bytes that wait to be read in the text's own character set."""

    def __init__(self) -> None:
        self.charset = "cp1252"
        self.found: list[str] = []
        self.waiting = bytearray()

    def add(self, text: str) -> None:
        if self.waiting:
            self.found.append(decode(bytes(self.waiting), self.charset)[0])
            self.waiting.clear()
        self.found.append(text)

    def __str__(self) -> str:
        self.add("")
        return "".join(self.found).strip()


def _words(rtf: bytes) -> str:
    words = _Words()
    silent = [False]
    skip = 0  # after \\u comes one character for readers that do not know it
    for number, token in enumerate(TOKEN.finditer(rtf)):
        if number > TOKENS:
            break
        word, value, escaped, symbol, brace, text = token.groups()
        if brace == b"{":
            silent.append(silent[-1])
        elif brace == b"}" and len(silent) > 1:
            silent.pop()
        elif symbol == b"*" or word in SILENT:
            silent[-1] = True
        elif word == b"htmlrtf":
            silent[-1] = value != b"0"
        elif word == b"ansicpg" and value:
            words.charset = f"cp{int(value)}"
        elif silent[-1]:
            continue
        elif word == b"u" and value:
            words.add(chr(int(value) % 0x10000))
            skip = 1
        elif escaped or text:
            words.waiting += (bytes([int(escaped, 16)]) if escaped else text)[skip:]
            skip = 0
        elif word in BREAKS:
            words.add(BREAKS[word])
        elif symbol is not None and symbol in b"\\{}~":
            words.waiting += b" " if symbol == b"~" else symbol
    return SURROGATES.sub("\ufffd", str(words))
