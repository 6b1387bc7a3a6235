"""What a platform still lets a channel do, counted in one row per limit for all nodes."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from inbox.database import Database, locked, savepoint
from inbox.errors import Unavailable
from inbox.models import ChannelBudget, ChannelCost

log = structlog.get_logger("budgets")
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
        def note(row: ChannelBudget, _: Session) -> None:
            row.remaining, row.resets_at = max(0, remaining), self.now() + max(resets_in, timedelta())

        self._note(name, note)

    def spent(self, name: str) -> float:
        with self.database.read(self.office_id) as session:
            row = session.get(ChannelBudget, (self.channel_id, name))
            return row.spent / _MILLION if row is not None and row.spent_on == self._today() else 0.0

    def spend(self, name: str, dollars: float) -> None:
        today, millionths = self._today(), round(dollars * _MILLION)

        def note(row: ChannelBudget, session: Session) -> None:
            before = row.spent if row.spent_on == today else 0
            row.spent, row.spent_on = before + millionths, today
            self._book(session, today, millionths)

        self._note(name, note)

    def _note(self, name: str, note: Callable[[ChannelBudget, Session], None]) -> None:
        """Writes down what has happened already: a database that is away costs the note, not the platform's
        answer that it came with, which may be the only word that a letter was taken."""
        try:
            with self.database.write(self.office_id) as session:
                note(self._row(session, name), session)
        except Unavailable as failure:
            log.warning("a budget was not noted", channel=self.channel_id, name=name, why=failure.sentence)

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
            with suppress(IntegrityError), savepoint(session):  # two that call at once make one row
                session.add(ChannelBudget(office_id=self.office_id, channel_id=self.channel_id, name=name))
            row = session.exec(locked(session, query)).one()
        return row
