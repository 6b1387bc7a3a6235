"""The post tray: letters are handed in as scans or photos, kept at once, and wait to be compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, File, Form, Query, UploadFile
from sqlmodel import Session, col, select
from starlette.responses import Response

from connectors.contract import Attachment, RawArrival
from connectors.filenames import safe_filename
from connectors.locked import needs_password
from connectors.post.reading import installed
from connectors.post.scans import ENDINGS, identity, written
from inbox import hand_channels, post_tray
from inbox.access import Action, Person, visible_cases
from inbox.errors import Refused
from inbox.intake.keeping import already_kept
from inbox.jobs import SLOW
from inbox.models import Arrival, Case, Channel, Message, Office
from inbox.web.dependencies import Now, Wired, may
from inbox.web.public.contact.files import kind_of
from inbox.web.routers import page_router
from inbox.web.staff.room import Room, looking, see_other
from inbox.web.staff.showing import by_hand
from inbox.web.views.by_hand import PostPage
from inbox.web.views.parts import Choice, Link, Notice, Problem, Tone
from inbox.web.wiring import Wiring

router = page_router()
MOST_FILES = 20
LARGEST = 20_000_000
KINDS = (Choice("no", "Each file is a letter", True), Choice("yes", "Together they are one letter"))
HEIC = "Photos in Apple's own form (HEIC) cannot be shown. Choose “Most compatible” in the camera's settings."


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of the files of one press: arrivals that are new, those that were here, what is wrong."""

    kept: int = 0
    again: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def _handed_in(
    person: Annotated[Person, may(Action.CREATE_CASE)],
    wiring: Wired,
    now: Now,
    files: Annotated[list[UploadFile] | None, File()] = None,
    pages: Annotated[list[UploadFile] | None, File()] = None,
    together: Annotated[str, Form(max_length=3)] = "",
    came: Annotated[str, Form(max_length=40)] = "",
) -> Brought:
    """Makes the letters durable, before any transaction of the page begins."""
    photos = [one for one in pages or () if one.filename]
    chosen = photos or [one for one in files or () if one.filename]
    place = "pages" if photos else "files"
    if not chosen:
        return Brought(problems=(Problem("files", "Choose the scans or photos first"),))
    if len(chosen) > MOST_FILES:
        return Brought(problems=(Problem(place, f"At most {MOST_FILES} files at once. Choose fewer"),))
    good, wrong = [], []
    for one in chosen:
        try:
            good.append(_page(one))
        except Refused as refused:
            wrong.append(Problem(place, refused.sentence))
    is_one = together == "yes" or bool(photos)
    if is_one and wrong:
        return Brought(problems=tuple(wrong))  # a letter without one of its pages is another letter
    letters = [tuple(good)] if is_one else [(page,) for page in good]
    try:
        return _keep(wiring, person, [one for one in letters if one], came, now, tuple(wrong))
    except Refused as refused:
        return Brought(problems=(Problem("came" if "date" in refused.sentence else place, refused.sentence),))


@router.get("/post")
def index(
    room: Annotated[Room, looking(Action.CREATE_CASE)],
    kept: Annotated[int, Query(ge=0, le=99)] = 0,
    again: Annotated[list[Annotated[str, Query(max_length=32)]] | None, Query()] = None,
) -> Response:
    """Hand in letters; below, those that nobody has compared with their pages."""
    return _page_of(room, Brought(kept, tuple(again or ())[:MOST_FILES]))


@router.post("/post")
def hand_in(
    brought: Annotated[Brought, Depends(_handed_in)], room: Annotated[Room, looking(Action.CREATE_CASE)]
) -> Response:
    """Says what was kept, what was here already, and what is no letter."""
    if brought.problems:
        return _page_of(room, brought, status=422)
    again = "".join(f"&again={one}" for one in brought.again)
    return see_other(f"/post?kept={brought.kept}{again}")


