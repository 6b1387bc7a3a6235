"""The contact directory: everybody may look and search; those who keep the office change and import it."""

import io
from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, File, Form, Query, UploadFile
from starlette.responses import Response

from inbox import bodies
from inbox.access import Action
from inbox.database import find, savepoint
from inbox.dates import local_date
from inbox.errors import Refused, Stale
from inbox.models import Body
from inbox.web.routers import page_router
from inbox.web.staff.room import Workroom, acting, see_other, studying
from inbox.web.staff.settings import tabs
from inbox.web.staff.showing import words as say
from inbox.web.views.enquiries import BodiesPage, BodyCard, BodyPage, ImportPage
from inbox.web.views.parts import Act, Choice, Field, FieldKind, Group, Link, Problem
from routing.words import Unit

router = page_router()
HOME = "/settings/bodies"
TAB = "Organisations"
SHOWN = 100
_LONGEST_FILE = 5_000_000
Line = Annotated[str, Form(max_length=2000)]

COLUMNS = {
    "name": "What it is called. The only one that must be there.",
    "other_names": "Other names and short forms, parted by semicolons.",
    "email": "Where letters about a case go.",
    "post": "Its postal address.",
    "hotline": "The number it keeps for MPs’ offices.",
    "hotline_email": "The address it keeps for them.",
    "minister": "Which minister answers for it.",
    "minister_email": "That minister’s office.",
    "escalation": "Addresses that the second chase goes to as well, parted by semicolons.",
    "nation": "Whose bank holidays count: england, wales, scotland, northern-ireland or uk.",
    "consent": "What it needs before it answers: none, deemed, verbal, written or form.",
    "third_party_consent": "The same where somebody else asks for the person.",
    "target": "How long it has, as a number.",
    "unit": "Of what: working_days, calendar_days or calendar_months.",
}
"""Every column of a file, in a sentence."""


def _typed(
    name: Line = "", other_names: Line = "", email: Line = "", post: Line = "", hotline: Line = "",
    hotline_email: Line = "", minister: Line = "", minister_email: Line = "", escalation: Line = "",
    nation: Line = "", consent: Line = "", third_party_consent: Line = "", target: Line = "", unit: Line = "",
) -> dict[str, str]:  # fmt: skip
    """What the form of a body holds, by the columns of a file."""
    return {
        "name": name, "other_names": other_names, "email": email, "post": post, "hotline": hotline,
        "hotline_email": hotline_email, "minister": minister, "minister_email": minister_email,
        "escalation": escalation, "nation": nation, "consent": consent,
        "third_party_consent": third_party_consent, "target": target, "unit": unit,
    }  # fmt: skip


Typed = Annotated[dict[str, str], Depends(_typed)]


