"""An office as it stands in the world: the program, a mailbox that is collected, a way out for replies."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.rigs.dovecot import PASSWORD, USER, Dovecot
from tests.rigs.exim import Exim
from tests.rigs.forks import Forks
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


@dataclass(frozen=True, slots=True)
class RealPlace:
    """An MP's office whose mail comes and goes through a mail server that other people wrote."""

    product: Product
    exim: Exim
    office: str


@contextmanager
def furnished(
    folder: Path, env: dict[str, str], dovecot: Dovecot, sink: SmtpSink, *, forks: Forks | None = None,
    **mailbox: str,
) -> Iterator[Place]:  # fmt: skip
    """A place in `folder`, on the database that `env` names; `mailbox` are settings that differ."""
    with _opened(folder, env, mailbox_of(dovecot, sink) | mailbox, forks) as (product, office):
        yield Place(product, dovecot, sink, office)


@contextmanager
def furnished_for_real(folder: Path, env: dict[str, str], exim: Exim, forks: Forks) -> Iterator[RealPlace]:
    """Like `furnished`, with mail that is handed in under STARTTLS and a password."""
    mailbox = mailbox_of(exim.dovecot, exim) | {"smtp_host": exim.host, "smtp_tls": "starttls"}
    with _opened(folder, env, mailbox, forks) as (product, office):
        yield RealPlace(product, exim, office)


@contextmanager
def _opened(
    folder: Path, env: dict[str, str], mailbox: dict[str, str], forks: Forks | None
) -> Iterator[tuple[Product, str]]:
    with installed(folder, forks=forks, **env) as product:
        office = product.office()
        product.tell("office", "set", "--office", office, "undo_seconds=0")
        product.mailbox(office, password=PASSWORD, **mailbox)
        yield product, office


def mailbox_of(dovecot: Dovecot, post: SmtpSink | Exim, user: str = USER) -> dict[str, str]:
    """The settings of a channel that reads `user`'s mail at `dovecot` and sends through `post`."""
    return {
        "address": user, "imap_host": "localhost", "imap_port": str(dovecot.tls_port), "imap_tls": "implicit",
        "ca_file": str(dovecot.certificates.authority), "smtp_host": "127.0.0.1",
        "smtp_port": str(post.port), "smtp_tls": "none",
    }  # fmt: skip
