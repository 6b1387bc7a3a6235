"""The words of the chase ladder, and an office's own in their place, seen before they are kept."""

from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from inbox.access import Action
from inbox.database import savepoint
from inbox.enquiries import own_words
from inbox.enquiries.own_words import LadderLetter
from inbox.errors import Refused, Stale
from inbox.web.routers import page_router
from inbox.web.staff.room import Room, Workroom, acting, looking, see_other, studying
from inbox.web.staff.settings import tabs
from inbox.web.views.office import ChaseCard, ChasePage, ChasesPage
from inbox.web.views.parts import Act, Badge, Link, Problem, Tone
from inbox.wording import fill

router = page_router()
HOME = "/settings/chases"
_LANGUAGES = {"en": "English", "cy": "Welsh"}
EXAMPLE = {
    "en": {
        "reference": "WX-7K4M-2P", "body": "Marl Homes", "asked_on": "Monday 1 June 2026",
        "name": "Donna Fretwell", "due_on": "Monday 15 June 2026", "today": "Tuesday 16 June 2026",
        "subject": "Damp at 14 Quarry Road",
        "question": "When will the mould be treated?", "chased_on": "Tuesday 16 June 2026",
        "next_on": "Tuesday 23 June 2026", "next_update": "Tuesday 14 July 2026", "hotline": "01632 960 111",
        "minister": "the Minister for Homes", "passed_by": "Wexcombe Council",
        "first_asked_on": "Monday 18 May 2026",
        "about": "We are writing on behalf of Donna Fretwell, 14 Quarry Road, ZZ10 4AB.",
    },
    "cy": {
        "reference": "WX-7K4M-2P", "body": "Marl Homes", "asked_on": "dydd Llun 1 Mehefin 2026",
        "name": "Donna Fretwell", "due_on": "dydd Llun 15 Mehefin 2026",
        "today": "dydd Mawrth 16 Mehefin 2026",
        "chased_on": "dydd Mawrth 16 Mehefin 2026", "next_update": "dydd Mawrth 14 Gorffennaf 2026",
        "passed_by": "Cyngor Wexcombe", "first_asked_on": "dydd Llun 18 Mai 2026",
    },
}  # fmt: skip
"""What stands in place of the placeholders on this page only."""
Text = Annotated[str, Form(max_length=20_000)]
Word = Annotated[str, Form(max_length=20)]


@router.get("/settings/chases")
def index(room: Annotated[Room, looking(Action.READ_CASE)]) -> Response:
    """Every letter of the ladder in the order in which they come up."""
    cards = tuple(_card(room, one, language) for one in own_words.LETTERS for language in one.languages)
    return room.page(ChasesPage(room.shell("Settings"), tabs(room, "Chases"), cards))


@router.get("/settings/chases/{letter}/{language}")
def form(letter: str, language: str, room: Annotated[Workroom, studying(Action.MANAGE_OFFICE)]) -> Response:
    found = own_words.words(room.session, letter, language)
    return _page(room, letter, language, found.subject, found.body, found.version)


@router.post("/settings/chases/{letter}/{language}")
def change(
    letter: str, language: str, room: Annotated[Workroom, acting(Action.MANAGE_OFFICE)], subject: Text = "",
    body: Text = "", version: Word = "", do: Word = "save",
) -> Response:  # fmt: skip
    """Shows how the words would read, or keeps them for what comes up from now on."""
    number = int(version) if version.isascii() and version.isdigit() else -1
    try:
        with savepoint(room.session):
            own_words.check(letter, subject, body)
            if do == "see":
                return _page(room, letter, language, subject, body, number)
            own_words.change(
                room.session, letter, language, subject=subject, body=body, version=number, now=room.now,
                actor=room.person.actor,
            )  # fmt: skip
    except Refused as error:
        problem = Problem(str(error.details.get("field") or "body"), error.sentence)
        return _page(room, letter, language, subject, body, number, problem)
    except Stale as error:
        return _page(
            room, letter, language, subject, body, number, Problem("body", error.sentence), status=409
        )
    return see_other(HOME, told="saved")


@router.post("/settings/chases/{letter}/{language}/put-back")
def put_back(letter: str, language: str, room: Annotated[Workroom, acting(Action.MANAGE_OFFICE)]) -> Response:
    """The words that the program came with hold again."""
    own_words.put_back(room.session, letter, language, now=room.now, actor=room.person.actor)
    return see_other(HOME, told="saved")


def _card(room: Room, letter: LadderLetter, language: str) -> ChaseCard:
    found = own_words.words(room.session, letter.name, language)
    about = "The words that it came with."
    if found.own is not None:
        at = room.local(found.own.changed_at)
        about = f"Version {found.own.version}, by {found.own.changed_by} on {at.day} {at:%B %Y}."
    more = f", {_LANGUAGES[language]}" if len(letter.languages) > 1 else ""
    change = (
        Link("Change the words", f"{HOME}/{letter.name}/{language}")
        if room.may(Action.MANAGE_OFFICE)
        else None
    )
    badges = (Badge("Own words", Tone.OK, "tick"),) if found.own else ()
    return ChaseCard(
        f"{letter.title}{more}", letter.when, found.subject, found.body, language, about, badges, change
    )


def _page(
    room: Workroom, letter: str, language: str, subject: str, body: str, version: int, *problems: Problem,
    status: int = 422,
) -> Response:  # fmt: skip
    known, own = own_words.letter_of(letter), own_words.words(room.session, letter, language).own
    url = f"{HOME}/{letter}/{language}"
    office = {"office": room.office.name, "signature": room.office.signature or room.office.name,
              "phone": room.office.phone or ""}  # fmt: skip
    values = EXAMPLE[language] | office
    view = ChasePage(
        shell=room.shell("Settings"), heading=f"{known.title}: its words", back=Link("Chases", HOME),
        when=known.when, action=url, version=version, subject=subject, body=body, language=language,
        placeholders=tuple(f"{{{{{one}}}}}" for one in known.placeholders),
        preview=(fill(subject, values), fill(body, values)),
        put_back=Act("Back to the words it came with", f"{url}/put-back") if own else None, problems=problems,
    )  # fmt: skip
    return room.page(view, status if problems else 200)
