"""At the pages: a body is asked with permission, listed, chased, rung, answered; the directory is kept."""

import re
from html import unescape

import pytest
from sqlmodel import col, select

from inbox import bodies, enquiries
from inbox.history import OPERATOR
from inbox.models import Body, Case, Draft, Enquiry, Role
from tests.factories import NOW, an_attachment, an_enquiry
from tests.web.staff.offices import Bench, a_letter, inbound


@pytest.fixture
def marl(bench: Bench) -> Body:
    """A body that wants permission in writing."""
    typed = {
        "name": "Marl Homes",
        "email": "letters@marl.example",
        "consent": "written",
        "hotline": "01632 960 202",
    }
    with bench.write() as session:
        return bodies.write(session, None, typed, version=None, now=NOW, actor=OPERATOR, staff_id=None)


def _enquiry(bench: Bench, **facts: object) -> str:
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == bench.reference)).one()
        return an_enquiry(session, case, **facts).id


def _letter(bench: Bench) -> Draft:
    """The newest letter to a body on the case."""
    with bench.read() as session:
        query = select(Draft).where(Draft.case_id == bench.case().id, col(Draft.enquiry_id).is_not(None))
        return session.exec(query.order_by(col(Draft.id).desc()).limit(1)).one()


def test_asking_says_what_is_missing_and_goes_on_once_it_is_written_down(bench: Bench, marl: Body) -> None:
    desk, case = bench.sit(Role.CASEWORKER), f"/cases/{bench.reference}"
    asked = {"body": marl.id, "text": "When will the mould be treated?"}
    refused = desk.press(f"{case}/enquiries", asked)
    assert refused.status_code == 422
    assert "Marl Homes needs permission in writing, and none is on this case." in refused.text
    assert 'name="without_consent"' in refused.text
    given = {"kind": "written", "given_by": "Donna Fretwell", "given_at": "1 June 2026", "note": "By email."}
    assert desk.press(f"{case}/consents", {**given, "note": ""}).status_code == 422
    assert desk.press(f"{case}/consents", given).status_code == 303
    assert "Donna Fretwell in writing" in desk.get(f"{case}/consents").text
    sent = desk.press(f"{case}/enquiries", asked)
    assert sent.status_code == 303 and re.fullmatch(rf"{case}/drafts/\d+", sent.headers["location"])
    with bench.read() as session:
        assert session.exec(select(Draft.recipients)).all()[-1] == ["letters@marl.example"]


def test_the_letter_begins_and_ends_as_a_letter_and_its_words_can_be_changed(bench: Bench) -> None:
    desk, case = bench.sit(Role.CASEWORKER), f"/cases/{bench.reference}"
    page = desk.get(f"{case}/enquiries/new").text
    assert "black mould all over the kids room" in page  # what the person wrote
    assert "We are writing on behalf of Donna Fretwell, ZZ10 4AB." in page
    assert "You read the whole letter next, change what you like, and send it yourself." in page
    asked = {"body_name": "Marl Homes", "email": "letters@marl.example", "text": "When is it treated?",
             "their_reference": "MH-2210", "due": "10"}  # fmt: skip
    draft = desk.press(f"{case}/enquiries", asked).headers["location"]
    with bench.read() as session:
        questions = session.exec(select(Enquiry.question).order_by(Enquiry.id)).all()
    letter = _letter(bench)
    assert questions[-1] == "When is it treated?"
    lines = letter.text.splitlines()
    assert lines[0] == "Dear Marl Homes,"
    assert f"Our reference: {bench.reference}" in lines and "Your reference: MH-2210" in lines
    assert "We are writing on behalf of Donna Fretwell, ZZ10 4AB." in lines
    assert re.search(r"Please reply by \w+ \d+ \w+ \d{4}", letter.text)
    assert letter.text.count("When is it treated?") == 1
    page = desk.get(draft).text
    assert "What they wrote to us" in page and "black mould all over the kids room" in page


