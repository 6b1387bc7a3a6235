"""A platform that calls 200 times a second: how long until each call is durable, and that none is lost."""

import asyncio
import hashlib
import hmac
import json
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlmodel import col, func, select

from bench.databases import KINDS, Bench, opened
from bench.measuring import report
from inbox.models import Message, Office
from tests.rigs.product import Product, installed

CALLS, PER_SECOND, KILL_EVERY, LINES = 6_000, 200, 5.0, 64
AWAY = "http://127.0.0.1:9"
"""Where the platform cannot be asked for anything: it calls us in the middle of its own outage."""
SECRET, PAGE = "app-secret", "111"


def run(calls: int = CALLS) -> None:
    for kind in KINDS:
        with opened(kind) as bench:
            _measure(bench, calls)


def _measure(bench: Bench, calls: int) -> None:
    folder = bench.settings.data_dir.parent / "calling"
    folder.mkdir()
    environment = {
        "INBOX_DATABASE_URL": bench.settings.database_url,
        "INBOX_MIGRATE_DATABASE_URL": bench.settings.migrate_database_url or bench.settings.database_url,
        "INBOX_LEASE_SECONDS": "2",
    }
    with ExitStack() as stack:
        product = stack.enter_context(installed(folder, **environment))
        office = product.office()
        product.tell(
            "channel", "add", "facebook", "--office", office, "--name", "Page", "--set", f"page_id={PAGE}",
            "--set", "app_id=1", "--set", f"base_url={AWAY}", "--set-stdin", "access_token",
            "--set-stdin", "app_secret",
            given=f"PAGE\n{SECRET}\n",
        )  # fmt: skip
        [channel] = product.ask("channel", "list", "--office", office)
        product.serve("web")
        with _killed_worker(product):
            waits = asyncio.run(_call(f"{product.url}/webhooks/facebook/{channel['id']}", calls))
        product.start("work", "--until-idle").wait(300)
        total, different = _messages(bench, office)
    waits.sort()
    report(
        "calling", database=bench.kind, calls=calls, p50=waits[len(waits) // 2],
        p99=waits[int(len(waits) * 0.99)], worst=waits[-1], lost=calls - different, doubled=total - different,
    )  # fmt: skip


async def _call(address: str, calls: int) -> list[float]:
    """Milliseconds from each call to its 200, at a steady rate whether or not answers are slow."""
    waits: list[float] = []
    lines = [await _Line.opened(address) for _ in range(LINES)]
    free = asyncio.Queue[_Line]()
    for line in lines:
        free.put_nowait(line)

    async def one(number: int) -> None:
        request = _request(address, _event(number))
        start = time.perf_counter()
        line = await free.get()
        assert await line.answer(request) == 200
        waits.append((time.perf_counter() - start) * 1_000)
        free.put_nowait(line)

    await asyncio.gather(*(one(-number) for number in range(1, 21)))
    waits.clear()
    start, running = time.perf_counter(), []
    for number in range(calls):
        await asyncio.sleep(max(0.0, start + number / PER_SECOND - time.perf_counter()))
        running.append(asyncio.create_task(one(number)))
    await asyncio.gather(*running)
    for line in lines:
        line.writer.close()
    return waits


@dataclass(frozen=True, slots=True)
class _Line:
    """A connection that stays open. A whole HTTP client costs more than the product does for a call, and
    would be measured with it on a machine of two cores."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def opened(cls, address: str) -> "_Line":
        place = urlsplit(address)
        return cls(*await asyncio.open_connection(place.hostname, place.port))

    async def answer(self, request: bytes) -> int:
        """The status of the answer, read to its end."""
        self.writer.write(request)
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        await self.reader.readexactly(length)
        return int(head.split(b" ", 2)[1])


def _request(address: str, body: bytes) -> bytes:
    proof = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    place = urlsplit(address)
    head = (
        f"POST {place.path} HTTP/1.1\r\nhost: {place.netloc}\r\ncontent-type: application/json\r\n"
        f"x-hub-signature-256: sha256={proof}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _event(number: int) -> bytes:
    at = 1_757_000_000_000 + number
    message = {"mid": f"m_{number}", "text": f"Bins {number}: not emptied for {number % 9 + 2} weeks."}
    sender, page = {"id": str(2_000_000 + number)}, {"id": PAGE}
    said = {"sender": sender, "recipient": page, "timestamp": at, "message": message}
    return json.dumps({"object": "page", "entry": [{"id": PAGE, "time": at, "messaging": [said]}]}).encode()


@contextmanager
def _killed_worker(product: Product) -> Iterator[None]:
    """A worker that is killed and started again every few seconds."""
    over = threading.Event()

    def keep_killing() -> None:
        while not over.is_set():
            worker = product.start("worker")
            over.wait(KILL_EVERY)
            worker.send_signal(signal.SIGKILL)
            worker.wait(10)

    thread = threading.Thread(target=keep_killing)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(30)


def _messages(bench: Bench, slug: str) -> tuple[int, int]:
    """How many messages there are, and how many different ones; the uncounted first calls left out."""
    with bench.database.read() as session:
        office = session.exec(select(Office.id).where(Office.slug == slug)).one()
    with bench.database.read(office) as session:
        counted = select(func.count(), func.count(func.distinct(Message.external_id)))
        total, different = session.exec(
            counted.select_from(Message).where(
                Message.direction == "inbound", col(Message.external_id).not_like("m_-%")
            )
        ).one()
    return total, different
