"""New mail for some minutes: written as the demo runs, laid into its mailbox, collected like any other."""

import itertools
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any

from sqlmodel import Session, col, select

from inbox.database import Database
from inbox.demo import founding, letters
from inbox.demo.mailbox import Mailbox
from inbox.demo.place import Place
from inbox.demo.stories import flow, live_mails
from inbox.models import Direction, Message


@dataclass(frozen=True, slots=True)
class Feed:
    """Writes the mails of `live.toml` in their order; a second start goes on where the first one stopped."""

    place: Place
    database: Database
    office_ids: Mapping[str, str]
    mailboxes: Mapping[str, Mailbox]

    def run(self, stopping: threading.Event) -> None:
        """Delivers mail after mail, each after its pause, until the script ends or `stopping` is set."""
        mails = live_mails()
        begun = self.place.facts.mails_sent % len(mails)
        for told, pause in zip(mails[begun:], _pauses(), strict=False):
            if stopping.wait(pause):
                return
            self._deliver(told)
            self.place.facts.mails_sent += 1
            self.place.save()

    def _deliver(self, told: Mapping[str, Any]) -> None:
        office = told.get("office", founding.MP.key)
        plan = next(plan for plan in founding.PLANS if plan.key == office)
        now, number = datetime.now(UTC), self.place.facts.mails_sent
        address = parseaddr(told["from"])[1]
        mail = letters.Mail(
            sender=told["from"],
            to=plan.mailbox,
            subject=told["subject"],
            text=flow(told["text"]),
            at=now,
            message_id=f"live.{number}.{int(now.timestamp())}@{address.rpartition('@')[2]}",
            files=tuple(told.get("files", ())),
            headers=tuple(told.get("headers", {}).items()),
        )
        if told.get("answers"):
            with self.database.read(self.office_ids[office]) as session:
                mail = letters.answering(mail, _conversation(session, address))
        self.mailboxes[office].deliver(letters.raw(mail), now)


def _pauses() -> Iterator[float]:
    """Seconds before each mail: the first come at once, so that the page moves while one looks at it."""
    yield from (3, 4, 5)
    yield from itertools.cycle((12, 16, 10, 18, 13))


def _conversation(session: Session, address: str) -> tuple[str, ...]:
    """The id of the last thing we sent to this address; nothing where we never wrote."""
    query = select(Message).where(Message.direction == Direction.OUTBOUND).order_by(col(Message.id).desc())
    newest = next((one for one in session.exec(query) if address in one.recipients), None)
    return (newest.external_id,) if newest is not None and newest.external_id else ()
