"""What came in, kept first and understood second: from raw bytes to a message on a case.

`keep` commits the promise that nothing is lost; only then may the mail server be told. `process` runs
once per arrival in one transaction; what cannot be read is set aside with its bytes and can be run again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from connectors.contract import Attachment as File
from connectors.contract import (
    Change,
    DeliveryReport,
    Echo,
    InboundMessage,
    Machine,
    News,
    RawArrival,
    Verdict,
)
from inbox import (
    acknowledgement,
    alerts,
    campaigns,
    casefile,
    clocks,
    matching,
    people,
    staff_answers,
    triage,
)
from inbox.database import find
from inbox.desk import Desk
from inbox.failpoints import reach
from inbox.history import SYSTEM, record
from inbox.intake import forms
from inbox.intake.changes import changed, is_another_wording
from inbox.intake.forwarded import passed_on
from inbox.intake.keeping import already_kept, row_of
from inbox.intake.messages import message_of, storable
from inbox.intake.own_mail import echoed, receipted, reported, sent_elsewhere
from inbox.models import (
    ARRIVAL_MOVES,
    Arrival,
    ArrivalState,
    Attachment,
    Case,
    Channel,
    Constituent,
    Direction,
    EventKind,
    Message,
    Scan,
    Staff,
    move,
)
from inbox.recall import Recall
from inbox.rules.following import follow
from inbox.scanning import Scanner
from inbox.storage import Store
from routing.words import LIFE_FLAGS, Kind

_BATCH = 200
"""More than any channel hands over at once."""

_NO_PILE = frozenset({Kind.SPAM, Kind.AUTO_REPLY})
_NO_CLOCKS = frozenset({Kind.SPAM, Kind.CAMPAIGN, Kind.THANK_YOU, Kind.AUTO_REPLY, Kind.ABUSE})


@dataclass(frozen=True, slots=True)
class Kept:
    """An arrival whose bytes are already durable under `raw_hash`."""

    arrival: RawArrival
    raw_hash: str


@dataclass(frozen=True, slots=True)
class Filed:
    """A file whose bytes are already durable under `content_hash`, and only there."""

    file: File
    content_hash: str
    scan: Scan


@dataclass(frozen=True, slots=True)
class Understood:
    """A message that was read, its files in the store: ready for one short transaction."""

    news: News
    files: tuple[Filed, ...] = ()

    @property
    def told(self) -> InboundMessage | None:
        """The message in the news; None for a receipt, a deletion and what says nothing."""
        return self.news if isinstance(self.news, InboundMessage) else getattr(self.news, "message", None)

    @property
    def message(self) -> InboundMessage:
        """The message, where there is one."""
        if self.told is None:
            raise TypeError("this news holds no message")
        return self.told


def store_raw(store: Store, office_id: str, arrivals: Sequence[RawArrival]) -> list[Kept]:
    """Makes the bytes durable, before any transaction is opened."""
    return [Kept(arrival, store.put(office_id, arrival.raw)) for arrival in arrivals]


def keep(
    session: Session, channel: Channel, kept: Sequence[Kept], cursor: str | None, now: datetime
) -> list[str]:
    """Promises to process what is new; repeats fall away by the unique key. Returns the new arrivals' ids.

    The cursor moves in the same commit, so a mailbox is never read past what is kept.
    """
    seen = already_kept(session, channel, [one.arrival.external_id for one in kept])
    fresh: dict[str, dict[str, Any]] = {}
    for one in kept:
        if one.arrival.external_id not in seen:
            fresh.setdefault(one.arrival.external_id, row_of(channel, one.arrival, one.raw_hash, now))
    if fresh:
        session.connection().execute(insert(Arrival), list(fresh.values()))
        channel.last_in_at = now
    if cursor is not None:
        channel.cursor = cursor
    return [str(row["id"]) for row in fresh.values()]


def kept_last(session: Session, channel: Channel) -> list[RawArrival]:
    """The last batch kept from this channel, without its bytes: what its server may not have been told of."""
    rows = session.exec(
        select(Arrival).where(Arrival.channel_id == channel.id).order_by(col(Arrival.id).desc()).limit(_BATCH)
    ).all()
    return [
        RawArrival(channel.kind, row.account, row.external_id, b"", row.received_at, row.hints)
        for row in rows
        if row.kept_at == rows[0].kept_at
    ]


def understand(
    store: Store, office_id: str, news: News, scan: Scanner, fetched: Sequence[Filed] = ()
) -> Understood:
    """Puts the files of a message into the store before any transaction; those `fetched` for it are there."""
    message = Understood(news).told
    files = message.attachments if message else ()
    return Understood(news, (*(put(store, office_id, file, scan) for file in files), *fetched))


def put(store: Store, office_id: str, file: File, scan: Scanner) -> Filed:
    """A file into the store. Its bytes are let go: a message may bring many."""
    content_hash, scanned = store.put(office_id, file.content), scan(file.content)
    return Filed(replace(file, content=b""), content_hash, scanned)


def process(
    session: Session, desk: Desk, arrival: Arrival, understood: Understood, known: Recall, *, now: datetime,
    acknowledging: bool = True, patient: bool = False,
) -> Case | None:  # fmt: skip
    """One arrival, in the caller's transaction: its case, or None for what belongs to no case.

    Raises NotYet, where the caller is `patient`, for news about a message that is still on its way.
    """
    if understood.told is None:
        _note(session, understood.news, now, patient=patient)
        arrival.state = move(arrival.state, ArrivalState.DONE, ARRIVAL_MOVES, "message")
        return None
    incoming = understood.message
    is_edit = isinstance(understood.news, Change)
    is_new = is_edit and is_another_wording(session, incoming)
    if not is_new and _is_repeat(session, arrival, incoming, known, now):
        return None
    message = message_of(arrival, incoming)
    case = _file(session, desk, arrival, understood, message, known, now=now, acknowledging=acknowledging)
    if incoming.forwarded_by and case is not None:
        passed_on(session, desk, case, message, incoming, now)
    known.remember(message, case)
    arrival.state = move(arrival.state, ArrivalState.DONE, ARRIVAL_MOVES, "message")
    arrival.message_id, arrival.trouble = message.id, None
    reach("intake.case")
    return case


def set_aside(session: Session, arrival: Arrival, why: str, now: datetime) -> None:
    """It could not be read: kept in sight of the staff, with its bytes and a way to run it again."""
    arrival.state = move(arrival.state, ArrivalState.QUARANTINED, ARRIVAL_MOVES, "message")
    arrival.trouble = why
    record(session, None, EventKind.SET_ASIDE, SYSTEM, now=now, arrival=arrival.id)


def _file(
    session: Session, desk: Desk, arrival: Arrival, understood: Understood, message: Message, known: Recall,
    *, now: datetime, acknowledging: bool,
) -> Case | None:  # fmt: skip
    incoming = understood.message
    if isinstance(understood.news, Echo):
        return echoed(session, desk, understood.news, message, known, now)
    if isinstance(understood.news, Change):
        edited = changed(session, understood.news, message, now)
        if edited is not None:
            _add(session, edited, message, understood, now, because="edited")
            seen = triage.consider(session, desk, message, edited, None, attachment_types=(), now=now)
            triage.heed(session, edited, seen, message, now=now)
            return edited
    if arrival.hints.get("direction") == "outbound":
        return sent_elsewhere(session, desk, message, incoming, known, now)
    if isinstance(understood.news, DeliveryReport):
        return reported(session, understood.news, message, now)
    if (staffs := staff_answers.writer_of(session, desk, incoming)) is not None:
        return _answer_of_staff(session, desk, *staffs, understood, message, now)
    if incoming.machine is not None:
        return _machine(session, desk, understood, message, known, now)
    return _person(session, desk, arrival, understood, message, known, now=now, acknowledging=acknowledging)


def _note(session: Session, news: News, now: datetime, *, patient: bool) -> None:
    """What holds no message of its own: a receipt for ours, a deletion, or nothing to keep."""
    if isinstance(news, DeliveryReport):
        receipted(session, news, now, patient=patient)
    elif isinstance(news, Change):
        changed(session, news, None, now, patient=patient)


def _person(
    session: Session, desk: Desk, arrival: Arrival, understood: Understood, message: Message, known: Recall,
    *, now: datetime, acknowledging: bool,
) -> Case:  # fmt: skip
    """A person wrote: every such message is on exactly one case."""
    incoming = understood.message
    reached_by = incoming.reached_by or incoming.channel
    writer = known.person(reached_by, incoming.sender.address)
    if writer is not None:
        known.see(session, writer.id)
    hit = matching.match(session, desk, incoming, writer, known)
    types = tuple(filed.file.content_type for filed in understood.files)
    if hit is not None and hit.is_sure:
        message.constituent_id = writer.id if writer else None
        _add(session, hit.case, message, understood, now, because=str(hit.because))
        casefile.wake(session, desk, hit.case, message, now=now)
        seen = triage.consider(session, desk, message, hit.case, writer, attachment_types=types, now=now)
        triage.heed(session, hit.case, seen, message, now=now)
        if acknowledging:
            alerts.of_case(session, desk, hit.case, seen.verdict.notify, now=now)
        campaigns.resurface(session, desk, hit.case, seen.verdict.kind, now=now)
        return hit.case
    sighting = campaigns.recognise(session, desk, incoming, message, writer, known, now=now)
    campaign = sighting.campaign
    own_case = campaigns.case_in(session, campaign, writer)
    if own_case is not None and hit is None and incoming.authentication is not Verdict.FAIL:
        message.constituent_id = own_case.constituent_id
        _add(session, own_case, message, understood, now, because="campaign")
        seen = triage.consider(session, desk, message, own_case, writer, attachment_types=types, now=now,
                               copy=sighting.copy, campaign=own_case.campaign)  # fmt: skip
        triage.heed(session, own_case, seen, message, now=now)
        campaigns.resurface(session, desk, own_case, seen.verdict.kind, now=now)
        campaigns.join(session, desk, own_case, message, sighting, known, now=now)
        return own_case
    person = writer or people.add(session, reached_by, incoming.sender, language="en", now=now)
    if incoming.sender.address:
        known.people[reached_by, incoming.sender.address.lower()] = person
    if writer is None:
        forms.learn(person, incoming)
    message.constituent_id = person.id
    _propose(session, message, hit, writer)
    seen = triage.consider(session, desk, message, None, writer, attachment_types=types, now=now,
                           copy=sighting.copy, campaign=campaign.slug if campaign else None,
                           stated_postcode=incoming.told.get("postcode"))  # fmt: skip
    is_junk = arrival.hints.get("junk") == "1" and not LIFE_FLAGS & seen.verdict.flags
    case = _open(session, desk, arrival, understood, message, person, seen, known, now=now, is_junk=is_junk,
                 acknowledging=acknowledging)  # fmt: skip
    if case.kind not in _NO_PILE:
        campaigns.join(session, desk, case, message, sighting, known, now=now)
    return case


def _open(
    session: Session, desk: Desk, arrival: Arrival, understood: Understood, message: Message,
    person: Constituent, seen: triage.Triage, known: Recall, *, now: datetime, is_junk: bool,
    acknowledging: bool,
) -> Case:  # fmt: skip
    """A new case for this message: placed, on the clock, acknowledged."""
    case = casefile.open_case(session, desk, message, person, now=now, known=known,
                              reference=arrival.hints.get(forms.REFERENCE))  # fmt: skip
    casefile.learn(person, seen.assessment)
    _add(session, case, message, understood, now, person=person)
    triage.place(session, desk, case, seen, message, now=now)
    forms.keep_promises(session, case, person, arrival, understood.message, now)
    if is_junk:
        case.kind = Kind.SPAM
    if case.kind not in _NO_CLOCKS:
        clocks.begin(session, desk, case, seen.verdict.clocks, received_at=message.received_at, now=now)
    if message.proposed_case_id:
        record(session, case, EventKind.MATCH_PROPOSED, SYSTEM, now=now, message=message.id,
               proposed=message.proposed_case_id, because=message.proposed_because)  # fmt: skip
    if acknowledging and case.kind != Kind.SPAM:
        disowned = understood.message.authentication is Verdict.FAIL
        acknowledgement.acknowledge(session, desk, case, message, person, seen, is_disowned=disowned, now=now,
                                    reply_by=understood.message.told.get("reply_by", "email"))  # fmt: skip
    if acknowledging:
        follow(session, desk, case, seen.verdict, now=now)
    if acknowledging and seen.verdict.notify and not is_junk:
        session.flush()
        alerts.of_case(session, desk, case, seen.verdict.notify, now=now)
    return case


def _add(
    session: Session, case: Case, message: Message, understood: Understood, now: datetime,
    *, because: str | None = None, person: Constituent | None = None, is_public: bool = True,
) -> None:  # fmt: skip
    """Puts a message and its files on a case."""
    message.case_id = case.id
    session.add(message)
    case.message_count += 1
    case.updated_at = now
    for filed in understood.files:
        session.add(
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
        )
    casefile.index(session, case, message, person)
    record(session, case, EventKind.ARRIVED, SYSTEM, now=now, public=is_public, message=message.id,
           channel=message.channel_id, because=because)  # fmt: skip


def _propose(
    session: Session, message: Message, hit: matching.Match | None, writer: Constituent | None
) -> None:
    """Lays a likely case beside the message, for a person to accept or part."""
    if hit is not None:
        message.proposed_case_id, message.proposed_because = hit.case.id, hit.because
    elif writer is not None:
        other = people.newest_open_case(session, writer.id)
        if other is not None:
            message.proposed_case_id, message.proposed_because = other.id, matching.Because.SAME_PERSON


def _answer_of_staff(
    session: Session, desk: Desk, staff: Staff, case: Case, understood: Understood, message: Message,
    now: datetime,
) -> Case:  # fmt: skip
    """One of the staff answered the mail that handed them a message: a note, and a draft for sign-off."""
    message.direction, message.author_id = Direction.NOTE, staff.id
    _add(session, case, message, understood, now, because="staff_answer", is_public=False)
    session.flush()
    staff_answers.keep(session, desk, case, staff, understood.message, message, now=now)
    return case


def _machine(
    session: Session, desk: Desk, understood: Understood, message: Message, known: Recall, now: datetime
) -> Case | None:
    """Machine mail makes no case, stops no clock and is answered by nobody."""
    incoming = understood.message
    hit = None if incoming.machine is Machine.OWN else matching.match(session, desk, incoming, None, known)
    if hit is None:
        session.add(message)
        session.flush()
        record(session, None, EventKind.ARRIVED, SYSTEM, now=now, message=message.id, machine=message.machine)
        return None
    _add(session, hit.case, message, understood, now, because="machine")
    return hit.case


def _is_repeat(
    session: Session, arrival: Arrival, incoming: InboundMessage, known: Recall, now: datetime
) -> bool:
    """Whether this very message is here already: then nothing new, and it is noted on the first."""
    if incoming.content_key not in known.contents:
        return False
    known.see(session, known.contents[incoming.content_key])
    first = find(session, Message, known.contents[incoming.content_key])
    first.copies += 1
    arrival.state = move(arrival.state, ArrivalState.DUPLICATE, ARRIVAL_MOVES, "message")
    arrival.message_id = first.id
    record(session, first.case_id, EventKind.ARRIVED_AGAIN, SYSTEM, now=now, message=first.id,
           arrival=arrival.id)  # fmt: skip
    return True
