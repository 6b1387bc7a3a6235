"""Twenty hands on one button: one act, and the rest are told, on both databases."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from inbox.history import verify
from inbox.models import Case, Delivery, DeliveryState, Draft, Event, EventKind, Message, Role
from inbox.sign_in import codes, door, sessions, throttle
from tests.security.places import Bureau, Place, if_match, letter, together

TIMES = 12


def hands(bureau: Bureau) -> list[TestClient]:
    """As many programs of one caseworker, each with a connection of its own."""
    return [bureau.place.client(bureau.token(Role.CASEWORKER)) for _ in range(TIMES)]


def presses(bureau: Bureau, path: str, **options: Any) -> Counter[int]:
    jobs = [lambda one=one: one.post(path, **options).status_code for one in hands(bureau)]
    return Counter(together(jobs))  # type: ignore[arg-type]


def rows(bureau: Bureau, kind: Any) -> list[Any]:
    with bureau.place.database.read(bureau.id) as session:
        assert verify(session) is None
        return list(session.exec(select(kind)).all())


def test_many_yeses_to_one_reply_send_one_mail(place_on_each: Place) -> None:
    ours = place_on_each.ours
    draft = ours.new_draft(ours.new_case()["reference"])
    statuses = presses(ours, f"/api/v1/drafts/{draft['id']}/approve", headers=if_match(draft))
    assert statuses[200] == 1 and set(statuses) <= {200, 409, 412, 503}, statuses
    assert len(ours.deliveries()) == 1
    approvals = [one for one in rows(ours, Event) if one.kind == EventKind.DRAFT_APPROVED]
    assert len(approvals) == 1


def test_of_many_codes_at_once_none_beyond_the_limit_is_tried(
    place_on_each: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, tried = place_on_each.ours, []
    staff = ours.people[Role.CASEWORKER]
    monkeypatch.setattr(codes, "step_of", lambda *told: tried.append(told))
    with place_on_each.database.write(ours.id) as session:
        half = door.let_in(session, staff, datetime.now(UTC), None)
    with place_on_each.database.read() as session:
        seat = sessions.find(session, half, datetime.now(UTC))
    assert seat is not None
    clients = [place_on_each.client() for _ in range(30)]
    for client in clients:
        client.cookies.set("inbox", half, domain="127.0.0.1", path="/")
    typed = {"code": "000000", "csrf_token": seat.csrf}
    together([lambda one=one: one.post("/sign-in/code", data=typed) for one in clients])  # type: ignore[misc]
    assert 0 < len(tried) <= throttle.CODES.failures


def test_many_assignments_at_once_have_one_winner(place_on_each: Place) -> None:
    ours = place_on_each.ours
    case = ours.new_case()
    path, body = f"/api/v1/cases/{case['reference']}/assign", {"assignee": ours.people[Role.MANAGER].email}
    statuses = presses(ours, path, json=body, headers=if_match(case))
    assert statuses[200] == 1 and set(statuses) <= {200, 409, 412, 503}, statuses
    assert len([one for one in rows(ours, Event) if one.kind == EventKind.ASSIGNED]) == 1


def test_many_closings_at_once_close_once(place_on_each: Place) -> None:
    ours = place_on_each.ours
    case = ours.new_case()
    path = f"/api/v1/cases/{case['reference']}/status"
    statuses = presses(ours, path, json={"outcome": "resolved"}, headers=if_match(case))
    assert statuses[200] == 1 and set(statuses) <= {200, 409, 412, 503}, statuses
    assert len([one for one in rows(ours, Event) if one.kind == EventKind.CLOSED]) == 1


def test_many_acceptances_of_one_match_move_the_message_once(place_on_each: Place) -> None:
    ours = place_on_each.ours
    for number in range(2):
        ours.receive(letter(f"Matter {number}", subject=f"Matter {number}"))
    newest, oldest = sorted(ours.cases(), key=lambda case: str(case["created_at"]), reverse=True)
    (message,) = [one for one in ours.messages(newest["reference"]) if one["direction"] == "inbound"]
    before = newest["message_count"] + oldest["message_count"]
    statuses = presses(ours, f"/api/v1/cases/{newest['reference']}/matches/{message['id']}/accept")
    assert statuses[200] == 1 and set(statuses) <= {200, 404, 409, 503}, statuses
    assert sum(one.message_count for one in rows(ours, Case)) == before
    with place_on_each.database.read(ours.id) as session:
        for case in session.exec(select(Case)).all():
            on_it = session.exec(select(Message).where(Message.case_id == case.id)).all()
            assert case.message_count == len(on_it)


def test_two_writers_of_one_reply_both_keep_their_words(place_on_each: Place) -> None:
    ours = place_on_each.ours
    draft = ours.new_draft(ours.new_case()["reference"])
    jobs = [
        lambda one=one, number=number: (
            one.patch(
                f"/api/v1/drafts/{draft['id']}", json={"text": f"Text {number}"}, headers=if_match(draft)
            ).status_code
        )
        for number, one in enumerate(hands(ours))
    ]
    statuses = Counter(together(jobs))
    assert statuses[200] == 1 and set(statuses) <= {200, 409, 412, 503}, statuses
    assert [one.version for one in rows(ours, Draft)] == [draft["version"] + 1]


def test_a_yes_and_a_change_at_the_same_moment_send_only_what_was_approved(place_on_each: Place) -> None:
    ours = place_on_each.ours
    for _ in range(4):
        draft = ours.new_draft(ours.new_case()["reference"], "Approved words.")
        one, other = hands(ours)[:2]
        path, version = f"/api/v1/drafts/{draft['id']}", if_match(draft)
        together([
            lambda: one.post(f"{path}/approve", headers=version),  # noqa: B023
            lambda: other.patch(path, json={"text": "Other words."}, headers=version),  # noqa: B023
        ])  # fmt: skip
        with place_on_each.database.read(ours.id) as session:
            row = session.exec(select(Draft).where(Draft.id == draft["id"])).one()
            sent = session.exec(select(Delivery).where(Delivery.draft_id == draft["id"])).all()
        assert (row.text, len(sent)) in {("Approved words.", 1), ("Other words.", 0)}


def test_two_findings_about_one_unknown_delivery_cannot_both_stand(place_on_each: Place) -> None:
    ours = place_on_each.ours
    draft = ours.new_draft(ours.new_case()["reference"])
    ours.as_().post(f"/api/v1/drafts/{draft['id']}/approve", headers=if_match(draft))
    ((delivery, _),) = ours.deliveries()
    with place_on_each.database.write(ours.id) as session:
        session.exec(select(Delivery)).one().state = DeliveryState.UNKNOWN
    path = f"/api/v1/deliveries/{delivery.id}/settle"
    jobs = [
        lambda one=one, number=number: one.post(path, json={"was_sent": bool(number % 2)}).status_code
        for number, one in enumerate(hands(ours))
    ]
    statuses = Counter(together(jobs))
    assert statuses[200] == 1 and set(statuses) <= {200, 409, 503}, statuses
    assert len([one for one in rows(ours, Event) if one.kind == EventKind.DELIVERY_SETTLED]) == 1


def test_many_retries_of_one_failed_delivery_queue_it_once(place_on_each: Place) -> None:
    ours = place_on_each.ours
    draft = ours.new_draft(ours.new_case()["reference"])
    ours.as_().post(f"/api/v1/drafts/{draft['id']}/approve", headers=if_match(draft))
    ((delivery, _),) = ours.deliveries()
    with place_on_each.database.write(ours.id) as session:
        session.exec(select(Delivery)).one().state = DeliveryState.FAILED
    statuses = presses(ours, f"/api/v1/deliveries/{delivery.id}/retry")
    assert statuses[200] == 1 and set(statuses) <= {200, 409, 503}, statuses


def test_what_was_stopped_leaves_only_after_a_new_yes(place_on_each: Place) -> None:
    ours = place_on_each.ours
    draft = ours.new_draft(ours.new_case()["reference"])
    ours.as_().post(f"/api/v1/drafts/{draft['id']}/approve", headers=if_match(draft))
    ((delivery, _),) = ours.deliveries()
    path = f"/api/v1/deliveries/{delivery.id}"
    assert ours.as_().post(f"{path}/stop").status_code == 200
    assert ours.as_().get(f"/api/v1/drafts/{draft['id']}").json()["state"] == "draft"
    assert ours.as_().post(f"{path}/retry").status_code == 409
    assert ours.as_().get(path).json()["state"] == "stopped"
