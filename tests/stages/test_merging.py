"""Cases that are one, or two: everything moves, answers follow, and it can be taken back."""

from collections import Counter
from typing import Any

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from inbox import merging
from inbox.history import verify
from inbox.models import Case, Message, Role
from tests.security.places import Bureau, Place, if_match, letter, together

THREAT = "I know where you live. I am going to kill you on Friday."


def case_of(bureau: Bureau, reference: str, role: Role = Role.MANAGER) -> dict[str, Any]:
    answer = bureau.as_(role).get(f"/api/v1/cases/{reference}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def texts(bureau: Bureau, reference: str) -> list[str]:
    return [one["text"].strip() for one in bureau.messages(reference)]


def post(client: TestClient, case: dict[str, Any], what: str, body: dict[str, Any]) -> Any:
    return client.post(f"/api/v1/cases/{case['reference']}/{what}", json=body, headers=if_match(case))


def two(bureau: Bureau) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two cases of one person: the damp, and the rent."""
    bureau.receive(letter("There is mould.", message_id="<damp@example.org>", subject="Damp"))
    bureau.receive(letter("My rent went up.", message_id="<rent@example.org>", subject="Rent"))
    found = {case["subject"]: case for case in bureau.cases()}
    return found["Damp"], found["Rent"]


def test_everything_goes_to_the_other_case_and_the_first_points_there(place_on_each: Place) -> None:
    ours = place_on_each.ours
    damp, rent = two(ours)
    ours.as_().post(f"/api/v1/cases/{rent['reference']}/notes", json={"text": "She rang."})
    draft = ours.new_draft(rent["reference"], "Dear Donna, about your rent.")
    other = ours.new_draft(damp["reference"], "Dear Donna, about the damp.")
    merged = post(ours.as_(), case_of(ours, rent["reference"]), "merge", {"into": damp["reference"]})
    assert merged.status_code == 200, merged.text
    assert merged.json()["reference"] == damp["reference"]
    assert set(texts(ours, damp["reference"])) >= {"There is mould.", "My rent went up.", "She rang."}
    gone = case_of(ours, rent["reference"])
    assert (gone["status"], gone["outcome"], gone["merged_into"]) == (
        "closed",
        "duplicate",
        damp["reference"],
    )
    assert gone["message_count"] == 0 and gone["clocks"] == []
    assert len([clock for clock in merged.json()["clocks"] if clock["kind"] == "first_reply"]) == 2
    drafts = ours.as_().get(f"/api/v1/cases/{damp['reference']}/drafts").json()["items"]
    assert {one["id"] for one in drafts} == {draft["id"], other["id"]}
    assert len({one["number"] for one in drafts}) == 2
    found = ours.as_(Role.MANAGER).get("/api/v1/search?q=rent").json()["items"]
    assert {one["reference"] for one in found} >= {damp["reference"]}
    with place_on_each.database.read(ours.id) as session:
        assert verify(session) is None


def test_a_later_answer_follows_the_pointer(place: Place) -> None:
    damp, rent = two(place.ours)
    post(place.ours.as_(), rent, "merge", {"into": damp["reference"]})
    place.ours.receive(
        letter("Any news of my rent?", message_id="<later@example.org>", In_Reply_To="<rent@example.org>")
    )
    assert "Any news of my rent?" in texts(place.ours, damp["reference"])
    assert texts(place.ours, rent["reference"]) == []


def test_a_merge_is_taken_back_and_what_came_after_it_stays(place_on_each: Place) -> None:
    ours = place_on_each.ours
    damp, rent = two(ours)
    ours.new_draft(damp["reference"])
    draft = ours.new_draft(rent["reference"], "Dear Donna, about your rent.")
    before = case_of(ours, rent["reference"])
    merged = post(ours.as_(), before, "merge", {"into": damp["reference"]})
    ours.receive(letter("One more thing.", message_id="<more@example.org>", In_Reply_To="<damp@example.org>"))
    taken = ours.as_().post(f"/api/v1/undo/{merged.headers['undo']}")
    assert taken.status_code == 200, taken.text
    after = case_of(ours, rent["reference"])
    for name in ("status", "outcome", "merged_into", "priority", "flags", "message_count", "clocks"):
        assert after[name] == before[name], name
    assert "My rent went up." in texts(ours, rent["reference"])
    assert set(texts(ours, damp["reference"])) >= {"There is mould.", "One more thing."}
    back = ours.as_().get(f"/api/v1/drafts/{draft['id']}").json()
    assert (back["case"], back["number"]) == (rent["reference"], draft["number"])
    again = ours.as_().post(f"/api/v1/undo/{merged.headers['undo']}")
    assert again.status_code == 409


def test_what_is_urgent_stays_urgent_and_is_lowered_again_when_taken_back(place: Place) -> None:
    ours = place.ours
    damp = ours.new_case(subject="Damp")
    ours.receive(letter(THREAT, subject="Hello", sender="zed@example.org"))
    threat = next(case for case in ours.cases() if case["subject"] == "Hello")
    merged = post(ours.as_(Role.MANAGER), threat, "merge", {"into": damp["reference"]})
    assert (merged.json()["priority"], merged.json()["flags"]) == ("immediate", ["threat"])
    ours.as_(Role.MANAGER).post(f"/api/v1/undo/{merged.headers['undo']}")
    assert case_of(ours, damp["reference"])["priority"] == damp["priority"]
    assert case_of(ours, damp["reference"])["flags"] == []


def test_a_restricted_case_stays_restricted_wherever_it_goes(place: Place) -> None:
    ours = place.ours
    open_case, secret = ours.new_case(subject="Open"), ours.new_case(subject="Secret")
    post(ours.as_(Role.MANAGER), secret, "status", {"flags": ["restricted"], "note": "A relative of staff."})
    secret = case_of(ours, secret["reference"])
    post(ours.as_(Role.MANAGER), secret, "merge", {"into": open_case["reference"]})
    hidden = ours.as_(Role.CASEWORKER).get(f"/api/v1/cases/{open_case['reference']}")
    assert hidden.status_code == 404


def test_a_pointer_never_names_a_restricted_case_to_those_who_may_not_know_it(place: Place) -> None:
    ours = place.ours
    gone, secret = ours.new_case(subject="Gone"), ours.new_case(subject="Secret")
    post(ours.as_(Role.MANAGER), gone, "merge", {"into": secret["reference"]})
    case = case_of(ours, secret["reference"])
    post(ours.as_(Role.MANAGER), case, "status", {"flags": ["restricted"], "note": "A relative of staff."})
    assert case_of(ours, gone["reference"])["merged_into"] == secret["reference"]
    assert case_of(ours, gone["reference"], Role.CASEWORKER)["merged_into"] is None
    listed = ours.as_(Role.CASEWORKER).get("/api/v1/cases?limit=200").text
    assert secret["reference"] not in listed
    events = ours.as_(Role.CASEWORKER).get(f"/api/v1/cases/{gone['reference']}/events").text
    assert secret["reference"] not in events


def test_nobody_merges_into_a_case_they_may_not_know(place: Place) -> None:
    ours = place.ours
    mine, secret = ours.new_case(), ours.new_case()
    post(ours.as_(Role.MANAGER), secret, "status", {"flags": ["restricted"], "note": "Secret."})
    absent = post(ours.as_(), mine, "merge", {"into": "WX-9999-ZZ"})
    hidden = post(ours.as_(), mine, "merge", {"into": secret["reference"]})
    foreign = post(ours.as_(), mine, "merge", {"into": place.theirs.new_case()["reference"]})
    assert (absent.status_code, hidden.status_code, foreign.status_code) == (404, 404, 404)
    assert post(ours.as_(), mine, "merge", {"into": mine["reference"]}).status_code == 422
    stale = ours.as_().post(f"/api/v1/cases/{mine['reference']}/merge", json={"into": mine["reference"]})
    assert stale.status_code == 428


def test_crosswise_merges_at_once_join_the_two_once(place_on_each: Place) -> None:
    ours = place_on_each.ours
    first, second = ours.new_case(), ours.new_case()
    pairs = [(first, second), (second, first)] * 4
    clients = [ours.place.client(ours.token(Role.CASEWORKER)) for _ in pairs]
    jobs = [
        lambda one=one, pair=pair: post(one, pair[0], "merge", {"into": pair[1]["reference"]}).status_code
        for one, pair in zip(clients, pairs, strict=True)
    ]
    statuses = Counter(together(jobs))  # type: ignore[arg-type]
    assert statuses[200] == 1 and set(statuses) <= {200, 409, 412, 503}, statuses
    with place_on_each.database.read(ours.id) as session:
        wanted = [first["reference"], second["reference"]]
        rows = session.exec(select(Case).where(Case.reference.in_(wanted))).all()  # type: ignore[attr-defined]
        assert sorted(row.message_count for row in rows) == [0, 2]
        assert len([row for row in rows if row.merged_into]) == 1


def test_chosen_messages_become_a_case_of_their_own(place_on_each: Place) -> None:
    ours = place_on_each.ours
    ours.receive(letter("There is mould.", message_id="<damp@example.org>", subject="Damp"))
    ours.receive(letter("And my visa.", message_id="<visa@example.org>", In_Reply_To="<damp@example.org>"))
    case = ours.cases()[0]
    visa = next(one for one in ours.messages(case["reference"]) if "visa" in one["text"])
    made = post(ours.as_(), case, "split", {"messages": [visa["id"]], "subject": "Visa"})
    assert made.status_code == 201, made.text
    new = made.json()
    assert (new["subject"], new["status"], new["message_count"]) == ("Visa", "new", 1)
    assert new["constituent"]["id"] == case["constituent"]["id"]
    assert [clock["kind"] for clock in new["clocks"]] == ["first_reply"]
    assert "And my visa." not in texts(ours, case["reference"])
    links = ours.as_().get(f"/api/v1/cases/{case['reference']}/links").json()["items"]
    assert links == [{"case": new["reference"], "kind": "related"}]
    undone = ours.as_().post(f"/api/v1/undo/{made.headers['undo']}")
    assert undone.status_code == 200, undone.text
    assert {"There is mould.", "And my visa."} <= set(texts(ours, case["reference"]))
    assert case_of(ours, new["reference"])["merged_into"] == case["reference"]
    assert ours.as_().get(f"/api/v1/cases/{case['reference']}/links").json()["items"] == []
    with place_on_each.database.read(ours.id) as session:
        assert verify(session) is None


def test_a_split_that_was_answered_is_not_taken_back(place: Place) -> None:
    ours = place.ours
    ours.receive(letter("There is mould.", message_id="<damp@example.org>"))
    ours.receive(letter("And my visa.", message_id="<visa@example.org>", In_Reply_To="<damp@example.org>"))
    case = ours.cases()[0]
    visa = next(one for one in ours.messages(case["reference"]) if "visa" in one["text"])
    made = post(ours.as_(), case, "split", {"messages": [visa["id"]]})
    ours.receive(letter("The visa again.", message_id="<more@example.org>", In_Reply_To="<visa@example.org>"))
    assert "The visa again." in texts(ours, made.json()["reference"])
    assert ours.as_().post(f"/api/v1/undo/{made.headers['undo']}").status_code == 409


def test_a_split_needs_something_to_move_and_something_to_stay(place: Place) -> None:
    ours = place.ours
    case = ours.new_case()
    [only] = ours.messages(case["reference"])
    other = ours.messages(ours.new_case()["reference"])[0]
    for messages in ([], [only["id"]], [other["id"]]):
        assert post(ours.as_(), case, "split", {"messages": messages}).status_code == 422
    with place.database.read(ours.id) as session:
        assert session.exec(select(Message).where(Message.id == only["id"])).one().case_id


def test_two_cases_are_linked_both_ways_and_unlinked(place_on_each: Place) -> None:
    ours = place_on_each.ours
    first, second = ours.new_case(), ours.new_case()
    made = post(ours.as_(), first, "links", {"case": second["reference"], "kind": "household"})
    assert made.status_code == 201, made.text
    for one, other in ((first, second), (second, first)):
        links = ours.as_().get(f"/api/v1/cases/{one['reference']}/links").json()["items"]
        assert links == [{"case": other["reference"], "kind": "household"}]
    again = post(ours.as_(), case_of(ours, first["reference"]), "links",
                 {"case": second["reference"], "kind": "household"})  # fmt: skip
    assert again.status_code == 409
    assert ours.as_().post(f"/api/v1/undo/{made.headers['undo']}").status_code == 200
    assert ours.as_().get(f"/api/v1/cases/{second['reference']}/links").json()["items"] == []


def test_a_link_does_not_name_a_restricted_case_to_those_who_may_not_know_it(place: Place) -> None:
    ours = place.ours
    first, secret = ours.new_case(), ours.new_case()
    post(ours.as_(Role.MANAGER), first, "links", {"case": secret["reference"]})
    case = case_of(ours, secret["reference"])
    post(ours.as_(Role.MANAGER), case, "status", {"flags": ["restricted"], "note": "Secret."})
    path = f"/api/v1/cases/{first['reference']}/links"
    assert ours.as_(Role.CASEWORKER).get(path).json()["items"] == []
    assert len(ours.as_(Role.MANAGER).get(path).json()["items"]) == 1


def test_a_case_with_more_messages_than_a_statement_takes_is_merged_and_parted_again(
    place_on_each: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "_AT_ONCE", 2)
    ours = place_on_each.ours
    damp, rent = two(ours)
    for number in range(5):
        ours.as_().post(f"/api/v1/cases/{rent['reference']}/notes", json={"text": f"She rang {number}."})
    before = texts(ours, rent["reference"])
    merged = post(ours.as_(), case_of(ours, rent["reference"]), "merge", {"into": damp["reference"]})
    assert merged.status_code == 200, merged.text
    assert set(texts(ours, damp["reference"])) > set(before)
    assert ours.as_().post(f"/api/v1/undo/{merged.headers['undo']}").status_code == 200
    assert texts(ours, rent["reference"]) == before
