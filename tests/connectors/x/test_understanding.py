"""Everything X tells, in each of its vocabularies, is understood as the file beside it says."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import Change, InboundMessage, News, Nothing, RawArrival, Unreadable
from connectors.x.channel import XChannel

FOLDER = Path(__file__).parent.parent / "payloads" / "x"
PAYLOADS = sorted(
    path.name.removesuffix(".json") for path in FOLDER.glob("*.json") if ".expected" not in path.name
)
ACCOUNT = "1500000000000000001"


def understood(raw: bytes) -> News:
    return XChannel.understand(RawArrival("x", ACCOUNT, "post/1", raw, datetime(2026, 11, 20, tzinfo=UTC)))


def seen(news: News) -> dict[str, Any]:
    """What was understood, under the names that the expectation files use."""
    message = news if isinstance(news, InboundMessage) else getattr(news, "message", None)
    found: dict[str, Any] = {"is": type(news).__name__}
    if message is not None:
        found |= {
            "external_id": message.external_id,
            "sender": [message.sender.name, message.sender.address],
            "text": message.text,
            "new_text": message.new_text,
            "form": message.form,
            "thread": message.thread,
            "warnings": list(message.warnings),
            "link": message.link,
            "sent_at": message.sent_at.isoformat() if message.sent_at else None,
            "in_reply_to": list(message.in_reply_to),
            "remote": [[file.url, file.filename, file.content_type] for file in message.remote],
        }
    if isinstance(news, Change):
        found |= {"action": news.action, "external_id": news.external_id}
    if hasattr(news, "original_ids"):
        found |= {"original_ids": list(news.original_ids), "action": news.action}
    return found


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_payload_is_understood_as_expected(name: str) -> None:
    raw = (FOLDER / f"{name}.json").read_bytes()
    expected = json.loads((FOLDER / f"{name}.expected.json").read_text())
    if expected["is"] == "Unreadable":
        with pytest.raises(Unreadable):
            understood(raw)
        return
    found = seen(understood(raw))
    assert {name: found.get(name) for name in expected} == expected


def test_polled_and_told_the_same_post_and_message_are_one() -> None:
    """Whichever comes first is kept, so both have one content."""
    for names in (
        ("mention-polled-old-words", "mention-activity-wrapped-user", "mention-old-webhook"),
        ("direct-polled", "direct-activity", "direct-old-webhook"),
    ):
        news = [understood((FOLDER / f"{name}.json").read_bytes()) for name in names]
        assert all(isinstance(one, InboundMessage) for one in news)
        assert len({(one.content_key, one.text, one.sender.address) for one in news}) == 1  # type: ignore[union-attr]


def test_nothing_is_guessed_about_an_encrypted_message() -> None:
    [raw] = [(FOLDER / "encrypted.json").read_text()]
    for secret in ("Y2lwaGVydGV4dA==", "dG9rZW4=", "c2ln"):
        assert secret in raw
        assert secret not in str(understood(raw.encode()))


def test_a_post_that_says_nothing_and_is_from_nobody_is_set_aside_with_the_reason() -> None:
    told = {"for_user_id": ACCOUNT, "tweet_create_events": [{"id": 1}]}
    with pytest.raises(Unreadable, match="without a writer and without words"):
        understood(json.dumps(told).encode())


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A true payload with one part of it replaced by anything."""
    told = json.loads((FOLDER / f"{draw(st.sampled_from(PAYLOADS))}.json").read_text())
    place: Any = told
    while isinstance(place, (dict, list)) and place:
        key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if draw(st.booleans()) or not isinstance(place[key], (dict, list)) or not place[key]:
            place[key] = draw(ANYTHING)
            break
        place = place[key]
    return json.dumps(told).encode()


@settings(max_examples=400)
@given(spoilt())
def test_whatever_is_spoilt_is_understood_or_set_aside(raw: bytes) -> None:
    try:
        news = understood(raw)
    except Unreadable:
        return
    assert isinstance(news, Nothing) or seen(news)
