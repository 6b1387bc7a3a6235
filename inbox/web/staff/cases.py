"""A case: its page, notes, what was said by phone, why it is here, its history, paper, and its end."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Form, Query
from sqlmodel import col, select
from starlette.responses import Response

from inbox import casework, own_drafts, presence, status_links, writing_down
from inbox.access import Action
from inbox.database import savepoint
from inbox.errors import Refused
from inbox.models import Case, Decision, Draft, Event, MessageKind, Staff
from inbox.models import View as Look
from inbox.web.idempotency import SHOWN_ONCE
from inbox.web.routers import page_router
from inbox.web.staff import composing
from inbox.web.staff.room import Workroom, acting, see_other, studying
from inbox.web.staff.showing import (
    case_page,
    composer_page,
    dangers,
    enquiry_pages,
    history_words,
    platform_words,
    reading_pane,
    restricted,
    timeline,
    trace_words,
)
from inbox.web.staff.showing import words as say
from inbox.web.staff.typed import put_in
from inbox.web.uploads import Uploads, uploads
from inbox.web.views.case import CasePage, Composer, TimelinePart
from inbox.web.views.case_pages import CaseHistoryPage, ClosePage, PrintPage, WhyPage
from inbox.web.views.messages import TimelineEntry
from inbox.web.views.office import ConfirmPage
from inbox.web.views.parts import Act, Choice, Field, FieldKind, Group, Line, Link, Problem

router = page_router()
PAGE = 100
Text = Annotated[str, Form(max_length=200_000)]


@router.get("/cases/{reference}")
def show(
    reference: str,
    room: Annotated[Workroom, studying(Action.READ_CASE)],
    write: Annotated[str, Query(max_length=10)] = "",
    all: Annotated[str, Query(max_length=3)] = "",
) -> Response:
    """The whole story and the next step."""
    case = room.case(reference)
    room.looked(case)
    if room.is_htmx and all:
        header = case_page.header(room.session, room.desk, room.person, case)
        return room.page(TimelinePart(room.shell(), header, *_story(room, case, whole=True)))
    return _page(room, case, _composer(room, case, write), whole=bool(all))


@router.post("/cases/{reference}/notes")
def note(reference: str, room: Annotated[Workroom, acting(Action.NOTE)], text: Text = "") -> Response:
    """Keeps an office note."""
    case = room.case(reference, Action.NOTE)
    try:
        with savepoint(room.session):
            writing_down.add_note(
                room.session,
                case,
                text,
                author_id=room.person.staff_id,
                now=room.now,
                actor=room.person.actor,
            )
    except Refused as error:
        return _page(
            room, case, composer_page.note(case, text, (Problem("text", error.sentence),)), status=422
        )
    return see_other(f"/cases/{reference}", told="noted")


@router.post("/cases/{reference}/notes/as-reply")
def reply_instead(
    reference: str, room: Annotated[Workroom, acting(Action.DRAFT)], text: Text = ""
) -> Response:
    """What was begun as a note becomes a reply: its words go on in the draft."""
    case = room.case(reference, Action.DRAFT)
    if text.strip():
        put_in(room, composing.open_or_begun(room, case), text.replace("\r\n", "\n").strip())
    return see_other(f"/cases/{reference}?write=reply#text")


@router.get("/cases/{reference}/log")
def log_form(reference: str, room: Annotated[Workroom, studying(Action.NOTE)]) -> Response:
    case = room.case(reference, Action.NOTE)
    return room.page(_log_page(room, case, "call", ""))


@router.post("/cases/{reference}/log")
def log(
    reference: str,
    given: Annotated[Uploads, uploads(Action.NOTE)],
    room: Annotated[Workroom, acting(Action.NOTE)],
    kind: Annotated[str, Form(max_length=10)] = "",
    text: Text = "",
) -> Response:
    """What somebody said by phone, by letter or in person."""
    case = room.case(reference, Action.NOTE)
    try:
        with savepoint(room.session):
            if kind not in ("call", "letter", "visit"):
                raise Refused("Choose a call, a letter or a visit.")
            writing_down.log(
                room.session, case, MessageKind(kind), text, author_id=room.person.staff_id, when=room.now,
                now=room.now, actor=room.person.actor, given=given.checked(),
            )  # fmt: skip
    except Refused as error:
        place = "kind" if "Choose" in error.sentence else "text"
        place = "files" if error is given.problem else place
        return room.page(_log_page(room, case, kind, text, Problem(place, error.sentence)), 422)
    return see_other(f"/cases/{reference}", told="noted")


@router.get("/cases/{reference}/close")
def close_form(reference: str, room: Annotated[Workroom, studying(Action.CLOSE)]) -> Response:
    case = room.case(reference, Action.CLOSE)
    return room.page(_close_page(room, case, "", ""))


@router.post("/cases/{reference}/close")
def close(
    reference: str,
    room: Annotated[Workroom, acting(Action.CLOSE)],
    outcome: Annotated[str, Form(max_length=40)] = "",
    words: Text = "",
) -> Response:
    """Ends it with an outcome that the person can see."""
    case = room.case(reference, Action.CLOSE)
    try:
        with savepoint(room.session):
            event = casework.close(
                room.session, case, outcome=outcome, note=words, now=room.now, actor=room.person.actor
            )
    except Refused as error:
        return room.page(_close_page(room, case, outcome, words, Problem("outcome", error.sentence)), 422)
    return see_other(f"/cases/{reference}", done=event)


@router.post("/cases/{reference}/status-link/close")
def close_links(reference: str, room: Annotated[Workroom, acting(Action.TRIAGE)]) -> Response:
    """Switches the status page off: every link of the case ends."""
    case = room.case(reference, Action.TRIAGE)
    status_links.revoke_all(room.session, case, now=room.now, actor=room.person.actor)
    return see_other(f"/cases/{reference}", told="links-closed")


@router.post("/cases/{reference}/status-link/clear")
def clear_links(reference: str, room: Annotated[Workroom, acting(Action.TRIAGE)]) -> Response:
    """The wrong answers were the person's own: the warning goes."""
    case = room.case(reference, Action.TRIAGE)
    status_links.clear(room.session, case, now=room.now, actor=room.person.actor)
    return see_other(f"/cases/{reference}", told="saved")


