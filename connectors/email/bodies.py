"""What of a mail is its text, what is its HTML, and what is attached (RFC 2046, tolerantly)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from connectors.contract import Attachment
from connectors.email import limits
from connectors.email.cautions import Caution
from connectors.email.charsets import decode
from connectors.email.headers import decode_words, read_headers
from connectors.email.parts import Part, Split
from connectors.email.parts import split as split_mail
from connectors.email.rich_text import rich_text
from connectors.email.texts import HTML, Piece, best, clean_lines, read_piece
from connectors.email.tnef import read_tnef
from connectors.filenames import safe_filename
from connectors.locked import needs_password

# Text subtypes that are files, not something a person wrote to be read here.
FILES = {
    "text/calendar",
    "text/csv",
    "text/vcard",
    "text/x-vcard",
    "text/directory",
    "text/rtf",
    "text/rfc822-headers",
}
SIGNATURES = {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"}
SMIME = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
TNEF = {"application/ms-tnef", "application/vnd.ms-tnef"}
ATTACHED_DEPTH = 3
GUESSES = 5
"""Parts of one mail whose character set is looked for with care."""


@dataclass(slots=True)
class Body:
    """What has been gathered from the parts so far."""

    split: Split
    pieces: list[Piece] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    reports: list[tuple[str, bytes]] = field(default_factory=list)
    cautions: dict[Caution, None] = field(default_factory=dict)
    text_bytes: int = 0
    guesses: int = 0

    @property
    def text(self) -> str:
        """All text of the mail, whole, with "\\n" line ends."""
        texts = (piece.text() for piece in self.pieces)
        return "\n\n".join(text for text in texts if text)[: limits.TEXT_CHARACTERS]

    @property
    def markup(self) -> str:
        """All HTML of the mail as it came. Unsafe until sanitised."""
        return "\n".join(self.html)

    def caution(self, *cautions: Caution) -> None:
        self.cautions.update(dict.fromkeys(cautions))


def gather(split: Split, depth: int = 0) -> Body:
    """Walks the tree once. `depth` counts the attached mails around this one."""
    body = Body(split)
    for happened, caution in (
        (split.too_many, Caution.TOO_MANY_PARTS),
        (split.too_deep, Caution.TOO_DEEP),
        (split.broken, Caution.BROKEN_ENCODING),
    ):
        if happened:
            body.caution(caution)
    _walk(body, split.root)
    if not any(piece.content for piece in body.pieces):
        _use_tnef_text(body)
    if not any(piece.content for piece in body.pieces):
        _use_attached_mail(body, depth)
    return body


def _walk(body: Body, part: Part) -> None:
    if part.headers.cut:
        body.caution(Caution.HEADER_CUT)
    if not part.parts:
        _leaf(body, part)
        return
    if part.content_type == "multipart/alternative":
        _alternative(body, part.parts)
        return
    if part.content_type == "multipart/signed":
        body.caution(Caution.SIGNED_NOT_VERIFIED)
    elif part.content_type == "multipart/encrypted":
        body.caution(Caution.ENCRYPTED)
    for child in part.parts:
        _walk(body, child)


def _alternative(body: Body, parts: list[Part]) -> None:
    """The same said in several ways: the plain way is the text unless it is empty or a stub."""
    plain: list[Piece] = []
    rich: list[Piece] = []
    for part in parts:
        inner = Body(body.split, text_bytes=body.text_bytes, guesses=body.guesses)
        _walk(inner, part)
        body.text_bytes, body.guesses = inner.text_bytes, inner.guesses
        body.attachments += inner.attachments
        body.reports += inner.reports
        body.cautions.update(inner.cautions)
        body.html += inner.html
        if part.content_type != "text/x-amp-html":
            (rich if inner.html else plain).extend(inner.pieces)
    body.pieces += best(plain, rich)


def _leaf(body: Body, part: Part) -> None:
    disposition, named = part.disposition()
    name = named.get("filename") or part.parameters.get("name") or ""
    kind = part.content_type
    if kind.startswith("multipart/"):  # its boundary never came: what it holds is text to be read
        kind = part.content_type = "text/plain"
    if _is_read_here(kind, disposition, name):
        _text(body, part, kind)
    else:
        _attach(body, part, kind, name)


def _is_read_here(kind: str, disposition: str, name: str) -> bool:
    """Whether a leaf is part of the text; a text part that is named as a file is a file."""
    if kind in FILES or disposition == "attachment" or not (kind.startswith("text/") or kind in HTML):
        return False
    is_common = kind in ("text/plain", "text/html")
    return not ("." in name and (disposition or not is_common))


def _text(body: Body, part: Part, kind: str) -> None:
    encoded_size = part.end - part.start
    if body.text_bytes > limits.TEXT_BYTES:
        body.caution(Caution.TOO_LARGE)
        _attach(body, part, kind, "message text")
        return
    data, broken = part.content(body.split.raw)
    if broken:
        body.caution(Caution.BROKEN_ENCODING)
    body.text_bytes += min(len(data), encoded_size)
    if len(data) > limits.TEXT_BYTES:
        body.caution(Caution.TOO_LARGE)
        body.attachments.append(Attachment(safe_filename("message text", kind), kind, len(data), data, None))
        data = data[: limits.TEXT_BYTES]
    text, guessed = decode(data, part.parameters.get("charset"), asking=body.guesses < GUESSES)
    if guessed:
        body.guesses += 1
        body.caution(Caution.CHARSET_GUESSED)
    piece = read_piece(text, kind, part.parameters)
    body.pieces.append(piece)
    if piece.is_html:
        body.html.append(piece.content)
    elif "-----BEGIN PGP " in text:
        _note_armour(body, text)


def _note_armour(body: Body, text: str) -> None:
    if "-----BEGIN PGP MESSAGE-----" in text:
        body.caution(Caution.ENCRYPTED)
    if "-----BEGIN PGP SIGNED MESSAGE-----" in text:
        body.caution(Caution.SIGNED_NOT_VERIFIED)


def _attach(body: Body, part: Part, kind: str, name: str) -> None:
    content, broken = part.content(body.split.raw)
    if broken:
        body.caution(Caution.BROKEN_ENCODING)
    if kind.startswith(("message/", "text/rfc822-headers")):
        body.reports.append((kind, content))
    if not content.strip() and not name and kind in ("text/plain", "text/html"):
        return
    content_id = part.headers.first("content-id").strip("<> ") or None
    filename = safe_filename(name, kind, _fallback_name(kind, content))
    body.attachments.append(Attachment(filename, kind, len(content), content, content_id))
    if kind in TNEF or filename.lower() == "winmail.dat":
        _unpack_tnef(body, content)
    body.caution(*_cautions_of(kind, part, content))


def _fallback_name(kind: str, content: bytes) -> str:
    """A name for a part that has none: the subject of an attached mail, else the family of its type."""
    if kind in ("message/rfc822", "message/global"):
        subject = decode_words(read_headers(content[: limits.HEADER_VALUE], 0)[0].first("subject"))
        return f"{subject[:80]}.eml" if subject else "message"
    if kind == "application/octet-stream":
        return "attachment"
    family = kind.partition("/")[0]
    return {"image": "picture", "audio": "sound", "video": "video", "message": "report"}.get(
        family, "attachment"
    )


def _cautions_of(kind: str, part: Part, content: bytes) -> Iterable[Caution]:
    if kind in ("text/calendar", "application/ics"):
        yield Caution.CALENDAR
    if kind in SIGNATURES:
        yield Caution.SIGNED_NOT_VERIFIED
    if kind in SMIME:
        signed = part.parameters.get("smime-type", "").lower() in ("signed-data", "certs-only")
        yield Caution.SIGNED_NOT_VERIFIED if signed else Caution.ENCRYPTED
    if kind == "application/pgp-encrypted":
        yield Caution.ENCRYPTED
    if needs_password(content):
        yield Caution.PASSWORD_PROTECTED


def _unpack_tnef(body: Body, content: bytes) -> None:
    body.caution(Caution.TNEF)
    for item in read_tnef(content).files:
        body.attachments.append(
            Attachment(
                safe_filename(item.name, item.content_type),
                item.content_type,
                len(item.content),
                item.content,
            )
        )


def _use_attached_mail(body: Body, depth: int) -> None:
    """A mail without a word of its own that carries another: the other's text is what it has to say."""
    for kind, content in body.reports:
        if kind in ("message/rfc822", "message/global") and depth < ATTACHED_DEPTH:
            inner = gather(split_mail(content), depth + 1)
            if any(piece.content for piece in inner.pieces):
                body.pieces += inner.pieces
                return


def _use_tnef_text(body: Body) -> None:
    """A winmail.dat that is all there is may hold the text itself."""
    if Caution.TNEF not in body.cautions:
        return
    for attachment in body.attachments:
        if attachment.content_type in TNEF or attachment.filename.lower() == "winmail.dat":
            inside = read_tnef(attachment.content)
            if inside.text or (inside.rich and not inside.html):
                text = inside.text or rich_text(inside.rich)
                body.pieces.append(Piece(clean_lines(text).strip("\n")))
            elif inside.html:
                body.html.append(inside.html)
                body.pieces.append(Piece(inside.html, is_html=True))
