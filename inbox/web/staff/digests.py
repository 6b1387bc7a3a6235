"""The printed digest of somebody who works on paper, and typing in what they wrote on it."""

from typing import Annotated

from fastapi import Form
from sqlmodel import col, select
from starlette.responses import Response

from inbox import staff_answers, staff_post
from inbox.access import Action, require_on
from inbox.database import find, savepoint
from inbox.errors import NotFound, Refused
from inbox.models import EDITABLE, Case, Channel, ChannelAct, Constituent, Draft, Message, Staff
from inbox.web.routers import page_router
from inbox.web.staff.room import Workroom, acting, see_other, studying
from inbox.web.staff.showing import hostile_words
from inbox.web.staff.showing import words as say
from inbox.web.views.digests import DigestCase, DigestPage, Said
from inbox.web.views.parts import Link, Notice, Problem, Tone

router = page_router()
KEPT = Notice("Kept as a draft on the case. It leaves after sign-off.", Tone.OK)


@router.get("/digests/{staff_id}")
def show(staff_id: str, room: Annotated[Workroom, studying(Action.READ_CASE)]) -> Response:
    """Everything that waits for this person, one case a block; printing it is reading the cases."""
    return _page(room, find(room.session, Staff, staff_id))


@router.post("/digests/{staff_id}/{reference}")
def type_in(
    staff_id: str,
    reference: str,
    room: Annotated[Workroom, acting(Action.DRAFT)],
    text: Annotated[str, Form(max_length=100_000)] = "",
) -> Response:
    """What they wrote by hand, as a draft in their own words."""
    case = room.case(reference, Action.DRAFT)
    staff = find(room.session, Staff, staff_id)
    said = dict(_waiting(room, staff)).get(case.id)
    if said is None:
        raise NotFound
    try:
        with savepoint(room.session):
            draft = staff_answers.write(
                room.session, room.desk, case, staff, text, source=staff_answers.ON_PAPER, answers=said[-1],
                typed_by=room.person.staff_id, now=room.now, actor=room.person.actor,
            )  # fmt: skip
            require_on(room.person, ChannelAct.DRAFT, draft.channel_id)
    except Refused as error:
        return _page(room, staff, reference, text, Problem(f"text-{reference}", error.sentence))
    return see_other(f"/digests/{staff_id}", told="kept")


def _waiting(room: Workroom, staff: Staff) -> list[tuple[str, list[Message]]]:
    found = staff_post.waiting(room.session, room.desk, staff, room.person)
    return [(case.id, said) for case, said in found]


def _page(
    room: Workroom, staff: Staff, reference: str = "", text: str = "", problem: Problem | None = None
) -> Response:
    found = staff_post.waiting(room.session, room.desk, staff, room.person)
    for case, _ in found:
        room.looked(case)
    cases = tuple(
        _case(room, staff, case, said, text if case.reference == reference else "",
              problem if case.reference == reference else None)
        for case, said in found
    )  # fmt: skip
    note = KEPT if room.request.query_params.get("told") == "kept" else None
    view = DigestPage(room.shell(), staff.name, cases, room.local(room.now), note)
    return room.page(view, 422 if problem else 200)


def _case(
    room: Workroom, staff: Staff, case: Case, said: list[Message], text: str, problem: Problem | None
) -> DigestCase:
    person = room.session.exec(select(Constituent).where(Constituent.id == case.constituent_id)).first()
    channels = {one.id: one for one in room.session.exec(select(Channel))}
    name = person.name if person else said[-1].sender_name
    query = select(Draft).where(
        Draft.case_id == case.id, Draft.author_id == staff.id, col(Draft.state).in_(EDITABLE)
    )
    draft = room.session.exec(query.order_by(col(Draft.number).desc()).limit(1)).first()
    url = f"/cases/{case.reference}"
    return DigestCase(
        case.reference,
        url,
        name or hostile_words.subject(case),
        tuple(_said(room, one, channels.get(one.channel_id or ""), name) for one in said),
        f"/digests/{staff.id}/{case.reference}" if room.may(Action.DRAFT) else None,
        Link("Their answer is on the case already", f"{url}/drafts/{draft.number}") if draft else None,
        text,
        problem,
    )


def _said(room: Workroom, message: Message, channel: Channel | None, name: str) -> Said:
    kind = channel.kind if channel else None
    word, _ = say.channel(kind, message.kind)
    public = say.is_public(kind, message.kind)
    way = word if public is None else f"{word}, {'public' if public else 'private'}"
    return Said(name or message.sender_name, way, room.local(message.received_at), message.new_text,
                message.language)  # fmt: skip
