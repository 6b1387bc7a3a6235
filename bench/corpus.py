"""2,000 mails as an office gets them, the same each time: copies, threads, files, odd charsets.

30 % copies of six campaigns (name and place changed, a sentence added to one in ten), 15 % replies joined
by References, the rest one by one in own words; nearly half with HTML beside the text, one in twelve with a
file, one in fifteen in another charset than UTF-8. About 4.6 KB of bytes and 580 characters of text each. All
people are invented.
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
_WHO = (
    "the housing officer", "my landlord", "the surgery", "our caseworker at the council", "the Home Office",
    "a man from the water board", "the headteacher", "my late husband's employer", "the ombudsman",
    "somebody in Leeds", "the tribunal clerk", "the managing agent", "my social worker", "the hospital",
    "the passport office", "a bailiff", "the insurer", "the job centre", "our solicitor",
    "the planning department", "the bus company", "my neighbour upstairs", "the bank", "the warden",
    "the pension service", "the surveyor", "the dentist's receptionist", "an inspector",
    "the prison chaplain", "the contractor", "the parish clerk", "the pharmacist", "the nursery",
    "the electricity firm", "the care home", "the tax office", "the landlady's nephew",
    "the admissions panel", "the ambulance crew", "my old school",
)  # fmt: skip
_DID = (
    "has lost", "will not look at", "keeps asking for", "refuses to pay", "sent back", "never read",
    "took away", "has put off", "forgot to order", "wrote down wrongly", "denies having",
    "charged me twice for", "has mixed up", "cannot find", "promised in writing", "closed without warning",
    "will only discuss", "wants proof of", "crossed out", "left in the rain", "has not signed", "stopped",
    "overlooked", "disputes", "passed on to strangers", "keeps changing", "has cancelled", "queried",
    "threw out", "is still sitting on", "photographed but never mended", "says nothing about",
    "handed to a debt firm", "measured and forgot", "has halved", "laughs about", "struck off",
    "filed under another name", "has no record of", "misread",
)  # fmt: skip
_WHAT = (
    "the damp in the back bedroom", "my birth certificate", "our boiler", "the rent from last winter",
    "my wife's visa", "the second operation", "a place for my younger son", "the bins behind the flats",
    "my travel to dialysis", "the claim for the carer's element", "my mother's evening visits",
    "the lock on the store room", "a parcel of medicine", "the light fitting in the hall",
    "my brother's tenancy", "the widow's part of the pension", "the drain that floods",
    "the list for new patients", "the lift", "the storm fence", "a complaint about the music",
    "my assistance dog", "the notice on the lamp post", "our visiting order", "the tablets for his heart",
    "an account that I share with my daughter", "the last month's wages", "a fine for a car that I sold",
    "the crossing outside the infants", "legal aid for the hearing", "the college bus pass",
    "the meter downstairs", "eleven sash windows", "the form in large print",
    "the rats on the building site", "a stair rail", "the evidence from my nurse",
    "the wheelchair with the good tyres", "fees that we were told were free", "the street lamps",
    "the appeal papers", "a grant for insulation", "the allotment lease", "the consultant's letter",
    "the post for our flat", "my licence after the seizure", "a deposit of nine hundred pounds",
    "the bereavement payment", "the hall roof", "the interpreter",
)  # fmt: skip
_MORE = (
    "and I do not know whom else to ask", "although I have sent photographs twice",
    "and the children cough all night", "which the officer on the telephone admitted",
    "so we are living out of boxes", "and I was given no reason for it",
    "though the ombudsman told them to put it right", "and the deadline is at the end of next week",
    "as the nurse can confirm", "and the complaint was closed without a word",
    "since the firm went out of business", "and I have rung them eleven times",
    "because a form was filled in wrongly in Leeds", "which has cost me the best part of my savings",
    "and my sister had the same last year", "even though it was promised in writing in March",
    "while the managers blame one another", "and I cannot take any more time off work",
    "so that my father has to sleep downstairs", "which a surveyor put down to bad workmanship",
    "and now they say that the file is lost", "just as we had got back on our feet",
    "and the tribunal will not sit before autumn", "as you will see from the enclosed copy",
    "and the interpreter never turned up", "which frightens the older residents",
    "so I am borrowing from my grown-up son", "and nobody will put their name to a decision",
    "although the law was changed two years ago", "and it makes my asthma worse",
)  # fmt: skip
_WHERE = (
    "in Quarry Road", "at Marl House", "since the second week of January", "on the Ferry estate",
    "as of last Tuesday", "behind the old mill", "for the third winter running", "near the swimming baths",
    "over the bank holiday", "in the annexe where we live", "after the inspection in February",
    "on the top floor of Penrose Court", "while we were at a funeral", "at the clinic in Ashby Street",
    "from one day to the next", "opposite the fire station", "within a month of moving in",
    "according to the rota", "between Christmas and New Year", "in spite of four appointments",
    "by the railway arches", "on my late aunt's side of the family", "under the new contract",
    "at the far end of Vale Crescent",
)  # fmt: skip
_CAMPAIGNS = (
    (
        "Save our bank branches",
        "The last bank in the town shuts its doors in June, and the nearest cash machine that does not "
        "charge will be nine miles away. Shopkeepers pay in their takings there, and older people do not "
        "trust a telephone with their savings. Please ask the chief executive to keep a shared hub open, "
        "and support the amendment on access to cash when it comes back to the Commons.",
    ),
    (
        "Keep the 47 and 48 buses",
        "From the first of May the 47 and the 48 will no longer run after six in the evening. Nurses on "
        "the late shift, apprentices and everybody without a car will be stranded. The operator blames "
        "the subsidy and the combined authority blames the operator. I urge you to call both of them to a "
        "public meeting and to press the department for the bus fund that was promised last autumn.",
    ),
    (
        "Clean up the River Ashen",
        "Raw sewage went into the Ashen on 87 days last year according to the monitors, and swimmers at "
        "Long Meadow have fallen ill. The water company paid its shareholders all the same. Will you vote "
        "for binding targets, ask the Environment Agency why there has been no prosecution, and tell "
        "constituents what you have done before the summer holidays begin?",
    ),
    (
        "Dental care for every child",
        "One practice in this constituency takes new patients under the health service, and its list has "
        "been closed since 2023. Children are having teeth out under general anaesthetic because nobody "
        "saw them in time. I support the Smile Again petition. Please raise contract reform with the "
        "minister, and publish how many dentists have handed back their work in our area.",
    ),
    (
        "Do not cut library hours",
        "The county proposes that village libraries should open on two mornings a week. That is where my "
        "neighbours apply for work, print forms and keep warm. Volunteers cannot take the place of "
        "trained staff. Before the cabinet meets on the twelfth, would you write to the leader, publish "
        "her answer, and join readers at the steps of Northgate on Saturday?",
    ),
    (
        "Justice on the pension age",
        "Women born in the fifties had the age at which they could retire changed with hardly a letter, "
        "and the ombudsman has found maladministration. A one-off payment is not charity but what is "
        "owed. Tell the chancellor that an apology without redress will not do, sign early day motion "
        "512, and meet the local group when it comes to Westminster.",
    ),
)


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
    subject, text = rng.choice(_CAMPAIGNS)
    sender = _person(rng, number)
    own = _sentence(rng) if rng.random() < 0.1 else ""
    text = (
        f"Dear MP,\n\n{text}\n\n{own}\n\nI look forward to your reply.\n\n"
        f"Yours sincerely,\n{sender.split(' <')[0]}\n{rng.randrange(1, 90)} Quarry Road\n{_postcode(rng)}\n"
    )
    return _finished(rng, number, sender, subject, text, {})


def _reply(rng: random.Random, number: int, sender: str, references: list[str], subject: str) -> bytes:
    quoted = "\n".join(f"> {sentence}" for sentence in _sentences(rng, 6))
    text = (
        f"{_sentence(rng)} {_sentence(rng)}\n\n{sender.split(' <')[0]}\n\n"
        f"On {FIRST:%a, %d %b %Y}, {sender} wrote:\n{quoted}\n"
    )
    headers = {"In-Reply-To": references[-1], "References": " ".join(references[-10:])}
    return _finished(rng, number, sender, f"Re: {subject}", text, headers)


def _letter(rng: random.Random, sender: str) -> str:
    paragraphs = [" ".join(_sentences(rng, 2)) for _ in range(rng.choice((2, 2, 2, 3, 4)))]
    closing = f"{sender.split(' <')[0]}\n{_postcode(rng)}\n07700 900{rng.randrange(1000):03d}"
    return "Hello,\n\n" + "\n\n".join(paragraphs) + f"\n\nThank you,\n{closing}\n"


def _sentences(rng: random.Random, count: int) -> list[str]:
    return [_sentence(rng) for _ in range(count)]


def _sentence(rng: random.Random) -> str:
    """One of so many that two letters hardly share a sentence, as letters in own words do not."""
    words = f"{rng.choice(_WHO)} {rng.choice(_DID)} {rng.choice(_WHAT)} {rng.choice(_WHERE)}"
    words += f" {rng.choice(_MORE)}." if rng.random() < 0.4 else "."
    return words[0].upper() + words[1:]


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
