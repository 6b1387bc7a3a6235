"""What a scanner says becomes one of four words, and whatever is not a clear yes is no yes."""

from collections.abc import Iterator

import pytest

from connectors.clamd import Scanned, scan
from tests.rigs.clamd import Clamd, a_clamd


@pytest.fixture
def clamd() -> Iterator[Clamd]:
    with a_clamd() as made:
        yield made


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"stream: OK", Scanned.CLEAN),
        (b"stream: Eicar-Test-Signature FOUND", Scanned.INFECTED),
        (b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND", Scanned.NOT_SCANNED),
        (b"INSTREAM size limit exceeded. ERROR", Scanned.NOT_SCANNED),
        (b"stream: lstat() failed. ERROR", Scanned.HELD),
        (b"", Scanned.HELD),
        (b"?" * 10_000, Scanned.HELD),
    ],
)
def test_each_answer_has_its_word(clamd: Clamd, answer: bytes, expected: Scanned) -> None:
    clamd.answer = answer
    assert scan(clamd.address, b"content") is expected


def test_the_whole_file_is_shown_to_it(clamd: Clamd) -> None:
    content = bytes(range(256)) * 1000
    assert scan(clamd.address, content) is Scanned.CLEAN
    assert clamd.scanned == [content]


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/no/such/socket", "nothing", "127.0.0.1:99999", ""])
def test_a_scanner_that_cannot_be_asked_holds_the_file(address: str) -> None:
    assert scan(address, b"content", seconds=1) is Scanned.HELD
