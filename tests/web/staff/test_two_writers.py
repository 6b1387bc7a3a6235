"""Two people on one reply: each has a draft of their own, and nobody's words are ever lost or another's."""

import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import delete
from sqlmodel import col, select

from inbox.models import Case, Delivery, Draft, DraftState, Event, EventKind, Handle, Message, Role
from tests.web.desks import Desk
from tests.web.staff.offices import Bench, inbound

HERS, HIS = "Dear Donna, her careful words.", "Dear Donna, his short words."
PROGRAM = {"accept": "application/json"}


@pytest.fixture
def priya(bench: Bench) -> Desk:
    return bench.sit(Role.CASEWORKER)


@pytest.fixture
def tom(bench: Bench) -> Desk:
    return bench.sit(Role.MANAGER)


def begun(bench: Bench, desk: Desk, text: str = HERS) -> str:
    """A reply saved by somebody; the address of its draft."""
    where = desk.press(f"/cases/{bench.reference}/drafts", {"text": text}).headers["location"]
    return str(where)


def drafts(bench: Bench) -> list[Draft]:
    with bench.read() as session:
        query = select(Draft).where(Draft.case_id == bench.case().id)
        return list(session.exec(query.order_by(col(Draft.number))))


def version(bench: Bench, url: str) -> str:
    return next(str(one.version) for one in drafts(bench) if url.endswith(f"/{one.number}"))


def take(bench: Bench, desk: Desk, url: str) -> Any:
    return desk.press(f"{url}/take", {"version": version(bench, url)})


def told(bench: Bench, desk: Desk) -> str:
    return unescape(desk.get(f"/cases/{bench.reference}/history").text)


def test_who_comes_second_reads_whose_text_it_is_and_has_it_in_no_box(
    bench: Bench, priya: Desk, tom: Desk
) -> None:
    begun(bench, priya)
    page = unescape(tom.get(f"/cases/{bench.reference}").text)
    assert "Caseworker Person has been writing this" in page
    assert HERS in page
    assert "<textarea" not in page
    assert "Take it over" in page
    assert "Write a reply of your own" in page
    assert "<textarea" in priya.get(f"/cases/{bench.reference}").text


def test_two_replies_at_once_are_two_drafts_and_each_writer_sees_their_own_in_the_box(
    bench: Bench, priya: Desk, tom: Desk
) -> None:
    begun(bench, priya)
    own = tom.get(f"/cases/{bench.reference}?write=own")
    assert "<textarea" in own.text
    assert HERS not in own.text
    assert "Caseworker Person has a draft of their own" in own.text
    begun(bench, tom, HIS)
    assert [(one.text, one.author_id) for one in drafts(bench)] == [
        (HERS, bench.staff(Role.CASEWORKER).id),
        (HIS, bench.staff(Role.MANAGER).id),
    ]
    page = priya.get(f"/cases/{bench.reference}").text
    assert HERS in page
    assert HIS not in page
    assert "Manager Person has a draft of their own" in page


def test_a_draft_taken_over_unchanged_still_says_who_wrote_it(bench: Bench, priya: Desk, tom: Desk) -> None:
    where = begun(bench, priya)
    assert take(bench, tom, where).status_code == 303
    tom.press(f"{where}/send", {"text": HERS, "version": version(bench, where)})
    with bench.read() as session:
        letter = session.exec(select(Message).where(Message.text == HERS)).one()
    assert letter.author_id == bench.staff(Role.CASEWORKER).id
    assert "Took over the text that Caseworker Person was writing." in told(bench, tom)
    assert f'href="{where}/versions"' in told(bench, tom), "the words themselves are one press away"


def test_a_letter_is_by_who_wrote_these_words_and_not_by_who_began(
    bench: Bench, priya: Desk, tom: Desk
) -> None:
    where = begun(bench, priya)
    take(bench, tom, where)
    tom.press(f"{where}/send", {"text": HIS, "version": version(bench, where)})
    with bench.read() as session:
        letter = session.exec(select(Message).where(Message.text == HIS)).one()
    assert letter.author_id == bench.staff(Role.MANAGER).id
    shown = priya.get(f"/api/v1/cases/{bench.reference}/drafts").json()["items"][0]
    assert shown["provenance"]["drafted_by"] == bench.staff(Role.MANAGER).id


