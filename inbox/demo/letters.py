"""Mail as it comes off the wire: the bytes of what the demo's people write, and of what machines answer."""

import zlib
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

_POLICY = SMTP.clone(cte_type="7bit")
_PAGE = b"BT /F1 12 Tf 60 780 Td 16 TL (%s) Tj ET"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail on its way to the office. `sender` is `Name <address>`; ids are without angle brackets."""

    sender: str
    to: str
    subject: str
    text: str
    at: datetime
    message_id: str
    answers: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()


def raw(mail: Mail) -> bytes:
    """The mail as a server would hand it over."""
    letter = EmailMessage(policy=_POLICY)
    domain = parseaddr(mail.sender)[1].rpartition("@")[2]
    letter["Authentication-Results"] = f"mx.example.net; dmarc=pass header.from={domain}"
    letter["Date"] = format_datetime(mail.at)
    letter["From"], letter["To"], letter["Subject"] = mail.sender, mail.to, mail.subject
    letter["Message-ID"] = f"<{mail.message_id}>"
    if mail.answers:
        letter["In-Reply-To"] = f"<{mail.answers[-1]}>"
        letter["References"] = " ".join(f"<{one}>" for one in mail.answers)
    for name, value in mail.headers:
        letter[name] = value
    letter.set_content(mail.text.strip() + "\n")
    for name in mail.files:
        content, main, sub = _file(name)
        letter.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return letter.as_bytes()


def answering(mail: Mail, chain: tuple[str, ...]) -> Mail:
    """The same mail as an answer to the last of `chain`, as mail programs thread it."""
    subject = mail.subject if mail.subject.lower().startswith("re:") else f"Re: {mail.subject}"
    return replace(mail, answers=chain, subject=subject)


def bounce(original_id: str, recipient: str, *, at: datetime, to: str, message_id: str) -> bytes:
    """A mail server's report that `recipient` does not exist (RFC 3464)."""
    words = f"Your message could not be delivered to {recipient}.\n\nThe mailbox does not exist.\n"
    report = (
        "Reporting-MTA: dns; mx.example.net\n\n"
        f"Final-Recipient: rfc822; {recipient}\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 5.1.1 the mailbox does not exist\n"
    )
    boundary = "demo-report"
    head = (
        f"Return-Path: <>\nFrom: Mail Delivery System <mailer-daemon@mx.example.net>\nTo: {to}\n"
        f"Subject: Undelivered mail returned to sender\nDate: {format_datetime(at)}\n"
        f"Message-ID: <{message_id}>\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"\n\n'
    )
    parts = (
        ("text/plain; charset=utf-8", words),
        ("message/delivery-status", report),
        ("text/rfc822-headers", f"Message-ID: <{original_id}>\nTo: {recipient}\n"),
    )
    body = "".join(f"--{boundary}\nContent-Type: {kind}\n\n{text}\n" for kind, text in parts)
    return (head + body + f"--{boundary}--\n").replace("\n", "\r\n").encode()


def _file(name: str) -> tuple[bytes, str, str]:
    """A small true file for a name: a picture, a page, or words."""
    if name.endswith(".png"):
        return _picture(240, 160), "image", "png"
    title = name.rpartition(".")[0].replace("-", " ").replace("_", " ").capitalize()
    if name.endswith(".pdf"):
        return _page(title), "application", "pdf"
    return f"{title}\n".encode(), "text", "plain"


def _picture(width: int, height: int) -> bytes:
    """A PNG of a stained wall (PNG specification, second edition)."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            stain = max(0, 120 - ((x - 70) ** 2 + (y - 30) ** 2) // 40)
            rows += bytes((215 - stain, 210 - stain, 196 - stain))
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    chunks = ((b"IHDR", size + b"\x08\x02\0\0\0"), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
        for kind, data in chunks
    )


def _page(title: str) -> bytes:
    """A PDF of one page with one line (ISO 32000-1, section 7.5)."""
    stream = _PAGE % title.encode("ascii", "replace").replace(b"(", b"").replace(b")", b"")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    )
    page, places = bytearray(b"%PDF-1.4\n"), []
    for number, one in enumerate(objects, start=1):
        places.append(len(page))
        page += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return bytes(
        page
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(page))
    )
