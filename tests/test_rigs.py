"""The test servers themselves: they start unprivileged, answer, and are clean for each test."""

import smtplib
from collections.abc import Callable

import psycopg
import pytest
from playwright.sync_api import BrowserContext

from tests.rigs.browser import violations
from tests.rigs.postgres import Database, Postgres
from tests.rigs.smtp_sink import At, SmtpSink


def _libpq(url: str) -> str:
    return url.replace("+psycopg", "")


def test_the_application_role_owns_nothing_and_cannot_pass_row_level_security(
    postgres_database: Database,
) -> None:
    with psycopg.connect(_libpq(postgres_database.app_url)) as connection:
        row = connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row == (False, False, False)


def test_a_database_is_cloned_from_a_template_with_what_the_template_holds(postgres: Postgres) -> None:
    def build(database: Database) -> None:
        with psycopg.connect(_libpq(database.owner_url)) as connection:
            connection.execute("CREATE TABLE kept (word text)")
            connection.execute("INSERT INTO kept VALUES ('here')")

    name = postgres.template("rig_template", build)
    with postgres.database(name) as database, psycopg.connect(_libpq(database.owner_url)) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("here",)


def test_the_application_can_be_reached_over_tcp_with_its_password(postgres_database: Database) -> None:
    with psycopg.connect(_libpq(postgres_database.tcp_app_url)) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("inbox_app",)


def test_the_sink_keeps_what_it_accepts_and_bare_line_feeds_end_no_message(smtp_sink: SmtpSink) -> None:
    with smtplib.SMTP("127.0.0.1", smtp_sink.port, local_hostname="test.example") as client:
        client.ehlo()
        client.mail("a@example.org")
        client.rcpt("b@example.org")
        client.docmd("DATA")
        client.send(b"Subject: one\r\n\r\nhello\n.\nMAIL FROM:<evil@example.org>\r\n..stuffed\r\n.\r\n")
        assert client.getreply()[0] == 250
    (message,) = smtp_sink.messages
    assert message.recipients == ("b@example.org",)
    assert message.raw == b"Subject: one\r\n\r\nhello\n.\nMAIL FROM:<evil@example.org>\r\n.stuffed\r\n"


def test_the_sink_refuses_as_often_as_it_was_told(smtp_sink: SmtpSink) -> None:
    smtp_sink.refuse(At.MAIL, "451 4.3.0 later", times=1)
    with smtplib.SMTP("127.0.0.1", smtp_sink.port, local_hostname="test.example") as client:
        client.ehlo()
        assert client.mail("a@example.org")[0] == 451
        assert client.mail("a@example.org")[0] == 250


@pytest.mark.parametrize(
    ("page_source", "found"),
    [
        ("<html lang=en><title>t</title><main><h1>Fine</h1><p>Words</p></main></html>", []),
        ("<html lang=en><title>t</title><main><h1>No</h1><img src=data:,></main></html>", ["image-alt"]),
    ],
)
def test_axe_finds_what_is_wrong_and_nothing_else(
    visitor: Callable[..., BrowserContext], page_source: str, found: list[str]
) -> None:
    page = visitor().new_page()
    page.set_content(page_source)
    assert [each.split(" ")[0] for each in violations(page)] == found
