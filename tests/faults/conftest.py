"""A site on each database for a whole file of tests, on one real mail server and one scripted way out."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.sites import Site, open_site
from tests.rigs.dovecot import USER, Dovecot
from tests.rigs.forks import Forks
from tests.rigs.places import furnished
from tests.rigs.postgres import Postgres
from tests.rigs.smtp_sink import SmtpSink

LEASE = "1"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, forks: Forks,
    dovecot_server: Dovecot,
) -> Iterator[Site]:  # fmt: skip
    """An office with mail in and out; whoever uses it writes mails of their own and looks only at those."""
    folder = tmp_path_factory.mktemp("site")
    if request.param == "sqlite":
        yield from _opened(
            folder, {"INBOX_DATABASE_URL": f"sqlite:///{folder}/inbox.db"}, dovecot_server, forks
        )
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.database() as made:
        env = {"INBOX_DATABASE_URL": made.app_url, "INBOX_MIGRATE_DATABASE_URL": made.owner_url}
        yield from _opened(folder, env, dovecot_server, forks)


def _opened(folder: Path, env: dict[str, str], dovecot: Dovecot, forks: Forks) -> Iterator[Site]:
    dovecot.empty(USER)
    sink = SmtpSink()
    sink.start()
    env = {**env, "INBOX_LEASE_SECONDS": LEASE, "INBOX_SMTP_TIMEOUT": "1"}
    with furnished(folder / "home", env, dovecot, sink, forks=forks, after="seen") as place:
        site = open_site(place)
        yield site
        site.database.close()
    sink.stop()


@pytest.fixture(autouse=True)
def _no_worker_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that fails must not leave its workers to the next one."""
    site: Site | None = request.getfixturevalue("site") if "site" in request.fixturenames else None
    yield
    if site is not None:
        site.dismiss()
