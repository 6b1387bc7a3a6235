"""Rules on cases that are there already: on change, on time, once, in no ring; and the calls they make."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlmodel import select

from inbox import casework, rules_at_work
from inbox.database import Database
from inbox.desk import open_desk
from inbox.history import OPERATOR, SYSTEM
from inbox.models import (
    CallState,
    Case,
    CaseLink,
    CaseStatus,
    Clock,
    Delivery,
    Event,
    EventKind,
    Job,
    Office,
    Role,
    Rule,
    RuleCall,
    RuleFiring,
    RuleSecret,
    Team,
)
from inbox.rules_replay import Occasion, Replay, cases_of, replay
from inbox.worker.ruling import call_due, read_changes, read_time
from routing.rules import Rule as RoutingRule
from routing.words import Priority
from tests.inbox import plans
from tests.security.places import Place, letter

NOON = datetime(2026, 6, 3, 11, tzinfo=UTC)
"""A Wednesday, in office hours."""


def a_rule(place: Place, name: str, when: dict[str, Any], then: dict[str, Any], **more: Any) -> None:
    """Puts one rule beside the office's own, above all of them."""
    with place.database.write(place.ours.id) as session:
        body = {"name": name, "when": when, "then": then, **more}
        session.add(Rule(office_id=place.ours.id, name=name, position=-10, body=body))


def asked(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"all": [{"field": field, "operator": operator} | ({} if value is None else {"value": value})]}


def the_case(place: Place) -> Case:
    with place.database.read(place.ours.id) as session:
        return session.exec(select(Case)).one()  # type: ignore[no-any-return]


def work(place: Place, what: Any, now: datetime = NOON) -> int:
    with place.database.write(place.ours.id) as session:
        return int(what(session, open_desk(session, place.node.line.tools), now=now))


def waits_for_a_body(place: Place) -> None:
    with place.database.write(place.ours.id) as session:
        case = session.exec(select(Case)).one()
        casework.set_status(session, case, CaseStatus.WAITING_BODY, now=NOON, actor=OPERATOR)


def events(place: Place, kind: EventKind) -> list[Event]:
    with place.database.read(place.ours.id) as session:
        return list(session.exec(select(Event).where(Event.kind == kind).order_by(Event.sequence)))


def test_a_rule_on_change_acts_on_what_people_change_after_it_began(place_on_each: Place) -> None:
    place = place_on_each
    place.ours.receive(letter())
    changed = {"all": [*asked("status", "has_changed")["all"], *asked("status", "is", "waiting_body")["all"]]}
    a_rule(
        place, "Chase", changed, {"priority": "priority", "topics": ["council-services"]}, trigger="change"
    )
    assert work(place, rules_at_work.on_change) == 0, "what was before the rule is not its business"
    waits_for_a_body(place)
    assert work(place, rules_at_work.on_change) == 1
    case = the_case(place)
    assert (case.priority, "council-services" in case.topics) == ("priority", True)
    (event,) = events(place, EventKind.RULE_APPLIED)
    assert (event.detail["rules"], event.detail["versions"]) == (["Chase"], [1])
    assert work(place, rules_at_work.on_change) == 0, "what a rule did is no change to rules"


def test_a_case_written_down_by_hand_is_promised_what_the_rules_order(place_on_each: Place) -> None:
    place = place_on_each
    orders = {"clocks": [{"kind": "first_reply", "amount": 3}, {"kind": "foi"}]}
    a_rule(place, "Quarries", asked("message", "contains", "quarry"), orders)
    for kind, told in (("call", set()), ("letter", {("acknowledge", 2)})):
        made = place.ours.new_case(text="Please ask the council to close the quarry.", kind=kind)
        with place.database.read(place.ours.id) as session:
            case = session.exec(select(Case).where(Case.reference == made["reference"])).one()
            rows = session.exec(select(Clock).where(Clock.case_id == case.id))
            promised = {(one.kind, one.amount) for one in rows}
        assert promised == {("first_reply", 3), ("foi", 20)} | told, "whoever was spoken to knows we have it"


