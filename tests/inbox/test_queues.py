"""What each queue holds, in which order, and for whom: the same on SQLite and PostgreSQL."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import col

from inbox.database import Database
from inbox.dates import local_day
from inbox.errors import Refused
from inbox.models import (
    Arrival,
    ArrivalState,
    Case,
    CaseStatus,
    Delivery,
    DeliveryState,
    Draft,
    DraftState,
    Staff,
    Team,
    TeamMember,
    new_id,
)
from inbox.models import View as Seen
from inbox.queues import (
    NOBODY,
    UNCOUNTED,
    Filters,
    Page,
    Reader,
    View,
    clocks,
    counts,
    outgoing,
    page,
    set_aside_arrivals,
    set_aside_messages,
    submitted,
    view_named,
)
from tests.inbox.worlds import NOON, World

LATER = NOON + timedelta(days=1)
UNRESTRICTED = col(Case.is_restricted).is_(False)


def look(world: World, view: View, **options: object) -> Page:
    with world.database.read(world.office) as session:
        return page(session, view, Reader(world.staff, LATER, LATER.date()), **options)  # type: ignore[arg-type]


def ids(world: World, view: View, **options: object) -> list[str]:
    return [row.case_id for row in look(world, view, **options).rows]


def count_all(world: World, **options: object) -> dict[View, int]:
    with world.database.read(world.office) as session:
        return dict(counts(session, Reader(world.staff, LATER, LATER.date()), **options))  # type: ignore[arg-type]


def draft(world: World, case: Case, **values: object) -> Draft:
    settings = {"number": 1, "author_id": world.staff, "text": "Dear Donna", "submitted_at": NOON} | values
    return Draft(office_id=world.office, case_id=case.id, created_at=NOON, updated_at=NOON, **settings)


def delivery(world: World, case: Case, **values: object) -> Delivery:
    settings = {
        "purpose": "reply", "outgoing_id": new_id(), "raw_hash": "0", "queued_at": NOON, "next_at": NOON,
        "recipients": ["donna@example.org"],
    } | values  # fmt: skip
    return Delivery(office_id=world.office, case_id=case.id, channel_id=world.channel, **settings)


def test_to_sort_puts_the_most_urgent_first_and_then_who_waits_longest(world: World) -> None:
    first = world.case("one")
    second = world.case("two")
    urgent = world.case("three", rank=-300, priority="immediate")
    world.case("four", status=CaseStatus.OPEN)
    world.case("five", kind="spam")
    world.case("six", kind="campaign")
    assert ids(world, View.TO_SORT) == [urgent.id, first.id, second.id]


def test_to_sort_keeps_an_open_case_whose_proposed_match_nobody_answered(world: World) -> None:
    other = world.case("earlier", status=CaseStatus.OPEN, reference="WX-AAAA-22")
    case = world.case("again", status=CaseStatus.OPEN)
    world.case("new one")
    world.add(
        world.message(case, "about my case", proposed_case_id=other.id, proposed_because="the same address")
    )
    rows = look(world, View.TO_SORT).rows
    (row,) = [row for row in rows if row.case_id == case.id]
    assert (row.match_reference, row.match_because) == ("WX-AAAA-22", "the same address")
    assert len(rows) == 2
    assert count_all(world)[View.TO_SORT] == 2


def test_a_match_with_a_case_the_reader_may_not_see_is_not_shown(world: World) -> None:
    hidden = world.case("hidden", status=CaseStatus.OPEN, is_restricted=True)
    case = world.case("again")
    world.add(world.message(case, "x", proposed_case_id=hidden.id, proposed_because="same address"))
    (row,) = look(world, View.TO_SORT, visible=UNRESTRICTED).rows
    assert (row.match_reference, row.match_because, row.match_message_id) == (None, None, None)


def test_mine_is_what_is_given_to_me_due_first_and_undated_last(world: World) -> None:
    undated = world.case("one", assignee_id=world.staff, status=CaseStatus.OPEN)
    later = world.case("two", assignee_id=world.staff, next_due_at=LATER)
    sooner = world.case("three", assignee_id=world.staff, next_due_at=NOON, status=CaseStatus.WAITING_BODY)
    urgent = world.case("four", assignee_id=world.staff, rank=-70)
    world.case("five", assignee_id=world.staff, status=CaseStatus.CLOSED)
    world.case("six")
    wanted = [urgent.id, sooner.id, later.id, undated.id]
    assert ids(world, View.MINE) == wanted
    first = look(world, View.MINE, limit=3)
    assert ids(world, View.MINE, limit=3, cursor=first.next) == wanted[3:]
    with world.database.read(world.office) as session:
        assert page(session, View.MINE, Reader(None, LATER, LATER.date())).rows == ()


def test_mine_holds_what_was_given_to_a_team_until_somebody_has_it(world: World) -> None:
    mine, theirs, empty = (Team(office_id=world.office, name=name) for name in ("Mine", "Theirs", "Empty"))
    other = Staff(
        office_id=world.office, email="bea@example.org", name="Bea", roles=["caseworker"], created_at=NOON
    )
    world.add(mine, theirs, empty, other)
    world.add(TeamMember(office_id=world.office, team_id=mine.id, staff_id=world.staff))
    world.add(TeamMember(office_id=world.office, team_id=theirs.id, staff_id=other.id))
    of_my_team = world.case("one", status=CaseStatus.OPEN, team_id=mine.id)
    of_nobodys = world.case("two", status=CaseStatus.OPEN, team_id=empty.id, next_due_at=NOON)
    of_none = world.case("three", status=CaseStatus.OPEN, rank=-70)
    world.case("four", status=CaseStatus.OPEN, team_id=theirs.id)
    world.case("five", status=CaseStatus.OPEN, team_id=mine.id, assignee_id=other.id)
    world.case("six", team_id=mine.id)
    wanted = [of_none.id, of_nobodys.id, of_my_team.id]
    assert ids(world, View.MINE) == wanted
    assert count_all(world)[View.MINE] == len(wanted)
    first = look(world, View.MINE, limit=2)
    assert ids(world, View.MINE, limit=2, cursor=first.next) == wanted[2:]


def test_waiting_shows_what_lay_untouched_longest_first(world: World) -> None:
    newer = world.case("one", status=CaseStatus.WAITING_BODY, updated_at=LATER)
    older = world.case("two", status=CaseStatus.WAITING_CONSTITUENT, updated_at=NOON)
    world.case("three", status=CaseStatus.OPEN)
    assert ids(world, View.WAITING) == [older.id, newer.id]


def test_late_is_what_is_past_its_date_and_still_open(world: World) -> None:
    late = world.case("one", status=CaseStatus.OPEN, next_due_at=NOON)
    later = world.case("two", status=CaseStatus.WAITING_BODY, next_due_at=NOON - timedelta(days=3))
    world.case("three", status=CaseStatus.OPEN, next_due_at=LATER + timedelta(seconds=1))
    world.case("four", status=CaseStatus.CLOSED, next_due_at=NOON)
    world.case("five", kind="campaign", next_due_at=NOON)
    world.case("six", status=CaseStatus.OPEN)
    assert ids(world, View.LATE) == [later.id, late.id]


def test_safeguarding_holds_every_open_case_in_which_somebody_may_be_in_danger(world: World) -> None:
    harm = world.case("one", flags=["vulnerable", "self-harm"], rank=-700)
    home = world.case("two", flags=["domestic-abuse"], status=CaseStatus.WAITING_BODY)
    world.case("three", flags=["vulnerable"])
    world.case("four", flags=["threat"], status=CaseStatus.CLOSED)
    assert ids(world, View.SAFEGUARDING) == [harm.id, home.id]
    assert count_all(world)[View.SAFEGUARDING] == 2


def test_in_safeguarding_whom_nobody_has_answered_goes_before_whom_we_have(world: World) -> None:
    answered = world.case("one", flags=["self-harm"], rank=-800, status=CaseStatus.OPEN, answered_at=NOON)
    waiting = world.case("two", flags=["safeguarding"], rank=-100)
    assert ids(world, View.SAFEGUARDING) == [waiting.id, answered.id]


def test_campaigns_hold_every_open_copy_and_are_counted_as_piles(world: World) -> None:
    copies = [world.case("save our banks", kind="campaign", campaign="banks") for _ in range(3)]
    world.case("save our trees", kind="campaign", campaign="trees")
    world.case("answered", kind="campaign", campaign="old", status=CaseStatus.CLOSED)
    assert ids(world, View.CAMPAIGNS, filters=Filters(campaign="banks")) == [c.id for c in copies]
    assert count_all(world)[View.CAMPAIGNS] == 2


def test_to_approve_holds_submitted_drafts_only(world: World) -> None:
    case = world.case("one", reference="WX-BBBB-22")
    world.add(draft(world, case, state=DraftState.SUBMITTED))
    world.add(draft(world, case, number=2, state=DraftState.DRAFT))
    other = world.case("two", status=CaseStatus.OPEN)
    world.add(draft(world, other, state=DraftState.RETURNED))
    assert ids(world, View.TO_APPROVE) == [case.id]
    with world.database.read(world.office) as session:
        (row,) = submitted(session)
        assert (row.reference, row.author, row.excerpt) == ("WX-BBBB-22", "Priya", "Dear Donna")
        assert submitted(session, visible=col(Case.id) == "nothing") == ()


def test_sending_holds_what_is_on_its_way_or_went_wrong_until_somebody_deals_with_it(world: World) -> None:
    cases = [world.case(f"case {number}") for number in range(6)]
    states = (DeliveryState.QUEUED, DeliveryState.UNKNOWN, DeliveryState.FAILED, DeliveryState.SENT)
    for case, state in zip(cases, states, strict=False):
        world.add(delivery(world, case, state=state))
    world.add(delivery(world, cases[4], state=DeliveryState.FAILED, settled_by=world.staff))
    assert ids(world, View.SENDING) == [cases[2].id, cases[1].id, cases[0].id]
    with world.database.read(world.office) as session:
        rows, further = outgoing(session, limit=2)
        assert [row.state for row in rows] == ["failed", "unknown"]
        (last,), _ = outgoing(session, limit=2, cursor=further)
        assert (last.state, last.recipients) == ("queued", ["donna@example.org"])
        assert outgoing(session, visible=col(Case.id) == "nothing") == ((), None)


def test_set_aside_holds_spam_unreadable_arrivals_and_machine_mail(world: World) -> None:
    spam = world.case("buy now", kind="spam")
    arrival = Arrival(
        office_id=world.office, channel_id=world.channel, account="a", external_id="1", raw_hash="0", size=9,
        received_at=NOON, kept_at=NOON, state=ArrivalState.QUARANTINED, trouble="no headers",
    )  # fmt: skip
    world.add(arrival, world.message(None, "I am away", machine="auto_reply", subject="Away"))
    assert ids(world, View.SET_ASIDE) == [spam.id]
    assert count_all(world)[View.SET_ASIDE] == 3
    with world.database.read(world.office) as session:
        (kept,), _ = set_aside_arrivals(session)
        (machine,), _ = set_aside_messages(session)
    assert (kept.id, kept.trouble, kept.channel_name) == (arrival.id, "no headers", "Office mailbox")
    assert (machine.subject, machine.machine, machine.excerpt) == ("Away", "auto_reply", "I am away")


def leafed(world: World, view: View | None) -> list[str]:
    """The ids of all pages of `view`, three rows at a time."""
    seen: list[str] = []
    cursor = None
    while True:
        with world.database.read(world.office) as session:
            found = page(session, view, Reader(world.staff, LATER, LATER.date()), cursor=cursor, limit=3)
        seen += [row.case_id for row in found.rows]
        cursor = found.next
        if cursor is None:
            return seen


def test_all_cases_come_open_ones_by_points_then_ended_ones_newest_first_without_gap_or_repeat(
    world: World,
) -> None:
    ended = [
        world.case(f"over {number}", status=CaseStatus.CLOSED, updated_at=LATER).id for number in range(4)
    ]
    cases = [world.case(f"case {number}", rank=10 * (number % 2)).id for number in range(5)]
    assert leafed(world, View.ALL) == [*cases[::2], *cases[1::2], *ended[::-1]]


def test_without_a_view_every_case_comes_newest_change_first(world: World) -> None:
    cases = [world.case(f"case {number}", updated_at=NOON, rank=number).id for number in range(7)]
    assert leafed(world, None) == cases[::-1]


def test_a_row_says_all_that_a_line_shows(world: World) -> None:
    case = world.case(
        "hello there", name="Donna Fretwell", postcode="ZZ10 4AB", reference="WX-CCCC-22", subject="Damp",
        topics=["housing-social"], flags=["vulnerable"], assignee_id=world.staff, team_id=world.team,
        status=CaseStatus.OPEN, updated_at=LATER,
    )  # fmt: skip
    world.add(world.message(case, "it is\n\n  worse now " + "x" * 300, name="D. Fretwell", address="d@x"))
    world.add(world.message(case, "our reply", direction="outbound"))
    world.add(
        world.clock(case, kind="acknowledge", met_at=NOON),
        world.clock(case, kind="next_update", due_at=NOON, pauses=[{"start": "x", "end": None}]),
        world.clock(case, kind="enquiry", due_at=LATER, pauses=[{"start": "x", "end": "y"}]),
    )
    (row,) = look(world, View.ALL).rows
    assert (row.reference, row.subject, row.constituent_name) == ("WX-CCCC-22", "Damp", "Donna Fretwell")
    assert (row.postcode, row.constituency) == ("ZZ10 4AB", "unknown")
    assert row.excerpt.startswith("it is worse now xxx") and len(row.excerpt) <= 200
    assert (row.sender_name, row.sender_handle) == ("D. Fretwell", "d@x")
    assert (row.assignee, row.team, row.channel_kind) == ("Priya", "Housing", "email")
    assert (row.topics, row.flags, row.channel_name) == (["housing-social"], ["vulnerable"], "Office mailbox")
    assert row.clock is not None and (row.clock.kind, row.clock.is_paused) == ("enquiry", False)
    with world.database.read(world.office) as session:
        shown = clocks(session, [case.id])[case.id]
    assert [(clock.kind, clock.is_paused) for clock in shown] == [
        ("acknowledge", False), ("next_update", True), ("enquiry", False)
    ]  # fmt: skip
    assert row.updated_at == LATER and row.updated_at.tzinfo is not None


def test_a_row_is_unread_until_its_reader_has_looked_since_the_last_message(world: World) -> None:
    case = world.case("hello")
    assert look(world, View.ALL).rows[0].is_unread
    world.add(Seen(office_id=world.office, staff_id=world.staff, case_id=case.id, at=LATER))
    assert not look(world, View.ALL).rows[0].is_unread
    world.add(world.message(case, "again", received_at=LATER + timedelta(hours=1)))
    assert look(world, View.ALL).rows[0].is_unread


FILTERS = [
    (Filters(status="open"), ["b"]),
    (Filters(kind="policy-view"), ["c"]),
    (Filters(channel="email"), ["a", "b", "c"]),
    (Filters(channel="office MAILBOX"), ["a", "b", "c"]),
    (Filters(channel="x"), []),
    (Filters(topic="housing-social"), ["a"]),
    (Filters(topic="housing"), []),
    (Filters(topic='"'), []),
    (Filters(topic="%"), []),
    (Filters(flag="welsh"), ["a", "b"]),
    (Filters(flag="welsh", topic="benefits"), ["b"]),
    (Filters(priority="immediate"), ["c"]),
    (Filters(campaign="banks"), []),
    (Filters(assignee=NOBODY), ["a", "c"]),
    (Filters(q="mould"), ["a", "b"]),
    (Filters(q="mould", status="new"), ["a"]),
    (Filters(q="mou*"), ["a", "b"]),
    (Filters(q='"black mould"'), ["a"]),
    (Filters(q="status:open"), ["b"]),
    (Filters(q="   "), ["a", "b", "c"]),
    (Filters(q='"'), ["a", "b", "c"]),
]


def test_filters_leave_in_what_they_say(world: World) -> None:
    names = {
        world.case("black mould", topics=["housing-social"], flags=["welsh"]).id: "a",
        world.case(
            "mould", topics=["benefits"], flags=["threat", "welsh"], status=CaseStatus.OPEN,
            assignee_id=world.staff,
        ).id: "b",
        world.case("a bill", kind="policy-view", priority="immediate").id: "c",
    }  # fmt: skip
    answers = [[names[key] for key in ids(world, View.ALL, filters=wanted)] for wanted, _ in FILTERS]
    assert answers == [names for _, names in FILTERS]
    assert len(ids(world, View.ALL, filters=Filters(assignee=world.staff))) == 1
    assert ids(world, View.ALL, filters=Filters(team=world.team)) == []


@pytest.fixture
def crowded(world: World, neighbour: World) -> World:
    """An office with one case, beside one with something in every view."""
    world.case("ours")
    for number, status in enumerate((CaseStatus.NEW, CaseStatus.WAITING_BODY)):
        case = neighbour.case("theirs", status=status, next_due_at=NOON, reference=f"PR-{number}")
        neighbour.add(draft(neighbour, case, state=DraftState.SUBMITTED), delivery(neighbour, case))
        neighbour.add(neighbour.message(None, "away", machine="auto_reply"))
    neighbour.case("theirs", kind="campaign", campaign="banks")
    neighbour.case("theirs", kind="spam")
    return world


def test_nothing_of_another_office_is_in_any_view_or_count(crowded: World) -> None:
    assert count_all(crowded) == {view: int(view is View.TO_SORT) for view in View if view not in UNCOUNTED}
    for view in View:
        expected = 1 if view in (View.TO_SORT, View.ALL) else 0
        assert len(look(crowded, view).rows) == expected, view
        assert len(look(crowded, view, filters=Filters(q="theirs")).rows) == 0
    with crowded.database.read(crowded.office) as session:
        assert (submitted(session), outgoing(session)) == ((), ((), None))
        assert set_aside_messages(session) == ((), None)


def test_a_session_of_no_office_sees_no_queue(database: Database) -> None:
    with database.read() as session, pytest.raises(LookupError):
        page(session, View.ALL, Reader(None, NOON, NOON.date()))


def test_restricted_cases_are_in_no_list_and_add_nothing_to_a_count(world: World) -> None:
    world.case("open to all")
    world.case("restricted", is_restricted=True)
    assert len(ids(world, View.TO_SORT, visible=UNRESTRICTED)) == 1
    assert count_all(world, visible=UNRESTRICTED)[View.TO_SORT] == 1
    assert count_all(world)[View.TO_SORT] == 2


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "WyJhbGwiXQ", "é", "WyJhbGwiLDEsMl0", "\0", "A" * 9_999])
def test_a_damaged_cursor_is_refused_with_a_sentence(world: World, cursor: str) -> None:
    with pytest.raises(Refused, match="Start from the first page"):
        look(world, View.ALL, cursor=cursor)


def test_a_cursor_of_another_view_is_refused(world: World) -> None:
    for number in range(3):
        world.case(f"case {number}")
    further = look(world, View.ALL, limit=1).next
    with pytest.raises(Refused):
        look(world, View.TO_SORT, cursor=further)


def test_an_unknown_view_is_refused_with_the_names_of_all(world: World) -> None:
    assert view_named("to-sort") is View.TO_SORT
    with pytest.raises(Refused, match="set-aside"):
        view_named("inbox")


def test_a_page_costs_two_queries_and_to_sort_mine_and_all_one_more(world: World) -> None:
    for number in range(5):
        case = world.case(f"case {number}", assignee_id=world.staff)
        world.add(world.clock(case))
    from sqlalchemy import event

    asked: list[str] = []
    with world.database.read(world.office) as session:
        session.connection()

        @event.listens_for(session.get_bind(), "before_cursor_execute")
        def _note(connection: object, cursor: object, statement: str, *others: object) -> None:
            asked.append(statement)

        for view in View:
            asked.clear()
            page(session, view, Reader(world.staff, LATER, LATER.date()))
            assert len(asked) <= (3 if view in (View.TO_SORT, View.MINE, View.ALL) else 2), view
        asked.clear()
        counts(session, Reader(world.staff, LATER, LATER.date()))
        assert len(asked) == 1


def test_staff_of_the_office_can_be_named_as_readers(world: World) -> None:
    colleague = Staff(office_id=world.office, email="tom@example.org", name="Tom", created_at=NOON)
    world.add(colleague)
    world.case("for tom", assignee_id=colleague.id)
    with world.database.read(world.office) as session:
        (row,) = page(session, View.MINE, Reader(colleague.id, LATER, LATER.date())).rows
    assert row.assignee == "Tom"


def test_who_is_away_is_told_by_the_date_at_the_office(world: World) -> None:
    """Past midnight of a summer night, while the date in UTC is still that of their last day away."""
    colleague = Staff(office_id=world.office, email="tom@example.org", name="Tom", created_at=NOON,
                      away_from=date(2026, 6, 1), away_until=date(2026, 6, 1))  # fmt: skip
    world.add(colleague)
    case = world.case(status="open", assignee_id=colleague.id)
    world.add(world.message(case, "still no answer", received_at=datetime(2026, 6, 1, 9, tzinfo=UTC)))
    night = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)

    def to_sort(today: date) -> list[str]:
        with world.database.read(world.office) as session:
            return [row.case_id for row in page(session, View.TO_SORT, Reader(None, night, today)).rows]

    assert to_sort(date(2026, 6, 1)) == [case.id]
    assert to_sort(local_day(night, "Europe/London")) == []
