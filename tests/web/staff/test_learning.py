"""What an office taught answers its preview, says why on the case, is shown to managers and is forgotten."""

from typing import Any

from sqlmodel import select

from inbox import lessons
from inbox.models import Event, EventKind, Role, Team
from tests.web.staff.offices import Bench, a_letter

SHUTTLE = "The Harbottle shuttle left on {} without half of us and nobody at the stand could say why."
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
OTHERS = ("My bins were missed again in Fell Street.", "The surgery cannot see my mother before June.",
          "My universal credit was stopped without a letter.")  # fmt: skip
LATER = "When will the Harbottle shuttle run again after the holidays?"


def teach(bench: Bench, *, team: str = "") -> None:
    desk = bench.sit(Role.CASEWORKER)
    for number, day in enumerate(DAYS):
        case = a_letter(bench, text=SHUTTLE.format(day), address=f"p{number}@example.org", kind="casework")
        changed = desk.patch(
            f"/api/v1/cases/{case}", json={"topics": ["driving"]},
            headers={"If-Match": f'"{bench.case(case).version}"', "X-CSRF-Token": desk.csrf},
        )  # fmt: skip
        assert changed.status_code == 200, changed.text
        if team:
            desk.press(f"/cases/{case}/move", {"team": team})
    for number, text in enumerate(OTHERS):
        case = a_letter(bench, text=text, address=f"q{number}@example.org", topics=["council-services"])
        desk.press(f"/cases/{case}/close", {"outcome": "resolved"})
    study(bench)


def study(bench: Bench) -> None:
    for _ in range(5):
        with bench.read() as session:
            told = lessons.news(session)
        if told is not None:
            with bench.write() as session:
                lessons.study(session, told, now=told_at(bench))


def told_at(bench: Bench) -> Any:
    return bench.case().received_at


def preview(bench: Bench) -> Any:
    desk = bench.sit(Role.CASEWORKER)
    given = {"messages": [{"text": LATER}]}
    answer = desk.post("/api/v1/triage/preview", json=given, headers={"X-CSRF-Token": desk.csrf})
    return answer.json()["items"][0]


def test_the_preview_answers_as_the_office_taught_and_says_so(bench: Bench) -> None:
    assert "driving" not in preview(bench)["topics"]
    teach(bench)
    found = preview(bench)
    assert found["topics"][0] == "driving"
    assert "learned from 6 corrections" in [one["rule"] for one in found["because"]["topics"]]


def test_a_manager_reads_what_was_learned_and_makes_it_forgotten(bench: Bench) -> None:
    teach(bench)
    desk = bench.sit(Role.MANAGER)
    page = desk.get("/settings/learning").text
    assert "Driving" in page
    assert "learned from 6 corrections" in page
    assert "harbottl" in page
    assert "6 corrections and 3 closed cases are forgotten" in desk.get("/settings/learning/reset").text
    assert desk.press("/settings/learning/reset").status_code == 303
    assert "Nothing was taught yet." in desk.get("/settings/learning").text
    assert "driving" not in preview(bench)["topics"]
    with bench.read() as session:
        event = session.exec(select(Event).where(Event.kind == EventKind.LEARNING_RESET)).one()
    assert event.actor_id == bench.staff(Role.MANAGER).id


def test_a_team_that_was_taught_is_offered_with_its_reason(bench: Bench) -> None:
    with bench.read() as session:
        team = session.exec(select(Team.id).where(Team.name == "Housing")).one()
    teach(bench, team=team)
    answer = bench.sit(Role.CASEWORKER)
    made = answer.post(
        "/api/v1/cases", headers={"X-CSRF-Token": answer.csrf},
        json={"kind": "call", "name": "Colin Peake", "contact": "colin@example.org", "text": LATER},
    )  # fmt: skip
    reference = made.json()["reference"]
    page = answer.get(f"/queue/to-sort/{reference}").text
    assert f'name="team" value="{team}"' in page
    assert "Learned from 6 corrections: “" in page
    why = answer.get(f"/cases/{reference}/why").text
    assert "What this office taught spoke here too:" in why
    assert "Team Housing: learned from 6 corrections" in why


def test_the_kind_is_put_right_with_its_promise_and_taken_back(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    version = {"If-Match": f'"{bench.case().version}"', "X-CSRF-Token": desk.csrf}
    answer = desk.patch(f"/api/v1/cases/{bench.reference}", json={"kind": "thank-you"}, headers=version)
    assert (answer.status_code, bench.case().kind) == (200, "thank-you")
    with bench.read() as session:
        event = session.exec(select(Event).where(Event.kind == EventKind.FACTS_CHANGED)).one()
    assert desk.press(f"/undo/{event.id}").status_code == 303
    assert bench.case().kind == "casework"
    version["If-Match"] = f'"{bench.case().version}"'
    refused = desk.patch(f"/api/v1/cases/{bench.reference}", json={"kind": "spam"}, headers=version)
    assert refused.status_code == 422