@router.post("/cases/{reference}/status-link")
def new_link(reference: str, room: Annotated[Workroom, acting(Action.TRIAGE)]) -> Response:
    """A new link, shown on this answer and nowhere else; older ones end. Refused where contact may not be
    safe."""
    case = room.case(reference, Action.TRIAGE)
    if "domestic-abuse" in case.flags:
        raise Refused("Contact may not be safe for this person, so there is no status link.")
    status_links.revoke_all(room.session, case, now=room.now, actor=room.person.actor)
    token = status_links.issue(
        room.session, case, None, language=case.language, now=room.now, actor=room.person.actor
    )
    welsh = "/cy" if case.language == "cy" else ""
    address = f"{room.wiring.settings.base_url.rstrip('/')}{welsh}/s/{token}"
    effects = ("Give it only to the person, in a way that is safe for them.",
               "It is shown this once. Older links of this case no longer work.",
               "It asks for their postcode, or the address they wrote from.")  # fmt: skip
    url = f"/cases/{reference}"
    answer = room.page(
        ConfirmPage(room.shell(), f"New status link for {reference}", effects, address, None,
                    Act("Close this link again", f"{url}/status-link/close"), Link("Back to the case", url))
    )  # fmt: skip
    answer.headers[SHOWN_ONCE] = "yes"
    return answer


