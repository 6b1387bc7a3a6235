"""A message on its way to its case, and how it is put on one."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from connectors.contract import InboundMessage, storable
from inbox import casefile, triage
from inbox.desk import Desk
from inbox.history import SYSTEM, record
from inbox.intake.understanding import Understood
from inbox.models import Arrival, Attachment, Case, Constituent, EventKind, Message
from inbox.recall import Recall
from routing.copies import Copy


@dataclass(frozen=True, slots=True)
class Filing:
    """One message on its way to its case, in the caller's transaction, with all that the way depends on.

    `acknowledging`: whether anybody is told of it now; an import of old mail tells nobody.
    """

    session: Session
    desk: Desk
    arrival: Arrival
    understood: Understood
    message: Message
    known: Recall
    now: datetime
    acknowledging: bool

    @property
    def incoming(self) -> InboundMessage:
        """What was said, as the channel understood it."""
        return self.understood.message

    def add_to(
        self, case: Case, *, because: str | None = None, person: Constituent | None = None,
        is_public: bool = True,
    ) -> None:  # fmt: skip
        """Puts the message and its files on a case."""
        self.message.case_id = case.id
        self.session.add(self.message)
        case.message_count += 1
        case.updated_at = self.now
        self.session.add_all(_attachments(case, self.message, self.understood))
        casefile.index(self.session, case, self.message, person)
        record(self.session, case, EventKind.ARRIVED, SYSTEM, now=self.now, public=is_public,
               message=self.message.id, channel=self.message.channel_id, because=because)  # fmt: skip

    def consider(
        self, case: Case | None, writer: Constituent | None, *, copy: Copy | None = None,
        campaign: str | None = None,
    ) -> triage.Triage:  # fmt: skip
        """What the message is, and what the rules make of it."""
        return triage.consider(
            self.session, self.desk, self.message, case, writer, now=self.now, copy=copy, campaign=campaign,
            attachment_types=tuple(filed.file.content_type for filed in self.understood.files),
            stated_postcode=self.incoming.told.get("postcode") if case is None else None,
        )  # fmt: skip

    def heed(
        self, case: Case, writer: Constituent | None = None, *, copy: Copy | None = None,
        campaign: str | None = None,
    ) -> triage.Triage:  # fmt: skip
        """A further message on a case: it may raise the alarm, and never moves or lowers anything."""
        seen = self.consider(case, writer, copy=copy, campaign=campaign)
        triage.heed(self.session, case, seen, self.message, now=self.now)
        return seen


def _attachments(case: Case, message: Message, understood: Understood) -> list[Attachment]:
    return [
        Attachment(
            office_id=case.office_id,
            message_id=message.id,
            filename=storable(filed.file.filename),
            content_type=storable(filed.file.content_type)[:127],
            size=filed.file.size,
            content_hash=filed.content_hash,
            content_id=filed.file.content_id,
            scan=filed.scan,
        )
        for filed in understood.files
    ]
