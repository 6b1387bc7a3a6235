"""Replies: begun by the first save, saved as typed under a version, sent or sent for sign-off, put away."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import Depends, Form, Header
from sqlmodel import col, select
from starlette.responses import JSONResponse, Response

from connectors.contract import Form as Way
from inbox import drafting, provenance, signoff, standard_lines, suggestions
from inbox.access import Action, may_on, require_on
from inbox.database import find, find_or_none, savepoint
from inbox.errors import Conflict, NotFound, Refused, Stale
from inbox.models import Case, ChannelAct, Draft, Message, StandardLine, Template
from inbox.web.errors import wants_json
from inbox.web.routers import page_router
from inbox.web.staff.room import Workroom, acting, see_other, studying
from inbox.web.staff.showing import onecase, said, writing
from inbox.web.uploads import Uploads, uploads
from inbox.web.views.case import Composer, DraftPage, gaps_to_fill
from inbox.web.views.parts import Problem

router = page_router()
_SUGGESTIONS = "suggestions"
"""What the button "What you could say" sends: save, then show."""
Words = Annotated[str | None, Form(max_length=200_000)]
Line = Annotated[str | None, Form(max_length=2000)]
Version = Annotated[str, Form(max_length=20)]


@dataclass(frozen=True, slots=True)
class Typed:
    """What the composer's form holds; None for a field that it did not send. `remove` is a file's id."""

    version: str
    text: str | None
    subject: str | None
    recipients: str | None
    identity: str | None
    form: Way | None
    channel: str | None
    line: str | None
    lines: tuple[str, ...]
    remove: str | None
    then: str | None
    uploads: Uploads


def _typed(
    given: Annotated[Uploads, uploads(Action.DRAFT)],
    version: Version = "",
    text: Words = None,
    subject: Line = None,
    recipients: Line = None,
    identity: Line = None,
    form: Annotated[Way | None, Form()] = None,
    channel: Line = None,
    line: Line = None,
    lines: Annotated[list[str], Form(max_length=40)] = [],  # noqa: B006 (FastAPI copies it)
    remove: Line = None,
    save: Line = None,
    if_match: Annotated[str | None, Header()] = None,
) -> Typed:
    said = (version or if_match or "").strip().removeprefix("W/").strip('"')
    return Typed(
        said,
        text,
        subject,
        recipients,
        identity or None,
        form,
        channel,
        line,
        tuple(lines),
        remove,
        save,
        given,
    )


Form_ = Annotated[Typed, Depends(_typed)]


@router.post("/cases/{reference}/drafts")
def begin(reference: str, typed: Form_, room: Annotated[Workroom, acting(Action.DRAFT)]) -> Response:
    """The first save: the draft is made, and its own address is told."""
    case = room.case(reference, Action.DRAFT)
    if typed.then == _SUGGESTIONS and not (typed.text or "").strip():
        return see_other(f"/cases/{reference}/suggestions")
    draft = _begun(room, case, typed)
    return _kept(room, case, draft, replace(typed, text=None, version=str(draft.version)))


@router.post("/cases/{reference}/drafts/send")
def begin_and_send(reference: str, typed: Form_, room: Annotated[Workroom, acting(Action.DRAFT)]) -> Response:
    """For a reply written and sent in one go, without a save between."""
    case = room.case(reference, Action.DRAFT)
    draft = _begun(room, case, typed)
    begun = replace(typed, text=None, version=str(draft.version))
    return _sent(room, case, draft, begun, read_newest=False)


@router.get("/cases/{reference}/drafts/{number}")
def show(reference: str, number: int, room: Annotated[Workroom, studying(Action.READ_CASE)]) -> Response:
    """The composer as a page, with the message that it answers."""
    case = room.case(reference)
    room.looked(case)
    draft = _draft(room, case, number)
    return _page(
        room, case, draft, writing.reply(room.session, room.desk, room.person, case, draft, room.now)
    )


@router.post("/cases/{reference}/drafts/{number}")
def save(
    reference: str, number: int, typed: Form_, room: Annotated[Workroom, acting(Action.DRAFT)]
) -> Response:
    """Saves what was typed. Where somebody saved first, nothing is overwritten and both texts are shown."""
    case = room.case(reference, Action.DRAFT)
    return _kept(room, case, _draft(room, case, number), typed)


@router.post("/cases/{reference}/drafts/{number}/send")
def send(
    reference: str,
    number: int,
    typed: Form_,
    room: Annotated[Workroom, acting(Action.DRAFT)],
    read_newest: Annotated[bool, Form()] = False,
    stored: Annotated[bool, Form()] = False,
) -> Response:
    """Saves, then sends where the writer may stand for it, else asks for sign-off. `stored`: as saved."""
    case = room.case(reference, Action.DRAFT)
    draft = _draft(room, case, number)
    if stored:
        return _let_go(room, case, draft, read_newest=read_newest)
    return _sent(room, case, draft, typed, read_newest=read_newest)


@router.post("/cases/{reference}/drafts/{number}/withdraw")
def withdraw(
    reference: str, number: int, room: Annotated[Workroom, acting(Action.DRAFT)], version: Version = ""
) -> Response:
    """Puts it away; its words stay in its versions."""
    case = room.case(reference, Action.DRAFT)
    draft = _draft(room, case, number)
    drafting.withdraw(room.session, draft, now=room.now, actor=room.person.actor)
    return see_other(f"/cases/{reference}", told="withdrawn")


def _begun(room: Workroom, case: Case, typed: Typed) -> Draft:
    draft = drafting.begin(
        room.session, room.desk, case, author_id=room.person.staff_id, now=room.now, actor=room.person.actor,
        text=(typed.text or "").replace("\r\n", "\n"),
    )  # fmt: skip
    require_on(room.person, ChannelAct.DRAFT, draft.channel_id)
    return draft


def _kept(room: Workroom, case: Case, draft: Draft, typed: Typed) -> Response:
    """Saves, and says where the draft is now or what stands against it."""
    try:
        _save(room, case, draft, typed)
    except (Stale, Refused) as error:
        if wants_json(room.request):
            raise
        return _stopped(room, case, draft, typed, error)
    if typed.then == _SUGGESTIONS:
        return see_other(f"/cases/{case.reference}/suggestions")
    return _saved(room, draft)


def _sent(room: Workroom, case: Case, draft: Draft, typed: Typed, *, read_newest: bool) -> Response:
    try:
        _save(room, case, draft, typed)
    except (Stale, Refused) as error:
        return _stopped(room, case, draft, typed, error)
    return _let_go(room, case, draft, read_newest=read_newest)


def _stopped(room: Workroom, case: Case, draft: Draft, typed: Typed, error: Stale | Refused) -> Response:
    if isinstance(error, Stale):
        return _clash(room, case, draft, typed.text, error)
    return _refused(room, case, draft, error, typed.text, typed.recipients)


def _save(room: Workroom, case: Case, draft: Draft, typed: Typed) -> None:
    """The words first, then the files: a file that cannot be taken loses nobody's words."""
    who: Any = {"author_id": room.person.staff_id, "now": room.now, "actor": room.person.actor}
    if typed.identity and typed.identity != drafting.OFFICE and typed.identity not in room.desk.staff:
        raise Refused("Choose in whose name this goes.")
    wanted = typed.recipients.replace(";", ",").split(",") if typed.recipients is not None else None
    changes = drafting.Changes(
        text=typed.text, subject=typed.subject, recipients=wanted, identity=typed.identity, form=typed.form
    )
    require_on(room.person, ChannelAct.DRAFT, typed.channel or draft.channel_id)
    if typed.channel:
        changes = drafting.moved(room.session, room.desk, case, typed.channel, changes)
    version = int(typed.version[:18]) if typed.version.isdigit() else -1
    with savepoint(room.session):
        drafting.save(room.session, room.desk, draft, changes, version=version, **who)
    if typed.remove and typed.remove in draft.attachments:
        drafting.remove_file(room.session, room.desk, draft, typed.remove, version=draft.version, **who)
    if given := typed.uploads.checked():
        drafting.add_files(room.session, room.desk, draft, given, version=draft.version, **who)
    _note_sources(room, draft, typed.lines)
    if typed.line:
        _insert(room, case, draft, typed.line)


