"""Opens mailboxes of the real server and reads what came, for the tests of collecting."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from connectors.contract import RawArrival
from connectors.email.imap import ImapMailbox
from tests.connectors.mail import imap_settings
from tests.rigs.dovecot import Dovecot
from tests.rigs.faulty_proxy import FaultyProxy

Proxies = Callable[[int], FaultyProxy]


@contextmanager
def a_mailbox(server: Dovecot, **changes: object) -> Iterator[ImapMailbox]:
    mailbox = ImapMailbox(imap_settings(server, **changes))
    try:
        yield mailbox
    finally:
        mailbox.close()


def all_of(mailbox: ImapMailbox, cursor: str | None = None) -> tuple[list[RawArrival], str | None]:
    """Everything until the mailbox says there is no more, as a worker would collect it."""
    arrivals: list[RawArrival] = []
    while True:
        batch = mailbox.fetch(cursor)
        arrivals += batch.arrivals
        cursor = batch.cursor
        if not batch.more:
            return arrivals, cursor


def subjects(arrivals: list[RawArrival] | tuple[RawArrival, ...]) -> list[str]:
    return [
        line.removeprefix(b"Subject: ").decode()
        for each in arrivals
        for line in each.raw.split(b"\r\n")
        if line.startswith(b"Subject: ")
    ]
