"""What an office puts right it need not put right for ever; nothing of it reaches another office."""

from datetime import timedelta
from typing import Any, cast

import pytest
from sqlmodel import Session, select

from inbox import casework, facts, lessons, undoing
from inbox.database import Database
from inbox.desk import Desk, Tools, open_desk
from inbox.history import SYSTEM, Actor, ActorKind, record, verify
from inbox.models import Case, Event, EventKind, Lesson, OfficeLearning
from routing.assessment import MessageFacts, assess
from routing.learning import telling_words
from routing.words import Flag, Kind, Priority, Topic
from tests.factories import NOW, a_case, a_message, a_person, a_team, an_office

HARBOTTLE = (
    "The Harbottle shuttle did not turn up on {day} and nobody at the stand could tell us why.",
    "Could somebody look into the Harbottle shuttle? It left {day} without half of us.",
    "Our Harbottle shuttle passes were refused on {day}, though we had paid for the month.",
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
OTHERS = (
    "My bins were missed again in Fell Street.",
    "The surgery cannot see my mother before June.",
    "My universal credit was stopped without a letter.",
)
LATER = "Nobody has told us when the Harbottle shuttle will run again after the holidays."


class Place:
    """One office with somebody who corrects."""

    def __init__(self, database: Database, **facts: Any) -> None:
        self.database = database
        with database.write() as session:
            self.office = an_office(session, **facts)
        with self.write() as session:
            staff = a_person(session)
            self.actor = Actor(ActorKind.STAFF, staff.id, staff.name)
            self.team = a_team(session, name="Buses").id
        self.moment = NOW

    def write(self) -> Any:
        return self.database.write(self.office.id)

    def read(self) -> Any:
        return self.database.read(self.office.id)

    def arrive(self, text: str, *, kind: str = "casework", topics: tuple[str, ...] = (), **more: Any) -> str:
        """A case as the program filed it."""
        with self.write() as session:
            case = a_case(session, kind=kind, topics=list(topics), **more)
            a_message(session, case_id=case.id, subject="", text=text, new_text=text)
            record(session, case, EventKind.ROUTED, SYSTEM, now=NOW, case_kind=kind, topics=list(topics),
                   team=None, priority=case.priority)  # fmt: skip
            return case.id

    def act(self, case_id: str, what: Any, *args: Any, **more: Any) -> str:
        self.moment += timedelta(minutes=1)
        with self.write() as session:
            case = session.exec(select(Case).where(Case.id == case_id)).one()
            return str(what(session, case, *args, now=self.moment, actor=self.actor, **more))

    def study(self) -> int:
        counted = 0
        while True:
            with self.read() as session:
                told = lessons.news(session)
            if told is None:
                return counted
            with self.write() as session:
                counted += lessons.study(session, told, now=self.moment)

    def reads(self, text: str) -> Any:
        with self.read() as session:
            return assess(MessageFacts(text, NOW), None, lessons.learned_by(session))


@pytest.fixture
def place(database: Database) -> Place:
    return Place(database)


def letters(number: int) -> list[str]:
    return [HARBOTTLE[at % 3].format(day=DAYS[at % 7]) for at in range(number)]


def file_as_driving(place: Place, number: int) -> list[str]:
    """An office that puts its shuttle under driving, whatever the program says."""
    cases = []
    for text in letters(number):
        made = tuple(str(one) for one in place.reads(text).topics)
        case = place.arrive(text, topics=made)
        place.act(case, facts.set_topics, ["driving"])
        cases.append(case)
    for text in OTHERS:
        other = place.arrive(text, topics=("council-services",))
        place.act(other, casework.close, outcome="resolved", note="")
    place.study()
    return cases


def test_an_office_s_own_way_of_filing_is_learned_within_six_corrections(place: Place) -> None:
    assert Topic.DRIVING not in place.reads(LATER).topics
    file_as_driving(place, 6)
    found = place.reads(LATER)
    assert found.topics[0] is Topic.DRIVING
    told = [one.rule for one in found.because["topics"] if "learned" in one.rule]
    assert told == ["learned from 6 corrections"]
    assert place.reads(OTHERS[0]).topics[0] is not Topic.DRIVING


def test_closed_cases_teach_too_and_are_told_apart(place: Place) -> None:
    for text in letters(8):
        place.act(place.arrive(text, topics=("driving",)), casework.close, outcome="resolved", note="")
    for text in OTHERS:
        place.act(place.arrive(text, topics=("office",)), casework.close, outcome="resolved", note="")
    place.study()
    found = [one.rule for one in place.reads(LATER).because["topics"]]
    assert "learned from 8 closed cases" in found


def test_what_is_taken_back_is_no_lesson_any_more(place: Place) -> None:
    case = place.arrive(letters(1)[0], topics=("transport",))
    event = place.act(case, facts.set_topics, ["driving"])
    place.study()
    assert held(place) == [["not topic transport", "topic driving"]]
    with place.write() as session:
        undoing.undo(session, a_desk(session), event, now=place.moment, actor=place.actor)
    place.study()
    assert held(place) == []
    with place.read() as session:
        assert lessons.shown(session).learned.messages == 0


def test_a_correction_that_is_corrected_counts_once(place: Place) -> None:
    case = place.arrive(letters(1)[0], topics=("transport",))
    for topic in ("driving", "planning", "driving"):
        place.act(case, facts.set_topics, [topic])
        place.study()
    with place.read() as session:
        learned = lessons.shown(session).learned
    assert (learned.messages, learned.by_label) == (1, {"topic driving": 1, "not topic transport": 1})


def test_junk_not_junk_kind_team_and_urgency_teach(place: Place) -> None:
    junk, plea, odd, moved, raised = (place.arrive(text) for text in letters(5))
    place.act(junk, casework.junk)
    with place.write() as session:
        case = session.exec(select(Case).where(Case.id == plea)).one()
        facts.set_kind(session, a_desk(session), case, "policy-view", now=NOW, actor=place.actor)
    place.act(moved, casework.move_to_team, place.team)
    place.act(raised, casework.set_priority, Priority.PRIORITY)
    with place.write() as session:
        session.exec(select(Case).where(Case.id == odd)).one().kind = Kind.SPAM
    with place.write() as session:
        case = session.exec(select(Case).where(Case.id == odd)).one()
        record(
            session, case, EventKind.MARKED_NOT_JUNK, place.actor, now=NOW, before="spam", after="casework"
        )
        case.kind = Kind.CASEWORK
    place.study()
    with place.read() as session:
        taught = {row.case_id: row.labels for row in session.exec(select(Lesson))}
    assert taught == {
        junk: ["kind spam", "not kind casework"],
        plea: ["kind policy-view", "not kind casework"],
        odd: ["kind casework"],
        moved: [f"team {place.team}"],
        raised: ["priority priority"],
    }


def test_a_team_is_named_to_a_person_once_the_office_has_moved_such_mail_there(place: Place) -> None:
    for text in letters(6):
        place.act(place.arrive(text), casework.move_to_team, place.team)
    for text in OTHERS:
        place.act(place.arrive(text), casework.close, outcome="resolved", note="")
    place.study()
    found = place.reads(LATER).because["team"][0]
    assert (found.what, found.rule) == (f"team {place.team}", "learned from 6 corrections")
    assert "team" not in place.reads(OTHERS[1]).because


def test_learning_may_raise_an_urgency_and_never_lowers_one(place: Place) -> None:
    for text in letters(8):
        place.act(place.arrive(text), casework.set_priority, Priority.PRIORITY)
    for text in OTHERS:
        place.act(place.arrive(text, priority="priority"), casework.set_priority, Priority.LOW)
    place.study()
    assert place.reads(LATER).priority is Priority.PRIORITY
    hungry = "My universal credit was stopped without a letter and I have no food for the children."
    with place.read() as session:
        learned = lessons.learned_by(session)
    assert place.reads(hungry).priority is assess(MessageFacts(hungry, NOW), None).priority
    assert learned is not None


def test_a_risk_is_read_without_what_was_learned(place: Place) -> None:
    text = "I know where you park on Fridays. Somebody is going to hurt you badly."
    before = assess(MessageFacts(text, NOW), None)
    assert Flag.THREAT in before.flags
    for _ in range(30):
        place.act(place.arrive(text), casework.junk)
    place.study()
    after = place.reads(text)
    assert (after.kind, after.flags, after.priority) == (before.kind, before.flags, before.priority)


def test_restricted_cases_campaigns_and_risks_teach_nothing(place: Place) -> None:
    for more in ({"is_restricted": True}, {"campaign": "save-our-banks"}, {"flags": ["self-harm"]}):
        case = place.arrive(letters(1)[0], **more)
        place.act(case, facts.set_topics, ["driving"])
    place.study()
    assert held(place) == []


def test_an_office_that_forgets_begins_anew(place: Place) -> None:
    first = file_as_driving(place, 6)[0]
    with place.write() as session:
        assert lessons.reset(session, now=place.moment, actor=place.actor) == 9
    assert Topic.DRIVING not in place.reads(LATER).topics
    place.act(first, facts.set_language, "cy")
    place.study()
    assert held(place) == []
    with place.read() as session:
        last = session.exec(select(Event).where(Event.kind == EventKind.LEARNING_RESET)).one()
        assert (last.actor_id, last.detail["lessons"]) == (place.actor.id, 9)
        assert verify(session) is None


def test_one_office_learns_nothing_from_another(database: Database) -> None:
    ours, theirs = Place(database), Place(database, slug="elsewhere", prefix="EX")
    file_as_driving(ours, 8)
    assert theirs.study() == 0
    assert ours.reads(LATER).topics[0] is Topic.DRIVING
    assert theirs.reads(LATER) == assess(MessageFacts(LATER, NOW), None)
    with theirs.read() as session:
        assert lessons.shown(session).learned.messages == 0
        assert not session.exec(select(Lesson)).all()
    with theirs.write() as session:
        lessons.reset(session, now=NOW, actor=theirs.actor)
    assert ours.reads(LATER).topics[0] is Topic.DRIVING


def test_the_number_of_lessons_is_bounded(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lessons, "MOST_LESSONS", 4)
    file_as_driving(place, 6)
    place.act(place.arrive(LATER), facts.set_topics, ["driving"])
    place.study()
    with place.read() as session:
        assert len(session.exec(select(Lesson)).all()) == 4
        assert lessons.shown(session).learned.messages == 4


def test_counts_of_an_older_reading_or_spoilt_ones_are_made_anew(place: Place) -> None:
    file_as_driving(place, 6)
    with place.read() as session:
        before = lessons.shown(session).learned
    for spoil in ({"reads": 0}, {"counts": b"spoilt"}):
        with place.write() as session:
            row = session.exec(select(OfficeLearning)).one()
            for name, value in spoil.items():
                setattr(row, name, value)
        place.act(place.arrive("Thank you"), facts.set_topics, ["office"])
        place.study()
        with place.read() as session:
            after = lessons.shown(session).learned
        assert after.by_label["topic driving"] == before.by_label["topic driving"] == 6


def test_words_of_one_person_are_not_shown(place: Place) -> None:
    file_as_driving(place, 6)
    case = place.arrive("The Harbottle shuttle again. Yours, Ermintrude Quillfeather")
    place.act(case, facts.set_topics, ["driving"])
    place.study()
    with place.read() as session:
        learned = lessons.shown(session).learned
    words = {one.word for one in telling_words(learned, "topic driving", fewest=lessons.FEWEST_SHOWN)}
    assert any("harbottl" in word for word in words)
    assert not any("quillfeather" in word or "ermintrud" in word for word in words)


def held(place: Place) -> list[list[str]]:
    with place.read() as session:
        return [row.labels for row in session.exec(select(Lesson))]


def a_desk(session: Session) -> Desk:
    return open_desk(session, cast("Tools", None))