def _insert(room: Workroom, case: Case, draft: Draft, template_id: str) -> None:
    """A standard text at the end of what is written, filled with what is known."""
    line = find_or_none(room.session, StandardLine, template_id)
    template = None if line else find(room.session, Template, template_id)
    body = standard_lines.words_of(line, draft.language) if line else template.body if template else ""
    _note_source(draft, line, template)
    put_in(room, draft, suggestions.filled(room.session, room.desk, case, body, room.now))


def put_in(room: Workroom, draft: Draft, words: str) -> None:
    """Adds words that a person chose to the end of a draft."""
    text = f"{draft.text.rstrip()}\n\n{words}".strip()
    drafting.save(
        room.session, room.desk, draft, drafting.Changes(text=text), version=draft.version,
        author_id=room.person.staff_id, now=room.now, actor=room.person.actor,
    )  # fmt: skip


def _note_sources(room: Workroom, draft: Draft, keys: Sequence[str]) -> None:
    """Lines that the page put in where the cursor was: it says which, with the words."""
    for key in dict.fromkeys(keys):
        line = find_or_none(room.session, StandardLine, key)
        _note_source(draft, line, None if line else find_or_none(room.session, Template, key))


def _note_source(draft: Draft, line: StandardLine | None, template: Template | None) -> None:
    if line is not None:
        provenance.from_line(draft, line)
    elif template is not None:
        provenance.from_template(draft, template)


