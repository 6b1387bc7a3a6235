"""The one answer to a campaign: written, read once more as it will leave, approved, followed, stopped."""

from typing import Annotated

from fastapi import Form, Query
from sqlmodel import col, select
from starlette.responses import Response

from inbox import campaigns, drafting, standard_lines
from inbox.access import Action, visible_cases
from inbox.answering import counting, rights, writing
from inbox.campaigns.holding import HeldBack, Member
from inbox.database import find, savepoint
from inbox.errors import CaseworkError, NotAllowed, NotFound, Refused, Stale
from inbox.models import AnswerState, Campaign, CampaignAnswer, Template
from inbox.models import StandardLine as Approved
from inbox.web.routers import page_router
from inbox.web.staff.room import Room, Workroom, acting, see_other, studying
from inbox.web.staff.showing import campaign_answer_page, campaign_pages
from inbox.web.staff.showing import composer_page as composing
from inbox.web.staff.showing.campaign_pages import say_people
from inbox.web.views.campaigns import AnswerCheckPage, AnswerPage
from inbox.web.views.case import StandardLine
from inbox.web.views.parts import Choice, Link, Problem

router = page_router()
_OPEN = (AnswerState.DRAFT, AnswerState.SUBMITTED)
Text = Annotated[str, Form(max_length=100_000)]


@router.get("/campaigns/{campaign_id}/answer")
def show(
    campaign_id: str,
    room: Annotated[Workroom, studying(Action.DRAFT)],
    begin: Annotated[str, Query(max_length=80)] = "",
    new: Annotated[str, Query(max_length=3)] = "",
) -> Response:
    """The composer; once an answer was approved, how far it is. `new=yes` begins another one."""
    campaign = campaigns.find_campaign(room.session, room.person, campaign_id)
    current = writing.current(room.session, campaign)
    if current is not None and current.state not in _OPEN:
        if new != "yes" or current.state == AnswerState.PREPARING:
            view = campaign_answer_page.progress(
                room.session, room.desk, room.person, campaign, current,
                shell=room.shell("Campaigns"), now=room.local(room.now), zone=room.zone,
            )  # fmt: skip
            return room.page(view)
        current = None
    return _composer(room, campaign, current, _begun(room, campaign, current, begin))


@router.post("/campaigns/{campaign_id}/answer")
def write(
    campaign_id: str,
    room: Annotated[Workroom, acting(Action.DRAFT)],
    text: Text = "",
    subject: Annotated[str, Form(max_length=500)] = "",
    identity: Annotated[str, Form(max_length=32)] = drafting.OFFICE,
    include: Annotated[str, Form(max_length=3)] = "",
    only: Annotated[str, Form(max_length=4)] = "",
    line: Annotated[str, Form(max_length=40)] = "",
    version: Annotated[int, Form(ge=0, le=1 << 30)] = 0,
) -> Response:
    """Saves the words with the list of who gets them now; then shows exactly what would leave."""
    campaign = campaigns.find_campaign(room.session, room.person, campaign_id)
    if line:  # without script the button brings the line to the end of what is written
        added = standard_lines.words_of(find(room.session, Approved, line), "en")
        text, only = f"{text.rstrip()}\n\n{added}".strip(), "save"
    words = writing.Words(
        text, subject, identity, frozenset({HeldBack.NO_ADDRESS} if include == "yes" else ())
    )
    try:
        with savepoint(room.session):
            made = writing.write(room.session, room.desk, campaign, words, author_id=room.person.staff_id,
                                 now=room.now, actor=room.person.actor, version=version or None)  # fmt: skip
            rights.require_writer(room.session, room.desk, made, room.person)
            room.session.flush()
            blocking = [] if only == "save" else writing.problems(room.session, room.desk, made, room.now)
    except Stale as error:
        theirs = writing.current(room.session, campaign)
        problem = Problem("text", f"{error.sentence} If you save again, your words take the place of theirs.")
        return _composer(room, campaign, theirs, words, (problem,), error.status)
    except (Refused, NotAllowed) as error:
        return _composer(room, campaign, None, words, (Problem("text", error.sentence),), error.status)
    if blocking:
        problems = tuple(Problem("text", one) for one in blocking[:1])
        return _composer(room, campaign, made, words, problems, 422)
    return see_other(f"/campaigns/{campaign.slug}/answer{'' if only == 'save' else '/check'}")


