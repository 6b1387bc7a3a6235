"""Adding a case to another, splitting and linking, as the pages do it."""

import re
from typing import Any

from sqlmodel import select

from inbox import search
from inbox.models import Case, CaseStatus, Handle, Message, Role
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
    assert found.status_code == 200 and f'value="{other}"' in found.text
    assert "1 case is found by these words. Tick one." in found.text
    assert "There is a problem" not in found.text
    added = desk.press(f"/cases/{same}/attach", {"likely": bench.reference})
    assert added.headers["location"].startswith(f"/cases/{bench.reference}?done=")


def test_what_was_ticked_stays_ticked_while_words_are_looked_for(bench: Bench) -> None:
    other = a_letter(bench, name="Imran Sadiq", address="imran@example.org", text="The allotment gate.")
    third = a_letter(bench, name="Jo Lindqvist", address="jo@example.org", text="A hedge.")
    desk = bench.sit(Role.CASEWORKER)
    url = f"/cases/{bench.reference}/attach"
    page = desk.press(url, {"to": "lindqv", "likely": other, "find": "yes"})
    assert page.status_code == 200
    assert f'value="{other}" checked' in page.text and f'value="{third}"' in page.text
    nothing = desk.press(url, {"to": "zzyzx", "likely": other, "find": "yes"})
    assert nothing.status_code == 200 and f'value="{other}" checked' in nothing.text
    assert "Nothing is found by these words." in nothing.text
    named = desk.press(url, {"to": third, "find": "yes"}).text
    assert f'value="{third}" checked' in named
    added = desk.press(url, {"to": "lindqv", "likely": other})
    assert added.headers["location"].startswith(f"/cases/{other}?done=")


def test_one_ticked_and_another_written_is_asked_about(bench: Bench) -> None:
    other = a_letter(bench, name="Imran Sadiq", address="imran@example.org")
    third = a_letter(bench, name="Jo Lindqvist", address="jo@example.org")
    desk = bench.sit(Role.CASEWORKER)
    page = desk.press(f"/cases/{bench.reference}/attach", {"to": third, "likely": other})
    assert page.status_code == 422
    assert f"{other} is ticked and {third} is written." in page.text
    assert f'value="{other}" checked' in page.text


def test_the_same_person_under_another_entry_is_offered_without_a_search(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    phoned = a_letter(bench, name="Donna", address="", text="Ring me on 07700 900456 about the lift.")
    posted = a_letter(bench, name="Kerry on Facebook", address="kf", text="my number is +44 7700 900456 ta")
    named = a_letter(bench, name="Donna Fretwell", address="d@example.net", text="A new matter.")
    stranger = a_letter(bench, name="Imran Sadiq", address="imran@example.org", text="Ring 0300 123 4567.")
    helped = a_letter(bench, name="Jo Moss", address="jo@example.org", text="They said ring 0300 123 4567.")
    with bench.write() as session:
        search.reindex(session)
    page = desk.get(f"/cases/{phoned}/attach").text
    assert f'value="{posted}"' in page and "The same phone number" in page
    assert f'value="{stranger}"' not in page
    page = desk.get(f"/cases/{named}/attach").text
    assert f'value="{bench.reference}"' in page and "The same name and postcode" in page
    assert f'value="{helped}"' not in desk.get(f"/cases/{stranger}/attach").text
    assert bench.case(phoned).merged_into is None
    shown = desk.get(f"/cases/{phoned}").text
    assert "Likely the same person" in shown and f"{posted} (the same phone number)" in shown
    assert "Likely the same person" not in desk.get(f"/cases/{stranger}").text


def test_a_draft_without_an_address_is_offered_that_of_the_case_it_went_to(bench: Bench) -> None:
    by_phone = a_letter(bench, name="Donna", address="")
    with bench.write() as session:
        case = session.merge(bench.case(by_phone))
        for one in session.exec(select(Message).where(Message.case_id == case.id)):
            one.sender_handle = ""
        for handle in session.exec(select(Handle).where(Handle.constituent_id == case.constituent_id)):
            session.delete(handle)
    desk = bench.sit(Role.CASEWORKER)
    begun = desk.press(f"/cases/{by_phone}/drafts", {"text": "Dear Donna, about the lift."})
    assert "There is no address to send it to yet." in desk.get(begun.headers["location"]).text
    desk.press(f"/cases/{by_phone}/attach", {"likely": bench.reference})
    page = desk.get(f"/cases/{bench.reference}/drafts/1").text
    assert "There is no address" not in page
    assert 'value="donna@example.org"' in page
    assert "donna@example.org is put in below: look at it before you send." in page


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


def proposed(bench: Bench, **facts: Any) -> str:
    """A letter that may belong to the first case, on a case of its own with our acknowledgement."""
    reference = a_letter(bench, name="Imran Sadiq", address="imran@example.org", **facts)
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == reference)).one()
        letter = session.exec(select(Message).where(Message.case_id == case.id)).one()
        letter.proposed_case_id, letter.proposed_because = bench.case().id, "same_person"
        case.constituent_id = bench.case().constituent_id
        a_message(session, case_id=case.id, direction="outbound", kind="acknowledgement", text="It came.")
        case.message_count = 2
    return reference


def test_a_proposal_that_is_taken_names_both_cases_and_is_taken_back_by_one_press(bench: Bench) -> None:
    other, here = proposed(bench), bench.reference
    desk = bench.sit(Role.CASEWORKER)
    letter = next(one for one in said(bench, other) if one.direction == "inbound")
    form = {"message": letter.id}
    added = desk.press(f"/cases/{other}/accept-match?back=to-sort", form, headers={"HX-Request": "true"})
    assert f"{other} is now part of {here}." in added.text
    assert f'href="/cases/{here}"' in added.text and f'data-gone="{other}"' in added.text
    assert len(said(bench, here)) == 3 and said(bench, other) == []
    ended = bench.case(other)
    assert (ended.status, ended.outcome, ended.merged_into) == ("closed", "duplicate", bench.case().id)
    assert f"Same person: {other}" not in desk.get(f"/cases/{here}").text
    undo = UNDO.search(added.text)
    assert undo is not None
    desk.press(undo[1])
    assert len(said(bench, here)) == 1 and len(said(bench, other)) == 2
    assert bench.case(other).status == CaseStatus.NEW


def test_a_proposal_from_a_case_with_more_letters_takes_the_one_letter_along(bench: Bench) -> None:
    other = proposed(bench)
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == other)).one()
        a_message(session, case_id=case.id, text="And the lift is broken.")
    letter = next(one for one in said(bench, other) if one.proposed_case_id)
    desk = bench.sit(Role.CASEWORKER)
    added = desk.press(f"/cases/{other}/accept-match", {"message": letter.id})
    page = desk.get(added.headers["location"]).text
    assert f"{other} gave a message to {bench.reference}." in page
    assert bench.case(other).status == CaseStatus.NEW and len(said(bench, other)) == 2


def test_a_letter_that_comes_to_a_waiting_case_ends_its_wait(bench: Bench) -> None:
    other = proposed(bench)
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == bench.reference)).one()
        case.status, case.waiting_for = CaseStatus.WAITING_CONSTITUENT, "address"
    letter = next(one for one in said(bench, other) if one.proposed_case_id)
    bench.sit(Role.CASEWORKER).press(f"/cases/{other}/accept-match", {"message": letter.id})
    assert (bench.case().status, bench.case().waiting_for) == (CaseStatus.OPEN, None)
