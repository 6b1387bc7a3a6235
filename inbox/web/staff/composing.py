"""Replies: begun by the first save, saved as typed under a version, sent or sent for sign-off, put away."""

import re
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Form, Query
from sqlmodel import col, select
from starlette.responses import JSONResponse, Response

from inbox import draft_checks, drafting, own_drafts, signoff
from inbox.access import Action, may_on, require_on
from inbox.database import find, savepoint
from inbox.errors import Conflict, NotFound, Refused, Stale
from inbox.models import EDITABLE, Case, ChannelAct, Draft, DraftState, Message
from inbox.web.dependencies import check_version
from inbox.web.errors import wants_json
from inbox.web.routers import page_router
from inbox.web.staff.room import Workroom, acting, see_other, studying
from inbox.web.staff.showing import case_page, composer_page, timeline
from inbox.web.staff.typed import Form_, Typed, Version, note_sources
from inbox.web.staff.typed import save as save_typed
from inbox.web.views.case import Composer, DraftPage, gaps_to_fill
from inbox.web.views.office import ConfirmPage
from inbox.web.views.parts import Act, Link, Problem

router = page_router()
_AFTERWARDS = {"suggestions": "/cases/{}/suggestions", composer_page.NOTE: "/cases/{}?write=note#text"}
"""Where a button goes that saves first: by what it sends."""
CHANGED = "Somebody changed this after you read it. Read it again, then decide."


@router.post("/cases/{reference}/drafts")
def begin(reference: str, typed: Form_, room: Annotated[Workroom, acting(Action.DRAFT)]) -> Response:
    """The first save: the draft is made, and its own address is told."""
    case = room.case(reference, Action.DRAFT)
    if typed.then in _AFTERWARDS and not _has_words(room, case, typed):
        return see_other(_AFTERWARDS[typed.then].format(reference))
    draft = _begun(room, case, typed.text)
    return _kept(room, case, draft, replace(typed, text=None, version=str(draft.version)))


@router.post("/cases/{reference}/drafts/send")
def begin_and_send(reference: str, typed: Form_, room: Annotated[Workroom, acting(Action.DRAFT)]) -> Response:
    """For a reply written and sent in one go, without a save between."""
    case = room.case(reference, Action.DRAFT)
    draft = _begun(room, case, typed.text)
    begun = replace(typed, text=None, version=str(draft.version))
    return _sent(room, case, draft, begun)


@router.get("/cases/{reference}/drafts/{number}")
def show(
    reference: str,
    number: int,
    room: Annotated[Workroom, studying(Action.READ_CASE)],
    change: Annotated[bool, Query()] = False,
) -> Response:
    """The composer as a page, with the message that it answers. `change`: also of what waits for sign-off."""
    case = room.case(reference)
    room.looked(case)
    draft = draft_of(room, case, number)
    composer = composer_page.reply(
        room.session, room.desk, room.person, case, draft, room.now, changing=change
    )
    return _page(room, case, draft, composer)


@router.post("/cases/{reference}/drafts/{number}")
def save(
    reference: str, number: int, typed: Form_, room: Annotated[Workroom, acting(Action.DRAFT)]
) -> Response:
    """Saves what was typed. Where somebody was first, these words become a draft of their writer's own."""
    case = room.case(reference, Action.DRAFT)
    return _kept(room, case, draft_of(room, case, number), typed)


@router.post("/cases/{reference}/drafts/{number}/send")
def send(
    reference: str,
    number: int,
    typed: Form_,
    room: Annotated[Workroom, acting(Action.DRAFT)],
    stored: Annotated[bool, Form()] = False,
    publicly: Annotated[bool, Form()] = False,
) -> Response:
    """Saves, then sends where the writer may stand for it, else asks for sign-off. `stored`: as it is."""
    case = room.case(reference, Action.DRAFT)
    draft = draft_of(room, case, number)
    if stored and typed.changes != draft.version:
        error = Stale("The words changed after you read them. Read them again, then decide.")
        return _refused(room, case, draft, error, None, None)
    if stored and (publicly or not drafting.turns_public(draft)):
        return _let_go(room, case, draft, typed.read)
    if stored:
        return _asked_publicly(room, case, draft, typed.read)
    return _sent(room, case, draft, typed)


@router.post("/cases/{reference}/drafts/{number}/withdraw")
def withdraw(
    reference: str, number: int, room: Annotated[Workroom, acting(Action.DRAFT)], version: Version = ""
) -> Response:
    """Puts it away; its words stay in its versions."""
    case = room.case(reference, Action.DRAFT)
    draft = draft_of(room, case, number)
    check_version(draft.version, int(version[:18]) if version.isdigit() else 0, CHANGED)
    own_drafts.require_own(draft, room.person.staff_id)
    drafting.withdraw(room.session, draft, now=room.now, actor=room.person.actor)
    return see_other(f"/cases/{reference}", told="withdrawn")


