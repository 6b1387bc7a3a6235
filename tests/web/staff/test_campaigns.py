"""The pile on its pages: read what people added, lift out, answer all of them in a few presses, stop."""

import re
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import col, select

from inbox.access import Scope
from inbox.history import OPERATOR
from inbox.models import (
    CampaignAnswer,
    CampaignCopy,
    CampaignRecipient,
    Case,
    ChannelAct,
    ChannelClosure,
    Constituent,
    Message,
    Role,
)
from inbox.sign_in import tokens
from tests.factories import NOW, a_campaign
from tests.web.desks import Desk, World
from tests.web.staff.offices import Bench, a_bench, a_letter
from tests.web.staff.test_lines import an_approved_line
from tests.web.staff.test_the_path import field

TEMPLATE = (
    "Dear Rowan Ashby, please sign EDM 412 and speak up for face to face banking. Too many towns like ours "
    "have lost their last branch."
)  # fmt: skip
OWN = "The nearest branch is now two buses away and I am 79."
ANSWER = {"subject": "Re: Banks", "text": "Dear {{name}}, I have signed EDM 412.", "identity": "office"}


@pytest.fixture
def pile(bench: Bench) -> Bench:
    """Four people on one pile: two plain copies, one with own words, one who is not ours."""
    return a_pile(bench)


def a_pile(bench: Bench) -> Bench:
    people = (("Colin Peake", "", "likely"), ("Ruth Pym", "", "likely"), ("Farida Aziz", OWN, "likely"),
              ("Ken Oakes", "", "not_ours"))  # fmt: skip
    for number, (name, own, place) in enumerate(people):
        text = f"{TEMPLATE} {own}".strip()
        address = f"{name.split()[0].lower()}@example.org"
        reference = a_letter(bench, name=name, address=address, text=text, kind="campaign",
                             campaign="banks", subject="Banks", priority="low")  # fmt: skip
        with bench.write() as session:
            case = session.exec(select(Case).where(Case.reference == reference)).one()
            person = session.exec(select(Constituent).where(Constituent.id == case.constituent_id)).one()
            person.constituency = place
            message = session.exec(select(Message).where(Message.case_id == case.id)).one()
            if number == 0:
                a_campaign(session, message, case, id="c" * 32, slug="banks", title="Save our banks")
                continue
            session.add(
                CampaignCopy(
                    office_id=case.office_id, message_id=message.id, text_id=message.id,
                    campaign_id="c" * 32, case_id=case.id, core=1, joined_at=NOW,
                    added=[[text.find(own), len(text)]] if own else [], added_words=12 if own else 0,
                )
            )  # fmt: skip
    return bench


def copies(pile: Bench) -> dict[str, str]:
    """Message ids by the first names of their writers."""
    with pile.read() as session:
        rows = session.exec(select(Message).where(Message.subject == "Damp")).all()
        return {row.sender_name.split()[0]: row.id for row in rows}


def test_the_list_says_how_many_people_and_what_waits_to_be_read(pile: Bench) -> None:
    page = pile.sit(Role.CASEWORKER).get("/campaigns").text
    assert "Save our banks" in page
    assert "4 people, 4 messages" in page
    assert "1 with own words to read" in page


def test_the_piles_come_by_the_copy_with_most_points_whatever_their_size(pile: Bench) -> None:
    reference = a_letter(
        pile, name="Ann Bell", address="ann@example.org", kind="campaign", campaign="trees", subject="Trees"
    )
    with pile.write() as session:
        case = session.exec(select(Case).where(Case.reference == reference)).one()
        message = session.exec(select(Message).where(Message.case_id == case.id)).one()
        a_campaign(session, message, case, id="b" * 32, slug="trees", title="Save our trees")

    def first(rank: int) -> str:
        with pile.write() as session:
            session.exec(select(Case).where(Case.reference == reference)).one().rank = rank
        shown = pile.sit(Role.CASEWORKER).get("/campaigns").text
        return min(("banks", "trees"), key=lambda name: shown.index(f"Save our {name}"))

    assert (first(0), first(80)) == ("trees", "banks")


def test_the_pile_marks_the_words_that_a_person_added(pile: Bench) -> None:
    desk = pile.sit(Role.CASEWORKER)
    everyone = desk.get("/campaigns/banks").text
    assert "2 to answer" in everyone and "Answer 2 people" in everyone
    own = desk.get("/campaigns/banks/own-words").text
    assert "Farida Aziz" in own and "Colin Peake" not in own
    assert f"</span>{OWN}</ins>" in own
    assert "All of the text, and words of their own." in own
    held = desk.get("/campaigns/banks/held-back").text
    assert "Held back: not our constituent." in held
    assert "Held back: own words, not read yet." in held


