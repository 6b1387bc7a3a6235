"""Which law a request for data is under, and so which clock runs, in a member's office and a department."""

import pytest

from routing.engine import Decision, decide
from routing.facts import CaseFacts
from routing.rule_files import default_rules
from routing.words import ClockKind, Kind, OfficeKind
from routing.working_time import WorkingCalendar
from tests.routing.places import RECEIVED, assessed

FOI, OWN_DATA, COMPLAINT = ClockKind.FOI, ClockKind.SUBJECT_ACCESS, ClockKind.COMPLAINT
OF_DATA = {FOI, OWN_DATA, COMPLAINT}

UNDER_FOI = (
    "Under the Freedom of Information Act please send me the number of potholes you know about.",
    "This is a Freedom of Information request. How many people waited more than 20 weeks?",
    "FOI request: total spend on consultants 2024-25",
    "Request under the Environmental Information Regulations 2004 for the flood survey of Marl Weir",
    "Cais rhyddid gwybodaeth: faint o bobl sy'n aros am PIP?",
)
COMPLAINTS = (
    "I wish to make a data protection complaint: you shared my address with the council without asking.",
    "I want to complain about how you handled my personal data.",
    "You leaked my medical details to my landlord. I am making a complaint under data protection law.",
)
FOR_OWN_DATA = (
    "Please send me everything you hold on me under UK GDPR Article 15.",
    "Please delete all my data.",
    "This is a subject access request, not a freedom of information request. Send me what you hold on me.",
    "I am not making a complaint about data protection, I only want a copy of my file you hold on me.",
)
NO_REQUEST = (
    "This is not a freedom of information request. I just want my PIP paid.",
    "I don't want this treated as a freedom of information request, I only want my PIP paid.",
    "This is not, and should not be logged as, an FOI request. My PIP stopped in March.",
    "The council ignored my freedom of information request and my Universal Credit has stopped.",
)


def _decided(text: str, office: OfficeKind) -> Decision:
    found = assessed(text)
    facts = CaseFacts(received=RECEIVED, text=text, kind=found.kind, flags=found.flags, topics=found.topics)
    return decide(facts, default_rules(office), now=RECEIVED, calendar=WorkingCalendar())


def _clocks(text: str, office: OfficeKind) -> set[ClockKind]:
    return {clock.kind for clock in _decided(text, office).clocks} & OF_DATA


@pytest.mark.parametrize("text", UNDER_FOI)
def test_foi_words_start_a_clock_in_a_department_and_lay_a_letter_in_a_members_office(text: str) -> None:
    assert _clocks(text, OfficeKind.DEPARTMENT) == {FOI}
    member = _decided(text, OfficeKind.MP)
    assert {clock.kind for clock in member.clocks}.isdisjoint(OF_DATA)
    assert member.draft == "not-foi"


@pytest.mark.parametrize("office", OfficeKind)
@pytest.mark.parametrize("text", COMPLAINTS)
def test_a_complaint_about_data_has_its_own_clock(text: str, office: OfficeKind) -> None:
    assert _clocks(text, office) == {COMPLAINT}


@pytest.mark.parametrize("office", OfficeKind)
@pytest.mark.parametrize("text", FOR_OWN_DATA)
def test_who_asks_for_their_own_data_has_a_month(text: str, office: OfficeKind) -> None:
    assert _clocks(text, office) == {OWN_DATA}


@pytest.mark.parametrize("office", OfficeKind)
@pytest.mark.parametrize("text", NO_REQUEST)
def test_who_says_that_it_is_no_request_or_tells_of_one_starts_no_clock_of_the_law(
    text: str, office: OfficeKind
) -> None:
    assert _clocks(text, office) == set()


def test_a_department_asks_a_person_about_foi_words_that_may_be_no_request() -> None:
    facts = CaseFacts(received=RECEIVED, text="My friend did an FOI with the council.", kind=Kind.CASEWORK)
    told = decide(facts, default_rules(OfficeKind.DEPARTMENT), now=RECEIVED, calendar=WorkingCalendar())
    assert told.hold == "It names freedom of information. Is it a request to us?"
    assert FOI not in {clock.kind for clock in told.clocks}


def test_both_rights_asked_for_in_one_letter_have_both_clocks() -> None:
    text = "I make a subject access request for my file and a freedom of information request about waiting."
    assert _clocks(text, OfficeKind.DEPARTMENT) == {FOI, OWN_DATA}
    assert _clocks(text, OfficeKind.MP) == {OWN_DATA}
