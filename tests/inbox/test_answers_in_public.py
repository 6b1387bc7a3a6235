"""Whom an answer reaches when it begins: privately, and in public only where nothing else can be done."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from connectors.contract import Form
from inbox import draft_checks, drafting, staff_post
from inbox.desk import open_desk
from inbox.history import SYSTEM
from inbox.models import (
    Case,
    Channel,
    ChannelMode,
    Constituent,
    Delivery,
    Draft,
    Handle,
    PostBy,
    PostCases,
    Role,
    Staff,
    Template,
)
from tests.inbox.worlds import World
from tests.rigs.platforms import Platform, platform
from tests.rigs.x import OFFICE, XOffice


@pytest.fixture(scope="module")
def running() -> Iterator[Platform]:
    with platform("x") as found:
        yield found


@pytest.fixture
def office(world: World, tmp_path: Path, running: Platform) -> XOffice:
    running.order("_reset")
    made = XOffice(world, tmp_path, running)
    running.order("_say", **{"from": "wyn", "text": f"{OFFICE} my bins were not emptied"})
    made.collect()
    return made


def begun(
    office: XOffice, text: str = "", *, template: Template | None = None, by: str | None = "staff"
) -> tuple[Draft, list[str]]:
    with office.world.database.write(office.world.office) as session:
        desk = open_desk(session, office.line.tools)
        case = session.exec(select(Case).order_by(col(Case.id))).first()
        assert case is not None
        draft = drafting.begin(
            session, desk, case, author_id=office.world.staff if by else None, now=office.moment,
            actor=SYSTEM, text=text, template=template,
        )  # fmt: skip
        return draft, draft_checks.problems(session, desk, draft, office.moment)


def test_who_named_us_on_x_and_never_wrote_is_answered_where_they_spoke(office: XOffice) -> None:
    draft, problems = begun(office, "Please send us a private message.")
    assert (draft.form, problems) == (Form.POST, [])


def test_who_also_wrote_in_private_is_answered_in_private(office: XOffice) -> None:
    office.x.order("_message", **{"from": "wyn", "text": "It is 14 Quarry Road."})
    office.forget("pace")
    office.collect()
    draft, _ = begun(office, "We asked the council.")
    assert draft.form == Form.MESSAGE


def test_what_a_template_or_the_program_laid_ready_is_never_public_by_itself(office: XOffice) -> None:
    with office.world.database.write(office.world.office) as session:
        made = Template(
            office_id=office.world.office,
            name="update",
            title="Update",
            subject="",
            owner="",
            body="We asked {{office}}.",
            language="en",
        )
        session.add(made)
    assert begun(office, template=made)[0].form == Form.MESSAGE
    draft, problems = begun(office, "We asked the council for you.", by=None)
    assert draft.form == Form.MESSAGE
    assert "Answer in public" in problems[0]


@pytest.mark.parametrize("text", ["We came to ZZ10 4AB.", "Is it zz104ab?", "We wrote to Wyn@Example.net"])
def test_what_only_the_person_may_tell_of_themselves_is_not_told_to_everybody(
    office: XOffice, text: str
) -> None:
    with office.world.database.write(office.world.office) as session:
        person = session.exec(select(Constituent)).one()
        person.postcode = "ZZ10 4AB"
        session.add(
            Handle(
                office_id=office.world.office,
                constituent_id=person.id,
                channel_kind="email",
                address="wyn@example.net",
            )
        )
    draft, [problem] = begun(office, text)
    assert draft.form == Form.POST
    assert "Everybody can read this" in problem


def test_whoever_answers_by_email_is_told_that_everybody_will_read_it(office: XOffice) -> None:
    with office.world.database.write(office.world.office) as session:
        for mailbox in session.exec(select(Channel).where(Channel.kind == "email")):
            mailbox.settings = {**mailbox.settings, "plus_addressing": "yes"}
            mailbox.mode = ChannelMode.FULL
        staff = session.exec(select(Staff).where(Staff.id == office.world.staff)).one()
        staff.roles = [Role.CASEWORKER]
        wanted = staff_post.Wanted(by=PostBy.EMAIL, cases=PostCases.ALL)
        staff_post.choose(session, staff, wanted, now=office.moment - timedelta(hours=1), actor=SYSTEM)
    office.later(minutes=1)
    with office.world.database.write(office.world.office) as session:
        assert staff_post.hand_over(session, open_desk(session, office.line.tools), now=office.moment) == 1
    [delivery] = [one for one in office.all(Delivery) if one.purpose == "to_staff"]
    mail = office.line.tools.store.get(office.world.office, delivery.raw_hash).decode()
    assert "answer on X will be read by everybody" in " ".join(mail.split())
