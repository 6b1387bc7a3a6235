"""A letter beside a box for what it says: a person compares, puts right, and confirms."""

from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from connectors.post.channel import UNNAMED
from connectors.post.scans import PICTURE, SHOWN
from inbox import hand_channels, pictures, post_tray
from inbox.access import Action, visible_cases
from inbox.database import find_or_none, savepoint
from inbox.errors import Conflict, NotFound, Refused
from inbox.facts import PersonFacts
from inbox.models import Attachment, Case, Channel, Constituent, Message
from inbox.web.downloads import NEVER_RUN
from inbox.web.routers import page_router
from inbox.web.staff.room import Room, Workroom, acting, looking, see_other
from inbox.web.staff.showing import hostile_words
from inbox.web.staff.showing import words as say
from inbox.web.views.by_hand import LetterPage, PageShown
from inbox.web.views.parts import Link, Notice, Problem, Tone

router = page_router()
Line = Annotated[str, Form(max_length=500)]
Words = Annotated[str, Form(max_length=post_tray.LONGEST)]
FIELDS = ("name", "address", "postcode", "phone", "email", "subject", "text")


@router.get("/cases/{reference}/letters/{message_id}")
def show(reference: str, message_id: str, room: Annotated[Room, looking(Action.READ_CASE)]) -> Response:
    """The pages, and what was made of them so far."""
    case = room.case(reference)
    letter = post_tray.find_letter(room.session, case, message_id)
    room.looked(case)
    return _page(room, case, letter, _known(room, case, letter))


@router.post("/cases/{reference}/letters/{message_id}")
def confirm(
    reference: str, message_id: str, room: Annotated[Workroom, acting(Action.TRIAGE)], name: Line = "",
    address: Line = "", postcode: Line = "", phone: Line = "", email: Line = "", subject: Line = "",
    text: Words = "",
) -> Response:  # fmt: skip
    """Keeps a person's reading beside the machine's, and what the letter tells of its writer."""
    case = room.case(reference, Action.TRIAGE)
    letter = post_tray.find_letter(room.session, case, message_id)
    values = dict(zip(FIELDS, (name, address, postcode, phone, email, subject, text), strict=True))
    who = PersonFacts(name=name, postcode=postcode, phone=phone, address=address)
    try:
        with savepoint(room.session):
            post_tray.confirm(
                room.session, room.desk, case, letter, text, who, email=email, subject=subject,
                author_id=room.person.staff_id, now=room.now, actor=room.person.actor,
            )  # fmt: skip
    except (Refused, Conflict) as error:
        return _page(room, case, letter, values, Problem(_place(error.sentence), error.sentence), status=422)
    return see_other(f"/cases/{reference}", told="saved")


@router.get("/cases/{reference}/letters/{message_id}/pages/{number}")
def page_picture(
    reference: str, message_id: str, number: int, room: Annotated[Room, looking(Action.READ_CASE)]
) -> Response:
    """One page as a picture, without what it says beside the picture (where and with what it was taken)."""
    case = room.case(reference)
    pages = post_tray.pages_of(room.session, post_tray.find_letter(room.session, case, message_id))
    if not 1 <= number <= len(pages) or pages[number - 1].content_type not in SHOWN:
        raise NotFound
    shown = pictures.rewritten(room.wiring.store.get(case.office_id, pages[number - 1].content_hash))
    if shown is None or shown.is_bomb:
        raise NotFound("This page cannot be shown as a picture. Open its file instead.")
    return Response(shown.content, media_type=shown.content_type, headers=NEVER_RUN)


def _known(room: Room, case: Case, letter: Message) -> dict[str, str]:
    """What is typed already: what the machine read, and what is known of the case's person."""
    person = find_or_none(room.session, Constituent, case.constituent_id)
    name = person.name if person is not None and person.name != UNNAMED else ""
    reading = post_tray.checked_reading(room.session, letter) or letter
    return {
        "name": name,
        "address": (person.address or "") if person else "",
        "postcode": (person.postcode or "") if person else "",
        "phone": (person.phone or "") if person else "",
        "email": "",
        "subject": "" if case.subject == letter.subject else hostile_words.subject(case),
        "text": reading.text,
    }


def _page(
    room: Room, case: Case, letter: Message, values: dict[str, str], *problems: Problem, status: int = 200
) -> Response:
    reading = post_tray.checked_reading(room.session, letter)
    base = f"/cases/{case.reference}/letters/{letter.id}"
    view = LetterPage(
        shell=room.shell("To sort"),
        reference=case.reference,
        title=None if case.is_restricted else case.subject,
        back=Link(case.reference, f"/cases/{case.reference}"),
        action=base,
        state=_state(letter, is_checked=reading is not None),
        pages=_pages(post_tray.pages_of(room.session, letter), base),
        values=values,
        is_checked=reading is not None or not room.may(Action.TRIAGE),
        next_letter=_next(room, letter),
        problems=problems,
    )
    return room.page(view, status)


def _pages(rows: list[Attachment], base: str) -> tuple[PageShown, ...]:
    """Every page once: of a PDF file the pictures made of it, where there are any."""
    pictured = any((row.content_id or "").startswith(PICTURE) for row in rows)
    found: list[PageShown] = []
    for number, row in enumerate(rows, start=1):
        if row.content_type == "application/pdf" and pictured:
            continue
        url = f"{base}/pages/{number}" if row.content_type in SHOWN else None
        found.append(PageShown(len(found) + 1, row.filename, url, f"/attachments/{row.id}"))
    return tuple(found)


def _state(letter: Message, *, is_checked: bool) -> Notice:
    if is_checked:
        return Notice("A person compared this letter with its pages.", Tone.OK)
    return Notice(" ".join(say.warnings(letter.warnings)), Tone.SOON)


def _next(room: Room, letter: Message) -> Link | None:
    """The letter that has waited longest, apart from this one."""
    channel = find_or_none(room.session, Channel, letter.channel_id)
    if channel is None or channel.kind != hand_channels.POST:
        return None
    for one in post_tray.unchecked(room.session, channel, visible_cases(room.person)):
        if one.message is not None and one.case is not None and one.message.id != letter.id:
            return Link("The next letter", f"/cases/{one.case.reference}/letters/{one.message.id}")
    return None


def _place(sentence: str) -> str:
    """The field that a refusal is about."""
    for word, field in (("name", "name"), ("postcode", "postcode"), ("address", "email")):
        if word in sentence:
            return field
    return "text"
