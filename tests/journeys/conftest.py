"""An installation with a real mailbox and a real way out, on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rigs.dovecot import Dovecot
from tests.rigs.places import Place, furnished
from tests.rigs.postgres import Postgres
from tests.rigs.smtp_sink import SmtpSink


@pytest.fixture(params=["sqlite", "postgresql"])
def database_env(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """An empty database of its own, as settings. On PostgreSQL one role owns and another runs."""
    if request.param == "sqlite":
        yield {"INBOX_DATABASE_URL": f"sqlite:///{tmp_path}/inbox.db"}
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.database() as made:
        yield {"INBOX_DATABASE_URL": made.app_url, "INBOX_MIGRATE_DATABASE_URL": made.owner_url}


@pytest.fixture
def place(
    tmp_path: Path, database_env: dict[str, str], dovecot: Dovecot, smtp_sink: SmtpSink
) -> Iterator[Place]:
    with furnished(tmp_path / "home", database_env, dovecot, smtp_sink) as made:
        yield made