def test_a_matter_that_is_lifted_out_is_casework_to_sort_and_can_be_put_back(pile: Bench) -> None:
    desk = pile.sit(Role.CASEWORKER)
    with pile.read() as session:
        promised = {case.id: case.next_due_at for case in session.exec(select(Case)).all()}
    done = desk.press(f"/campaigns/banks/copies/{copies(pile)['Farida']}/read", {"decision": "lifted"})
    with pile.read() as session:
        case = session.exec(select(Case).where(Case.kind == "casework", Case.campaign == "banks")).one()
    assert "Farida Aziz" in desk.get("/queue/to-sort").text
    undo = re.search(r'action="(/undo/[0-9a-f]+)"', desk.get(done.headers["location"]).text)
    assert undo is not None
    assert desk.press(undo[1]).status_code == 303
    with pile.read() as session:
        again = session.exec(select(Case).where(Case.id == case.id)).one()
        copy = session.exec(select(CampaignCopy).where(CampaignCopy.case_id == case.id)).one()
    assert (again.kind, again.next_due_at, copy.reading) == ("campaign", promised[case.id], "unread")


def test_own_words_that_were_read_get_the_answer_with_the_others(pile: Bench) -> None:
    desk = pile.sit(Role.CASEWORKER)
    desk.press(f"/campaigns/banks/copies/{copies(pile)['Farida']}/read", {"decision": "campaign_only"})
    assert "Answer 3 people" in desk.get("/campaigns/banks").text


def test_a_copy_leaves_the_pile_and_comes_back(pile: Bench) -> None:
    desk = pile.sit(Role.CASEWORKER)
    done = desk.press(f"/campaigns/banks/copies/{copies(pile)['Ruth']}/leave")
    with pile.read() as session:
        left = session.exec(select(Case).where(Case.campaign == "banks")).all()
    assert len(left) == 3
    undo = re.search(r'action="(/undo/[0-9a-f]+)"', desk.get(done.headers["location"]).text)
    assert undo is not None and desk.press(undo[1]).status_code == 303
    with pile.read() as session:
        assert len(session.exec(select(Case).where(Case.campaign == "banks")).all()) == 4


def test_a_message_is_put_on_a_pile_by_hand(pile: Bench) -> None:
    desk = pile.sit(Role.CASEWORKER)
    assert 'value="banks"' in desk.get(f"/queue/to-sort/{pile.reference}").text
    assert desk.press(f"/cases/{pile.reference}/pile", {"campaign": "banks"}).status_code == 303
    assert (pile.case().campaign, pile.case().kind) == ("banks", "campaign")


def test_a_pile_is_answered_in_four_presses_from_its_page(pile: Bench) -> None:
    desk = pile.sit(Role.CASEWORKER)
    assert "2 people will read this" in desk.get("/campaigns/banks/answer?new=yes").text
    written = desk.press("/campaigns/banks/answer", ANSWER)
    page = desk.get(written.headers["location"]).text
    assert "Send this to 2 people?" in page and "Dear Colin Peake, I have signed EDM 412." in page
    assert "1 person: not our constituent." in page
    sent = desk.press("/campaigns/banks/answer/approve", {"digest": field(page, "digest")})
    progress = desk.get(sent.headers["location"]).text
    assert "0 of 2 letters made" in progress and "Stop all that has not left" in progress
    with pile.read() as session:
        assert len(session.exec(select(CampaignRecipient)).all()) == 2
    assert desk.press("/campaigns/banks/answer/stop").status_code == 303
    with pile.read() as session:
        assert session.exec(select(CampaignAnswer.state)).one() == "stopped"


def test_an_answer_of_which_nothing_is_left_to_leave_is_finished_and_offers_no_stop(pile: Bench) -> None:
    desk = pile.sit(Role.CASEWORKER)
    page = desk.get(desk.press("/campaigns/banks/answer", ANSWER).headers["location"]).text
    desk.press("/campaigns/banks/answer/approve", {"digest": field(page, "digest")})
    with pile.write() as session:
        session.exec(select(CampaignAnswer)).one().state = "prepared"
    over = desk.get("/campaigns/banks/answer").text
    assert "Finished" in over and "Stop all that has not left" not in over
    assert "Answer late copies with it too" in over


