"""Facts put right by hand: who it is, where they live, what it is about, how urgent, and why."""

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import Form
from sqlmodel import select
from starlette.responses import Response

from inbox import casework, facts, writing_down
from inbox.access import Action, may_know
from inbox.database import savepoint
from inbox.errors import Conflict, Refused
from inbox.models import Case, Constituent
from inbox.web.routers import page_router
from inbox.web.staff.room import Workroom, acting, see_other, studying
from inbox.web.staff.showing import restricted
from inbox.web.staff.showing import words as say
from inbox.web.views.office import ConfirmPage
from inbox.web.views.parts import Act, Choice, Field, FieldKind, Group, Link, Problem
from routing.plain_words import plain
from routing.words import Flag, Priority, Topic

router = page_router()
Line = Annotated[str, Form(max_length=200)]
Text = Annotated[str, Form(max_length=5000)]
Words = Annotated[list[str], Form(max_length=60)]
PERSON = ("name", "postcode", "phone", "address", "language")


@router.get("/cases/{reference}/facts")
def form(reference: str, room: Annotated[Workroom, studying(Action.TRIAGE)]) -> Response:
    case = room.case(reference, Action.TRIAGE)
    return room.page(_page(room, case, _current(room, case)))


@router.post("/cases/{reference}/facts")
def save(
    reference: str, room: Annotated[Workroom, acting(Action.TRIAGE)], name: Line = "", postcode: Line = "",
    phone: Line = "", address: Text = "", language: Line = "", subject: Line = "", priority: Line = "",
    kind: Line = "", topic: Words = [], flag: Words = [], why: Text = "",  # noqa: B006 (FastAPI copies them)
    sure: Line = "",
) -> Response:  # fmt: skip
    """Every change is one line of the history; old values and the reason stay as an office note."""
    case = room.case(reference, Action.TRIAGE)
    typed: dict[str, Any] = {
        "name": name, "postcode": postcode, "phone": phone, "address": address, "language": language,
        "subject": subject, "priority": priority, "kind": kind or case.kind, "topic": topic,
        "flag": flag, "why": why,
    }  # fmt: skip
    if Flag.RESTRICTED in flag and not case.is_restricted and not sure:
        return _asked(room, case, typed)
    try:
        with savepoint(room.session):
            _change(room, case, typed)
    except (Refused, Conflict) as error:
        return room.page(_page(room, case, typed, Problem(_place(error), error.sentence)), error.status)
    if not may_know(room.person, case):
        return see_other("/queue/mine", told="restricted")
    return see_other(f"/cases/{reference}", told="saved")


@router.get("/cases/{reference}/addresses")
def addresses(reference: str, room: Annotated[Workroom, studying(Action.TRIAGE)]) -> Response:
    case = room.case(reference, Action.TRIAGE)
    return room.page(_addresses_page(room, case, ""))


@router.post("/cases/{reference}/addresses")
def save_addresses(
    reference: str, room: Annotated[Workroom, acting(Action.TRIAGE)], address: Line = "",
    theirs: Words = [],  # noqa: B006 (FastAPI copies it)
) -> Response:  # fmt: skip
    """Adds an address the person gave us, and notes which of the others were checked with them."""
    case = room.case(reference, Action.TRIAGE)
    try:
        with savepoint(room.session):
            done = facts.confirm_addresses(room.session, case, theirs, now=room.now, actor=room.person.actor)
            if address.strip():
                facts.add_address(room.session, case, address, now=room.now, actor=room.person.actor)
            elif not done:
                raise Refused("Type an address, or tick one that you checked.")
    except (Refused, Conflict) as error:
        page = _addresses_page(room, case, address, Problem("address", error.sentence))
        return room.page(page, error.status)
    return see_other(f"/cases/{reference}", told="saved")


def _asked(room: Workroom, case: Case, typed: dict[str, Any]) -> Response:
    """Asked once, with names: a restricted case is gone for everybody else, perhaps for whoever presses."""
    url = f"/cases/{case.reference}/facts"
    fields = [(name, one) for name, value in typed.items()
              for one in (value if isinstance(value, list) else [value])]  # fmt: skip
    act = Act("Restrict it", url, fields=(*fields, ("sure", "yes")))
    means = restricted.effects(room.desk, room.person, case)
    back = Link("Leave it open to everybody", url)
    return room.page(ConfirmPage(room.shell(), f"Restrict {case.reference}?", means, None, None, act, back))


