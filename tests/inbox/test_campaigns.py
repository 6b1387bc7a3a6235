"""Copies of one text become a pile as they arrive; whoever has a matter of their own is lifted out."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from inbox.campaigns import founding, index
from inbox.history import verify
from inbox.models import CampaignPrint, Case, Clock, Message
from tests.inbox.campaign_post import BANKS, PLEA, RIVERS, TENANTS, Post
from tests.inbox.plans import asked


def test_copies_become_one_pile_with_one_case_for_each_person(post: Post) -> None:
    post.arrive("Colin Peake", "Sheila Barton", "Alan Treves")
    [campaign] = post.campaigns()
    for name in ("Colin Peake", "Sheila Barton", "Alan Treves"):
        case = post.case_of(name)
        assert (case.kind, case.campaign, case.priority) == ("campaign", campaign.slug, "low"), name
        assert post.copy_of(name).added_words == 0
    with post.office.reading() as session:
        assert verify(session) is None
        assert not [one for one in session.exec(select(Clock)) if one.cancelled_at is None]


def test_two_campaigns_and_a_letter_in_own_words_stay_apart(post: Post) -> None:
    post.arrive("Colin Peake", "Sheila Barton")
    post.arrive("Cerys Dunn", "Tobias Wren", text=RIVERS)
    post.arrive("Nia Cole", text=TENANTS)
    assert len(post.campaigns()) == 2
    assert post.case_of("Colin Peake").campaign != post.case_of("Cerys Dunn").campaign
    assert post.case_of("Nia Cole").campaign is None


def test_what_a_person_added_is_kept_as_places_in_their_own_message(post: Post) -> None:
    post.arrive("Colin Peake", "Sheila Barton")
    own = "The nearest branch is now two buses away and I am 79."
    post.arrive("Farida Aziz", text=f"{own}\n\n{BANKS}")
    copy = post.copy_of("Farida Aziz")
    with post.office.reading() as session:
        message = session.exec(select(Message).where(Message.id == copy.message_id)).one()
    assert [message.new_text[start:end] for start, end in copy.added] == [own.rstrip(".")]
    assert (copy.removed, copy.hides, copy.reading) == ([], False, "unread")


def test_a_plea_inside_a_copy_is_lifted_out_as_casework_with_its_clock(post: Post) -> None:
    post.arrive("Colin Peake", "Sheila Barton")
    post.arrive("Jean Oduya", text=BANKS.replace("Yours", f"{PLEA}\n\nYours"))
    case, copy = post.case_of("Jean Oduya"), post.copy_of("Jean Oduya")
    assert (case.kind, case.campaign) == ("casework", post.campaigns()[0].slug)
    assert copy.hides and copy.reading == "lifted"
    with post.office.reading() as session:
        assert session.exec(select(Clock).where(Clock.case_id == case.id)).first() is not None


@pytest.mark.parametrize("comes", ["first", "later"])
def test_a_plea_inside_a_copy_is_as_urgent_as_it_would_be_alone(post: Post, comes: str) -> None:
    plea = {
        "Jean Oduya": "I was served an eviction notice and the bailiffs come tomorrow with my two little "
        "ones here. I don't know who to turn to, please can you help us.",
        "Una Marsh": "By the way I am still waiting for my hip operation since 2024 and the hospital lost my "
        "notes, could your office chase it please.",
    }  # fmt: skip
    pleading = {name: BANKS.replace("Yours", f"{own}\n\nYours") for name, own in plea.items()}
    if comes == "later":
        post.arrive("Colin Peake", "Sheila Barton")
    for name, text in pleading.items():
        post.arrive(name, text=text)
    if comes == "first":
        post.arrive("Colin Peake", "Sheila Barton")
    evicted, waiting = post.case_of("Jean Oduya"), post.case_of("Una Marsh")
    assert (evicted.priority, waiting.priority) == ("immediate", "standard")
    assert "vulnerable" in evicted.flags and "special-category" in waiting.flags
    assert evicted.kind == waiting.kind == "casework"
    assert evicted.next_due_at is not None and waiting.next_due_at is not None
    assert post.copy_of("Jean Oduya").hides and post.copy_of("Una Marsh").hides


def test_a_plea_in_the_first_copy_is_lifted_out_once_the_text_is_known(post: Post) -> None:
    post.arrive("Jean Oduya", text=BANKS.replace("Yours", f"{PLEA}\n\nYours"))
    post.arrive("Colin Peake", "Sheila Barton", "Alan Treves")
    assert post.copy_of("Jean Oduya").hides
    assert post.case_of("Jean Oduya").kind != "campaign"
    assert PLEA not in post.campaigns()[0].template


def test_a_threat_inside_a_copy_reaches_a_person_at_once(post: Post) -> None:
    post.arrive("Colin Peake", "Sheila Barton")
    threat = "Vote against it and I will come to your house and kill you."
    post.arrive("Ted Hollis", text=BANKS.replace("Yours", f"{threat}\n\nYours"))
    case = post.case_of("Ted Hollis")
    assert (case.kind, case.priority) == ("threat", "immediate")
    assert post.copy_of("Ted Hollis").hides


def test_the_letter_of_two_neighbours_stays_casework(post: Post) -> None:
    post.arrive("Nia Cole", "Kofi Mensah", text=TENANTS)
    assert post.campaigns() == []
    assert {post.case_of(name).kind for name in ("Nia Cole", "Kofi Mensah")} == {"casework"}


def test_letters_alike_that_are_no_campaign_are_not_all_read_again_with_each_further_one(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    monkeypatch.setattr(founding, "may_make_a_campaign", lambda _, gists: looked.append(len(gists)))
    for _ in range(50):
        post.arrive("Nia Cole", text=TENANTS)
    assert looked == [*range(2, 13), *range(16, 41, 4)]


def test_whoever_sends_a_text_twice_has_one_case(post: Post) -> None:
    post.arrive("Colin Peake", "Sheila Barton")
    post.arrive("Colin Peake", text=BANKS + " Please answer.")
    assert post.case_of("Colin Peake").message_count >= 2
    assert _count(post, Case) == 2


def test_copies_that_come_in_one_batch_make_the_same_pile(post: Post) -> None:
    names = [f"Person {chr(65 + number)}" for number in range(12)]
    for name in names:
        post.write(name, BANKS)
    post.office.work()
    assert {post.case_of(name).campaign for name in names} == {post.campaigns()[0].slug}


def _count(post: Post, kind: type[Case]) -> int:
    with post.office.reading() as session:
        return len(_all(session, kind))


def _all(session: Session, kind: type[Case]) -> list[Case]:
    return list(session.exec(select(kind)))


def test_old_lone_texts_are_forgotten_and_those_that_others_sent_stay_known(post: Post) -> None:
    post.arrive("Colin Peake", "Sheila Barton")
    post.arrive("Nia Cole", text=TENANTS)
    lone, shared = post.copy_of_first("Nia Cole"), post.copy_of_first("Colin Peake")
    with post.office.writing() as session:
        for part in range(index.PARTS):
            index.forget(session, post.office.now + timedelta(days=1), part)
    with post.office.reading() as session:
        known = set(session.exec(select(CampaignPrint.text_id)))
    assert shared in known and lone not in known


def test_a_copy_of_a_campaign_is_known_by_two_questions(post: Post) -> None:
    post.arrive("Colin Peake", "Sheila Barton", "Alan Treves", "Cerys Dunn")
    post.write("Tobias Wren", BANKS)
    with asked(post.office.database) as said:
        post.office.work()
    assert post.case_of("Tobias Wren").campaign == post.campaigns()[0].slug
    assert len(said.of("SELECT campaign_print")) == 1
    assert len(said.of("LEFT OUTER JOIN campaign_copy")) == 1


def test_what_an_answer_is_found_by_is_asked_for_at_once(post: Post) -> None:
    post.arrive("Nia Cole", text=TENANTS)
    before = post.case_of("Nia Cole").message_count
    post.office.platform.deliver(
        "<2@example.org>", "nia.cole@example.org", "It came back.", post.office.now, "<1@example.org>"
    )
    with asked(post.office.database) as said:
        post.office.work()
    assert post.case_of("Nia Cole").message_count > before
    assert len(said.of("LEFT OUTER JOIN handle")) == 1
    assert said.of("FROM handle WHERE") == []


def test_whoever_answers_our_answer_is_seen_again(post: Post) -> None:
    post.arrive("Colin Peake", "Sheila Barton")
    case = post.case_of("Colin Peake")
    post.office.platform.deliver(
        "<again@example.org>", "colin.peake@example.org", "Thank you, but can you also look at my bins?",
        post.office.now, "<1@example.org>",
    )  # fmt: skip
    post.office.work()
    assert post.case_of("Colin Peake").id == case.id
    assert post.case_of("Colin Peake").kind != "campaign"


def test_a_second_copy_that_hides_a_plea_is_lifted_out(post: Post) -> None:
    post.arrive("Colin Peake", "Sheila Barton")
    post.arrive("Colin Peake", text=BANKS.replace("Yours", f"{PLEA}\n\nYours"))
    case = post.case_of("Colin Peake")
    assert (case.kind, case.message_count >= 2) == ("casework", True)
    assert case.next_due_at is not None
