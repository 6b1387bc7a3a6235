"""A body is asked, does not answer and is chased step by step; nothing leaves by itself."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from inbox import clocks, drafting, enquiries, status_links
from inbox.database import find
from inbox.enquiries import own_words
from inbox.errors import Conflict, Refused, Stale
from inbox.models import (
    Case,
    CaseStatus,
    Clock,
    Delivery,
    Draft,
    DraftState,
    Enquiry,
    Event,
    EventKind,
    Message,
    Rung,
    Staff,
    StatusLink,
)
from inbox.wording import words_of
from tests.inbox.asking import Office
from tests.inbox.test_forwarded import Mailbox
from tests.inbox.worlds import World


@pytest.fixture
def office(world: World, tmp_path: Path) -> Office:
    made = Office(world, tmp_path)
    made.keeps()
    return made


def test_a_body_of_the_directory_is_known_by_any_name_and_has_its_own_target(office: Office) -> None:
    enquiry = office.has_asked("marl HOUSING")
    assert (enquiry.body, enquiry.address, enquiry.working_days) == (
        "Marl Homes",
        "letters@marl-homes.example",
        10,
    )
    with office.reading() as session:
        clock = session.exec(select(Clock).where(Clock.enquiry_id == enquiry.id)).one()
    assert f"{clock.due_at:%d %B}" == "15 June"  # ten working days after Monday 1 June
    assert (office.the_case().status, office.the_case().waiting_for) == (
        CaseStatus.WAITING_BODY,
        "Marl Homes",
    )


def test_the_days_are_those_of_the_bodys_nation(office: Office) -> None:
    office.keeps(name="Land Office", other_names="", email="a@land.example", nation="northern-ireland")
    office.goes_to(6, 7)
    enquiry = office.has_asked("Land Office")
    with office.reading() as session:
        clock = session.exec(select(Clock).where(Clock.enquiry_id == enquiry.id)).one()
    assert f"{clock.due_at:%d %B}" == "21 July"  # 12 July is a Sunday in 2026: its holiday is Monday 13


def test_nothing_comes_up_before_the_bodys_time_has_run_out(office: Office) -> None:
    office.has_asked()
    office.goes_to(15, hour=12)
    assert office.sweeps() == []
    office.goes_to(16)
    assert office.sweeps() == [Rung.CHASE_1]
    assert office.sweeps() == []


def test_each_step_comes_up_five_working_days_after_the_one_before_was_done(office: Office) -> None:
    enquiry = office.has_asked()
    office.goes_to(16)
    assert office.sweeps() == [Rung.CHASE_1]
    office.goes_to(30)
    assert office.sweeps() == []  # the first still waits for a person
    office.signs(office.letter(enquiry))
    office.goes_to(7, 7)
    assert office.sweeps() == []
    office.goes_to(8, 7)
    assert office.sweeps() == [Rung.CHASE_2]
    office.signs(office.letter(enquiry))
    office.goes_to(16, 7)
    assert office.sweeps() == [Rung.HOTLINE]
    office.does(enquiries.rang, enquiry, with_desk=True)
    office.goes_to(24, 7)
    assert office.sweeps() == [Rung.MINISTER]
    office.goes_to(31, 8)
    assert office.sweeps() == []
    assert office.events(EventKind.CHASE_CAME_UP) == 4


def test_each_step_is_a_draft_to_the_right_people_and_never_leaves_by_itself(office: Office) -> None:
    enquiry = office.has_asked()
    office.goes_to(16)
    office.sweeps()
    first = office.letter(enquiry)
    assert (first.state, first.recipients) == (DraftState.DRAFT, ["letters@marl-homes.example"])
    assert first.subject.startswith("Reminder: ")
    assert "Monday 1 June 2026" in first.text and "When will the mould be treated?" in first.text
    assert "{{" not in first.text
    assert (first.author_id, first.writers, first.provenance["source"]) == (None, [], "chase")
    with office.reading() as session:
        assert len(session.exec(select(Delivery)).all()) == 1  # the question itself
    office.signs(first)
    office.goes_to(24)
    office.sweeps()
    second = office.letter(enquiry)
    assert second.recipients == ["letters@marl-homes.example", "director@marl-homes.example"]
    assert "again on Tuesday 16 June 2026" in second.text


def test_a_hotline_with_a_number_only_is_words_to_say_and_a_minister_is_written_to_by_the_member(
    office: Office,
) -> None:
    with office.writing() as session:
        rowan = Staff(office_id=office.world.office, email="rowan@example.org", name="Rowan Ashby",
                      roles=["signatory"], created_at=office.now)  # fmt: skip
        session.add(rowan)
    enquiry = office.has_asked()
    office.goes_to(16)
    office.sweeps()
    office.signs(office.letter(enquiry))
    office.goes_to(24)
    office.sweeps()
    office.does(enquiries.skip, enquiry, with_desk=True)
    office.goes_to(2, 7)
    office.sweeps()
    call = office.steps(enquiry)[-1]
    assert (call.rung, call.draft_id) == (Rung.HOTLINE, None)
    assert "Ring 01632 960 111" in call.words
    office.does(enquiries.rang, enquiry, with_desk=True)
    office.goes_to(10, 7)
    office.sweeps()
    letter = office.letter(enquiry)
    assert (letter.identity, letter.recipients) == (rowan.id, ["minister@homes.example"])
    assert [step.ending for step in office.steps(enquiry)] == ["sent", "skipped", "rang", None]


def test_a_body_without_hotline_or_minister_is_chased_twice(office: Office) -> None:
    enquiry = office.has_asked("Some Council", address="letters@council.example", working_days=5)
    for day, month, expected in ((10, 6, [Rung.CHASE_1]), (18, 6, [Rung.CHASE_2]), (30, 7, [])):
        office.goes_to(day, month)
        assert office.sweeps() == expected
        if expected:
            office.signs(office.letter(enquiry))
    assert office.steps(enquiry)[-1].ending == "sent"


def test_a_chase_that_is_put_away_is_passed_over_and_the_next_comes_in_its_time(office: Office) -> None:
    enquiry = office.has_asked()
    office.goes_to(16)
    office.sweeps()
    with office.writing() as session:
        drafting.withdraw(
            session, find(session, Draft, office.letter(enquiry).id), now=office.now, actor=office.actor
        )
    assert office.sweeps() == []
    assert office.steps(enquiry)[0].ending == "skipped"
    office.goes_to(24)
    assert office.sweeps() == [Rung.CHASE_2]
    assert office.letter(enquiry).subject.startswith("Reminder: ")  # no first one left, so it is no second


def test_the_answer_stops_the_clock_and_puts_away_what_has_not_left(office: Office) -> None:
    enquiry = office.has_asked()
    office.goes_to(16)
    office.sweeps()
    office.does(enquiries.answered, enquiry)
    assert office.letter(enquiry).state == DraftState.WITHDRAWN
    assert [one.state for one in office.updates()] == [DraftState.WITHDRAWN]
    with office.reading() as session:
        assert session.exec(select(Clock.met_at).where(Clock.enquiry_id == enquiry.id)).one() == office.now
    assert office.the_case().status == CaseStatus.OPEN
    office.goes_to(31, 7)
    assert office.sweeps() == []
    with pytest.raises(Conflict):
        office.does(enquiries.answered, enquiry)


def test_an_answer_stops_a_chase_that_was_approved_and_is_about_to_leave(office: Office) -> None:
    enquiry = office.has_asked()
    office.goes_to(16)
    office.sweeps()
    from inbox import signoff

    with office.writing() as session:
        draft = find(session, Draft, office.letter(enquiry).id)
        signoff.approve(
            session, office.desk(session), draft, staff_id=office.world.staff,
            digest=drafting.digest(session, draft), now=office.now, actor=office.actor,
        )  # fmt: skip
    office.does(enquiries.answered, enquiry)
    with office.reading() as session:
        assert sorted(session.exec(select(Delivery.state))) == ["sent", "stopped"]
    assert office.letter(enquiry).state == DraftState.WITHDRAWN


def test_a_first_letter_that_comes_back_asked_nothing_and_is_counted_once_it_arrives(office: Office) -> None:
    enquiry = office.has_asked()
    office.goes_to(2)
    delivery = office.comes_back(office.letter(enquiry))
    with office.reading() as session:
        mine = find(session, Enquiry, enquiry.id)
        assert (mine.asked_at, enquiries.has_come_back(session, mine)) == (None, True)
        clock = session.exec(select(Clock).where(Clock.enquiry_id == enquiry.id)).one()
        assert clock.cancelled_at is not None
        case = find(session, Case, office.case.id)
        link = StatusLink(office_id=case.office_id, case_id=case.id, created_at=office.now)
        page = status_links.status_of(session, link, case, now=office.now)
    assert "waiting_organisation" not in {page.stage, *(step.stage for step in page.steps)}
    assert office.the_case().status == CaseStatus.OPEN
    assert [row.state for row in office.updates()] == [DraftState.WITHDRAWN]
    office.goes_to(16)
    assert office.sweeps() == []
    office.is_tried_again(delivery)
    office.goes_to(30)
    assert office.sweeps() == []  # ten working days from the 16th, when it reached them
    office.goes_to(1, 7)
    assert office.sweeps() == [Rung.CHASE_1]
    assert "Tuesday 16 June 2026" in office.letter(enquiry).text
    assert office.events(EventKind.ENQUIRY_CAME_BACK) == 1


def test_a_chase_that_comes_back_leaves_the_question_asked(office: Office) -> None:
    enquiry = office.has_asked()
    office.goes_to(16)
    office.sweeps()
    chase = office.letter(enquiry)
    office.signs(chase)
    office.comes_back(chase)
    with office.reading() as session:
        assert find(session, Enquiry, enquiry.id).asked_at is not None
    office.goes_to(24)
    assert office.sweeps() == [Rung.CHASE_2]


def test_a_body_nobody_waits_for_is_not_chased(office: Office) -> None:
    enquiry = office.has_asked()
    office.does(enquiries.withdraw, enquiry)
    office.goes_to(16)
    assert office.sweeps() == []
    assert office.the_case().status == CaseStatus.OPEN


def _pauses(office: Office, enquiry: Enquiry) -> None:
    with office.writing() as session:
        clock = session.exec(select(Clock).where(Clock.enquiry_id == enquiry.id)).one()
        case = find(session, Case, office.case.id)
        clocks.pause(session, office.desk(session), case, clock, category="information",
                     reason="They asked for a photograph", now=office.now, actor=office.actor)  # fmt: skip


def _writes(office: Office, address: str) -> Message:
    message: Message = office.world.message(
        office.case, "We have your letter.", name="Repairs team", address=address,
        received_at=office.now - timedelta(hours=1),
    )  # fmt: skip
    office.world.add(message)
    return message


def test_a_paused_clock_brings_nothing_up(office: Office) -> None:
    enquiry = office.has_asked()
    office.goes_to(3)
    _pauses(office, enquiry)
    office.goes_to(30)
    assert office.sweeps() == []


def test_a_body_whose_clock_stands_still_is_late_on_no_page(office: Office) -> None:
    enquiry = office.has_asked()
    office.goes_to(3)
    _pauses(office, enquiry)
    office.goes_to(30)
    with office.reading() as session:
        everything = Case.id == office.case.id
        counts = enquiries.counts(session, everything, office.now)
        late, _ = enquiries.waiting(session, everything, office.now, which=enquiries.Filter.LATE)
        [row], _ = enquiries.waiting(session, everything, office.now, which=enquiries.Filter.ASKED)
        case = find(session, Case, office.case.id)
        stage = status_links._stage(session, case, office.now)
    assert dict(counts) == {"all": 1, "late": 0, "due": 0, "asked": 1}
    assert (late, row.is_paused) == ((), True)
    assert stage is status_links.Stage.WAITING_ORGANISATION


def test_what_cannot_go_on_keeps_nothing_else_from_its_turn(office: Office) -> None:
    """One stands still, one has written, nobody can be reached for one: only the fourth is looked at."""
    still = office.has_asked()
    office.keeps(name="Land Office", other_names="", email="a@land.example", hotline="", minister="",
                 minister_email="", escalation="", consent="none")  # fmt: skip
    heard = office.has_asked("Land Office")
    lost = office.has_asked("Some Council", address="letters@council.example", working_days=10)
    waits = office.has_asked("Another Council", address="letters@another.example", working_days=10)
    with office.writing() as session:
        find(session, Enquiry, lost.id).address = ""
    office.goes_to(3)
    _pauses(office, still)
    office.goes_to(30)
    _writes(office, "clerk@land.example")
    with office.reading() as session:
        assert enquiries.due(session, office.now, limit=1) == [waits.id]
    assert office.sweeps() == [Rung.CHASE_1]
    assert [len(office.steps(one)) for one in (still, heard, lost, waits)] == [0, 0, 0, 1]


def test_what_the_body_writes_holds_the_ladder_until_somebody_says_what_it_is(office: Office) -> None:
    enquiry = office.has_asked()
    office.goes_to(16)
    message = _writes(office, "Repairs@marl-homes.example")
    assert office.sweeps() == []
    with office.reading() as session:
        mine = find(session, Enquiry, enquiry.id)
        found = enquiries.heard(session, mine, enquiries.body_of(session, mine))
    assert found is not None and found.id == message.id
    office.does(enquiries.looked_at, enquiry)
    assert office.sweeps() == [Rung.CHASE_1]


@pytest.mark.parametrize(
    ("address", "machine"), [("repairs@marl-homes.example", "auto_reply"), ("donna@example.org", None)]
)
def test_a_machine_or_the_person_themselves_holds_nothing(
    office: Office, address: str, machine: str | None
) -> None:
    office.has_asked()
    office.goes_to(16)
    message: Message = office.world.message(office.case, "Out of office", address=address, machine=machine,
                                            received_at=office.now - timedelta(hours=1))  # fmt: skip
    office.world.add(message)
    assert office.sweeps() == [Rung.CHASE_1]


def test_the_person_is_to_be_told_at_each_wait_and_old_words_make_way(office: Office) -> None:
    enquiry = office.has_asked()
    [waiting] = office.updates()
    assert (waiting.state, waiting.recipients) == (DraftState.DRAFT, ["donna@example.org"])
    assert "We wrote to Marl Homes about your case on Monday 1 June 2026" in waiting.text
    assert "{{" not in waiting.text
    office.goes_to(16)
    office.sweeps()
    assert len(office.updates()) == 1  # a chase that has not left is nothing to tell
    office.signs(office.letter(enquiry))
    before, late = office.updates()
    assert (before.state, late.state) == (DraftState.WITHDRAWN, DraftState.DRAFT)
    assert "have not replied to us yet" in late.text


def test_an_update_never_comes_up_beside_what_somebody_is_writing(office: Office) -> None:
    with office.writing() as session:
        case = find(session, type(office.case), office.case.id)
        drafting.begin(session, office.desk(session), case, author_id=office.world.staff, now=office.now,
                       actor=office.actor, text="Dear Donna, I have")  # fmt: skip
    office.has_asked()
    assert office.updates() == []


def test_somebody_may_chase_before_the_time_and_each_step_stays_one(office: Office) -> None:
    enquiry = office.has_asked()
    for _ in range(2):
        with office.writing() as session:
            enquiries.bring_up(
                session, office.desk(session), enquiry.id, now=office.now, actor=office.actor, early=True
            )
    [step] = office.steps(enquiry)
    assert (step.rung, step.brought_by) == (Rung.CHASE_1, office.world.staff)
    assert office.events(EventKind.CHASE_CAME_UP) == 1


def test_the_page_lists_the_latest_first_with_its_step(office: Office) -> None:
    from inbox.access import Person, visible_cases
    from inbox.models import Role

    late = office.has_asked()
    office.goes_to(16)
    office.has_asked("Some Council", address="letters@council.example", working_days=5)
    office.sweeps()
    office.goes_to(22)
    priya = Person(office.world.staff, office.world.office, "Priya", "", frozenset({Role.CASEWORKER}))
    with office.reading() as session:
        rows, more = enquiries.waiting(session, visible_cases(priya), office.now)
        counts = enquiries.counts(session, visible_cases(priya), office.now)
        named, _ = enquiries.waiting(session, visible_cases(priya), office.now, words="COUNCIL")
        first, after = enquiries.waiting(session, visible_cases(priya), office.now, limit=1)
        rest, _ = enquiries.waiting(session, visible_cases(priya), office.now, cursor=after)
    assert [row.body for row in rows] == ["Marl Homes", "Some Council"]
    assert more is None
    assert (rows[0].enquiry_id, rows[0].rung, rows[0].done) == (late.id, Rung.CHASE_1, None)
    assert rows[0].draft_number is not None
    assert dict(counts) == {"all": 2, "late": 1, "due": 1, "asked": 0}
    assert [row.body for row in named] == ["Some Council"]
    assert [row.body for row in (*first, *rest)] == ["Marl Homes", "Some Council"]


def test_a_question_that_was_passed_on_is_counted_anew_by_the_new_bodys_own_target(office: Office) -> None:
    office.keeps(name="Land Office", other_names="", email="a@land.example", target="5", minister_email="",
                 hotline="01632 960 222", consent="none")  # fmt: skip
    enquiry = office.has_asked()
    office.goes_to(16)
    office.sweeps()
    came = datetime(2026, 6, 15, 12, tzinfo=UTC)
    with office.writing() as session:
        case = find(session, Case, office.case.id)
        mine = enquiries.find_enquiry(session, case, enquiry.id)
        fresh = enquiries.pass_on(
            session, office.desk(session), case, mine, body="land office", address="", received_at=came,
            reason="They rang.", now=office.now, actor=office.actor,
        )  # fmt: skip
    with office.reading() as session:
        old = find(session, Enquiry, enquiry.id)
        before, after = session.exec(select(Clock).where(Clock.kind == "enquiry").order_by(Clock.id)).all()
    assert before.cancelled_at is not None and f"{after.due_at:%d %B}" == "22 June"
    assert (old.body, old.passed_on_at, fresh.came_from) == ("Marl Homes", came, enquiry.id)
    assert office.the_case().waiting_for == "Land Office"
    assert [step.ending for step in office.steps(enquiry)] == ["not_needed"]
    update = office.updates()[-1]
    assert "passed our letter to Land Office" in update.text and "{{" not in update.text
    office.goes_to(23)
    assert office.sweeps() == [Rung.CHASE_1]
    chase = office.letter(fresh)
    assert chase.recipients == ["a@land.example"]
    assert "Our letter to Marl Homes of Monday 1 June 2026 was passed to you" in chase.text
    assert "reached you on Monday 15 June 2026" in chase.text and "{{" not in chase.text
    assert chase.subject.startswith("Reminder: black mould")
    office.signs(chase)
    office.goes_to(1, 7)
    office.sweeps()
    office.does(enquiries.skip, fresh, with_desk=True)
    office.goes_to(9, 7)
    assert office.sweeps() == [Rung.HOTLINE]
    words = office.steps(fresh)[-1].words
    assert "We wrote to Marl Homes, who passed it to Land Office, on Monday 1 June 2026." in words


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"body": ""}, "Name the organisation"), ({"reason": " "}, "Say how you know"),
        ({"body": "Nowhere"}, "Enter an address"), ({"body": "Marl Homes"}, "They have it already"),
        ({"received_at": datetime(2026, 5, 31, 12, tzinfo=UTC)}, "after we asked"),
        ({"received_at": datetime(2026, 6, 17, 12, tzinfo=UTC)}, "not in the future"),
    ],
)  # fmt: skip
def test_a_question_is_not_passed_on_to_nobody_or_before_it_was_asked(
    office: Office, changes: dict[str, Any], words: str
) -> None:
    enquiry = office.has_asked()
    office.goes_to(16)
    facts = {"body": "Some Council", "address": "", "received_at": office.now, "reason": "They rang."}
    if "body" not in changes:
        facts["address"] = "letters@council.example"
    with office.writing() as session, pytest.raises(Refused, match=words):
        case = find(session, Case, office.case.id)
        mine = enquiries.find_enquiry(session, case, enquiry.id)
        enquiries.pass_on(session, office.desk(session), case, mine, now=office.now, actor=office.actor,
                          **(facts | changes))  # fmt: skip


def test_a_promise_counted_anew_is_the_one_that_the_ladder_reads(office: Office) -> None:
    enquiry = office.has_asked()
    office.goes_to(9)
    with office.writing() as session:
        case = find(session, Case, office.case.id)
        clock = clocks.of_enquiry(session, case, enquiry.id)
        assert clock is not None
        clocks.restart(session, office.desk(session), case, clock, received_at=office.now, reason="Sent on.",
                       now=office.now, actor=office.actor)  # fmt: skip
    office.goes_to(16)
    assert office.sweeps() == []
    office.goes_to(24)
    assert office.sweeps() == [Rung.CHASE_1]


def test_an_office_chases_in_its_own_words_which_must_be_words_that_can_be_sent(office: Office) -> None:
    own = {"subject": "Where is {{ subject }}?", "body": "Dear all, {{ question }} Ref {{ reference }}."}
    with office.writing() as session:
        with pytest.raises(Refused, match=r"in place of {{questoin}} here. Did you mean \"question\""):
            own_words.check("chase-1", "x", "{{ questoin }}")
        with pytest.raises(Refused, match="Write the words"):
            own_words.check("chase-1", "x", " ")
        own_words.change(session, "chase-1", "en", **own, version=0, now=office.now, actor=office.actor)
    with office.writing() as session, pytest.raises(Stale):
        own_words.change(session, "chase-1", "en", **own, version=0, now=office.now, actor=office.actor)
    enquiry = office.has_asked()
    office.goes_to(16)
    office.sweeps()
    draft = office.letter(enquiry)
    assert draft.subject.startswith("Where is black mould")
    assert draft.text == f"Dear all, When will the mould be treated? Ref {office.the_case().reference}."
    with office.writing() as session:
        own_words.put_back(session, "chase-1", "en", now=office.now, actor=office.actor)
        assert own_words.words(session, "chase-1", "en").own is None


def test_every_letter_of_the_ladder_says_only_what_may_stand_in_it() -> None:
    for letter in own_words.LETTERS:
        for language in letter.languages:
            own_words.check(letter.name, *words_of(letter.name, language))


@pytest.mark.parametrize(
    ("sender", "told"),
    [
        ("letters@marl-homes.example", False),
        ("Director@Marl-Homes.example", False),
        ("ann@else.example", True),
    ],
)
def test_a_body_that_we_ask_is_sent_no_private_link(
    office: Office, tmp_path: Path, sender: str, told: bool
) -> None:
    box = Mailbox(office.world, tmp_path / "mail", "")
    before = len(box.all(StatusLink))
    box.take(f"From: A <{sender}>\r\nTo: ashby@example.org\r\nSubject: Mould\r\n\r\nWe looked.\r\n".encode())
    newest = max(box.all(Case), key=lambda case: case.id)
    kinds = [event.kind for event in box.all(Event) if event.case_id == newest.id]
    assert (EventKind.NOT_ACKNOWLEDGED in kinds) != told
    assert (len(box.all(StatusLink)) > before) == told
