"""Answers to FETCH in the forms that real servers give."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.email.responses import fetched


def test_attributes_may_stand_before_and_after_the_literal() -> None:
    data = [
        (b"1 (UID 5 BODY[] {5}", b"hello"),
        b' INTERNALDATE " 2-Jan-2026 03:04:05 +0100" RFC822.SIZE 5 FLAGS (\\Seen $Work))',
        (b"2 (BODY[] {3}", b"two"),
        b" UID 6)",
    ]
    one, two = fetched(data)
    assert (one.uid, one.body, one.size) == (5, b"hello", 5)
    assert one.received_at == datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC)
    assert one.flags == {"\\seen", "$work"}
    assert (two.uid, two.body, two.received_at) == (6, b"two", None)


def test_news_nobody_asked_for_is_left_out() -> None:
    data: list[Any] = [b"3 (FLAGS (\\Seen))", None, (b"1 (UID 5 BODY[] {1}", b"x"), b")"]
    assert [each.uid for each in fetched(data)] == [5]


def test_a_short_body_may_come_in_quotes_and_its_words_are_only_words() -> None:
    (one,) = fetched([b'1 (UID 5 BODY[] "say \\"UID 99\\" RFC822.SIZE 7" RFC822.SIZE 25)'])
    assert (one.uid, one.body, one.size) == (5, b'say "UID 99" RFC822.SIZE 7', 25)


def test_words_inside_a_literal_are_only_words() -> None:
    (one,) = fetched([(b"1 (BODY[] {30}", b"UID 99 RFC822.SIZE 1 INTERNALD"), b" UID 5 RFC822.SIZE 30)"])
    assert (one.uid, one.size) == (5, 30)


def test_a_body_that_is_not_there_is_none() -> None:
    (one,) = fetched([b"1 (UID 5 BODY[] NIL)"])
    assert one.body is None


def test_a_date_that_cannot_be_is_no_date() -> None:
    (one,) = fetched([b'1 (UID 5 INTERNALDATE "31-Feb-2026 03:04:05 +0000")'])
    assert one.received_at is None


PARTS = st.one_of(
    st.none(), st.binary(max_size=40), st.tuples(st.binary(max_size=40), st.binary(max_size=40))
)


@given(st.lists(PARTS, max_size=6))
def test_no_answer_makes_it_fail(data: list[Any]) -> None:
    list(fetched(data))