def test_what_is_typed_on_after_a_take_over_becomes_a_draft_of_its_writers_own(
    bench: Bench, priya: Desk, tom: Desk
) -> None:
    where = begun(bench, priya)
    old = version(bench, where)
    take(bench, tom, where)
    tom.press(where, {"text": HIS, "version": version(bench, where)})
    longer = f"{HERS} And more."
    for _ in ("typed", "tried again, because the answer was lost"):
        answer = priya.press(where, {"text": longer, "version": old}, headers=PROGRAM)
        assert answer.status_code == 412
        assert answer.json()["text"] == HIS
        assert "Manager Person changed this reply" in answer.json()["detail"]
        assert "Your words are kept as a draft of your own." in answer.json()["detail"]
    theirs, hers = drafts(bench)
    assert (theirs.text, hers.text) == (HIS, longer)
    kept = answer.json()
    on = priya.press(kept["url"], {"text": f"{longer} Yours", "version": kept["version"]}, headers=PROGRAM)
    assert on.status_code == 200
    assert [one.text for one in drafts(bench)] == [HIS, f"{longer} Yours"]


def test_send_pressed_on_what_has_left_meanwhile_sends_nothing_and_keeps_the_words_in_the_box(
    bench: Bench, priya: Desk, tom: Desk
) -> None:
    where = begun(bench, priya)
    old = version(bench, where)
    take(bench, tom, where)
    tom.press(f"{where}/send", {"text": HIS, "version": version(bench, where)})
    late = priya.press(f"{where}/send", {"text": f"{HERS} Ever yours", "version": old})
    assert late.status_code == 412
    page = unescape(late.text)
    assert "This reply has left while you were writing" in page
    assert f">{HERS} Ever yours</textarea>" in page
    assert HIS in page
    hers = drafts(bench)[-1]
    again = priya.press(
        f"/cases/{bench.reference}/drafts/{hers.number}/send",
        {"text": hers.text, "version": str(hers.version)},
    )
    assert again.status_code == 409, "they were answered meanwhile: that is told before a second letter goes"
    assert "Manager Person answered them at" in again.text
    with bench.read() as session:
        assert len(session.exec(select(Delivery).where(Delivery.case_id == bench.case().id)).all()) == 1
    shown = re.search(r'name="read" value="([^"]+)"', again.text)
    assert shown is not None, "the answer of the colleague stands on the page"
    assert HIS in again.text
    anyway = priya.press(
        f"/cases/{bench.reference}/drafts/{hers.number}/send",
        {"stored": "yes", "read": shown[1], "version": str(drafts(bench)[-1].version)},
    )
    assert anyway.status_code == 303


def test_what_is_sent_as_stored_is_what_was_read(bench: Bench, priya: Desk) -> None:
    where = begun(bench, priya)
    old = version(bench, where)
    priya.press(where, {"text": HIS, "version": old})
    answer = priya.press(f"{where}/send", {"stored": "yes", "version": old})
    assert answer.status_code == 412
    with bench.read() as session:
        assert session.exec(select(Delivery).where(Delivery.case_id == bench.case().id)).all() == []


def test_earlier_words_are_read_with_their_writer_and_brought_back(
    bench: Bench, priya: Desk, tom: Desk
) -> None:
    where = begun(bench, priya)
    take(bench, tom, where)
    tom.press(where, {"text": HIS, "version": version(bench, where)})
    page = priya.get(f"{where}/versions").text
    assert page.index(HIS) < page.index(HERS)
    assert "Caseworker Person" in page
    back = priya.press(f"{where}/versions", {"use": "1"})
    assert back.status_code == 303
    theirs, hers = drafts(bench)
    assert (theirs.text, hers.text) == (HIS, HERS), "what a colleague holds is not overwritten by it"
    tom.press(f"{where}/versions", {"use": "1"})
    mended = drafts(bench)[0]
    assert (mended.text, mended.author_id) == (HERS, bench.staff(Role.CASEWORKER).id)
    assert "Earlier words of a draft were brought back." in told(bench, tom)


