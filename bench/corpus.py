"""2,000 mails as an office gets them, the same each time: copies, threads, files, odd charsets.

30 % copies of six campaigns (name and a sentence changed), 15 % replies joined by References, the rest
one by one; a fifth with HTML beside the text, one in twelve with a file, one in fifteen in another
charset than UTF-8. About 5 KB of bytes and 665 characters of text each. All people are invented.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

MAILS = 2_000
FIRST = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
OFFICE = "office@ashby.example.org"
_CHARSETS = ("iso-8859-1", "windows-1252", "utf-16", "iso-8859-15")
_GIVEN = (
    "Donna", "Imran", "Colin", "Jean", "Asha", "Nia", "Kofi", "Tomos", "Angharad", "Sean", "Priya", "Rhys",
    "Mabel", "Owen", "Zoë", "Elin",
)  # fmt: skip
_FAMILY = (
    "Fretwell", "Sadiq", "Peake", "Oduya", "Khan", "Cole", "Mensah", "Probert", "O’Brien", "Vale", "Hart",
    "Quayle", "Penrose", "Ŵyn",
)  # fmt: skip
_SUBJECTS = (
    "Damp in our flat", "Universal Credit payment missing", "My passport has not come", "Bus cuts",
    "School place for my son", "Hospital waiting list", "Bins not collected", "Visa for my wife",
)  # fmt: skip
_SENTENCES = (
    "I have rung three times and nobody calls back.", "The children are coughing all night.",
    "They told me to wait another six weeks.", "I am a carer and cannot take time off work.",
    "The letter says I owe money that I have already paid.",
    "Please can you help, I do not know who else to ask.",
    "The surgery says it is the hospital and the hospital says it is the surgery.",
    "We moved here in October and it has been like this ever since.", "My neighbour has the same problem.",
    "I enclose a copy of what they sent me.", "The deadline is at the end of next week.",
    "It is making my mother ill.", "I would be grateful for a reply by post, as my telephone is cut off.",
    "The council has closed the complaint without telling me.", "I have voted here for thirty years.",
)  # fmt: skip
_CAMPAIGNS = ("bank branches", "local buses", "clean rivers", "dental care", "library hours", "pension age")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail: its bytes, and the number of the mail it answers."""

    number: int
    raw: bytes
    answers: int | None


def mails(count: int = MAILS, seed: int = 11) -> Iterator[Mail]:
    """The corpus; the same `count` and `seed` give the same bytes."""
    rng = random.Random(seed)
    threads: list[tuple[int, str, list[str], str]] = []
    for number in range(count):
        chance = rng.random()
        if chance < 0.30:
            yield Mail(number, _campaign(rng, number), None)
        elif chance < 0.45 and threads:
            place = rng.randrange(len(threads))
            root, sender, references, subject = threads[place]
            yield Mail(number, _reply(rng, number, sender, references, subject), root)
            references.append(_identity(number))
        else:
            sender, subject = _person(rng, number), rng.choice(_SUBJECTS)
            yield Mail(number, _finished(rng, number, sender, subject, _letter(rng, sender), {}), None)
            threads.append((number, sender, [_identity(number)], subject))


def write_folder(folder: Path, count: int = MAILS) -> list[Path]:
    """The corpus as .eml files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for mail in mails(count):
        path = folder / f"{mail.number:05d}.eml"
        path.write_bytes(mail.raw)
        paths.append(path)
    return paths


def _campaign(rng: random.Random, number: int) -> bytes:
    cause = rng.choice(_CAMPAIGNS)
    sender = _person(rng, number)
    own = rng.choice(_SENTENCES) if rng.random() < 0.1 else ""
    text = (
        f"Dear MP,\n\nI am writing as your constituent to ask you to speak up for {cause}. Over the last "
        f"ten years people here have seen {cause} get worse, and the plans announced this spring will make "
        "it worse still. Volunteers have written to the council and the company, and neither has said what "
        "will happen to the people who depend on it. Please will you attend the debate next month, sign the "
        f"motion, and write to the minister to ask what the government will do about {cause}?"
        f"\n\n{own}\n\nI look forward to your reply.\n\n"
        f"Yours sincerely,\n{sender.split(' <')[0]}\n{rng.randrange(1, 90)} Quarry Road\n{_postcode(rng)}\n"
    )
    return _finished(rng, number, sender, f"Please act on {cause}", text, {})


def _reply(rng: random.Random, number: int, sender: str, references: list[str], subject: str) -> bytes:
    quoted = "\n".join(f"> {sentence}" for sentence in rng.sample(_SENTENCES, 6))
    text = (
        f"{rng.choice(_SENTENCES)} {rng.choice(_SENTENCES)}\n\n{sender.split(' <')[0]}\n\n"
        f"On {FIRST:%a, %d %b %Y}, {sender} wrote:\n{quoted}\n"
    )
    headers = {"In-Reply-To": references[-1], "References": " ".join(references[-10:])}
    return _finished(rng, number, sender, f"Re: {subject}", text, headers)


def _letter(rng: random.Random, sender: str) -> str:
    paragraphs = [" ".join(rng.sample(_SENTENCES, 4)) for _ in range(rng.choice((1, 2, 3, 4, 6)))]
    closing = f"{sender.split(' <')[0]}\n{_postcode(rng)}\n07700 900{rng.randrange(1000):03d}"
    return "Hello,\n\n" + "\n\n".join(paragraphs) + f"\n\nThank you,\n{closing}\n"


def _finished(
    rng: random.Random, number: int, sender: str, subject: str, text: str, headers: dict[str, str]
) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, OFFICE, subject
    message["Date"] = format_datetime(FIRST + timedelta(minutes=7 * number))
    message["Message-ID"] = _identity(number)
    for name, value in headers.items():
        message[name] = value
    for hop in range(4):
        message["Received"] = (
            f"from relay{hop}.example.net (relay{hop}.example.net [192.0.2.{hop + 1}]) by "
            f"mx{hop}.example.org with ESMTPS id {rng.getrandbits(64):016x}; {message['Date']}"
        )
    message["DKIM-Signature"] = (
        f"v=1; a=rsa-sha256; d=example.org; s=a; h=from:to:subject; bh={rng.getrandbits(256):064x}; "
        f"b={rng.getrandbits(1024):0256x}"
    )
    _body(rng, message, text)
    return message.as_bytes()


def _body(rng: random.Random, message: EmailMessage, text: str) -> None:
    charset = rng.choice(_CHARSETS) if rng.random() < 1 / 15 else "utf-8"
    try:
        message.set_content(text, charset=charset)
    except UnicodeEncodeError:
        message.set_content(text)
    if rng.random() < 0.45:
        paragraphs = "".join(
            f'<p style="margin:0 0 12px 0;font-family:Calibri,sans-serif;font-size:11pt">{part}</p>'
            for part in text.split("\n\n")
        )
        message.add_alternative(f"<html><body>{paragraphs}</body></html>", subtype="html")
    if rng.random() < 1 / 12:
        message.add_attachment(
            rng.randbytes(rng.randrange(5_000, 30_000)),
            maintype="image",
            subtype="jpeg",
            filename="photo.jpg",
        )


def _person(rng: random.Random, number: int) -> str:
    return f"{rng.choice(_GIVEN)} {rng.choice(_FAMILY)} <person{number}@example.net>"


def _postcode(rng: random.Random) -> str:
    return f"ZZ{rng.randrange(10, 24)} {rng.randrange(1, 10)}{''.join(rng.choices('ABDEFGHJLN', k=2))}"


def _identity(number: int) -> str:
    return f"<corpus-{number}@mail.example.net>"
