"""Settings: the office, its people, and one's own keyboard and rows."""

from datetime import datetime
from typing import Annotated

from fastapi import Form
from sqlmodel import col, select
from starlette.responses import RedirectResponse, Response

from inbox import office_settings, offices
from inbox.access import Action
from inbox.database import find, savepoint
from inbox.errors import Conflict, Refused
from inbox.models import OfficeKind, Role, Staff, Team, TeamMember
from inbox.sign_in import people as sign_in_people
from inbox.sign_in import sessions as sign_in_sessions
from inbox.web.routers import page_router
from inbox.web.staff.room import Room, Workroom, acting, looking, see_other
from inbox.web.staff.showing import availability
from inbox.web.staff.showing import words as say
from inbox.web.views.office import PeoplePage, Person, SettingsPage
from inbox.web.views.parts import (
    Act,
    Badge,
    Choice,
    Density,
    Field,
    FieldKind,
    Group,
    Letters,
    Link,
    Problem,
    Tab,
    Tone,
)

router = page_router()
Line = Annotated[str, Form(max_length=500)]
Text = Annotated[str, Form(max_length=4000)]


@router.get("/settings")
def office(room: Annotated[Room, looking(Action.KEEP_SELF)]) -> Response:
    """The office for those who keep it; everybody else comes to their own page."""
    if not room.may(Action.MANAGE_OFFICE):
        return RedirectResponse("/settings/keyboard", 303)
    return _office_page(room, _current(room))


@router.post("/settings")
def save_office(
    room: Annotated[Workroom, acting(Action.MANAGE_OFFICE)],
    name: Line = "",
    member: Line = "",
    constituency: Line = "",
    phone: Line = "",
    address: Text = "",
    privacy_url: Line = "",
    hours: Line = "",
    approval: Line = "",
    undo_seconds: Line = "",
    signature: Text = "",
    consent_words: Text = "",
) -> Response:
    """Every field is read by the same code as `inbox office set`."""
    typed = {
        "name": name,
        "member": member,
        "constituency": constituency,
        "phone": phone,
        "address": address,
        "privacy_url": privacy_url,
        "hours": hours,
        "undo_seconds": undo_seconds,
        "signature": signature,
        "consent_words": consent_words,
    }
    before = _current(room)
    pairs = {key: value.replace("\r\n", "\n").strip() for key, value in typed.items()}
    pairs = {key: value for key, value in pairs.items() if value != before[key].strip()}
    if approval in ("self", "other") and approval != before["approval"]:
        pairs["approval"] = f"office={approval},person=person"
    try:
        with savepoint(room.session):
            offices.change(room.session, room.office, pairs, actor=room.person.actor, now=room.now)
    except (Refused, Conflict) as error:
        place = next((key for key in typed if key in error.sentence), "name")
        room.session.refresh(room.office)
        return _office_page(room, {**typed, "approval": approval}, Problem(place, error.sentence))
    return see_other("/settings", told="saved")


@router.get("/settings/people")
def people(room: Annotated[Room, looking(Action.KEEP_SELF)]) -> Response:
    """Who works here, and who may still sign in."""
    staff = room.session.exec(select(Staff).order_by(col(Staff.name))).all()
    query = select(TeamMember.staff_id, Team.name).join(Team, col(Team.id) == TeamMember.team_id)
    teams = dict(room.session.exec(query).all())
    seen = sign_in_sessions.last_seen(room.session)
    shown = tuple(_person(room, one, teams.get(one.id), seen.get(one.id)) for one in staff)
    hint = "New people, passwords and codes are set at the command line: inbox staff --help."
    return room.page(
        PeoplePage(room.shell("Settings"), tabs(room, "People"), shown, room.local(room.now), hint)
    )


@router.post("/settings/people/{staff_id}/disable")
def disable(staff_id: str, room: Annotated[Workroom, acting(Action.MANAGE_STAFF)]) -> Response:
    """They can no longer sign in; their sessions end at once."""
    if staff_id == room.staff_id:
        raise Refused("You cannot switch yourself off. Ask another administrator.")
    row = find(room.session, Staff, staff_id)
    sign_in_people.disable(room.session, row, actor=room.person.actor, now=room.now)
    return see_other("/settings/people", told="saved")


@router.post("/settings/people/{staff_id}/enable")
def enable(staff_id: str, room: Annotated[Workroom, acting(Action.MANAGE_STAFF)]) -> Response:
    row = find(room.session, Staff, staff_id)
    sign_in_people.enable(room.session, row, actor=room.person.actor, now=room.now)
    return see_other("/settings/people", told="saved")


@router.get("/settings/keyboard")
def keyboard(room: Annotated[Room, looking(Action.KEEP_SELF)]) -> Response:
    own = room.preferences
    letters, density = own.get("letters", Letters.ON), own.get("density", Density.COSY)
    groups = (
        Group(
            "Letter keys",
            (
                Field(
                    "letters",
                    "When they act",
                    kind=FieldKind.RADIOS,
                    choices=(
                        Choice("on", "On", letters == "on"),
                        Choice("lists", "Only while a list has the focus", letters == "lists"),
                        Choice("off", "Off", letters == "off", "Ctrl K, Ctrl Enter, Esc and Tab still work"),
                    ),
                ),
            ),
        ),
        Group(
            "Rows of a list",
            (
                Field(
                    "density",
                    "Height",
                    kind=FieldKind.RADIOS,
                    choices=(
                        Choice("compact", "Compact", density == "compact"),
                        Choice("cosy", "Usual", density == "cosy"),
                        Choice("roomy", "Roomy", density == "roomy"),
                    ),
                ),
            ),
        ),
    )
    return room.page(
        SettingsPage(
            room.shell("Settings"),
            tabs(room, "Keyboard"),
            "Keyboard and screen",
            "/settings/keyboard",
            groups,
        )
    )