def _change(room: Workroom, case: Case, typed: dict[str, Any]) -> None:
    """Only what differs from what is known; the reason is asked for where a risk or an urgency is lowered."""
    session, before = room.session, _current(room, case)
    done: Any = {"now": room.now, "actor": room.person.actor}
    why = str(typed["why"]).strip()
    new = {key: value for key, value in typed.items() if value != before[key]}
    if "priority" in new:
        if typed["priority"] not in set(Priority):
            raise Refused("Choose how urgent it is.")
        if not why:
            raise Refused("Say why. Others will read it.")
        casework.set_priority(session, case, Priority(typed["priority"]), **done)
    if "flag" in new:
        if unknown := set(typed["flag"]) - set(Flag):
            raise Refused(f"There is no flag called {min(unknown)}.")
        casework.set_flags(session, case, {Flag(one) for one in typed["flag"]}, why=why, **done)
    if "kind" in new:
        facts.set_kind(session, room.desk, case, typed["kind"], **done)
    if "topic" in new:
        facts.set_topics(session, case, typed["topic"], **done)
    if "subject" in new:
        facts.rename(session, case, typed["subject"], **done)
    if "language" in new:
        facts.set_language(session, case, typed["language"], **done)
    person = facts.PersonFacts(**{key: typed[key] for key in PERSON if key in new})
    old = facts.change_person(session, room.desk, case, person, **done) if case.constituent_id else {}
    said = "" if "flag" in new else why  # a change of flags has noted it already
    writing_down.keep_old(session, case, old, said, author_id=room.person.staff_id, **done)


def _current(room: Workroom, case: Case) -> dict[str, Any]:
    who = room.session.exec(select(Constituent).where(Constituent.id == case.constituent_id)).first()
    return {
        "name": who.name if who else "",
        "postcode": who.postcode or "" if who else "",
        "phone": who.phone or "" if who else "",
        "address": who.address or "" if who else "",
        "language": case.language,
        "subject": case.subject,
        "priority": case.priority,
        "kind": case.kind,
        "topic": list(case.topics),
        "flag": list(case.flags),
        "why": "",
    }


def _place(error: Refused | Conflict) -> str:
    words = {
        "kind of": "kind", "junk": "kind", "pile": "kind", "Take the flag": "kind", "postcode": "postcode",
        "a name": "name", "urgent": "priority", "Say why": "why", "flag": "flag", "topic": "topic",
        "few words": "subject", "Welsh": "language",
    }  # fmt: skip
    return next((place for word, place in words.items() if word in error.sentence), "why")


def _page(room: Workroom, case: Case, values: dict[str, Any], *problems: Problem) -> ConfirmPage:
    url = f"/cases/{case.reference}"
    languages = (("en", "English"), ("cy", "Welsh"))
    fields = (
        Field("name", "Name", values["name"]),
        Field("postcode", "Postcode", values["postcode"], optional=True,
              hint="It is read against the table of constituencies again."),
        Field("phone", "Phone", values["phone"], FieldKind.TEL, optional=True),
        Field("address", "Address", values["address"], FieldKind.AREA, optional=True),
        Field("language", "Language they want", kind=FieldKind.SELECT,
              choices=_choices(languages, [values["language"]])),
        Field("subject", "What it is about, in a few words", values["subject"]),
        Field("kind", "What kind of message it is", kind=FieldKind.SELECT,
              choices=_choices(((one, say.KINDS[one]) for one in _kinds(case)), [values["kind"]])),
        Field("topic", "Topics", kind=FieldKind.TICKS,
              choices=_choices(((one, say.topic(one)) for one in Topic), values["topic"])),
        Field("flag", "Flags", kind=FieldKind.TICKS,
              choices=_choices(((one, plain(one)) for one in Flag), values["flag"])),
        Field("priority", "Urgency", kind=FieldKind.SELECT,
              choices=_choices(say.URGENCIES.items(), [values["priority"]])),
        Field("why", "Why", values["why"], FieldKind.AREA, optional=True,
              hint="Needed when you change the urgency or take a risk flag off. Others will read it."),
    )  # fmt: skip
    effects = ("What was there before stays as an office note. Nothing is sent.",)
    return ConfirmPage(room.shell(), f"Facts of {case.reference}", effects, None, Group("Facts", fields),
                       Act("Save", f"{url}/facts"), Link("Change nothing", url), problems)  # fmt: skip


def _kinds(case: Case) -> list[str]:
    """What may be chosen, and what it is."""
    return list(dict.fromkeys([case.kind, *(str(one) for one in facts.KINDS_BY_HAND)]))


def _addresses_page(room: Workroom, case: Case, address: str, *problems: Problem) -> ConfirmPage:
    url = f"/cases/{case.reference}"
    open_ones = [one for one in facts.handles_of(room.session, case) if one.confirmed_at is None]
    fields: tuple[Field, ...] = ()
    if open_ones:
        choices = _choices(((one.id, one.address) for one in open_ones), [])
        fields = (Field("theirs", "Checked with the person", kind=FieldKind.TICKS, choices=choices),)
    fields += (Field("address", "Another email address", address, FieldKind.EMAIL, optional=True),)
    effects = (
        "A reply goes only to an address that is on file here.",
        "An address that somebody else here writes from is refused: two people are never joined like this.",
    )
    return ConfirmPage(room.shell(), f"Addresses of the person on {case.reference}", effects, None,
                       Group("Addresses", fields), Act("Save", f"{url}/addresses"),
                       Link("Change nothing", url), problems)  # fmt: skip


def _choices(pairs: Iterable[tuple[str, str]], chosen: list[str]) -> tuple[Choice, ...]:
    return tuple(Choice(str(value), words, value in chosen) for value, words in pairs)
