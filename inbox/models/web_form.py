"""What the public form needs before there is a case: answers not sent yet, and proofs of addresses."""

from datetime import datetime

from sqlalchemy import Index, Integer, LargeBinary, String
from sqlmodel import Field

from inbox.models.base import OfficeOwned, Row, moment, ref


class FormSession(OfficeOwned, table=True):
    """Answers on their way through the pages, for two hours. `sealed` opens only with the visitor's key.

    Not the office's data: nobody reads it, no backup holds it, and it is gone when its time is over.
    """

    __tablename__ = "form_session"

    key_hash: str = Field(primary_key=True, sa_type=String(64))
    sealed: bytes = Field(sa_type=LargeBinary)
    made_at: datetime = moment()
    until: datetime = moment()


class FormFile(Row, OfficeOwned, table=True):
    """A file chosen in the form and not sent yet, sealed like the answers."""

    __tablename__ = "form_file"

    key_hash: str = Field(sa_type=String(64), index=True)
    size: int = Field(sa_type=Integer)
    sealed: bytes = Field(sa_type=LargeBinary)


class AddressProof(OfficeOwned, table=True):
    """A letter that asks whether an address typed into the form is its writer's; `proved_at`: it is."""

    __tablename__ = "address_proof"
    __table_args__ = (Index("address_proof_of", "office_id", "address"),)

    token_hash: str = Field(primary_key=True, sa_type=String(64))
    case_id: str = ref("case.id", index=True)
    address: str = Field(sa_type=String(254))
    sent_at: datetime = moment()
    proved_at: datetime | None = moment(default=None)
