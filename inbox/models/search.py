"""What can be found by words. The index itself is the database's own (`search.py` in `inbox`)."""

from sqlalchemy import BigInteger, Integer, String, Text
from sqlmodel import Field

from inbox.models.base import OfficeOwned, ref

Number = BigInteger().with_variant(Integer, "sqlite")


class SearchEntry(OfficeOwned, table=True):
    """One message, or one case's facts, as words; `number` grows with time, so newest first is its order."""

    __tablename__ = "search_entry"

    number: int | None = Field(default=None, primary_key=True, sa_type=Number)
    case_id: str = ref("case.id", index=True)
    message_id: str | None = Field(default=None, sa_type=String(32))
    words: str = Field(sa_type=Text, description="folded, single spaces between and one at each end")
