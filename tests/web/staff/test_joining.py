"""Adding a case to another, splitting and linking, as the pages do it."""

import re

from sqlmodel import select

from inbox import search
from inbox.models import CaseStatus, Message, Role
from tests.factories import a_message
from tests.web.staff.offices import Bench, a_letter

UNDO = re.compile(r'action="(/undo/[0-9a-f]+)"')


def said(bench: Bench, reference: str) -> list[Message]:
    with bench.read() as session:
        return list(session.exec(select(Message).where(Message.case_id == bench.case(reference).id)))


def test_a_case_is_added_to_another_and_taken_back_by_one_press(bench: Bench) -> None:
    other = a_letter(bench, name="Imran Sadiq", address="imran@example.org")
    desk = bench.sit(Role.CASEWORKER)
    refused = desk.press(f"/cases/{bench.reference}/attach", {"to": "WX-9999-ZZ"})
    assert refused.status_code == 422
    assert "There is no other case with that reference." in refused.text
    added = desk.press(f"/cases/{bench.reference}/attach", {"to": other.lower()})
    assert added.headers["location"].startswith(f"/cases/{other}?done=")
    assert len(said(bench, other)) == 2
    page = desk.get(added.headers["location"]).text
    assert "Another case was added to this one." in page
    old = desk.get(f"/cases/{bench.reference}").text
    assert f"It went on as {other}" in old
    undo = UNDO.search(page)
    assert undo is not None
    desk.press(undo[1])
    assert len(said(bench, other)) == len(said(bench, bench.reference)) == 1
    assert bench.case().status == CaseStatus.NEW


def test_the_likely_cases_are_there_to_choose_and_words_find_others(bench: Bench) -> None:
    same = a_letter(bench, address="donna.f@example.org", text="The lift again.")
    other = a_letter(
        bench, name="Imran Sadiq", address="imran@example.org", text="The allotment gate is locked."
    )
    with bench.write() as session:
        session.merge(bench.case(same)).constituent_id = bench.case().constituent_id
        search.reindex(session)
    desk = bench.sit(Role.CASEWORKER)
    page = desk.get(f"/cases/{same}/attach").text
    assert f'value="{bench.reference}"' in page and "The same person" in page
    assert f'value="{other}"' not in page
    found = desk.press(f"/cases/{same}/attach", {"to": "allotment"})
    assert found.status_code == 422 and f'value="{other}"' in found.text
    assert "Choose one of those found, or write a reference." in found.text
    added = desk.press(f"/cases/{same}/attach", {"likely": bench.reference})
    assert added.headers["location"].startswith(f"/cases/{bench.reference}?done=")


def test_ticked_messages_move_to_a_case_of_their_own(bench: Bench) -> None:
    with bench.write() as session:
        case = session.merge(bench.case())
        second = a_message(session, case_id=case.id, text="And my visa.", new_text="And my visa.")
        case.message_count = 2
    desk = bench.sit(Role.CASEWORKER)
    page = desk.get(f"/cases/{bench.reference}/split").text
    assert f'value="{second.id}"' in page
    nothing = desk.press(f"/cases/{bench.reference}/split")
    assert nothing.status_code == 422 and "Select a message first." in nothing.text
    made = desk.press(f"/cases/{bench.reference}/split", {"message": second.id, "subject": "Visa"})
    new = made.headers["location"].partition("?")[0].rpartition("/")[2]
    assert [one.text for one in said(bench, new)] == ["And my visa."]
    assert f"Related: {bench.reference}" in desk.get(f"/cases/{new}").text


def test_the_split_is_offered_only_where_there_is_something_to_split(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    assert f'href="/cases/{bench.reference}/split"' not in desk.get(f"/cases/{bench.reference}").text
    with bench.write() as session:
        session.merge(bench.case()).message_count = 2
    assert f'href="/cases/{bench.reference}/split"' in desk.get(f"/cases/{bench.reference}").text


def test_two_cases_are_linked_and_the_link_taken_off(bench: Bench) -> None:
    other = a_letter(bench, name="Jo Fretwell", address="jo@example.org")
    desk = bench.sit(Role.CASEWORKER)
    assert (
        "Choose how they belong together."
        in desk.press(f"/cases/{bench.reference}/links", {"to": other}).text
    )
    linked = desk.press(f"/cases/{bench.reference}/links", {"to": other, "kind": "household"})
    assert linked.status_code == 303
    assert f"Same household: {other}" in desk.get(f"/cases/{bench.reference}").text
    assert f"Same household: {bench.reference}" in desk.get(f"/cases/{other}").text
    off = desk.press(f"/cases/{other}/links/{bench.reference}/off")
    assert off.status_code == 303
    assert "Same household" not in desk.get(f"/cases/{bench.reference}").text