@router.get("/cases/{reference}/why")
def explain(reference: str, room: Annotated[Workroom, studying(Action.READ_CASE)]) -> Response:
    """Every rule in the order it was read, matched or not, and why."""
    case = room.case(reference)
    room.looked(case)
    query = select(Decision).where(Decision.case_id == case.id).order_by(col(Decision.decided_at))
    decision = room.session.exec(query).first()
    header = case_page.header(room.session, room.desk, room.person, case)
    at = room.local(decision.decided_at if decision else case.created_at)
    summary = _summary(room, case, decision)
    teams = {key: name for name, key in room.desk.teams.items()}
    taught = trace_words.taught(decision, teams) if decision else ()
    tried = trace_words.tried(room.session, decision) if decision else ()
    rule = trace_words.deciding(decision, tried) if decision else None
    later = trace_words.later(room.session, case)
    view = WhyPage(room.shell(), header, at, summary, tried, rule, later=later, taught=taught)
    return room.page(view)


@router.get("/cases/{reference}/history")
def history(
    reference: str,
    room: Annotated[Workroom, studying(Action.READ_CASE)],
    before: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """Every act, newest first, and who looked."""
    case = room.case(reference)
    room.looked(case)
    query = select(Event).where(Event.case_id == case.id).order_by(col(Event.sequence).desc())
    if before is not None:
        query = query.where(col(Event.sequence) < before)
    rows = room.session.exec(query.limit(PAGE + 1)).all()
    names = history_words.Names(room.session, rows)
    numbers = dict(room.session.exec(select(Draft.id, Draft.number).where(Draft.case_id == case.id)).all())
    acts = tuple(
        Line(
            room.local(row.at), history_words.words(room.session, row, names), history_words.who(row),
            _its_words(reference, row, numbers),
        )
        for row in rows[:PAGE]
    )  # fmt: skip
    more = f"/cases/{reference}/history?before={rows[PAGE - 1].sequence}" if len(rows) > PAGE else None
    header = case_page.header(room.session, room.desk, room.person, case)
    return room.page(CaseHistoryPage(room.shell(), header, acts, _looks(room, case), more))


@router.get("/cases/{reference}/print")
def on_paper(
    reference: str,
    room: Annotated[Workroom, studying(Action.READ_CASE)],
    notes: Annotated[str, Query(max_length=3)] = "",
) -> Response:
    """For paper; office notes only when asked for."""
    case = room.case(reference)
    room.looked(case)
    url = f"/cases/{reference}/print"
    toggle = Link("Print without notes", url) if notes else Link("Print with notes", f"{url}?notes=yes")
    header = case_page.header(room.session, room.desk, room.person, case)
    facts = case_page.facts(room.session, room.desk, room.person, case, room.now)
    story, _, _ = _story(room, case, whole=True)
    return room.page(PrintPage(room.shell(), header, facts, story, room.local(room.now), bool(notes), toggle))


def _page(
    room: Workroom, case: Case, composer: Composer | None, *, whole: bool = False, status: int = 200
) -> Response:
    session, desk, person = room.session, room.desk, room.person
    story, hidden, earlier = _story(room, case, whole=whole)
    view = CasePage(
        shell=room.shell(),
        case=case_page.header(session, desk, person, case),
        facts=case_page.facts(session, desk, person, case, room.now),
        timeline=story,
        composer=composer,
        notices=(
            *dangers.notices(session, desk, person, case),
            *restricted.notices(desk, case),
            *reading_pane.held(person, case),
            *case_page.suspicions(session, desk, person, case, room.now),
            *enquiry_pages.notices(session, person, case, room.now, desk.office.time_zone),
            *case_page.alike(session, person, case),
        ),
        matches=case_page.matches(session, person, case),
        hidden_earlier=hidden,
        earlier_url=earlier,
        presence=presence.others(session, person, case.id, room.now),
    )
    return room.page(view, status)


def _story(room: Workroom, case: Case, *, whole: bool) -> tuple[tuple[TimelineEntry, ...], int, str | None]:
    rows = timeline.messages_of(room.session, case, limit=None if whole else timeline.LATEST)
    acts = platform_words.acts(room.session, room.desk, room.person, case, rows)
    entries = timeline.timeline(room.session, case, rows, room.zone, room.now, acts)
    hidden = max(0, case.message_count - len(rows)) if not whole else 0
    return entries, hidden, f"/cases/{case.reference}?all=yes" if hidden else None


def _composer(room: Workroom, case: Case, write: str) -> Composer | None:
    """A note when it was asked for; else one's own draft, else a colleague's to read, else an empty reply."""
    draft = _draft_here(room, case, write) if room.may(Action.DRAFT) else None
    replies = draft is not None or composer_page.may_begin(room.session, room.desk, room.person, case)
    if not replies or (write == "note" and room.may(Action.NOTE)):
        return composer_page.note(case, offers_reply=replies) if room.may(Action.NOTE) else None
    if draft is None:
        return composer_page.blank(room.session, room.desk, room.person, case, room.now)
    return composer_page.reply(room.session, room.desk, room.person, case, draft, room.now)


def _draft_here(room: Workroom, case: Case, write: str) -> Draft | None:
    own = own_drafts.open_for(room.session, case, room.person.staff_id)
    if own is not None or write == "own":
        return own
    return next(iter(own_drafts.of_colleagues(room.session, case, room.person.staff_id)), None)


def _summary(room: Workroom, case: Case, decision: Decision | None) -> str:
    team = next((name for name, key in room.desk.teams.items() if key == case.team_id), None)
    owner = room.desk.staff.get(case.assignee_id or "")
    parts = [part for part in (team, owner.name if owner else None, say.URGENCIES[case.priority]) if part]
    urgent = trace_words.urgency(room.session, case)
    return " ".join(
        part for part in (f"It is with {', '.join(parts)} now.", urgent, trace_words.reason(decision)) if part
    )


def _its_words(reference: str, event: Event, numbers: Mapping[str, int]) -> Link | None:
    """Where the words of the draft that an act was about can be read, with who wrote them."""
    number = numbers.get(str(event.detail.get("draft")))
    return Link("Its words", f"/cases/{reference}/drafts/{number}/versions") if number else None


def _looks(room: Workroom, case: Case) -> tuple[Line, ...] | None:
    """Who opened it; None for those who may not know."""
    if not room.may(Action.READ_VIEWS):
        return None
    query = select(Look.at, Staff.name).join(Staff, col(Staff.id) == Look.staff_id)
    rows = room.session.exec(query.where(Look.case_id == case.id).order_by(col(Look.at).desc()).limit(PAGE))
    return tuple(Line(room.local(at), "Opened", name) for at, name in rows)


def _close_page(room: Workroom, case: Case, outcome: str, words: str, *problems: Problem) -> ClosePage:
    header = case_page.header(room.session, room.desk, room.person, case)
    outcomes = tuple(Choice(key, label, key == outcome) for key, label in say.OUTCOMES.items())
    owed = case_page.open_promises(room.session, room.desk, case, room.now)
    url = f"/cases/{case.reference}/close"
    return ClosePage(room.shell(), header, url, outcomes, {"words": words}, owed, problems)


def _log_page(room: Workroom, case: Case, kind: str, text: str, *problems: Problem) -> ConfirmPage:
    url = f"/cases/{case.reference}"
    kinds = tuple(Choice(value, label, value == kind) for value, label in
                  (("call", "A call"), ("letter", "A letter"), ("visit", "A visit")))  # fmt: skip
    fields = (
        Field("kind", "How they told us", kind=FieldKind.RADIOS, choices=kinds),
        Field("text", "What they said", text, FieldKind.AREA, hint="Use their words where you can."),
        Field("files", "Letters, photos or other files", kind=FieldKind.FILES),
    )
    effects = ("It is kept on the case as something they said, now.", "It is not sent to anybody.")
    return ConfirmPage(room.shell(), f"Log a call, letter or visit on {case.reference}", effects, None,
                       Group("What was said", fields), Act("Keep it", f"{url}/log"),
                       Link("Write nothing", url), problems)  # fmt: skip
