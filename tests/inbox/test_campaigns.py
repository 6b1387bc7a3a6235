"""Copies of one text become a pile as they arrive; whoever has a matter of their own is lifted out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from inbox.database import Database
from inbox.history import verify
from inbox.models import Campaign, CampaignCopy, Case, Clock, Message
from tests.faults import simulation

BANKS = (
    "Dear Rowan Ashby,\n\nI am writing as your constituent to ask you to sign EDM 412 and to speak up for "
    "face to face banking. Too many towns like ours have lost their last branch. Older people, those without "
    "a car and people who cannot bank online are left with nobody to talk to.\n\nPlease will you attend the "
    "debate and ask the minister for banking hubs in Wexcombe and Marl Cross?\n\nYours sincerely,\n{name}, "
    "{postcode}\n"
)  # fmt: skip
RIVERS = (
    "Dear Rowan Ashby,\n\nPlease support the Clean Rivers Bill at its second reading. The Marl was closed to "
    "swimmers for eleven weeks last summer. Water companies should pay for the damage they do, and the bill "
    "would make them.\n\nWill you vote for it?\n\n{name}\n{postcode}\n"
)  # fmt: skip
PLEA = (
    "I look after my husband who had a stroke and I can't do online. We were turned away by the branch on "
    "Tuesday with his pension in dispute for £1,140 and nobody will tell us why. Please can you help us."
)  # fmt: skip
TENANTS = (
    "I live in Quarry House. The black mould in our flats is making the children ill and Marl Homes has not "
    "repaired the heating since October. We have complained nine times and nobody comes. Please can you help "
    "us get Marl Homes to repair it."
)  # fmt: skip


@dataclass(slots=True)
class Post:
    """People who write to one office."""

    office: simulation.Office
    written: int = field(default=0)

    def write(self, name: str, text: str, postcode: str = "ZZ11 2QT") -> str:
        """One mail, kept and processed; the writer's address."""
        self.written += 1
        address = f"{name.lower().replace(' ', '.')}@example.org"
        words = text.replace("{name}", name).replace("{postcode}", postcode)
        number = f"<{self.written}@example.org>"
        self.office.platform.deliver(number, address, words, self.office.now)
        return address

    def arrive(self, *people: str, text: str = BANKS) -> None:
        for name in people:
            self.write(name, text)
        self.office.work()

    def case_of(self, name: str) -> Case:
        address = f"{name.lower().replace(' ', '.')}@example.org"
        with self.office.reading() as session:
            theirs = select(Message.case_id).where(Message.sender_handle == address)
            return session.exec(select(Case).where(col(Case.id).in_(theirs))).one()

    def copy_of(self, name: str) -> CampaignCopy:
        with self.office.reading() as session:
            return session.exec(
                select(CampaignCopy).where(CampaignCopy.case_id == self.case_of(name).id)
            ).one()

    def campaigns(self) -> list[Campaign]:
        with self.office.reading() as session:
            return list(session.exec(select(Campaign).order_by(col(Campaign.slug))))


@pytest.fixture
def post(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    platform = simulation.Platform()
    simulation.install(monkeypatch, platform)
    office = simulation.found(database.url, tmp_path, platform)
    yield Post(office)
    office.database.close()


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
