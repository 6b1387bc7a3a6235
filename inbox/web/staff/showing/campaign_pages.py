"""Piles as pages show them: numbers in sentences, cards with the differing words, who is held back."""

import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from inbox.access import Action, Person, may
from inbox.campaigns.counting import Count
from inbox.campaigns.holding import WHY, HeldBack, Member
from inbox.desk import Desk
from inbox.models import Campaign, CampaignCopy, Message, Reading
from inbox.web.staff.showing import words as say
from inbox.web.views.approvals import Span, Words
from inbox.web.views.campaigns import CopyCard, PileRow
from inbox.web.views.parts import Act, Badge, Link, Tab, Tone

TABS = {"everyone": "Everyone", "own-words": "Own words", "held-back": "Held back", "answered": "Answered"}
EMPTY = {
    "everyone": "Nobody is on this pile.",
    "own-words": "Nobody added words of their own.",
    "held-back": "Nobody is held back.",
    "answered": "Nobody has been answered yet.",
}
_READINGS = {
    Reading.CAMPAIGN_ONLY: Badge("Read: campaign only", Tone.OK, "tick"),
    Reading.LIFTED: Badge("Lifted out", Tone.REVIEW, "note"),
    Reading.HELD: Badge("Held", Tone.CALM, "paused"),
}
MOST_NAMED = 12
_LONGEST_START = 240
"""How far back the beginning of a sentence is looked for."""
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)]*\s+|\n\s*")
_GREETING = r"(?:Dear|Annwyl|Hello|Hi)\b[^.!?\n]{0,60}"
_GREETING_BEFORE = re.compile(rf"\A\s*{_GREETING},?\s*(?:\n|\Z)")
_GREETING_AFTER = re.compile(rf"(?:(?<=[.!?…\n])|(?<=\s))\s*{_GREETING}(?:,\s*\w{{0,12}})?\s*\Z")
"""A greeting at the end, with the first word of the campaign's text behind it."""
_TO_READ = frozenset({HeldBack.OWN_WORDS, HeldBack.OUTLIER})


def row(desk: Desk, campaign: Campaign, found: Count, zone: ZoneInfo) -> PileRow:
    """One pile in the list."""
    url = f"/campaigns/{campaign.slug}"
    unread = found.own_words - found.own_words_read
    lifted = found.held_back.get(HeldBack.HIDDEN_CASEWORK, 0) + found.held_back.get(HeldBack.RISK, 0)
    badges = []
    if lifted:
        badges.append(Badge(f"{lifted} lifted out", Tone.REVIEW, "note"))
    if unread:
        badges.append(Badge(f"{unread} with own words to read", Tone.SOON, "soon"))
    links = [Link("Read own words", f"{url}/own-words")] if unread else []
    return PileRow(
        campaign.id, url, campaign.title, " ".join(summary(desk, found)),
        found.newest_at.astimezone(zone) if found.newest_at else None, tuple(badges), tuple(links),
    )  # fmt: skip


def summary(desk: Desk, found: Count) -> tuple[str, ...]:
    """The numbers in sentences: distinct people first, then where they live, then how they wrote."""
    ways: dict[str, int] = {}
    for channel_id, number in found.channels.items():
        channel = desk.channels.get(channel_id)
        name = say.channel(channel.kind if channel else None)[0]
        ways[name] = ways.get(name, 0) + number
    written = ", ".join(f"{name} {number}" for name, number in sorted(ways.items()))
    people, messages = say_people(found.people), _many(found.messages, "message")
    seats = ((found.ours, "ours"), (found.not_ours, "not ours"), (found.unknown, "not known"))
    answers = ((found.to_answer, "to answer"), (found.answered, "answered"))
    return (f"{people}, {messages}. {written}.", f"{_listed(seats)} {_listed(answers)}".strip())


def _listed(numbers: Sequence[tuple[int, str]]) -> str:
    """ "287 ours, 19 not ours.": what there is none of is left out."""
    words = ", ".join(f"{number} {what}" for number, what in numbers if number)
    return f"{words}." if words else ""


def tabs(campaign: Campaign, found: Count, current: str) -> tuple[Tab, ...]:
    url = f"/campaigns/{campaign.slug}"
    held = sum(number for why, number in found.held_back.items() if why is not HeldBack.ANSWERED)
    numbers = {"everyone": found.people, "own-words": found.own_words, "held-back": held,
               "answered": found.answered}  # fmt: skip
    return tuple(
        Tab(label, url if name == "everyone" else f"{url}/{name}", name == current, numbers[name])
        for name, label in TABS.items()
    )


def of_tab(members: Sequence[Member], tab: str) -> list[Member]:
    """The copies of one tab; what a person must read comes first."""
    if tab == "own-words":
        own = [one for one in members if one.has_own_words]
        return sorted(own, key=lambda one: one.reading != Reading.UNREAD)
    if tab == "held-back":
        return [one for one in members if one.held_back not in (None, HeldBack.ANSWERED)]
    if tab == "answered":
        return [one for one in members if one.held_back is HeldBack.ANSWERED]
    return list(members)


