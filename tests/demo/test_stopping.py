"""Ctrl+C ends the demo at once, also while both its mailboxes wait for mail."""

import time
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from inbox.database import Database
from inbox.demo import founding
from inbox.demo.mailbox import Account, Mailbox, MailServer
from inbox.demo.place import Place
from inbox.models import Channel
from inbox.worker import Worker, make_node
from tests.demo.conftest import ADDRESS
from tests.rigs.product import until

pytestmark = pytest.mark.timeout(300)


def test_mailboxes_that_wait_do_not_hold_up_the_end(copied: Place) -> None:
    facts, settings = copied.facts, copied.settings(ADDRESS)
    boxes = {plan.mailbox: Mailbox(copied.mailboxes / plan.mailbox) for plan in founding.PLANS}
    accounts = {address: Account(facts.mailbox_password, box) for address, box in boxes.items()}
    server, database = MailServer(accounts), Database(settings.database_url)
    facts.imap_port = server.port
    offices = founding.offices_in(database)
    founding.connect(database, offices, facts, datetime.now(UTC))
    server.start()
    worker = Worker(make_node(settings, database))

    def is_collecting(office_id: str) -> bool:
        with database.read(office_id) as session:
            return session.exec(select(Channel).where(Channel.kind == "email")).one().last_ok_at is not None

    try:
        worker.start()
        until(lambda: all(is_collecting(one) for one in offices.values()), seconds=60)
        begun = time.monotonic()
        worker.stop()
        assert time.monotonic() - begun < 4
    finally:
        server.stop()
        database.close()