@router.get("/campaigns/{campaign_id}/answer/check")
def check(campaign_id: str, room: Annotated[Workroom, studying(Action.READ_CASE)]) -> Response:
    """Exactly what will be sent, to how many, and who is left out."""
    campaign = campaigns.find_campaign(room.session, room.person, campaign_id)
    current = writing.current(room.session, campaign)
    if current is None or current.state not in _OPEN:
        return see_other(f"/campaigns/{campaign.slug}/answer") if current else _gone()
    return room.page(_check_page(room, campaign, current))


@router.post("/campaigns/{campaign_id}/answer/submit")
def submit(campaign_id: str, room: Annotated[Workroom, acting(Action.DRAFT)]) -> Response:
    """Asks for a yes."""
    campaign, answer = _open(room, campaign_id)
    writing.submit(room.session, room.desk, answer, now=room.now, actor=room.person.actor)
    return see_other(f"/campaigns/{campaign.slug}/answer/check")


@router.post("/campaigns/{campaign_id}/answer/approve")
def approve(
    campaign_id: str,
    room: Annotated[Workroom, acting(Action.SEND)],
    digest: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Yes to exactly these words and this list; the letters are made from now on."""
    campaign, answer = _open(room, campaign_id)
    try:
        with savepoint(room.session):
            rights.require(room.session, room.desk, answer, room.person)
            writing.approve(room.session, room.desk, answer, staff_id=room.staff_id, digest=digest,
                            now=room.now, actor=room.person.actor)  # fmt: skip
    except CaseworkError as error:
        room.session.refresh(answer)
        return room.page(_check_page(room, campaign, answer, error), error.status)
    return see_other(f"/campaigns/{campaign.slug}/answer")


@router.post("/campaigns/{campaign_id}/answer/return")
def send_back(
    campaign_id: str,
    room: Annotated[Workroom, acting(Action.APPROVE)],
    note: Annotated[str, Form(max_length=20_000)] = "",
) -> Response:
    """No, with the reason."""
    campaign, answer = _open(room, campaign_id)
    try:
        with savepoint(room.session):
            writing.send_back(room.session, answer, note=note, now=room.now, actor=room.person.actor)
    except Refused as error:
        found = _check_page(room, campaign, answer, problems=(Problem("note", error.sentence),))
        return room.page(found, 422)
    return see_other(f"/campaigns/{campaign.slug}", told="returned")


@router.post("/campaigns/{campaign_id}/answer/stop")
def stop(campaign_id: str, room: Annotated[Workroom, acting(Action.SEND)]) -> Response:
    """Stops every letter that has not left."""
    campaign = campaigns.find_campaign(room.session, room.person, campaign_id)
    current = writing.current(room.session, campaign)
    if current is None:
        raise NotFound
    answer = writing.find_answer(room.session, current.id)
    writing.stop(room.session, answer, now=room.now, actor=room.person.actor)
    return see_other(f"/campaigns/{campaign.slug}", told="stopped")


def _open(room: Workroom, campaign_id: str) -> tuple[Campaign, CampaignAnswer]:
    """The answer that is being written or waits for a yes, locked."""
    campaign = campaigns.find_campaign(room.session, room.person, campaign_id)
    current = writing.current(room.session, campaign)
    if current is None or current.state not in _OPEN:
        raise NotFound
    return campaign, writing.find_answer(room.session, current.id)


def _gone() -> Response:
    raise NotFound


def _begun(room: Room, campaign: Campaign, current: CampaignAnswer | None, begin: str) -> writing.Words:
    """What stands in the composer at first: what was saved, a standard text, or a bare letter."""
    if begin:
        query = select(Template).where(Template.name == begin, Template.language == "en")
        found = room.session.exec(query).first()
        if found is not None:
            return writing.Words(found.body, f"Re: {campaign.title}")
    if current is not None:
        return writing.Words(current.text, current.subject, current.identity)
    closing = "\n\n{{signature}}" if room.office.signature else ""
    return writing.Words(f"Dear {{{{name}}}},\n\n{closing}", f"Re: {campaign.title}")


def _composer(
    room: Workroom, campaign: Campaign, current: CampaignAnswer | None, words: writing.Words,
    problems: tuple[Problem, ...] = (), status: int = 200,
) -> Response:  # fmt: skip
    members = campaigns.members(room.session, room.desk, campaign, visible=visible_cases(room.person))
    found = campaigns.count(members)
    unknown = found.held_back.get(HeldBack.NO_ADDRESS, 0)
    url = f"/campaigns/{campaign.slug}"
    return room.page(
        AnswerPage(
            shell=room.shell("Campaigns"),
            title=campaign.title,
            back=Link(campaign.title, url),
            audience=f"{say_people(found.to_answer)} will read this, each in a letter of their own.",
            subject=words.subject,
            text=words.text,
            identities=_identities(room, words.identity),
            version=current.version if current else 0,
            save_url=f"{url}/answer",
            begin=_beginnings(room, url),
            lines=_lines(room),
            reasons=campaign_pages.reasons(found, members),
            include=f"Also answer the {say_people(unknown)} who gave no address" if unknown else None,
            is_included=HeldBack.NO_ADDRESS in words.included,
            returned=campaign_answer_page.returned(room.desk, current),
            problems=problems,
        ),
        status,
    )


def _identities(room: Workroom, current: str) -> tuple[Choice, ...]:
    """The office, and the people in whose name letters go out."""
    signing = [one for one in room.desk.staff.values() if one.is_active and "signatory" in one.roles]
    return (
        Choice(drafting.OFFICE, room.office.name, current == drafting.OFFICE),
        *(Choice(one.id, one.name, one.id == current) for one in signing),
    )


def _lines(room: Workroom) -> tuple[StandardLine, ...]:
    """The office's standard lines, in English like the answer, with the places for each person's own left."""
    found = standard_lines.in_date(room.session, room.now)
    return tuple(
        StandardLine(one.id, f"Line {one.number}: {one.title}", standard_lines.words_of(one, "en"),
                     composing.last_day(one.good_until, room.desk))
        for one in sorted(found, key=lambda one: one.number)
    )  # fmt: skip


def _beginnings(room: Room, url: str) -> tuple[Link, ...]:
    query = select(Template.name, Template.title).where(col(Template.is_line), Template.language == "en")
    rows = room.session.exec(query.order_by(col(Template.title)).limit(8)).all()
    return tuple(Link(title, f"{url}/answer?begin={name}") for name, title in rows)


def _check_page(
    room: Workroom, campaign: Campaign, answer: CampaignAnswer, refused: CaseworkError | None = None,
    problems: tuple[Problem, ...] = (),
) -> AnswerCheckPage:  # fmt: skip
    listed = counting.listed(room.session, answer)
    members = campaigns.members(room.session, room.desk, campaign, visible=visible_cases(room.person))
    on_list: list[Member] = [one for one in members if one.case_id in listed]
    return campaign_answer_page.check(
        room.session, room.desk, room.person, campaign, answer, on_list, campaigns.count(members),
        named=campaign_pages.reasons(campaigns.count(members), members),
        shell=room.shell("Campaigns"), listed=len(listed),
        refusal=refused.sentence if refused else rights.why_not(room.session, room.desk, answer, room.person),
        problems=problems,
    )  # fmt: skip
