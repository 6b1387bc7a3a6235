"""The composer: who will read it, in whose name, what is still to be filled in, what the one button does."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from inbox import (
    addressing,
    draft_checks,
    drafting,
    letters,
    own_drafts,
    provenance,
    signoff,
    standard_lines,
    suggestions,
)
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
)
from inbox.web.staff.showing import colleagues, timeline
from inbox.web.staff.showing import laid_words as laid_ready
from inbox.web.staff.showing import words as say
from inbox.web.staff.showing.reply_ways import Ways, ways
from inbox.web.views.case import Composer, StandardLine
from inbox.web.views.parts import Act, Choice, Link, Notice, Problem, Tone
from inbox.wording import fill, gaps


def note(
    case: Case, text: str = "", problems: Sequence[Problem] = (), *, offers_reply: bool = True
) -> Composer:
    """An office note. `offers_reply`: whether a reply could be written instead."""
    url = f"/cases/{case.reference}"
    reply_instead = Act("Write a reply instead", f"{url}/notes/as-reply", "r")
    return Composer(
        note=True, public=False, audience="Only this office can read this. It is never sent.",
        save_url=f"{url}/notes", version="", text=text, main=Act("Keep this note", f"{url}/notes"),
        state="Kept when you press “Keep this note”.", other=reply_instead if offers_reply else None,
        attach=False, problems=tuple(problems),
    )  # fmt: skip


def _note_instead(save_url: str) -> Act:
    """Saves what was typed of the reply before the note is opened."""
    return Act("Write a note instead", save_url, "i", (("save", NOTE),))


NOTE = "note"
"""What the button "Write a note instead" sends: save, then a note."""
NOT_HERE = "Your role may not write on the channel that this person uses."


def blank(session: Session, desk: Desk, person: Person, case: Case, now: datetime) -> Composer:
    """A reply that nobody has begun: the first save makes the draft."""
    url = f"/cases/{case.reference}/drafts"
    who = session.exec(select(Constituent).where(Constituent.id == case.constituent_id)).first()
    unsaved = drafting.unsaved(session, desk, case, now)
    way = ways(session, desk, case, unsaved, who, now)
    laid = laid_ready.NOTHING if way.is_public else laid_ready.words(session, desk, case, who, now)
    return Composer(
        note=False, public=way.is_public, save_url=url, version="", text=laid.text, forms=way.forms,
        audience=_unsent_audience(who) if way.is_letter else way.audience, limit=way.limit,
        subject=unsaved.subject if way.is_letter else None,
        recipients=", ".join(unsaved.recipients) if way.is_letter else None,
        attach=way.takes_files, hints=(*_unreachable(case, unsaved.recipients, way), *way.notices),
        main=Act(main_label(session, desk, None, person, now), f"{url}/send"),
        state=laid.state or "Nothing written yet.", gaps=gaps_of(laid.text), english=laid.english,
        other=_note_instead(url),
        language=who.language if who else "en", identities=identities(desk, person, "office"),
        lines=lines(session, desk, case, who, now), suggest=True,
        beside=colleagues.beside(session, desk, person, case, None, now),
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
    recipients: str | None = None, changing: bool = False,
) -> Composer:  # fmt: skip
    """A draft. `mine` is what was typed and is not saved, beside `theirs`, which a colleague saved.

    While it waits for somebody else's yes it is shown as waiting, until its writer wants to change it
    (`changing`).
    """
    url = f"/cases/{case.reference}/drafts/{draft.number}"
    who = session.exec(select(Constituent).where(Constituent.id == case.constituent_id)).first()
    arrived = draft_checks.happened_since(session, desk, draft)
    is_open = may_on(person, ChannelAct.DRAFT, draft.channel_id)
    writes = may(person, Action.DRAFT, case) and is_open
    waits = draft.state == DraftState.SUBMITTED and not (changing or problems)
    waits = waits and not signoff.stands_alone(session, desk, draft, person, now)
    is_own = not own_drafts.is_anothers(draft, person.staff_id)
    able = writes and draft.state in EDITABLE and is_own and not waits
    way = ways(session, desk, case, draft, who, now)
    at_hand = _address_at_hand(session, desk, draft, who) if able and way.is_letter else ""
    hints = (
        way.notices
        if draft.enquiry_id or at_hand
        else (*_unreachable(case, draft.recipients, way), *way.notices)
    )
    said_already = {one.words for one in problems}
    is_told = arrived is not None and f"message-{arrived.newest}" in {one.name for one in problems}
    written_to = (", ".join(draft.recipients) or at_hand) if recipients is None else recipients
    return Composer(
        note=False,
        public=way.is_public,
        audience=audience(session, desk, draft, who)
        if draft.enquiry_id
        else f"{way.audience.partition('.')[0]}. {at_hand} is put in below: look at it before you send."
        if at_hand
        else way.audience,
        forms=way.forms,
        limit=way.limit,
        hints=tuple(one for one in hints if one.words not in said_already) if able else (),
        save_url=url,
        version=str(draft.version),
        text=draft.text if mine is None else mine,
        main=Act(main_label(session, desk, draft, person, now), f"{url}/send"),
        state=_state(desk, draft, now),
        other=_note_instead(url),
        subject=draft.subject if way.is_letter else None,
        recipients=written_to if way.is_letter else None,
        language=draft.language,
        identities=identities(desk, person, draft.identity),
        lines=lines(session, desk, case, who, now),
        suggest=able and not draft.enquiry_id,
        files=tuple(timeline.file(row) for row in stored.of_draft(session, draft)),
        attach=able and way.takes_files,
        gaps=gaps_of(f"{draft.text}\n{draft.subject}"),
        closed=None if able else _closed(desk, draft, url, now, is_open, writes, is_own),
        beside=colleagues.beside(session, desk, person, case, draft, now),
        arrived=_arrived(arrived) if arrived and not is_told else None,
        read=arrived.newest if arrived else "",
        versions=Link("Earlier versions", f"{url}/versions"),
        returned=_returned(session, desk, draft),
        theirs=theirs,
        withdraw=Act("Withdraw this draft", f"{url}/withdraw", fields=(("version", str(draft.version)),)),
        problems=tuple(problems),
    )


def _address_at_hand(session: Session, desk: Desk, draft: Draft, who: Constituent | None) -> str:
    """Where the person of the case can be written to, for a draft that was begun when nobody knew."""
    if draft.recipients or draft.enquiry_id or who is None:
        return ""
    channel = desk.channels.get(draft.channel_id or "")
    return ", ".join(addressing.recipients(session, desk, who, channel, None))


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


def identities(desk: Desk, person: Person, chosen: str) -> tuple[Choice, ...]:
    """In whose name it may go: the office, or a person who signs."""
    found = [Choice(drafting.OFFICE, desk.office.name, chosen == drafting.OFFICE, None)]
    signers = [one for one in desk.staff.values() if one.is_active and "signatory" in one.roles]
    found += [
        Choice(one.id, _signs(one.name, is_reader=one.id == person.staff_id), chosen == one.id)
        for one in signers
    ]
    return tuple(found) if len(found) > 1 else ()


def _signs(name: str, *, is_reader: bool) -> str:
    return f"{name} (you)" if is_reader else f"{name}, needs their approval"


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


def _unreachable(case: Case, recipients: Sequence[str], way: Ways) -> tuple[Notice, ...]:
    """What to do instead, where we know no address that a reply could go to."""
    if recipients or not way.is_letter:
        return ()
    url = f"/cases/{case.reference}"
    words = "We have no address to send a reply to. Ring them and write the call down, or print a letter."
    ways_on = (("Log a call", "log"), ("Add an address", "addresses"), ("Print", "print"))
    return (Notice(words, Tone.SOON, links=tuple(Link(label, f"{url}/{page}") for label, page in ways_on)),)


def told_while_writing(
    session: Session, desk: Desk, case: Case, draft: Draft, now: datetime
) -> Sequence[str]:
    """What the channel says of these words: too long, how much is left, what a link costs."""
    channel = desk.channels.get(draft.channel_id or "")
    if channel is None or draft.enquiry_id:
        return []
    advice, problems = letters.judged(session, desk, case, draft, channel, now)
    return [*problems, *advice]


def gaps_of(text: str) -> tuple[str, ...]:
    """What is still to be filled in, each once."""
    return tuple(dict.fromkeys(gap.strip("[]{} ") for gap in gaps(text)))


def main_label(session: Session, desk: Desk, draft: Draft | None, person: Person, now: datetime) -> str:
    """What the main button says: whether it leaves at once is for the rules of sign-off, and whoever lets
    a text leave that a colleague wrote, or that waited for a yes, gives that yes."""
    if not signoff.stands_alone(session, desk, draft, person, now):
        return "Send for sign-off"
    if draft is not None and (draft.submitted_at or set(draft.writers) - {person.staff_id}):
        return "Approve my words and send"
    return "Send"


def _unsent_audience(who: Constituent | None) -> str:
    return f"{who.name if who else 'The person'} will read this."


def _state(desk: Desk, draft: Draft, now: datetime) -> str:
    """When it was saved and from what; what nobody has touched was laid ready, perhaps weeks ago."""
    at = colleagues.when(desk, draft.updated_at, now)
    saved = f"Saved {at}." if draft.writers else f"Laid ready {at}. Read it before you send it."
    if draft.state == DraftState.SUBMITTED:
        saved += " It waits for sign-off until a word is changed."
    return " ".join((saved, *provenance.in_words(draft)))


def _waiting(desk: Desk, draft: Draft, url: str, now: datetime) -> Notice:
    """One's own text in the hands of a checker: until when, and how to have it back."""
    at = colleagues.when(desk, draft.submitted_at or draft.updated_at, now)
    signer = desk.staff.get(draft.identity)
    checker = signer.name if signer else "a colleague"
    return Notice(
        f"Sent for sign-off {at}. It leaves when {checker} approves exactly these words.",
        Tone.REVIEW,
        "It waits for sign-off",
        (Link("Change it", f"{url}?change=yes#text"),),
        (Act("Take it back", f"{url}/take-back", fields=(("version", str(draft.version)),)),),
    )


