"""What could be said on a case, shown side by side; put into the reply when a person chooses it."""

from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from inbox import drafting, own_drafts, proposals, provenance, standard_lines, suggestions
from inbox.access import Action, require_on, visible_cases
from inbox.database import find
from inbox.errors import Refused
from inbox.models import Case, ChannelAct, Draft, ProposalState, StandardLine
from inbox.web.routers import page_router
from inbox.web.staff.room import Workroom, acting, see_other, studying
from inbox.web.staff.showing import case_page, composer_page
from inbox.web.staff.typed import put_in
from inbox.web.views.case_pages import Offer, SuggestionsPage
from inbox.web.views.parts import Act, Link, Notice, Tone
from inbox.wording import gaps

router = page_router()
MOST_LINES = 5
Key = Annotated[str, Form(max_length=40)]


@router.get("/cases/{reference}/suggestions")
def show(reference: str, room: Annotated[Workroom, studying(Action.DRAFT)]) -> Response:
    """Approved lines, the office's own answers on like cases, and what a model proposed."""
    case = room.case(reference, Action.DRAFT)
    room.looked(case)
    header = case_page.header(room.session, room.desk, room.person, case)
    machine, proposed, ask = _machine(room, case)
    language = case.language
    return room.page(
        SuggestionsPage(room.shell(), header, _lines(room, case), _answers(room, case), machine, proposed,
                        ask, language)
    )  # fmt: skip


@router.post("/cases/{reference}/suggestions")
def use(
    reference: str, room: Annotated[Workroom, acting(Action.DRAFT)], line: Key = "", answer: Key = "",
    proposal: Key = "",
) -> Response:  # fmt: skip
    """Puts the chosen words at the end of the open reply, or begins one with them; it says where from."""
    case = room.case(reference, Action.DRAFT)
    draft = own_drafts.open_for(room.session, case, room.person.staff_id) or drafting.begin(
        room.session, room.desk, case, author_id=room.person.staff_id, now=room.now, actor=room.person.actor
    )
    require_on(room.person, ChannelAct.DRAFT, draft.channel_id)
    if line:
        _use_line(room, case, draft, line)
    elif answer:
        _use_answer(room, case, draft, answer)
    elif proposal:
        proposals.use(
            room.session, room.desk, draft, proposal, author_id=room.person.staff_id, now=room.now,
            actor=room.person.actor,
        )  # fmt: skip
    else:
        raise Refused("Choose what to put in.")
    return see_other(f"/cases/{reference}/drafts/{draft.number}")


@router.post("/cases/{reference}/suggestions/ask")
def ask(reference: str, room: Annotated[Workroom, acting(Action.DRAFT)]) -> Response:
    """Asks the drafting model; its words come to this page by themselves."""
    case = room.case(reference, Action.DRAFT)
    if room.wiring.settings.drafting_host is None:
        raise Refused("No drafting model is set.")
    proposals.ask(room.session, case, asked_by=room.person.staff_id, now=room.now, actor=room.person.actor)
    return see_other(f"/cases/{reference}/suggestions")


@router.post("/cases/{reference}/suggestions/put-away")
def put_away(reference: str, room: Annotated[Workroom, acting(Action.DRAFT)], proposal: Key = "") -> Response:
    case = room.case(reference, Action.DRAFT)
    proposals.put_away(room.session, case, proposal, now=room.now, actor=room.person.actor)
    return see_other(f"/cases/{reference}/suggestions")


def _use_line(room: Workroom, case: Case, draft: Draft, key: str) -> None:
    line = find(room.session, StandardLine, key)
    if line not in standard_lines.in_date(room.session, room.now):
        raise Refused(f"Line {line.number} is not in use any more. Choose another.")
    provenance.from_line(draft, line)
    body = standard_lines.words_of(line, draft.language)
    put_in(room, draft, suggestions.filled(room.session, room.desk, case, body, room.now))


def _use_answer(room: Workroom, case: Case, draft: Draft, key: str) -> None:
    visible = visible_cases(room.person)
    reference, words = suggestions.words_of_answer(room.session, case, key, visible)
    provenance.from_answer(draft, reference)
    put_in(room, draft, words)


def _lines(room: Workroom, case: Case) -> tuple[Offer, ...]:
    found = []
    ranked = suggestions.lines(room.session, case, case.language, room.now)
    for one in [one for one in ranked if one.suits][:MOST_LINES]:
        line = one.line
        body = standard_lines.words_of(line, case.language)
        text = suggestions.filled(room.session, room.desk, case, body, room.now)
        until = composer_page.last_day(line.good_until, room.desk)
        about = [
            f"Version {line.version}",
            one.reason,
            f"good until {until.day} {until:%B %Y}" if until else "",
        ]
        found.append(_offer(case, f"Line {line.number}: {line.title}", None, about, text, ("line", line.id)))
    return tuple(found)


def _answers(room: Workroom, case: Case) -> tuple[Offer, ...]:
    found = []
    for one in suggestions.answers(room.session, case, visible_cases(room.person)):
        at = room.local(one.answered_at)
        shared = ", ".join(f"“{word}”" for word in one.shared[:4])
        about = [f"Answered {at.day} {at:%B %Y}", f"both say {shared}" if shared else ""]
        source = Link(one.reference, f"/cases/{one.reference}")
        found.append(_offer(case, one.subject, source, about, one.words, ("answer", one.message_id)))
    return tuple(found)


def _offer(
    case: Case, name: str, source: Link | None, about: list[str], text: str, field: tuple[str, str]
) -> Offer:
    use = Act("Put it in the reply", f"/cases/{case.reference}/suggestions", fields=(field,))
    left = tuple(dict.fromkeys(gap.strip("[]{} ") for gap in gaps(text)))
    said = ", ".join(part for part in about if part)
    return Offer(name, source, f"{said}." if said else "", text, left, use)


def _machine(room: Workroom, case: Case) -> tuple[str | None, Offer | None, Act | None]:
    """What the model has to say: nothing is shown of it where none is set."""
    host = room.wiring.settings.drafting_host
    newest = proposals.latest(room.session, case)
    if host is None and (newest is None or newest.state != ProposalState.READY):
        return None, None, None
    if sentence := proposals.why_not(case):
        return sentence, None, None
    url = f"/cases/{case.reference}/suggestions"
    if newest is not None and newest.state == ProposalState.READY:
        offer = _offer(case, f"Proposed by {newest.model}", None, [], newest.text, ("proposal", newest.id))
        away = Act("Put it away", f"{url}/put-away", fields=(("proposal", newest.id),))
        warning = Notice("A machine wrote this. Read every word; once you send it, it is yours.", Tone.SOON)
        return "", Offer(offer.name, None, "", offer.text, offer.gaps, offer.use, away, warning), None
    if newest is not None and newest.state == ProposalState.WAITING:
        return (
            "The model has been asked. Its words come here in a moment; if they do not, load the page again.",
            None,
            None,
        )
    told = f"What they wrote goes to {host} without names, addresses and numbers. It only proposes words."
    if newest is not None and newest.state == ProposalState.FAILED:
        told = f"{newest.trouble} {told}"
    return told, None, Act("Ask for a draft", f"{url}/ask")
