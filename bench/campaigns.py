"""Finding a message's campaign among 100,000 and 1,000,000 recent messages; preparing 5,000 answers."""

import itertools
import random
import threading
import time
from collections.abc import Iterator
from functools import partial

from sqlmodel import Session, select

from bench import corpus
from bench.databases import KINDS, Bench, Value, opened
from bench.measuring import Times, report, timed
from bench.seeding import CHANNEL, NOW, OFFICE, identity, seed_office, stamp
from connectors.contract import InboundMessage
from connectors.email.mime import read_mail
from inbox.answering import writing
from inbox.campaigns.arriving import find_text
from inbox.campaigns.index import SATURATED
from inbox.desk import open_desk
from inbox.history import OPERATOR
from inbox.models import Campaign, Constituent
from inbox.recall import gist_of_message, recall
from inbox.worker.answering import prepare_due
from inbox.worker.node import make_node
from routing.campaigns import STORED_PRINTS, Gist, gist_of

MESSAGES = (100_000, 1_000_000)
RECIPIENTS = 5_000
_PRINTS = 16
"""Rows of the index for a message of ordinary length: word pairs and facts."""
_PARTS = 64
_ASKED = 300
_LARGEST = 1 << 31
_CAMPAIGN = "c" * 32
_TEXT = (
    "Please sign EDM 412 and speak up for face to face banking. Too many towns have lost their last branch."
)
_ANSWER = (
    "Dear {{name}},\n\nThank you for writing. I have signed EDM 412.\n\nYour reference is {{reference}}."
)


def run(sizes: tuple[int, ...] = MESSAGES, recipients: int = RECIPIENTS) -> None:
    for kind in KINDS:
        spent = []
        for size in sizes:
            with opened(kind) as bench:
                spent.append(_measure_finding(bench, size))
        report("campaigns", database=kind, of="finding", cpu_ratio=spent[-1].cpu / spent[0].cpu,
               wall_ratio=spent[-1].p50 / spent[0].p50)  # fmt: skip
        with opened(kind) as bench:
            _measure_answer(bench, recipients)


def _measure_finding(bench: Bench, messages: int) -> Times:
    """Letters and copies as an office gets them, looked for among `messages` others that share phrases."""
    seed_office(bench.loader)
    asked = _asked()
    bench.loader.load("campaign_print", ("office_id", "print", "text_id"), _prints(messages, asked))
    bench.loader.settle()
    with bench.database.read(OFFICE) as session:
        times = timed([partial(_find, session, one) for one in asked], warm=20)
    report("campaigns", database=bench.kind, of="finding", messages=messages, cpu=times.cpu, p50=times.p50,
           p95=times.p95)  # fmt: skip
    return times


def _find(session: Session, incoming: InboundMessage) -> None:
    known = recall(session, [incoming])
    find_text(session, known, gist_of_message(known, incoming))


def _asked() -> list[InboundMessage]:
    found = []
    for mail in corpus.mails(_ASKED):
        read = read_mail(mail.raw)
        found.append(
            InboundMessage(
                channel="email", account="in@example.org", external_id=f"m{mail.number}", sender=read.sender,
                subject=read.subject, text=read.text, new_text=read.new_text, attachments=(), sent_at=NOW,
                content_key=f"m{mail.number}",
            )
        )  # fmt: skip
    return found


def _prints(messages: int, asked: list[InboundMessage]) -> Iterator[tuple[Value, ...]]:
    """The index in its own order: what `messages` texts are known by, and the phrases of the asked ones,
    each shared by as many texts as the index keeps for one phrase."""
    rng = random.Random(9)
    shared = sorted({one for message in asked for one in _gist(message).prints(STORED_PRINTS)})
    width, each = _LARGEST // _PARTS, messages * _PRINTS // _PARTS
    for part in range(_PARTS):
        low, high = part * width, (part + 1) * width
        rows = {(rng.randrange(low, high), rng.randrange(messages)) for _ in range(each)}
        for one in shared:
            if low <= one < high:
                rows |= {(one, rng.randrange(messages)) for _ in range(SATURATED)}
        yield from ((OFFICE, one, identity(number, 4)) for one, number in sorted(rows))


def _gist(message: InboundMessage) -> Gist:
    return gist_of(message.subject or "", message.new_text)