def _has_words(room: Workroom, case: Case, typed: Typed) -> bool:
    """Whether somebody wrote or chose something; words that a rule laid ready are nobody's yet."""
    if typed.uploads.files or typed.uploads.problem:
        return True
    text = (typed.text or "").replace("\r\n", "\n").strip()
    return (
        bool(text)
        and text != composer_page.blank(room.session, room.desk, room.person, case, room.now).text.strip()
    )


def open_or_begun(room: Workroom, case: Case) -> Draft:
    """What this person is writing on this case, or an empty reply begun now."""
    return own_drafts.open_for(room.session, case, room.person.staff_id) or _begun(room, case, None)


def _begun(room: Workroom, case: Case, text: str | None) -> Draft:
    draft = drafting.begin(
        room.session, room.desk, case, author_id=room.person.staff_id, now=room.now, actor=room.person.actor,
        text=(text or "").replace("\r\n", "\n"),
    )  # fmt: skip
    require_on(room.person, ChannelAct.DRAFT, draft.channel_id)
    return draft


def _kept(room: Workroom, case: Case, draft: Draft, typed: Typed) -> Response:
    """Saves, and says where the draft is now or what stands against it."""
    try:
        save_typed(room, case, draft, typed)
    except (Stale, Refused) as error:
        if wants_json(room.request) and not _is_late(draft, typed, error):
            raise
        return _stopped(room, case, draft, typed, error)
    if typed.then in _AFTERWARDS:
        return see_other(_AFTERWARDS[typed.then].format(case.reference))
    return _saved(room, draft)


def _sent(room: Workroom, case: Case, draft: Draft, typed: Typed) -> Response:
    try:
        save_typed(room, case, draft, typed)
    except (Stale, Refused) as error:
        return _stopped(room, case, draft, typed, error)
    if drafting.turns_public(draft):
        return _asked_publicly(room, case, draft, typed.read)
    return _let_go(room, case, draft, typed.read)


def _asked_publicly(room: Workroom, case: Case, draft: Draft, read: str) -> Response:
    """Asked once, plainly: words begun for one person would be read by everybody. Nothing has left yet."""
    url = f"/cases/{case.reference}/drafts/{draft.number}"
    fields = (("stored", "yes"), ("publicly", "yes"), ("version", str(draft.version)), ("read", read))
    effects = (
        "You began this as a private message. Now everybody will be able to read it.",
        "Strangers can read it at once, and may keep it. Check that nothing in it is private.",
        "To send it privately, go back and choose so.",
    )
    act = Act("Send it publicly", f"{url}/send", fields=fields)
    return room.page(
        ConfirmPage(room.shell(), "Everybody will be able to read this", effects, draft.text, None, act,
                    Link("Back to the reply", f"{url}#text"))
    )  # fmt: skip


def _stopped(room: Workroom, case: Case, draft: Draft, typed: Typed, error: Stale | Refused) -> Response:
    if _is_late(draft, typed, error):
        return _apart(room, case, draft, typed, error)
    return _refused(room, case, draft, error, typed.text, typed.recipients)


def _let_go(room: Workroom, case: Case, draft: Draft, read: str) -> Response:
    """Out of the writer's hands: into the outbox, or to whoever must approve it.

    `read` is the newest message that the writer's page showed: what came later stops this once.
    """
    read_newest = draft_checks.was_shown(room.session, room.desk, draft, read)
    alone = signoff.stands_alone(room.session, room.desk, draft, room.person, room.now)
    if draft.state == DraftState.SUBMITTED and not alone:
        return see_other(f"/cases/{case.reference}", told="submitted")  # not a word of it was changed
    try:
        with savepoint(room.session):
            if not alone:
                signoff.submit(
                    room.session, room.desk, draft, now=room.now, actor=room.person.actor,
                    read_newest=read_newest,
                )  # fmt: skip
                return see_other(f"/cases/{case.reference}", told="submitted")
            delivery = signoff.send(
                room.session, room.desk, draft, room.person, now=room.now, read_newest=read_newest
            )
    except (Refused, Conflict) as error:
        room.session.refresh(draft)
        return _refused(room, case, draft, error, None, None)
    return see_other(f"/cases/{case.reference}", left=delivery.id)