def test_a_rule_holds_a_case_for_a_person_and_no_reply_leaves_until_it_is_let_go(
    place_on_each: Place,
) -> None:
    place, why = place_on_each, "Is this about the count?"
    a_rule(place, "Purdah", asked("message", "contains", "polling"), {"hold": why})
    place.ours.receive(letter("Where is my polling station? ZZ10 4AB"))
    [case] = place.ours.cases()
    assert case["held"] == {"rule": "Purdah", "because": why}
    desk, path = place.ours.as_(), f"/api/v1/cases/{case['reference']}"
    [trace] = desk.get(f"{path}/decision").json()["items"]
    assert ["hold", why] in next(one["set"] for one in trace["considered"] if one["rule"] == "Purdah")
    draft = place.ours.new_draft(case["reference"], "Dear Donna, at the school.")
    says = f"The rule “Purdah” holds this case: {why} Read it, then let it go."
    assert says in draft["problems"]
    match = {"If-Match": f'"{desk.get(path).json()["version"]}"'}
    gone = desk.post(f"{path}/let-go", headers=match)
    assert (gone.status_code, gone.json()["held"]) == (200, None)
    assert says not in desk.get(f"/api/v1/drafts/{draft['id']}").json()["problems"]
    again = {"If-Match": gone.headers["etag"]}
    assert desk.post(f"{path}/let-go", headers=again).status_code == 409
    [event] = events(place, EventKind.LET_GO)
    assert desk.post(f"/api/v1/undo/{event.id}").json()["held"]["rule"] == "Purdah"


def test_a_later_letter_can_be_held_and_closing_lets_go(place: Place) -> None:
    place.ours.receive(letter("There is mould.", message_id="<first@example.org>"))
    a_rule(place, "Purdah", asked("message", "contains", "polling"), {"hold": "Look first"})
    place.ours.receive(letter("And the polling station?", In_Reply_To="<first@example.org>"))
    assert the_case(place).held_by == "Purdah"
    with place.database.write(place.ours.id) as session:
        case = session.exec(select(Case)).one()
        casework.close(session, case, outcome="resolved", note="", now=NOON, actor=OPERATOR)
    assert the_case(place).held_by is None


def tried(place: Place, *rules: dict[str, Any]) -> Replay:
    with place.database.read(place.ours.id) as session:
        desk = open_desk(session, place.node.line.tools)
        return replay(session, desk, [RoutingRule.model_validate(one) for one in rules], last=100, now=NOON)


def test_a_try_reads_later_letters_for_what_they_can_do_and_counts_cases(place: Place) -> None:
    place.ours.receive(letter("There is mould.", message_id="<first@example.org>"))
    for words in ("The quarry is loud.", "The quarry again."):
        place.ours.receive(letter(words, In_Reply_To="<first@example.org>"))
    quarry = asked("message", "contains", "quarry")
    found = tried(
        place, {"name": "Loud", "when": quarry, "then": {"priority": "priority", "team": "Casework"}}
    )
    later = [one for one in found.moved if one.occasion is Occasion.LATER]
    assert (found.messages, found.of, found.later) == (3, 3, 2)
    assert [[change.field for change in one.changes] for one in later] == [["priority"], ["priority"]]
    assert (len(later), cases_of(later)) == (2, 1), "two letters, one case"
    lifted = tried(place, {"name": "Calm", "when": quarry, "then": {"priority": "low"}})
    assert all("priority" not in {c.field for c in one.changes} for one in lifted.moved if one in later)


def test_a_rule_on_an_alarming_later_letter_is_missed_when_it_goes(place: Place) -> None:
    quarry = asked("message", "contains", "quarry")
    a_rule(place, "Loud", quarry, {"priority": "immediate"})
    place.ours.receive(letter("There is mould.", message_id="<first@example.org>"))
    place.ours.receive(letter("The quarry is loud.", In_Reply_To="<first@example.org>"))
    assert the_case(place).priority == "immediate"
    found = tried(place)
    assert cases_of(found.leaving_immediate) == 1
    assert {one.occasion for one in found.leaving_immediate} == {Occasion.LATER}


