"""Standard lines: their exact words, who stands for them and until when; written, approved, ended."""

from datetime import timedelta
from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from inbox import standard_lines
from inbox.access import Action
from inbox.database import find, savepoint
from inbox.dates import end_of_day
from inbox.errors import Conflict, NotAllowed, Refused
from inbox.models import StandardLine
from inbox.web.routers import page_router
from inbox.web.staff.room import Workroom, acting, see_other, studying
from inbox.web.staff.settings import tabs
from inbox.web.staff.showing import words as say
from inbox.web.views.office import LineCard, LinesPage, SettingsPage
from inbox.web.views.parts import Act, Badge, Choice, Field, FieldKind, Group, Link, Problem, Tone
from routing.words import Topic

router = page_router()
HOME = "/settings/standard-lines"
HINT = (
    "Approved paragraphs. A reply made of these alone, with only the name, the reference and dates "
    "filled in, needs no new approval."
)
PLACES = "{{name}}, {{reference}}, {{received_on}}, {{next_update}}, {{today}} and [date] may stand in it."
Word = Annotated[str, Form(max_length=120)]
Text = Annotated[str, Form(max_length=20_000)]


@router.get("/settings/standard-lines")
def index(room: Annotated[Workroom, studying(Action.READ_CASE)]) -> Response:
    """Every line that is in use or waits for approval."""
    cards = tuple(_card(room, line) for line in standard_lines.listed(room.session))
    new = Link("Write a line", f"{HOME}/new") if room.may(Action.DRAFT) else None
    return room.page(LinesPage(room.shell("Settings"), tabs(room, "Standard lines"), cards, new, HINT))


@router.get("/settings/standard-lines/new")
def new(room: Annotated[Workroom, studying(Action.DRAFT)]) -> Response:
    return _form(room, None, {"owner": room.staff_id})


@router.post("/settings/standard-lines/new")
def write(
    room: Annotated[Workroom, acting(Action.DRAFT)], title: Word = "", topic: Word = "", english: Text = "",
    welsh: Text = "", owner: Word = "", good_until: Word = "",
) -> Response:  # fmt: skip
    """A new line, for somebody to approve."""
    values = {"title": title, "topic": topic, "english": english, "welsh": welsh, "owner": owner,
              "good_until": good_until}  # fmt: skip
    return _written(room, None, values)


@router.get("/settings/standard-lines/{line_id}")
def change_form(line_id: str, room: Annotated[Workroom, studying(Action.DRAFT)]) -> Response:
    line = find(room.session, StandardLine, line_id)
    last = room.local(line.good_until - timedelta(seconds=1)) if line.good_until else None
    values = {
        "title": line.title, "topic": line.topic or "", "english": line.english, "welsh": line.welsh or "",
        "owner": line.owner_id or "", "good_until": f"{last.day} {last:%B %Y}" if last else "",
    }  # fmt: skip
    return _form(room, line, values)


@router.post("/settings/standard-lines/{line_id}")
def change(
    line_id: str, room: Annotated[Workroom, acting(Action.DRAFT)], title: Word = "", topic: Word = "",
    english: Text = "", welsh: Text = "", owner: Word = "", good_until: Word = "",
) -> Response:  # fmt: skip
    """The next version, for somebody to approve; the approved one stays in use until then."""
    values = {"title": title, "topic": topic, "english": english, "welsh": welsh, "owner": owner,
              "good_until": good_until}  # fmt: skip
    return _written(room, find(room.session, StandardLine, line_id), values)


@router.post("/settings/standard-lines/{line_id}/approve")
def approve(line_id: str, room: Annotated[Workroom, acting(Action.APPROVE)]) -> Response:
    """Stands for exactly these words. Where the office wants two people, never the writer."""
    line = find(room.session, StandardLine, line_id)
    if why_not := _why_not(room, line):
        raise NotAllowed(why_not)
    standard_lines.approve(
        room.session, line_id, staff_id=room.staff_id, now=room.now, actor=room.person.actor
    )
    return see_other(HOME, told="saved")


@router.post("/settings/standard-lines/{line_id}/retire")
def retire(line_id: str, room: Annotated[Workroom, acting(Action.APPROVE)]) -> Response:
    """Out of use: no letter is made of it any more."""
    standard_lines.retire(room.session, line_id, now=room.now, actor=room.person.actor)
    return see_other(HOME, told="saved")


