"""`inbox demo`: makes the demo's data once, then runs the product on it with live mail. Nothing leaves."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from inbox import schema, serving
from inbox.database import Database
from inbox.demo import founding, making, platforms, telling
from inbox.demo.live import Feed
from inbox.demo.mailbox import Account, Mailbox, MailServer
from inbox.demo.outgoing import Outbox, Receiver
from inbox.demo.place import FOLDER, LOOPBACK, Place, open_place
from inbox.errors import SetupProblem
from inbox.settings import Settings

_ANYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 (recognised, not listened on)


def start(*, reset: bool, serve: bool, host: str, port: int, folder: Path = FOLDER) -> None:
    """Makes what is missing, tells the newcomer what to do, and serves until it is stopped.

    Raises SetupProblem when the port is taken or the folder is not the demo's own.
    """
    port = _free(host, port) if serve else port
    place = open_place(folder, reset=reset)
    settings = place.settings(_address(host, port))
    if not place.facts.is_made:
        telling.making(place)
        making.make(place, settings, now=datetime.now(UTC))
    if not serve:
        telling.made(place)
        return
    with _post_office(place, settings):
        threading.Thread(target=_welcome, args=(place, settings, host, port), daemon=True).start()
        serving.serve(host=host, port=port, with_worker=True, settings=settings, demo=True)


@contextmanager
def _post_office(place: Place, settings: Settings) -> Iterator[None]:
    """The demo's own mail servers, the mailboxes pointed at them, and mail coming in."""
    mailboxes = {plan.key: Mailbox(place.mailboxes / plan.mailbox) for plan in founding.PLANS}
    password = place.facts.mailbox_password
    accounts = {plan.mailbox: Account(password, mailboxes[plan.key]) for plan in founding.PLANS}
    incoming = MailServer(accounts, _usual(place.facts.imap_port), place.facts.mark)
    outgoing = Receiver(Outbox(place.outbox), _usual(place.facts.smtp_port))
    place.facts.imap_port, place.facts.smtp_port = incoming.port, outgoing.port
    place.save()
    database, stopping = Database(settings.database_url), threading.Event()
    if schema.current(database) != schema.newest():
        schema.upgrade(settings)
    office_ids = founding.offices_in(database)
    founding.connect(database, office_ids, place.facts, datetime.now(UTC))
    incoming.start()
    outgoing.start()
    feed = Feed(place, database, office_ids, mailboxes)
    threading.Thread(target=feed.run, args=(stopping,), name="demo mail", daemon=True).start()
    try:
        with platforms.running(place, settings, database, office_ids):
            yield
    finally:
        stopping.set()
        incoming.stop()
        outgoing.stop()
        database.close()


def _welcome(place: Place, settings: Settings, host: str, port: int) -> None:
    """Tells the newcomer where to go, once somebody would answer there."""
    seen = LOOPBACK if host in _ANYWHERE else host
    waiting = threading.Event()
    while not waiting.wait(0.1):
        try:
            socket.create_connection((seen, port), timeout=1).close()
        except OSError:
            continue
        telling.welcome(place, settings.base_url)
        return


def _address(host: str, port: int) -> str:
    """Where a browser on this machine finds it."""
    named = LOOPBACK if host in _ANYWHERE else host
    return f"http://[{named}]:{port}" if ":" in named else f"http://{named}:{port}"


def _free(host: str, port: int) -> int:
    """The port, if nobody has it; any free one for 0."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise SetupProblem(
                f"something else listens on {host}:{port}; choose another port: `inbox demo --port 8001`"
            ) from None
        return int(probe.getsockname()[1])


def _usual(port: int) -> int:
    """The port of last time if it is still free, else any."""
    try:
        return _free(LOOPBACK, port)
    except SetupProblem:
        return 0
