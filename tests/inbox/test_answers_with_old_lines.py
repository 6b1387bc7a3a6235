"""A standard line past its date leaves in no answer to a campaign: not when written, not later."""

from datetime import datetime, timedelta

import pytest

from inbox.answering import writing
from inbox.desk import open_desk
from inbox.errors import Refused
from inbox.models import StandardLine
from tests.inbox.campaign_post import Post
from tests.inbox.test_answering import NAMES, PRIYA, approve, letters, wait_and_work, write

LINE = "I have signed EDM 412, and the pilot of banking hubs in Marl Cross runs until the end of this month."
TEXT = f"Dear {{{{name}}}},\n\n{LINE}\n\nYours"


def an_approved_line(post: Post, good_until: datetime, **facts: object) -> None:
    settings = {"number": 5, "title": "Hubs", "english": LINE} | facts
    with post.office.writing() as session:
        session.add(
            StandardLine(
                office_id=post.office.id, good_until=good_until, written_at=post.office.now,
                approved_at=post.office.now, approved_by=post.office.staff, **settings,
            )
        )  # fmt: skip


def problems(post: Post, answer_id: str) -> list[str]:
    with post.office.writing() as session:
        desk = open_desk(session, post.office.worker.node.line.tools)
        return writing.problems(session, desk, writing.find_answer(session, answer_id), post.office.now)


@pytest.mark.parametrize("text", [TEXT, TEXT.replace("412, and", "412 and").replace("Cross", "cross")])
def test_an_answer_with_a_line_past_its_date_is_not_approved(post: Post, text: str) -> None:
    post.arrive(*NAMES)
    an_approved_line(post, post.office.now + timedelta(hours=1))
    answer_id = write(post, text)
    assert problems(post, answer_id) == []
    post.office.wait(2 * 3600)
    [problem] = problems(post, answer_id)
    assert problem.startswith("Line 5 ran out on ") and problem.endswith(". Choose another.")
    with pytest.raises(Refused, match="Line 5 ran out"):
        approve(post, answer_id)


def test_the_words_of_another_line_in_date_may_leave(post: Post) -> None:
    post.arrive(*NAMES[:2])
    an_approved_line(post, post.office.now - timedelta(hours=1))
    an_approved_line(post, post.office.now + timedelta(days=9), number=6)
    assert problems(post, write(post, TEXT)) == []


def test_late_copies_wait_once_a_line_in_the_answer_is_past_its_date(post: Post) -> None:
    post.arrive(*NAMES)
    an_approved_line(post, post.office.now + timedelta(hours=1))
    approve(post, write(post, TEXT))
    wait_and_work(post)
    assert len(letters(post)) == len(NAMES)
    with post.office.writing() as session:
        writing.answer_late(session, session.merge(post.campaigns()[0]), on=True, now=post.office.now,
                            actor=PRIYA)  # fmt: skip
    post.office.wait(2 * 3600)
    post.arrive("Ted Hollis")
    wait_and_work(post)
    assert len(letters(post)) == len(NAMES)
