"""An installation with a real mailbox and a real way out, on each database."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.databases import EmptyDatabases
from tests.rigs.dovecot import PASSWORD, USER, Dovecot
from tests.rigs.product import Product, installed
from tests.rigs.smtp_sink import SmtpSink


@dataclass(frozen=True, slots=True)
class Place:
    """An MP's office whose mailbox is collected and whose replies leave."""

    product: Product
    dovecot: Dovecot
    sink: SmtpSink
    office: str
    address: str = USER


@pytest.fixture
def place(
    tmp_path: Path, empty_databases: EmptyDatabases, dovecot: Dovecot, smtp_sink: SmtpSink
) -> Iterator[Place]:
    with installed(tmp_path / "home", **empty_databases().environment) as product:
        office = product.office()
        product.tell("office", "set", "--office", office, "undo_seconds=0")
        product.mailbox(
            office, password=PASSWORD, address=USER, imap_host="localhost",
            imap_port=str(dovecot.tls_port), imap_tls="implicit", ca_file=str(dovecot.certificates.authority),
            smtp_host="127.0.0.1", smtp_port=str(smtp_sink.port), smtp_tls="none",
        )  # fmt: skip
        yield Place(product, dovecot, smtp_sink, office)
