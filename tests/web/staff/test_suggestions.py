"""What could be said: approved lines and own earlier answers, put in by choice, their source kept."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import select

from inbox import standard_lines
from inbox.app import create_app
from inbox.database import Database
from inbox.history import OPERATOR
from inbox.models import (
    Case,
    Direction,
    Draft,
    DraftProposal,
    Event,
    EventKind,
    Message,
    Role,
    StandardLine,
)
from inbox.search import reindex_case
from inbox.settings import Settings
from inbox.worker import make_node
from inbox.worker.proposing import propose_due
from tests.factories import a_message
from tests.rigs.drafting_model import Model, drafting_model
from tests.web.conftest import make_settings
from tests.web.desks import World
from tests.web.staff.offices import Bench, a_bench, a_letter

OLD = (
    "Dear Colin,\n\nWe wrote to Marl Homes about the mould at 3 Weir Lane on 3 May. Keep photographs of the "
    "black mould and tell us if it comes back after they treated it.\n\nYours sincerely\nPriya Nair"
)


def a_line(bench: Bench, title: str, english: str, **facts: Any) -> str:
    with bench.write() as session:
        line = standard_lines.write(
            session, number=None, title=title, topic=facts.get("topic", ""), english=english,
            welsh=facts.get("welsh", ""), owner_id=None, good_until=facts.get("good_until"),
            author_id=None, now=facts.get("now", bench.case().received_at), actor=OPERATOR,
        )  # fmt: skip
        standard_lines.approve(session, line.id, staff_id=bench.staff(Role.MANAGER).id,
                               now=bench.case().received_at, actor=OPERATOR)  # fmt: skip
        return line.id


def an_answered_case(bench: Bench, text: str = OLD, **facts: Any) -> str:
    """A case of somebody else, with what the office wrote to them."""
    reference = a_letter(bench, name="Colin Peake", address="colin@example.org", **facts)
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == reference)).one()
        a_message(session, case_id=case.id, direction=Direction.OUTBOUND, constituent_id=case.constituent_id,
                  sender_name="Priya Nair", text=text, new_text=text,
                  received_at=case.received_at)  # fmt: skip
        session.flush()
        reindex_case(session, case.id)
    return reference


def page(bench: Bench, role: Role = Role.CASEWORKER) -> str:
    answer = bench.sit(role).get(f"/cases/{bench.reference}/suggestions")
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def put_in(bench: Bench, **fields: str) -> Draft:
    answer = bench.sit(Role.CASEWORKER).press(f"/cases/{bench.reference}/suggestions", fields)
    assert answer.status_code == 303, answer.text
    return draft(bench)


def draft(bench: Bench) -> Draft:
    with bench.read() as session:
        query = select(Draft).where(Draft.case_id == bench.case().id).order_by(Draft.id.desc())  # type: ignore[attr-defined]
        return session.exec(query).first()  # type: ignore[no-any-return]


def message_of(bench: Bench, reference: str) -> str:
    with bench.read() as session:
        query = select(Message.id).where(
            Message.case_id == bench.case(reference).id, Message.direction == Direction.OUTBOUND
        )
        return str(session.exec(query).one())


def test_lines_stand_by_topic_and_by_words_and_those_out_of_date_not_at_all(bench: Bench) -> None:
    with bench.write() as session:
        session.exec(select(Case).where(Case.reference == bench.reference)).one().topics = ["housing-social"]
    a_line(bench, "Passports", "Passports take three weeks.", topic="passports")
    a_line(bench, "Landlord asked", "We have asked the landlord.", topic="housing-social")
    a_line(bench, "Mould", "Black mould must be treated by the landlord.", topic="nhs-access")
    old = a_line(bench, "Old rule", "Black mould is your own doing.", topic="housing-social",
                 good_until=bench.case().received_at + timedelta(seconds=1))  # fmt: skip
    text = page(bench)
    assert text.index("Landlord asked") < text.index("Mould")
    assert "Passports" not in text, "neither of this topic nor like their words"
    assert "Old rule" not in text
    refused = bench.sit(Role.CASEWORKER).press(f"/cases/{bench.reference}/suggestions", {"line": old})
    assert refused.status_code == 422


def test_a_line_that_is_put_in_leaves_its_number_and_version_with_the_draft(bench: Bench) -> None:
    line = a_line(bench, "Landlord asked", "We have asked the landlord about {{reference}}.")
    made = put_in(bench, line=line)
    assert made.text == f"We have asked the landlord about {bench.reference}."
    assert made.provenance["lines"] == ["2 v1"]
    shown = bench.sit(Role.CASEWORKER).get(f"/cases/{bench.reference}/drafts/{made.number}").text
    assert "Standard line 2, version 1." in shown


def test_an_own_answer_is_offered_with_its_case_and_without_its_person(bench: Bench) -> None:
    other = an_answered_case(bench)
    text = page(bench)
    assert f'href="/cases/{other}"' in text
    for private in ("Dear Colin", "Weir Lane", "3 May", "Marl Homes"):
        assert private not in text
    made = put_in(bench, answer=message_of(bench, other))
    assert made.text.startswith("We wrote to [name] about the mould at [address] on [date].")
    assert made.provenance["answers"] == [other]
    sent = bench.sit(Role.CASEWORKER).press(
        f"/cases/{bench.reference}/drafts/{made.number}/send",
        {"version": str(made.version), "text": made.text},
    )
    assert sent.status_code == 422
    assert "Fill in [address], or take it out." in sent.text


@pytest.mark.parametrize(
    "facts",
    [{"is_restricted": True}, {"flags": ["self-harm"]}, {"flags": ["confidential"]}, {"campaign": "banks"}],
)
def test_answers_that_must_stay_where_they_are_are_not_offered(bench: Bench, facts: dict[str, Any]) -> None:
    other = an_answered_case(bench, **facts)
    assert other not in page(bench, Role.MANAGER)
    answer = bench.sit(Role.MANAGER).press(
        f"/cases/{bench.reference}/suggestions", {"answer": message_of(bench, other)}
    )
    assert answer.status_code == 404


def test_another_office_s_answers_are_not_there(bench: Bench, app: FastAPI, world: World) -> None:
    theirs = a_bench(app, world, house=world.theirs)
    other = an_answered_case(theirs)
    assert other not in page(bench)
    answer = bench.sit(Role.CASEWORKER).press(
        f"/cases/{bench.reference}/suggestions", {"answer": message_of(theirs, other)}
    )
    assert answer.status_code == 404


def test_what_is_typed_is_saved_before_the_page_opens_and_nothing_is_begun_without_words(
    bench: Bench,
) -> None:
    desk, url = bench.sit(Role.CASEWORKER), f"/cases/{bench.reference}"
    assert "What you could say" in desk.get(f"{url}?write=reply").text
    empty = desk.press(f"{url}/drafts", {"save": "suggestions", "text": " "})
    assert (empty.headers["location"], draft(bench)) == (f"{url}/suggestions", None)
    typed = desk.press(f"{url}/drafts", {"save": "suggestions", "text": "Thank you."})
    assert typed.headers["location"] == f"{url}/suggestions"
    assert draft(bench).text == "Thank you."


def test_lines_put_in_where_the_cursor_is_leave_their_source_too(bench: Bench) -> None:
    line = a_line(bench, "Landlord asked", "We have asked the landlord.")
    desk = bench.sit(Role.CASEWORKER)
    fields = {"text": "Hello. We have asked the landlord.", "lines": line}
    assert desk.press(f"/cases/{bench.reference}/drafts", fields).status_code == 303
    assert draft(bench).provenance["lines"] == ["2 v1"]


@pytest.fixture(scope="module")
def model() -> Iterator[Model]:
    with drafting_model() as running:
        yield running


class Asking:
    """An office whose program may ask a model at that path."""

    def __init__(self, database: Database, world: World, folder: Path, model: Model, path: str) -> None:
        more = {"drafting_url": f"{model.url}/{path}", "drafting_model": "small", "drafting_seconds": 0.5}
        self.settings: Settings = make_settings(database, folder, **more)
        self.bench = a_bench(create_app(self.settings, database=database), world)
        self.database = database

    def ask(self) -> Any:
        url = f"/cases/{self.bench.reference}/suggestions/ask"
        return self.bench.sit(Role.CASEWORKER).press(url)

    def work(self) -> DraftProposal:
        propose_due(make_node(self.settings, self.database))
        with self.bench.read() as session:
            return session.exec(select(DraftProposal)).one()  # type: ignore[no-any-return]


@pytest.fixture
def asking(sqlite_database: Database, world: World, tmp_path: Path, model: Model) -> Asking:
    return Asking(sqlite_database, world, tmp_path, model, "good")


def test_without_a_model_set_there_is_none(bench: Bench) -> None:
    assert "Drafting model" not in page(bench)
    answer = bench.sit(Role.CASEWORKER).press(f"/cases/{bench.reference}/suggestions/ask")
    assert answer.status_code == 422
    with bench.read() as session:
        assert not session.exec(select(DraftProposal)).all()


def test_a_proposal_is_asked_for_kept_used_and_marked_until_a_person_changes_it(asking: Asking) -> None:
    bench = asking.bench
    assert "127.0.0.1 without names" in page(bench)
    assert asking.ask().status_code == 303
    assert asking.ask().status_code == 409
    proposal = asking.work()
    assert proposal.state == "ready"
    assert "[name 99]" in proposal.text
    assert "evil" not in proposal.text
    assert draft(bench) is None, "nothing is written by itself"
    made = put_in(bench, proposal=proposal.id)
    assert (made.provenance["source"], made.provenance["model"]) == ("machine", "small")
    url = f"/cases/{bench.reference}/drafts/{made.number}"
    desk = bench.sit(Role.CASEWORKER)
    assert "Words of a drafting model (small), nobody has changed them." in desk.get(url).text
    sent = desk.press(f"{url}/send", {"version": str(made.version), "text": made.text})
    assert (sent.status_code, "Fill in [date]" in sent.text) == (422, True)
    desk.press(url, {"version": str(draft(bench).version), "text": "Thank you. We have asked the landlord."})
    assert "changed by a person since" in desk.get(url).text
    kinds = [one for one in bench.events() if one.startswith("proposal")]
    assert kinds == ["proposal_asked", "proposal_made", "proposal_used"]


def test_nobody_can_be_known_from_what_leaves(asking: Asking, model: Model) -> None:
    before = len(model.asked())
    with asking.bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == asking.bench.reference)).one()
        text = f"Donna Fretwell, 14 Quarry Road ZZ10 4AB, 07700 900456, donna@example.org, {case.reference}"
        a_message(session, case_id=case.id, text=text, new_text=text, constituent_id=case.constituent_id)
    asking.ask()
    asking.work()
    (asked,) = model.asked()[before:]
    for private in ("Donna", "Fretwell", "Quarry", "ZZ10", "900456", "donna@", asking.bench.reference):
        assert private not in str(asked)
    assert "black mould" in str(asked)


@pytest.mark.parametrize("flag", ["threat", "self-harm", "domestic-abuse", "safeguarding", "confidential"])
def test_nothing_of_a_flagged_case_leaves(asking: Asking, model: Model, flag: str) -> None:
    asking.ask()
    with asking.bench.write() as session:
        session.exec(select(Case).where(Case.reference == asking.bench.reference)).one().flags = [flag]
    before = len(model.asked())
    assert asking.work().state == "failed"
    assert len(model.asked()) == before
    assert asking.ask().status_code == 422
    assert "flagged, so nothing of it goes" in page(asking.bench)


@pytest.mark.parametrize("path", ["broken", "slow", "html", "huge", "empty", "odd", "refuses"])
def test_a_model_that_misbehaves_leaves_a_sentence_and_no_words(
    sqlite_database: Database, world: World, tmp_path: Path, model: Model, path: str
) -> None:
    asking = Asking(sqlite_database, world, tmp_path, model, path)
    asking.ask()
    proposal = asking.work()
    if proposal.state == "waiting":
        due_now(asking)
        proposal = asking.work()
    assert (proposal.state, proposal.text) == ("failed", "")
    assert proposal.trouble is not None
    assert proposal.trouble in page(asking.bench)
    with asking.bench.read() as session:
        assert session.exec(select(Event).where(Event.kind == EventKind.PROPOSAL_FAILED)).one()
    assert asking.ask().status_code == 303


def test_words_that_are_not_wanted_are_put_away(asking: Asking) -> None:
    asking.ask()
    proposal = asking.work()
    desk, url = asking.bench.sit(Role.CASEWORKER), f"/cases/{asking.bench.reference}/suggestions"
    assert desk.press(f"{url}/put-away", {"proposal": proposal.id}).status_code == 303
    assert desk.press(url, {"proposal": proposal.id}).status_code == 409
    with asking.bench.read() as session:
        assert session.exec(select(DraftProposal)).one().text == ""


def due_now(asking: Asking) -> None:
    """As if the pause before another try were over."""
    from inbox.models import Job

    with asking.database.write() as session:
        for job in session.exec(select(Job).where(Job.kind == "propose")):
            job.due_at -= timedelta(minutes=1)


def test_a_line_is_approved_english_and_welsh(bench: Bench) -> None:
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == bench.reference)).one()
        case.language = "cy"
    a_line(bench, "Landlord asked", "We have asked.", welsh="Rydym wedi gofyn.")
    assert "Rydym wedi gofyn." in page(bench)
    with bench.read() as session:
        assert session.exec(select(StandardLine).where(StandardLine.title == "Landlord asked")).one().welsh