def _measure_answer(bench: Bench, recipients: int) -> None:
    """From the yes to the last letter in the outbox, while somebody else goes on working."""
    _seed_pile(bench, recipients)
    node = make_node(bench.settings.model_copy(update={"secret_keys": ("A" * 43 + "=",)}), bench.database)
    with bench.database.write(OFFICE) as session:
        desk = open_desk(session, node.line.tools)
        campaign = session.exec(select(Campaign)).one()
        answer = writing.write(session, desk, campaign, writing.Words(_ANSWER), author_id=identity(0, 1),
                               now=NOW, actor=OPERATOR)  # fmt: skip
        session.flush()
        writing.approve(session, desk, answer, staff_id=identity(0, 1), now=NOW, actor=OPERATOR,
                        digest=writing.digest_of(session, answer))  # fmt: skip
    waits: list[float] = []
    done = threading.Event()
    colleague = threading.Thread(target=_work_beside, args=(bench, done, waits))
    colleague.start()
    start, cpu = time.perf_counter(), time.process_time()
    batches = 0
    while prepare_due(node):
        batches += 1
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    done.set()
    colleague.join()
    report("campaigns", database=bench.kind, of="answer", recipients=recipients, batches=batches,
           seconds=seconds, cpu_seconds=cpu, colleague_p95=sorted(waits)[int(len(waits) * 0.95)],
           colleague_worst=max(waits))  # fmt: skip


def _work_beside(bench: Bench, done: threading.Event, waits: list[float]) -> None:
    """Reads and writes a little, as a page does; notes how long each took in milliseconds."""
    for number in itertools.count():
        start = time.perf_counter()
        with bench.database.write(OFFICE) as session:
            person = session.exec(select(Constituent).limit(1)).one()
            person.phone = str(number)
        waits.append((time.perf_counter() - start) * 1_000)
        if done.wait(0.05):
            return


def _seed_pile(bench: Bench, people: int) -> None:
    seed_office(bench.loader)
    now, load = stamp(NOW), bench.loader.load
    load(
        "constituent",
        (
            "id",
            "office_id",
            "name",
            "postcode_typed",
            "constituency",
            "language",
            "safe_contact",
            "created_at",
        ),
        ((identity(n, 2), OFFICE, f"Person {n}", "1", "likely", "en", "{}", now) for n in range(people)),
    )
    load(
        "case",
        (
            "id",
            "office_id",
            "reference",
            "subject",
            "status",
            "kind",
            "priority",
            "rank",
            "topics",
            "flags",
            "language",
            "is_restricted",
            "channel_id",
            "constituent_id",
            "campaign",
            "message_count",
            "version",
            "received_at",
            "created_at",
            "updated_at",
        ),
        (
            (
                identity(n, 3),
                OFFICE,
                f"WX-{n:06X}",
                "Banks",
                "new",
                "campaign",
                "low",
                70,
                "[]",
                "[]",
                "en",
                "0",
                CHANNEL,
                identity(n, 2),
                "banks",
                1,
                1,
                now,
                now,
                now,
            )
            for n in range(people)
        ),
    )
    load(
        "message",
        (
            "id",
            "office_id",
            "case_id",
            "channel_id",
            "direction",
            "kind",
            "sender_name",
            "sender_handle",
            "recipients",
            "subject",
            "text",
            "new_text",
            "language",
            "warnings",
            "has_html",
            "copies",
            "constituent_id",
            "external_id",
            "received_at",
        ),
        (
            (
                identity(n, 4),
                OFFICE,
                identity(n, 3),
                CHANNEL,
                "inbound",
                "message",
                f"Person {n}",
                f"p{n}@example.org",
                "[]",
                "Banks",
                _TEXT,
                _TEXT,
                "en",
                "[]",
                "0",
                0,
                identity(n, 2),
                f"m{n}@example.org",
                now,
            )
            for n in range(people)
        ),
    )
    load(
        "campaign",
        (
            "id",
            "office_id",
            "slug",
            "title",
            "template",
            "template_id",
            "is_settled",
            "answers_late",
            "created_at",
            "updated_at",
        ),
        [(_CAMPAIGN, OFFICE, "banks", "Banks", _TEXT, identity(0, 4), "1", "0", now, now)],
    )
    load(
        "campaign_copy",
        (
            "office_id",
            "message_id",
            "text_id",
            "campaign_id",
            "case_id",
            "core",
            "likeness",
            "added",
            "removed",
            "added_words",
            "hides",
            "reading",
            "is_by_hand",
            "joined_at",
        ),
        (
            (
                OFFICE,
                identity(n, 4),
                identity(0, 4),
                _CAMPAIGN,
                identity(n, 3),
                1,
                100,
                "[]",
                "[]",
                0,
                "0",
                "unread",
                "0",
                now,
            )
            for n in range(people)
        ),
    )
    bench.loader.settle()
