"""Rules on their pages: read, changed after a try on old mail, kept with their versions."""

import json
import re
from html import unescape
from typing import Any

import pytest
from sqlmodel import select

from inbox import triage
from inbox.models import Case, Event, EventKind, OnceKey, Role, Rule, RuleSecret, RuleVersion
from inbox.web.staff import rule_tries
from tests.web.desks import Desk
from tests.web.staff.offices import Bench, a_letter, inbound

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
DAMP = {
    "name": "Damp",
    "c.any-1.field": "message",
    "c.any-1.operator": "word_list",
    "c.any-1.value": "damp, mould, leak",
    "team": "Housing",
    "priority": "priority",
    "version": "1",
}


def the_rule(bench: Bench) -> Rule:
    with bench.read() as session:
        return session.exec(select(Rule).where(Rule.name == "Damp")).one()  # type: ignore[no-any-return]


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the form that saves."""
    form = page.split('action="/rules/apply"')[1].split("</form>")[0]
    return {name: unescape(value) for name, value in HIDDEN.findall(form) if name != "csrf_token"}


def tried(desk: Desk, path: str, fields: dict[str, Any]) -> str:
    page = desk.press(path, fields)
    assert page.status_code == 200, page.text
    return str(page.text)


def test_the_list_says_what_each_rule_means_and_offers_its_keeper_the_way_to_change_it(bench: Bench) -> None:
    page = bench.sit(Role.MANAGER).get("/rules").text
    assert (
        "If the subject or text has one of the words &#34;damp&#34; or &#34;mould&#34;, make it Priority."
        in page
    )
    assert "Version 1." in page
    assert "Add a rule" in page
    read = bench.sit(Role.CASEWORKER).get("/rules").text
    assert "make it Priority." in read and "Add a rule" not in read


def test_a_rule_is_tried_on_old_mail_saved_and_found_in_the_trace_of_the_next_case(bench: Bench) -> None:
    rule, desk = the_rule(bench), bench.sit(Role.MANAGER)
    page = tried(desk, f"/rules/{rule.id}", DAMP)
    assert "1 case would go somewhere else." in page
    assert "0 would leave Immediate." in page
    assert f'href="/cases/{bench.reference}"' in page
    assert "Save version 2" in page and "Keep version 1" in page
    assert the_rule(bench).version == 1, "a try saves nothing"
    saved = desk.press("/rules/apply", hidden(page))
    assert saved.headers["location"] == f"/rules/{rule.id}?told=saved"
    assert (the_rule(bench).version, the_rule(bench).body["then"]["team"]) == (2, "Housing")  # type: ignore[index]
    reference = a_letter(bench, name="Imran Sadiq", address="imran@example.org")
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == reference)).one()
        (message,) = inbound(session, case)
        desk_now = bench.desk(session)
        seen = triage.consider(
            session, desk_now, message, case, None, attachment_types=(), now=message.received_at
        )
        triage.place(session, desk_now, case, seen, message, now=message.received_at)
    why = bench.sit(Role.CASEWORKER).get(f"/cases/{reference}/why").text
    assert "Open the rule “Damp”" in why and "Version 2" in why
    assert f'href="/rules/{rule.id}?version=2"' in why


def test_saving_keeps_the_old_version_and_writes_one_line_of_history(bench: Bench) -> None:
    rule, desk = the_rule(bench), bench.sit(Role.MANAGER)
    desk.press("/rules/apply", hidden(tried(desk, f"/rules/{rule.id}", DAMP)))
    with bench.read() as session:
        kept = session.exec(select(RuleVersion).order_by(RuleVersion.version)).all()
        (event,) = session.exec(select(Event).where(Event.kind == EventKind.RULES_CHANGED)).all()
    assert [(one.version, one.how, one.saved_by) for one in kept] == [
        (1, "before", ""),
        (2, "changed", "Manager Person"),
    ]
    assert event.detail | {"how": "changed", "rule": rule.id, "version": 2} == event.detail
    page = desk.get(f"/rules/{rule.id}").text
    assert "Version 2</span>, changed by Manager Person" in page
    old = desk.get(f"/rules/{rule.id}?version=1").text
    assert "Version 1, which the case names. It is version 2 now." in old


def test_a_wrong_name_is_refused_at_its_field_with_the_nearest_right_one(bench: Bench) -> None:
    rule, desk = the_rule(bench), bench.sit(Role.MANAGER)
    page = desk.press(f"/rules/{rule.id}", DAMP | {"team": "Housin"})
    assert page.status_code == 422
    assert 'href="#team">There is no team &#34;Housin&#34;. Did you mean &#34;Housing&#34;?' in page.text
    wrong = DAMP | {"c.all-1.field": "topic", "c.all-1.operator": "is", "c.all-1.value": "housing-socail"}
    page = desk.press(f"/rules/{rule.id}", wrong)
    assert page.status_code == 422
    assert (
        'href="#c.all-1.value">There is no &#34;housing-socail&#34;. Did you mean &#34;housing-social&#34;?'
        in page.text
    )
    assert 'value="housing-socail"' in page.text, "what was typed stays"


def test_words_without_what_to_look_at_are_not_dropped_in_silence(bench: Bench) -> None:
    rule, desk = the_rule(bench), bench.sit(Role.MANAGER)
    half = {"c.all-9.field": "", "c.all-9.operator": "contains", "c.all-9.value": "deposit loan"}
    page = desk.press(f"/rules/{rule.id}", DAMP | half)
    assert page.status_code == 422
    assert "Choose what to look at, or take the words out." in page.text
    assert 'value="deposit loan"' in page.text, "what was typed stays"


def test_groups_and_lines_are_added_without_script(bench: Bench) -> None:
    rule, desk = the_rule(bench), bench.sit(Role.MANAGER)
    page = tried(desk, f"/rules/{rule.id}", DAMP | {"do": "group:any"})
    assert 'name="c.any-2.all-1.field"' in page
    inner = {
        "c.any-2.all-1.field": "topic",
        "c.any-2.all-1.operator": "is",
        "c.any-2.all-1.value": "asb",
        "c.any-2.none-1.field": "score",
        "c.any-2.none-1.operator": ">",
        "c.any-2.none-1.value": "80",
    }
    wanted = hidden(tried(desk, f"/rules/{rule.id}", DAMP | inner))
    assert json.loads(wanted["proposal"])["rule"]["when"]["any"][1] == {
        "all": [{"field": "topic", "operator": "is", "value": "asb"}],
        "none": [{"field": "score", "operator": ">", "value": 80}],
    }
    assert desk.press("/rules/apply", wanted).status_code == 303


def test_what_was_not_tried_is_not_saved(bench: Bench) -> None:
    rule, desk = the_rule(bench), bench.sit(Role.MANAGER)
    wanted = hidden(tried(desk, f"/rules/{rule.id}", DAMP))
    other = wanted["proposal"].replace("Housing", "Casework")
    assert desk.press("/rules/apply", wanted | {"proposal": other}).status_code == 422
    assert desk.press("/rules/apply", {"proposal": wanted["proposal"]}).status_code == 422
    assert the_rule(bench).version == 1


def test_a_rule_that_somebody_changed_meanwhile_must_be_tried_again(bench: Bench) -> None:
    rule, desk = the_rule(bench), bench.sit(Role.MANAGER)
    mine = hidden(tried(desk, f"/rules/{rule.id}", DAMP))
    theirs = hidden(tried(desk, f"/rules/{rule.id}", DAMP | {"stop": "yes"}))
    assert desk.press("/rules/apply", theirs).status_code == 303
    late = desk.press("/rules/apply", mine)
    assert late.status_code == 412
    stale = desk.press(f"/rules/{rule.id}", DAMP)
    assert stale.status_code == 412 and "Manager Person changed this rule" in stale.text
    assert the_rule(bench).body.get("stop") is True


def test_what_would_leave_immediate_is_listed_and_must_be_agreed_to(bench: Bench) -> None:
    with bench.write() as session:
        row = session.exec(select(Rule)).one()
        row.body, row.version = {**row.body, "then": {"priority": "immediate"}}, 2
    rule, desk = the_rule(bench), bench.sit(Role.MANAGER)
    page = tried(desk, f"/rules/{rule.id}/replay", {"do": "switched_off", "version": "2"})
    assert "1 would leave Immediate" in page
    wanted = hidden(page)
    refused = desk.press("/rules/apply", wanted)
    assert refused.status_code == 422 and "Read them, then say that they may" in refused.text
    assert the_rule(bench).is_enabled
    wanted = hidden(refused.text)
    assert desk.press("/rules/apply", wanted | {"agreed": "yes"}).status_code == 303
    assert not the_rule(bench).is_enabled


def test_rules_are_added_copied_moved_and_removed(bench: Bench) -> None:
    desk = bench.sit(Role.MANAGER)
    new = {name: value for name, value in DAMP.items() if name != "version"} | {"name": "Leaks"}
    made = desk.press("/rules/apply", hidden(tried(desk, "/rules/new", new)))
    address = made.headers["location"].partition("?")[0]
    assert [name for name, _ in order(bench)] == ["Damp", "Leaks"]
    up = hidden(tried(desk, f"{address}/replay", {"do": "moved_up", "version": "1"}))
    assert desk.press("/rules/apply", up).status_code == 303
    assert order(bench) == [("Leaks", 2), ("Damp", 1)]
    copied = desk.press(f"/rules/{the_rule(bench).id}/copy", {"version": "1"})
    assert "/rules/" in copied.headers["location"]
    assert order(bench) == [("Leaks", 2), ("Damp", 1), ("Damp (copy)", 1)]
    gone = hidden(tried(desk, f"{address}/replay", {"do": "removed", "version": "2"}))
    assert desk.press("/rules/apply", gone).headers["location"] == "/rules?told=saved"
    assert [name for name, _ in order(bench)] == ["Damp", "Damp (copy)"]
    assert "This rule was removed" in desk.get(address).text


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.MANAGER])
def test_a_rule_is_tried_only_on_cases_that_whoever_tries_it_may_know(bench: Bench, role: Role) -> None:
    """Whether a rule matches would tell, word by word, what stands in a letter."""
    page = tried(bench.sit(role), f"/rules/{the_rule(bench).id}", DAMP)
    assert ("Cases that you may not know were not tried." in page) is (role is Role.ADMINISTRATOR)
    assert ("1 case would go somewhere else." in page) is (role is Role.MANAGER)


def test_a_restricted_case_is_not_tried_for_who_may_not_know_it(bench: Bench) -> None:
    with bench.write() as session:
        session.exec(select(Case).where(Case.reference == bench.reference)).one().is_restricted = True
    page = tried(bench.sit(Role.ADMINISTRATOR), f"/rules/{the_rule(bench).id}", DAMP)
    assert "Tried on 0 letters" in page
    assert "1 case would go" not in page and bench.reference not in page


def test_a_try_that_takes_too_long_says_how_far_it_came(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule_tries, "SECONDS", -1.0)
    for number in range(2):
        a_letter(bench, name=f"Person {number}", address=f"p{number}@example.org")
    page = tried(bench.sit(Role.MANAGER), f"/rules/{the_rule(bench).id}", DAMP)
    assert "Tried on the newest 1 of 3 letters" in page


def order(bench: Bench) -> list[tuple[str, int]]:
    with bench.read() as session:
        rows = session.exec(select(Rule).order_by(Rule.position)).all()
    return [(row.name, row.version) for row in rows]


def test_a_held_case_says_so_in_the_queue_and_on_its_page_and_is_let_go_by_one_press(bench: Bench) -> None:
    desk, path = bench.sit(Role.CASEWORKER), f"/cases/{bench.reference}"
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == bench.reference)).one()
        case.held_by, case.held_because = "Party-political", "Officials may not answer the substance."
    for page in (desk.get(path).text, desk.get(f"/queue/to-sort/{bench.reference}").text):
        assert "Held by the rule “Party-political”" in page
        assert "Officials may not answer the substance. No reply leaves until" in page
        assert f'action="{path}/let-go"' in page
    assert "Held</span>" in desk.get("/queue/to-sort").text
    done = desk.press(f"{path}/let-go").headers["location"]
    assert "Let it go" not in desk.get(path).text
    assert "Let go: a person has looked" in desk.get(done).text
    assert "/undo/" in desk.get(done).text, "one key takes it back"


def test_the_secret_of_a_rule_is_shown_once_and_no_copy_of_the_page_is_kept(bench: Bench) -> None:
    desk, rule = bench.sit(Role.MANAGER), the_rule(bench)
    before = desk.get(f"/rules/{rule.id}/calls").text
    assert "No secret is made yet" in before
    press = {"once": "a-key-of-the-form"}
    first = desk.press(f"/rules/{rule.id}/secret", press)
    secret = first.text.split('guide__copy">')[1].split("<")[0]
    assert secret.startswith("whsec_") and len(secret) > 40
    assert "X-Shown-Once" not in first.headers
    again = desk.press(f"/rules/{rule.id}/secret", press).text
    assert secret not in again and "shown once" in again
    after = desk.get(f"/rules/{rule.id}/calls").text
    assert secret not in after and "These calls are signed" in after
    with bench.read() as session:
        assert all(secret.encode() not in (row.answer or b"") for row in session.exec(select(OnceKey)))
    assert EventKind.RULE_SECRET_MADE in bench.events()


def test_saving_a_rule_that_calls_an_address_shows_its_first_secret_and_never_again(bench: Bench) -> None:
    rule, desk = the_rule(bench), bench.sit(Role.MANAGER)
    press = hidden(tried(desk, f"/rules/{rule.id}", {**DAMP, "webhook": "https://hooks.example.org/told"}))
    saved = desk.press("/rules/apply", {**press, "once": "a-key-of-the-form"})
    assert saved.status_code == 200 and "The secret, shown this once" in saved.text
    secret = saved.text.split('guide__copy">')[1].split("<")[0]
    assert secret.startswith("whsec_") and len(secret) > 40
    assert "These calls are signed" in saved.text and "Copy it now and enter it" in saved.text
    twice = desk.press("/rules/apply", {**press, "once": "a-key-of-the-form"}).text
    assert secret not in twice and "shown once" in twice, "a second press of the same button tells nothing"
    assert secret not in desk.get(f"/rules/{rule.id}/calls").text
    fields = {**DAMP, "webhook": "https://hooks.example.org/told", "priority": "standard", "version": "2"}
    again = desk.press("/rules/apply", hidden(tried(desk, f"/rules/{rule.id}", fields)))
    assert again.headers["location"] == f"/rules/{rule.id}?told=saved", "a change keeps the secret there is"
    with bench.read() as session:
        made = session.exec(select(RuleSecret)).one()
        assert (made.rule_id, made.made_by) == (rule.id, "Manager Person")


def test_calls_of_a_restricted_case_are_listed_without_its_reference(bench: Bench) -> None:
    page = bench.sit(Role.CASEWORKER).get("/rules/calls").text
    assert bench.house.case.reference in page and bench.house.restricted.reference not in page
    assert "It answered 404." in page and "Call again" not in page
    assert "Call again" in bench.sit(Role.MANAGER).get("/rules/calls").text