@router.post("/settings/keyboard")
def save_keyboard(
    room: Annotated[Workroom, acting(Action.KEEP_SELF)], letters: Line = "", density: Line = ""
) -> Response:
    """Kept in the profile, so it follows the person to every browser."""
    wanted: dict[str, str] = {}
    if letters in set(Letters):
        wanted["letters"] = letters
    if density in set(Density):
        wanted["density"] = density
    sign_in_people.set_preferences(room.session, find(room.session, Staff, room.staff_id), wanted)
    return see_other("/settings/keyboard", told="saved")


def _current(room: Room) -> dict[str, str]:
    row = room.office
    return {
        "name": row.name,
        "member": row.member or "",
        "constituency": row.constituency or "",
        "phone": row.phone or "",
        "address": row.address or "",
        "privacy_url": row.privacy_url or "",
        "hours": office_settings.hours_in_words(row.hours) if row.hours else "",
        "approval": row.approval_office,
        "undo_seconds": str(row.undo_seconds),
        "signature": row.signature or "",
        "consent_words": row.consent_words or "",
    }


def _office_page(room: Room, values: dict[str, str], *problems: Problem) -> Response:
    is_mp = room.office.kind == OfficeKind.MP
    who = [Field("name", "Name", values["name"])]
    if is_mp:
        who += [
            Field("member", "Member", values["member"], optional=True),
            Field("constituency", "Constituency", values["constituency"], optional=True),
        ]
    who += [
        Field("phone", "Phone for the public", values["phone"], FieldKind.TEL, optional=True),
        Field("address", "Address", values["address"], FieldKind.AREA, optional=True),
        Field("privacy_url", "Address of your privacy page", values["privacy_url"], optional=True),
        Field(
            "hours",
            "When the office works",
            values["hours"],
            hint="Like mon-thu 09:00-17:00; fri 09:00-16:00",
        ),
        Field("signature", "Signature", values["signature"], FieldKind.AREA, optional=True),
        Field(
            "consent_words",
            "Words of the consent form",
            values["consent_words"],
            FieldKind.AREA,
            "Empty: our own words, in English and Welsh",
            optional=True,
        ),
    ]
    ladder = (
        Choice("self", "The writer may send it", values["approval"] == "self"),
        Choice("other", "Somebody else must approve it", values["approval"] == "other"),
    )
    signing = Group(
        "Sign-off",
        (
            Field("approval", "A reply in the office’s name", kind=FieldKind.RADIOS, choices=ladder),
            Field("undo_seconds", "Seconds before a reply leaves", values["undo_seconds"], hint="0 to 300"),
        ),
        "A reply in a person’s own name always needs their approval.",
    )
    view = SettingsPage(
        room.shell("Settings"),
        tabs(room, "Office"),
        "Office",
        "/settings",
        (Group("Who we are", tuple(who)), signing),
        problems,
    )
    return room.page(view, 422 if problems else 200)


def tabs(room: Room, current: str) -> tuple[Tab, ...]:
    found = [("Office", "/settings")] if room.may(Action.MANAGE_OFFICE) else []
    found += [("Calendar", "/settings/calendar")] if room.may(Action.MANAGE_OFFICE) else []
    found += [("People", "/settings/people")]
    found += [("Standard lines", "/settings/standard-lines")] if room.may(Action.READ_CASE) else []
    found += [("Organisations", "/settings/bodies")]
    found += [("Chases", "/settings/chases")] if room.may(Action.READ_CASE) else []
    found += [("What it learned", "/settings/learning")] if room.may(Action.MANAGE_RULES) else []
    found += [("Away", "/settings/away"), ("Keyboard", "/settings/keyboard")]
    found += [("Where you are signed in", "/settings/sign-ins")]
    return tuple(Tab(label, url, label == current) for label, url in found)


def _person(room: Room, row: Staff, team: str | None, seen: object) -> Person:

    roles = tuple(say.ROLES[Role(role)] for role in row.roles)
    badges: tuple[Badge, ...] = () if row.is_active else (Badge("Off", Tone.CALM, "paused"),)
    away = availability.away(row.away_from, row.away_until, room.today)
    badges += (Badge(away, Tone.SOON, "paused"),) if away else ()
    acts: tuple[Act, ...] = ()
    if room.may(Action.MANAGE_STAFF) and row.id != room.staff_id:
        word = "disable" if row.is_active else "enable"
        acts = (Act("Switch off" if row.is_active else "Switch on", f"/settings/people/{row.id}/{word}"),)
    last = room.local(seen) if isinstance(seen, datetime) else None
    if not room.may(Action.MANAGE_OFFICE):
        return Person(row.name, row.email, roles, team, badges, last, acts, availability.skills(row))
    url = f"/settings/people/{row.id}"
    change, post = Link("Skills and absence", url), Link(f"Messages for {row.name}", f"{url}/post")
    return Person(
        row.name, row.email, roles, team, badges, last, acts, availability.skills(row), change, post
    )
