"""People who write to one office: two campaigns, a plea hidden in a copy, the letter of neighbours."""

from dataclasses import dataclass, field

from sqlmodel import col, select

from inbox.models import Campaign, CampaignCopy, Case, Message
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

    def copy_of_first(self, name: str) -> str:
        """The id of the first message of that person."""
        with self.office.reading() as session:
            query = select(Message.id).where(Message.case_id == self.case_of(name).id)
            return session.exec(query.order_by(col(Message.id))).first() or ""

    def copy_of(self, name: str) -> CampaignCopy:
        with self.office.reading() as session:
            return session.exec(
                select(CampaignCopy).where(CampaignCopy.case_id == self.case_of(name).id)
            ).one()

    def campaigns(self) -> list[Campaign]:
        with self.office.reading() as session:
            return list(session.exec(select(Campaign).order_by(col(Campaign.slug))))
