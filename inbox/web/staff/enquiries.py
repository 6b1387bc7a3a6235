"""Every body that the office waits for, the latest first; and one enquiry with its chase ladder."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Form, Query
from sqlmodel import select
from starlette.responses import Response

from inbox import enquiries, writing_down
from inbox.access import Action, visible_cases
from inbox.database import savepoint
from inbox.dates import local_date
from inbox.errors import CaseworkError, Conflict, Refused
from inbox.models import Case, CaseStatus, Draft, DraftState, Enquiry
from inbox.web.routers import page_router
from inbox.web.staff.room import Workroom, acting, see_other, studying
from inbox.web.staff.showing import case_page, clock_words, enquiry_pages
from inbox.web.staff.showing import words as say
from inbox.web.views.enquiries import CallPage, EnquiriesPage, EnquiryPage, EnquiryRow
from inbox.web.views.office import ConfirmPage
from inbox.web.views.parts import Act, Badge, Choice, Link, Problem, Tab, Tone

router = page_router()
HOME = "/enquiries"
MOST = 200
_TABS = {
    enquiries.Filter.ALL: "All",
    enquiries.Filter.LATE: "Late",
    enquiries.Filter.DUE: "Due soon",
    enquiries.Filter.ASKED: "Time left",
}
_EMPTY = {
    enquiries.Filter.ALL: "Nobody is waited for. Ask an organisation from a case.",
    enquiries.Filter.LATE: "No organisation is late.",
    enquiries.Filter.DUE: "No reply is due soon.",
    enquiries.Filter.ASKED: "No organisation has time left.",
}
_UNREADABLE = "It left by a channel that you may not read."
Short = Annotated[str, Query(max_length=80)]


@router.get("/enquiries")
def index(
    room: Annotated[Workroom, studying(Action.READ_CASE)], state: Short = "all", q: Short = "",
    whose: Short = "", after: Annotated[str, Query(max_length=80)] = "",
) -> Response:  # fmt: skip
    """Who has not answered, how late they are, and what to do about it."""
    which = enquiries.Filter(state) if state in set(enquiries.Filter) else enquiries.Filter.ALL
    visible = visible_cases(room.person)
    mine = room.staff_id if whose == "me" else None
    rows, following = enquiries.waiting(
        room.session, visible, room.now, which=which, words=q, mine=mine, cursor=after
    )
    counted = enquiries.counts(room.session, visible, room.now)
    kept = {name: value for name, value in (("q", q), ("whose", whose if mine else "")) if value}
    tabs = tuple(
        Tab(label, _address(kept | {"state": one}), one is which, counted[one])
        for one, label in _TABS.items()
    )
    more = Link("Show more", _address(kept | {"state": which, "after": following})) if following else None
    bulk = (Choice("chase", "Bring up the next chase"),) if room.may(Action.DRAFT) else ()
    view = EnquiriesPage(
        room.shell("Enquiries"), tabs, which, q,
        (Choice("", "Everybody", not mine), Choice("me", "Me", bool(mine))),
        tuple(_row(room, row) for row in rows), bulk, room.local(room.now),
        "Nothing fits. Clear the words." if q else _EMPTY[which], more,
    )  # fmt: skip
    return room.page(view)


@router.post("/enquiries/chase")
def chase_many(
    room: Annotated[Workroom, acting(Action.DRAFT)],
    enquiry: Annotated[list[str], Form(max_length=32)] = [],  # noqa: B006 (FastAPI copies it)
) -> Response:
    """Brings up the next chase of each ticked enquiry as a draft; nothing leaves by it."""
    wanted = sorted(set(enquiry))
    if not wanted:
        return see_other(HOME, told="choose")
    if len(wanted) > MOST:
        raise Refused(f"Tick {MOST} at the most.")
    done, refused = 0, []
    for key in wanted:
        reference = _reference(room, key)
        if reference is None:
            continue
        try:
            with savepoint(room.session):
                _bring_up(room, room.case(reference, Action.DRAFT), key)
            done += 1
        except CaseworkError:
            refused.append(reference)
    return see_other(HOME, acted=str(done), refused=",".join(refused))


@router.get("/cases/{reference}/enquiries/{enquiry_id}")
def show(reference: str, enquiry_id: str, room: Annotated[Workroom, studying(Action.READ_CASE)]) -> Response:
    """What was asked, until when, and each step of the ladder."""
    case = room.case(reference)
    room.looked(case)
    return _page(room, case, enquiries.find_enquiry(room.session, case, enquiry_id))


@router.post("/cases/{reference}/enquiries/{enquiry_id}/chase")
def chase(reference: str, enquiry_id: str, room: Annotated[Workroom, acting(Action.DRAFT)]) -> Response:
    """Brings up the next step now, before its time."""
    case = room.case(reference, Action.DRAFT)
    enquiries.find_enquiry(room.session, case, enquiry_id)
    _bring_up(room, case, enquiry_id)
    room.session.flush()
    link = enquiry_pages.next_link(room.session, case)
    return see_other(link.url if link else f"/cases/{reference}/enquiries/{enquiry_id}")


@router.post("/cases/{reference}/enquiries/{enquiry_id}/skip")
def skip(reference: str, enquiry_id: str, room: Annotated[Workroom, acting(Action.DRAFT)]) -> Response:
    """Passes the waiting step over."""
    case = room.case(reference, Action.DRAFT)
    enquiry = enquiries.find_enquiry(room.session, case, enquiry_id)
    enquiries.skip(room.session, room.desk, case, enquiry, now=room.now, actor=room.person.actor)
    return see_other(f"/cases/{reference}/enquiries/{enquiry_id}", told="saved")


@router.get("/cases/{reference}/enquiries/{enquiry_id}/rang")
def call_form(reference: str, enquiry_id: str, room: Annotated[Workroom, studying(Action.NOTE)]) -> Response:
    """The words for the phone, and a place for what they said."""
    case = room.case(reference, Action.NOTE)
    return _call_page(room, case, enquiries.find_enquiry(room.session, case, enquiry_id), "")


@router.post("/cases/{reference}/enquiries/{enquiry_id}/rang")
def rang(
    reference: str, enquiry_id: str, room: Annotated[Workroom, acting(Action.NOTE)],
    text: Annotated[str, Form(max_length=100_000)] = "",
) -> Response:  # fmt: skip
    """Somebody rang the hotline: what was said is kept, and the ladder goes on."""
    case = room.case(reference, Action.NOTE)
    enquiry = enquiries.find_enquiry(room.session, case, enquiry_id)
    try:
        with savepoint(room.session):
            if not text.strip():
                raise Refused("Write what they said.")
            writing_down.add_note(
                room.session, case, f"Rang {enquiry.body}.\n\n{text.strip()}",
                author_id=room.person.staff_id, now=room.now, actor=room.person.actor,
            )  # fmt: skip
            enquiries.rang(room.session, room.desk, case, enquiry, now=room.now, actor=room.person.actor)
    except Refused as error:
        return _call_page(room, case, enquiry, text, Problem("text", error.sentence))
    return see_other(f"/cases/{reference}", told="noted")


@router.post("/cases/{reference}/enquiries/{enquiry_id}/looked")
def looked(reference: str, enquiry_id: str, room: Annotated[Workroom, acting(Action.TRIAGE)]) -> Response:
    """What the body wrote is no answer yet: the ladder goes on."""
    case = room.case(reference, Action.TRIAGE)
    enquiry = enquiries.find_enquiry(room.session, case, enquiry_id)
    enquiries.looked_at(room.session, case, enquiry, now=room.now, actor=room.person.actor)
    return see_other(f"/cases/{reference}", told="saved")


@router.post("/cases/{reference}/enquiries/{enquiry_id}/withdraw")
def withdraw(reference: str, enquiry_id: str, room: Annotated[Workroom, acting(Action.TRIAGE)]) -> Response:
    """Nobody waits for this body any more."""
    case = room.case(reference, Action.TRIAGE)
    enquiry = enquiries.find_enquiry(room.session, case, enquiry_id)
    enquiries.withdraw(room.session, case, enquiry, now=room.now, actor=room.person.actor)
    return see_other(f"/cases/{reference}", told="saved")


@router.get("/cases/{reference}/enquiries/{enquiry_id}/answered")
def answered_form(
    reference: str, enquiry_id: str, room: Annotated[Workroom, studying(Action.TRIAGE)]
) -> Response:
    case = room.case(reference, Action.TRIAGE)
    row = enquiries.find_enquiry(room.session, case, enquiry_id)
    url = f"/cases/{reference}"
    effects = (
        f"The clock for {row.body} stops, and no chase comes up.",
        "The case is ours again, and the status page says so.",
    )
    act = Act("They answered", f"{url}/enquiries/{enquiry_id}/answered")
    heading = f"Has {row.body} answered?"
    return room.page(ConfirmPage(room.shell(), heading, effects, None, None, act, Link("Not yet", url)))


@router.post("/cases/{reference}/enquiries/{enquiry_id}/answered")
def answered(reference: str, enquiry_id: str, room: Annotated[Workroom, acting(Action.TRIAGE)]) -> Response:
    """The body answered: its clock and its ladder stop."""
    case = room.case(reference, Action.TRIAGE)
    row = enquiries.find_enquiry(room.session, case, enquiry_id)
    enquiries.answered(room.session, case, row, now=room.now, actor=room.person.actor)
    return see_other(f"/cases/{reference}", told="answered")


def _bring_up(room: Workroom, case: Case, enquiry_id: str) -> None:
    """The next step. Raises Conflict where none follows, or one waits already."""
    step = enquiries.bring_up(
        room.session, room.desk, enquiry_id, now=room.now, actor=room.person.actor, early=True
    )
    if step is None:
        raise Conflict(
            "No further step can come up: one waits already, or the ladder has ended. Look at the case."
        )


def _reference(room: Workroom, enquiry_id: str) -> str | None:
    query = select(Case.reference).join(Enquiry).where(Enquiry.id == enquiry_id, visible_cases(room.person))
    return room.session.exec(query).first()


def _address(query: dict[str, Any]) -> str:
    given = {name: str(value) for name, value in query.items() if value and value != "all"}
    return f"{HOME}?{urlencode(given)}" if given else HOME


def _row(room: Workroom, row: enquiries.Waiting) -> EnquiryRow:
    case_url = f"/cases/{row.reference}"
    url, zone = f"{case_url}/enquiries/{row.enquiry_id}", room.office.time_zone
    state = DraftState(row.draft_state) if row.draft_state else None
    badges: tuple[Badge, ...] = ()
    if row.rung is not None:
        step = enquiry_pages.waits(row.rung, state)
        if state is None:
            url = f"{url}/rang"
        elif state in (DraftState.DRAFT, DraftState.RETURNED):
            url = f"{case_url}/drafts/{row.draft_number}"
        badges = (Badge("Chase ready" if state else "Ring them", Tone.REVIEW),)
    else:
        step = enquiry_pages.goes_on(row.done, row.done_at, row.next_step_at, zone)
    clock = clock_words.of_waiting(row.due_at, row.is_paused, room.now, room.desk.calendar)
    owner = room.desk.staff.get(row.assignee_id or "")
    holder = f"With {owner.name}." if owner else "Nobody has the case."
    who = row.reference if row.is_restricted else row.constituent or row.reference
    return EnquiryRow(row.enquiry_id, url, row.body, who, row.reference, case_url, room.local(row.asked_at),
                      clock, step, holder, badges)  # fmt: skip


def _page(room: Workroom, case: Case, enquiry: Enquiry) -> Response:
    session, desk, zone = room.session, room.desk, room.office.time_zone
    body = enquiries.body_of(session, enquiry)
    url = f"/cases/{case.reference}/enquiries/{enquiry.id}"
    found = enquiry_pages.waiting_step(session, enquiry)
    asked = local_date(enquiry.asked_at, zone) if enquiry.asked_at else "The letter has not left yet"
    unit = say.UNITS.get(enquiry.unit, enquiry.unit)
    is_open = enquiries.may_read(session, room.person, enquiry)
    rows = [("Asked", asked), ("Their time", f"{enquiry.working_days} {unit}")]
    if is_open:
        rows.insert(1, ("To", enquiry.address or "No address"))
    if enquiry.nation:
        rows.append(("Days of", say.NATIONS.get(enquiry.nation, enquiry.nation)))
    if (before := enquiries.origin_of(session, enquiry)) is not None:
        rows.append(("Came from", f"{before.body}, who passed it on"))
    if enquiry.passed_on_at:
        rows.append(("Passed on", local_date(enquiry.passed_on_at, zone)))
    if enquiry.answered_at:
        rows.append(("Answered", local_date(enquiry.answered_at, zone)))
    if enquiry.without_consent:
        rows.append(("Asked without permission because", enquiry.without_consent))
    view = EnquiryPage(
        room.shell(), case_page.header(session, desk, room.person, case), enquiry.body, tuple(rows),
        enquiry.question if is_open else _UNREADABLE,
        enquiry_pages.clock_of(session, desk, case, enquiry, room.now),
        enquiry_pages.steps(session, desk, case, enquiry, body, room.now),
        "After the minister, a question in Parliament is for the member to decide.",
        enquiry_pages.notices(session, room.person, case, room.now, zone),
        enquiry_pages.next_link(session, case),
        _acts(room, case, enquiry, url, found), _ways_on(room, case, enquiry, url),
    )  # fmt: skip
    return room.page(view)


def _ways_on(room: Workroom, case: Case, enquiry: Enquiry, url: str) -> tuple[Link, ...]:
    """To another body that has it now; from there and back, where it came from or went."""
    found = []
    is_open = enquiries.is_waiting(enquiry) and case.status not in (CaseStatus.RESOLVED, CaseStatus.CLOSED)
    if is_open and room.may(Action.TRIAGE):
        found.append(Link("They passed it on", f"{url}/pass-on"))
    for other in enquiries.of_case(room.session, case):
        if other.id == enquiry.came_from or other.came_from == enquiry.id:
            found.append(Link(f"See {other.body}", f"/cases/{case.reference}/enquiries/{other.id}"))
    return tuple(found)


def _acts(room: Workroom, case: Case, enquiry: Enquiry, url: str, found: Any) -> tuple[Act, ...]:
    if enquiries.has_come_back(room.session, enquiry) and room.may(Action.TRIAGE):
        return (Act("Wait no more", f"{url}/withdraw"),)
    if not enquiries.is_waiting(enquiry) or case.status in (CaseStatus.RESOLVED, CaseStatus.CLOSED):
        return ()
    acts: list[Act] = []
    if room.may(Action.DRAFT):
        waits = found is not None and _can_skip(found[1])
        acts += [Act("Pass this step over", f"{url}/skip")] if waits else []
        acts += [Act("Bring up the next step now", f"{url}/chase", "f")] if found is None else []
    if room.may(Action.TRIAGE):
        acts += [Act("They answered", f"{url}/answered"), Act("Wait no more", f"{url}/withdraw")]
    return tuple(acts)


def _can_skip(draft: Draft | None) -> bool:
    return draft is None or draft.state in (DraftState.DRAFT, DraftState.RETURNED, DraftState.SUBMITTED)


def _call_page(room: Workroom, case: Case, enquiry: Enquiry, text: str, *problems: Problem) -> Response:
    found = enquiry_pages.waiting_step(room.session, enquiry)
    if found is None or found[1] is not None:
        raise Conflict("No call is waiting here. Look at the case again.")
    view = CallPage(
        room.shell(), case_page.header(room.session, room.desk, room.person, case), enquiry.body,
        found[0].words, f"/cases/{case.reference}/enquiries/{enquiry.id}/rang", text, problems,
    )  # fmt: skip
    return room.page(view, 422 if problems else 200)
