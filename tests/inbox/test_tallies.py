"""Piles in numbers and in pages without reading all copies: the same as reading them, whatever their size."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import ColumnElement, true
from sqlmodel import Session, col, select

from inbox import campaigns
from inbox.access import Person, visible_cases
from inbox.answering import writing
from inbox.campaigns.holding import HeldBack, answered_by_letter, may_be_answered
from inbox.campaigns.tallying import alike
from inbox.desk import Desk, open_desk
from inbox.models import Campaign, CampaignCopy, Case, Constituent, Message, MessageKind, Role
from inbox.worker.answering import answer_late
from tests.inbox.campaign_post import BANKS, PLEA, RIVERS, Post
from tests.inbox.plans import asked
from tests.inbox.test_answering import PRIYA, approve, letters, wait_and_work, write

NAMES = ("Colin Peake", "Sheila Barton", "Alan Treves", "Moira Finch", "Ruth Pym", "Cerys Dunn", "Nia Cole")


@contextmanager
def at_desk(post: Post) -> Iterator[tuple[Session, Desk, list[Campaign]]]:
    with post.office.reading() as session:
        desk = open_desk(session, post.office.worker.node.line.tools)
        yield session, desk, list(session.exec(select(Campaign).order_by(col(Campaign.id))))


def change(
    post: Post, name: str, table: type[Case | Message | Constituent | CampaignCopy], **facts: Any
) -> None:
    """Facts of somebody's first letter, as it lies in the database."""
    case_id, message_id = post.case_of(name).id, post.copy_of_first(name)
    with post.office.writing() as session:
        case = session.get_one(Case, case_id)
        key = {Case: case_id, Constituent: case.constituent_id}.get(table, message_id)
        row = session.get_one(table, key)
        for field, value in facts.items():
            setattr(row, field, value)


@pytest.fixture
def piles(post: Post) -> Post:
    """Two piles on which people stand in every way; some were answered, by the list or by a letter."""
    post.arrive(*NAMES[:2])
    approve(post, write(post))
    wait_and_work(post)
    post.arrive(*NAMES[2:], "Ken Oakes", "Ida Wray", "Bea Lund", "Tom Hale")
    post.arrive("Colin Peake", "Bea Lund", "Tom Hale")
    post.arrive("Jean Oduya", text=BANKS.replace("Yours", f"{PLEA}\n\nYours"))
    post.arrive("Farida Aziz", text=f"The nearest branch is two buses away and I am 79.\n\n{BANKS}")
    post.arrive("Tobias Wren", "Una Moss", "Lena Fox", text=RIVERS)
    change(post, "Moira Finch", Message, warnings=["dmarc-fail"])
    change(post, "Ruth Pym", Case, is_restricted=True)
    change(post, "Cerys Dunn", Case, flags=["safeguarding"])
    change(post, "Nia Cole", Message, kind=MessageKind.FORM)
    change(post, "Ken Oakes", Case, constituent_id=None)
    change(post, "Ida Wray", Constituent, constituency="not_ours")
    change(post, "Bea Lund", CampaignCopy, likeness=20, reading="held")
    change(post, "Tom Hale", Case, held_by="a rule")
    change(post, "Una Moss", CampaignCopy, added_words=20, reading="campaign_only")
    return post


def views() -> list[ColumnElement[bool]]:
    """What everybody sees, and what somebody does who reads no restricted case."""
    return [true(), visible_cases(Person("", "", "", "", frozenset({Role.CASEWORKER})))]


def test_a_tally_says_of_each_pile_what_counting_its_copies_says(piles: Post) -> None:
    with at_desk(piles) as (session, desk, rows):
        for visible in views():
            found = campaigns.tally(session, desk, rows, visible=visible)
            for one in rows:
                assert found[one.id] == campaigns.count(
                    campaigns.members(session, desk, one, visible=visible)
                )
        reasons = {why for count in campaigns.tally(session, desk, rows).values() for why in count.held_back}
    assert len(rows) == 2 and len(reasons) > 8 and HeldBack.ANSWERED in reasons


def test_a_page_of_a_pile_is_a_part_of_all_its_copies(piles: Post) -> None:
    with at_desk(piles) as (session, desk, rows):
        for visible in views():
            for one in rows:
                everybody = campaigns.members(session, desk, one, visible=visible)
                for start in range(len(everybody)):
                    after = everybody[start - 1].message_id if start else ""
                    page = campaigns.page_of(session, desk, one, after=after, limit=3, visible=visible)
                    assert page == everybody[start : start + 3]


def test_whom_nothing_holds_back_the_query_lets_through(piles: Post) -> None:
    with at_desk(piles) as (session, desk, rows):
        query = select(CampaignCopy.message_id).join(Case, col(Case.id) == CampaignCopy.case_id)
        through = set(session.exec(query.where(may_be_answered())))
        everybody = [one for row in rows for one in campaigns.members(session, desk, row)]
    free = {one.message_id for one in everybody if one.held_back is None}
    assert free and free <= through and len(through) < len(everybody)


def test_a_larger_pile_is_told_in_no_more_rows_and_more_piles_in_no_more_statements(post: Post) -> None:
    def read() -> tuple[int, int]:
        with at_desk(post) as (session, desk, rows):
            with asked(post.office.database) as said:
                campaigns.tally(session, desk, rows)
            return len(session.execute(alike(session, [rows[0].id])).all()), len(said.statements)

    post.arrive(*NAMES[:3])
    before = read()
    post.arrive(*NAMES[3:])
    post.arrive("Tobias Wren", "Una Moss", text=RIVERS)
    assert read() == before


def test_a_page_of_a_larger_pile_reads_no_more_rows(post: Post) -> None:
    def read() -> list[int]:
        with at_desk(post) as (session, desk, [pile]):
            people = campaigns.page_of(session, desk, pile, after="", limit=2, visible=true())
            mine = {one.constituent_id or "" for one in people}
            return [len(people), len(campaigns.members(session, desk, pile, people=mine))]

    post.arrive(*NAMES[:3])
    before = read()
    post.arrive(*NAMES[3:])
    assert read() == before == [2, 2]


def test_nobody_waits_for_the_look_at_late_copies_when_there_is_none(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.arrive(*NAMES)
    approve(post, write(post))
    wait_and_work(post)
    with post.office.writing() as session:
        writing.answer_late(session, session.merge(post.campaigns()[0]), on=True, now=post.office.now,
                            actor=PRIYA)  # fmt: skip
    node = post.office.worker.node
    with asked(post.office.database) as said, monkeypatch.context() as meanwhile:
        meanwhile.setattr(node.database, "write", None)
        answer_late(node)
    assert said.of("JOIN campaign_copy")
    assert not said.of("sender_handle"), "whoever was answered is not read"


def test_whoever_sent_the_text_twice_is_on_the_list_once(post: Post) -> None:
    post.arrive(*NAMES[:3])
    post.arrive("Colin Peake")
    approve(post, write(post))
    wait_and_work(post)
    assert len(letters(post)) == len(set(letters(post))) == 3


def test_who_was_answered_by_letter_is_found_by_the_pile(post: Post) -> None:
    if not post.office.database.is_sqlite:
        return
    with at_desk(post) as (session, _, _rows), asked(post.office.database) as said:
        session.execute(answered_by_letter(session, ["x" * 32])).all()
    plan = said.plan("FROM campaign")
    assert any("case_of_campaign (office_id=? AND campaign=?)" in line for line in plan), plan
