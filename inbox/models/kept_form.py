"""What somebody is typing on the road, kept while they type: a phone that dies loses nothing."""

from datetime import datetime

from sqlalchemy import String
from sqlmodel import Field

from inbox.models.base import Json, OfficeOwned, moment


class KeptForm(OfficeOwned, table=True):
    """The unsent form of one person on one page. Gone once it is sent, and after a week."""

    __tablename__ = "kept_form"

    staff_id: str = Field(primary_key=True, sa_type=String(32))
    page: str = Field(primary_key=True, sa_type=String(20))
    fields: dict[str, str] = Field(default_factory=dict, sa_type=Json)
    saved_at: datetime = moment()
