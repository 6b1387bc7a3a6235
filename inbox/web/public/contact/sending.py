"""The press of the button: promised once, kept as it came, and only then said to be here."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlmodel import Session, select

from connectors.contract import Attachment, RawArrival
from connectors.web_form import TOLD, written
from inbox import form_sessions
from inbox.calendars import calendar_of, targets_of
from inbox.form_sessions import ChosenFile, Receipt, Visit
from inbox.intake import forms
from inbox.intake.forms import LINK, REFERENCE
from inbox.models import ChannelMode, Office
from inbox.recall import free_references
from inbox.secrets import new_token, token_hash
from inbox.web.public.contact.place import Place
from routing.sla import due_at
from routing.words import ClockKind

WORDS_VERSION = "2026-11"
"""Of the sentences a person agrees to; they are kept with each submission, word for word."""


def promise(session: Session, place: Place, visit: Visit) -> Visit:
    """Draws reference and link for this visit, the first time; afterwards they stay what they are."""
    if visit.receipt is not None:
        return visit
    opens_with = forms.opens_with(visit.answers)
    receipt = Receipt(
        arrival=new_token(),
        reference=free_references(session, place.office.prefix, 1)[0],
        link=new_token() if opens_with else "",
        by_email=writes_back(place, visit.answers),
        digest=form_sessions.digest_of(visit.answers),
        sent_at=place.now,
        opens_with=opens_with,
        is_soon=forms.is_soon(visit.answers),
    )
    promised = replace(visit, receipt=receipt)
    form_sessions.save(session, promised, place.now)
    return promised


def deliver(place: Place, visit: Visit, files: Sequence[ChosenFile], via: str) -> Receipt:
    """Makes the submission durable; the same visit again is the same arrival. Raises Unavailable."""
    receipt = visit.receipt
    if receipt is None:
        raise LookupError("a form was to be sent that has no receipt")
    enclosed = tuple(
        Attachment(one.filename, one.content_type, len(one.content), one.content) for one in files
    )
    raw = written(_fields(place, visit, via), enclosed, receipt.sent_at)
    hints = {REFERENCE: receipt.reference}
    if receipt.link:
        hints[LINK] = token_hash(receipt.link)
    arrival = RawArrival("web", place.channel.account, receipt.arrival, raw, receipt.sent_at, hints)
    place.wiring.keeper.keep(place.office.id, place.channel.id, [arrival], hint=False)
    with place.wiring.database.write(place.office.id) as session:
        form_sessions.empty(session, visit, place.now)
    return receipt


def hear_by(place: Place, sent_at: datetime) -> date | None:
    """The day by which the office promises a first answer."""
    with place.wiring.database.read(place.office.id) as session:
        office = session.exec(select(Office).where(Office.id == place.office.id)).one()
        promised, calendar = targets_of(office).get(ClockKind.FIRST_REPLY), calendar_of(office)
    return None if promised is None else calendar.day_of(due_at(promised.facts(sent_at), calendar))


def writes_back(place: Place, answers: Mapping[str, str]) -> bool:
    """Whether a mail may follow by itself to the address that was typed: never, once the words are read, to
    what nothing automatic answers."""
    is_mail = answers.get("reply_by", "email") == "email" and bool(answers.get("email"))
    return is_mail and place.channel.mode == ChannelMode.FULL


def subject_of(visit: Visit) -> str:
    """What tickets name a visit by: nothing that opens it."""
    return token_hash(visit.key)[:32]


def _fields(place: Place, visit: Visit, via: str) -> dict[str, object]:
    told = {
        name: visit.answers[name]
        for name in ("name", "email", "topic", "message", *TOLD)
        if visit.answers.get(name)
    }
    share, privacy = place.say("form_share"), place.say("form_privacy", office=place.office.name)
    agreed = {
        "version": WORDS_VERSION,
        "sha256": hashlib.sha256(f"{share}\n{privacy}".encode()).hexdigest(),
        "share": share,
        "privacy": privacy,
        "privacy_url": place.office.privacy_url,
    }
    return {**told, "language": place.language, "via": via, "agreed": agreed}
