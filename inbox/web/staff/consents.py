"""Permissions on a case: what stands, what a body still needs, and a form to write one down."""

from datetime import datetime
from typing import Annotated

from fastapi import Form
from sqlmodel import col, select
from starlette.responses import Response

from inbox import bodies, consents, enquiries, writing_down
from inbox.access import Action
from inbox.database import savepoint
from inbox.dates import end_of_day, local_date, read_day
from inbox.errors import NotFound, Refused
from inbox.models import (
    Attachment,
    Case,
    Consent,
    ConsentKind,
    Constituent,
    Direction,
    Message,
    MessageKind,
)
from inbox.web.routers import page_router
from inbox.web.staff.room import Workroom, acting, see_other, studying
from inbox.web.staff.showing import case_page, enquiry_pages
from inbox.web.staff.showing import words as say
from inbox.web.uploads import Uploads, uploads
from inbox.web.views.enquiries import ConsentCard, ConsentsPage
from inbox.web.views.parts import Act, Choice, Field, FieldKind, Group, Link, Notice, Problem, Tone

router = page_router()
Line = Annotated[str, Form(max_length=500)]
_MOST_EVIDENCE = 40


@router.get("/cases/{reference}/consents")
def index(reference: str, room: Annotated[Workroom, studying(Action.READ_CASE)]) -> Response:
    """Every permission on the case, and the form for another."""
    case = room.case(reference)
    room.looked(case)
    return _page(room, case, _blank(room, case))


@router.post("/cases/{reference}/consents")
def write_down(
    reference: str,
    given: Annotated[Uploads, uploads(Action.DRAFT)],
    room: Annotated[Workroom, acting(Action.DRAFT)],
    kind: Line = "",
    given_by: Line = "",
    on_behalf_of: Line = "",
    given_at: Line = "",
    ends_at: Line = "",
    bodies: Annotated[list[str], Form(max_length=32)] = [],  # noqa: B006 (FastAPI copies it)
    evidence: Line = "",
    note: Annotated[str, Form(max_length=20_000)] = "",
) -> Response:
    """Keeps a permission with its evidence; a file that comes with it is kept on the case."""
    case = room.case(reference, Action.DRAFT)
    values = {
        "kind": kind, "given_by": given_by, "on_behalf_of": on_behalf_of, "given_at": given_at,
        "ends_at": ends_at, "evidence": evidence, "note": note, "bodies": ",".join(bodies),
    }  # fmt: skip
    try:
        with savepoint(room.session):
            _write_down(room, case, values, bodies, given)
    except Refused as error:
        place = "files" if error is given.problem else str(error.details.get("field", "note"))
        return _page(room, case, values, Problem(place, error.sentence))
    return see_other(f"/cases/{reference}/consents", told="saved")


@router.post("/cases/{reference}/consents/{consent_id}/withdraw")
def take_back(reference: str, consent_id: str, room: Annotated[Workroom, acting(Action.DRAFT)]) -> Response:
    """The person no longer agrees."""
    case = room.case(reference, Action.DRAFT)
    consents.take_back(room.session, case, consent_id, now=room.now, actor=room.person.actor)
    return see_other(f"/cases/{reference}/consents", told="saved")


def _write_down(
    room: Workroom, case: Case, values: dict[str, str], chosen: list[str], given: Uploads
) -> None:
    if values["kind"] not in set(ConsentKind):
        raise Refused("Choose how it was given.", field="kind")
    zone = room.office.time_zone
    message_id, file_id = _evidence(room, case, values["evidence"])
    if files := given.checked():
        words = f"Permission from {values['given_by'].strip() or 'the person'}."
        said = writing_down.log(
            room.session, case, MessageKind.LETTER, words, author_id=room.person.staff_id, when=room.now,
            now=room.now, actor=room.person.actor, given=files,
        )  # fmt: skip
        room.session.flush()
        message_id = said.id
    row = consents.Given(
        kind=ConsentKind(values["kind"]),
        given_by=values["given_by"],
        given_at=_day("given_at", values["given_at"], zone) or room.now,
        bodies=tuple(dict.fromkeys(chosen)),
        on_behalf_of=values["on_behalf_of"],
        message_id=message_id,
        file_id=file_id,
        note=values["note"],
        ends_at=_end("ends_at", values["ends_at"], zone),
    )
    consents.write_down(
        room.session, case, row, now=room.now, actor=room.person.actor, staff_id=room.person.staff_id
    )


def _day(field: str, words: str, zone: str) -> datetime | None:
    try:
        return read_day(words, zone)
    except Refused as error:
        raise Refused(error.sentence, field=field) from None


def _end(field: str, words: str, zone: str) -> datetime | None:
    try:
        return end_of_day(words, zone)
    except Refused as error:
        raise Refused(error.sentence, field=field) from None


def _evidence(room: Workroom, case: Case, chosen: str) -> tuple[str | None, str | None]:
    """The message or the file of this case that was chosen."""
    kind, _, key = chosen.partition(":")
    if not chosen:
        return None, None
    if chosen not in {one.value for one in _choices(room, case, "")}:
        raise NotFound
    return (key, None) if kind == "message" else (None, key)


def _blank(room: Workroom, case: Case) -> dict[str, str]:
    who = room.session.exec(select(Constituent).where(Constituent.id == case.constituent_id)).first()
    today = room.local(room.now)
    return {
        "kind": "", "given_by": who.name if who else "", "on_behalf_of": "", "ends_at": "", "evidence": "",
        "given_at": f"{today.day} {today:%B %Y}", "note": "", "bodies": "",
    }  # fmt: skip