def _page(chosen: UploadFile) -> Attachment:
    """One file as a page. Raises Refused with what is wrong with it."""
    content = chosen.file.read(LARGEST + 1)
    name = safe_filename(chosen.filename or "", chosen.content_type or "", "page")
    kind = kind_of(content, name)
    if not content:
        raise Refused(f"{name} is empty")
    if len(content) > LARGEST:
        raise Refused(f"{name} is larger than 20 MB. Scan it with less detail")
    if kind == "image/heic":
        raise Refused(f"{name}: {HEIC}")
    if kind not in ENDINGS:
        raise Refused(f"{name} is not a scan or a photo. Letters are PDF, JPEG, PNG or TIFF files")
    if needs_password(content):
        raise Refused(f"{name} asks for a password. Save it without one first")
    return Attachment(name, kind, len(content), content)


def _keep(
    wiring: Wiring, person: Person, letters: Sequence[tuple[Attachment, ...]], came: str, now: datetime,
    wrong: tuple[Problem, ...],
) -> Brought:  # fmt: skip
    by_key = {identity(pages): pages for pages in letters}  # chosen twice is one letter
    with wiring.database.write(person.office_id) as session:
        channel = hand_channels.of_office(session, hand_channels.POST, now=now, actor=person.actor)
        office = session.exec(select(Office).where(Office.id == person.office_id)).one()
        received = by_hand.day_it_came(came, office, now)
        known = already_kept(session, channel, list(by_key))
        again = session.exec(
            select(Arrival.id).where(
                Arrival.channel_id == channel.id, col(Arrival.external_id).in_(list(known))
            )
        ).all()  # fmt: skip
        channel_id, account = channel.id, channel.account
    told = {"by": person.name}
    fresh = [
        RawArrival("post", account, key, written(pages, told, now), received, {SLOW: "1"})
        for key, pages in by_key.items()
        if key not in known
    ]
    if fresh:
        wiring.keeper.keep(person.office_id, channel_id, fresh, hint=False)
    return Brought(len(fresh), tuple(again), wrong)


def _page_of(room: Room, brought: Brought, *, status: int = 200) -> Response:
    query = select(Channel).where(Channel.kind == hand_channels.POST, col(Channel.removed_at).is_(None))
    channel = room.session.exec(query.order_by(col(Channel.id)).limit(1)).first()
    rows = post_tray.unchecked(room.session, channel, visible_cases(room.person))
    now = room.local(room.now)
    view = PostPage(
        shell=room.shell("To sort"),
        tabs=by_hand.tabs("/post"),
        told=_told(brought, _cases(room.session, room.person, brought.again)),
        kinds=KINDS,
        came=f"{now.day} {now:%B %Y}",
        reads="tesseract" in installed(),
        rows=tuple(by_hand.letter_row(one, room.zone) for one in rows),
        problems=brought.problems,
    )
    return room.page(view, status)


def _told(brought: Brought, cases: Sequence[Case]) -> Notice | None:
    """What was kept, in a sentence; with the cases of letters that were here before."""
    words = []
    if brought.kept:
        words.append("1 letter is kept." if brought.kept == 1 else f"{brought.kept} letters are kept.")
    if brought.again:
        count = len(brought.again)
        words.append("1 was here already." if count == 1 else f"{count} were here already.")
    if not words:
        return None
    links = tuple(Link(one.reference, f"/cases/{one.reference}") for one in cases)
    return Notice(" ".join(words), Tone.OK if brought.kept else Tone.CALM, None, links)


def _cases(session: Session, person: Person, arrivals: Sequence[str]) -> list[Case]:
    """The cases of letters that came again, those that this person may know."""
    if not arrivals:
        return []
    query = (
        select(Case)
        .join(Message, col(Message.case_id) == Case.id)
        .join(Arrival, col(Arrival.message_id) == Message.id)
        .where(col(Arrival.id).in_(list(arrivals)), visible_cases(person))
    )
    return list(session.exec(query.order_by(col(Case.id)).limit(MOST_FILES)))
