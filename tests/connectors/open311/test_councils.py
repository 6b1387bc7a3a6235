"""A council as it really answers: wrapped, in XML, one instead of many, with pages, late, or not at all."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest

from connectors.contract import (
    ConnectorFailure,
    CredentialsRejected,
    InboundMessage,
    OutcomeUnknown,
    PermanentFailure,
    RawArrival,
    TemporaryFailure,
    Unreadable,
)
from connectors.open311 import changes, faults, shapes
from connectors.open311.council import CouncilChannel
from tests.connectors.contract_suite import collected
from tests.connectors.open311.councils import SECRETS, Council, a_letter, an_outbound
from tests.rigs.platforms import Platform, platform

CREATE = r"POST /requests\.json"
NO = {"errors": [{"code": 400, "description": "No"}]}
KEY = {"errors": [{"code": 403, "description": "Invalid api_key"}]}
AWAY = {"location": "http://169.254.169.254/"}
PAGE = "<!doctype html><title>Sorry</title>"


@pytest.fixture(scope="module")
def standin() -> Iterator[Platform]:
    with platform("open311") as running:
        yield running


@pytest.fixture
def council(standin: Platform) -> Iterator[Council]:
    standin.order("_reset")
    made = Council(standin)
    yield made
    made.close()


def send(council: Council, **given: str) -> str:
    return council.channel(patience=0.5).send(an_outbound(**given), committing=lambda: None).external_id


def heard(council: Council, cursor: str | None = None) -> list[str]:
    arrivals, _ = collected(council.channel(), cursor)
    told = [changes.understand(one) for one in arrivals]
    return [one.text for one in told if isinstance(one, InboundMessage)]


@pytest.mark.parametrize(
    "quirks", [{}, {"wrap": True}, {"single": True}, {"wrap": True, "single": True}, {"xml": True}]
)
def test_whatever_dress_the_answers_wear_they_say_the_same(council: Council, quirks: dict[str, bool]) -> None:
    council.quirks(**quirks)
    number = council.hand_on()
    assert number == "1001"
    council.platform.order("_status", id=number, status="action scheduled", description="On Tuesday.")
    assert heard(council) == ["Wexcombe Council says that the fault has work scheduled.\n\nOn Tuesday."]


@pytest.mark.parametrize("quirks", [{}, {"wrap": True}, {"xml": True}])
def test_without_updates_the_statuses_are_followed(council: Council, quirks: dict[str, bool]) -> None:
    council.quirks(no_updates=True, **quirks)
    number = council.hand_on()
    _, cursor = collected(council.channel())
    council.platform.order("_status", id=number, status="closed", notes="Filled.", update=False)
    arrivals, cursor = collected(council.channel(), cursor)
    assert [changes.understand(one).text for one in arrivals] == [  # type: ignore[union-attr]
        "Wexcombe Council says that the fault is closed.\n\nFilled."
    ]
    assert collected(council.channel(), cursor)[0] == []


def test_an_update_and_the_status_it_made_are_one_piece_of_news(council: Council) -> None:
    number = council.hand_on()
    council.platform.order("_status", id=number, status="FIXED", description="Filled.")
    assert len(heard(council)) == 1


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        ({"act": "html"}, OutcomeUnknown),
        ({"act": "lose"}, OutcomeUnknown),
        ({"act": "status", "status": 500}, OutcomeUnknown),
        ({"act": "status", "status": 200, "body": []}, OutcomeUnknown),
        ({"act": "status", "status": 200, "body": NO}, PermanentFailure),
        ({"act": "status", "status": 403, "body": KEY}, CredentialsRejected),
        ({"act": "status", "status": 302, "headers": AWAY}, PermanentFailure),
        ({"act": "status", "status": 429, "headers": {"retry-after": "120"}}, TemporaryFailure),
        ({"act": "slow", "seconds": 2}, OutcomeUnknown),
    ],
)  # fmt: skip
def test_each_way_of_not_answering_has_its_meaning(
    council: Council, fault: dict[str, object], failure: type[ConnectorFailure]
) -> None:
    council.platform.order("_faults", on=CREATE, **fault)
    with pytest.raises(failure) as caught:
        send(council)
    assert SECRETS["api_key"] not in caught.value.reason


def test_what_was_lost_on_the_way_back_is_found_by_its_mark(council: Council) -> None:
    message = an_outbound(message_id="lost@ashby.example")
    council.platform.order("_faults", on=CREATE, act="lose")
    channel = council.channel()
    with pytest.raises(OutcomeUnknown):
        channel.send(message, committing=lambda: None)
    found = channel.evidence(message)
    assert found is not None
    assert (found.external_id, found.thread) == ("1001", "1001")
    assert channel.evidence(an_outbound(message_id="another@ashby.example")) is None


def test_nothing_tells_the_constituent_or_the_case_apart_from_what_was_written(council: Council) -> None:
    send(council, message_id="wx2222ab.secret@ashby.example")
    [report] = council.reports()
    assert "secret" not in str(report)
    assert report["form"]["description"].endswith(f"Ref: {faults.mark_of('wx2222ab.secret@ashby.example')}")


def test_a_service_that_asks_for_our_number_gets_our_mark(council: Council) -> None:
    asks = [{"code": "external_id", "variable": "true", "datatype": "string", "required": "false"},
            {"code": "depth", "variable": "true", "datatype": "string", "required": "true"}]  # fmt: skip
    council.platform.order("_service", code="POT", name="Pothole", attributes=asks)
    send(council, message_id="one@a.example", **{"attribute.depth": "30 cm", "attribute.colour": "no such"})
    body = next(one["body"] for one in council.platform.log() if one["method"] == "POST")
    given = {name: values[0] for name, values in parse_qs(body).items()}
    assert given["attribute[external_id]"] == faults.mark_of("one@a.example")
    assert given["attribute[depth]"] == "30 cm"
    assert "attribute[colour]" not in given


def test_what_a_service_requires_is_known_and_what_the_council_fills_in_itself_is_not_asked(
    council: Council,
) -> None:
    values = [{"key": "1", "name": "A hand"}, {"key": "2", "name": "An arm"}]
    asks = [
        {"code": "depth", "variable": "true", "datatype": "singlevaluelist", "required": "true",
         "description": "How deep is it?", "values": values},
        {"code": "holes", "variable": "true", "datatype": "number", "required": "true",
         "description": "How many?"},
        {"code": "colour", "variable": "true", "datatype": "string", "required": "false"},
        {"code": "notice", "variable": "false", "datatype": "string", "required": "true"},
        {"code": "usrn", "variable": "true", "required": "true", "automated": "server_set"},
        {"code": "fixmystreet_id", "variable": "true", "required": "true"},
    ]  # fmt: skip
    council.platform.order("_service", code="POT", name="Pothole", attributes=asks)
    _, cursor = collected(council.channel())
    depth, holes = CouncilChannel.questions_known(cursor, "POT")
    assert (depth.code, depth.words, dict(depth.choices)) == (
        "depth", "How deep is it?", {"1": "A hand", "2": "An arm"},
    )  # fmt: skip
    assert (holes.code, holes.is_number, holes.choices) == ("holes", True, ())
    assert CouncilChannel.questions_known(cursor, "LIGHT") == ()


def test_a_clock_that_is_ahead_loses_no_update(council: Council) -> None:
    number = council.hand_on()
    _, cursor = collected(council.channel())
    council.platform.order("_clock", offset=300)
    council.platform.order("_status", id=number, status="INVESTIGATING", description="Looking.")
    council.platform.order("_clock", offset=-1800)
    council.platform.order("_status", id=number, status="IN_PROGRESS", description="Late news.")
    assert len(heard(council, cursor)) == 2


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({"service_code": ""}, "Choose what kind"),
        ({"address": ""}, "Say where it is"),
        ({"address": "", "lat": "51.5"}, "Say where it is"),
    ],
)
def test_a_letter_that_is_no_fault_cannot_be_composed(told: dict[str, str], problem: str) -> None:
    with pytest.raises(PermanentFailure, match=problem):
        CouncilChannel.compose(a_letter(**told))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("open", "OPEN"), ("In Progress", "IN_PROGRESS"), ("action-scheduled", "ACTION_SCHEDULED"),
        ("fixed - council", "FIXED_COUNCIL"), ("", ""), ({}, ""), (None, ""),
    ],
)  # fmt: skip
def test_statuses_have_one_spelling(given: object, wanted: str) -> None:
    assert shapes.status_of(given) == wanted


@pytest.mark.parametrize("body", [b"", PAGE.encode(), b"<html>", b"{", b"[" * 100_000, b"<!DOCTYPE a><a/>"])
def test_what_is_no_answer_is_known_as_none(body: bytes) -> None:
    with pytest.raises(shapes.NoAnswer):
        shapes.parsed(body)


@pytest.mark.parametrize("raw", [b"", b"7", b"[]", b"{}", b'{"update": 7}', b'{"update": {}}'])
def test_news_of_no_known_form_is_set_aside(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        changes.understand(RawArrival("open311_council", "a", "update/1", raw, datetime.now(UTC)))