def cards(
    session: Session, desk: Desk, person: Person, campaign: Campaign, members: Sequence[Member],
    zone: ZoneInfo, *, text: str, with_acts: bool,
) -> tuple[CopyCard, ...]:  # fmt: skip
    """Each copy with what is its own; the keys belong to the first that is not read. `text` is the one that
    most people sent, empty for whoever may not read it."""
    ids = [one.message_id for one in members]
    messages = {one.id: one for one in session.exec(select(Message).where(col(Message.id).in_(ids)))}
    query = select(CampaignCopy).where(col(CampaignCopy.message_id).in_(ids))
    copies = {one.message_id: one for one in session.exec(query)}
    can = may(person, Action.TRIAGE)
    current = next((one.message_id for one in members if one.reading == Reading.UNREAD), None)
    return tuple(
        _card(
            desk, text, one, messages[one.message_id], copies[one.message_id], zone,
            _acts(campaign, one, keys=with_acts and one.message_id == current)
            if can else (),
        )
        for one in members
    )  # fmt: skip


def reasons(found: Count, members: Sequence[Member]) -> tuple[str, ...]:
    """Who does not get the answer and why: one line for each reason, with the first names of it."""
    return tuple(
        f"{say_people(number)}: {WHY[why]}. {_named(members, why)}".strip()
        for why, number in found.held_back.items()
    )


def _named(members: Sequence[Member], why: HeldBack) -> str:
    """Up to `MOST_NAMED` people, by name, each once; those who gave none by their case."""
    names = list(dict.fromkeys(one.name or one.reference for one in members if one.held_back is why))
    more = len(names) - MOST_NAMED
    listed = ", ".join(names[:MOST_NAMED])
    return f"{listed} and {more} more." if more > 0 else f"{listed}." if listed else ""


def in_sentences(text: str, spans: Sequence[Sequence[int]]) -> tuple[str, ...]:
    """A person's own words as they can be read: from the beginning of the sentence they stand in, without
    a greeting that stands before or behind them. What is nothing but a greeting is left out."""
    found = []
    for start, end in spans:
        before = [one.end() for one in _SENTENCE_END.finditer(text, max(0, start - _LONGEST_START), start)]
        begin = max(before) if before else 0 if start <= _LONGEST_START else start
        words = _GREETING_BEFORE.sub("", _GREETING_AFTER.sub("", text[begin:end])).strip()
        found.append(words)
    return tuple(dict.fromkeys(one for one in found if one))


def say_people(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people"


def marked(text: str, copy: CampaignCopy) -> tuple[Words, ...]:
    """The whole message with the added words marked."""
    found: list[Words] = []
    at = 0
    for start, end in copy.added:
        if start > at:
            found.append(Words(Span.SAME, text[at:start]))
        found.append(Words(Span.ADDED, text[start:end]))
        at = end
    return (*found, Words(Span.SAME, text[at:]))


def _card(
    desk: Desk, pattern: str, member: Member, message: Message, copy: CampaignCopy, zone: ZoneInfo,
    acts: tuple[Act, ...],
) -> CopyCard:  # fmt: skip
    channel = desk.channels.get(member.channel_id or "")
    way = say.channel(channel.kind if channel else None, message.kind)[0]
    place = member.postcode or "No postcode"
    text = message.new_text
    reading = _READINGS.get(Reading(member.reading))
    return CopyCard(
        id=member.message_id,
        who=member.name,
        case_url=f"/cases/{member.reference}",
        line=f"{place}, {way}. {_likeness(member)}",
        at=member.received_at.astimezone(zone),
        language=member.language,
        added=in_sentences(text, copy.added) if member.has_own_words else (),
        removed=tuple(pattern[start:end] for start, end in copy.removed)
        if pattern and member.has_own_words and not copy.moved_from
        else (),
        whole=marked(text, copy),
        badges=(reading,) if reading else (),
        held_back=f"Held back: {WHY[member.held_back]}." if member.held_back else None,
        acts=acts,
    )


def _likeness(member: Member) -> str:
    if member.likeness == 100 and member.has_own_words:
        return "All of the text, and words of their own."
    return f"{member.likeness}% the same as the text."


def _acts(campaign: Campaign, member: Member, *, keys: bool) -> tuple[Act, ...]:
    """Lift out, campaign only, hold; and off the pile for what does not belong on it."""
    url = f"/campaigns/{campaign.slug}/copies/{member.message_id}"
    if member.held_back in (HeldBack.ANSWERED, HeldBack.IN_WORK):
        return ()
    found = []
    if member.reading != Reading.LIFTED:
        found.append(Act("Lift out as a case", f"{url}/read", "y" if keys else None,
                         (("decision", Reading.LIFTED),)))  # fmt: skip
    if member.has_own_words or member.held_back in _TO_READ or member.reading != Reading.UNREAD:
        if member.reading != Reading.CAMPAIGN_ONLY:
            found.append(Act("Campaign only", f"{url}/read", "b" if keys else None,
                             (("decision", Reading.CAMPAIGN_ONLY),)))  # fmt: skip
        if member.reading != Reading.HELD:
            found.append(Act("Hold", f"{url}/read", "h" if keys else None, (("decision", Reading.HELD),)))
    found.append(Act("Not part of this campaign", f"{url}/leave"))
    return tuple(found)


def _many(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
