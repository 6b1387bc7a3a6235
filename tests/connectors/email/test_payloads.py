"""Every mail in the payload folder is read as the file beside it says."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import DeliveryReport, Handle, RawArrival
from connectors.email.child import read_in_child
from connectors.email.limits import is_ordinary
from connectors.email.mime import Mail, read_mail
from connectors.email.reading import read

FOLDER = Path(__file__).parent.parent / "payloads" / "email"
PAYLOADS = sorted(path.stem for path in FOLDER.glob("*.eml"))


def raw_of(name: str) -> bytes:
    return (FOLDER / f"{name}.eml").read_bytes()


def arrival_of(raw: bytes, **hints: str) -> RawArrival:
    return RawArrival("email", "casework", "INBOX/1/7", raw, datetime(2026, 3, 3, 10, 12, tzinfo=UTC), hints)


def pair(handle: Handle) -> list[str]:
    return [handle.name, handle.address]


def seen(raw: bytes) -> dict[str, Any]:
    """What was read, under the names that the expectation files use."""
    mail = read_mail(raw)
    answer = read(arrival_of(raw))
    message = answer.message if isinstance(answer, DeliveryReport) else answer
    return {
        "sender": pair(mail.sender),
        "to": [pair(handle) for handle in mail.to],
        "subject": mail.subject,
        "message_id": mail.message_id,
        "sent_at": mail.sent_at.isoformat() if mail.sent_at else None,
        "text": mail.text,
        "new_text": mail.new_text,
        "html": mail.html is not None,
        "attachments": [[file.filename, file.content_type, file.size] for file in mail.attachments],
        "in_reply_to": list(mail.in_reply_to),
        "references": list(mail.references),
        "machine": mail.machine,
        "warnings": list(mail.warnings),
        "dmarc": mail.dmarc,
        "source": message.source,
        "read_sender": pair(message.sender),
        "reply_tokens": list(message.reply_tokens),
    }


def assert_contents(mail: Mail, expected: dict[str, Any]) -> None:
    for words in expected.pop("text_has", []):
        assert words in mail.text
    for words in expected.pop("text_lacks", []):
        assert words not in mail.text
    for words in expected.pop("html_has", []):
        assert words in (mail.html or "")
    for words in expected.pop("html_lacks", []):
        assert words not in (mail.html or "").lower()


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_payload_is_read_as_expected(name: str) -> None:
    raw = raw_of(name)
    expected = json.loads((FOLDER / f"{name}.json").read_text())
    report = expected.pop("report", {})
    assert_contents(read_mail(raw), expected)
    found = seen(raw)
    assert {key: found[key] for key in expected} == expected
    if report:
        answer = read(arrival_of(raw))
        assert isinstance(answer, DeliveryReport)
        facts = {
            "action": answer.action,
            "recipient": answer.recipient,
            "status": answer.status,
            "reason": answer.reason,
            "original_ids": [f"<{one}>" for one in answer.original_ids],
        }
        assert {key: facts[key] for key in report} == report


@pytest.mark.parametrize("name", ["gmail-reply", "mixed-with-attachments", "bounce-postfix", "empty"])
def test_a_child_reads_exactly_what_this_process_reads(name: str) -> None:
    arrival = arrival_of(raw_of(name), own_addresses="casework@example.com")
    assert read_in_child(arrival) == read(arrival)


@pytest.mark.parametrize("name", PAYLOADS)
def test_all_these_mails_are_ordinary(name: str) -> None:
    assert is_ordinary(raw_of(name))
