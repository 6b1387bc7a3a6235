"""A postcode service is asked for a postcode only; a seat, nothing or a failure comes back."""

from collections.abc import Iterator

import pytest

from connectors.contract import PermanentFailure, TemporaryFailure
from connectors.postcode_lookup import Service, ask
from tests.rigs.postcode_service import postcode_service

NEAR = frozenset({"127.0.0.1"})


@pytest.fixture(scope="module")
def service() -> Iterator[tuple[Service, list[str]]]:
    with postcode_service() as (url, asked):
        yield Service(url, 5, NEAR), asked


def test_the_seat_of_today_comes_back_and_only_the_postcode_left(service: tuple[Service, list[str]]) -> None:
    where, asked = service
    assert ask(where, "ZZ10 4AB") == "Wexcombe and Marl Valley"
    assert asked[-1] == "/postcodes/ZZ104AB"
    assert ask(where, "ZZ20 5AA") == "Tern Vale"


@pytest.mark.parametrize("postcode", ["ZZ99 1AA", "ZZ30 1AA"])
def test_a_postcode_without_a_seat_is_none(service: tuple[Service, list[str]], postcode: str) -> None:
    assert ask(service[0], postcode) is None


@pytest.mark.parametrize("number", range(1, 7))
def test_an_answer_that_names_no_seat_is_refused_and_not_followed(
    service: tuple[Service, list[str]], number: int
) -> None:
    before = len(service[1])
    with pytest.raises(PermanentFailure):
        ask(service[0], f"ZZ90 {number}AA")
    assert len(service[1]) == before + 1


@pytest.mark.parametrize("number", [7, 8])
def test_a_service_out_of_order_may_be_asked_again(service: tuple[Service, list[str]], number: int) -> None:
    with pytest.raises(TemporaryFailure):
        ask(service[0], f"ZZ90 {number}AA")


def test_nobody_there_is_temporary_and_a_private_host_must_be_named(
    service: tuple[Service, list[str]],
) -> None:
    with pytest.raises(TemporaryFailure):
        ask(Service("http://127.0.0.1:9/postcodes", 1, NEAR), "ZZ10 4AB")
    before = len(service[1])
    with pytest.raises((PermanentFailure, TemporaryFailure)):
        ask(Service(service[0].url, 1), "ZZ10 4AB")
    assert len(service[1]) == before
