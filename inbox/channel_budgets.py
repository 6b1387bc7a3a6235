"""What a platform still lets a channel do, counted in one row per limit for all nodes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, select

from inbox.database import Database, locked
from inbox.models import ChannelBudget, ChannelCost

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class ChannelBudgets:
    """The contract's Budget. Equal for the same channel, however often its row was read."""

    office_id: str
    channel_id: str
    database: Database = field(compare=False, repr=False)
    now: Callable[[], datetime] = field(compare=False, repr=False)

    def wait(self, name: str) -> timedelta | None:
        """How long to leave the platform alone; counts the call as made where it may go on."""
        now = self.now()
        with self.database.write(self.office_id) as session:
            row = self._row(session, name)
            if row.remaining is None or row.resets_at is None or row.resets_at <= now:
                row.remaining, row.resets_at = None, None
                return None
            if row.remaining <= 0:
                return row.resets_at - now
            row.remaining -= 1
            return None

    def heard(self, name: str, *, remaining: int, resets_in: timedelta) -> None:
        with self.database.write(self.office_id) as session:
            row = self._row(session, name)
            row.remaining, row.resets_at = max(0, remaining), self.now() + max(resets_in, timedelta())

    def spent(self, name: str) -> float:
        with self.database.read(self.office_id) as session:
            row = session.get(ChannelBudget, (self.channel_id, name))
            return row.spent / _MILLION if row is not None and row.spent_on == self._today() else 0.0

    def spend(self, name: str, dollars: float) -> None:
        today = self._today()
        with self.database.write(self.office_id) as session:
            row = self._row(session, name)
            before = row.spent if row.spent_on == today else 0
            row.spent, row.spent_on = before + round(dollars * _MILLION), today
            self._book(session, today, round(dollars * _MILLION))

    def _book(self, session: Session, day: str, millionths: int) -> None:
        """Keeps what each day cost, for the bill of the month; the row above is locked, so one writes."""
        query = select(ChannelCost).where(ChannelCost.channel_id == self.channel_id, ChannelCost.day == day)
        row = session.exec(locked(session, query)).first()
        if row is None:
            row = ChannelCost(office_id=self.office_id, channel_id=self.channel_id, day=day)
            session.add(row)
        row.spent += millionths

    def _today(self) -> str:
        return self.now().astimezone(UTC).date().isoformat()

    def _row(self, session: Session, name: str) -> ChannelBudget:
        query = select(ChannelBudget).where(
            ChannelBudget.channel_id == self.channel_id, ChannelBudget.name == name
        )
        row = session.exec(locked(session, query)).first()
        if row is None:
            row = ChannelBudget(office_id=self.office_id, channel_id=self.channel_id, name=name)
            session.add(row)
        return row
