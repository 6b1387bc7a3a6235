"""Campaigns: the piles, one pile with the words people added, and what one key does with a copy."""

from typing import Annotated

from fastapi import Form, Query
from sqlmodel import col, func, select
from starlette.responses import Response

from inbox import campaigns
from inbox.access import Action, visible_cases
from inbox.answering import writing
from inbox.database import find
from inbox.errors import NotFound, Refused
from inbox.models import AnswerState, Campaign, CampaignCopy, Case, Reading
from inbox.web.routers import page_router
from inbox.web.staff.room import Workroom, acting, see_other, studying
from inbox.web.staff.showing import campaign_answer_page, campaign_pages
from inbox.web.staff.sorting import acted
from inbox.web.views.campaigns import CampaignsPage, PilePage
from inbox.web.views.parts import Act, Choice, Link, Notice, Tab, Tone
from routing.copies import risks_of_text

router = page_router()
PAGE = 50
_UNREADABLE = "It was taken from a letter that you may not read. The letters below say much the same."
_UNDER_WAY = (AnswerState.PREPARING, AnswerState.PREPARED)


@router.get("/campaigns")
def index(
    room: Annotated[Workroom, studying(Action.READ_CASE)],
    state: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """The open piles, the one with the copy of most points first, then the newest; closed ones under their
    own tab."""
    is_closed = state == "closed"
    query = select(Campaign).where(
        col(Campaign.closed_at).is_not(None) if is_closed else col(Campaign.closed_at).is_(None)
    )
    query = query.where(campaigns.known_to(room.person))
    newest = room.session.exec(query.order_by(col(Campaign.id).desc()).limit(100)).all()
    tally = campaigns.tally(room.session, room.desk, newest, visible=visible_cases(room.person))
    counted = [(one, tally[one.id]) for one in newest]
    counted.sort(key=lambda pile: pile[1].rank)
    rows = [campaign_pages.row(room.desk, one, found, room.zone) for one, found in counted if found.people]
    tabs = (Tab("Open", "/campaigns", not is_closed), Tab("Closed", "/campaigns?state=closed", is_closed))
    empty = "No campaign was closed." if is_closed else "No campaign is open."
    return room.page(CampaignsPage(room.shell("Campaigns"), tabs, tuple(rows), room.local(room.now), empty))


@router.get("/campaigns/{campaign_id}")
def show(
    campaign_id: str,
    room: Annotated[Workroom, studying(Action.READ_CASE)],
    after: Annotated[str, Query(max_length=32)] = "",
) -> Response:
    """Everyone on the pile."""
    return _pile(room, campaign_id, "everyone", after)


@router.get("/campaigns/{campaign_id}/own-words")
def own_words(
    campaign_id: str,
    room: Annotated[Workroom, studying(Action.READ_CASE)],
    after: Annotated[str, Query(max_length=32)] = "",
) -> Response:
    """Those who added words of their own, the unread first, with exactly those words."""
    return _pile(room, campaign_id, "own-words", after)


@router.get("/campaigns/{campaign_id}/held-back")
def held_back(
    campaign_id: str,
    room: Annotated[Workroom, studying(Action.READ_CASE)],
    after: Annotated[str, Query(max_length=32)] = "",
) -> Response:
    """Those who do not get the answer, each with the reason."""
    return _pile(room, campaign_id, "held-back", after)


@router.get("/campaigns/{campaign_id}/answered")
def answered(
    campaign_id: str,
    room: Annotated[Workroom, studying(Action.READ_CASE)],
    after: Annotated[str, Query(max_length=32)] = "",
) -> Response:
    """Those who have been answered."""
    return _pile(room, campaign_id, "answered", after)


@router.post("/campaigns/{campaign_id}/copies/{message_id}/read")
def read(
    campaign_id: str,
    message_id: str,
    room: Annotated[Workroom, acting(Action.TRIAGE)],
    decision: Annotated[str, Form(max_length=16)] = "",
) -> Response:
    """What the added words are: a matter of their own, only the campaign, or to be held."""
    campaign, copy, case = _copy(room, campaign_id, message_id)
    if decision not in (Reading.LIFTED, Reading.CAMPAIGN_ONLY, Reading.HELD):
        raise Refused("Say what the added words are.")
    event = campaigns.read(room.session, room.desk, copy, case, Reading(decision), now=room.now,
                           actor=room.person.actor)  # fmt: skip
    return see_other(_back(room, campaign), done=event)


@router.post("/campaigns/{campaign_id}/copies/{message_id}/leave")
def leave(campaign_id: str, message_id: str, room: Annotated[Workroom, acting(Action.TRIAGE)]) -> Response:
    """Off the pile: a message like any other."""
    campaign, copy, case = _copy(room, campaign_id, message_id)
    event = campaigns.leave(room.session, room.desk, copy, case, now=room.now, actor=room.person.actor)
    return see_other(_back(room, campaign), done=event)


@router.post("/campaigns/{campaign_id}/copies/{message_id}/move")
def move(
    campaign_id: str,
    message_id: str,
    room: Annotated[Workroom, acting(Action.TRIAGE)],
    campaign: Annotated[str, Form(max_length=80)] = "",
) -> Response:
    """On another pile."""
    here, copy, case = _copy(room, campaign_id, message_id)
    into = campaigns.find_campaign(room.session, room.person, campaign)
    event = campaigns.move_copy(room.session, room.desk, copy, case, into, now=room.now,
                                actor=room.person.actor)  # fmt: skip
    return see_other(_back(room, here), done=event)


@router.post("/campaigns/{campaign_id}/merge")
def merge(
    campaign_id: str,
    room: Annotated[Workroom, acting(Action.TRIAGE)],
    campaign: Annotated[str, Form(max_length=80)] = "",
) -> Response:
    """Everybody on the other pile comes to this one."""
    here = campaigns.find_campaign(room.session, room.person, campaign_id)
    other = campaigns.find_campaign(room.session, room.person, campaign)
    campaigns.merge(room.session, here, other, now=room.now, actor=room.person.actor)
    return see_other(f"/campaigns/{here.slug}", told="joined")


@router.post("/campaigns/{campaign_id}/part")
def part(
    campaign_id: str,
    room: Annotated[Workroom, acting(Action.TRIAGE)],
    campaign: Annotated[str, Form(max_length=80)] = "",
) -> Response:
    """The way back: a pile that was joined to this one is a pile of its own again."""
    here = campaigns.find_campaign(room.session, room.person, campaign_id)
    other = campaigns.find_campaign(room.session, room.person, campaign)
    campaigns.part(room.session, here, other, now=room.now, actor=room.person.actor)
    return see_other(f"/campaigns/{here.slug}", told="parted")


@router.post("/campaigns/{campaign_id}/late")
def late(
    campaign_id: str,
    room: Annotated[Workroom, acting(Action.SEND)],
    switch: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Whether copies that come after the answer get it too."""
    campaign = campaigns.find_campaign(room.session, room.person, campaign_id)
    writing.answer_late(room.session, campaign, on=switch == "on", now=room.now, actor=room.person.actor)
    return see_other(f"/campaigns/{campaign.slug}/answer")


@router.post("/campaigns/{campaign_id}/close")
def close(
    campaign_id: str,
    room: Annotated[Workroom, acting(Action.CLOSE)],
    switch: Annotated[str, Form(max_length=4)] = "on",
) -> Response:
    """Puts the pile away, or brings it back."""
    campaign = campaigns.find_campaign(room.session, room.person, campaign_id)
    campaigns.set_closed(room.session, campaign, switch == "on", now=room.now, actor=room.person.actor)
    return see_other("/campaigns" if switch == "on" else f"/campaigns/{campaign.slug}")


@router.post("/cases/{reference}/pile")
def put(
    reference: str,
    room: Annotated[Workroom, acting(Action.TRIAGE)],
    campaign: Annotated[str, Form(max_length=80)] = "",
    back: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Puts a case on a pile by hand."""
    case = room.case(reference, Action.TRIAGE)
    found = campaigns.find_campaign(room.session, room.person, campaign)
    event = campaigns.put(room.session, room.desk, case, found, now=room.now, actor=room.person.actor)
    if back or room.is_htmx:
        return acted(room, case, event, back)
    return see_other(f"/campaigns/{found.slug}", done=event)


def _pile(room: Workroom, campaign_id: str, tab: str, after: str) -> Response:
    campaign = campaigns.find_campaign(room.session, room.person, campaign_id)
    members = _members(room, campaign)
    found = campaigns.count(members)
    chosen = campaign_pages.of_tab(members, tab)
    places = [one.message_id for one in chosen]
    start = places.index(after) + 1 if after in places else 0
    shown = chosen[start : start + PAGE]
    _looked(room, [one.case_id for one in shown])
    own = tab == "own-words"
    text = campaigns.text_for(room.session, room.person, campaign)
    more = start + PAGE < len(chosen)
    url = f"/campaigns/{campaign.slug}{'' if tab == 'everyone' else f'/{tab}'}"
    return room.page(
        PilePage(
            shell=room.shell("Campaigns"),
            title=campaign.title,
            summary=campaign_pages.summary(room.desk, found),
            tabs=campaign_pages.tabs(campaign, found, tab),
            cards=campaign_pages.cards(
                room.session, room.desk, room.person, campaign, shown, room.zone, text=text, with_acts=own
            ),
            pattern=text,
            pattern_seen=_seen(room, campaign) if text else _UNREADABLE,
            reasons=campaign_pages.reasons(found, members),
            main=_main(room, campaign, found.to_answer),
            acts=_acts(room, campaign),
            others=_others(room, campaign),
            url=f"/campaigns/{campaign.slug}",
            notices=(*_notices(campaign, found), *_of_answer(room, campaign), *_of_text(campaign, text)),
            loaded_at=room.local(room.now),
            empty=campaign_pages.EMPTY[tab],
            read=f"{found.own_words_read} of {found.own_words} read." if own and found.own_words else None,
            more=Link("Show more", f"{url}?after={shown[-1].message_id}") if more else None,
        )
    )


def _members(room: Workroom, campaign: Campaign) -> list[campaigns.Member]:
    return campaigns.members(room.session, room.desk, campaign, visible=visible_cases(room.person))


def _main(room: Workroom, campaign: Campaign, to_answer: int) -> Link | None:
    """The one filled button: the answer, or how far it is."""
    if not room.may(Action.DRAFT):
        return None
    url = f"/campaigns/{campaign.slug}/answer"
    current = writing.current(room.session, campaign)
    if current is not None and current.state == AnswerState.SUBMITTED:
        return Link("Read the answer and decide", f"{url}/check")
    if current is not None and current.state in _UNDER_WAY and not to_answer:
        return Link("See how many got the answer", url)
    return Link(f"Answer {campaign_pages.say_people(to_answer)}", f"{url}?new=yes") if to_answer else None


def _acts(room: Workroom, campaign: Campaign) -> tuple[Act, ...]:
    url = f"/campaigns/{campaign.slug}"
    found: tuple[Act, ...] = ()
    if room.may(Action.TRIAGE):
        found = tuple(
            Act(f"Part “{one.title}” again", f"{url}/part", fields=(("campaign", one.id),))
            for one in campaigns.joined_to(room.session, campaign)
        )
    if not room.may(Action.CLOSE):
        return found
    if campaign.closed_at is not None:
        return (*found, Act("Open this pile again", f"{url}/close", fields=(("switch", "off"),)))
    return (*found, Act("Close this pile", f"{url}/close", fields=(("switch", "on"),)))


def _others(room: Workroom, campaign: Campaign) -> tuple[Choice, ...]:
    """The other open piles, to which letters can be moved, or which can be joined to this one."""
    if not room.may(Action.TRIAGE):
        return ()
    rows = campaigns.open_campaigns(room.session, room.person)
    return tuple(Choice(one.id, one.title) for one in rows if one.id != campaign.id)


def _notices(campaign: Campaign, found: campaigns.Count) -> tuple[Notice, ...]:
    url = f"/campaigns/{campaign.slug}"
    unread = found.own_words - found.own_words_read
    notices = []
    if unread:
        words = f"{campaign_pages.say_people(unread)} added their own words, and nobody has read them yet."
        notices.append(Notice(words, Tone.SOON, links=(Link("Read them", f"{url}/own-words"),)))
    if campaign.answers_late:
        notices.append(Notice("Copies that come from now on get the approved answer too.", Tone.REVIEW))
    return tuple(notices)


def _of_answer(room: Workroom, campaign: Campaign) -> tuple[Notice, ...]:
    """An answer that was sent back waits for its writer, with the reason."""
    words = campaign_answer_page.returned(room.desk, writing.current(room.session, campaign))
    if words is None:
        return ()
    link = Link("Change the answer", f"/campaigns/{campaign.slug}/answer")
    return (Notice(words, Tone.REVIEW, "The answer was sent back", (link,)),)


def _of_text(campaign: Campaign, text: str) -> tuple[Notice, ...]:
    """The text that everybody sent is looked at once, here, where it reads like a risk."""
    found = risks_of_text(text, campaign.title)
    if found is None:
        return ()
    said = [one.sentence for one in (*found.because.get("kind", ()), *found.because.get("flags", ()))]
    quoted = f" “{said[0][:200]}”" if said and said[0] else ""
    words = (
        f"Its own words read like a risk.{quoted} Copies are not flagged for what all of them say, only for "
        "what a person added."
    )
    return (Notice(words, Tone.GUARD, "Read the text once"),)


def _seen(room: Workroom, campaign: Campaign) -> str:
    """How many sent the text word for word."""
    mine = select(CampaignCopy.core).where(CampaignCopy.message_id == campaign.template_id)
    core = room.session.exec(mine).first()
    query = select(func.count()).where(CampaignCopy.campaign_id == campaign.id, CampaignCopy.core == core)
    return f"Sent word for word {room.session.exec(query).one()} times."


def _looked(room: Workroom, case_ids: list[str]) -> None:
    """Words of these cases are on the page: a view of each."""
    for case in room.session.exec(select(Case).where(col(Case.id).in_(case_ids))):
        room.looked(case)


def _copy(room: Workroom, campaign_id: str, message_id: str) -> tuple[Campaign, CampaignCopy, Case]:
    """A copy whose case this person may know and sort."""
    campaign = campaigns.find_campaign(room.session, room.person, campaign_id)
    copy = campaigns.find_copy(room.session, campaign, message_id)
    case = room.case(find(room.session, Case, copy.case_id).reference, Action.TRIAGE)
    room.session.refresh(copy)
    if copy.campaign_id != campaign.id:
        raise NotFound
    return campaign, copy, case


def _back(room: Workroom, campaign: Campaign) -> str:
    """The tab in which the button was pressed, by the browser's word."""
    path = room.request.headers.get("referer", "").partition("?")[0].rpartition("/")[2]
    return (
        f"/campaigns/{campaign.slug}/{path}" if path in campaign_pages.TABS else f"/campaigns/{campaign.slug}"
    )
