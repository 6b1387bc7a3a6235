"""A queue as the page shows it: rows, filters, counts, and the sentence for an empty one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

from inbox import queues
from inbox.access import Action, Person, may
from inbox.calendars import calendar_of
from inbox.models import Office, OfficeKind
from inbox.presence import Doing
from inbox.queues import QueueRow, View
from inbox.titles import first_words, rest_of
from inbox.web.staff.showing import clock_words, hostile_words, points_words, set_aside_page
from inbox.web.staff.showing import words as say
from inbox.web.views.parts import Act, Badge, Choice, Link, Tone
from inbox.web.views.queue import Filters, QueueList, Row
from routing.words import Topic
from routing.working_time import WorkingCalendar

HEADINGS = {
    View.MINE: "Mine",
    View.WAITING: "Waiting",
    View.LATE: "Late",
    View.SAFEGUARDING: "Safeguarding",
    View.CAMPAIGNS: "Campaigns",
    View.TO_APPROVE: "To approve",
    View.SENDING: "Sending",
    View.SET_ASIDE: "Set aside",
    View.ALL: "All cases",
}
_EMPTY = {
    View.TO_SORT: "Nothing to sort. New messages show here by themselves.",
    View.MINE: "You have no open cases.",
    View.WAITING: "No case waits for anybody.",
    View.LATE: "No cases are late.",
    View.SAFEGUARDING: "Nobody is known to be in danger.",
    View.CAMPAIGNS: "No campaign is open.",
    View.TO_APPROVE: "Nothing waits for sign-off.",
    View.SENDING: "Nothing is leaving.",
    View.SET_ASIDE: "No junk.",
    View.ALL: "There are no cases yet.",
}
_EMPTY_LINK = {
    View.TO_SORT: Link("Go to Mine", "/queue/mine"),
    View.LATE: Link("Go to Waiting", "/queue/waiting"),
}
WORKS = frozenset({"caseworker", "official", "manager"})
"""The roles of those to whom a case can be given."""

_URGENCY = tuple(
    Choice(f"priority:{one}", f"Make {word}", detail="Urgency") for one, word in say.URGENCIES.items()
)
_DONE = tuple(Choice(f"close:{one}", f"Done: {word}", detail="Done") for one, word in say.OUTCOMES.items())
_TOPICS = tuple(Choice(f"topic:{one}", f"Topic: {say.topic(one)}", detail="Topic") for one in Topic)
_JUNK = Choice("junk", "Set aside as junk", detail="Set aside")


def bulk(
    person: Person, people: Sequence[tuple[str, str]], teams: Sequence[tuple[str, str]]
) -> tuple[Choice, ...]:
    """What can be done with ticked rows; `detail` is the group that a choice stands in."""
    give: tuple[Choice, ...] = ()
    if may(person, Action.ASSIGN):
        others = ((key, name) for key, name in people if key != person.staff_id)
        give = (
            Choice("me", "Give to me", detail="Give to"),
            *(Choice(f"person:{key}", f"Give to {name}", detail="Give to") for key, name in others),
        )
    moves = tuple(Choice(f"team:{key}", f"Move to {name}", detail="Move to") for key, name in teams)
    done = _DONE if may(person, Action.CLOSE) else ()
    return (*give, *moves, *_URGENCY, *done, *_TOPICS, _JUNK)


def rows(
    page: Sequence[QueueRow], office: Office, now: datetime, base: str, *, current: str | None = None,
    busy: Mapping[str, str] | None = None,
) -> tuple[Row, ...]:  # fmt: skip
    """The lines of a queue; `busy` says by case id who is at it."""
    calendar, scored = calendar_of(office), office.kind == OfficeKind.DEPARTMENT
    busy = busy or {}
    return tuple(
        _row(row, base, now, calendar, scored=scored, current=current, busy=busy.get(row.case_id))
        for row in page
    )


def _row(
    row: QueueRow, base: str, now: datetime, calendar: WorkingCalendar, *, scored: bool, current: str | None,
    busy: str | None,
) -> Row:  # fmt: skip
    channel, icon = say.channel(row.channel_kind, row.newest_kind)
    return Row(
        reference=row.reference,
        url=f"{base}/{row.reference}",
        who=row.reference if row.is_restricted else row.constituent_name or row.sender_name or "Unknown",
        subject=None if row.is_restricted or row.is_title_hidden else row.subject,
        preview=_preview(row),
        received_at=(row.newest_at or row.received_at).astimezone(calendar.zone),
        channel=channel,
        channel_icon=icon,
        language=row.language,
        unread=row.is_unread,
        badges=_badges(row),
        clock=clock_words.of_row(row, now, calendar),
        busy=busy,
        current=row.reference == current,
        points=points_words.total(row.points) if scored else None,
        points_because=points_words.because(row.points) if scored else None,
    )


def _preview(row: QueueRow) -> str:
    """The beginning of what was written, where nothing keeps it from a passing eye."""
    if row.is_restricted:
        return "Open it to read it."
    if hostile_words.is_hostile(row.newest_risks):
        return hostile_words.HIDDEN
    return first_words(rest_of(row.excerpt, row.subject), 160)


def listed(
    view: View, shown: tuple[Row, ...], *, office: Office, people: Sequence[tuple[str, str]],
    channels: Sequence[tuple[str, str]],
    query: Mapping[str, str], total: int, next_cursor: str | None, now: datetime, base: str,
    heading: str | None = None, may_create: bool, bulk: tuple[Choice, ...],
    take_next: Act | None = None,
) -> QueueList:  # fmt: skip
    """The whole list. `people` may be given cases (id, name), `channels` bring them in; `query` holds
    the filters in use; `base` is the list's own address."""
    kept = {
        name: value for name, value in query.items() if name in ("priority", "channel", "assignee") and value
    }
    here = f"{base}?{urlencode(kept)}" if kept else base
    more = f"{base}?{urlencode({**kept, 'cursor': next_cursor})}" if next_cursor else None
    unsorted = say.unsorted(office.kind)
    address = "/official" if office.kind == OfficeKind.DEPARTMENT else "/queue/to-sort"
    empty_link = Link(f"Go to {unsorted}", address) if view is View.MINE else _EMPTY_LINK.get(view)
    return QueueList(
        view=str(view),
        heading=heading or (unsorted if view is View.TO_SORT else HEADINGS[view]),
        total=total,
        rows=shown,
        loaded_at=now.astimezone(calendar_of(office).zone),
        refresh_url=here,
        new_url="/cases/new" if may_create else None,
        filters=filters(base, people, channels, kept),
        bulk=bulk,
        bulk_url=f"/bulk?back={view}",
        empty="No case fits these filters." if kept else _EMPTY[view],
        empty_link=Link("Clear the filters", base) if kept else empty_link,
        more_url=more,
        take_next=take_next,
        is_partial=more is not None and total == len(shown),
        tabs=set_aside_page.tabs("junk") if view is View.SET_ASIDE else (),
    )


