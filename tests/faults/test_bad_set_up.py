"""Wrong settings, absent servers, another schema: the program says in one line what to do, and stops."""

import base64
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.rigs.forks import Forks
from tests.rigs.places import mailbox_of
from tests.rigs.product import Product, free_port
from tests.rigs.smtp_sink import SmtpSink

ROOT = Path(__file__).parent.parent.parent
STARTS = (("run",), ("web",), ("worker",), ("work", "--until-idle"))


@pytest.fixture
def product(tmp_path: Path, forks: Forks) -> Iterator[Product]:
    """Installed, with nothing in it."""
    made = Product(tmp_path / "home", {"INBOX_DATABASE_URL": f"sqlite:///{tmp_path}/inbox.db"}, forks=forks)
    yield made
    made.stop()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("INBOX_DATABASE_URL", "mysql://localhost/inbox", "sqlite:/// or postgresql+psycopg://"),
        ("INBOX_SECRET_KEYS", "short", "base64 of 32 bytes"),
        ("INBOX_ENV", "prodution", "production"),
        ("INBOX_BASE_URL", "inbox.example.org", "must begin with http:// or https://"),
        ("INBOX_LEASE_SECONDS", "0", "greater than 0"),
        ("INBOX_LEASE_SECONDS", "soon", "number"),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_should_be(
    product: Product, name: str, value: str, words: str
) -> None:
    line = product.refusal("run", "--port", "0", **{name: value})
    assert name in line and words in line


def test_test_switches_are_refused_outside_of_tests(product: Product) -> None:
    for switch in ({"INBOX_FAILPOINT": "intake.kept"}, {"INBOX_CLOCK_OFFSET": "60"}):
        for where in ("production", "development"):
            assert "INBOX_ENV=test" in product.refusal("worker", INBOX_ENV=where, **switch)


@pytest.mark.parametrize("words", STARTS, ids=lambda words: words[0])
def test_a_database_without_tables_is_refused_with_the_command_to_run(
    product: Product, words: tuple[str, ...]
) -> None:
    assert "inbox migrate" in product.refusal(*words)


@pytest.mark.parametrize("words", STARTS, ids=lambda words: words[0])
def test_a_database_of_another_version_is_refused_and_left_as_it_is(
    product: Product, words: tuple[str, ...]
) -> None:
    product.tell("migrate")
    path = product.env["INBOX_DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    assert "9999" in product.refusal(*words)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]


def test_a_database_server_that_is_away_is_named(product: Product) -> None:
    url = f"postgresql+psycopg://inbox:secret-word@127.0.0.1:{free_port()}/inbox"
    for words in (("migrate",), *STARTS):
        line = product.refusal(*words, INBOX_DATABASE_URL=url)
        assert "database" in line.lower()
        assert "secret-word" not in line


def test_a_port_that_is_taken_is_named(product: Product) -> None:
    product.tell("migrate")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert port in product.refusal("run", "--port", port)


def test_front_end_files_that_are_missing_are_named_with_the_command_that_brings_them(
    product: Product, tmp_path: Path
) -> None:
    """A copy of the program without them, as a checkout is before `make setup`."""
    product.tell("migrate")
    copy = tmp_path / "copy"
    for name in ("inbox", "connectors", "routing", "templates", "alembic"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("vendor", "__pycache__"))
    done = subprocess.run(
        [sys.executable, "-m", "inbox", "run", "--port", "0"],
        cwd=copy,
        env=product.env | {"PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("inbox: ") and done.stderr.count("\n") == 1
    assert "make setup" in done.stderr


def test_a_channel_to_servers_that_are_away_says_so_step_by_step(product: Product) -> None:
    product.tell("migrate")
    office = product.office()
    gone = {
        "address": "casework@example.org", "imap_host": "127.0.0.1", "imap_port": str(free_port()),
        "imap_tls": "none", "smtp_host": "127.0.0.1", "smtp_port": str(free_port()), "smtp_tls": "none",
    }  # fmt: skip
    product.mailbox(office, password="four-brass-buttons", **gone)
    said = product.tell("channel", "test", "--office", office, "--name", "Mail", check=False)
    assert said.count("FAILS") == 2
    product.tell("work", "--until-idle")
    [shown] = product.ask("channel", "list", "--office", office)
    assert shown["health"] == "needs_attention", "nothing can be sent by it either"
    assert "It cannot send:" in shown["message"] and gone["imap_host"] in shown["message"]


def test_a_channel_whose_secrets_cannot_be_opened_says_so_and_stops_no_other(
    product: Product, smtp_sink: SmtpSink, dovecot: object
) -> None:
    product.tell("migrate")
    office = product.office()
    product.mailbox(office, password="four-brass-buttons", **mailbox_of(dovecot, smtp_sink))  # type: ignore[arg-type]
    other = base64.b64encode(bytes(range(32))).decode()
    said = product.refusal("work", "--until-idle", INBOX_SECRET_KEYS=other)
    assert "INBOX_SECRET_KEYS holds none of the keys" in said, "with no key at all nothing can work"
    second = ("--office", office, "--name", "Second", "--set", "address=second@example.org")
    hosts = ("--set", "imap_host=mail.example.org", "--set", "smtp_host=mail.example.org")
    product.tell("channel", "add", "email", *second, *hosts, "--set-stdin", "password", given="buttons\n",
                 INBOX_SECRET_KEYS=other)  # fmt: skip
    product.tell("work", "--until-idle", INBOX_SECRET_KEYS=other)
    shown = {one["name"]: one for one in product.ask("channel", "list", "--office", office)}
    assert shown["Mail"]["health"] == "needs_attention"
    assert "INBOX_SECRET_KEYS" in shown["Mail"]["message"]
