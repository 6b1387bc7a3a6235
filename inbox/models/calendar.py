"""What an office's calendar holds besides its hours: bank holidays, closed days, targets of its own."""

from datetime import datetime

from sqlalchemy import String
from sqlmodel import Field

from inbox.models.base import Json, OfficeOwned, json_dict, json_list, moment, ref


class OfficeCalendar(OfficeOwned, table=True):
    """One row for each office that changed anything; without it the bundled snapshot and targets hold.

    `holidays`: nation, then date, then name. `closed` and `opened`: `{"day", "why"}`, one for each day.
    `targets`: amounts by kind of clock, where the office's own differ.
    """

    __tablename__ = "office_calendar"

    office_id: str = ref("office.id", primary_key=True)
    holidays: dict[str, dict[str, str]] = json_dict()
    source: str | None = Field(default=None, sa_type=String(200), description="name of the file brought in")
    imported_at: datetime | None = moment(default=None)
    closed: list[dict[str, str]] = json_list()
    opened: list[dict[str, str]] = json_list()
    recesses: list[dict[str, str]] = json_list(description="`first`, `last`, `name`: Parliament’s")
    targets: dict[str, int] = Field(default_factory=dict, sa_type=Json)
