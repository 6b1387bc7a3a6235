"""Standard lines on their page, in the composer and at sign-off."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import select

from inbox import standard_lines
from inbox.history import OPERATOR
from inbox.models import Approval, Delivery, Draft, DraftState, Event, EventKind, Role, StandardLine
from tests.web.desks import Desk, World
from tests.web.staff.offices import Bench, a_bench

HOME = "/settings/standard-lines"
WORDS = "Dear {{name}},\n\nWe have asked about {{reference}}. They must reply by [date].\n\nRowan Ashby"
LETTER = "Dear Donna Fretwell,\n\nWe have asked about {}. They must reply by 9 June 2026.\n\nRowan Ashby"


@pytest.fixture
def other(app: FastAPI, world: World) -> Bench:
    """An office where somebody else must approve."""
    return a_bench(app, world, approval_office="other")


def an_approved_line(bench: Bench, role: Role = Role.SIGNATORY, **fields: str) -> StandardLine:
    writer, approver = bench.sit(Role.CASEWORKER), bench.sit(role)
    given = {"title": "Asked", "english": WORDS} | fields
    assert writer.press(f"{HOME}/new", given).status_code == 303
    with bench.read() as session:
        line = session.exec(select(StandardLine).where(StandardLine.title == given["title"])).one()
    assert approver.press(f"{HOME}/{line.id}/approve").status_code == 303
    return line


def drafted(bench: Bench) -> Draft:
    with bench.read() as session:
        return session.exec(select(Draft).where(Draft.case_id == bench.case().id)).one()  # type: ignore[no-any-return]


def send(bench: Bench, desk: Desk, text: str, **fields: str) -> str:
    case = bench.reference
    sent = desk.press(f"/cases/{case}/drafts/send", {"text": text} | fields)
    assert sent.status_code in (303, 422), sent.text
    return drafted(bench).state


def test_a_letter_of_the_persons_own_line_leaves_in_their_name_without_a_new_yes(other: Bench) -> None:
    an_approved_line(other)
    member = other.staff(Role.SIGNATORY)
    text = LETTER.format(other.reference)
    assert send(other, other.sit(Role.CASEWORKER), text, identity=member.id) == DraftState.QUEUED
    with other.read() as session:
        draft = drafted(other)
        yes = session.exec(select(Approval).where(Approval.draft_id == draft.id)).one()
        told = session.exec(select(Event).where(Event.kind == EventKind.DRAFT_APPROVED)).one()
    assert (yes.staff_id, yes.step) == (member.id, "standard_lines")
    assert draft.provenance["lines"] == ["2 v1"]
    assert told.actor_id == other.staff(Role.CASEWORKER).id
    assert len(told.detail["lines"]) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        (("asked", "asked kindly"), {}),
        (("", ""), {"subject": "My promise to you"}),
        (("", ""), {"recipients": "press@example.org"}),
    ],
)
def test_one_other_letter_asks_for_sign_off(
    other: Bench, change: tuple[str, str], fields: dict[str, str]
) -> None:
    an_approved_line(other)
    text = LETTER.format(other.reference).replace(*change)
    member = other.staff(Role.SIGNATORY)
    state = send(other, other.sit(Role.CASEWORKER), text, identity=member.id, **fields)
    assert state == DraftState.SUBMITTED


def test_a_line_of_somebody_else_does_not_speak_for_the_person(other: Bench) -> None:
    an_approved_line(other, Role.MANAGER)
    text = LETTER.format(other.reference)
    member = other.staff(Role.SIGNATORY)
    assert send(other, other.sit(Role.CASEWORKER), text, identity=member.id) == DraftState.SUBMITTED


def test_in_the_offices_name_somebody_else_reads_every_text(other: Bench) -> None:
    an_approved_line(other, Role.MANAGER)
    text = LETTER.format(other.reference)
    assert send(other, other.sit(Role.CASEWORKER), text) == DraftState.SUBMITTED


def test_a_line_never_approves_its_own_approvers_letter(other: Bench) -> None:
    an_approved_line(other, Role.MANAGER)
    text = LETTER.format(other.reference)
    assert send(other, other.sit(Role.MANAGER), text) == DraftState.SUBMITTED


def test_a_file_beside_the_line_was_approved_by_nobody(other: Bench) -> None:
    an_approved_line(other)
    fields = {"text": LETTER.format(other.reference), "identity": other.staff(Role.SIGNATORY).id}
    files = [("files", ("a.txt", b"a", "text/plain"))]
    other.sit(Role.CASEWORKER).press(f"/cases/{other.reference}/drafts/send", fields, files=files)
    assert drafted(other).state == DraftState.SUBMITTED


@pytest.mark.parametrize("touch_up", [str, str.upper, lambda text: text.replace(" ", ", ", 1)])
def test_a_line_past_its_date_cannot_be_sent_by_anybody(bench: Bench, touch_up: Callable[[str], str]) -> None:
    line = an_approved_line(bench, good_until="30 June 2199")
    with bench.write() as session:
        stored = session.exec(select(StandardLine).where(StandardLine.id == line.id)).one()
        stored.good_until = datetime.now(UTC) - timedelta(days=1)
    desk = bench.sit(Role.CASEWORKER)
    text = touch_up(LETTER.format(bench.reference))
    sent = desk.press(f"/cases/{bench.reference}/drafts/send", {"text": text})
    assert sent.status_code == 422
    assert re.search(r"Line \d+ ran out on [^.]+\. Choose another\.", sent.text)
    with bench.read() as session:
        assert session.exec(select(Delivery).where(Delivery.case_id == bench.case().id)).first() is None
    assert "Ran out" in desk.get(HOME).text


def test_a_changed_line_waits_and_the_approved_words_stay_in_use(other: Bench) -> None:
    line = an_approved_line(other)
    writer = other.sit(Role.CASEWORKER)
    changed = writer.press(f"{HOME}/{line.id}", {"title": "Asked", "english": "Other words."})
    assert changed.status_code == 303
    text = LETTER.format(other.reference)
    member = other.staff(Role.SIGNATORY)
    assert send(other, writer, text, identity=member.id) == DraftState.QUEUED
    with other.read() as session:
        newer = session.exec(select(StandardLine).where(StandardLine.version == 2)).one()
    assert other.sit(Role.SIGNATORY).press(f"{HOME}/{newer.id}/approve").status_code == 303
    assert other.sit(Role.SIGNATORY).press(f"{HOME}/{line.id}/approve").status_code == 409


def test_the_writer_of_a_line_does_not_approve_it_where_two_are_wanted(other: Bench) -> None:
    desk = other.sit(Role.MANAGER)
    desk.press(f"{HOME}/new", {"title": "Mine", "english": "We asked."})
    with other.read() as session:
        line = session.exec(select(StandardLine).where(StandardLine.title == "Mine")).one()
    refused = desk.press(f"{HOME}/{line.id}/approve")
    assert refused.status_code == 403
    assert "You wrote this, so someone else must approve it." in refused.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": "", "english": "x"}, "Give the line a name"),
        ({"title": "A", "english": "Our MP {{member}} says so."}, "not {{member}}"),
        ({"title": "A", "english": "We [promise]."}, "not [promise]"),
        ({"title": "A", "english": "x", "good_until": "1 June 2020"}, "Choose a date in the future."),
        ({"title": "A", "english": "x", "good_until": "whenever"}, "Enter a day, like 30 June 2026."),
    ],
)
def test_a_line_that_could_not_be_trusted_is_refused_and_what_was_typed_is_kept(
    bench: Bench, fields: dict[str, str], words: str
) -> None:
    answer = bench.sit(Role.CASEWORKER).press(f"{HOME}/new", fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert fields["english"].replace("'", "&#39;") in answer.text


def test_a_line_is_put_into_a_reply_with_what_is_known(bench: Bench) -> None:
    line = an_approved_line(bench, good_until="30 June 2199")
    desk = bench.sit(Role.CASEWORKER)
    page = desk.get(f"/cases/{bench.reference}").text
    assert f"Line {line.number}: Asked" in page
    assert "good until" in page
    desk.press(f"/cases/{bench.reference}/drafts", {"text": "", "line": line.id})
    text = drafted(bench).text
    assert text.startswith("Dear Donna Fretwell,")
    assert bench.reference in text
    assert "[date]" in text, "a date stays a gap until somebody fills it in"


def test_programs_keep_lines_under_their_version_and_nobody_approves_their_own(other: Bench) -> None:
    writer, yes = other.sit(Role.CASEWORKER), other.sit(Role.SIGNATORY)

    def call(desk: Any, method: str, path: str, body: object = None, version: int | None = None) -> Any:
        headers = {"X-CSRF-Token": desk.csrf} | ({} if version is None else {"If-Match": f'"{version}"'})
        return desk.request(method, f"/api/v1/standard-lines{path}", json=body, headers=headers)

    words = {"title": "Mould", "english": "We have asked the landlord about the mould."}
    made = call(writer, "POST", "", words)
    assert (made.status_code, made.json()["may_be_used"], made.headers["etag"]) == (201, False, '"1"')
    line = made.json()["id"]
    approved = call(yes, "POST", f"/{line}/approve", {})
    assert approved.json()["may_be_used"] is True
    next_words = words | {"english": "We have asked the landlord twice."}
    assert call(writer, "PUT", f"/{line}", next_words).status_code == 428
    changed = call(writer, "PUT", f"/{line}", next_words, 1)
    assert (changed.status_code, changed.json()["version"]) == (201, 2)
    assert call(writer, "PUT", f"/{line}", next_words, 1).status_code == 412
    assert call(writer, "PUT", f"/{line}", words | {"english": "Ask {{ nobody }}."}, 2).status_code == 422
    listed = [one for one in writer.get("/api/v1/standard-lines").json()["items"] if one["title"] == "Mould"]
    assert [(one["version"], one["may_be_used"]) for one in listed] == [(1, True), (2, False)]
    own = call(yes, "POST", "", words | {"title": "Own"}).json()["id"]
    assert call(yes, "POST", f"/{own}/approve", {}).status_code == 403
    assert call(yes, "POST", f"/{line}/retire", {}).json()["may_be_used"] is False


def test_programs_see_what_could_be_said_and_put_it_into_a_draft(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    path, headers = f"/api/v1/cases/{bench.reference}", {"X-CSRF-Token": desk.csrf}
    with bench.write() as session:
        line = standard_lines.write(
            session, number=None, title="Mould", topic="", english="Dear {{name}}, we asked about the mould.",
            welsh="", owner_id=None, good_until=None, author_id=None, now=datetime.now(UTC), actor=OPERATOR,
        )  # fmt: skip
        standard_lines.approve(session, line.id, staff_id=bench.staff(Role.MANAGER).id,
                               now=datetime.now(UTC), actor=OPERATOR)  # fmt: skip
    offered = {one["line"]: one for one in desk.get(f"{path}/suggestions").json()["lines"]}
    assert offered[line.id]["text"] == "Dear Donna Fretwell, we asked about the mould."
    draft = desk.post(f"{path}/drafts", json={"text": "Thank you."}, headers=headers)
    url = f"/api/v1/drafts/{draft.json()['id']}/suggestions"
    assert desk.post(url, json={"line": line.id}, headers=headers).status_code == 428
    match = headers | {"If-Match": draft.headers["etag"]}
    used = desk.post(url, json={"line": line.id}, headers=match)
    assert used.json()["text"] == "Thank you.\n\nDear Donna Fretwell, we asked about the mould."
    assert used.json()["provenance"]["lines"]
    again = headers | {"If-Match": used.headers["etag"]}
    assert desk.post(url, json={}, headers=again).status_code == 422
