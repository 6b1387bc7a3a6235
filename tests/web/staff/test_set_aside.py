"""Set aside and Sending are put right by people, the same from pages and programs."""

from datetime import UTC, datetime

import pytest
from sqlmodel import select

from inbox.models import (
    Arrival,
    ArrivalState,
    Case,
    Channel,
    Clock,
    Delivery,
    DeliveryState,
    Direction,
    Job,
    Message,
    Role,
)
from inbox.queues import Reader, View, counts
from tests.factories import a_delivery, a_draft, a_message
from tests.web.staff.offices import Bench


@pytest.mark.parametrize("path", ["/set-aside/{}/retry", "/api/v1/arrivals/{}/retry"])
def test_a_message_is_run_again_alike_from_the_page_and_by_a_program(bench: Bench, path: str) -> None:
    key = bench.house.ids["arrival_id"]
    assert press(bench, path.format(key)) in (202, 303)
    with bench.read() as session:
        assert session.exec(select(Arrival).where(Arrival.id == key)).one().state == ArrivalState.WAITING
        assert session.exec(select(Job).where(Job.subject_id == key)).one().finished_at is None
    assert bench.events().count("run_again") == 1
    assert press(bench, path.format(key)) == 409


def test_machine_mail_of_no_case_is_marked_as_dealt_with_and_leaves_the_count(bench: Bench) -> None:
    with bench.write() as session:
        row = a_message(session, machine="auto_reply", subject="Out of the office")
    desk = bench.sit(Role.CASEWORKER)
    reader = Reader(bench.staff(Role.CASEWORKER).id, datetime.now(UTC), datetime.now(UTC).date())
    with bench.read() as session:
        before = counts(session, reader)[View.SET_ASIDE]
    page = desk.get("/set-aside?kind=machine")
    assert "Out of the office" in page.text
    assert desk.press(f"/set-aside/messages/{row.id}/done").status_code == 303
    assert "Out of the office" not in desk.get("/set-aside?kind=machine").text
    with bench.read() as session:
        assert counts(session, reader)[View.SET_ASIDE] == before - 1
    assert desk.get(f"/set-aside/messages/{row.id}").status_code == 200, "it stays to be read"
    assert desk.press(f"/set-aside/messages/{row.id}/done").status_code == 409
    assert "dealt_with" in bench.events()


def test_a_message_on_a_case_cannot_be_dealt_with_as_machine_mail(bench: Bench) -> None:
    with bench.read() as session:
        row = session.exec(select(Message).where(Message.case_id == bench.case().id)).one()
    assert bench.sit(Role.CASEWORKER).press(f"/set-aside/messages/{row.id}/done").status_code == 404


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/sending/{}/settle", {"outcome": "sent"}),
        ("/api/v1/deliveries/{}/settle", {"was_sent": True}),
    ],
)
def test_a_reply_that_a_person_found_sent_keeps_the_promise_alike_from_page_and_program(
    bench: Bench, path: str, found: dict[str, object]
) -> None:
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == bench.reference)).one()
        channel = session.exec(select(Channel).where(Channel.id == case.channel_id)).one()
        said = a_message(session, case_id=case.id, direction=Direction.OUTBOUND)
        draft = a_draft(session, case, state="queued")
        row = a_delivery(session, channel, case_id=case.id, draft_id=draft.id, message_id=said.id,
                         state=DeliveryState.UNKNOWN)  # fmt: skip
    assert press(bench, path.format(row.id), found) in (200, 303)
    with bench.read() as session:
        assert session.exec(select(Delivery).where(Delivery.id == row.id)).one().state == DeliveryState.SENT
        first = select(Clock).where(Clock.case_id == case.id, Clock.kind == "first_reply")
        clock = session.exec(first).one()
    assert clock.met_at is not None


def press(bench: Bench, path: str, body: dict[str, object] | None = None) -> int:
    """Does it as a page or as a program would; the status of the answer."""
    desk = bench.sit(Role.CASEWORKER)
    if not path.startswith("/api"):
        return int(desk.press(path, body).status_code)  # type: ignore[arg-type]
    return int(desk.post(path, json=body or {}, headers={"X-CSRF-Token": desk.csrf}).status_code)
