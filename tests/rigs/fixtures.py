"""The servers as pytest fixtures: started once per test process when first asked for, clean for each test."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.rigs import browser as browsers
from tests.rigs.certificates import Certificates, make
from tests.rigs.dovecot import USER, Dovecot, Profile
from tests.rigs.exim import Exim
from tests.rigs.faulty_proxy import FaultyProxy
from tests.rigs.forks import Forks
from tests.rigs.postgres import Database, Postgres
from tests.rigs.smtp_sink import SmtpSink

Server = TypeVar("Server", Dovecot, Exim, Postgres, SmtpSink)


@pytest.fixture(scope="session")
def rig_folder() -> Iterator[Path]:
    """A folder of its own that the unprivileged servers can pass through (pytest's own is closed to them)."""
    with tempfile.TemporaryDirectory(prefix="rigs-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


@pytest.fixture(scope="session")
def certificates(rig_folder: Path) -> Certificates:
    """An authority of our own and a certificate for localhost."""
    return make(rig_folder)


@pytest.fixture(scope="session")
def dovecot_server(rig_folder: Path, certificates: Certificates) -> Iterator[Dovecot]:
    """One Dovecot with everything it can do, for this test process."""
    yield from _running(Dovecot(rig_folder / "dovecot", certificates))


@pytest.fixture(scope="session")
def mean_dovecot_server(rig_folder: Path, certificates: Certificates) -> Iterator[Dovecot]:
    """One Dovecot that announces neither IDLE, MOVE, UIDPLUS nor CONDSTORE."""
    yield from _running(Dovecot(rig_folder / "mean-dovecot", certificates, Profile.HOSTILE))


@pytest.fixture
def dovecot(dovecot_server: Dovecot) -> Dovecot:
    """A running Dovecot whose mailbox `USER` is empty."""
    dovecot_server.empty(USER)
    return dovecot_server


@pytest.fixture
def mean_dovecot(mean_dovecot_server: Dovecot) -> Dovecot:
    """Like `dovecot`, from the meanest host."""
    mean_dovecot_server.empty(USER)
    return mean_dovecot_server


@pytest.fixture
def smtp_sink(certificates: Certificates) -> Iterator[SmtpSink]:
    """A scripted SMTP server with STARTTLS, empty."""
    yield from _running(SmtpSink(certificates))


@pytest.fixture(scope="session")
def exim_server(rig_folder: Path, certificates: Certificates, dovecot_server: Dovecot) -> Iterator[Exim]:
    """One Exim in front of that Dovecot, for this test process."""
    yield from _running(Exim(rig_folder / "exim", certificates, dovecot_server))


@pytest.fixture
def exim(exim_server: Exim, dovecot: Dovecot) -> Exim:
    """A running Exim that brings mail to the empty mailbox `USER`, and to whoever opens one."""
    return exim_server


@pytest.fixture
def proxy() -> Iterator[Callable[[int], FaultyProxy]]:
    """`proxy(port)` puts a `FaultyProxy` in front of that port."""
    with ExitStack() as stack:

        def before(port: int) -> FaultyProxy:
            made = FaultyProxy(port)
            made.start()
            stack.callback(made.stop)
            return made

        yield before


@pytest.fixture(scope="session")
def postgres(rig_folder: Path) -> Iterator[Postgres]:
    """A PostgreSQL cluster for this test process."""
    yield from _running(Postgres(rig_folder / "pg"))


@pytest.fixture
def postgres_database(postgres: Postgres) -> Iterator[Database]:
    """An empty database of its own, dropped afterwards."""
    with postgres.database() as database:
        yield database


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """Where processes of the program come from that need not import everything first."""
    server = Forks()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium for this test process."""
    with browsers.chromium() as running:
        yield running


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """`visitor(**options)` opens a fresh browser context: one more person at one more desk."""
    with ExitStack() as stack:

        def arrive(**options: object) -> BrowserContext:
            context = browser.new_context(**options)  # type: ignore[arg-type]
            stack.callback(context.close)
            return context

        yield arrive


def _running(server: Server) -> Iterator[Server]:
    server.start()
    try:
        yield server
    finally:
        # A polite end takes Dovecot a second, and nobody looks at it any more.
        server.kill() if isinstance(server, Dovecot) else server.stop()
