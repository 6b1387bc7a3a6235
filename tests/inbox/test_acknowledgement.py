"""What the acknowledgement leaves behind."""

import re
import sqlite3
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from inbox.wording import letter
from tests.rigs.dovecot import Dovecot
from tests.rigs.forks import Forks
from tests.rigs.places import furnished
from tests.rigs.smtp_sink import SmtpSink

MAIL = (
    b"From: Donna Fretwell <donna@example.org>\r\nTo: casework@example.org\r\nSubject: Damp\r\n"
    b"Message-ID: <damp@example.org>\r\n\r\nblack mould in the kids room, please help\r\n"
)


def test_the_link_leaves_with_the_letter_and_stands_in_no_row(
    tmp_path: Path, dovecot: Dovecot, smtp_sink: SmtpSink, forks: Forks
) -> None:
    env = {"INBOX_DATABASE_URL": f"sqlite:///{tmp_path}/inbox.db"}
    with furnished(tmp_path / "home", env, dovecot, smtp_sink, forks=forks) as place:
        place.dovecot.deliver(MAIL)
        place.product.tell("work", "--until-idle")
        mail = message_from_bytes(place.sink.messages[0].raw, policy=policy.default)
        link = re.search(r"/s/(\S{43})", mail.get_content())
        assert link is not None
    with sqlite3.connect(tmp_path / "inbox.db") as database:
        dump = "\n".join(database.iterdump())
    database.close()
    assert "We have your message" in dump
    assert link[1] not in dump


@pytest.mark.parametrize("language", ["en", "cy"])
def test_a_department_says_the_same_but_for_whom_it_can_help(language: str) -> None:
    """Two letters, one wording: a number to ring in danger that is mended in one is mended in both."""
    ours, theirs = (letter(name, language, {}) for name in ("acknowledgement", "acknowledgement-department"))
    assert ours[0] == theirs[0]
    more = [
        (one, other)
        for one, other in zip(ours[1].split("\n"), theirs[1].split("\n"), strict=True)
        if one != other
    ]
    assert len(more) == 1
    assert more[0][0].startswith(more[0][1] + " ")