def test_a_text_with_a_gap_is_refused_where_it_stands(pile: Bench) -> None:
    refused = pile.sit(Role.CASEWORKER).press("/campaigns/banks/answer", ANSWER | {"text": "On [date]."})
    assert refused.status_code == 422
    assert "Fill in [date], or take it out." in refused.text and "On [date]." in refused.text


def test_where_another_must_approve_it_waits_for_them_with_their_list(app: FastAPI, world: World) -> None:
    bench = a_bench(app, world, approval_office="other")
    a_pile(bench)
    writer, other = bench.sit(Role.CASEWORKER), bench.sit(Role.MANAGER)
    page = writer.get(writer.press("/campaigns/banks/answer", ANSWER).headers["location"]).text
    assert "someone else must approve it" in page
    asked = writer.press("/campaigns/banks/answer/submit")
    assert "waits for sign-off</h1>" in writer.get(asked.headers["location"]).text
    waiting = other.get("/approvals").text
    assert "/campaigns/banks/answer/check" in waiting
    check = other.get("/campaigns/banks/answer/check").text
    assert "Send this to 2 people?" in check
    refused = other.press("/campaigns/banks/answer/return", {"note": " "})
    assert refused.status_code == 422 and "Say why" in refused.text
    sent = other.press("/campaigns/banks/answer/approve", {"digest": field(check, "digest")})
    assert sent.status_code == 303


def close_to_caseworkers(pile: Bench, act: ChannelAct) -> None:
    """Takes from them the right to that on the channel by which the pile came."""
    with pile.write() as session:
        pile_of = select(Case.id).where(Case.campaign == "banks")
        channel = session.exec(select(Message.channel_id).where(col(Message.case_id).in_(pile_of))).first()
        office = session.exec(select(Case.office_id)).first()
        session.add(ChannelClosure(office_id=office, channel_id=channel, role=str(Role.CASEWORKER), act=act))


def test_who_may_not_send_on_a_channel_of_the_pile_cannot_say_yes(pile: Bench) -> None:
    close_to_caseworkers(pile, ChannelAct.SEND)
    desk = pile.sit(Role.CASEWORKER)
    page = desk.get(desk.press("/campaigns/banks/answer", ANSWER).headers["location"]).text
    assert "Your role may not send on a channel" in page
    digest = field(pile.sit(Role.MANAGER).get("/campaigns/banks/answer/check").text, "digest")
    desk = pile.sit(Role.CASEWORKER)
    assert desk.press("/campaigns/banks/answer/approve", {"digest": digest}).status_code == 403
    client = _program(pile, Role.CASEWORKER)
    said = client.post("/api/v1/campaigns/banks/answer", json={"text": ANSWER["text"], "approve": True})
    assert said.json()["state"] == "submitted"


def test_a_pile_of_which_somebody_may_know_no_letter_is_not_there_for_them(pile: Bench) -> None:
    close_to_caseworkers(pile, ChannelAct.READ)
    desk, program = pile.sit(Role.CASEWORKER), _program(pile, Role.CASEWORKER)
    assert desk.get("/campaigns/banks").status_code == 404
    assert "/campaigns/banks" not in desk.get("/campaigns").text
    assert "banks" not in [one["slug"] for one in program.get("/api/v1/campaigns").json()["items"]]
    answer = {"text": ANSWER["text"], "approve": False}
    assert program.post("/api/v1/campaigns/banks/answer", json=answer).status_code == 404
    assert desk.press("/campaigns/banks/answer", ANSWER).status_code == 404
    with pile.read() as session:
        assert session.exec(select(CampaignAnswer)).first() is None


def test_no_answer_is_written_by_who_may_not_write_on_the_channel_it_leaves_by(pile: Bench) -> None:
    close_to_caseworkers(pile, ChannelAct.DRAFT)
    refused = pile.sit(Role.CASEWORKER).press("/campaigns/banks/answer", ANSWER)
    assert refused.status_code == 403
    assert "Your role may not write on a channel" in refused.text and ANSWER["text"] in refused.text
    program = _program(pile, Role.CASEWORKER)
    answer = {"text": ANSWER["text"], "approve": False}
    assert program.post("/api/v1/campaigns/banks/answer", json=answer).status_code == 403


