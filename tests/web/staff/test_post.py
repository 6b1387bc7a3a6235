"""The post tray: letters are durable before the page answers, read once, and checked by people."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser
from sqlmodel import col, select

from inbox import hand_channels
from inbox.history import OPERATOR
from inbox.jobs import JobKind
from inbox.models import (
    Arrival,
    Attachment,
    Case,
    Channel,
    ChannelMode,
    Constituent,
    Event,
    EventKind,
    Job,
    Message,
    Role,
)
from inbox.worker import Worker, make_node
from tests.rigs.paper import photographed, scanned
from tests.web.desks import Desk
from tests.web.staff.offices import Bench


@pytest.fixture(scope="module")
def photo(browser: Browser) -> bytes:
    return photographed(browser)


@pytest.fixture
def desk(bench: Bench) -> Iterator[Desk]:
    with bench.sit(Role.CASEWORKER) as desk:
        yield desk


def hand_in(desk: Desk, *files: tuple[str, bytes], field: str = "files", **fields: str) -> Any:
    chosen = [(field, (name, content, "application/octet-stream")) for name, content in files]
    return desk.press("/post", fields, files=chosen)


def work(bench: Bench) -> None:
    wiring = bench.app.state.wiring
    Worker(make_node(wiring.settings, bench.database)).until_idle()


def letters(bench: Bench) -> list[Message]:
    with bench.read() as session:
        query = select(Message).where(Message.kind == "letter").order_by(col(Message.id))
        return list(session.exec(query))


def case_of(bench: Bench, letter: Message) -> Case:
    with bench.read() as session:
        return session.exec(select(Case).where(Case.id == letter.case_id)).one()


def url_of(bench: Bench, letter: Message) -> str:
    return f"/cases/{case_of(bench, letter).reference}/letters/{letter.id}"


def a_read_letter(bench: Bench, desk: Desk, content: bytes, name: str = "a.jpg") -> Message:
    assert hand_in(desk, (name, content)).status_code == 303
    work(bench)
    return letters(bench)[0]


def test_several_letters_at_once_are_one_arrival_each_before_the_page_answers(
    bench: Bench, desk: Desk, photo: bytes
) -> None:
    answer = hand_in(desk, ("a.jpg", photo), ("b.pdf", scanned(photo)), came="1 June 2026", together="no")
    assert answer.status_code == 303
    assert "2 letters are kept." in desk.get(answer.headers["location"]).text
    with bench.read() as session:
        rows = session.exec(select(Arrival).where(Arrival.state == "waiting")).all()
        store = bench.app.state.wiring.store
        assert all(b"pages" in store.get(row.office_id, row.raw_hash) for row in rows)
        assert {row.received_at.date().isoformat() for row in rows} == {"2026-06-01"}
    with bench.database.read() as session:
        jobs = session.exec(select(Job.kind).where(col(Job.subject_id).in_([row.id for row in rows]))).all()
    assert jobs == [JobKind.READ] * 2, "nothing else waits while a letter is read"


def test_a_letter_that_was_read_by_machine_is_a_case_that_says_so(
    bench: Bench, desk: Desk, photo: bytes
) -> None:
    letter = a_read_letter(bench, desk, photo)
    case = case_of(bench, letter)
    assert "housing-social" in case.topics or "housing-private" in case.topics, "the rules read its words"
    page = desk.get(f"/cases/{case.reference}").text
    assert "Unchecked: a program read this letter" in page
    assert f'href="{url_of(bench, letter)}"' in page
    assert url_of(bench, letter) in desk.get("/post").text
    with bench.read() as session:
        channel = session.exec(select(Channel).where(Channel.kind == "post")).one()
    assert (case.channel_id, channel.mode) == (channel.id, ChannelMode.FULL)


def test_a_person_confirms_the_words_and_both_readings_stay(bench: Bench, desk: Desk, photo: bytes) -> None:
    letter = a_read_letter(bench, desk, photo)
    fields = {
        "text": "There is black mould.", "name": "Donna Fretwell", "address": "14 Quarry Road",
        "postcode": "zz10 4ab", "subject": "Mould",
    }  # fmt: skip
    assert desk.press(url_of(bench, letter), fields).status_code == 303
    first, checked = letters(bench)
    assert first.text == letter.text
    assert (checked.edit_of, checked.text, checked.author_id) == (
        first.id, "There is black mould.", bench.staff(Role.CASEWORKER).id,
    )  # fmt: skip
    with bench.read() as session:
        person = session.exec(select(Constituent).where(Constituent.id == checked.constituent_id)).one()
        told = session.exec(select(Event.detail).where(Event.kind == EventKind.LETTER_CHECKED)).one()
    assert (person.name, person.postcode, person.address) == ("Donna Fretwell", "ZZ10 4AB", "14 Quarry Road")
    assert (told["message"], told["before"]) == (checked.id, first.id)
    assert case_of(bench, letter).subject == "Mould"
    page = desk.get(f"/cases/{case_of(bench, letter).reference}").text
    assert "As a program read it" in page and "Compared with its pages" in page
    assert url_of(bench, letter) not in desk.get("/post").text
    again = desk.press(url_of(bench, letter), fields)
    assert again.status_code == 422
    assert "Somebody has checked this letter already." in again.text


def test_what_is_missing_in_a_check_is_said_and_what_was_typed_stays(
    bench: Bench, desk: Desk, photo: bytes
) -> None:
    letter = a_read_letter(bench, desk, photo)
    for fields, sentence in (
        ({"text": "", "name": "Nia Cole"}, "Type what the letter says."),
        ({"text": "mould", "name": ""}, "Enter a name."),
        ({"text": "mould", "name": "Nia Cole", "postcode": "somewhere"}, "Enter a real postcode."),
        ({"text": "mould", "name": "Nia Cole", "email": "donna@example.org"}, "Two people are never joined"),
    ):
        answer = desk.press(url_of(bench, letter), fields)
        assert answer.status_code == 422
        assert sentence in answer.text
    assert "Nia Cole" in answer.text
    assert len(letters(bench)) == 1
    with bench.read() as session:
        assert session.exec(select(Constituent).where(Constituent.name == "Nia Cole")).first() is None


def test_the_same_scan_again_makes_nothing_new_and_shows_the_case(
    bench: Bench, desk: Desk, photo: bytes
) -> None:
    letter = a_read_letter(bench, desk, photo)
    answer = hand_in(desk, ("other name.jpg", photo), ("same.jpg", photo))
    page = desk.get(answer.headers["location"]).text
    assert "1 was here already." in page
    assert case_of(bench, letter).reference in page
    work(bench)
    assert len(letters(bench)) == 1


def test_several_photos_are_the_pages_of_one_letter(bench: Bench, desk: Desk, photo: bytes) -> None:
    hand_in(desk, ("1.jpg", photo), ("2.jpg", photo + b"\x00"), field="pages")
    work(bench)
    (letter,) = letters(bench)
    with bench.read() as session:
        files = session.exec(select(Attachment).where(Attachment.message_id == letter.id)).all()
    assert [file.filename for file in files] == ["1.jpg", "2.jpg"]
    assert letter.subject == "Letter, 2 pages"


def test_wrong_files_are_refused_in_words_and_the_good_ones_kept(
    bench: Bench, desk: Desk, photo: bytes
) -> None:
    locked = b"%PDF-1.6\n1 0 obj<</Encrypt 2 0 R>>endobj"
    answer = hand_in(
        desk, ("a.jpg", photo), ("notes.txt", b"just words"), ("empty.png", b""), ("locked.pdf", locked),
        ("photo.heic", b"\x00\x00\x00\x18ftypheic" + bytes(20)), ("page.svg", b"<svg onload='x()'/>"),
    )  # fmt: skip
    assert answer.status_code == 422
    for sentence in (
        "notes.txt is not a scan or a photo", "empty.png is empty", "locked.pdf asks for a password",
        "photo.heic: Photos in Apple", "page.svg is not a scan", "1 letter is kept.",
    ):  # fmt: skip
        assert sentence in answer.text
    work(bench)
    assert len(letters(bench)) == 1
    nothing = hand_in(desk)
    assert "Choose the scans or photos first" in nothing.text
    many = hand_in(desk, *((f"{number}.jpg", photo) for number in range(21)))
    assert "At most 20 files at once" in many.text
    assert "Enter a date, like 3 June 2026" in hand_in(desk, ("b.jpg", photo), came="soon").text
    assert "not in the future" in hand_in(desk, ("b.jpg", photo), came="3 June 2099").text


def test_a_letter_without_one_of_its_pages_is_not_kept(bench: Bench, desk: Desk, photo: bytes) -> None:
    answer = hand_in(desk, ("a.jpg", photo), ("b.txt", b"words"), together="yes")
    assert answer.status_code == 422
    work(bench)
    assert letters(bench) == []


def test_a_threat_in_a_letter_reaches_a_person_at_once(bench: Bench, desk: Desk, browser: Browser) -> None:
    letter = a_read_letter(bench, desk, photographed(browser, "I know where you live and I will kill you."))
    case = case_of(bench, letter)
    assert (case.priority, "threat" in case.flags) == ("immediate", True)


def test_a_letter_no_program_can_read_is_placed_by_the_rules_once_a_person_typed_it(
    bench: Bench, desk: Desk
) -> None:
    letter = a_read_letter(bench, desk, b"\xff\xd8\xff handwriting")
    assert case_of(bench, letter).topics == []
    assert "Nobody has read this letter yet" in desk.get(url_of(bench, letter)).text
    words = "My universal credit was stopped and I have no money for food."
    assert desk.press(url_of(bench, letter), {"text": words, "name": "Nia Cole"}).status_code == 303
    case = case_of(bench, letter)
    assert "benefits-uc" in case.topics
    assert case.subject == words[:80]


def test_a_page_is_shown_without_the_place_where_it_was_taken(bench: Bench, desk: Desk, photo: bytes) -> None:
    where = b"\xff\xe1\x00\x1aExif\x00\x00GPS 51.5 N, 0.12 W"
    letter = a_read_letter(bench, desk, photo[:2] + where + photo[2:])
    page = desk.get(url_of(bench, letter)).text
    (picture,) = re.findall(r'<img src="([^"]+)"', page)
    shown = desk.get(picture)
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert b"GPS" not in shown.content
    assert shown.content.startswith(b"\xff\xd8") and shown.content.endswith(photo[-200:])
    assert "sandbox" in shown.headers["content-security-policy"]
    assert desk.get(picture[:-1] + "2").status_code == 404
    assert desk.get(picture[:-1] + "0").status_code == 404


def test_a_switched_off_tray_takes_nothing_and_says_why(bench: Bench, desk: Desk, photo: bytes) -> None:
    with bench.write() as session:
        channel = hand_channels.of_office(session, "post", now=bench.house.office.created_at,
                                          actor=OPERATOR)  # fmt: skip
        channel.mode, channel.mode_reason = ChannelMode.OFF, "the scanner is broken"
    answer = hand_in(desk, ("a.jpg", photo))
    assert answer.status_code == 422
    assert "Post is switched off: the scanner is broken." in answer.text


def test_a_restricted_letter_is_not_in_the_tray_of_others(bench: Bench, desk: Desk, photo: bytes) -> None:
    letter = a_read_letter(bench, desk, photo)
    with bench.write() as session:
        session.exec(select(Case).where(Case.id == letter.case_id)).one().is_restricted = True
    assert url_of(bench, letter) not in desk.get("/post").text
    assert desk.get(url_of(bench, letter)).status_code == 404
    assert desk.get(f"{url_of(bench, letter)}/pages/1").status_code == 404
    assert url_of(bench, letter) in bench.sit(Role.MANAGER).get("/post").text