def _let_go(room: Workroom, case: Case, draft: Draft, *, read_newest: bool) -> Response:
    """Out of the writer's hands: into the outbox, or to whoever must approve it."""
    alone = signoff.stands_alone(room.session, room.desk, draft, room.person, room.now)
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
    case = find(room.session, Case, draft.case_id)
    url = f"/cases/{case.reference}/drafts/{draft.number}"
    if wants_json(room.request):
        at = f"{room.local(draft.updated_at):%H:%M}"
        label = writing.main_label(room.session, room.desk, draft, room.person, room.now)
        gaps = writing.gaps_of(f"{draft.text}\n{draft.subject}")
        return JSONResponse(
            {
                "version": str(draft.version), "saved_at": at, "url": url, "submit_url": f"{url}/send",
                "main": label, "gaps": gaps_to_fill(gaps),
            }
        )  # fmt: skip
    return see_other(url)


def _clash(room: Workroom, case: Case, draft: Draft, text: str | None, error: Stale) -> Response:
    composer = writing.reply(
        room.session, room.desk, room.person, case, draft, room.now, theirs=draft.text, mine=text,
        problems=(Problem("text", error.sentence),),
    )  # fmt: skip
    return _page(room, case, draft, composer, 412)


def _refused(
    room: Workroom,
    case: Case,
    draft: Draft,
    error: Refused | Conflict,
    text: str | None,
    recipients: str | None,
) -> Response:
    found = error.details.get("problems")
    sentences = [str(one) for one in found] if isinstance(found, list) else [error.sentence]
    place = "recipients" if re.search(r"email address|goes to", " ".join(sentences)) else "text"
    place = "files" if re.search(r"\b[Ff]iles?\b", error.sentence) else place
    problems = tuple(Problem(place, sentence) for sentence in sentences)
    composer = writing.reply(
        room.session, room.desk, room.person, case, draft, room.now, problems=problems, mine=text,
        recipients=recipients,
    )  # fmt: skip
    return _page(room, case, draft, composer, error.status)


def _page(room: Workroom, case: Case, draft: Draft, composer: Composer, status: int = 200) -> Response:
    header = onecase.header(room.session, room.desk, room.person, case)
    answered: Message | None = onecase.answering(room.session, draft)
    zone = room.desk.calendar.zone
    shown = said.shown(room.session, case, [answered], zone, room.now)[0] if answered else None
    return room.page(DraftPage(room.shell(), header, composer, shown), status)


def _draft(room: Workroom, case: Case, number: int) -> Draft:
    query = select(Draft).where(Draft.case_id == case.id, Draft.number == number)
    found = room.session.exec(query.order_by(col(Draft.id))).first()
    if found is None or not may_on(room.person, ChannelAct.READ, found.channel_id):
        raise NotFound
    return found
