"""An installation with a real mailbox and a real way out, on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import EmptyDatabases
from tests.rigs.dovecot import Dovecot
from tests.rigs.exim import Exim
from tests.rigs.forks import Forks
from tests.rigs.places import Place, RealPlace, furnished, furnished_for_real
from tests.rigs.smtp_sink import SmtpSink


@pytest.fixture
def place(
    tmp_path: Path, empty_databases: EmptyDatabases, dovecot: Dovecot, smtp_sink: SmtpSink, forks: Forks
) -> Iterator[Place]:
    env = empty_databases().environment
    with furnished(tmp_path / "home", env, dovecot, smtp_sink, forks=forks) as made:
        yield made


@pytest.fixture
def real_place(
    tmp_path: Path, empty_databases: EmptyDatabases, exim: Exim, forks: Forks
) -> Iterator[RealPlace]:
    with furnished_for_real(tmp_path / "home", empty_databases().environment, exim, forks) as made:
        yield made
