"""One text, signed off once, leaves as one letter for each person, whatever happens while it does."""

from typing import Any

import pytest
from sqlmodel import Session, col, select

from inbox import acknowledgement, import_channel
from inbox.answering import preparing, writing
from inbox.campaigns.counting import count
from inbox.campaigns.holding import HeldBack, members
from inbox.desk import open_desk
from inbox.errors import Conflict, NotAllowed, Refused, Stale
from inbox.history import Actor, ActorKind, verify
from inbox.models import (
    AddressProof,
    AnswerState,
    Campaign,
    CampaignAnswer,
    CampaignCopy,
    CampaignRecipient,
    Case,
    Channel,
    Constituent,
    Delivery,
    DeliveryState,
    Handle,
    Message,
    MessageKind,
    Office,
    Reading,
)
from tests.inbox.campaign_post import BANKS, PLEA, Post

TEXT = (
    "Dear {{name}},\n\nThank you for your letter. I have signed EDM 412.\n\nYour reference is {{reference}}."
)
PRIYA = Actor(ActorKind.STAFF, "priya", "Priya Nair")
NAMES = ("Colin Peake", "Sheila Barton", "Alan Treves", "Moira Finch", "Ruth Pym")


def write(post: Post, text: str = TEXT, **words: Any) -> str:
    """Writes the answer to the only pile; its id."""
    with post.office.writing() as session:
        desk = open_desk(session, post.office.worker.node.line.tools)
        return writing.write(
            session, desk, session.merge(post.campaigns()[0]), writing.Words(text, **words),
            author_id=post.office.staff, now=post.office.now, actor=PRIYA,
        ).id  # fmt: skip


def approve(post: Post, answer_id: str, *, by: str = "", digest: str = "") -> None:
    with post.office.writing() as session:
        desk = open_desk(session, post.office.worker.node.line.tools)
        answer = writing.find_answer(session, answer_id)
        writing.approve(
            session, desk, answer, staff_id=by or post.office.staff,
            digest=digest or writing.digest_of(session, answer), now=post.office.now, actor=PRIYA,
        )  # fmt: skip


def held(post: Post) -> dict[str, HeldBack | None]:
    with post.office.reading() as session:
        desk = open_desk(session, post.office.worker.node.line.tools)
        return {one.name: one.held_back for one in members(session, desk, post.campaigns()[0])}


def copies_held_back(post: Post, name: str) -> list[HeldBack | None]:
    """Why each copy of this person, in order of arrival, does not get the answer."""
    with post.office.reading() as session:
        desk = open_desk(session, post.office.worker.node.line.tools)
        found = members(session, desk, post.campaigns()[0], case_ids=[post.case_of(name).id])
        return [one.held_back for one in found]


def rows(post: Post, kind: Any) -> list[Any]:
    with post.office.reading() as session:
        return list(session.exec(select(kind)))


def deliveries(post: Post) -> list[Delivery]:
    return [one for one in rows(post, Delivery) if one.purpose == "campaign"]


def letters(post: Post) -> list[tuple[str, ...]]:
    """Who was sent what the platform took, acknowledgements apart."""
    return [one.recipients for one in post.office.platform.inside.sent if b"signed EDM" in one.raw]


def wait_and_work(post: Post) -> None:
    post.office.work()
    post.office.wait(400)
    post.office.work()


def test_everybody_gets_one_letter_of_their_own_with_their_own_name(post: Post) -> None:
    post.arrive(*NAMES)
    approve(post, write(post))
    post.office.work()
    assert letters(post) == [], "for ten undo times nothing leaves"
    wait_and_work(post)
    addresses = [f"{name.lower().replace(' ', '.')}@example.org" for name in NAMES]
    assert sorted(letters(post)) == sorted((one,) for one in addresses)
    raw = next(
        one.raw for one in post.office.platform.inside.sent
        if one.recipients == (addresses[0],) and b"signed EDM" in one.raw
    )  # fmt: skip
    assert b"Dear Colin.Peake" in raw and post.case_of("Colin Peake").reference.encode() in raw
    assert b"\nCc:" not in raw and b"\nBcc:" not in raw
    assert {post.case_of(name).status for name in NAMES} == {"resolved"}
    with post.office.reading() as session:
        assert verify(session) is None
        assert session.exec(select(CampaignAnswer.state)).one() == AnswerState.PREPARED


