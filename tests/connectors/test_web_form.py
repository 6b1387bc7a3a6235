"""The kept JSON of a form: read the same each time, and set aside where this version did not write it."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connectors.contract import Attachment, Form, InboundMessage, RawArrival, Unreadable
from connectors.web_form import WebFormChannel, written

AT = datetime(2026, 5, 3, 20, 10, tzinfo=UTC)
FIELDS = {
    "name": "Donna Fretwell", "email": "Donna@example.org", "message": "mould", "postcode": "ZZ10 4AB",
    "address": "14 Quarry Road\nWexcombe", "reply_by": "phone", "phone": "07700 900456", "soon": "now",
    "share": "yes", "topic": "Housing",
}  # fmt: skip
ARRIVAL = RawArrival("web", "form", "one", written(FIELDS, (), AT), AT)


def read(raw: bytes) -> InboundMessage:
    news = WebFormChannel.understand(replace(ARRIVAL, raw=raw))
    assert isinstance(news, InboundMessage)
    return news


def test_a_submission_is_a_form_by_somebody_who_is_reached_by_email() -> None:
    message = read(ARRIVAL.raw)
    assert (message.form, message.reached_by) == (Form.FORM, "email")
    assert message.sender.address == "donna@example.org"
    assert (message.subject, message.new_text, message.sent_at) == ("Housing", "mould", AT)
    assert message.told["postcode"] == "ZZ10 4AB"
    assert "Safe way to answer: phone" in message.text
    assert "Address: 14 Quarry Road, Wexcombe" in message.text
    assert read(ARRIVAL.raw) == message


def test_files_come_out_as_they_went_in_under_safe_names() -> None:
    every_byte = bytes(range(256))
    files = (Attachment("../con.png", "image/png", 256, every_byte), Attachment("a", "text/plain", 0, b""))
    found = read(written(FIELDS, files, AT)).attachments
    assert [one.content for one in found] == [every_byte, b""]
    assert not any("/" in one.filename for one in found)


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2}, {"version": None}, {"name": 7}, {"postcode": ["ZZ10"]}, {"files": "none"},
        {"files": ["x"]}, {"files": [{"name": "a", "type": "b", "content": "not base64!"}]},
        {"files": [{"name": "a"}]},
    ],
)  # fmt: skip
def test_what_another_version_wrote_is_set_aside(change: dict[str, object]) -> None:
    whole = json.loads(ARRIVAL.raw) | change
    with pytest.raises(Unreadable):
        read(json.dumps(whole).encode())


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000])
def test_any_bytes_are_read_or_set_aside(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        read(raw)


def test_a_time_that_is_none_is_no_time() -> None:
    assert read(json.dumps(json.loads(ARRIVAL.raw) | {"at": "yesterday"}).encode()).sent_at is None
