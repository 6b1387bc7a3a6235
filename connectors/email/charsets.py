"""Bytes to text: the ladder of character sets, and the two transfer encodings."""

import binascii
import codecs
import re

# Names in use that Python does not know, or knows too narrowly.
ALIASES = {
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949", "ks_c_5601": "cp949", "shift_jis": "cp932", "shift-jis": "cp932",
    "x-sjis": "cp932", "iso-2022-jp": "iso2022_jp_ext", "iso-8859-8-i": "iso8859_8",
    "iso-8859-8-e": "iso8859_8", "windows-874": "cp874", "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman", "unicode-1-1-utf-7": "utf_7", "utf8mb4": "utf_8", "unicode": "utf_16",
    "ucs-2": "utf_16", "iso8859-1": "latin-1", "x-user-defined": "cp1252", "cp-850": "cp850",
    "tis-620": "cp874",
}  # fmt: skip
WESTERN = {"ascii", "iso8859-1", "cp1252", "iso8859-15"}
# Text codecs of Python that are no character sets, or that are slow on hostile input.
REFUSED = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip  # noqa: E501
# Letters and marks that western European writers use.
WESTERN_LETTERS = (
    "£€‘’“”–—…•™°©®½¼¾·´¨«»§éèêëáàâäãåæóòôöõøœíìîïúùûüýÿçñßÉÈÊËÁÀÂÄÃÅÆÓÒÔÖÕØŒÍÌÎÏÚÙÛÜÝÇÑ\xa0¡¿ºª²³¹"
)
WESTERN_BYTES = {name: WESTERN_LETTERS.encode(name, "ignore") for name in ("cp1252", "iso8859-15")}
SAMPLE = 32 * 1024
SHORT = 32
REPAIRED = 2 * 1024 * 1024
"""Bytes up to which quoted-printable is mended before it is decoded; no text is longer."""

SURROGATES = re.compile("[\ud800-\udfff]")
HIGH = bytes(range(0x80, 0x100))
ASCII = bytes(range(0x80))
# What constituents' programs really send, best known first.
LIKELY = [
    "cp1252", "cp1250", "iso8859_2", "cp1251", "koi8_r", "iso8859_5", "cp1253", "iso8859_7", "cp1254",
    "iso8859_9", "cp1255", "cp1256", "cp1257", "cp1258", "cp874", "gb18030", "big5", "cp932", "euc_jp",
    "cp949", "utf_16",
]  # fmt: skip


def decode(data: bytes, declared: str | None, *, asking: bool = False) -> tuple[str, bool]:
    """The text of `data`, and whether its character set had to be guessed. Never raises.

    `asking`: bytes whose label is wrong may be shown to charset-normalizer, which costs milliseconds.
    """
    name = codec_name(declared)
    is_common = name is None or name == "utf-8" or name in WESTERN
    if is_common and data.isascii() and b"\x1b$" not in data and b"\0" not in data:
        return data.decode("ascii"), False
    if is_common:
        try:
            return _told(data.decode("utf-8-sig"), data), name != "utf-8"
        except UnicodeDecodeError:
            pass
    if name == "iso8859-15" and _is_western(data, name):
        return data.decode(name), False
    if name in WESTERN and _is_western(data, "cp1252"):
        return data.decode("cp1252", "replace"), name == "ascii"
    if name is not None and not is_common and _is_plausible(data, name):
        try:
            return SURROGATES.sub("\ufffd", data.decode(name)), False
        except (UnicodeError, ValueError):
            pass
    return guess(data, asking=asking), True


def _told(text: str, data: bytes) -> str:
    """Bytes that pass for UTF-8 and yet are another: ISO-2022-JP by its escapes, UTF-16 by its zeros."""
    if b"\x1b$" in data:
        return data.decode("iso2022_jp_ext", "replace")
    if data.count(0) * 4 > len(data):
        return _zeros(data)
    return text


def _zeros(data: bytes) -> str:
    """UTF-16 without a mark: the zeros of Latin letters stand on one side."""
    order = "utf-16-be" if data[::2].count(0) > data[1::2].count(0) else "utf-16-le"
    return SURROGATES.sub("\ufffd", data.decode(order, "replace"))


def _is_western(data: bytes, name: str) -> bool:
    """Whether the bytes above ASCII are as few and as ordinary as western European writers use them."""
    high = len(data) - len(data.translate(None, HIGH))
    strange = len(data.translate(None, WESTERN_BYTES[name]).translate(None, ASCII))
    if len(data) < SHORT:  # too little to tell by shares
        return strange == 0
    return high * 3 <= len(data) and strange * 10 <= high


