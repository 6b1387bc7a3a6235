"""F-07, F-08: what the outgoing server says decides: later, never, or nobody knows."""

from typing import Any

import pytest

from tests.faults.sites import Site
from tests.rigs.product import until
from tests.rigs.smtp_sink import At

FOUR_HOURS = 4 * 3600


@pytest.fixture(autouse=True)
def _good_server(site: Site) -> None:
    """Each test begins with a server that takes everything."""
    site.case()
    site.sink.reset()


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        (At.BANNER, "421 4.3.2 going down"),
        (At.MAIL, "452 4.3.1 disk full"),
        (At.RCPT, "450 4.2.1 mailbox busy"),
        (At.DATA, "451 4.3.0 later"),
        (At.DOT, "451 4.7.1 greylisted"),
    ],
)
def test_a_server_that_says_later_is_asked_again_and_takes_one_copy(
    site: Site, step: At, answer: str
) -> None:
    site.sink.refuse(step, answer, times=1)
    delivery = site.approved_reply()
    site.work()
    shown = site.delivery(delivery["id"])
    assert shown["state"] == "retrying" and answer in shown["trouble"]
    site.work()
    assert site.state_of(delivery) == "retrying", "it waits before it asks again"
    site.work(INBOX_CLOCK_OFFSET="90")
    assert site.state_of(delivery) == "sent"
    assert site.copies(delivery) == 1


def test_after_four_hours_of_later_it_has_failed(site: Site) -> None:
    site.sink.refuse(At.RCPT, "450 4.2.1 mailbox busy")
    delivery = site.approved_reply()
    states = []
    for hours in range(5):
        site.work(INBOX_CLOCK_OFFSET=str(hours * 3700))
        states.append(site.state_of(delivery))
    assert states == ["retrying"] * 4 + ["failed"]
    site.sink.reset()
    site.work(INBOX_CLOCK_OFFSET=str(2 * FOUR_HOURS))
    assert site.state_of(delivery) == "failed" and site.copies(delivery) == 0


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        (At.RCPT, "550 5.1.1 no such person"),
        (At.MAIL, "552 5.2.2 too much"),
        (At.DOT, "554 5.7.1 refused by policy"),
    ],
)
def test_a_clear_no_fails_at_once_with_the_servers_reason(site: Site, step: At, answer: str) -> None:
    site.sink.refuse(step, answer)
    delivery = site.approved_reply()
    site.work()
    site.sink.reset()
    site.work(INBOX_CLOCK_OFFSET=str(FOUR_HOURS))
    shown = site.delivery(delivery["id"])
    assert (shown["state"], shown["attempts"]) == ("failed", 1)
    assert answer in shown["trouble"]
    assert site.copies(delivery) == 0


def test_one_refused_recipient_of_two_is_named_and_the_other_has_it(site: Site) -> None:
    site.sink.refuse(At.RCPT, "550 5.1.1 no such person", about="second@example.org")
    delivery = _approved(site, recipients=["first@example.org", "second@example.org"])
    site.work()
    site.work(INBOX_CLOCK_OFFSET="3600")
    assert (site.state_of(delivery), site.copies(delivery)) == ("sent", 1)
    failed = site.client.get("/deliveries", params={"state": "failed"}).json()["items"]
    [other] = [one for one in failed if one["external_id"] == delivery["external_id"]]
    assert other["recipients"] == ["second@example.org"]
    assert other["state"] == "failed"
    assert "second@example.org: 550 5.1.1 no such person" in other["trouble"]


@pytest.mark.parametrize("how", ["it stalls", "it resets the connection"])
def test_a_server_that_takes_the_message_and_says_nothing_leaves_it_unknown(site: Site, how: str) -> None:
    if how == "it stalls":
        site.sink.stall(At.DOT, times=1)
    else:
        site.sink.hang_up(At.DOT, times=1)
    delivery = site.approved_reply()
    site.work()
    until(lambda: site.state_of(delivery) == "unknown")
    for later in ("0", "3600", "90000"):
        site.work(INBOX_CLOCK_OFFSET=later)
    shown = site.delivery(delivery["id"])
    assert (shown["state"], shown["attempts"]) == ("unknown", 1)
    assert "did not say whether it will deliver it" in shown["trouble"]
    assert site.copies(delivery) == 1


@pytest.mark.parametrize("step", [At.MAIL, At.DATA])
def test_a_line_that_breaks_before_the_final_dot_is_tried_again(site: Site, step: At) -> None:
    site.sink.hang_up(step, times=1)
    delivery = site.approved_reply()
    site.work()
    assert site.state_of(delivery) == "retrying"
    site.work(INBOX_CLOCK_OFFSET="90")
    assert (site.state_of(delivery), site.copies(delivery)) == ("sent", 1)


def test_a_line_that_breaks_within_the_body_never_makes_a_second_copy(site: Site) -> None:
    """Whether we hear of it before our own final dot is chance: then it is tried again, else unknown."""
    site.sink.hang_up(At.BODY, times=1)
    delivery = site.approved_reply()
    site.work()
    before = site.state_of(delivery)
    assert before in ("retrying", "unknown")
    site.work(INBOX_CLOCK_OFFSET="90")
    expected = ("sent", 1) if before == "retrying" else ("unknown", 0)
    assert (site.state_of(delivery), site.copies(delivery)) == expected


def _approved(site: Site, *, recipients: list[str]) -> Any:
    answer = site.approve(site.reply(recipients=recipients))
    assert answer.status_code == 200, answer.text
    return site.delivery(answer.json()["delivery"])
