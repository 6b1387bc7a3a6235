"""A case opened again, waited for, taken back: what was promised and what the person reads stays true."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import col, select

from inbox import status_links
from inbox.access import Scope
from inbox.history import OPERATOR
from inbox.models import Case, Clock, Constituent, Draft, EventKind, Role, StatusLink
from inbox.sign_in import tokens
from inbox.status_links import Status
from tests.web.desks import Desk
from tests.web.staff.offices import Bench


@pytest.fixture
def desk(bench: Bench) -> Desk:
    return bench.sit(Role.CASEWORKER)


def do(bench: Bench, desk: Desk, act: str, **fields: str) -> str:
    """Presses a button of the case; where the browser goes on."""
    answer = desk.press(f"/cases/{bench.reference}/{act}", fields)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def undo(desk: Desk, location: str) -> None:
    event = location.partition("done=")[2].partition("&")[0]
    assert desk.press(f"/undo/{event}").status_code == 303


def page(bench: Bench) -> Status:
    """What the person reads behind their link."""
    now = datetime.now(UTC)
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == bench.reference)).one()
        person = session.exec(select(Constituent).where(Constituent.id == case.constituent_id)).one()
        status_links.issue(session, case, person, language="en", now=now)
        session.flush()
        link = session.exec(select(StatusLink)).first()
        assert link is not None
        return status_links.status_of(session, link, case, now=now)


def open_promises(bench: Bench) -> list[str]:
    with bench.read() as session:
        rows = session.exec(
            select(Clock.kind).where(
                Clock.case_id == bench.case().id,
                col(Clock.met_at).is_(None),
                col(Clock.cancelled_at).is_(None),
            )
        )
        return sorted(rows)


def rest(bench: Bench, role: Role = Role.CASEWORKER) -> Any:
    with bench.write() as session:
        token = tokens.add(
            session, bench.staff(role), "t", Scope.WRITE, actor=OPERATOR, now=datetime.now(UTC)
        )[1]
    headers = {"Authorization": f"Bearer {token}"}

    def say(**change: str) -> Any:
        version = {"If-Match": f'"{bench.case().version}"'}
        path = f"/api/v1/cases/{bench.reference}/status"
        return Desk(bench.app).post(path, json=change, headers=headers | version)

    return say


@pytest.mark.parametrize(
    ("until", "stage"),
    [("address", "need_address"), ("permission", "need_permission"), ("answer", "working")],
)
def test_the_page_asks_of_the_person_only_what_we_asked_of_them(
    bench: Bench, desk: Desk, until: str, stage: str
) -> None:
    do(bench, desk, "hold", until=until)
    assert page(bench).stage == stage


def test_what_is_opened_again_is_promised_word_again_and_ended_in_nothing(bench: Bench, desk: Desk) -> None:
    do(bench, desk, "close", outcome="resolved", words="They have a new boiler.")
    assert open_promises(bench) == []
    do(bench, desk, "resume")
    case = bench.case()
    assert (case.status, case.outcome, case.closed_at) == ("open", None, None)
    assert open_promises(bench) == ["first_reply"]
    assert EventKind.CASE_REOPENED in bench.events()
    assert "Solved" not in desk.get(f"/cases/{bench.reference}").text
    told = page(bench)
    assert told.stage == "working" and told.next_word_by is not None
    assert [step.stage for step in told.steps] == ["finished", "working"]


def test_opening_again_is_taken_back_with_how_it_had_ended(bench: Bench, desk: Desk) -> None:
    do(bench, desk, "close", outcome="body_said_no", words="The council refused.")
    ended = bench.case()
    undo(desk, do(bench, desk, "resume"))
    case = bench.case()
    assert (case.status, case.outcome, case.outcome_note, case.closed_at) == (
        "resolved", "body_said_no", "The council refused.", ended.closed_at,
    )  # fmt: skip
    assert open_promises(bench) == []
    assert [step.stage for step in page(bench).steps] == ["finished"]


def test_a_closing_that_was_taken_back_is_on_no_page(bench: Bench, desk: Desk) -> None:
    undo(desk, do(bench, desk, "close", outcome="resolved"))
    assert "finished" not in [step.stage for step in page(bench).steps]


@pytest.mark.parametrize(("act", "fields"), [("resume", {}), ("close", {"outcome": "no_reply"})])
def test_undo_brings_back_what_was_waited_for(
    bench: Bench, desk: Desk, act: str, fields: dict[str, str]
) -> None:
    do(bench, desk, "hold", until="address")
    undo(desk, do(bench, desk, act, **fields))
    assert (bench.case().status, bench.case().waiting_for) == ("waiting_constituent", "address")
    assert page(bench).stage == "need_address"


def test_a_note_of_the_office_does_not_move_the_page(bench: Bench, desk: Desk) -> None:
    do(bench, desk, "assign", person=bench.staff(Role.CASEWORKER).id)
    before = page(bench)
    do(bench, desk, "notes", text="Rang the landlord.")
    assert page(bench).updated_at == before.updated_at
    assert page(bench).steps == before.steps


def test_junk_after_all_owes_nothing(bench: Bench, desk: Desk) -> None:
    do(bench, desk, "junk")
    undo(desk, do(bench, desk, "not-junk"))
    assert bench.case().kind == "spam"
    assert open_promises(bench) == []


def test_a_program_closes_for_good_or_is_told_why_not(bench: Bench) -> None:
    say = rest(bench)
    assert say(status="closed", outcome="resolved").json()["status"] == "closed"
    assert say(status="closed", outcome="resolved").status_code == 409
    assert say(status="open").json()["status"] == "open"
    assert open_promises(bench) == ["first_reply"]


def test_a_program_cannot_say_that_we_wait_for_what_nobody_asked(bench: Bench) -> None:
    say = rest(bench)
    assert say(status="waiting_body").status_code == 422
    assert say(status="waiting_constituent").json()["waiting_for"] == "answer"
    assert page(bench).stage == "working"


def test_nobody_approves_what_its_writer_has_not_handed_in(bench: Bench, desk: Desk) -> None:
    desk.press(f"/cases/{bench.reference}/drafts", {"text": "Dear Donna, half a sen"})
    with bench.read() as session:
        draft = session.exec(select(Draft).where(Draft.case_id == bench.case().id)).one()
    with bench.write() as session:
        token = tokens.add(
            session, bench.staff(Role.MANAGER), "t", Scope.WRITE, actor=OPERATOR, now=datetime.now(UTC)
        )[1]
    headers = {"Authorization": f"Bearer {token}", "If-Match": f'"{draft.version}"'}
    answer = Desk(bench.app).post(f"/api/v1/drafts/{draft.id}/approve", json={}, headers=headers)
    assert answer.status_code == 409
    assert "still at work" in answer.json()["detail"]
