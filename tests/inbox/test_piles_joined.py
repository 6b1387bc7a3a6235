"""Piles are joined and parted by hand, letters moved; a text that reads like a risk is seen, and once."""

from typing import Any

import pytest
from sqlmodel import Session, select

from inbox import campaigns, undoing
from inbox.campaigns.before import standing
from inbox.desk import Desk, open_desk
from inbox.errors import Conflict, Refused
from inbox.history import OPERATOR, verify
from inbox.models import Campaign, CampaignCopy, Case, Reading
from tests.inbox.campaign_post import BANKS, RIVERS, Post

DYING = (
    "Dear Rowan Ashby,\n\nPlease vote for the Assisted Dying Bill. I do not want to live in agony and I "
    "would rather end my life in peace than be left to suffer. Please attend the debate on 14 May and vote "
    "for it.\n\n{name}\n{postcode}\n"
)
TREES = (
    "Dear Rowan Ashby,\n\nPlease vote for the Old Trees Bill. Limes and oaks that are older than our houses "
    "are felled for car parks in every town, and the law protects hardly any of them. The bill would give "
    "each one a guardian.\n\nWill you speak for it in the debate?\n\n{name}\n{postcode}\n"
)
BANKERS, SWIMMERS = ("Colin Peake", "Sheila Barton", "Alan Treves"), ("Cerys Dunn", "Tobias Wren")


@pytest.fixture
def two(post: Post) -> Post:
    post.arrive(*BANKERS)
    post.arrive(*SWIMMERS, text=RIVERS)
    assert len(post.campaigns()) == 2
    return post


def piles(post: Post) -> tuple[Campaign, Campaign]:
    """The banks' pile and the rivers' pile."""
    found = {one.id: one for one in post.campaigns()}
    banks, rivers = (post.copy_of(name).campaign_id or "" for name in (BANKERS[0], SWIMMERS[0]))
    return found[banks], found[rivers]


def desk_of(post: Post, session: Session) -> Desk:
    return open_desk(session, post.office.worker.node.line.tools)


def act(post: Post, what: Any, *args: Any, **more: Any) -> Any:
    with post.office.writing() as session:
        return what(session, *args, now=post.office.now, actor=OPERATOR, **more)


def test_two_piles_are_joined_and_later_copies_of_either_text_come_to_the_one(two: Post) -> None:
    banks, rivers = piles(two)
    assert act(two, campaigns.merge, banks, rivers) == 2
    assert {two.copy_of(name).campaign_id for name in (*BANKERS, *SWIMMERS)} == {banks.id}
    assert {two.case_of(name).campaign for name in SWIMMERS} == {banks.slug}
    two.arrive("Nia Cole", text=RIVERS)
    late = two.copy_of("Nia Cole")
    assert (late.campaign_id, late.added_words, late.hides) == (banks.id, 0, False)
    assert two.case_of("Nia Cole").kind == "campaign"
    two.arrive("Ken Oakes", text=BANKS)
    assert two.copy_of("Ken Oakes").campaign_id == banks.id
    with two.office.reading() as session:
        assert verify(session) is None


def test_joined_piles_are_parted_again_with_what_came_since(two: Post) -> None:
    banks, rivers = piles(two)
    act(two, campaigns.merge, banks, rivers)
    two.arrive("Nia Cole", text=RIVERS)
    assert act(two, campaigns.part, banks, rivers) == 3
    assert {two.copy_of(name).campaign_id for name in (*SWIMMERS, "Nia Cole")} == {rivers.id}
    assert {two.case_of(name).campaign for name in SWIMMERS} == {rivers.slug}
    assert {two.copy_of(name).campaign_id for name in BANKERS} == {banks.id}
    with pytest.raises(Conflict):
        act(two, campaigns.part, banks, rivers)
    with pytest.raises(Refused):
        act(two, campaigns.merge, banks, banks)


def test_one_letter_is_moved_to_another_pile_and_back(two: Post) -> None:
    banks, rivers = piles(two)
    before = two.copy_of(SWIMMERS[0])
    with two.office.writing() as session:
        copy = session.exec(select(CampaignCopy).where(CampaignCopy.message_id == before.message_id)).one()
        case = session.merge(two.case_of(SWIMMERS[0]))
        event = campaigns.move_copy(session, desk_of(two, session), copy, case, banks, now=two.office.now,
                                    actor=OPERATOR)  # fmt: skip
    moved = two.copy_of(SWIMMERS[0])
    assert (moved.campaign_id, moved.reading) == (banks.id, "campaign_only")
    assert two.case_of(SWIMMERS[0]).campaign == banks.slug
    with two.office.writing() as session:
        undoing.undo(session, desk_of(two, session), event, now=two.office.now, actor=OPERATOR)
    back = two.copy_of(SWIMMERS[0])
    assert (back.campaign_id, back.reading, back.added) == (rivers.id, before.reading, before.added)
    assert two.case_of(SWIMMERS[0]).campaign == rivers.slug