def test_a_rule_on_change_is_tried_on_what_people_changed_as_the_case_stood_then(place: Place) -> None:
    place.ours.receive(letter())
    with place.database.write(place.ours.id) as session:
        case = session.exec(select(Case)).one()
        casework.set_priority(session, case, Priority.PRIORITY, now=NOON, actor=OPERATOR)
        casework.set_status(session, case, CaseStatus.WAITING_BODY, now=NOON, actor=OPERATOR)
        casework.set_priority(session, case, Priority.LOW, now=NOON, actor=OPERATOR)
    waits = [*asked("status", "has_changed")["all"], *asked("priority", "is", "priority")["all"]]
    rule = {"name": "Chase", "trigger": "change", "when": {"all": waits}, "then": {"topics": ["asb"]}}
    found = tried(place, rule)
    moved = [one for one in found.moved if one.occasion is Occasion.CHANGED]
    assert found.changes_made == 3
    assert [[(c.field, "asb" in c.after) for c in one.changes] for one in moved] == [[("topics", True)]]
    sooner = {**rule, "when": {"all": [*asked("priority", "has_changed")["all"], waits[1],
                                       *asked("status", "is", "waiting_body")["all"]]}}  # fmt: skip
    assert [one for one in tried(place, sooner).moved if one.occasion is Occasion.CHANGED] == []


def test_a_rule_on_time_is_tried_on_the_open_cases_as_they_stand(place: Place) -> None:
    place.ours.receive(letter())
    quiet = {
        "name": "Quiet",
        "trigger": "time",
        "when": asked("message_count", "<", 5),
        "then": {"topics": ["asb"]},
    }
    quiet["when"]["all"] += asked("received", "before", "2099-01-01T00:00:00+00:00")["all"]
    found = tried(place, quiet)
    assert (found.open_cases, found.changes_made) == (1, 0)
    assert [one.occasion for one in found.moved if one.occasion is Occasion.NOW] == [Occasion.NOW]


def test_two_rules_that_would_answer_each_other_for_ever_do_not(place: Place) -> None:
    place.ours.receive(letter())
    a_rule(place, "Up", asked("priority", "is_not", "priority"), {"priority": "priority"}, trigger="change")
    a_rule(place, "Down", asked("priority", "is", "priority"), {"priority": "low"}, trigger="change")
    work(place, rules_at_work.on_change)
    waits_for_a_body(place)
    assert [work(place, rules_at_work.on_change) for _ in range(4)] == [1, 0, 0, 0]


def test_rules_that_act_very_often_leave_a_case_to_people_for_an_hour(place: Place) -> None:
    place.ours.receive(letter())
    a_rule(place, "Always", asked("status", "is_set"), {"topics": ["asb"]}, trigger="change")
    work(place, rules_at_work.on_change)
    for number in range(rules_at_work.MOST_AN_HOUR + 3):
        with place.database.write(place.ours.id) as session:
            case = session.exec(select(Case)).one()
            wanted = CaseStatus.WAITING_BODY if number % 2 else CaseStatus.OPEN
            casework.set_status(session, case, wanted, now=NOON, actor=OPERATOR)
        work(place, rules_at_work.on_change)
    with place.database.read(place.ours.id) as session:
        assert len(session.exec(select(RuleFiring)).all()) == rules_at_work.MOST_AN_HOUR
    assert len(events(place, EventKind.RULES_STOPPED)) == 1


def test_a_rule_on_time_does_its_part_once_until_it_has_ceased_to_hold(place_on_each: Place) -> None:
    place = place_on_each
    place.ours.receive(letter())
    quiet = asked("updated", "before", "3 days ago")
    a_rule(place, "Quiet", quiet, {"notify": ["Casework"], "priority": "priority"}, trigger="time")
    touch(place, NOON - timedelta(days=1))
    assert work(place, rules_at_work.on_time) == 0
    touch(place, NOON - timedelta(days=4))
    assert [work(place, rules_at_work.on_time) for _ in range(3)] == [1, 0, 0]
    assert the_case(place).updated_at == NOON - timedelta(days=4), "a rule is no news"
    touch(place, NOON)
    assert work(place, rules_at_work.on_time) == 0
    assert work(place, rules_at_work.on_time, NOON + timedelta(days=5)) == 1, "it holds anew"


