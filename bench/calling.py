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

import httpx
from sqlmodel import col, func, select

from bench.databases import KINDS, Bench, opened
from bench.measuring import report
from inbox.models import Message, Office
from tests.rigs.product import Product, installed

CALLS, PER_SECOND, KILL_EVERY = 6_000, 200, 5.0
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
            "--set", "app_id=1", "--set-stdin", "access_token", "--set-stdin", "app_secret",
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


async def _call(url: str, calls: int) -> list[float]:
    """Milliseconds from each call to its 200, at a steady rate whether or not answers are slow."""
    waits: list[float] = []
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
    async with httpx.AsyncClient(limits=limits, timeout=30, trust_env=False) as client:

        async def one(number: int) -> None:
            body = _event(number)
            proof = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
            start = time.perf_counter()
            answer = await client.post(url, content=body, headers={"x-hub-signature-256": f"sha256={proof}"})
            assert answer.status_code == 200, answer.text
            waits.append((time.perf_counter() - start) * 1_000)

        await asyncio.gather(*(one(-number) for number in range(1, 21)))
        waits.clear()
        start, running = time.perf_counter(), []
        for number in range(calls):
            await asyncio.sleep(max(0.0, start + number / PER_SECOND - time.perf_counter()))
            running.append(asyncio.create_task(one(number)))
        await asyncio.gather(*running)
    return waits


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