def test_a_text_that_reads_like_a_risk_is_seen_by_its_first_senders_and_then_is_a_pile(post: Post) -> None:
    names = ["Colin Peake", "Sheila Barton", "Alan Treves", "Cerys Dunn", "Tobias Wren", "Nia Cole"]
    post.arrive(*names, text=DYING)
    kinds = [post.case_of(name).kind for name in names]
    assert kinds[0] == "self-harm-risk"
    assert post.case_of(names[0]).priority == "immediate"
    assert kinds[-1] == "campaign"
    assert post.case_of(names[-1]).flags == []
    [campaign] = post.campaigns()
    assert {post.copy_of(name).campaign_id for name in names} == {campaign.id}
    plea = DYING.replace("{name}", "I have the tablets here and tonight I will take them all.\n\n{name}")
    post.arrive("Jean Oduya", text=plea)
    assert "self-harm" in post.case_of("Jean Oduya").flags
    assert post.case_of("Jean Oduya").priority == "immediate"


def test_a_pile_that_others_were_joined_to_is_parted_with_what_it_brought(two: Post) -> None:
    banks, rivers = piles(two)
    act(two, campaigns.merge, rivers, banks)
    two.arrive("Ken Oakes", "Ruth Pym", text=TREES)
    trees = next(one for one in two.campaigns() if one.id not in (banks.id, rivers.id))
    assert act(two, campaigns.merge, trees, rivers) == len(BANKERS) + len(SWIMMERS)
    assert act(two, campaigns.part, trees, rivers) == len(BANKERS) + len(SWIMMERS)
    assert {two.copy_of(name).campaign_id for name in (*BANKERS, *SWIMMERS)} == {rivers.id}
    assert act(two, campaigns.part, rivers, banks) == len(BANKERS), "as it was joined before"
    assert {two.case_of(name).campaign for name in BANKERS} == {banks.slug}


def test_a_pile_that_was_put_away_is_put_away_again_when_it_is_parted(two: Post) -> None:
    banks, rivers = piles(two)
    with two.office.writing() as session:
        row = session.exec(select(Campaign).where(Campaign.id == rivers.id)).one()
        campaigns.set_closed(session, row, True, now=two.office.now, actor=OPERATOR)
    act(two, campaigns.merge, banks, rivers)
    act(two, campaigns.part, banks, rivers)
    assert piles(two)[1].closed_at is not None


def test_a_letter_put_on_a_pile_and_taken_back_stands_as_it_did(two: Post) -> None:
    banks, _ = piles(two)
    two.arrive("Nia Cole", text="Dear Rowan,\n\nMy landlord will not mend the boiler.\n\nNia Cole")
    with two.office.writing() as session:  # and one that was on a pile once
        left = two.copy_of(BANKERS[0]).message_id
        copy = session.exec(select(CampaignCopy).where(CampaignCopy.message_id == left)).one()
        case = session.exec(select(Case).where(Case.id == copy.case_id)).one()
        campaigns.leave(session, desk_of(two, session), copy, case, now=two.office.now, actor=OPERATOR)
    for name in ("Nia Cole", BANKERS[0]):
        before = standing_of(two, name)
        with two.office.writing() as session:
            case = session.exec(select(Case).where(Case.id == two.case_of(name).id)).one()
            pile = session.exec(select(Campaign).where(Campaign.id == banks.id)).one()
            desk = desk_of(two, session)
            done = campaigns.put(session, desk, case, pile, now=two.office.now, actor=OPERATOR)
        assert two.case_of(name).kind == "campaign"
        with two.office.writing() as session:
            undoing.undo(session, desk_of(two, session), done, now=two.office.now, actor=OPERATOR)
        assert standing_of(two, name) == before
        assert two.case_of(name).campaign is None


def test_a_matter_that_was_lifted_out_and_put_back_stands_as_it_did(two: Post) -> None:
    name = BANKERS[0]
    before = standing_of(two, name)
    with two.office.writing() as session:
        case = session.exec(select(Case).where(Case.id == two.case_of(name).id)).one()
        copy = session.exec(select(CampaignCopy).where(CampaignCopy.case_id == case.id)).one()
        desk = desk_of(two, session)
        done = campaigns.read(session, desk, copy, case, Reading.LIFTED, now=two.office.now, actor=OPERATOR)
    assert standing_of(two, name) != before
    with two.office.writing() as session:
        undoing.undo(session, desk_of(two, session), done, now=two.office.now, actor=OPERATOR)
    assert standing_of(two, name) == before


def standing_of(post: Post, name: str) -> dict[str, Any]:
    with post.office.reading() as session:
        return standing(session, post.case_of(name))
