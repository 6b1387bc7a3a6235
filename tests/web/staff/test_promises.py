"""Promises on the case's pages and by REST: what is said, what is refused, what a change shows first."""

import re
from datetime import UTC, datetime, timedelta

from sqlmodel import select

from inbox.models import Clock, Event, EventKind, Office, OfficeCalendar, Role, Staff
from tests.web.staff.offices import Bench

HOLIDAYS = b"date,nations,name\n2099-06-08,england,Coronation\n2099-12-25,england,Christmas Day\n"
TODAY = datetime.now(UTC).date()


def clock_of(bench: Bench) -> Clock:
    with bench.read() as session:
        return session.exec(select(Clock).order_by(Clock.id.desc())).first()


def page(bench: Bench) -> str:
    answer = bench.sit(Role.CASEWORKER).get(f"/cases/{bench.reference}/clocks")
    assert answer.status_code == 200
    return str(answer.text)


def test_a_promise_is_paused_given_more_time_and_run_on_from_its_page(bench: Bench) -> None:
    desk, clock = bench.sit(Role.CASEWORKER), clock_of(bench)
    url = f"/cases/{bench.reference}/clocks/{clock.id}"
    assert "10 working days after" in page(bench)
    assert "We asked for their permission" in desk.get(f"{url}/pause").text
    refused = desk.press(f"{url}/pause", {"category": "consent", "reason": " "})
    assert refused.status_code == 422 and "Others will read it." in refused.text
    told = {"category": "consent", "reason": "Rang her", "since": TODAY.isoformat()}
    assert desk.press(f"{url}/pause", told).status_code == 303
    assert "Paused: Rang her" in page(bench)
    extra = {"amount": "5", "unit": "working_days", "reason": "Two bodies to ask"}
    assert desk.press(f"{url}/extend", extra).status_code == 303
    shown = page(bench)
    assert "5 working days more" in shown and "Two bodies to ask" in shown
    off = re.search(rf'action="({url}/extensions/[0-9a-f]+/off)"', shown)
    assert off is not None and desk.press(off[1]).status_code == 303
    assert "working days more" not in page(bench)
    assert desk.press(f"{url}/resume", {}).status_code == 303
    assert "Paused" not in page(bench)
    assert clock_of(bench).due_at == clock.due_at, "it stood still for no working day"


def test_a_promise_is_kept_or_counted_anew_by_hand(bench: Bench) -> None:
    desk, clock = bench.sit(Role.CASEWORKER), clock_of(bench)
    url = f"/cases/{bench.reference}/clocks"
    refused = desk.press(f"{url}/{clock.id}/restart", {"received": "", "reason": "From Transport"})
    assert refused.status_code == 422 and "the day on which it reached us" in refused.text
    told = {"received": TODAY.isoformat(), "reason": "From Transport"}
    assert desk.press(f"{url}/{clock.id}/restart", told).status_code == 303
    fresh = clock_of(bench)
    assert fresh.id != clock.id
    assert desk.press(f"{url}/{fresh.id}/keep").status_code == 303
    assert "in time" in page(bench)
    assert desk.press(f"{url}/{fresh.id}/keep").status_code == 409
    assert desk.get(f"{url}/{fresh.id}/no-such-act").status_code == 404


def test_programs_read_and_change_promises_too(bench: Bench) -> None:
    desk, path = bench.sit(Role.CASEWORKER), f"/api/v1/cases/{bench.reference}/clocks"
    answer = desk.get(path)
    (shown,) = answer.json()["items"]
    assert (shown["state"], shown["amount"], shown["unit"], shown["nation"]) == (
        "running", 10, "working_days", None,
    )  # fmt: skip

    def post(what: str, body: dict[str, object], version: str) -> object:
        headers = {"If-Match": version, "X-CSRF-Token": desk.csrf}
        return desk.post(f"{path}/{shown['id']}/{what}", json=body, headers=headers)

    version = answer.headers["etag"]
    paused = post("pause", {"category": "consent", "reason": "Rang her"}, version)
    assert (paused.status_code, paused.json()["state"], paused.json()["warn_at"]) == (200, "paused", None)
    assert post("resume", {}, version).status_code == 412
    resumed = post("resume", {}, paused.headers["etag"])
    assert resumed.json()["state"] == "running"
    longer = post("extend", {"amount": 5, "unit": "working_days", "reason": "x"}, resumed.headers["etag"])
    (extra,) = longer.json()["extensions"]
    headers = {"If-Match": longer.headers["etag"], "X-CSRF-Token": desk.csrf}
    off = desk.delete(f"{path}/{shown['id']}/extensions/{extra['id']}", headers=headers)
    assert (off.json()["extensions"], off.json()["due_at"]) == ([], resumed.json()["due_at"])
    assert post("pause", {"category": "holiday", "reason": "x"}, off.headers["etag"]).status_code == 422


