"""The thread through the staff pages: sort, read, reply, approve, send."""

import re
from typing import Any

from fastapi import FastAPI
from sqlmodel import select

from inbox.models import CaseStatus, Delivery, DeliveryState, Draft, DraftState, Role
from tests.web.desks import World
from tests.web.staff.offices import Bench, a_bench


def field(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found is not None, name
    return found[1]


def ours(kind: Any, bench: Bench) -> Any:
    return select(kind).where(kind.case_id == bench.case().id)


def test_a_new_message_is_in_the_queue_and_opens_beside_it(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    listed = desk.get("/queue/to-sort")
    assert listed.status_code == 200
    assert "Donna Fretwell" in listed.text
    opened = desk.get(f"/queue/to-sort/{bench.reference}")
    assert opened.status_code == 200
    assert "black mould all over" in opened.text


def test_the_queue_answers_htmx_with_the_pane_alone(bench: Bench) -> None:
    part = bench.sit(Role.CASEWORKER).get(f"/queue/to-sort/{bench.reference}", headers={"HX-Request": "true"})
    assert part.text.lstrip().startswith('<section id="reading"')
    assert "<html" not in part.text


def test_a_writer_sends_alone_where_the_office_lets_them(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    assert desk.get(f"/cases/{bench.reference}").status_code == 200
    begun = desk.press(f"/cases/{bench.reference}/drafts", {"text": "Dear Donna, we asked them."})
    assert begun.status_code == 303
    page = desk.get(begun.headers["location"])
    version = field(page.text, "version")
    sent = desk.press(
        f"{begun.headers['location']}/send", {"version": version, "text": "Dear Donna, we have asked them."}
    )
    assert sent.status_code == 303, sent.text
    with bench.read() as session:
        delivery = session.exec(ours(Delivery, bench)).one()
        assert delivery.state == DeliveryState.QUEUED
        assert delivery.recipients == ["donna@example.org"]
    after = desk.get(sent.headers["location"])
    assert "Stop sending" in after.text
    assert "Dear Donna, we have asked them." in after.text


def test_another_person_approves_exactly_the_text_they_saw(app: FastAPI, world: World) -> None:
    bench = a_bench(app, world, approval_office="other")
    writer, manager = bench.sit(Role.CASEWORKER), bench.sit(Role.MANAGER)
    sent = writer.press(f"/cases/{bench.reference}/drafts/send", {"text": "Dear Donna, we asked them."})
    assert sent.headers["location"] == f"/cases/{bench.reference}?told=submitted"
    with bench.read() as session:
        draft = session.exec(ours(Draft, bench)).one()
    assert draft.state == DraftState.SUBMITTED
    own = writer.get(f"/approvals/{draft.id}")
    assert "You wrote this, so someone else must approve it." in own.text
    shown = manager.get(f"/approvals/{draft.id}")
    assert "Dear Donna, we asked them." in shown.text
    digest = field(shown.text, "digest")
    stale = manager.press(f"/approvals/{draft.id}/approve", {"digest": "0" * 64})
    assert stale.status_code == 412
    approved = manager.press(f"/approvals/{draft.id}/approve", {"digest": digest})
    assert approved.status_code == 303, approved.text
    with bench.read() as session:
        assert session.exec(ours(Delivery, bench)).one().state == DeliveryState.QUEUED
    stopping = re.search(r'action="(/sending/[0-9a-f]+/stop)"', manager.get(f"/cases/{bench.reference}").text)
    assert stopping is not None
    assert manager.press(stopping[1]).status_code == 303
    with bench.read() as session:
        assert session.exec(ours(Delivery, bench)).one().state == DeliveryState.STOPPED
        assert session.exec(ours(Draft, bench)).one().state == DraftState.DRAFT


def test_a_case_is_closed_with_an_outcome_and_can_be_taken_back(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    refused = desk.press(f"/cases/{bench.reference}/close", {"outcome": "", "words": "they rang"})
    assert refused.status_code == 422
    assert "they rang" in refused.text
    closed = desk.press(f"/cases/{bench.reference}/close", {"outcome": "resolved", "words": "they rang"})
    assert bench.case().status == CaseStatus.RESOLVED
    page = desk.get(closed.headers["location"])
    undo = re.search(r'action="(/undo/[0-9a-f]+)"', page.text)
    assert undo is not None
    desk.press(undo[1])
    assert bench.case().status == CaseStatus.NEW
