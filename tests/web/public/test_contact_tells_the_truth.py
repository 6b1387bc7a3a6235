"""The last pages of the public form tell the truth: what comes, by when, and what to do meanwhile."""

import pytest
from sqlmodel import select

from inbox import calendars, draft_checks, drafting
from inbox.calendars import Plan
from inbox.dates import local_date
from inbox.desk import open_desk
from inbox.history import OPERATOR, SYSTEM
from inbox.models import Clock, Office
from inbox.settings import Settings
from routing.words import ClockKind
from tests.web.desks import World
from tests.web.public.visitors import DONNA, FormOffice, fields_of, link_in, plain


@pytest.fixture
def place(world: World, settings: Settings) -> FormOffice:
    return FormOffice(world, settings)


def test_who_asks_for_secrecy_is_promised_no_mail_and_staff_know_that_nobody_asked(place: FormOffice) -> None:
    page = plain(place.visitor().write(message="please keep this confidential, my husband must not know"))
    assert "look for a mail" not in page
    assert "we send no mail before a person has read it" in page
    place.work()
    assert place.mails() == []
    [(_, case, _)] = place.heard()
    assert "confidential" in case.flags
    with place.database.write(place.office.id) as session:
        desk = open_desk(session, place.line.tools)
        draft = drafting.begin(
            session, desk, case, author_id=None, now=place.settings.now(), actor=SYSTEM, text="Dear Donna"
        )
        [problem] = draft_checks.problems(session, desk, draft, place.settings.now())
    assert problem.startswith("Nobody has asked yet whether donna@example.org is theirs.")


@pytest.mark.parametrize(
    ("nation", "number"),
    [
        ("england", "0808 800 4444"), ("wales", "08000 495 495"), ("scotland", "0808 800 4444"),
        ("northern-ireland", "03448 920 908"),
    ],
)  # fmt: skip
def test_what_happens_today_or_tomorrow_is_heeded_on_each_page_until_somebody_answers(
    place: FormOffice, nation: str, number: str
) -> None:
    place.set_office(nation=nation)
    donna = place.visitor()
    sent = donna.write(soon="now")
    place.work()
    donna.post(link_in(sent, "s/"), data={"check": "ZZ10 4AB"})
    for page in (plain(sent), plain(donna.get("/status").text)):
        assert "What to do now" in page
        assert "Call us on 01632 960180" in page
        assert number in page
        assert "You hear from us by" not in page
        assert "Do not wait for our answer. It may not come until" in page
    [(_, case, _)] = place.heard()
    assert case.priority == "priority"
    with place.database.write(place.office.id) as session:
        session.merge(case).answered_at = place.settings.now()
    answered = plain(donna.get("/status").text)
    assert "What to do now" not in answered
    assert "You hear from us by" in answered


def test_what_is_not_soon_has_its_day_and_no_alarm(place: FormOffice) -> None:
    page = plain(place.visitor().write(soon="weeks"))
    assert "What to do now" not in page
    assert "You hear from us by" in page


def test_a_program_that_has_just_started_promises_by_the_offices_own_targets_and_forgets_none(
    place: FormOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    with place.database.write(place.office.id) as session:
        office = session.exec(select(Office).where(Office.id == place.office.id)).one()
        plan = calendars.with_target(Plan(), office, ClockKind.FIRST_REPLY, 3)
        calendars.save(session, office, plan, what="targets", now=place.settings.now(), actor=OPERATOR)
    monkeypatch.setattr(calendars, "_known", {})
    page = plain(place.visitor().write())
    place.work()
    [(_, case, _)] = place.heard()
    [promise] = [one for one in place.all(Clock) if one.case_id == case.id]
    assert promise.amount == 3
    assert f"You hear from us by {local_date(promise.due_at, 'Europe/London', 'en')}" in page
    with place.database.read(place.office.id) as session:
        office = session.exec(select(Office).where(Office.id == place.office.id)).one()
        assert calendars.plan_of(office) == plan, "what the next change of the calendar builds on"


@pytest.mark.parametrize(
    ("postcode", "opens", "shut"),
    [("zz10 4ab", "postcode", "email address"), ("", "email address", "postcode")],
)
def test_the_last_page_says_what_its_link_asks_for_and_no_more(
    place: FormOffice, postcode: str, opens: str, shut: str
) -> None:
    donna = place.visitor()
    if not postcode:
        donna.fill("no-postcode", {"elsewhere": "homeless"})
        for step in ("message", "you", "reach", "check"):
            place.later(10)
            donna.fill(step, DONNA)
    sent = plain(donna.look("sent") if not postcode else donna.write())
    assert f"It asks for the {opens} that you gave us." in sent
    assert f"It asks for the {shut}" not in sent


def test_a_letter_without_an_address_asks_for_it_at_the_choice_and_the_page_can_be_left_and_found_again(
    place: FormOffice,
) -> None:
    donna = place.visitor()
    by_letter = DONNA | {"address": "", "reply_by": "post"}
    donna.walk(by_letter, until="reach")
    refused = donna.fill("reach", by_letter)
    assert refused.status_code == 422
    assert refused.text.count("Enter the address that we can write to") >= 2
    assert 'value="post" checked' in refused.text
    again = donna.look("reach")
    assert again.count("Enter the address that we can write to") >= 2
    assert donna.get(donna.at("check")).headers["location"] == donna.at("reach")
    whole = fields_of(again) | by_letter | {"address": "14 Quarry Road\nWexcombe"}
    assert donna.post(donna.at("reach"), data=whole).headers["location"] == donna.at("check")
    assert "14 Quarry Road" in donna.look("check")
    by_mail = donna.fill("reach", DONNA | {"address": ""})
    assert by_mail.headers["location"] == donna.at("check")
    assert "14 Quarry Road" in donna.look("check"), "who changes their mind loses no address"


def test_who_loses_the_link_reads_how_to_get_another(place: FormOffice) -> None:
    place.set_office(address="1 High Street, Wexcombe")
    donna = place.visitor()
    page = plain(donna.write())
    assert "If you lose the link, call us on 01632 960180 and ask for a new one." in page
    assert "1 High Street, Wexcombe" in page
    place.work()
    donna.post(link_in(place.mails()[0][2], "contact/"))
    assert "If you lose the link, call us on 01632 960180." in place.mails()[1][2]
