"""F-03: the database is locked or gone for a while; writers come again later and nothing is half done."""

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import httpx
import psycopg
import pytest

from inbox.errors import CaseworkError
from tests.faults.sites import Mail, Site
from tests.rigs.postgres import Postgres
from tests.rigs.product import until

TABLES = '"case", message, arrival, draft, delivery, event, chain_head, job, lease'


def test_a_locked_database_refuses_writes_politely_and_heals_by_itself(site: Site) -> None:
    reference = site.case()
    worker = site.worker()
    before = _facts(site, reference)
    with _locked(site):
        mail = site.deliver()
        refused = _note(site, reference)
        assert refused.status_code == 503, refused.text
        assert int(refused.headers["Retry-After"]) > 0
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert _facts(site, reference) == before, "reading goes on, and nothing is half written"
        assert site.message_of(mail) is None
    until(lambda: site.message_of(mail), seconds=60)
    until(lambda: site.acknowledgements(mail) == 1, seconds=60)
    assert _note(site, reference).status_code == 201
    assert worker.poll() is None
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    assert len(site.arrivals_of(mail)) == 1
    assert site.chain_is_whole()


@pytest.mark.parametrize("site", ["postgresql"], indirect=True)
def test_a_database_server_that_ends_is_waited_for(site: Site, postgres: Postgres) -> None:
    reference = site.case()
    worker = site.worker()
    first = site.deliver()
    until(lambda: site.acknowledgements(first), seconds=60)
    postgres.stop()
    try:
        mail = site.deliver()
        for answer in (_note(site, reference), site.client.get("/cases")):
            assert answer.status_code == 503, answer.text
            assert int(answer.headers["Retry-After"]) > 0
        assert httpx.get(f"{site.product.url}/readyz").status_code == 503
        assert httpx.get(f"{site.product.url}/healthz").status_code == 200
    finally:
        postgres.start_again()
    until(lambda: _is_filed(site, mail), seconds=60)
    assert _note(site, reference).status_code == 201
    assert worker.poll() is None
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    assert len(site.arrivals_of(mail)) == 1
    assert site.chain_is_whole()


def test_an_outcome_that_could_not_be_written_down_at_once_is_not_forgotten(site: Site) -> None:
    """The server said yes while the database was locked: when it is back, the reply is known as sent."""
    delivery = site.approved_reply()
    sleeper = site.begin_work(INBOX_FAILPOINT="smtp.answered:stop", INBOX_LEASE_SECONDS="60")
    until(sleeper.is_stopped, seconds=60)
    with _locked(site):
        sleeper.send_signal(signal.SIGCONT)
        refused = _note(site, site.case())
        assert refused.status_code == 503
    assert sleeper.wait(60) == 0
    assert site.state_of(delivery) == "sent"
    assert site.copies(delivery) == 1


def _note(site: Site, reference: str) -> httpx.Response:
    return site.client.post(f"/cases/{reference}/notes", json={"text": "Rang the council."})


def _facts(site: Site, reference: str) -> tuple[int, int]:
    """How many cases there are, and messages on this one."""
    found = site.client.get("/cases", params={"limit": 200})
    assert found.status_code == 200, found.text
    messages = site.client.get(f"/cases/{reference}/messages").json()["items"]
    return len(found.json()["items"]), len(messages)


def _is_filed(site: Site, mail: Mail) -> bool:
    try:
        return site.message_of(mail) is not None
    except CaseworkError:
        return False


@contextmanager
def _locked(site: Site) -> Iterator[None]:
    """Nobody else can write while the block runs; everybody can read."""
    url = site.product.env["INBOX_DATABASE_URL"]
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as holder:
            until(lambda: _begins(holder), seconds=30)
            yield
            holder.execute("ROLLBACK")
        return
    owner = site.product.env["INBOX_MIGRATE_DATABASE_URL"].replace("+psycopg", "")
    with psycopg.connect(owner) as connection:
        connection.execute(f"LOCK TABLE {TABLES} IN SHARE ROW EXCLUSIVE MODE")
        yield
        connection.rollback()


def _begins(holder: sqlite3.Connection) -> bool:
    try:
        holder.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        return False
    return True