def test_many_cases_are_read_in_short_turns_and_each_of_them_once(
    place_on_each: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = place_on_each
    monkeypatch.setattr(rules_at_work, "AT_A_TIME", 2)
    for number in range(5):
        place.ours.receive(
            letter(f"My bins of week {number} stand there. ZZ10 4AB", subject=f"Bins {number}")
        )
    a_rule(place, "Old", asked("received", "is_set"), {"topics": ["asb"]}, trigger="time")
    a_rule(place, "Waits", asked("status", "has_changed"), {"priority": "priority"}, trigger="change")
    read_changes(place.node)
    with place.database.write(place.ours.id) as session:
        for case in session.exec(select(Case)).all():
            casework.set_status(session, case, CaseStatus.WAITING_BODY, now=NOON, actor=OPERATOR)
    for what in (rules_at_work.on_change, rules_at_work.on_time):
        assert [work(place, what) for _ in range(5)] == [2, 2, 1, 0, 0]


def test_the_rules_themselves_are_read_once_for_all_cases_of_a_turn(place: Place) -> None:
    for number in range(3):
        place.ours.receive(
            letter(f"My bins of week {number} stand there. ZZ10 4AB", subject=f"Bins {number}")
        )
    a_rule(place, "Never", asked("subject", "is", "nothing"), {"topics": ["asb"]}, trigger="time")
    with plans.asked(place.database) as said:
        assert work(place, rules_at_work.on_time) == 0
    assert len(said.of("SELECT rule.id, rule.name")) == 1
    assert len(said.of("FROM rule_firing", "rule_firing.holds")) == 3
    if place.database.is_sqlite:
        [line] = said.plan('FROM "case"', "ORDER BY")
        assert line == "SEARCH case USING INDEX case_in_turn (office_id=? AND id>?)"


def touch(place: Place, at: datetime) -> None:
    with place.database.write(place.ours.id) as session:
        session.exec(select(Case)).one().updated_at = at


def test_rules_on_time_rest_while_the_office_does(place: Place) -> None:
    place.ours.receive(letter())
    a_rule(place, "Old", asked("received", "is_set"), {"notify": ["Casework"]}, trigger="time")
    for moment in (NOON + timedelta(hours=14), NOON + timedelta(days=3)):
        assert work(place, rules_at_work.on_time, moment) == 0
    assert work(place, rules_at_work.on_time) == 1


def test_time_never_lowers_or_hides_a_threat(place: Place) -> None:
    place.ours.receive(letter("I know where you live. I am going to kill you on Friday."))
    a_rule(place, "Tidy", asked("received", "is_set"), {"priority": "low", "kind": "spam"}, trigger="time")
    work(place, rules_at_work.on_time)
    case = the_case(place)
    assert (case.priority, case.kind) == ("immediate", "threat")


def test_a_rule_may_give_a_case_to_a_team_and_the_next_person_of_it(place: Place) -> None:
    place.ours.receive(letter())
    with place.database.write(place.ours.id) as session:
        session.add(Team(office_id=place.ours.id, name="Chasers"))
    a_rule(
        place,
        "Give",
        asked("received", "is_set"),
        {"team": "Chasers", "person": "round_robin"},
        trigger="time",
    )
    work(place, rules_at_work.on_time)
    with place.database.read(place.ours.id) as session:
        team = session.exec(select(Team).where(Team.name == "Chasers")).one()
    assert the_case(place).team_id == team.id


def test_a_rule_links_the_open_cases_of_one_person_and_holds_with_a_line_of_history(place: Place) -> None:
    place.ours.receive(letter("My bins are not collected. ZZ10 4AB", subject="Bins"))
    then = {"link": "open_cases", "hold": "Read it together with the other one."}
    a_rule(place, "Together", asked("open_cases", ">", 0), then)
    place.ours.receive(letter("There is mould in the flat as well. ZZ10 4AB", subject="Mould"))
    with place.database.read(place.ours.id) as session:
        assert len(session.exec(select(CaseLink)).all()) == 1
    assert [event.detail["rule"] for event in events(place, EventKind.HELD)] == ["Together"]


class Heard(list[tuple[dict[str, Any], str]]):
    """What was told, with the key of each call; `whole`: path, headers and the bytes of the body."""

    def __init__(self) -> None:
        super().__init__()
        self.whole: list[tuple[str, dict[str, str], bytes]] = []


class _Listener(BaseHTTPRequestHandler):
    heard: "Heard"
    status: int

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((json.loads(body), self.headers["Idempotency-Key"]))
        self.heard.whole.append((self.path, dict(self.headers), body))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def listening(status: int = 200) -> Iterator[tuple[str, Heard]]:
    heard = Heard()
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), type("L", (_Listener,), {"heard": heard, "status": status})
    )
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/secret", heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def near(place: Place) -> Place:
    """The place whose rules may call this machine."""
    settings = place.node.settings.model_copy(update={"allowed_private_hosts": ("127.0.0.1",)})
    place.node = replace(place.node, settings=settings)
    return place


