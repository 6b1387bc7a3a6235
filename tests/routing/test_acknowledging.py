"""When a machine may say "we have your message"."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from routing.acknowledging import AcknowledgementFacts, may_acknowledge
from routing.words import Flag, Kind, Machine

NOW = datetime(2026, 5, 5, 10, tzinfo=UTC)
PERSON = AcknowledgementFacts(received_at=NOW, address="donna@example.org", kind=Kind.CASEWORK)


def test_a_person_who_wrote_today_is_acknowledged() -> None:
    assert may_acknowledge(PERSON, NOW)[0]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"machine": Machine.AUTO_REPLY}, "a machine"),
        ({"machine": Machine.LIST}, "a machine"),
        ({"perhaps_automatic": True}, "a program may"),
        ({"kind": Kind.SPAM}, "Junk"),
        ({"kind": Kind.THREAT}, "Threat"),
        ({"flags": frozenset({Flag.THREAT})}, "Threat"),
        ({"flags": frozenset({Flag.SELF_HARM})}, "Self-harm"),
        ({"flags": frozenset({Flag.DOMESTIC_ABUSE})}, "Domestic abuse"),
        ({"flags": frozenset({Flag.CONFIDENTIAL})}, "Confidential"),
        ({"received_at": NOW - timedelta(days=3, seconds=1)}, "three days"),
        ({"inbound": False}, "not from outside"),
        ({"address": None}, "no address"),
        ({"address": " "}, "no address"),
        ({"dmarc_failed": True}, "did not send this"),
        ({"address": "Office@Example.org", "own_addresses": frozenset({"office@example.org"})}, "our own"),
        ({"ruled_out": True}, "a rule"),
        ({"sent_today": 2}, "enough"),
    ],
)
def test_nothing_automatic_goes_where_it_could_harm_or_loop(changes: dict[str, Any], reason: str) -> None:
    may, why = may_acknowledge(replace(PERSON, **changes), NOW)
    assert not may
    assert reason in why
