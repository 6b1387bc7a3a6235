"""The stories are well told: in the past, in order, and of nobody who exists."""

import re
import tomllib
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import DeliveryReport, RawArrival
from inbox import channels
from inbox.demo import letters
from inbox.demo.stories import every_step, flow, live_mails, moment

NOW = datetime(2026, 6, 1, 7, 15, tzinfo=UTC)  # a Monday
ADDRESSES = {"mp": "help@rowanashby.example", "department": "correspondence@homesandbenefits.example"}
FILES = [file for file in (resources.files("inbox.demo") / "stories").iterdir() if file.name.endswith("toml")]


def test_days_are_counted_back_over_the_weekend() -> None:
    assert moment("1 16:40", NOW).isoformat() == "2026-05-29T16:40:00+01:00"
    assert moment("6 09:00", NOW).isoformat() == "2026-05-22T09:00:00+01:00"
    assert moment("35m", NOW) == NOW - timedelta(minutes=35)


@given(st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_whenever_it_is_told_every_step_has_passed_and_nobody_answers_before_they_are_asked(
    now: datetime,
) -> None:
    steps = every_step(now, ADDRESSES)
    assert all(step.at < now for step in steps)
    begun: set[str] = set()
    for step in steps:
        assert step.story in begun or step.do in ("mail", "call", "letter", "visit", "answer"), step
        begun.add(step.story)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_story_is_written_down_in_the_order_in_which_it_happened(file: resources.abc.Traversable) -> None:
    for story in tomllib.loads(file.read_text(encoding="utf-8")).get("story", ()):
        times = [moment(one["at"], NOW) for one in (story, *story.get("steps", ()))]
        assert times == sorted(times), story["key"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_nobody_in_them_exists(file: resources.abc.Traversable) -> None:
    words = file.read_text(encoding="utf-8")
    domains = {one.lower() for one in re.findall(r"[\w.+-]@([A-Za-z0-9.-]+)", words)}
    assert all(one.endswith(".example") or one.startswith("example.") or one == "mx.example.net"
               for one in domains)  # fmt: skip
    for phone in re.findall(r"\b0\d[\d ]{8,}", words):
        assert phone.startswith(("07700 900", "01632 960")), phone
    postcodes = re.findall(r"\b[A-Z]{1,2}\d{1,2} \d[A-Z]{2}\b", words)
    assert all(one.startswith("ZZ") for one in postcodes)


def test_every_mail_is_read_as_it_was_meant() -> None:
    read = channels.readers()["email"]
    for step in every_step(NOW, ADDRESSES):
        if step.mail is None:
            continue
        message = read(RawArrival("email", step.mail.to, step.story, letters.raw(step.mail), step.at))
        assert not isinstance(message, DeliveryReport)
        assert message.sender.address in step.mail.sender
        assert message.subject is not None
        assert message.text.split()[:5] == flow(step.mail.text).split()[:5]
        assert [file.filename for file in message.attachments] == list(step.mail.files)


def test_a_bounce_is_read_as_one() -> None:
    raw = letters.bounce(
        "1@x.example", "ian@example.net", at=NOW, to="help@x.example", message_id="b@example.net"
    )
    report = channels.readers()["email"](RawArrival("email", "help@x.example", "1", raw, NOW))
    assert isinstance(report, DeliveryReport)
    assert report.original_ids == ("1@x.example",)
    assert report.action == "failed"


def test_files_are_what_their_names_say() -> None:
    mail = letters.Mail("A <a@example.org>", "b@example.org", "S", "T", NOW, "1@example.org",
                        files=("wall.png", "a-letter.pdf"))  # fmt: skip
    parts = list(message_from_bytes(letters.raw(mail), policy=policy.default).iter_attachments())
    contents = [part.get_content() for part in parts]
    assert contents[0].startswith(b"\x89PNG\r\n\x1a\n")
    assert contents[1].startswith(b"%PDF-1.4")
    assert contents[1].endswith(b"%%EOF\n")


def test_paragraphs_flow_and_short_lines_stand() -> None:
    long = "word " * 20
    assert (
        flow(f"{long.strip()}\nand on.\n\nDonna\n07700 900123")
        == f"{long.strip()} and on.\n\nDonna\n07700 900123"
    )
    assert flow("> quoted\n> again") == "> quoted\n> again"


def test_live_mail_has_replies_a_burst_a_threat_and_lasts_for_minutes() -> None:
    mails = live_mails()
    assert len(mails) >= 18
    assert sum("answers" in one for one in mails) >= 4
    assert sum(one["subject"] == "Save our local bank branches" for one in mails) >= 4