@pytest.mark.parametrize("point", ["answer.stored", "answer.queued", "answer.committed"])
def test_a_run_that_is_killed_goes_on_and_nobody_gets_two(
    post: Post, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    monkeypatch.setattr(preparing, "BATCH", 2)
    post.arrive(*NAMES)
    approve(post, write(post))
    assert post.office.work(dies_at=f"{point}:2")
    post.office.wait(120)  # the lease of the dead process runs out
    post.office.work()
    wait_and_work(post)
    assert len(letters(post)) == len(set(letters(post))) == len(NAMES)
    assert len(deliveries(post)) == len(NAMES)


def test_stopping_keeps_back_every_letter_that_has_not_left(post: Post) -> None:
    post.arrive(*NAMES)
    answer_id = write(post)
    approve(post, answer_id)
    post.office.work()
    with post.office.writing() as session:
        answer = writing.find_answer(session, answer_id)
        assert writing.stop(session, answer, now=post.office.now, actor=PRIYA) == len(NAMES)
    wait_and_work(post)
    assert letters(post) == []
    assert {one.state for one in deliveries(post)} == {DeliveryState.STOPPED}
    assert set(held(post).values()) == {None}, "whoever got nothing can be answered again"


def test_stopping_while_letters_are_made_makes_no_more(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "BATCH", 2)
    post.arrive(*NAMES)
    answer_id = write(post)
    approve(post, answer_id)
    assert post.office.work(dies_at="answer.committed")
    with post.office.writing() as session:
        answer = writing.find_answer(session, answer_id)
        assert writing.stop(session, answer, now=post.office.now, actor=PRIYA) == 2
    post.office.wait(120)
    wait_and_work(post)
    assert letters(post) == []
    assert sorted(one.state for one in rows(post, CampaignRecipient)) == ["queued"] * 2 + ["stopped"] * 3


def test_whoever_must_not_get_the_standard_answer_is_held_back_with_the_reason(post: Post) -> None:
    post.arrive(*NAMES)
    post.arrive("Jean Oduya", text=BANKS.replace("Yours", f"{PLEA}\n\nYours"))
    post.arrive("Farida Aziz", text=f"The nearest branch is two buses away and I am 79.\n\n{BANKS}")
    with post.office.writing() as session:
        _change(session, Constituent, "colin peake", constituency="not_ours")
        _change_case(session, post.case_of("Sheila Barton").id, status="open")
        _change_case(session, post.case_of("Alan Treves").id, flags=["safeguarding"])
    found = {name.lower().replace(".", " "): why for name, why in held(post).items()}
    assert found == {
        "colin peake": HeldBack.NOT_OURS, "sheila barton": HeldBack.IN_WORK, "alan treves": HeldBack.RISK,
        "moira finch": None, "ruth pym": None, "jean oduya": HeldBack.HIDDEN_CASEWORK,
        "farida aziz": HeldBack.OWN_WORDS,
    }  # fmt: skip
    approve(post, write(post))
    wait_and_work(post)
    assert len(letters(post)) == 2
    assert HeldBack.ANSWERED in held(post).values()


def test_copies_from_a_form_and_imported_ones_are_answered_by_the_mailbox(post: Post) -> None:
    post.arrive(*NAMES)
    with post.office.writing() as session:
        imported = import_channel.of_office(session, actor=PRIYA, now=post.office.now).id
        form = Channel(office_id=post.office.id, kind="web", name="Form", account="form", mode="full",
                       since=post.office.now, created_at=post.office.now)  # fmt: skip
        session.add(form)
        session.flush()
        _came_by(session, "colin.peake@example.org", channel_id=imported)
        for name in ("sheila.barton", "alan.treves"):
            _came_by(session, f"{name}@example.org", channel_id=form.id, kind=MessageKind.FORM)
        asked = session.exec(select(Message).where(Message.sender_handle == "alan.treves@example.org")).one()
        desk = open_desk(session, post.office.worker.node.line.tools)
        case = session.get_one(Case, asked.case_id)
        acknowledgement.ask_by_hand(session, desk, case, asked, now=post.office.now, actor=PRIYA)
        session.flush()
        session.exec(select(AddressProof)).one().proved_at = post.office.now
    why = {name.lower().replace(".", " "): why for name, why in held(post).items()}
    assert why == {
        "colin peake": None, "sheila barton": HeldBack.UNPROVED, "alan treves": None, "moira finch": None,
        "ruth pym": None,
    }  # fmt: skip
    approve(post, write(post))
    wait_and_work(post)
    addresses = [f"{name}@example.org" for name in ("alan.treves", "colin.peake", "moira.finch", "ruth.pym")]
    assert sorted(letters(post)) == [(one,) for one in addresses]


def test_somebody_who_writes_again_before_the_letter_is_made_is_left_out(post: Post) -> None:
    post.arrive(*NAMES)
    answer_id = write(post)
    with post.office.writing() as session:
        _change_case(session, post.case_of("Ruth Pym").id, flags=["self-harm"])
    approve(post, answer_id)
    wait_and_work(post)
    assert len(letters(post)) == len(NAMES) - 1
    left_out = [one for one in rows(post, CampaignRecipient) if one.state == "left_out"]
    assert [one.why for one in left_out] == ["risk"]


def test_nobody_is_answered_twice_by_a_second_answer(post: Post) -> None:
    post.arrive(*NAMES)
    approve(post, write(post))
    wait_and_work(post)
    post.arrive("Ted Hollis")
    approve(post, write(post))
    wait_and_work(post)
    assert len(letters(post)) == len(set(letters(post))) == len(NAMES) + 1


def test_late_copies_are_answered_only_when_a_person_switched_that_on(post: Post) -> None:
    post.arrive(*NAMES)
    approve(post, write(post))
    wait_and_work(post)
    post.arrive("Ted Hollis")
    wait_and_work(post)
    assert len(letters(post)) == len(NAMES)
    _answer_late(post)
    post.office.work()
    wait_and_work(post)
    assert ("ted.hollis@example.org",) in letters(post)
    assert len(letters(post)) == len(NAMES) + 1


def test_whoever_sent_the_text_twice_gets_one_letter_and_keeps_nobody_from_theirs(post: Post) -> None:
    post.arrive(*NAMES)
    post.arrive("Sheila Barton", text=f"I saw this at the Marl Cross branch again.\n\n{BANKS}")
    post.arrive("Moira Finch")
    assert copies_held_back(post, "Moira Finch") == [None, HeldBack.SAME_PERSON]
    assert copies_held_back(post, "Sheila Barton") == [None, HeldBack.SAME_PERSON]
    with post.office.reading() as session:
        desk = open_desk(session, post.office.worker.node.line.tools)
        found = count(members(session, desk, post.campaigns()[0]))
    assert (found.people, found.messages, found.to_answer) == (len(NAMES), len(NAMES) + 2, len(NAMES))
    approve(post, write(post))
    wait_and_work(post)
    addresses = [f"{name.lower().replace(' ', '.')}@example.org" for name in NAMES]
    assert sorted(letters(post)) == sorted((one,) for one in addresses)


def test_somebody_whose_first_copy_is_held_back_is_answered_for_the_next(post: Post) -> None:
    post.arrive(*NAMES)
    post.arrive("Moira Finch")
    with post.office.writing() as session:
        copy = session.get_one(CampaignCopy, post.copy_of_first("Moira Finch"))
        copy.reading = Reading.HELD
    assert copies_held_back(post, "Moira Finch") == [HeldBack.SAME_PERSON, None]
    approve(post, write(post))
    wait_and_work(post)
    assert letters(post).count(("moira.finch@example.org",)) == 1


def test_a_late_person_who_writes_twice_gets_one_letter_and_the_others_theirs(post: Post) -> None:
    post.arrive(*NAMES)
    approve(post, write(post))
    wait_and_work(post)
    _answer_late(post)
    post.arrive("Ted Hollis", "Ted Hollis", "Ada Quill", "Colin Peake")
    wait_and_work(post)
    late = [one for one in letters(post) if one[0].split("@")[0] in ("ted.hollis", "ada.quill")]
    assert sorted(late) == [("ada.quill@example.org",), ("ted.hollis@example.org",)]
    assert len(letters(post)) == len(set(letters(post))) == len(NAMES) + 2


def test_a_campaign_whose_late_copies_fail_keeps_no_other_from_its_letters(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.arrive(*NAMES)
    approve(post, write(post))
    wait_and_work(post)
    _answer_late(post)
    with post.office.writing() as session:
        broken = Campaign(
            id="0" * 32, office_id=post.office.id, slug="first-of-all", title="A", template="A",
            template_id="t", answers_late=True, created_at=post.office.now, updated_at=post.office.now,
        )  # fmt: skip
        session.add(broken)
    real = writing.current

    def current(session: Session, campaign: Campaign) -> CampaignAnswer | None:
        if campaign.id == "0" * 32:
            raise RuntimeError("a fault of one campaign")
        return real(session, campaign)

    monkeypatch.setattr(writing, "current", current)
    post.arrive("Ted Hollis")
    wait_and_work(post)
    assert ("ted.hollis@example.org",) in letters(post)


def test_a_yes_to_words_or_a_list_that_changed_does_not_count(post: Post) -> None:
    post.arrive(*NAMES)
    answer_id = write(post)
    with post.office.reading() as session:
        seen = writing.digest_of(session, session.exec(select(CampaignAnswer)).one())
    write(post, TEXT + " More.")
    with pytest.raises(Stale):
        approve(post, answer_id, digest=seen)
    write(post, TEXT)
    post.arrive("Ted Hollis")
    write(post, TEXT)
    with pytest.raises(Stale):
        approve(post, answer_id, digest=seen)


def test_where_another_must_approve_the_writer_may_not(post: Post) -> None:
    post.arrive(*NAMES)
    answer_id = write(post)
    with post.office.database.write() as session:
        office = session.exec(select(Office).where(Office.id == post.office.id)).one()
        office.approval_office = "other"
    with pytest.raises(NotAllowed, match="someone else"):
        approve(post, answer_id)


def test_a_text_with_a_gap_or_for_nobody_cannot_leave(post: Post) -> None:
    post.arrive(*NAMES)
    with pytest.raises(Refused, match=r"\[date\]"):
        approve(post, write(post, "Dear {{name}}, the debate is on [date]."))
    with pytest.raises(Refused, match="next_update"):
        approve(post, write(post, "Dear {{name}}, by {{next_update}}."))


def test_while_letters_are_made_no_other_answer_can_be_written(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "BATCH", 2)
    post.arrive(*NAMES)
    approve(post, write(post))
    assert post.office.work(dies_at="answer.committed")
    with pytest.raises(Conflict):
        write(post)


def test_what_a_person_is_called_never_changes_the_text_of_others(post: Post) -> None:
    post.arrive(*NAMES[:2])
    with post.office.writing() as session:
        _change(session, Constituent, "colin peake", name="{{reference}} [gap]")
    approve(post, write(post))
    wait_and_work(post)
    sent = rows(post, Message)
    assert any(one.text.startswith("Dear {{reference}} [gap],") for one in sent)


def _answer_late(post: Post) -> None:
    with post.office.writing() as session:
        writing.answer_late(session, session.merge(post.campaigns()[0]), on=True, now=post.office.now,
                            actor=PRIYA)  # fmt: skip


def _change(session: Session, kind: Any, called: str, **facts: Any) -> None:
    for row in session.exec(select(kind)):
        if row.name.lower().replace(".", " ") == called:
            for field, value in facts.items():
                setattr(row, field, value)


def _came_by(session: Session, address: str, **facts: Any) -> None:
    """The message of this address came by another way, and the address is one of letters."""
    message = session.exec(select(Message).where(Message.sender_handle == address)).one()
    for field, value in facts.items():
        setattr(message, field, value)
    handle = session.exec(select(Handle).where(Handle.address == address)).one()
    handle.channel_kind = "email"


def _change_case(session: Session, case_id: str, **facts: Any) -> None:
    case = session.exec(select(Case).where(col(Case.id) == case_id)).one()
    for field, value in facts.items():
        setattr(case, field, value)