def calls(database: Database, office_id: str) -> list[RuleCall]:
    with database.read(office_id) as session:
        return list(session.exec(select(RuleCall)))


def test_a_call_leaves_after_the_commit_with_the_reference_and_no_word_of_anybody(near: Place) -> None:
    with listening() as (address, heard):
        a_rule(near, "Tell them", asked("message", "contains", "mould"), {"webhook": address})
        near.ours.receive(letter("There is mould, and I am ashamed of it. ZZ10 4AB"))
        assert heard == [], "nothing is called inside the transaction"
        call_due(near.node)
        call_due(near.node)
    [(news, key)] = heard
    assert (news["case"], news["rule"]) == (the_case(near).reference, "Tell them")
    assert "ashamed" not in json.dumps(news) and "Donna" not in json.dumps(news)
    (row,) = calls(near.database, near.ours.id)
    assert (row.state, row.attempts, key) == (CallState.DONE, 1, row.id)
    assert "secret" not in row.address, "the address is sealed"


@pytest.mark.parametrize(("status", "state"), [(503, CallState.WAITING), (404, CallState.FAILED)])
def test_a_call_that_is_refused_is_tried_again_only_where_that_may_help(
    near: Place, status: int, state: CallState
) -> None:
    with listening(status) as (address, heard):
        a_rule(near, "Tell them", asked("message", "contains", "mould"), {"webhook": address})
        near.ours.receive(letter())
        call_due(near.node)
        call_due(near.node)
    assert len(heard) == 1
    (row,) = calls(near.database, near.ours.id)
    assert (row.state, row.trouble) == (state, f"it answered {status}")


def test_nobody_is_told_of_a_case_that_was_restricted_while_the_call_waited(near: Place) -> None:
    with listening(503) as (address, heard):
        a_rule(near, "Tell them", asked("message", "contains", "mould"), {"webhook": address})
        near.ours.receive(letter())
        call_due(near.node)
        with near.database.write(near.ours.id) as session:
            session.exec(select(Case)).one().is_restricted = True
        with near.database.write() as session:
            session.exec(select(Job).where(Job.kind == "call")).one().due_at = datetime.now(UTC)
        call_due(near.node)
    assert len(heard) == 1, "only before it was restricted"
    (row,) = calls(near.database, near.ours.id)
    assert (row.state, row.trouble, row.attempts) == (CallState.FAILED, "the case is restricted", 1)
    assert row.ended_at is not None


def test_a_call_is_signed_over_its_raw_body_once_the_rule_has_a_secret(near: Place) -> None:
    manager = near.ours.as_(Role.MANAGER)
    with listening() as (address, heard):
        a_rule(near, "Tell them", asked("message", "contains", "mould"), {"webhook": address})
        [rule] = [one for one in manager.get("/api/v1/rules").json()["items"] if one["name"] == "Tell them"]
        made = manager.post(f"/api/v1/rules/{rule['id']}/secret")
        near.ours.receive(letter())
        call_due(near.node)
    [(_, headers, body)] = heard.whole
    stamp, secret = headers["Casework-Timestamp"], made.json()["secret"]
    mac = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["Casework-Signature"] == f"v1={mac}"
    [told] = manager.get(f"/api/v1/rules/calls?rule={rule['id']}").json()["items"]
    assert (told["state"], told["answered"], told["signed"]) == ("done", 200, True)
    with near.database.read(near.ours.id) as session:
        kept = session.exec(select(RuleSecret)).one()
    assert secret not in kept.sealed, "stored sealed"
    assert manager.post(f"/api/v1/rules/{rule['id']}/secret").json()["secret"] != secret


