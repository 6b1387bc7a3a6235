"""A new case by hand: a call, a visit or a letter, triaged like any other."""

import re
from datetime import datetime, time
from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from inbox import casework, writing_down
from inbox.access import Action, visible_cases
from inbox.database import savepoint
from inbox.dates import day_of
from inbox.errors import Refused
from inbox.models import MessageKind
from inbox.web.routers import page_router
from inbox.web.staff.room import Workroom, acting, see_other, studying
from inbox.web.staff.showing import by_hand
from inbox.web.uploads import Uploads, uploads
from inbox.web.views.case_pages import NewCasePage
from inbox.web.views.parts import Choice, Problem

router = page_router()
KINDS = (
    ("call", "Phone call", None),
    ("visit", "Visit", "At a surgery or at the door"),
    ("letter", "Letter", None),
)
_PLACES = (("date", "at"), ("postcode", "postcode"), ("email", "email"))
"""Which field a refusal is said at, by a word in it."""
FIELDS = ("at", "name", "phone", "email", "address", "postcode", "subject", "text", "done")
_CLOCK = re.compile(r"(?:[\s,T]+(?:at )?)([01]?\d|2[0-3])[:.]([0-5]\d)$")
"""The time of day at the end of a moment, as people type it after the day."""
Line = Annotated[str, Form(max_length=500)]
Text = Annotated[str, Form(max_length=100_000)]


@router.get("/cases/new")
def form(room: Annotated[Workroom, studying(Action.CREATE_CASE)]) -> Response:
    now = room.local(room.now)
    values = dict.fromkeys(FIELDS, "") | {"at": f"{now.day} {now:%B %Y %H:%M}"}
    return _page(room, values, "call", "", "en")


@router.post("/cases/new")
def create(
    given: Annotated[Uploads, uploads(Action.CREATE_CASE)],
    room: Annotated[Workroom, acting(Action.CREATE_CASE)],
    kind: Line = "", at: Line = "", name: Line = "", phone: Line = "", email: Line = "", address: Line = "",
    postcode: Line = "", language: Line = "en", subject: Line = "", text: Text = "", done: Text = "",
    team: Line = "",
) -> Response:  # fmt: skip
    """Opens it; what was promised is kept beside it as an office note."""
    values = dict(zip(FIELDS, (at, name, phone, email, address, postcode, subject, text, done), strict=True))
    when = _moment(room, at)
    problems = _problems(kind, when, name, text, email)
    problems += (Problem("files", given.problem.sentence),) if given.problem else ()
    if problems or when is None:
        return _page(room, values, kind, team, language, *problems, status=422)
    session, actor = room.session, room.person.actor
    try:
        with savepoint(session):
            case = writing_down.open_case(
                session, room.desk, kind=MessageKind(kind), name=name, contact=email or phone, phone=phone,
                address=address, language=language, postcode=postcode, subject=subject, text=text,
                author_id=room.person.staff_id, when=when, now=room.now, actor=actor, given=given.files,
                visible=visible_cases(room.person),
            )  # fmt: skip
            if done.strip():
                writing_down.add_note(
                    session, case, done, author_id=room.person.staff_id, now=room.now, actor=actor
                )
            if team:
                casework.move_to_team(session, case, team, now=room.now, actor=actor)
    except Refused as error:
        place = next((name for word, name in _PLACES if word in error.sentence), "text")
        return _page(room, values, kind, team, language, Problem(place, error.sentence), status=422)
    return see_other(f"/cases/{case.reference}", told="opened")


def _problems(kind: str, when: datetime | None, name: str, text: str, email: str) -> tuple[Problem, ...]:
    found = []
    if kind not in ("call", "visit", "letter"):
        found.append(Problem("kind", "Choose how it came"))
    if when is None:
        found.append(Problem("at", "Enter a date and time, like 3 June 2026 10:15"))
    if not name.strip():
        found.append(Problem("name", "Enter a name"))
    if email.strip() and "@" not in email:
        found.append(Problem("email", "Enter an email address in the correct format, like name@example.com"))
    if not text.strip():
        found.append(Problem("text", "Write what they said"))
    return tuple(found)


def _moment(room: Workroom, words: str) -> datetime | None:
    """What was typed, in the office's own time; empty is now."""
    plain = " ".join(words.split())
    if not plain:
        return room.now
    clock = _CLOCK.search(plain)
    day = day_of(plain[: clock.start()] if clock else plain)
    if day is None:
        return None
    at = time(int(clock[1]), int(clock[2])) if clock else time()
    return datetime.combine(day, at, room.zone)


def _page(
    room: Workroom, values: dict[str, str], kind: str, team: str, language: str, *problems: Problem,
    status: int = 200,
) -> Response:  # fmt: skip
    kinds = tuple(Choice(value, label, value == kind, detail) for value, label, detail in KINDS)
    named = sorted(room.desk.teams.items())
    teams = (
        Choice("", "Whoever the rules say", not team),
        *(Choice(key, name, key == team) for name, key in named),
    )
    languages = (Choice("en", "English", language != "cy"), Choice("cy", "Welsh", language == "cy"))
    tabs = by_hand.tabs("/cases/new")
    view = NewCasePage(room.shell(), tabs, "/cases/new", kinds, teams, languages, values, problems)
    return room.page(view, status)