def _saved(room: Workroom, draft: Draft) -> Response:
    room.session.flush()
    if wants_json(room.request):
        return JSONResponse(_as_saved(room, draft))
    case = find(room.session, Case, draft.case_id)
    return see_other(f"/cases/{case.reference}/drafts/{draft.number}")


def _as_saved(room: Workroom, draft: Draft) -> dict[str, str]:
    """What the page needs to go on saving to this draft."""
    case = find(room.session, Case, draft.case_id)
    url = f"/cases/{case.reference}/drafts/{draft.number}"
    gaps = composer_page.gaps_of(f"{draft.text}\n{draft.subject}")
    return {
        "version": str(draft.version), "saved_at": f"{room.local(draft.updated_at):%H:%M}", "url": url,
        "submit_url": f"{url}/send", "gaps": gaps_to_fill(gaps),
        "told": " ".join(composer_page.told_while_writing(room.session, room.desk, case, draft, room.now)),
        "main": composer_page.main_label(room.session, room.desk, draft, room.person, room.now),
    }  # fmt: skip


def _is_late(draft: Draft, typed: Typed, error: Stale | Refused) -> bool:
    """Whether somebody else's words stand there, or have left, while these were typed."""
    has_moved = isinstance(error, Stale) or draft.state not in EDITABLE
    return has_moved and typed.text is not None and typed.text.replace("\r\n", "\n") != draft.text


def _apart(
    room: Workroom, case: Case, draft: Draft, typed: Typed, error: Stale | Refused
) -> Response:  # fmt: skip
    """Nothing is overwritten and nothing is lost: these words are kept as a draft of their writer's own."""
    require_on(room.person, ChannelAct.DRAFT, draft.channel_id)
    who: Any = {"author_id": room.person.staff_id, "now": room.now, "actor": room.person.actor}
    changes = drafting.Changes(text=typed.text, subject=typed.subject, form=typed.form)
    own = own_drafts.set_apart(room.session, room.desk, draft, changes, **who)
    if given := typed.uploads.checked():
        drafting.add_files(room.session, room.desk, own, given, version=own.version, **who)
    note_sources(room, own, typed.lines)
    sentence = f"{error.sentence} Your words are kept as a draft of your own."
    if wants_json(room.request):
        read = f"/cases/{case.reference}/drafts/{draft.number}"
        told = {"detail": sentence, "text": draft.text, "read": read}
        return JSONResponse({**_as_saved(room, own), **told}, 412)
    composer = composer_page.reply(
        room.session, room.desk, room.person, case, own, room.now, theirs=draft.text,
        problems=(Problem("text", sentence),),
    )  # fmt: skip
    return _page(room, case, own, composer, 412)


def _refused(
    room: Workroom,
    case: Case,
    draft: Draft,
    error: Refused | Conflict | Stale,
    text: str | None,
    recipients: str | None,
) -> Response:
    found = error.details.get("problems")
    sentences = [str(one) for one in found] if isinstance(found, list) else [error.sentence]
    place = "recipients" if re.search(r"email address|goes to", " ".join(sentences)) else "text"
    place = "files" if re.search(r"\b[Ff]iles?\b", error.sentence) else place
    if unread := error.details.get("message"):
        place = f"message-{unread}"
    problems = tuple(Problem(place, sentence) for sentence in sentences)
    composer = composer_page.reply(
        room.session, room.desk, room.person, case, draft, room.now, problems=problems, mine=text,
        recipients=recipients,
    )  # fmt: skip
    return _page(room, case, draft, composer, error.status)


def _page(room: Workroom, case: Case, draft: Draft, composer: Composer, status: int = 200) -> Response:
    header = case_page.header(room.session, room.desk, room.person, case)
    answered: Message | None = case_page.answering(room.session, draft)
    since = None if composer.closed else draft_checks.happened_since(room.session, room.desk, draft)
    first = timeline.shown(room.session, case, [answered], room.zone, room.now)[0] if answered else None
    later = timeline.shown(room.session, case, since.messages, room.zone, room.now) if since else ()
    heading = "What they wrote to us" if draft.enquiry_id else "The message this answers"
    return room.page(DraftPage(room.shell(), header, composer, first, heading, later), status)


def draft_of(room: Workroom, case: Case, number: int) -> Draft:
    """The draft with that number on a case, where this person may read its channel. Raises NotFound."""
    query = select(Draft).where(Draft.case_id == case.id, Draft.number == number)
    found = room.session.exec(query.order_by(col(Draft.id))).first()
    if found is None or not may_on(room.person, ChannelAct.READ, found.channel_id):
        raise NotFound
    return found
