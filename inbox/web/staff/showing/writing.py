"""The composer: who will read it, in whose name, what is still to be filled in, what the one button does."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from inbox import drafting, provenance, signoff, standard_lines, suggestions
from inbox import files as stored
from inbox.access import Action, Person, may, may_on
from inbox.desk import Desk
from inbox.models import (
    EDITABLE,
    Approval,
    Case,
    ChannelAct,
    ChannelMode,
    Constituent,
    Draft,
    DraftState,
    Enquiry,
    Message,
    Presence,
    Staff,
)
from inbox.presence import FRESH, Doing
from inbox.web.staff.showing import laid as laid_ready
from inbox.web.staff.showing import said
from inbox.web.staff.showing import words as say
from inbox.web.staff.showing.ways import ways
from inbox.web.views.case import Composer, StandardLine
from inbox.web.views.parts import Act, Choice, Link, Notice, Problem, Tone
from inbox.wording import fill, gaps


def open_draft(session: Session, case: Case) -> Draft | None:
    """What is being written to the person on a case, if anything. A letter to a body has its own page."""
    query = select(Draft).where(
        Draft.case_id == case.id, col(Draft.state).in_(EDITABLE), col(Draft.enquiry_id).is_(None)
    )
    return session.exec(query.order_by(col(Draft.id).desc())).first()


def note(
    case: Case, text: str = "", problems: Sequence[Problem] = (), *, offers_reply: bool = True
) -> Composer:
    """An office note. `offers_reply`: whether a reply could be written instead."""
    url = f"/cases/{case.reference}"
    reply_instead = Link("Write a reply instead", f"{url}?write=reply#text", "r")
    return Composer(
        note=True, public=False, audience="Only this office can read this. It is never sent.",
        save_url=f"{url}/notes/keep", version="", text=text, main=Act("Keep this note", f"{url}/notes"),
        state="Nothing written yet.", other=reply_instead if offers_reply else None,
        attach=False, problems=tuple(problems),
    )  # fmt: skip


NOT_HERE = "Your role may not write on the channel that this person uses."


def blank(session: Session, desk: Desk, person: Person, case: Case, now: datetime) -> Composer:
    """A reply that nobody has begun: the first save makes the draft."""
    url = f"/cases/{case.reference}/drafts"
    who = session.exec(select(Constituent).where(Constituent.id == case.constituent_id)).first()
    way = ways(session, desk, case, drafting.unsaved(session, desk, case, now), who, now)
    laid, title = ("", "") if way.is_public else laid_ready.words(session, desk, case, who, now)
    state = f"Laid ready by a rule: {title}. Read it before you send it." if laid else "Nothing written yet."
    return Composer(
        note=False, public=way.is_public, save_url=url, version="", text=laid, forms=way.forms,
        audience=_unsent_audience(who) if way.is_letter else way.audience, limit=way.limit,
        attach=way.takes_files, hints=way.notices,
        main=Act(main_label(session, desk, None, person, now), f"{url}/send"), state=state,
        gaps=gaps_of(laid),
        other=Link("Write a note instead", f"/cases/{case.reference}?write=note#text", "i"),
        language=who.language if who else "en", identities=identities(desk, "office"),
        lines=lines(session, desk, case, who, now), suggest=True,
    )  # fmt: skip


def may_begin(session: Session, desk: Desk, person: Person, case: Case) -> bool:
    """Whether this person may write a reply that nobody has begun: also on the channel it would leave by."""
    if not may(person, Action.DRAFT, case):
        return False
    if not person.closed:
        return True
    return may_on(person, ChannelAct.DRAFT, drafting.unsaved(session, desk, case, case.updated_at).channel_id)


def reply(
    session: Session, desk: Desk, person: Person, case: Case, draft: Draft, now: datetime, *,
    problems: Sequence[Problem] = (), theirs: str | None = None, mine: str | None = None,
    recipients: str | None = None,
) -> Composer:  # fmt: skip
    """A draft. `mine` is what was typed and is not saved, beside `theirs`, which a colleague saved."""
    url = f"/cases/{case.reference}/drafts/{draft.number}"
    who = session.exec(select(Constituent).where(Constituent.id == case.constituent_id)).first()
    arrived = drafting.newer_than(session, draft) if not draft.enquiry_id else None
    is_open = may_on(person, ChannelAct.DRAFT, draft.channel_id)
    able = may(person, Action.DRAFT, case) and is_open and draft.state in EDITABLE
    way = ways(session, desk, case, draft, who, now)
    written_to = ", ".join(draft.recipients) if recipients is None else recipients
    return Composer(
        note=False,
        public=way.is_public,
        audience=audience(session, desk, draft, who) if draft.enquiry_id else way.audience,
        forms=way.forms,
        limit=way.limit,
        hints=way.notices if able else (),
        save_url=url,
        version=str(draft.version),
        text=draft.text if mine is None else mine,
        main=Act(main_label(session, desk, draft, person, now), f"{url}/send"),
        state=_state(desk, draft),
        other=Link("Write a note instead", f"/cases/{case.reference}?write=note#text", "i"),
        subject=draft.subject if way.is_letter else None,
        recipients=written_to if way.is_letter else None,
        language=draft.language,
        identities=identities(desk, draft.identity),
        lines=lines(session, desk, case, who, now),
        suggest=able and not draft.enquiry_id,
        files=tuple(said.file(row) for row in stored.of_draft(session, draft)),
        attach=able and way.takes_files,
        gaps=gaps_of(f"{draft.text}\n{draft.subject}"),
        closed=None if able else _closed(draft) if is_open else Notice(NOT_HERE),
        writing=_writing(session, person, case, now),
        arrived=_arrived(case, arrived, url) if arrived else None,
        returned=_returned(session, desk, draft),
        theirs=theirs,
        withdraw=Act("Put this draft away", f"{url}/withdraw", fields=(("version", str(draft.version)),)),
        problems=tuple(problems),
    )


def audience(session: Session, desk: Desk, draft: Draft, who: Constituent | None) -> str:
    """The sentence above the composer that says who will read it."""
    channel = desk.channels.get(draft.channel_id or "")
    via = say.channel(channel.kind)[0].lower() if channel else "no channel yet"
    enquiry = (
        session.exec(select(Enquiry).where(Enquiry.id == draft.enquiry_id)).first()
        if draft.enquiry_id
        else None
    )
    name = enquiry.body if enquiry else (who.name if who else "The person")
    if not draft.recipients:
        return f"{name} will read this. There is no address to send it to yet."
    silent = channel is not None and channel.mode != ChannelMode.FULL
    stop = " This channel does not send just now." if silent else ""
    return f"{name} will read this, by {via} at {', '.join(draft.recipients)}.{stop}"


def identities(desk: Desk, chosen: str) -> tuple[Choice, ...]:
    """In whose name it may go: the office, or a person who signs."""
    found = [Choice(drafting.OFFICE, desk.office.name, chosen == drafting.OFFICE, None)]
    signers = [one for one in desk.staff.values() if one.is_active and "signatory" in one.roles]
    found += [Choice(one.id, f"{one.name}, needs their approval", chosen == one.id) for one in signers]
    return tuple(found) if len(found) > 1 else ()


def lines(
    session: Session, desk: Desk, case: Case, who: Constituent | None, now: datetime
) -> tuple[StandardLine, ...]:
    """Standard lines and templates, the likeliest first, filled with what is known of this case."""
    language = who.language if who else "en"
    known = drafting.values(session, desk, case, who, now)
    approved = tuple(
        StandardLine(
            one.line.id, f"Line {one.line.number}: {one.line.title}",
            fill(standard_lines.words_of(one.line, language), known), last_day(one.line.good_until, desk),
            one.reason,
        )
        for one in suggestions.lines(session, case, language, now)
    )  # fmt: skip
    return approved + tuple(
        StandardLine(row.id, row.title, fill(row.body, known), last_day(row.expires_on, desk),
                     "on this topic" if row.topic in case.topics else "")
        for row in suggestions.templates(session, case, language, now)
    )  # fmt: skip


def last_day(ends: datetime | None, desk: Desk) -> date | None:
    """The last whole day before a line runs out."""
    return (ends - timedelta(seconds=1)).astimezone(desk.calendar.zone).date() if ends else None


def gaps_of(text: str) -> tuple[str, ...]:
    """What is still to be filled in, each once."""
    return tuple(dict.fromkeys(gap.strip("[]{} ") for gap in gaps(text)))


def main_label(session: Session, desk: Desk, draft: Draft | None, person: Person, now: datetime) -> str:
    """What the main button says: whether it leaves at once is for the rules of sign-off."""
    alone = signoff.stands_alone(session, desk, draft, person, now)
    return "Send" if alone else "Send for sign-off"


def _unsent_audience(who: Constituent | None) -> str:
    return f"{who.name if who else 'The person'} will read this."


def _state(desk: Desk, draft: Draft) -> str:
    at = draft.updated_at.astimezone(desk.calendar.zone)
    saved = f"Saved {at:%H:%M}."
    if draft.state == DraftState.SUBMITTED:
        saved += " It waits for sign-off. Changing a word takes it back."
    return " ".join((saved, *provenance.in_words(draft)))


def _closed(draft: Draft) -> Notice:
    words = {
        DraftState.QUEUED: "This text is leaving, so it cannot be changed. You can stop it in Sending.",
        DraftState.SENT: "This text was sent.",
        DraftState.WITHDRAWN: "This draft was put away. Its words are kept in the history.",
    }
    return Notice(words.get(DraftState(draft.state), "You can read this draft, but not change it."))


def _arrived(case: Case, message: Message, url: str) -> Notice:
    words = "They wrote again after this draft was begun. Read it, then send anyway or change your reply."
    anyway = Act(
        "I have read it: send anyway", f"{url}/send", fields=(("read_newest", "yes"), ("stored", "yes"))
    )
    return Notice(words, Tone.SOON, "Something new arrived",
                  (Link("Read it", f"/cases/{case.reference}#message-{message.id}"),), (anyway,))  # fmt: skip


def _returned(session: Session, desk: Desk, draft: Draft) -> str | None:
    if draft.state != DraftState.RETURNED:
        return None
    query = select(Approval).where(Approval.draft_id == draft.id, ~col(Approval.is_yes))
    found = session.exec(query.order_by(col(Approval.id).desc())).first()
    if found is None:
        return None
    who = desk.staff.get(found.staff_id)
    return f"{who.name if who else 'Somebody'}: {found.note}"


def _writing(session: Session, person: Person, case: Case, now: datetime) -> Notice | None:
    query = (
        select(Staff.name)
        .join(Presence, col(Presence.staff_id) == Staff.id)
        .where(
            Presence.case_id == case.id,
            Presence.doing == Doing.WRITING,
            Presence.at >= now - FRESH,
            Presence.staff_id != (person.staff_id or ""),
        )
    )
    name = session.exec(query).first()
    return (
        Notice(f"{name} is writing a reply too. Nothing is overwritten: both texts are kept.")
        if name
        else None
    )