def test_whoever_asks_has_the_case_from_then_on(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    asked = {"body_name": "Marl Homes", "email": "letters@marl.example", "text": "When is it treated?"}
    desk.press(f"/cases/{bench.reference}/enquiries", asked)
    case = bench.case()
    assert (case.status, case.assignee_id) == ("open", bench.staff(Role.CASEWORKER).id)


def test_a_text_that_is_a_letter_already_is_left_as_it_is(bench: Bench) -> None:
    whole = "Dear Ms Lowe,\n\nWhen is it treated?\n\nYours sincerely"
    asked = {"body_name": "Marl Homes", "email": "letters@marl.example", "text": whole}
    bench.sit(Role.CASEWORKER).press(f"/cases/{bench.reference}/enquiries", asked)
    assert _letter(bench).text == whole


def test_nobody_is_named_to_a_body_before_they_agreed(bench: Bench, marl: Body) -> None:
    desk = bench.sit(Role.CASEWORKER)
    page = desk.get(f"/cases/{bench.reference}/enquiries/new?body={marl.id}").text
    assert "Marl Homes needs permission in writing, and none is on this case." in page
    assert "somebody whose name we can give you once they have agreed." in page
    asked = {"body": marl.id, "text": "Please act tonight.", "without_consent": "A baby cannot breathe."}
    desk.press(f"/cases/{bench.reference}/enquiries", asked)
    assert "Please act tonight." in _letter(bench).text and "Donna" not in _letter(bench).text


def test_what_somebody_asks_for_somebody_else_needs_permission_of_any_body(bench: Bench) -> None:
    with bench.write() as session:
        session.merge(bench.case()).flags = ["third-party"]
    desk = bench.sit(Role.CASEWORKER)
    asked = {"body_name": "Marl Homes", "email": "letters@marl.example", "text": "When is it treated?"}
    refused = desk.press(f"/cases/{bench.reference}/enquiries", asked)
    assert refused.status_code == 422 and "Marl Homes needs their permission" in refused.text
    assert "When is it treated?" in refused.text and 'name="without_consent"' in refused.text
    given = {"kind": "verbal", "given_by": "Jo Fretwell", "given_at": "1 June 2026", "note": "Rang us."}
    desk.press(f"/cases/{bench.reference}/consents", given)
    assert desk.press(f"/cases/{bench.reference}/enquiries", asked).status_code == 303


def test_where_they_live_is_told_to_nobody_by_itself_where_that_may_harm_them(bench: Bench) -> None:
    with bench.write() as session:
        session.merge(bench.case()).flags = ["domestic-abuse"]
    page = bench.sit(Role.CASEWORKER).get(f"/cases/{bench.reference}/enquiries/new").text
    assert "We are writing on behalf of Donna Fretwell." in page


def test_files_of_the_case_go_with_the_letter_by_a_tick_and_no_others(bench: Bench) -> None:
    elsewhere = bench.case(a_letter(bench, name="Jo Moss", address="jo@example.org"))
    with bench.write() as session:
        said = inbound(session, bench.case())[0]
        mine = an_attachment(session, said, filename="decision-letter.pdf")
        theirs = an_attachment(session, inbound(session, elsewhere)[0], filename="secret.pdf")
    desk = bench.sit(Role.CASEWORKER)
    page = desk.get(f"/cases/{bench.reference}/enquiries/new").text
    assert "decision-letter.pdf" in page and "secret.pdf" not in page
    asked = {"body_name": "Marl Homes", "email": "l@marl.example", "text": "Why?", "due": "soon",
             "attach": [mine.id, theirs.id]}  # fmt: skip
    refused = desk.press(f"/cases/{bench.reference}/enquiries", asked)
    assert refused.status_code == 422 and f'value="{mine.id}" checked' in refused.text
    assert ">Why?</textarea>" in refused.text
    desk.press(f"/cases/{bench.reference}/enquiries", asked | {"due": ""})
    assert _letter(bench).attachments == [mine.id]


def test_a_reason_is_read_by_whoever_signs_it_off(bench: Bench, marl: Body) -> None:
    desk = bench.sit(Role.CASEWORKER)
    asked = {"body": marl.id, "text": "Please act tonight.", "without_consent": "A baby cannot breathe."}
    draft = desk.press(f"/cases/{bench.reference}/enquiries", asked).headers["location"]
    page = desk.get(f"/cases/{bench.reference}").text
    assert draft in page or "Finish the draft" in page
    assert "A baby cannot breathe." in page


def test_a_late_body_is_chased_from_the_list_and_its_answer_ends_it(bench: Bench) -> None:
    desk, key = bench.sit(Role.CASEWORKER), _enquiry(bench)
    assert desk.press("/enquiries/chase", {"enquiry": key}).headers["location"] == "/enquiries?acted=1"
    again = desk.press("/enquiries/chase", {"enquiry": key}).headers["location"]
    assert again.startswith("/enquiries?acted=0&refused=")
    case = desk.get(f"/cases/{bench.reference}").text
    link = re.search(rf'href="(/cases/{bench.reference}/drafts/\d+)" aria-keyshortcuts="f"', case)
    assert link is not None
    assert "We have not heard from you" in desk.get(link[1]).text
    assert desk.press(f"/cases/{bench.reference}/enquiries/{key}/answered").status_code == 303
    assert 'aria-keyshortcuts="f">Chase' not in desk.get(f"/cases/{bench.reference}").text
    with bench.read() as session:
        assert {one.state for one in session.exec(select(Draft).where(Draft.enquiry_id == key))} == {
            "withdrawn"
        }


def test_a_hotline_is_rung_and_what_they_said_is_kept_as_a_note(bench: Bench, marl: Body) -> None:
    desk, key = bench.sit(Role.CASEWORKER), _enquiry(bench, body_id=marl.id)
    here = f"/cases/{bench.reference}/enquiries/{key}"
    for _ in range(2):
        desk.press(f"{here}/chase")
        assert desk.press(f"{here}/skip").status_code == 303
    assert desk.press(f"{here}/chase").headers["location"] == f"{here}/rang"
    assert "Ring 01632 960 202" in desk.get(f"{here}/rang").text
    assert desk.press(f"{here}/rang", {"text": " "}).status_code == 422
    assert desk.press(f"{here}/rang", {"text": "Ms Lowe has it, by Friday."}).status_code == 303
    assert "Ms Lowe has it, by Friday." in desk.get(f"/cases/{bench.reference}").text
    with bench.read() as session:
        steps = enquiries.steps_of(session, session.exec(select(Enquiry).where(Enquiry.id == key)).one())
    assert [step.ending for step in steps] == ["skipped", "skipped", "rang"]


def test_the_directory_is_searched_changed_imported_and_only_by_those_who_keep_the_office(
    bench: Bench, marl: Body
) -> None:
    tom, priya = bench.sit(Role.MANAGER), bench.sit(Role.CASEWORKER)
    assert "Marl Homes" in priya.get("/settings/bodies?q=marl").text
    assert priya.get(f"/settings/bodies/{marl.id}").status_code == 403
    wrong = tom.press(f"/settings/bodies/{marl.id}?version=1", {"name": "Marl Homes", "target": "soon"})
    assert wrong.status_code == 422 and "Enter a number of working days" in wrong.text
    right = {"name": "Marl Homes", "target": "15"}
    assert tom.press(f"/settings/bodies/{marl.id}?version=1", right).status_code == 303
    stale = tom.press(f"/settings/bodies/{marl.id}?version=1", {"name": "Marl Homes", "target": "9"})
    assert stale.status_code == 422 and "Somebody else changed this organisation" in stale.text
    page = tom.get(f"/settings/bodies/{marl.id}").text
    assert "Version 2" in page and "email: letters@marl.example" in page  # as version 1 said it
    files = {"file": ("bodies.csv", b"name,target\nWexcombe Council,10\nMHA,x\n", "text/csv")}
    refused = tom.post("/settings/bodies/import", data={"csrf_token": tom.csrf}, files=files)
    assert refused.status_code == 422 and "line 3: target" in refused.text
    assert "Wexcombe Council" not in tom.get("/settings/bodies").text
    files = {"file": ("bodies.csv", b"name,target\nWexcombe Council,10\n", "text/csv")}
    done = tom.post("/settings/bodies/import", data={"csrf_token": tom.csrf}, files=files)
    assert done.headers["location"] == "/settings/bodies?acted=1"
    assert "Wexcombe Council" in tom.get("/settings/bodies").text


def test_the_words_of_a_chase_are_seen_as_they_would_read_and_then_kept(bench: Bench) -> None:
    desk, url = bench.sit(Role.MANAGER), "/settings/chases/chase-1/en"
    assert "First chase" in desk.get("/settings/chases").text
    words = {"subject": "Where is {{ subject }}?", "body": "Please answer by {{ next_on }}.", "version": "0"}
    seen = desk.press(url, words | {"do": "see"}).text
    assert "Please answer by Tuesday 23 June 2026." in seen and "Where is Damp at 14 Quarry Road?" in seen
    assert "Own words" not in desk.get("/settings/chases").text, "nothing is kept by looking"
    wrong = desk.press(url, words | {"body": "Ask {{ bodi }}"})
    assert wrong.status_code == 422 and "in place of {{bodi}} here. Did you mean" in unescape(wrong.text)
    assert desk.press(url, words).status_code == 303
    assert "Own words" in desk.get("/settings/chases").text
    assert desk.press(url, words).status_code == 409
    assert desk.press(f"{url}/put-back").status_code == 303
    assert "Own words" not in desk.get("/settings/chases").text
    assert bench.sit(Role.CASEWORKER).get(url).status_code == 403


def test_a_body_that_passed_it_on_is_told_once_and_leads_to_the_new_one(bench: Bench) -> None:
    desk = bench.sit(Role.CASEWORKER)
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == bench.reference)).one()
        case.status, now = "waiting_body", case.received_at
        row = Enquiry(office_id=case.office_id, case_id=case.id, body="Marl Homes", address="a@marl.example",
                      question="When?", created_at=now, asked_at=now)  # fmt: skip
        session.add(row)
    url = f"/cases/{bench.reference}/enquiries/{row.id}"
    assert "They passed it on" in desk.get(url).text
    assert "Marl Homes passed it on" in desk.get(f"{url}/pass-on").text
    typed = {"body_name": "Some Council", "email": "letters@council.example", "reason": "They rang."}
    assert desk.press(f"{url}/pass-on", typed | {"reason": ""}).status_code == 422
    done = desk.press(f"{url}/pass-on", typed).headers["location"]
    page = desk.get(done).text
    assert "Marl Homes, who passed it on" in page and "See Marl Homes" in page
    old = desk.get(url).text
    assert "Passed on" in old and "See Some Council" in old and "They passed it on" not in old
