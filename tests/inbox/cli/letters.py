"""Small letters of invented people, as bytes."""


def letter(number: int, *, body: str = "The heating has failed again.", subject: str = "Heating") -> bytes:
    """A plain mail; `number` makes it one of its own."""
    return (
        f"From: Donna Fretwell <donna{number}@example.org>\n"
        "To: office@example.org\n"
        f"Subject: {subject} {number}\n"
        f"Date: Thu, 19 Nov 2026 09:{number % 60:02d}:00 +0000\n"
        f"Message-ID: <letter-{number}@example.org>\n"
        "\n"
        f"Dear Rowan Ashby,\n\n{body}\n\n{number} Quarry Rd, ZZ10 4AB\n"
    ).encode()


def mbox(*letters: bytes) -> bytes:
    """The letters as an mboxrd file."""
    quoted = [b"\n".join(_quoted(line) for line in one.split(b"\n")) for one in letters]
    return b"".join(b"From donna@example.org Thu Nov 19 09:00:00 2026\n" + one + b"\n" for one in quoted)


def _quoted(line: bytes) -> bytes:
    return b">" + line if line.lstrip(b">").startswith(b"From ") else line