def test_an_answer_that_a_colleague_began_is_not_written_over_unread(pile: Bench) -> None:
    pile.sit(Role.MANAGER).press("/campaigns/banks/answer", ANSWER | {"only": "save"})
    program, others = _program(pile, Role.CASEWORKER), {"text": "Dear {{name}}, no.", "approve": False}
    path = "/api/v1/campaigns/banks/answer"
    assert program.post(path, json=others).status_code == 412
    desk = pile.sit(Role.CASEWORKER)
    page = desk.press("/campaigns/banks/answer", ANSWER | {"text": "Dear {{name}}, mine."})
    assert page.status_code == 412 and "Dear {{name}}, mine." in page.text
    assert "your words take the place of theirs" in page.text
    with pile.read() as session:
        kept = session.exec(select(CampaignAnswer)).one()
    assert kept.text == ANSWER["text"]
    read = program.post(path, json=others, headers={"If-Match": f'"{kept.version}"'})
    assert read.json()["text"] == "Dear {{name}}, no."


def test_a_restricted_copy_is_on_no_page_of_those_who_may_not_know_it(pile: Bench) -> None:
    with pile.write() as session:
        for case in session.exec(select(Case).where(Case.campaign == "banks")):
            case.is_restricted = case.constituent_id == _person(session, "Ruth Pym")
    desk = pile.sit(Role.CASEWORKER)
    assert "Ruth Pym" not in desk.get("/campaigns/banks").text
    assert "3 people" in desk.get("/campaigns/banks").text
    hidden = desk.press(f"/campaigns/banks/copies/{copies(pile)['Ruth']}/read", {"decision": "held"})
    assert hidden.status_code == 404
    assert "Ruth Pym" in pile.sit(Role.MANAGER).get("/campaigns/banks").text


def test_programs_read_the_pile_and_answer_it(pile: Bench) -> None:
    client = _program(pile, Role.CASEWORKER)
    items = client.get("/api/v1/campaigns").json()["items"]
    item = next(one for one in items if one["slug"] == "banks")
    assert (item["slug"], item["people"], item["to_answer"]) == ("banks", 4, 2)
    assert item["held_back"] == {"not_ours": 1, "own_words": 1}
    messages = client.get(f"/api/v1/campaigns/{item['id']}/messages").json()["items"]
    by_name = {one["sender"]["name"]: one for one in messages}
    assert by_name["Farida Aziz"]["differences"]["added_words"] == [OWN]
    assert by_name["Farida Aziz"]["held_back"]["reason"] == "own_words"
    assert by_name["Colin Peake"]["held_back"] is None
    answer = client.post("/api/v1/campaigns/banks/answer", json={"text": ANSWER["text"]}).json()
    assert (answer["state"], answer["recipients"]) == ("preparing", {"waiting": 2})
    again = client.post("/api/v1/campaigns/banks/answer", json={"text": "Dear {{name}}, once more."})
    assert again.status_code == 409
    assert client.post("/api/v1/campaigns/banks/answer/stop").json()["state"] == "stopped"


def test_a_program_pages_through_a_pile(pile: Bench) -> None:
    client = _program(pile, Role.CASEWORKER)
    seen, cursor = [], None
    while True:
        page = client.get("/api/v1/campaigns/banks/messages", params={"limit": 3, "cursor": cursor} if cursor
                          else {"limit": 3}).json()  # fmt: skip
        seen += [one["id"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 4


def test_a_token_that_acts_for_nobody_lets_nothing_leave(pile: Bench) -> None:
    client = _program(pile, None)
    assert client.get("/api/v1/campaigns").status_code == 200
    assert client.post("/api/v1/campaigns/banks/answer", json={"text": "Hello"}).status_code == 403


def _program(pile: Bench, role: Role | None) -> Any:
    with pile.write() as session:
        staff = pile.staff(role) if role else None
        _, token = tokens.add(session, staff, "script", Scope.WRITE, actor=OPERATOR, now=NOW)
    client = Desk(pile.app)
    client.headers["Authorization"] = f"Bearer {token}"
    return client


def _person(session: Any, name: str) -> str:
    return str(session.exec(select(Constituent.id).where(Constituent.name == name)).one())


def test_a_standard_line_comes_into_the_answer_by_its_button(bench: Bench) -> None:
    a_pile(bench)
    line = an_approved_line(bench, english="The bank will stay open on Fridays.")
    desk = bench.sit(Role.CASEWORKER)
    page = desk.get("/campaigns/banks/answer").text
    assert "Standard line" in page and f'value="{line.id}"' in page
    put_in = desk.press("/campaigns/banks/answer", {**ANSWER, "line": line.id})
    assert put_in.headers["location"] == "/campaigns/banks/answer"
    text = desk.get("/campaigns/banks/answer").text
    assert ANSWER["text"].split("\n")[0][:20] in text and "The bank will stay open on Fridays." in text
