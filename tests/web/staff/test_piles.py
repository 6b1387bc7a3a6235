"""Piles joined and letters moved from their pages; an answer sent back says why; what waits is counted."""

import re
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import select

from inbox import campaigns
from inbox.campaigns.holding import HeldBack, Member
from inbox.models import Campaign, CampaignAnswer, CampaignCopy, Case, Message, Role
from inbox.web.staff.showing import campaign_pages
from tests.factories import NOW, a_campaign
from tests.web.desks import World
from tests.web.staff.offices import Bench, a_bench, a_letter
from tests.web.staff.test_campaigns import ANSWER, a_pile

DYING = (
    "Please vote for the Assisted Dying Bill. I do not want to live in agony and I would rather end my life "
    "in peace than be left to suffer. Please attend the debate on 14 May."
)


@pytest.fixture
def pile(bench: Bench) -> Bench:
    """The pile "banks" of four people, and one more pile, "rivers", of one."""
    a_pile(bench)
    another(bench)
    return bench


def another(bench: Bench, text: str = "Please support the Clean Rivers Bill.", **facts: Any) -> str:
    """A second pile with one letter; the message's id."""
    slug = facts.get("slug", "rivers")
    reference = a_letter(bench, name="Cerys Dunn", address=f"{slug}@example.org", text=text, campaign=slug,
                         kind="campaign", subject="Rivers", priority="low")  # fmt: skip
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == reference)).one()
        message = session.exec(select(Message).where(Message.case_id == case.id)).one()
        a_campaign(session, message, case, slug=slug, title="Clean rivers")
        return str(message.id)


def on(bench: Bench, message_id: str) -> str:
    """The name of the pile on which a letter is."""
    with bench.read() as session:
        copy = session.exec(select(CampaignCopy).where(CampaignCopy.message_id == message_id)).one()
        return str(session.exec(select(Campaign.slug).where(Campaign.id == copy.campaign_id)).one())


def count(page: str) -> str:
    """The number beside To approve in the rail."""
    found = re.search(r"To approve.*?(\d+)", page, re.S)
    assert found is not None
    return found[1]


def test_two_piles_are_joined_and_parted_with_one_press_each(pile: Bench) -> None:
    desk = pile.sit(Role.CASEWORKER)
    page = desk.get("/campaigns/banks").text
    assert "Join another pile to this one" in page
    assert desk.press("/campaigns/banks/merge", {"campaign": "rivers"}).status_code == 303
    joined = desk.get("/campaigns/banks").text
    assert "5 people" in joined
    assert "Part “Clean rivers” again" in joined
    assert desk.press("/campaigns/banks/part", {"campaign": "rivers"}).status_code == 303
    assert "4 people" in desk.get("/campaigns/banks").text
    assert {"campaign_merged", "campaign_parted"} <= set(pile.events())


def test_a_letter_is_moved_to_another_pile_with_undo(pile: Bench) -> None:
    desk = pile.sit(Role.CASEWORKER)
    with pile.read() as session:
        message = session.exec(
            select(CampaignCopy.message_id).where(CampaignCopy.campaign_id == "c" * 32)
        ).first()
    moved = desk.press(f"/campaigns/banks/copies/{message}/move", {"campaign": "rivers"})
    assert moved.status_code == 303
    assert on(pile, str(message)) == "rivers"
    assert "Undo" in desk.get(moved.headers["location"]).text
    event = moved.headers["location"].partition("done=")[2]
    assert desk.press(f"/undo/{event}").status_code == 303
    assert on(pile, str(message)) == "banks"


def test_a_pile_of_another_office_cannot_be_joined(pile: Bench, app: FastAPI, world: World) -> None:
    theirs = a_bench(app, world, house=world.theirs)
    another(theirs, slug="elsewhere")
    desk = pile.sit(Role.CASEWORKER)
    assert desk.press("/campaigns/banks/merge", {"campaign": "elsewhere"}).status_code == 404


def test_a_pile_whose_answer_waits_is_not_joined_away(pile: Bench) -> None:
    desk = pile.sit(Role.CASEWORKER)
    desk.press("/campaigns/banks/answer", ANSWER)
    refused = desk.press("/campaigns/rivers/merge", {"campaign": "banks"})
    assert refused.status_code == 409


