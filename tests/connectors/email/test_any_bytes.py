"""Whatever the bytes: a mail is read, its HTML is harmless, and nothing a person wrote is lost."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.contract import DeliveryReport, RawArrival
from connectors.email.html_text import html_to_text
from connectors.email.mime import Mail, read_mail
from connectors.email.reading import read
from connectors.email.sanitising import sanitise
from connectors.filenames import safe_filename

FOLDER = Path(__file__).parent.parent / "payloads" / "email"
PAYLOADS = [path.read_bytes() for path in sorted(FOLDER.glob("*.eml"))]
NOW = datetime(2026, 3, 3, 10, 12, tzinfo=UTC)

HEADER_PIECES = st.sampled_from(
    [
        b"From: ", b"a@example.org", b"To: ", b"=?utf-8?q?", b"?=", b"Subject: ", b"\n", b"\r\n", b" ",
        b"\t", b"<", b">", b'"', b"(", b")", b",", b";", b":", b"\\", b"Date: ",
        b"Tue, 3 Mar 2026 10:11:59 +9999", b"Message-ID: ", b"References: ", b"Content-Type: ",
        b"multipart/mixed", b"multipart/alternative", b"multipart/report", b"; boundary=b",
        b"; boundary=", b"--b", b"--b--", b"--", b"text/plain", b"text/html", b"; charset=utf-16",
        b"; charset=", b"koi8-r", b"hex", b"utf-7", b"Content-Transfer-Encoding: ", b"base64",
        b"quoted-printable", b"x-uuencode", b"=", b"=3D", b"QUJD", b"message/rfc822",
        b"message/delivery-status", b"application/ms-tnef",
        b"Content-Disposition: attachment; filename", b"*0*=utf-8''%ff", b"\x78\x9f\x3e\x22", b"\0",
        b"\xff\xfe", b"\xc3\xa9", b"<b>", b"</b>", b"<script>", b"<!--", b"&#0;", b"> ",
        b"On 2 Mar 2026 at 09:00, A <a@b.example> wrote:", b"-- ", b"Final-Recipient: rfc822;",
        b"Action: failed", b"\n\n", b"begin 644 x",
    ]
)  # fmt: skip

HTML_PIECES = st.sampled_from(
    [
        "<", ">", "</", "/>", "<!--", "-->", '"', "'", "=", " ", "\n", "&", "&lt;", "&#x3c;", "&#106;",
        ";", "a", "b", "p", "svg", "math", "style", "script", "title", "textarea", "noscript", "xmp",
        "iframe", "template", "table", "td", "select", "<a href=", "<img src=", "javascript:",
        "java\tscript:", "data:text/html,", "vbscript:", "https://x.example/", "cid:1", "//x.example/",
        "onerror=", "onload=x", "style=", "url(//x.example)", "hx-get=", "data-hx-on:click=", "id=x",
        "class=y", "<svg>", "</svg>", "<math>", "<mtext>", "<mglyph>", "<style>", "</style>", "<form>",
        "<input", "<button formaction=", "<base href=", "<meta http-equiv=refresh",
        "<link rel=stylesheet href=", "<object data=", "<embed src=", "srcset=", "background=",
        "<table>", "<tr>", "<td>", "</table>", "<p>", "<b>", "</b>", "<pre>", "<plaintext>",
        "<![CDATA[", "]]>", "<blockquote>", "<li>", "words", "\0", "\u2028",
    ]
)  # fmt: skip

ALLOWED_ATTRIBUTES = {
    "href", "src", "alt", "title", "dir", "lang", "rel", "width", "height", "colspan", "rowspan",
    "scope", "start", "type",
}  # fmt: skip
FORBIDDEN_TAGS = {
    "script", "style", "form", "input", "button", "svg", "math", "iframe", "object", "embed", "meta",
    "link", "base", "template", "noscript", "textarea", "select", "frame", "frameset", "applet",
    "audio", "video", "source", "track",
}  # fmt: skip


class Inspector(HTMLParser):
    """Refuses everything that could run, load, submit or restyle."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in FORBIDDEN_TAGS
        for name, value in attrs:
            assert name in ALLOWED_ATTRIBUTES
            if name == "src":
                assert tag == "img" and (value or "").lower().startswith("cid:")
            if name == "href":
                assert tag == "a"
                assert re.match(r"(?:https?|mailto|tel):", value or "", re.IGNORECASE)
        if tag == "a" and any(name == "href" for name, _ in attrs):
            assert ("rel", "noopener noreferrer") in attrs


def assert_harmless(html: str) -> None:
    inspector = Inspector(convert_charrefs=True)
    inspector.feed(html)
    inspector.close()


