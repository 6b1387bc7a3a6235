"""How one of the staff is handed messages: here, by email, or on paper."""

from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from inbox import staff_post
from inbox.access import Action
from inbox.database import find, savepoint
from inbox.errors import Refused
from inbox.models import PostBy, PostCases, Staff
from inbox.staff_post import Wanted
from inbox.web.routers import page_router
from inbox.web.staff.room import Room, Workroom, acting, looking, see_other
from inbox.web.staff.settings import tabs
from inbox.web.views.digests import StaffPostPage
from inbox.web.views.parts import Choice, Field, FieldKind, Group, Link, Problem

router = page_router()
_HERE = "here"
Word = Annotated[str, Form(max_length=20)]


@router.get("/settings/people/{staff_id}/post")
def show(staff_id: str, room: Annotated[Room, looking(Action.MANAGE_OFFICE)]) -> Response:
    staff = find(room.session, Staff, staff_id)
    row = staff_post.of(room.session, staff.id)
    chosen = (
        Wanted(PostBy(row.by), PostCases(row.cases), tuple(row.kinds), row.shows_words)
        if row
        else Wanted(None)
    )
    return _page(room, staff, chosen)


@router.post("/settings/people/{staff_id}/post")
def save(
    staff_id: str,
    room: Annotated[Workroom, acting(Action.MANAGE_OFFICE)],
    by: Word = "",
    cases: Word = "",
    kinds: Annotated[list[str] | None, Form(max_length=20)] = None,
    shows: Word = "",
) -> Response:
    """From now on; what came before is on the printed page."""
    staff = find(room.session, Staff, staff_id)
    if by not in {_HERE, *PostBy} or (by != _HERE and cases not in set(PostCases)):
        return _page(room, staff, Wanted(None), Problem("by", "Choose how messages reach this person"))
    road = None if by == _HERE else PostBy(by)
    wanted = Wanted(road, PostCases(cases or PostCases.GIVEN), tuple(kinds or ()), shows == "words")
    try:
        with savepoint(room.session):
            staff_post.choose(room.session, staff, wanted, now=room.now, actor=room.person.actor)
    except Refused as error:
        return _page(room, staff, wanted, Problem("kinds", error.sentence))
    return see_other(f"/settings/people/{staff.id}/post", told="saved")


def _page(room: Room, staff: Staff, chosen: Wanted, *problems: Problem) -> Response:
    view = StaffPostPage(
        room.shell("Settings"), tabs(room, "People"), f"Messages for {staff.name}",
        f"/settings/people/{staff.id}/post", (_road(chosen), _what(chosen), _words(staff, chosen)),
        Link("Print what waits for them", f"/digests/{staff.id}"), problems,
    )  # fmt: skip
    return room.page(view, 422 if problems else 200)


def _road(chosen: Wanted) -> Group:
    choices = (
        Choice(_HERE, "They sign in and read them here", chosen.by is None),
        Choice(
            "email", "By email", chosen.by == PostBy.EMAIL, "Their answer to the mail comes back as a draft"
        ),
        Choice(
            "paper", "On paper", chosen.by == PostBy.PAPER, "You print a page, and type in what they write"
        ),
    )
    return Group(
        "How messages reach them",
        (Field("by", "Messages reach them", kind=FieldKind.RADIOS, choices=choices),),
        "Whatever they answer goes through sign-off and leaves on the channel that the person used.",
    )


def _what(chosen: Wanted) -> Group:
    cases = (
        Choice("given", "The cases they were given", chosen.cases == PostCases.GIVEN),
        Choice("all", "All cases of the office", chosen.cases == PostCases.ALL),
    )
    kinds = tuple(
        Choice(kind, name[:1].upper() + name[1:], kind in chosen.kinds)
        for kind, name in staff_post.KINDS.items()
    )
    return Group(
        "Which messages",
        (
            Field("cases", "Of which cases", kind=FieldKind.RADIOS, choices=cases),
            Field("kinds", "That came by", kind=FieldKind.TICKS, choices=kinds),
        ),
    )


def _words(staff: Staff, chosen: Wanted) -> Group:
    choices = (
        Choice("link", "A reference and a link", not chosen.shows_words),
        Choice("words", "What the person wrote", chosen.shows_words,
               "Not for threats, abuse, health and other things that must not lie in a mailbox"),
    )  # fmt: skip
    field = Field("shows", f"A mail to {staff.email} holds", kind=FieldKind.RADIOS, choices=choices)
    return Group("What a mail to them holds", (field,))
