"""A drafting model is asked within bounds; whatever it answers, only words or a failure come back."""

from collections.abc import Iterator

import pytest

from connectors.contract import PermanentFailure, TemporaryFailure
from connectors.drafting import Endpoint, Question, ask
from tests.rigs.drafting_model import LETTER, Model, drafting_model

QUESTION = Question("You draft replies.", "They wrote:\nNo heating.")
NEAR = frozenset({"127.0.0.1"})


@pytest.fixture(scope="module")
def model() -> Iterator[Model]:
    with drafting_model() as running:
        yield running


def asked(model: Model, path: str, seconds: float = 5.0) -> str:
    return ask(Endpoint(f"{model.url}/{path}", "k", "small", seconds, NEAR), QUESTION)


def test_the_words_of_the_first_choice_come_back(model: Model) -> None:
    assert asked(model, "good") == LETTER
    last = model.asked()[-1]
    assert (last["key"], last["model"]) == ("Bearer k", "small")
    assert [one["content"] for one in last["messages"]] == [QUESTION.system, QUESTION.user]


@pytest.mark.parametrize("path", ["broken", "slow", "drip"])
def test_a_model_that_is_out_of_order_may_be_asked_again(model: Model, path: str) -> None:
    with pytest.raises(TemporaryFailure):
        asked(model, path, seconds=0.5)


@pytest.mark.parametrize("path", ["refuses", "html", "huge", "empty", "odd", "deep", "moved"])
def test_an_answer_that_is_no_letter_is_refused(model: Model, path: str) -> None:
    with pytest.raises(PermanentFailure):
        asked(model, path)


def test_nobody_there_is_temporary_and_no_address_is_permanent() -> None:
    with pytest.raises(TemporaryFailure):
        ask(Endpoint("http://127.0.0.1:9/v1", allow_private=NEAR, seconds=1), QUESTION)


def test_an_answer_is_not_followed_elsewhere(model: Model) -> None:
    before = len(model.asked())
    with pytest.raises(PermanentFailure):
        asked(model, "moved")
    assert [one["path"] for one in model.asked()[before:]] == ["/moved"]