def test_a_call_is_signed_though_nobody_made_a_secret_yet(near: Place) -> None:
    with listening() as (address, heard):
        a_rule(near, "Tell them", asked("message", "contains", "mould"), {"webhook": address})
        near.ours.receive(letter())
        near.ours.receive(letter())
        call_due(near.node)
    assert all("Casework-Signature" in headers for _, headers, _ in heard.whole)
    with near.database.read(near.ours.id) as session:
        assert session.exec(select(RuleSecret)).one().made_by == SYSTEM.name


def test_a_person_calls_again_what_failed_and_the_key_stays(near: Place) -> None:
    manager = near.ours.as_(Role.MANAGER)
    with listening(404) as (address, heard):
        a_rule(near, "Tell them", asked("message", "contains", "mould"), {"webhook": address})
        near.ours.receive(letter())
        call_due(near.node)
        [failed] = manager.get("/api/v1/rules/calls").json()["items"]
        assert (failed["state"], failed["trouble"]) == ("failed", "it answered 404")
        again = f"/api/v1/rules/calls/{failed['id']}/again"
        assert near.ours.as_().post(again).status_code == 403, "a caseworker reads them and calls nobody"
        assert manager.post(again).json()["state"] == "waiting"
        assert manager.post(again).status_code == 409
        call_due(near.node)
    assert [key for _, key in heard] == [failed["id"], failed["id"]]


def test_a_private_address_is_not_called(place: Place) -> None:
    with listening() as (address, heard):
        a_rule(place, "Tell them", asked("message", "contains", "mould"), {"webhook": address})
        place.ours.receive(letter())
        call_due(place.node)
    assert heard == []


def test_a_call_that_was_under_way_when_the_process_ended_is_never_made_again(near: Place) -> None:
    with listening() as (address, heard):
        a_rule(near, "Tell them", asked("message", "contains", "mould"), {"webhook": address})
        near.ours.receive(letter())
        with near.database.write(near.ours.id) as session:
            row = session.exec(select(RuleCall)).one()
            row.state, row.attempts = CallState.UNKNOWN, 1
        call_due(near.node)
    assert heard == []
    with near.database.read() as session:
        assert [job.finished_at is None for job in session.exec(select(Job).where(Job.kind == "call"))] == [
            False
        ]


def test_nothing_is_called_while_sending_is_paused(near: Place) -> None:
    with listening() as (address, heard):
        a_rule(near, "Tell them", asked("message", "contains", "mould"), {"webhook": address})
        near.ours.receive(letter())
        with near.database.write(near.ours.id) as session:
            session.exec(select(Office).where(Office.id == near.ours.id)).one().sending_paused = "Restored."
        call_due(near.node)
    assert heard == []
    assert calls(near.database, near.ours.id)[0].state == CallState.WAITING


def test_the_timetable_reads_both_kinds_for_every_office(place: Place) -> None:
    place.ours.receive(letter())
    a_rule(place, "Old", asked("received", "is_set"), {"topics": ["asb"]}, trigger="time")
    a_rule(place, "Change", asked("status", "has_changed"), {"topics": ["send"]}, trigger="change")
    node = replace(place.node, line=replace(place.node.line, now=lambda: NOON))
    read_changes(node)
    waits_for_a_body(place)
    read_changes(node)
    read_time(node)
    assert {"asb", "send"} <= set(the_case(place).topics)


def test_no_rule_of_one_office_reads_a_case_of_another(place: Place) -> None:
    place.ours.receive(letter())
    with place.database.write(place.theirs.id) as session:
        body = {
            "name": "All",
            "when": asked("received", "is_set"),
            "then": {"topics": ["asb"]},
            "trigger": "time",
        }
        session.add(Rule(office_id=place.theirs.id, name="All", position=-10, body=body))
    read_time(replace(place.node, line=replace(place.node.line, now=lambda: NOON)))
    assert "asb" not in the_case(place).topics
    with place.database.read(place.ours.id) as session:
        assert session.exec(select(Delivery).where(Delivery.purpose == "notice")).all() == []