def _closed(
    desk: Desk, draft: Draft, url: str, now: datetime, is_open: bool, writes: bool, is_own: bool
) -> Notice:  # fmt: skip
    """Why nothing can be changed here, and what can be done instead: a colleague's text is taken over."""
    if not is_open:
        return Notice(NOT_HERE)
    if writes and is_own and draft.state == DraftState.SUBMITTED:
        return _waiting(desk, draft, url, now)
    words = {
        DraftState.QUEUED: "This reply is on its way out. You can still stop it, under Sending.",
        DraftState.SENT: "This reply was sent.",
        DraftState.WITHDRAWN: "This draft was put away. Its words are kept here.",
    }
    if draft.state not in EDITABLE or not writes:
        return Notice(words.get(DraftState(draft.state), "You can read this draft, but not change it."))
    at = colleagues.when(desk, draft.updated_at, now)
    name, take = colleagues.name_of(desk, draft.holder_id), (("version", str(draft.version)),)
    own = url.partition("/drafts/")[0] + "?write=own#text"
    return Notice(
        f"{name} has been writing this, saved {at}. You can read it. "
        "If you take it over, it is yours to change and send; every version of theirs is kept.",
        title=f"{name} is on it",
        links=() if draft.enquiry_id else (Link("Write a reply of your own", own),),
        acts=(Act("Take it over", f"{url}/take", fields=take),),
    )


def _arrived(since: draft_checks.Since) -> Notice:
    """It stands on the same page, so there is nothing to tick off: what is sent now is sent knowing it."""
    words = f"{since.words} Read it, then send your reply as it is, or change it."
    read = Link("Read it", f"#message-{since.messages[0].id}")
    return Notice(words, Tone.SOON, "Something new happened", (read,))


def _returned(session: Session, desk: Desk, draft: Draft) -> str | None:
    if draft.state != DraftState.RETURNED:
        return None
    query = select(Approval).where(Approval.draft_id == draft.id, ~col(Approval.is_yes))
    found = session.exec(query.order_by(col(Approval.id).desc())).first()
    if found is None:
        return None
    who = desk.staff.get(found.staff_id)
    return f"{who.name if who else 'Somebody'}: {found.note}"