def _written(room: Workroom, line: StandardLine | None, values: dict[str, str]) -> Response:
    try:
        with savepoint(room.session):
            standard_lines.write(
                room.session, number=line.number if line else None, title=values["title"],
                topic=values["topic"], english=values["english"], welsh=values["welsh"],
                owner_id=values["owner"] if values["owner"] in room.desk.staff else None,
                good_until=end_of_day(values["good_until"], room.office.time_zone),
                author_id=room.staff_id, now=room.now, actor=room.person.actor,
            )  # fmt: skip
    except (Refused, Conflict) as error:
        place = "good_until" if "date in" in error.sentence or "day" in error.sentence else "english"
        return _form(room, line, values, Problem(place, error.sentence))
    return see_other(HOME, told="saved")


def _why_not(room: Workroom, line: StandardLine) -> str | None:
    mine = standard_lines.wrote_it(room.office, line, room.staff_id)
    return standard_lines.NOT_YOUR_OWN if mine else None


def _card(room: Workroom, line: StandardLine) -> LineCard:
    state, badge = _state(room, line)
    names = room.desk.staff
    owner, writer = names.get(line.owner_id or ""), names.get(line.written_by or "")
    about = [f"Topic {say.topic(line.topic)}." if line.topic else "", f"Owner {owner.name}." if owner else ""]
    about += [f"Written by {writer.name}." if writer else ""]
    acts: tuple[Act, ...] = ()
    if room.may(Action.APPROVE):
        url = f"{HOME}/{line.id}"
        waits = line.approved_at is None and _why_not(room, line) is None
        acts = (Act("Approve these words", f"{url}/approve"),) if waits else ()
        acts += (Act("Take out of use", f"{url}/retire"),)
    change = Link("Change it", f"{HOME}/{line.id}") if room.may(Action.DRAFT) else None
    return LineCard(f"Line {line.number}: {line.title}", state, line.english, line.welsh,
                    " ".join(part for part in about if part), (badge,), acts, change)  # fmt: skip


def _state(room: Workroom, line: StandardLine) -> tuple[str, Badge]:
    version = f"Version {line.version}."
    if line.approved_at is None:
        return f"{version} Nobody has approved it yet.", Badge("Waits for approval", Tone.REVIEW)
    who = room.desk.staff.get(line.approved_by or "")
    at = room.local(line.approved_at)
    by = f"{version} Approved by {who.name if who else 'somebody'} on {at.day} {at:%B %Y}."
    if line.good_until is None:
        return f"{by} No end date.", Badge("In use", Tone.OK, "tick")
    last = room.local(line.good_until - timedelta(seconds=1))
    if line.good_until <= room.now:
        return f"{by} It ran out after {last.day} {last:%B %Y}.", Badge("Ran out", Tone.LATE, "late")
    return f"{by} Good until {last.day} {last:%B %Y}.", Badge("In use", Tone.OK, "tick")


def _topics(chosen: str) -> tuple[Choice, ...]:
    """The topics by the names that colleagues use; one that a line has and the program lost stays."""
    found = sorted((say.topic(one), str(one)) for one in Topic)
    lost = () if not chosen or chosen in set(Topic) else (Choice(chosen, chosen, True),)
    return (
        Choice("", "No topic", not chosen),
        *lost,
        *(Choice(key, name, key == chosen) for name, key in found),
    )


def _form(room: Workroom, line: StandardLine | None, values: dict[str, str], *problems: Problem) -> Response:
    people = sorted((one for one in room.desk.staff.values() if one.is_active), key=lambda one: one.name)
    owners: tuple[Choice, ...] = (Choice("", "Nobody", not values.get("owner")),)
    owners += tuple(Choice(one.id, one.name, one.id == values.get("owner")) for one in people)
    fields = (
        Field("title", "Name of the line", values.get("title", "")),
        Field("topic", "Topic", kind=FieldKind.SELECT, choices=_topics(values.get("topic", "")),
              hint="On cases of this topic it stands first"),
        Field("english", "English", values.get("english", ""), FieldKind.AREA, hint=PLACES),
        Field("welsh", "Welsh", values.get("welsh", ""), FieldKind.AREA, optional=True),
        Field("owner", "Owner", kind=FieldKind.SELECT, choices=owners, hint="Who keeps it right"),
        Field("good_until", "Good until", values.get("good_until", ""), optional=True,
              hint="The last day it may be sent, like 30 June 2026"),
    )  # fmt: skip
    heading = f"Change line {line.number}" if line else "Write a standard line"
    action = f"{HOME}/{line.id}" if line else f"{HOME}/new"
    view = SettingsPage(room.shell("Settings"), tabs(room, "Standard lines"), heading, action,
                        (Group("The line", fields),), problems)  # fmt: skip
    return room.page(view, 422 if problems else 200)
