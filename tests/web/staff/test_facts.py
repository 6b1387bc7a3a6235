"""Facts are put right by people, with the old value kept; two people are never joined."""

from typing import Any

import pytest
from sqlmodel import select

from inbox.models import Area, Case, Constituent, Direction, Handle, Message, Role
from tests.web.staff.offices import Bench, a_letter


def person(bench: Bench, reference: str | None = None) -> Constituent:
    with bench.read() as session:
        key = bench.case(reference).constituent_id
        return session.exec(select(Constituent).where(Constituent.id == key)).one()  # type: ignore[no-any-return]


def notes(bench: Bench) -> list[str]:
    query = select(Message.text).where(
        Message.case_id == bench.case().id, Message.direction == Direction.NOTE
    )
    with bench.read() as session:
        return list(session.exec(query))


def typed(bench: Bench, **changes: Any) -> dict[str, Any]:
    case, who = bench.case(), person(bench)
    found = {"name": who.name, "postcode": who.postcode or "", "phone": who.phone or "",
             "address": who.address or "", "language": case.language, "subject": case.subject,
             "priority": case.priority, "topic": case.topics, "flag": case.flags, "why": ""}  # fmt: skip
    return found | changes


def save(bench: Bench, role: Role = Role.CASEWORKER, **changes: Any) -> Any:
    return bench.sit(role).press(f"/cases/{bench.reference}/facts", typed(bench, **changes))


def test_a_new_postcode_is_read_against_the_table_again_and_the_old_one_stays_in_a_note(bench: Bench) -> None:
    with bench.write() as session:
        session.merge(bench.house.office).constituency = "Wexcombe"
        session.add(Area(boundaries="2024-07-04", code="ZZ10", constituency="Wexcombe", member=None))
        session.add(Area(boundaries="2024-07-04", code="ZZ99", constituency="Elsewhere", member=None))
    assert save(bench, postcode="zz10 5aa").status_code == 303
    assert (person(bench).postcode, person(bench).constituency) == ("ZZ10 5AA", "confirmed")
    assert notes(bench) == ["Postcode was: ZZ10 4AB."]
    save(bench, postcode="ZZ99 1AA")
    assert person(bench).constituency == "not_ours"
    save(bench, postcode="")
    assert (person(bench).postcode, person(bench).constituency) == (None, "unknown")
    refused = save(bench, postcode="my house")
    assert refused.status_code == 422
    assert "Enter a real postcode." in refused.text


def test_a_new_name_is_found_by_search_on_every_case_of_the_person(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    assert save(bench, name="Donna Marlowe", phone="01632 960 001").status_code == 303
    assert bench.reference in desk.get("/search?q=Marlowe").text
    assert "Name was: Donna Fretwell." in notes(bench)[0]


def test_topics_language_and_title_are_changed_without_a_reason(bench: Bench) -> None:
    assert save(bench, topic=["passports", "tax"], language="cy", subject="Passport late").status_code == 303
    case = bench.case()
    assert (case.topics, case.language, case.subject) == (["passports", "tax"], "cy", "Passport late")
    assert person(bench).language == "cy"


@pytest.mark.parametrize("change", [{"priority": "low"}, {"priority": "immediate"}])
def test_another_urgency_needs_a_reason_that_others_read(bench: Bench, change: dict[str, str]) -> None:
    before = bench.case().priority
    refused = save(bench, **change)
    assert refused.status_code == 422
    assert "Say why. Others will read it." in refused.text
    assert bench.case().priority == before
    assert save(bench, **change, why="She rang: the bailiffs come on Friday.").status_code == 303
    assert bench.case().priority == change["priority"]
    assert "the bailiffs come on Friday" in notes(bench)[-1]


def test_a_risk_flag_comes_off_only_with_a_reason(bench: Bench) -> None:
    assert save(bench, flag=["safeguarding"]).status_code == 303
    assert save(bench, flag=[]).status_code == 422
    assert bench.case().flags == ["safeguarding"]
    assert save(bench, flag=[], why="It was about a film.").status_code == 303
    assert bench.case().flags == []


def test_an_address_is_added_and_others_are_checked_with_the_person(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    with bench.read() as session:
        first = session.exec(select(Handle).where(Handle.constituent_id == person(bench).id)).one()
    assert first.confirmed_at is None
    page = f"/cases/{bench.reference}/addresses"
    assert first.address in desk.get(page).text
    saved = desk.press(page, {"address": " Donna.New@Example.org ", "theirs": first.id})
    assert saved.status_code == 303
    with bench.read() as session:
        rows = session.exec(select(Handle).where(Handle.constituent_id == person(bench).id)).all()
    assert {row.address for row in rows} == {"donna@example.org", "donna.new@example.org"}
    assert all(row.confirmed_at for row in rows)
    assert "donna.new@example.org" in desk.get(f"/cases/{bench.reference}").text.replace("<wbr>", "")


def test_an_address_of_somebody_else_is_refused_and_joins_nobody(bench: Bench) -> None:
    other = a_letter(bench, name="Imran Sadiq", address="imran@example.org")
    answer = bench.sit(Role.CASEWORKER).press(
        f"/cases/{bench.reference}/addresses", {"address": "imran@example.org"}
    )
    assert answer.status_code == 409
    assert "Two people are never joined like this." in answer.text
    with bench.read() as session:
        owner = session.exec(select(Handle).where(Handle.address == "imran@example.org")).one()
    assert owner.constituent_id == person(bench, other).id != person(bench).id


def test_programs_put_facts_right_alike(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    url, headers = f"/api/v1/cases/{bench.reference}", {"X-CSRF-Token": desk.csrf}
    body = {"topics": ["tax"], "language": "cy", "constituent": {"name": "Donna Marlowe", "postcode": ""}}
    assert desk.patch(url, json=body, headers=headers).status_code == 428
    changed = desk.patch(url, json=body, headers=headers | {"If-Match": '"1"'})
    assert changed.status_code == 200, changed.text
    found = changed.json()
    assert (found["topics"], found["language"]) == (["tax"], "cy")
    assert (found["constituent"]["name"], found["constituent"]["postcode"]) == ("Donna Marlowe", None)
    assert notes(bench) == ["Name was: Donna Fretwell.\nPostcode was: ZZ10 4AB."]
    again = headers | {"If-Match": changed.headers["etag"]}
    assert desk.patch(url, json={"topics": ["weather"]}, headers=again).status_code == 422


def test_nothing_changed_writes_nothing(bench: Bench) -> None:
    before = bench.events()
    assert save(bench).status_code == 303
    assert [one for one in bench.events()[len(before) :] if one != "signed_in"] == []
    with bench.read() as session:
        assert session.exec(select(Case).where(Case.reference == bench.reference)).one().version == 1