def test_points_are_shown_with_their_parts(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    path = f"/cases/{bench.reference}"
    desk.press(f"{path}/priority?back=to-sort", {"priority": "immediate"})
    assert "Immediate 30" in desk.get(path).text
    points = desk.get(f"/api/v1{path}").json()["points"]
    assert points == {"total": 30.0, "parts": [{"why": "Immediate", "points": 30.0}]}


def test_take_next_gives_a_case_by_key_or_by_rest_and_says_when_there_is_none(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    headers = {"X-CSRF-Token": desk.csrf}
    with bench.read() as session:
        free = sum(one.assignee_id is None for one in _open_cases(session))
    given = [desk.post("/api/v1/cases/take", headers=headers) for _ in range(free)]
    assert {one.status_code for one in given} == {200}
    assert {one.json()["assignee"] for one in given} == {bench.staff(Role.CASEWORKER).email}
    assert len({one.json()["reference"] for one in given}) == free
    assert desk.post("/api/v1/cases/take", headers=headers).status_code == 204
    assert "told=none" in desk.press("/official/take").headers["location"]


def test_take_next_is_a_button_of_the_queue_with_its_key_and_says_why_it_was_next(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    desk.press(f"/cases/{bench.reference}/priority?back=to-sort", {"priority": "immediate"})
    page = desk.get("/queue/to-sort").text
    assert 'action="/queue/take"' in page and 'aria-keyshortcuts="t"' in page
    taken = desk.press("/queue/take").headers["location"]
    assert taken.startswith(f"/queue/mine/{bench.reference}?done=")
    bar = desk.get(taken).text
    words = (
        f"{bench.reference}: Given to Caseworker Person as the next case, with 30 points (Immediate 30). "
        "It stood first of all that nobody has."
    )
    assert words in bar
    assert bench.case().assignee_id == bench.staff(Role.CASEWORKER).id
    with bench.read() as session:
        left = len([one for one in _open_cases(session) if one.assignee_id is None])
    for _ in range(left):
        assert "/queue/mine/" in desk.press("/queue/take").headers["location"]
    assert desk.press("/queue/take").headers["location"] == "/queue/to-sort?told=none"


def test_a_case_passed_over_is_told_without_saying_that_it_had_more_points(bench: Bench) -> None:
    with bench.write() as session:
        for one in _open_cases(session):
            one.topics = ["immigration"] if one.reference != bench.reference else []
            one.rank = 100
        specialist = session.merge(bench.staff(Role.OFFICIAL))
        specialist.skills = ["immigration"]
    desk = bench.sit(Role.CASEWORKER)
    bar = desk.get(desk.press("/queue/take").headers["location"]).text
    assert f"{bench.reference}: Given to Caseworker Person as the next case, with " in bar
    assert "1 case before it in the queue is for other teams or skills." in bar
    assert "more points" not in bar


def _open_cases(session: object) -> list[object]:
    from inbox.models import Case

    return [one for one in session.exec(select(Case)) if not one.is_restricted]  # type: ignore[attr-defined]


def test_a_manager_sees_what_a_closed_day_moves_before_it_is_kept(bench: Bench) -> None:
    desk, clock = bench.sit(Role.MANAGER), clock_of(bench)
    day = clock.due_at.date()
    told = {"first": day.isoformat(), "last": "", "why": "Moving house"}
    asked = desk.press("/settings/calendar/closed", told)
    assert asked.status_code == 200 and "1 end later" in asked.text and bench.reference in asked.text
    with bench.read() as session:
        assert session.exec(select(OfficeCalendar)).first() is None, "it was only asked"
    kept = desk.press("/settings/calendar/closed", told | {"sure": "yes"})
    assert kept.status_code == 303
    shown = desk.get("/settings/calendar").text
    assert "Moving house" in shown
    assert EventKind.CALENDAR_CHANGED in bench.events()
    assert bench.desk_now().calendar.is_working_day(day) is False
    opened = desk.press("/settings/calendar/open", {"day": day.isoformat(), "sure": "yes"})
    assert opened.status_code == 303 and "Moving house" not in desk.get("/settings/calendar").text


def test_a_file_of_bank_holidays_is_looked_at_and_then_kept(bench: Bench) -> None:
    desk = bench.sit(Role.MANAGER)
    fields = {"csrf_token": desk.csrf}
    bad = desk.post("/settings/calendar/holidays", data=fields, files={"files": ("x.csv", b"hello")})
    assert bad.status_code == 422 and "first line must read" in bad.text
    assert desk.press("/settings/calendar/holidays", {}).status_code == 422
    file = {"files": ("mine.csv", HOLIDAYS)}
    asked = desk.post("/settings/calendar/holidays", data=fields, files=file)
    assert "Monday 8 June 2099" in asked.text
    hidden = re.search(r'name="table" value="([^"]*)"', asked.text)
    assert hidden is not None
    table = hidden[1].replace("&#34;", '"')
    kept = desk.press("/settings/calendar/holidays", {"table": table, "source": "mine.csv", "sure": "yes"})
    assert kept.status_code == 303
    assert "From the file mine.csv" in desk.get("/settings/calendar").text
    with bench.read() as session:
        assert session.exec(select(OfficeCalendar)).one().holidays["england"]["2099-06-08"] == "Coronation"
    assert desk.press("/settings/calendar/holidays/bundled", {"sure": "yes"}).status_code == 303
    assert "came with the program" in desk.get("/settings/calendar").text


def test_hours_nation_and_targets_are_changed_and_refused_in_place(bench: Bench) -> None:
    desk = bench.sit(Role.MANAGER)
    week = {"hours": "mon-fri 09:00-12:30,13:15-17:00", "nation": "scotland"}
    assert "run now" in desk.press("/settings/calendar/week", week).text
    assert desk.press("/settings/calendar/week", week | {"sure": "yes"}).status_code == 303
    with bench.read() as session:
        office = session.exec(select(Office).where(Office.id == bench.house.office.id)).one()
        assert (office.nation, office.calendar_version) == ("scotland", 1)
    for wrong in (week | {"hours": "never"}, week | {"nation": "mars"}):
        assert desk.press("/settings/calendar/week", wrong).status_code == 422
    assert desk.press("/settings/calendar/targets/first_reply", {"amount": "15"}).status_code == 303
    refused = desk.press("/settings/calendar/targets/complaint", {"amount": "99"})
    assert refused.status_code == 422 and "The law allows 30" in refused.text
    assert "15 working days" in desk.get("/settings/calendar").text


def test_a_manager_says_what_is_somebodys_and_when_they_are_away(bench: Bench) -> None:
    desk, tom = bench.sit(Role.MANAGER), bench.staff(Role.OFFICIAL)
    url, until = f"/settings/people/{tom.id}", TODAY + timedelta(days=2)
    assert "Takes these" in desk.get(url).text
    told = {"skill": "asylum", "away_from": TODAY.isoformat(), "away_until": until.isoformat()}
    assert desk.press(url, told).status_code == 303
    with bench.read() as session:
        row = session.exec(select(Staff).where(Staff.id == tom.id)).one()
        assert (row.skills, row.away_from, row.away_until) == (["asylum"], TODAY, until)
        assert session.exec(select(Event).where(Event.kind == EventKind.STAFF_CHANGED)).first() is not None
    shown = desk.get("/settings/people").text
    assert "Has asylum." in shown and "Away until" in shown
    for wrong in ({"skill": "juggling"}, {"away_until": until.isoformat()}, {"away_from": "soon"}):
        assert desk.press(url, wrong).status_code == 422
    refused = bench.sit(Role.OFFICIAL).press("/official/take")
    assert refused.status_code in (409, 422) and "I am back: take next" in refused.text


def test_recesses_are_brought_in_shown_and_named_where_a_surgery_is_planned_and_move_no_promise(
    bench: Bench,
) -> None:
    desk, due = bench.sit(Role.MANAGER), clock_of(bench).due_at
    url = "/settings/calendar/recesses"
    last = TODAY + timedelta(days=9)
    table = f"first,last,name\n{TODAY.isoformat()},{last.isoformat()},Summer\n"
    wrong = desk.press(url, {"table": table.replace("Summer", "")})
    assert wrong.status_code == 422 and "Line 2: a first day, a last day and a name" in wrong.text
    assert desk.press(url, {"table": table}).status_code == 303
    assert "Summer (now)" in desk.get("/settings/calendar").text
    assert "Parliament does not sit: Summer, from" in bench.sit(Role.CASEWORKER).get("/surgeries/new").text
    assert clock_of(bench).due_at == due


def test_each_kind_of_promise_says_how_it_is_counted(bench: Bench) -> None:
    page = bench.sit(Role.MANAGER).get("/settings/calendar").text
    assert "72 hours by the clock, night and weekend too" in page
    assert "1 calendar month; if that is no working day, the next one." in page
    assert "10 working days, by the office’s own days" in page


def test_the_answer_to_a_later_letter_is_not_called_the_first_reply(bench: Bench) -> None:
    desk, clock = bench.sit(Role.CASEWORKER), clock_of(bench)
    with bench.write() as session:
        first = session.exec(select(Clock).where(Clock.id == clock.id)).one()
        first.met_at = first.received_at
        later = first.received_at + timedelta(minutes=2)
        session.add(
            Clock(office_id=first.office_id, case_id=first.case_id, kind=first.kind, received_at=later,
                  amount=10, unit="working_days", due_at=later + timedelta(days=14))
        )  # fmt: skip
    shown = desk.get(f"/cases/{bench.reference}").text
    assert "First reply in time" in shown
    assert 'title="Reply to their later letter, due' in shown
