"""How an answer goes on its channel: who reads it, what it may hold, until when, private or public."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, select

from connectors.contract import PUBLIC, Form, Limits
from inbox import letters, people
from inbox.desk import Desk
from inbox.models import Case, Channel, ChannelMode, Constituent, Draft, Message
from inbox.web.staff.showing import words as say
from inbox.web.views.case import Way
from inbox.web.views.parts import Act, Notice, Tone


@dataclass(frozen=True, slots=True)
class Ways:
    """What the composer shows of a channel. `is_letter`: it has a subject and an address to type."""

    audience: str
    is_letter: bool = True
    is_public: bool = False
    takes_files: bool = True
    limit: int | None = None
    forms: tuple[Way, ...] = ()
    notices: tuple[Notice, ...] = field(default=())


def ways(
    session: Session, desk: Desk, case: Case, draft: Draft, who: Constituent | None, now: datetime
) -> Ways:
    """The ways of this draft, saved or not."""
    channel = desk.channels.get(draft.channel_id or "")
    name = who.name if who else "The person"
    if channel is None:
        return Ways(f"{name} will read this, by no channel yet.")
    limits = desk.tools.limits.get(channel.kind, Limits())
    form = Form(draft.form)
    is_letter = limits.subject
    stop = "" if channel.mode == ChannelMode.FULL else " This channel does not send just now."
    return Ways(
        audience=_audience(name, channel, draft, form, is_letter) + stop,
        is_letter=is_letter,
        is_public=form in PUBLIC,
        takes_files=limits.attachment_bytes != 0,
        limit=limits.characters if form not in PUBLIC else None,
        forms=_forms(session, desk, case, channel, draft, name, now, stop),
        notices=() if is_letter else _notices(session, desk, case, draft, channel, who, now),
    )


def _audience(name: str, channel: Channel, draft: Draft, form: Form, is_letter: bool) -> str:
    if form in PUBLIC:
        return f"Everyone can read this on {_platform(channel.kind)}. Write nothing that is private."
    via = say.channel(channel.kind)[0]
    if not draft.recipients:
        return f"{name} will read this. There is no address to send it to yet."
    if is_letter:
        return f"{name} will read this, by {via.lower()} at {', '.join(draft.recipients)}."
    return f"Only {name} will read this, as a private {via}."


def _forms(
    session: Session, desk: Desk, case: Case, channel: Channel, draft: Draft, name: str, now: datetime,
    stop: str,
) -> tuple[Way, ...]:  # fmt: skip
    """Private or public, where what is answered was said in public; what cannot be here says why."""
    limits = desk.tools.limits.get(channel.kind, Limits())
    answered = session.exec(select(Message.kind).where(Message.id == draft.answers)).first()
    if len(limits.forms) < 2 or answered not in tuple(PUBLIC):
        return ()
    platform = _platform(channel.kind)
    labels = {
        Form.MESSAGE: ("Privately", "Only they can read it."),
        Form.COMMENT: ("Publicly, as a comment", f"Everyone can read it on {platform}."),
        Form.POST: ("Publicly, as a post", f"Everyone can read it on {platform}."),
    }
    found = []
    for one in limits.forms:
        if one in labels:
            closed = _why_not(session, desk, case, channel, draft, one, now)
            found.append(
                Way(
                    one, labels[one][0], one == draft.form and closed is None,
                    _audience(name, channel, draft, one, is_letter=False) + stop, labels[one][1],
                    one in PUBLIC, closed, None if one in PUBLIC else limits.characters,
                )
            )  # fmt: skip
    return tuple(found)


def _why_not(
    session: Session, desk: Desk, case: Case, channel: Channel, draft: Draft, form: Form, now: datetime
) -> str | None:
    """Why no words at all could go out that way here; None where some could."""
    any_words = Draft(**draft.model_dump(exclude={"form", "text"}), form=form, text=".")
    return next(iter(letters.judged(session, desk, case, any_words, channel, now)[1]), None)


def _notices(
    session: Session, desk: Desk, case: Case, draft: Draft, channel: Channel, who: Constituent | None,
    now: datetime,
) -> tuple[Notice, ...]:  # fmt: skip
    """The channel's own window, or why it is closed and which other way there is."""
    advice, problems = letters.judged(session, desk, case, draft, channel, now)
    if not problems:
        return tuple(Notice(one, Tone.CALM) for one in advice)
    instead = _by_mail(session, desk, draft, who)
    return tuple(
        Notice(one, Tone.SOON, acts=(instead,) if instead and number == 0 else ())
        for number, one in enumerate(problems)
    )


def _by_mail(session: Session, desk: Desk, draft: Draft, who: Constituent | None) -> Act | None:
    """The same words by email, where we know an address of theirs and the draft is saved."""
    mail = next((one for one in desk.channels.values() if one.kind == "email"), None)
    if who is None or mail is None or not draft.number or not people.addresses(session, who.id, "email"):
        return None
    case = session.exec(select(Case.reference).where(Case.id == draft.case_id)).one()
    url = f"/cases/{case}/drafts/{draft.number}"
    return Act("Use email", url, fields=(("version", str(draft.version)), ("channel", mail.id)))


def _platform(kind: str) -> str:
    return {"facebook": "Facebook", "x": "X"}.get(kind, kind)