def _choices(room: Workroom, case: Case, chosen: str) -> tuple[Choice, ...]:
    """What came in on the case and its files, newest first."""
    query = select(Message).where(Message.case_id == case.id, Message.direction == Direction.INBOUND)
    said = room.session.exec(query.order_by(col(Message.id).desc()).limit(_MOST_EVIDENCE)).all()
    files = room.session.exec(
        select(Attachment).where(col(Attachment.message_id).in_([one.id for one in said]))
    ).all()
    zone = room.office.time_zone
    found = [Choice(f"file:{one.id}", f"File: {one.filename}", chosen == f"file:{one.id}") for one in files]
    found += [
        Choice(
            f"message:{one.id}",
            f"{say.channel(None, one.kind)[0]} of {local_date(one.received_at, zone)}: "
            f"{' '.join(one.new_text.split())[:50]}",
            chosen == f"message:{one.id}",
        )
        for one in said
    ]
    return (Choice("", "None of these: see the note", not chosen), *found)


def _page(room: Workroom, case: Case, values: dict[str, str], *problems: Problem) -> Response:
    zone = room.office.time_zone
    names = bodies.names(room.session)
    rows = consents.of_case(room.session, case)
    able = room.may(Action.DRAFT)
    view = ConsentsPage(
        room.shell(), case_page.header(room.session, room.desk, room.person, case),
        tuple(_card(room, case, row, names, zone) for row in reversed(rows)), _needs(room, case, zone),
        f"/cases/{case.reference}/consents", _groups(room, case, values, names) if able else (), problems,
    )  # fmt: skip
    return room.page(view, 422 if problems else 200)


def _needs(room: Workroom, case: Case, zone: str) -> tuple[Notice, ...]:
    """What the bodies that were asked on this case still need."""
    found = []
    for enquiry in enquiries.of_case(room.session, case):
        body = enquiries.body_of(room.session, enquiry)
        if body is not None and not enquiry.answered_at and not enquiry.withdrawn_at:
            words = enquiry_pages.runs_out(room.session, case, body, room.now, zone)
            found += [Notice(words, Tone.SOON)] if words else []
    return tuple(found)


def _card(room: Workroom, case: Case, row: Consent, names: dict[str, str], zone: str) -> ConsentCard:
    url = f"/cases/{case.reference}"
    whom = (
        ", ".join(names.get(key, "an organisation out of use") for key in row.bodies)
        or "Any organisation that can help"
    )
    recorder = room.desk.staff.get(row.recorded_by or "")
    lines = [enquiry_pages.consent_words(row, zone)]
    lines += [f"For {row.on_behalf_of}."] if row.on_behalf_of else []
    lines += [row.note] if row.note else []
    by = recorder.name if recorder else "a program"
    lines.append(f"Written down by {by}, {local_date(row.recorded_at, zone)}.")
    evidence = None
    if row.evidence_file_id:
        evidence = Link("See the file", f"/attachments/{row.evidence_file_id}")
    elif row.evidence_message_id:
        evidence = Link("See the message", f"{url}#message-{row.evidence_message_id}")
    back = None
    if consents.holds(row, room.now) and room.may(Action.DRAFT):
        back = Act("They take it back", f"{url}/consents/{row.id}/withdraw")
    return ConsentCard(whom, tuple(lines), enquiry_pages.consent_badge(row, room.now, zone), evidence, back)


def _groups(room: Workroom, case: Case, values: dict[str, str], names: dict[str, str]) -> tuple[Group, ...]:
    asked = {one.body_id for one in enquiries.of_case(room.session, case) if one.body_id}
    shown = {key: name for key, name in names.items() if len(names) <= 60 or key in asked}
    ticked = set(values["bodies"].split(","))
    kinds = tuple(
        Choice(one, say.sentence(consents.IN_WORDS[one]), one == values["kind"]) for one in ConsentKind
    )
    who = Group(
        "Who agreed, and how",
        (
            Field("given_by", "Who gave it", values["given_by"]),
            Field("on_behalf_of", "On behalf of", values["on_behalf_of"], optional=True,
                  hint="Where they speak for somebody else"),
            Field("kind", "How", kind=FieldKind.RADIOS, choices=kinds),
            Field("given_at", "On", values["given_at"], hint="Like 5 May 2026"),
            Field("ends_at", "Good until", values["ends_at"], optional=True,
                  hint="The last day, like 5 November 2026"),
        ),
    )  # fmt: skip
    whom = Group(
        "To ask whom",
        (
            Field("bodies", "Organisations", kind=FieldKind.TICKS,
                  choices=tuple(Choice(key, name, key in ticked) for key, name in shown.items()),
                  hint="Tick none for any organisation that can help"),
        ),
    )  # fmt: skip
    proof = Group(
        "The evidence",
        (
            Field("evidence", "What came in on this case", kind=FieldKind.SELECT,
                  choices=_choices(room, case, values["evidence"])),
            Field("files", "Or a file, such as a signed form", kind=FieldKind.FILES),
            Field("note", "Or a note of what was said", values["note"], FieldKind.AREA, optional=True),
        ),
    )  # fmt: skip
    return (who, whom, proof) if shown else (who, proof)