def assert_sound(mail: Mail) -> None:
    words = [mail.subject, mail.text, mail.new_text, mail.sender.name, mail.sender.address, *mail.references]
    words += [file.filename for file in mail.attachments] + [mail.message_id or "", *mail.in_reply_to]
    for word in words:
        assert "\0" not in word
        word.encode()
    for word in words[3:]:
        assert "\n" not in word and "\r" not in word
    assert mail.sent_at is None or mail.sent_at.tzinfo is not None
    assert all(file.size == len(file.content) for file in mail.attachments)
    assert_harmless(mail.html or "")
    assert "not-understood" not in mail.warnings


def read_everything(raw: bytes) -> None:
    assert_sound(read_mail(raw))
    answer = read(RawArrival("email", "casework", "INBOX/1/7", raw, NOW))
    message = answer.message if isinstance(answer, DeliveryReport) else answer
    assert len(message.content_key) == 64


@given(st.binary(max_size=2000))
def test_any_bytes_can_be_read(raw: bytes) -> None:
    read_everything(raw)


@settings(max_examples=400)
@given(st.lists(HEADER_PIECES, max_size=80))
def test_any_structure_can_be_read(pieces: list[bytes]) -> None:
    read_everything(b"".join(pieces))


@settings(max_examples=300)
@given(
    st.sampled_from(PAYLOADS),
    st.lists(st.tuples(st.integers(0, 4000), HEADER_PIECES, st.booleans()), max_size=6),
)
def test_any_damaged_mail_can_be_read(raw: bytes, damages: list[tuple[int, bytes, bool]]) -> None:
    for position, piece, replaces in damages:
        position %= len(raw) + 1
        raw = raw[:position] + piece + raw[position + (len(piece) if replaces else 0) :]
    read_everything(raw)


@settings(max_examples=500)
@given(st.lists(HTML_PIECES, max_size=60).map("".join))
@example("<svg><style><img src=x onerror=alert(1)></style></svg>")
@example(
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">'
)
@example("<noscript><p title='</noscript><img src=x onerror=alert(1)>'>")
@example("<a href='htt\nps://x.example/'>x</a>")
@example("<a href='java\tscript:alert(1)'>x</a><a href='&#106;avascript:alert(1)'>y</a>")
def test_sanitised_html_is_harmless_and_stays_as_it_is(markup: str) -> None:
    clean = sanitise(markup)
    assert_harmless(clean)
    assert sanitise(clean) == clean


@settings(max_examples=300)
@given(st.lists(HTML_PIECES, max_size=60).map("".join))
def test_any_html_becomes_text(markup: str) -> None:
    html_to_text(markup).encode("utf-8", "replace")


WORDS = st.lists(
    st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=12),
    min_size=1,
    max_size=8,
)


@given(st.lists(WORDS.map(" ".join), min_size=1, max_size=12))
def test_every_line_a_person_wrote_is_in_the_text(lines: list[str]) -> None:
    head = b"From: Donna <donna@example.org>\nContent-Type: text/"
    plain = read_mail(head + b"plain; charset=utf-8\n\n" + "\n".join(lines).encode())
    rich = read_mail(head + b"html; charset=utf-8\n\n" + "".join(f"<p>{line}</p>" for line in lines).encode())
    for line in lines:
        assert line in plain.text.split("\n")
        assert line in rich.text.split("\n")
    assert plain.new_text == plain.text
    assert rich.new_text == rich.text


@given(st.text(max_size=300), st.sampled_from(["application/pdf", "text/plain", "x/y", "image/png"]))
@example("../../etc/passwd", "text/plain")
@example("a" * 5000 + ".pdf", "application/pdf")
@example("a." + "b" * 5000, "application/pdf")
@example("\u202egnp.exe", "image/png")
@example("0 \x00 0", "x/y")
@example("NUL", "x/y")
@example("aux.tar.gz", "x/y")
def test_a_filename_is_safe(name: str, content_type: str) -> None:
    safe = safe_filename(name, content_type)
    assert 0 < len(safe) <= 120
    assert len(safe.encode()) <= 255
    assert not set(safe) & set('/\\\0\r\n<>:"|?*\u200b\u200d\u202e\u2066\ufeff')
    assert not safe.startswith(".") and not safe.endswith((".", " "))
    assert safe.partition(".")[0].lower() not in {"con", "nul", "aux", "prn", "com1", "lpt1"}
    assert safe_filename(safe, content_type) == safe


def test_a_long_filename_keeps_its_extension() -> None:
    assert safe_filename("llythyr " * 50 + ".pdf", "application/pdf").endswith(".pdf")
