"""To whom a message of ours goes, by which channel, and under what subject."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from connectors.contract import PUBLIC, Form, Limits
from inbox import letters, people
from inbox.database import find, find_or_none
from inbox.desk import Desk
from inbox.errors import Refused
from inbox.models import Case, Channel, Constituent, Draft, Message
from routing.words import RISK_FLAGS, Flag

_TELL_NOTHING = RISK_FLAGS | {Flag.CONFIDENTIAL}
_DISCREET = {"en": "Your message to {} ({})", "cy": "Eich neges at {} ({})"}


def carrier(desk: Desk, case: Case, answers: Message | None) -> Channel | None:
    """The channel the person used; else, where that only takes in, the office's first mailbox."""
    return desk.carrier_of((answers.channel_id if answers else None) or case.channel_id)


def recipients(
    session: Session, desk: Desk, person: Constituent | None, channel: Channel | None, answers: Message | None
) -> list[str]:
    """The address on file, never a Reply-To: the person's own on this channel."""
    if channel is None:
        return []
    if person is not None:
        known = people.addresses(session, person.id, desk.address_kind(channel))
        if answers is not None and answers.sender_handle in known:
            return [answers.sender_handle]
        return known[:1]
    return [answers.sender_handle] if answers is not None and answers.sender_handle else []


def subject(
    desk: Desk, case: Case, channel: Channel | None, answers: Message | None, language: str
) -> str:  # fmt: skip
    """What the letter is about; nothing on channels that know no subject.

    Nothing of the matter where somebody else may see it on a locked telephone: an answer is known by our
    reference and the id of what it answers.
    """
    if channel is not None and not desk.tools.limits.get(channel.kind, Limits()).subject:
        return ""
    if is_discreet(case):
        return _DISCREET["cy" if language == "cy" else "en"].format(desk.office.name, case.reference)
    subject = " ".join((answers.subject if answers and answers.subject else case.subject).split())
    plain = subject if subject.lower().startswith("re:") else f"Re: {subject}"
    return plain if case.reference in plain else f"{plain} ({case.reference})"


def is_discreet(case: Case) -> bool:
    """Whether nothing of what a case is about may stand on the outside of a letter."""
    return case.is_restricted or not _TELL_NOTHING.isdisjoint(case.flags)


def form(session: Session, desk: Desk, case: Case, draft: Draft, now: datetime) -> Form:
    """How an answer nobody has written yet goes out: privately; publicly where nothing else can be done.

    So it is on X with whoever named the office and never wrote to it. Whoever was answered privately once
    is not answered in public unless somebody says so.
    """
    channel, answers = (
        desk.channels.get(draft.channel_id or ""),
        find_or_none(session, Message, draft.answers),
    )
    if channel is None or answers is None or answers.kind not in tuple(PUBLIC):
        return Form.MESSAGE
    privately = draft.form = Form.MESSAGE
    if letters.is_second(session, draft, answers):
        return privately
    for one in (privately, *desk.tools.limits.get(channel.kind, Limits()).forms):
        draft.form = one
        if not letters.judged(session, desk, case, draft, channel, now)[1]:
            return one
    return privately


def checked(session: Session, desk: Desk, draft: Draft, wanted: Sequence[str]) -> list[str]:
    """The recipients somebody chose for a draft, as they are written down on its channel.

    A letter goes to any right email address; on a platform a person can only be answered where they wrote to
    us. Raises Refused.
    """
    typed = [one.strip().lower() for one in wanted if one.strip()]
    channel = desk.channels.get(draft.channel_id or "")
    if channel is None or desk.can_mail(channel):
        return [people.checked_address(one) for one in typed]
    if set(typed) <= _known(session, desk, channel, draft):
        return typed
    raise Refused(f"{channel.name} can only answer somebody who wrote to us there. Choose a mailbox instead.")


def _known(session: Session, desk: Desk, channel: Channel, draft: Draft) -> set[str]:
    """Who can be answered on this platform from this draft's case."""
    case = find(session, Case, draft.case_id)
    answers = find_or_none(session, Message, draft.answers)
    person = people.addresses(session, case.constituent_id or "", desk.address_kind(channel))
    wrote = [answers.sender_handle] if answers else []
    return {one.lower() for one in [*person, *draft.recipients, *wrote]}