def filters(
    base: str, people: Sequence[tuple[str, str]], channels: Sequence[tuple[str, str]], kept: Mapping[str, str]
) -> Filters:
    """The filters with what is chosen now, and in words what is left out."""

    def options(name: str, pairs: Sequence[tuple[str, str]]) -> tuple[Choice, ...]:
        chosen = kept.get(name, "")
        return tuple(Choice(value, label, value == chosen) for value, label in (("", "All"), *pairs))

    made = Filters(
        url=base,
        priority=options("priority", tuple(say.URGENCIES.items())),
        channel=options("channel", channels),
        assignee=options("assignee", ((queues.NOBODY, "Nobody"), *people)),
    )
    chosen = [
        c.label
        for group in (made.priority, made.channel, made.assignee)
        for c in group
        if c.selected and c.value
    ]
    return Filters(made.url, made.priority, made.channel, made.assignee, ", ".join(chosen) or None)


def doing(name: str, what: str) -> str:
    """ "Tom is writing a reply"."""
    return f"{name} is writing a reply" if what == Doing.WRITING else f"{name} is reading"


def _badges(row: QueueRow) -> tuple[Badge, ...]:
    found = say.case_badges(row.priority, row.flags, row.language, row.kind, row.is_restricted)
    if row.is_submitted:
        found = (Badge("For sign-off", Tone.REVIEW, "approve"), *found)
    if row.is_sent_back:
        found = (Badge("Sent back", Tone.REVIEW, "note"), *found)
    if row.held_by is not None:
        found += (Badge("Held", Tone.REVIEW, "paused"),)
    if row.match_message_id:
        words = "Add to a case?" if row.match_reference else "Belongs elsewhere?"
        found += (Badge(words, Tone.REVIEW, "question"),)
    if row.constituency == "not_ours":
        found += (Badge("Not ours?", Tone.CALM, "arrow"),)
    return found