def codec_name(declared: str | None) -> str | None:
    """Python's name of a character set, or None for one that is missing, unknown or refused."""
    if not declared:
        return None
    label = declared.strip(" \t'\";").lower().removeprefix("charset=").partition("*")[0]
    if label in ("utf-8", "us-ascii", "iso-8859-1", "windows-1252"):
        return {"utf-8": "utf-8", "us-ascii": "ascii", "iso-8859-1": "iso8859-1", "windows-1252": "cp1252"}[
            label
        ]
    try:
        found = codecs.lookup(ALIASES.get(label, label))
    except (LookupError, ValueError, UnicodeError):
        return None
    if found.name.replace("-", "_") in REFUSED or not found._is_text_encoding:
        return None
    return found.name


def guess(data: bytes, *, asking: bool) -> str:
    """The most likely reading of bytes whose label is missing or wrong."""
    for mark, name in BOMS:
        if data.startswith(mark):
            return SURROGATES.sub("\ufffd", data.decode(name, "replace"))
    as_utf8 = data.decode("utf-8", "replace")
    errors = as_utf8.count("\ufffd")
    high = len(data) - len(data.translate(None, HIGH))
    if errors * 8 <= high:  # a damaged character or two in real UTF-8
        return _told(as_utf8, data)
    if data.count(0) * 4 > len(data):
        return _zeros(data)
    if _is_western(data, "cp1252"):
        return data.decode("cp1252", "replace")
    asked = _ask_normalizer(data) if asking else None
    return asked or data.decode("cp1252", "replace")


def _ask_normalizer(data: bytes) -> str | None:
    from charset_normalizer import from_bytes  # seldom needed and slow to import

    best = from_bytes(data[:SAMPLE], steps=5, chunk_size=512, cp_isolation=LIKELY).best()
    if best is None:
        return None
    try:
        return SURROGATES.sub("\ufffd", data.decode(best.encoding, "replace"))
    except (LookupError, UnicodeError):
        return None


def _is_plausible(data: bytes, name: str) -> bool:
    """UTF-16 and UTF-32 read any bytes as some text: believe the label only if the bytes look like it."""
    if not name.startswith(("utf-16", "utf-32")):
        return True
    return data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) or b"\0" in data[:64]


BASE64_JUNK = bytes(
    set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
)
PADDED_PIECE = re.compile(rb"[^=]+={0,3}")
SOFT_BREAK_WITH_SPACES = re.compile(rb"=[ \t]+(?=\r?\n)")


def untransfer(data: bytes, encoding: str) -> tuple[bytes, bool]:
    """`data` without its Content-Transfer-Encoding, and whether that encoding was broken. Never raises."""
    if encoding == "base64":
        return _unbase64(data)
    if encoding == "quoted-printable":
        if len(data) <= REPAIRED and (b"= " in data or b"=\t" in data):
            data = SOFT_BREAK_WITH_SPACES.sub(b"=", data)
        return binascii.a2b_qp(data), False
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _unuuencode(data)
    return data, False


def _unbase64(data: bytes) -> tuple[bytes, bool]:
    sample = data[:4096]
    letters = sample.translate(None, b" \t\r\n")
    junk = len(letters) - len(letters.translate(None, BASE64_JUNK))
    if junk * 20 > len(letters) or sample.count(b" ") * 20 > len(
        letters
    ):  # not base64 at all: a label on plain text
        return data, True
    first_padding = data.find(b"=")
    if first_padding < 0 or first_padding >= len(data.rstrip()) - 3:
        try:
            return binascii.a2b_base64(data), junk > 0
        except binascii.Error:
            pass
    clean = data.translate(None, BASE64_JUNK)
    pieces = PADDED_PIECE.findall(clean) if clean.count(b"=") < 10_000 else [clean.replace(b"=", b"")]
    return b"".join(_unbase64_piece(piece.rstrip(b"=")) for piece in pieces), True


def _unbase64_piece(letters: bytes) -> bytes:
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _unuuencode(data: bytes) -> tuple[bytes, bool]:
    lines = data.splitlines()
    begin = next((number for number, line in enumerate(lines) if line.startswith(b"begin ")), None)
    if begin is None:
        return data, True
    decoded = bytearray()
    for line in lines[begin + 1 :]:
        if line.strip() in (b"end", b"`", b""):
            break
        try:
            decoded += binascii.a2b_uu(line)
        except binascii.Error:
            return data, True
    return bytes(decoded), False