@router.get("/settings/bodies")
def index(
    room: Annotated[Workroom, studying(Action.KEEP_SELF)], q: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Whom the office can ask; what is not written down is said in words."""
    every = bodies.listed(room.session)
    found = bodies.search(room.session, q) if q.strip() else every
    shown = tuple(_card(room, row) for row in found[:SHOWN])
    without = sum(1 for row in every if bodies.holes(bodies.facts_of(row)))
    summary = f"{len(every)} organisations, {without} with something not written down."
    if len(found) > SHOWN:
        summary += f" {SHOWN} of {len(found)} are shown: search to find the others."
    links: tuple[Link, ...] = ()
    if room.may(Action.MANAGE_OFFICE):
        links = (Link("Add an organisation", f"{HOME}/new"), Link("Import a file", f"{HOME}/import"))
    empty = (
        "Nothing has these words." if q else "The directory is empty. Import a file, or add an organisation."
    )
    return room.page(BodiesPage(room.shell("Settings"), tabs(room, TAB), q, summary, shown, links, empty))


@router.get("/settings/bodies/new")
def new(room: Annotated[Workroom, studying(Action.MANAGE_OFFICE)]) -> Response:
    return _form(room, None, dict.fromkeys(bodies.COLUMNS, ""))


@router.get("/settings/bodies/import")
def import_form(room: Annotated[Workroom, studying(Action.MANAGE_OFFICE)]) -> Response:
    return _import_page(room)


@router.post("/settings/bodies/import")
def import_file(
    room: Annotated[Workroom, acting(Action.MANAGE_OFFICE)],
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Puts the lines of a CSV file in; the whole file or nothing."""
    if file is None or not file.filename:
        return _import_page(room, Problem("file", "Choose a file."))
    try:
        with savepoint(room.session):
            done = bodies.import_lines(
                room.session, bodies.read_file(io.StringIO(_text(file.file.read(_LONGEST_FILE + 1)))),
                source=file.filename, now=room.now, actor=room.person.actor, staff_id=room.staff_id,
            )  # fmt: skip
    except Refused as error:
        return _import_page(room, Problem("file", error.sentence))
    return see_other(HOME, acted=str(done.added + done.changed))


@router.post("/settings/bodies/new")
def add(typed: Typed, room: Annotated[Workroom, acting(Action.MANAGE_OFFICE)]) -> Response:
    """A new line of the directory."""
    return _written(room, None, typed, None)


@router.get("/settings/bodies/{body_id}")
def show(body_id: str, room: Annotated[Workroom, studying(Action.MANAGE_OFFICE)]) -> Response:
    """One line to change, with what it said before."""
    row = find(room.session, Body, body_id)
    return _form(room, row, bodies.facts_of(row).typed())


@router.post("/settings/bodies/{body_id}")
def change(
    body_id: str, typed: Typed, room: Annotated[Workroom, acting(Action.MANAGE_OFFICE)],
    version: Annotated[str, Query(max_length=9)] = "",
) -> Response:  # fmt: skip
    """The next version of a line; the one before is kept."""
    row = find(room.session, Body, body_id)
    return _written(room, row, typed, int(version) if version.isdigit() and version.isascii() else None)


@router.post("/settings/bodies/{body_id}/retire")
def retire(body_id: str, room: Annotated[Workroom, acting(Action.MANAGE_OFFICE)]) -> Response:
    """Out of use: nobody is offered it any more."""
    bodies.retire(room.session, body_id, now=room.now, actor=room.person.actor)
    return see_other(HOME, told="saved")


def _written(room: Workroom, row: Body | None, typed: dict[str, str], version: int | None) -> Response:
    try:
        with savepoint(room.session):
            bodies.write(
                room.session, row.id if row else None, typed, version=version, now=room.now,
                actor=room.person.actor, staff_id=room.staff_id,
            )  # fmt: skip
    except (Refused, Stale) as error:
        place = str(error.details.get("field", "name"))
        return _form(room, row, typed, Problem(place, error.sentence))
    return see_other(HOME, told="saved")


def _text(raw: bytes) -> str:
    if len(raw) > _LONGEST_FILE:
        raise Refused("The file must be smaller than 5 MB.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("This is not UTF-8 text. Save it as “CSV UTF-8”.") from None


def _card(room: Workroom, row: Body) -> BodyCard:
    facts = bodies.facts_of(row)
    time = f"{facts.target} {say.UNITS[facts.unit]}" if facts.target else ""
    pairs = (
        ("Letters", facts.email or facts.post or ""),
        ("Hotline", ", ".join(part for part in (facts.hotline, facts.hotline_email) if part)),
        ("Minister", ", ".join(part for part in (facts.minister, facts.minister_email) if part)),
        ("Second chase also to", ", ".join(facts.escalation)),
        ("Its time", time),
        ("Days of", say.NATIONS[facts.nation] if facts.nation else ""),
        ("Permission", say.CONSENTS[facts.consent] if facts.consent else ""),
        ("For somebody else", say.CONSENTS[facts.third_party_consent] if facts.third_party_consent else ""),
    )
    about = f"Version {row.version}, {local_date(row.changed_at, room.office.time_zone)}."
    change = Link("Change it", f"{HOME}/{row.id}") if room.may(Action.MANAGE_OFFICE) else None
    lines = tuple((name, value) for name, value in pairs if value)
    return BodyCard(facts.name, ", ".join(facts.other_names), lines, about, bodies.holes(facts), change)


def _form(room: Workroom, row: Body | None, typed: Mapping[str, str], *problems: Problem) -> Response:
    heading = f"Change {row.name}" if row else "Add an organisation"
    holes = bodies.holes(bodies.facts_of(row)) if row else ()
    action = f"{HOME}/{row.id}?version={row.version}" if row else f"{HOME}/new"
    view = BodyPage(
        room.shell("Settings"), tabs(room, TAB), heading, action,
        _groups(typed), holes, _versions(room, row) if row else (),
        Act("Take out of use", f"{HOME}/{row.id}/retire") if row and not row.retired_at else None, problems,
    )  # fmt: skip
    return room.page(view, 422 if problems else 200)


def _groups(typed: Mapping[str, str]) -> tuple[Group, ...]:
    def field(name: str, label: str, kind: FieldKind = FieldKind.TEXT) -> Field:
        return Field(name, label, typed.get(name, ""), kind, COLUMNS[name], optional=name != "name")

    def select(name: str, label: str, words: Mapping[str, str], none: str) -> Field:
        now = typed.get(name, "")
        options = (Choice("", none, not now), *(Choice(key, said, key == now) for key, said in words.items()))
        return Field(name, label, kind=FieldKind.SELECT, choices=options, optional=True)

    units = {unit: say.UNITS[unit] for unit in say.UNITS if unit in set(Unit)}
    who = (field("name", "Name"), field("other_names", "Other names"))
    return (
        Group("Who it is", who),
        Group(
            "How it is asked",
            (
                field("email", "Email address", FieldKind.EMAIL),
                field("post", "Postal address", FieldKind.AREA),
            ),
        ),
        Group(
            "What it needs, and its time",
            (
                select("consent", "Permission", say.CONSENTS, "Nobody has said"),
                select(
                    "third_party_consent", "Permission where somebody else asks", say.CONSENTS, "The same"
                ),
                field("target", "How long it has"),
                select("unit", "Counted in", units, "working days"),
                select("nation", "Whose bank holidays", say.NATIONS, "The office’s own"),
            ),
        ),
        Group(
            "When it is late",
            (
                field("escalation", "Second chase also to"),
                field("hotline", "Hotline", FieldKind.TEL),
                field("hotline_email", "Hotline by email", FieldKind.EMAIL),
                field("minister", "Minister"),
                field("minister_email", "Minister’s office", FieldKind.EMAIL),
            ),
        ),
    )


def _versions(room: Workroom, row: Body) -> tuple[tuple[str, tuple[str, ...]], ...]:
    shown = []
    for version in bodies.versions(room.session, row):
        who = room.desk.staff.get(version.changed_by or "")
        by = f" by {who.name}" if who else ""
        heading = f"Version {version.version}, {local_date(version.changed_at, room.office.time_zone)}{by}"
        said = tuple(
            f"{name.replace('_', ' ')}: {', '.join(value) if isinstance(value, list) else value}"
            for name, value in version.facts.items()
            if value
        )
        shown.append((f"{heading}, {version.source}", said))
    return tuple(shown)


def _import_page(room: Workroom, *problems: Problem) -> Response:
    field = Field("file", "CSV file", kind=FieldKind.FILES, hint="UTF-8, 5 MB at the most")
    view = ImportPage(room.shell("Settings"), tabs(room, TAB), field, tuple(COLUMNS.items()), problems)
    return room.page(view, 422 if problems else 200)
