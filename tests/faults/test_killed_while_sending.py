"""F-02: the program is killed at every named point of sending; at most one copy leaves without a person."""

from typing import Any

import httpx
import pytest

from tests.faults.sites import Site, if_match
from tests.rigs.product import free_port, until

BEFORE_THE_DOT = (
    "outbox.claimed", "outbox.attempting", "smtp.mail", "smtp.rcpt", "smtp.data", "smtp.midbody",
)  # fmt: skip
NOBODY_KNOWS = {"outbox.committing": 0, "smtp.dot": 1, "smtp.answered": 1, "outbox.answered": 1}
"""Points after "it may leave now" was committed, and how many copies the mail server then has."""


@pytest.mark.parametrize("point", BEFORE_THE_DOT)
def test_what_was_cut_off_before_the_final_dot_is_sent_once(site: Site, point: str) -> None:
    delivery = site.approved_reply()
    site.dies_at(point)
    assert site.copies(delivery) == 0
    until(lambda: site.work() or site.state_of(delivery) == "sent", seconds=60)
    site.work()
    assert site.copies(delivery) == 1
    assert site.delivery(delivery["id"])["attempts"] == 2
    assert site.chain_is_whole()


@pytest.mark.parametrize("point", NOBODY_KNOWS)
def test_what_was_cut_off_after_it_is_unknown_and_never_sent_by_a_machine(site: Site, point: str) -> None:
    delivery = site.approved_reply()
    site.dies_at(point)
    until(lambda: site.work() or site.state_of(delivery) == "unknown", seconds=60)
    for later in ("0", "600", "90000"):
        site.work(INBOX_CLOCK_OFFSET=later)
    shown = site.delivery(delivery["id"])
    assert (shown["state"], shown["attempts"]) == ("unknown", 1)
    assert "stopped after handing the message over" in shown["trouble"]
    assert until(lambda: site.copies(delivery) == NOBODY_KNOWS[point])
    assert site.chain_is_whole()


def test_a_person_who_found_that_it_was_sent_ends_the_question(site: Site) -> None:
    delivery = _unknown(site, "smtp.answered")
    assert site.client.post(f"/deliveries/{delivery['id']}/retry").status_code == 409
    settled = site.client.post(f"/deliveries/{delivery['id']}/settle", json={"was_sent": True})
    assert settled.json()["state"] == "sent"
    site.work()
    assert site.copies(delivery) == 1
    again = site.client.post(f"/deliveries/{delivery['id']}/settle", json={"was_sent": False})
    assert again.status_code == 409


def test_a_person_who_found_that_it_was_not_sent_may_send_it_again(site: Site) -> None:
    delivery = _unknown(site, "outbox.committing")
    settled = site.client.post(f"/deliveries/{delivery['id']}/settle", json={"was_sent": False})
    assert settled.json()["state"] == "failed"
    site.work()
    assert site.copies(delivery) == 0
    assert site.client.post(f"/deliveries/{delivery['id']}/retry").json()["state"] == "queued"
    until(lambda: site.work() or site.state_of(delivery) == "sent", seconds=60)
    assert site.copies(delivery) == 1


def test_a_yes_that_was_not_committed_is_no_yes(site: Site) -> None:
    draft = site.reply()
    _approve_and_die(site, draft, "signoff.approved")
    site.work()
    left = site.client.get(f"/drafts/{draft['id']}").json()
    assert (left["state"], left["delivery"]) == ("submitted", None)
    delivery = site.delivery(site.approve(left).json()["delivery"])
    until(lambda: site.work() or site.state_of(delivery) == "sent", seconds=60)
    assert site.copies(delivery) == 1


def test_a_yes_that_was_committed_is_sent_once_although_nobody_heard_it(site: Site) -> None:
    draft = site.reply()
    _approve_and_die(site, draft, "signoff.committed")
    left = site.client.get(f"/drafts/{draft['id']}").json()
    delivery = site.delivery(left["delivery"])
    until(lambda: site.work() or site.state_of(delivery) == "sent", seconds=60)
    assert site.approve(left).status_code in (409, 412)
    site.work()
    assert site.copies(delivery) == 1


def _unknown(site: Site, point: str) -> Any:
    delivery = site.approved_reply()
    site.dies_at(point)
    until(lambda: site.work() or site.state_of(delivery) == "unknown", seconds=60)
    return delivery


def _approve_and_die(site: Site, draft: Any, point: str) -> None:
    """Another web process takes the yes and is killed in it."""
    port = free_port()
    process = site.product.start("web", "--port", str(port), INBOX_FAILPOINT=point)
    url = f"http://127.0.0.1:{port}"
    until(lambda: _answers(url), seconds=60)
    headers = {"Authorization": f"Bearer {site.notes['token']}", **if_match(draft)}
    with pytest.raises(httpx.TransportError):
        httpx.post(f"{url}/api/v1/drafts/{draft['id']}/approve", headers=headers)
    assert process.wait(30) == -9


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").status_code == 200
    except httpx.TransportError:
        return False