def test_words_put_away_are_still_read_where_they_were(bench: Bench, priya: Desk) -> None:
    where = begun(bench, priya)
    priya.press(f"{where}/withdraw", {"version": version(bench, where)})
    page = priya.get(where).text
    assert "Its words are kept here." in page
    assert HERS in page
    priya.press(f"{where}/versions", {"use": "1"})
    assert [(one.text, one.state) for one in drafts(bench)] == [
        (HERS, DraftState.WITHDRAWN),
        (HERS, DraftState.DRAFT),
    ]


def test_a_draft_changed_by_somebody_is_not_put_away_or_taken_over_unread(
    bench: Bench, priya: Desk, tom: Desk
) -> None:
    where = begun(bench, priya)
    old = version(bench, where)
    priya.press(where, {"text": HIS, "version": old})
    assert priya.press(f"{where}/withdraw", {"version": old}).status_code == 412
    assert tom.press(f"{where}/take", {"version": old}).status_code == 412
    assert [one.state for one in drafts(bench)] == [DraftState.DRAFT]


def test_who_left_only_a_phone_number_is_rung_or_written_to_on_paper(bench: Bench, priya: Desk) -> None:
    with bench.write() as session:
        case = session.exec(select(Case).where(Case.reference == bench.reference)).one()
        session.execute(delete(Handle).where(col(Handle.constituent_id) == case.constituent_id))
        for message in inbound(session, case):
            message.sender_handle = ""
    page = unescape(priya.get(f"/cases/{bench.reference}").text)
    assert "We have no address to send a reply to. Ring them and write the call down" in page
    assert f'href="/cases/{bench.reference}/log"' in page


def test_a_program_that_was_too_late_gets_both_texts_and_every_version(bench: Bench, priya: Desk) -> None:
    begun(bench, priya)
    (draft,) = drafts(bench)
    path, token = f"/api/v1/drafts/{draft.id}", {"X-CSRF-Token": priya.csrf}
    first = {**token, "If-Match": f'"{draft.version}"'}
    assert priya.patch(path, json={"text": HIS}, headers=first).status_code == 200
    late = priya.patch(path, json={"text": "Mine."}, headers=first)
    assert late.status_code == 412
    told = late.json()
    assert (told["text"], told["yours"]) == (HIS, "Mine.")
    assert told["drafted_by"] == bench.staff(Role.CASEWORKER).id
    kept = priya.get(f"{path}/versions").json()["items"]
    assert [one["text"] for one in kept] == [HIS, HERS]
    assert {one["drafted_by"] for one in kept} == {bench.staff(Role.CASEWORKER).id}
    assert priya.get(path).json()["held_by"] == bench.staff(Role.CASEWORKER).id


def test_a_program_that_changes_what_a_colleague_holds_has_taken_it_over_and_that_is_told(
    bench: Bench, priya: Desk, tom: Desk
) -> None:
    begun(bench, priya)
    (draft,) = drafts(bench)
    headers = {"X-CSRF-Token": tom.csrf, "If-Match": f'"{draft.version}"'}
    changed = tom.patch(f"/api/v1/drafts/{draft.id}", json={"text": HIS}, headers=headers).json()
    assert changed["held_by"] == changed["provenance"]["drafted_by"] == bench.staff(Role.MANAGER).id
    with bench.read() as session:
        taken = session.exec(select(Event).where(Event.kind == EventKind.DRAFT_TAKEN_OVER)).one()
    assert taken.detail["before"] == bench.staff(Role.CASEWORKER).id


def test_a_colleague_s_text_is_put_away_only_after_it_was_taken_over(
    bench: Bench, priya: Desk, tom: Desk
) -> None:
    url = begun(bench, priya)
    assert tom.press(f"{url}/withdraw", {"version": version(bench, url)}).status_code == 409
    assert drafts(bench)[0].state == DraftState.DRAFT
    take(bench, tom, url)
    assert tom.press(f"{url}/withdraw", {"version": version(bench, url)}).status_code == 303
    assert drafts(bench)[0].state == DraftState.WITHDRAWN


def test_nobody_puts_away_words_without_saying_which_they_read(bench: Bench, priya: Desk) -> None:
    url = begun(bench, priya)
    assert priya.press(f"{url}/withdraw").status_code == 412
    assert drafts(bench)[0].state == DraftState.DRAFT
