"""An installation with a real mailbox and a real way out, on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import EmptyDatabases
from tests.rigs.dovecot import Dovecot
from tests.rigs.places import Place, furnished
from tests.rigs.smtp_sink import SmtpSink


@pytest.fixture
def place(
    tmp_path: Path, empty_databases: EmptyDatabases, dovecot: Dovecot, smtp_sink: SmtpSink
) -> Iterator[Place]:
    with furnished(tmp_path / "home", empty_databases().environment, dovecot, smtp_sink) as made:
        yield made