def test_an_answer_that_is_sent_back_says_who_and_why_until_it_is_asked_for_again(
    app: FastAPI, world: World
) -> None:
    bench = a_pile(a_bench(app, world, approval_office="other"))
    writer, manager = bench.sit(Role.CASEWORKER), bench.sit(Role.MANAGER)
    before = count(manager.get("/approvals").text)
    writer.press("/campaigns/banks/answer", ANSWER)
    writer.press("/campaigns/banks/answer/submit")
    assert int(count(manager.get("/approvals").text)) == int(before) + 1
    manager.press("/campaigns/banks/answer/return", {"note": "Say when the debate is."})
    assert count(manager.get("/approvals").text) == before
    for page in ("/campaigns/banks", "/campaigns/banks/answer"):
        text = writer.get(page).text
        assert "sent back" in text.lower()
        assert "Manager Person: Say when the debate is." in text
    writer.press("/campaigns/banks/answer", ANSWER | {"text": "Dear {{name}}, it is on 14 May."})
    writer.press("/campaigns/banks/answer/submit")
    assert "Say when the debate is." not in writer.get("/campaigns/banks").text
    with bench.read() as session:
        assert session.exec(select(CampaignAnswer)).one().returned_note is None


def test_a_text_that_reads_like_a_risk_is_put_before_whoever_opens_its_pile(pile: Bench) -> None:
    another(pile, text=DYING, slug="dying")
    desk = pile.sit(Role.CASEWORKER)
    assert "Read the text once" in desk.get("/campaigns/dying").text
    assert "Read the text once" not in desk.get("/campaigns/banks").text


def test_programs_join_part_move_and_read_with_the_way_back(pile: Bench) -> None:
    desk = pile.sit(Role.CASEWORKER)

    def post(path: str, body: dict[str, str] | None = None) -> Any:
        return desk.post(f"/api/v1{path}", json=body or {}, headers={"X-CSRF-Token": desk.csrf})

    joined = post("/campaigns/banks/join", {"campaign": "rivers"})
    assert (joined.status_code, joined.json()["people"]) == (200, 5)
    assert post("/campaigns/banks/part", {"campaign": "rivers"}).json()["people"] == 4
    assert post("/campaigns/banks/part", {"campaign": "rivers"}).status_code == 409
    first = desk.get("/api/v1/campaigns/banks/messages").json()["items"][0]["id"]
    moved = post(f"/campaigns/banks/messages/{first}/move", {"campaign": "rivers"})
    assert (moved.status_code, moved.json()["campaign"], on(pile, first)) == (200, "rivers", "rivers")
    assert post(f"/undo/{moved.headers['Undo']}").status_code == 200
    assert on(pile, first) == "banks"
    assert post(f"/campaigns/banks/messages/{first}/move", {"campaign": "banks"}).status_code == 422
    lifted = post(f"/campaigns/banks/messages/{first}/read", {"decision": "lifted"})
    assert lifted.json()["kind"] == "casework"
    assert post(f"/undo/{lifted.headers['Undo']}").json()["kind"] == "campaign"
    left = post(f"/campaigns/banks/messages/{first}/leave")
    assert left.json()["campaign"] is None
    assert post(f"/undo/{left.headers['Undo']}").json()["campaign"] == "banks"


def test_own_words_begin_with_their_sentence_and_end_before_the_greeting() -> None:
    text = (
        "Please save the bank. My mother of 84, who cannot drive, was told to go to Marlby. "
        "Dear Rowan Ashby, I am writing as your constituent."
    )
    start = text.index("who cannot")
    end = text.index(" am writing")
    assert campaign_pages.in_sentences(text, [(start, end)]) == (
        "My mother of 84, who cannot drive, was told to go to Marlby.",
    )


def test_a_greeting_alone_is_nobodys_own_words() -> None:
    text = "Dear Rowan Ashby,\nI write about the bank. It is the last one. Thank you."
    assert campaign_pages.in_sentences(text, [(0, 18)]) == ()
    own = (text.index("It is"), text.index("It is") + 19)
    assert campaign_pages.in_sentences(text, [own, own]) == ("It is the last one.",)


def test_who_does_not_get_the_answer_is_named_with_the_reason() -> None:
    def held(name: str, why: HeldBack | None) -> Member:
        return Member("m", "c", f"WX-{name}", name, name, None, "likely", None, "", None, "en", NOW, 100, 0,
                      "unread", 0, why)  # fmt: skip

    members = [
        held("Ann Moss", HeldBack.NOT_OURS),
        held("Jo Lake", None),
        held("Ann Moss", HeldBack.NOT_OURS),
    ]
    found = campaigns.count(members)
    assert campaign_pages.reasons(found, members) == ("1 person: not our constituent. Ann Moss.",)


def test_the_text_that_most_people_sent_stands_folded_before_the_people(pile: Bench) -> None:
    page = pile.sit(Role.CASEWORKER).get("/campaigns/banks").text
    text, people = page.index("<summary>The text most people sent</summary>"), page.index("pile__people")
    assert text < people
    assert "<details open" not in page[:people]
