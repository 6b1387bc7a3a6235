"""What a platform kept to itself is nobody's words: nothing is guessed, and a person must read it."""

from datetime import UTC, datetime

import pytest

from connectors.contract import ENCRYPTED_ELSEWHERE, NOT_TOLD
from connectors.x.directs import SEALED_WORDS
from inbox.models import Message
from inbox.web.staff.showing.words import WARNINGS


@pytest.mark.parametrize("warning", [ENCRYPTED_ELSEWHERE, NOT_TOLD])
def test_our_own_words_in_the_place_of_theirs_are_not_read_as_said(warning: str) -> None:
    message = Message(
        office_id="o", direction="inbound", text=SEALED_WORDS, new_text=SEALED_WORDS, warnings=[warning],
        received_at=datetime.now(UTC),
    )  # fmt: skip
    assert message.said == ""
    assert "A person must open it" in WARNINGS[warning]
