"""Header fields from bytes, tolerantly: words (RFC 2047), parameters (RFC 2231), dates and ids."""

import binascii
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from connectors.email import limits
from connectors.email.charsets import decode

FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:((?:[^\n]*+\n?)(?:[ \t][^\n]*+\n?)*+)")
MBOX_FROM = re.compile(rb">?From [^\n]*\n")
BLANK = re.compile(rb"[ \t]*\r?\n")
FOLD = re.compile(rb"\r*\n[ \t]*|[\r\0]+[ \t]*")
ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?((?:[^?]|\?(?!=))*+)(?:\?=|\Z)")
CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f\u2028\u2029]+")
BETWEEN = re.compile(r"\s*\Z")
NULL_SENDER = re.compile(r"<\s*>\s*\Z")


class Headers:
    """The fields of one part by lower-cased name, in order; values are decoded when asked for."""

    __slots__ = ("_fields", "cut")

    def __init__(self) -> None:
        self._fields: dict[bytes, list[bytes]] = {}
        self.cut = False

    def add(self, name: bytes, value: bytes) -> None:
        if len(value) > limits.HEADER_VALUE:
            value, self.cut = value[: limits.HEADER_VALUE], True
        self._fields.setdefault(name.lower(), []).append(value)

    def __contains__(self, name: str) -> bool:
        return name.encode() in self._fields

    def every(self, name: str) -> list[str]:
        """All values of a field, unfolded, not yet decoded."""
        return [_unfold(value) for value in self._fields.get(name.encode(), ())]

    def first(self, name: str) -> str:
        """The first value of a field, unfolded, not yet decoded; "" where there is none."""
        values = self._fields.get(name.encode())
        return _unfold(values[0]) if values else ""

    def text(self, name: str) -> str:
        """The first value of a field as a person reads it, on one line."""
        return decode_words(self.first(name))

    def automatic(self) -> str:
        """The word of Auto-Submitted (RFC 3834), lower-cased; "" where a person is said to have sent it."""
        word = self.first("auto-submitted").partition(";")[0].partition("(")[0].strip().lower()
        return "" if word == "no" else word

    def has_null_sender(self) -> bool:
        """Whether the envelope came from nobody, as Return-Path tells."""
        return NULL_SENDER.match(self.first("return-path")) is not None

    def __bool__(self) -> bool:
        return bool(self._fields)


def read_headers(raw: bytes, start: int) -> tuple[Headers, int]:
    """The fields from `start`, and where the body begins. A line that is no field begins the body."""
    headers = Headers()
    position = start
    end = min(len(raw), start + limits.HEADER_BLOCK)
    count = 0
    while position < end:
        field = FIELD.match(raw, position)
        if field is None:
            skipped = MBOX_FROM.match(raw, position)
            if skipped is None:
                break
            position = skipped.end()
            continue
        position = field.end()
        count += 1
        if count <= limits.HEADERS:
            headers.add(field[1], field[2])
        else:
            headers.cut = True
    blank = BLANK.match(raw, position)
    return headers, blank.end() if blank else position


def _unfold(value: bytes) -> str:
    if b"\n" in value or b"\r" in value or b"\0" in value:
        value = FOLD.sub(b" ", value)
    value = value.strip()
    if value.isascii():
        return value.decode("ascii")
    return decode(value, None)[0]


def decode_words(value: str) -> str:
    """`value` on one line with its encoded words decoded; what is malformed stays as it was written."""
    if "=?" in value:
        value = _decode_words(value)
    return CONTROLS.sub(" ", value).strip()


def _decode_words(value: str) -> str:
    written: list[str] = []
    pending: list[bytes] = []
    charset = ""
    last_end = 0
    for word in ENCODED_WORD.finditer(value):
        between = value[last_end : word.start()]
        separated = not pending or not BETWEEN.match(between)
        if pending and (separated or word[1].lower() != charset):
            written.append(decode(b"".join(pending), charset)[0])
            pending = []
        if separated:
            written.append(between)
        charset = word[1].lower()
        pending.append(_word_bytes(word[2], word[3]))
        last_end = word.end()
    if pending:
        written.append(decode(b"".join(pending), charset)[0])
    written.append(value[last_end:])
    return "".join(written)


def _word_bytes(encoding: str, content: str) -> bytes:
    data = content.encode("utf-8", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(data, header=True)
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


PARAMETER = re.compile(r';\s*([\w!#$&+.^`|~*%-]{1,60})\s*=\s*(?:"((?:[^"\\]|\\.)*+)"|([^;]*))')
CONTINUED = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?\Z")


def parameters(value: str) -> dict[str, str]:
    """The parameters of a Content-Type or Content-Disposition, RFC 2231 and RFC 2047 forms decoded alike."""
    if ";" not in value:
        return {}
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for count, found in enumerate(PARAMETER.finditer(value)):
        if count >= limits.PARAMETERS:
            break
        name, quoted, bare = found.groups()
        text = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else bare.strip().strip('"')
        shape = CONTINUED.match(name.lower())
        if "*" not in name or shape is None:
            plain.setdefault(name.lower(), decode_words(text))
        else:
            pieces.setdefault(shape[1], []).append((int(shape[2] or 0), bool(shape[3]), text))
    for name, parts in pieces.items():
        plain[name] = _join_pieces(sorted(parts, key=lambda piece: piece[0]))
    return plain


def _join_pieces(pieces: list[tuple[int, bool, str]]) -> str:
    charset = None
    if pieces[0][1] and pieces[0][2].count("'") >= 2:
        number, encoded, text = pieces[0]
        charset, _, text = text.split("'", 2)
        pieces = [(number, encoded, text), *pieces[1:]]
    data = b"".join(
        unquote_to_bytes(text) if encoded else text.encode("utf-8", "replace") for _, encoded, text in pieces
    )
    return CONTROLS.sub(" ", decode(data, charset or "utf-8")[0])


IDENTIFIER = re.compile(r"<([^<>]*)>")


def identifiers(value: str) -> tuple[str, ...]:
    """Message ids in `value` as `<left@right>`; bare, folded and comma-separated ones are accepted."""
    if not value:
        return ()
    found = ["".join(inner.split()) for inner in IDENTIFIER.findall(value)]
    if not found and "<" not in value:
        found = [word for word in re.split(r"[\s,;]+", value) if "@" in word]
    if len(found) > limits.IDENTIFIERS:  # the first names the thread, the last the message answered
        found = found[:1] + found[1 - limits.IDENTIFIERS :]
    return tuple(dict.fromkeys(f"<{CONTROLS.sub('', inner)}>" for inner in found if inner))


def read_date(value: str) -> datetime | None:
    """The moment in a Date field, aware; a date without a zone is taken as UTC. None if there is none."""
    value = value[:200]
    if not value:
        return None
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = parse(value)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            moment.astimezone(UTC)  # fails at either end of time, where no database could keep it
            return moment
        except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
            continue
    return None
