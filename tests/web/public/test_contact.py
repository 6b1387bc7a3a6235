"""The public form, as somebody with an old phone and no script walks through it."""

from pathlib import Path

import pytest

from inbox import draft_checks, drafting, form_sessions, writing_down
from inbox.database import Database
from inbox.desk import open_desk
from inbox.history import SYSTEM
from inbox.models import Arrival, FormFile, FormSession, MessageKind
from inbox.settings import Settings
from tests.web.conftest import make_settings
from tests.web.desks import World, a_world
from tests.web.public.visitors import (
    DONNA,
    MESSAGE,
    FormOffice,
    fields_of,
    link_in,
    plain,
    reference_in,
)


@pytest.fixture
def place(world: World, settings: Settings) -> FormOffice:
    return FormOffice(world, settings)


def test_from_the_postcode_to_a_case_a_confirmed_address_and_the_status_page(place: FormOffice) -> None:
    donna = place.visitor()
    sent = donna.write()
    reference = reference_in(sent)
    assert len(place.all(Arrival)) == 2, "kept before anything is understood, beside the world's own"
    place.work()
    [(message, case, person)] = place.heard()
    assert case.reference == reference
    assert message.new_text == MESSAGE
    assert (person.name, person.postcode, person.postcode_typed) == ("Donna Fretwell", "ZZ10 4AB", True)
    assert (person.constituency, person.phone) == ("confirmed", "07700 900456")
    assert person.safe_contact == {"reply_by": "email", "voicemail": "no", "when": "before 3pm"}

    [(purpose, recipient, mail)] = place.mails()
    assert (purpose, recipient) == ("proof", "donna@example.org")
    for typed in ("Donna Fretwell", "mould", "Quarry", "ZZ10", reference):
        assert typed not in mail
    confirm = link_in(mail, "contact/")
    assert donna.get(confirm).status_code == 200
    assert len(place.mails()) == 1, "a link scanner proves nothing"
    assert "We now know" in donna.post(confirm).text
    assert [one[0] for one in place.mails()] == ["proof", "acknowledgement"]
    acknowledgement = place.mails()[1][2]
    assert reference in acknowledgement

    for words in (sent, acknowledgement):
        link = link_in(words, "s/")
        assert donna.post(link, data={"check": "zz104ab"}).status_code == 303
        assert reference in donna.get("/status").text


def test_the_whole_way_on_each_database(database: Database, tmp_path: Path) -> None:
    place = FormOffice(a_world(database), make_settings(database, tmp_path))
    donna = place.visitor()
    page = donna.write()
    place.work()
    donna.post(link_in(place.mails()[0][2], "contact/"))
    assert [one[0] for one in place.mails()] == ["proof", "acknowledgement"]
    assert donna.post(link_in(page, "s/"), data={"check": "ZZ10 4AB"}).status_code == 303
    place.later(3 * 3600)
    with database.write(place.office.id) as session:
        form_sessions.forget(session, place.settings.now())
    assert place.all(FormSession) == []


def test_a_second_press_is_the_same_case_with_the_same_reference(place: FormOffice) -> None:
    donna = place.visitor()
    donna.walk(DONNA, until="check")
    place.later(30)
    page = donna.look("check")
    pressed = [donna.post(donna.at("check"), data=fields_of(page) | {"share": "yes"}) for _ in range(3)]
    assert {answer.headers["location"] for answer in pressed} == {donna.at("sent")}
    reference = reference_in(donna.look("sent"))
    place.work()
    assert [case.reference for _, case, _ in place.heard()] == [reference]


def test_once_it_is_sent_nothing_that_was_typed_is_left_with_the_form(place: FormOffice) -> None:
    donna = place.visitor()
    donna.write()
    assert place.all(FormFile) == []
    [session] = place.all(FormSession)
    assert b"mould" not in session.sealed
    assert "mould" not in plain(donna.look("sent"))
    place.later(2 * 3600 + 60)
    assert donna.get(donna.at("sent")).headers["location"].endswith("?again=1")


@pytest.mark.parametrize("step", ["", "message", "you", "reach"])
def test_what_is_missing_is_said_at_the_field_and_in_the_summary(place: FormOffice, step: str) -> None:
    donna = place.visitor()
    donna.walk(DONNA, until=step)
    hidden = fields_of(donna.look(step))
    answer = donna.post(donna.at(step), data=hidden)
    assert answer.status_code in (303, 422)
    wanted = {
        "": "Enter your postcode",
        "message": "Write your message",
        "you": "Enter your name",
        "reach": "Select how we shall answer you",
    }[step]
    assert answer.status_code == 422
    assert answer.text.count(wanted) >= 2
    assert "<title>Error: " in answer.text


@pytest.mark.parametrize(
    ("step", "field", "value", "words"),
    [
        ("", "postcode", "not one", "Enter a real postcode"),
        ("", "postcode", "Z" * 5000, "Enter a real postcode"),
        ("message", "message", "x" * 20_001, "20,000 characters or fewer"),
        ("you", "name", "x" * 201, "200 characters or fewer"),
        ("you", "address", "x" * 501, "500 characters or fewer"),
        ("reach", "email", "donna@", "in the correct format"),
        ("reach", "email", "a@example.org, b@example.org", "in the correct format"),
        ("reach", "email", "x" * 250 + "@example.org", "in the correct format"),
        ("reach", "phone", "none of your business", "Enter a phone number"),
        ("reach", "when", "x" * 201, "200 characters or fewer"),
    ],
)
def test_each_field_has_its_limit_and_what_was_typed_stays(
    place: FormOffice, step: str, field: str, value: str, words: str
) -> None:
    donna = place.visitor()
    donna.walk(DONNA, until=step)
    answer = donna.fill(step, DONNA | {field: value})
    assert answer.status_code == 422
    assert answer.text.count(words) >= 2
    assert value[:30] in plain(answer.text) or f'value="{value[:20]}' in answer.text


def test_an_answer_that_cannot_be_sent_yet_leads_back_to_its_page(place: FormOffice) -> None:
    donna = place.visitor()
    donna.walk(DONNA, until="you")
    assert donna.get(donna.at("check")).headers["location"] == donna.at("you")
    assert donna.get(donna.at("sent")).headers["location"].endswith("?again=1")
    stranger = place.visitor()
    assert stranger.get(stranger.at("message")).headers["location"].endswith("?again=1")
    assert "We could not find your answers" in stranger.get(stranger.home + "?again=1").text


def test_somebody_whose_time_ran_out_keeps_what_they_typed_last(place: FormOffice) -> None:
    donna = place.visitor()
    donna.walk(DONNA, until="message")
    page = donna.look("message")
    place.later(3 * 3600)
    answer = donna.post(donna.at("message"), data=fields_of(page) | {"message": MESSAGE})
    assert answer.status_code == 303
    on = donna.get(answer.headers["location"])
    assert on.headers["location"] == donna.home + "?again=1"
    words = plain(donna.get(on.headers["location"]).text)
    assert "What you sent just now is kept." in words
    assert "Or call us on 01632 960180" in words
    donna.fill("", DONNA)
    assert MESSAGE in donna.look("message")
    assert "is kept" not in plain(donna.get(donna.home + "?again=1").text)


def test_somebody_in_another_seat_is_told_whose_and_may_go_on(place: FormOffice) -> None:
    carol = place.visitor()
    answer = carol.fill("", {"postcode": "ZZ20 1AA"})
    assert answer.headers["location"] == carol.at("not-ours")
    words = plain(carol.look("not-ours"))
    assert "Rowan Ashby is not your MP" in words
    assert "Your MP is Imogen Stride, for Tern Vale." in words
    carol.write(postcode="ZZ20 1AA")
    place.work()
    [(_, case, person)] = place.heard()
    assert person.constituency == "not_ours"
    assert case.reference


def test_a_seat_whose_mp_we_do_not_know_is_named_and_a_postcode_in_no_table_goes_on(
    place: FormOffice,
) -> None:
    carol = place.visitor()
    carol.fill("", {"postcode": "ZZ50 1AA"})
    assert "You live in Nowhere in Particular" in plain(carol.look("not-ours"))
    assert carol.fill("", {"postcode": "ZZ99 1AA"}).headers["location"] == carol.at("message")


@pytest.mark.parametrize("why", ["homeless", "forces", "overseas", "away", "other"])
def test_nobody_is_turned_away_for_want_of_a_postcode(place: FormOffice, why: str) -> None:
    wyn = place.visitor()
    assert wyn.fill("no-postcode", {"elsewhere": why}).headers["location"] == wyn.at("message")
    for step in ("message", "you", "reach", "check"):
        place.later(10)
        assert wyn.fill(step, DONNA | {"address": ""}).status_code == 303
    link = link_in(wyn.look("sent"), "s/")
    place.work()
    [(message, _, person)] = place.heard()
    assert "No postcode:" in message.text
    assert (person.postcode, person.constituency) == (None, "unknown")
    assert wyn.post(link, data={"check": "donna@example.org"}).status_code == 303


@pytest.mark.parametrize(("by", "mails"), [("email", ["proof"]), ("phone", []), ("post", [])])
def test_only_the_way_that_was_called_safe_is_used(place: FormOffice, by: str, mails: list[str]) -> None:
    donna = place.visitor()
    page = donna.write(reply_by=by)
    place.work()
    assert [purpose for purpose, _, _ in place.mails()] == mails
    assert ("We may send a mail to the address that you gave" in page) == bool(mails)


@pytest.mark.parametrize(
    "words", ["i cannot go on, i want to end my life tonight", "he hits me, please do not contact me at home"]
)
def test_nothing_automatic_answers_words_of_danger_and_the_page_names_help_in_any_case(
    place: FormOffice, words: str
) -> None:
    page = place.visitor().write(message=words)
    for number in ("999", "111", "116 123", "0808 2000 247"):
        assert number in page
    place.work()
    assert [mail for mail in place.mails() if mail[0] != "notice"] == []  # our own lead is told
    assert place.heard()[0][1].flags


def test_somebody_we_know_is_not_changed_by_a_form_that_names_their_address(place: FormOffice) -> None:
    place.visitor().write()
    place.work()
    place.visitor(address="192.0.2.7").write(name="Not Donna", postcode="ZZ10 9ZZ", phone="07700 900999")
    place.work()
    [(_, first, donna), (second, other, person)] = place.heard()
    assert donna.id == person.id
    assert (person.name, person.postcode, person.phone) == ("Donna Fretwell", "ZZ10 4AB", "07700 900456")
    assert first.id != other.id, "two cases, never joined by machine"
    assert second.proposed_case_id == first.id


def test_the_link_on_the_screen_opens_with_what_its_writer_typed_and_with_nothing_of_the_person_they_named(
    place: FormOffice,
) -> None:
    place.visitor().write()
    place.work()
    stranger = place.visitor(address="192.0.2.7")
    link = link_in(stranger.write(postcode="ZZ10 9ZZ"), "s/")
    place.work()
    assert stranger.post(link, data={"check": "ZZ10 4AB"}).status_code == 422
    assert stranger.post(link, data={"check": "ZZ10 9ZZ"}).status_code == 303


def test_a_form_in_welsh_is_welsh_to_the_end(place: FormOffice) -> None:
    wyn = place.visitor(language="cy")
    wrong = wyn.fill("", {"postcode": ""}).text
    assert "Mae problem" in wrong
    assert "Gwall:" in wrong
    for step in ("", "message", "you", "reach", "check"):
        assert '<html lang="cy"' in wyn.look(step) if step == "" else True
        place.later(10)
        assert wyn.fill(step, DONNA).status_code == 303
    page = wyn.look("sent")
    assert "Mae eich neges wedi ein cyrraedd" in page
    assert "/cy/s/" in page
    place.work()
    assert place.heard()[0][2].language == "cy"
    [(_, _, mail)] = place.mails()
    assert "Ai eich cyfeiriad e-bost" in mail
    assert "/cy/contact/" in mail


@pytest.mark.parametrize("mode", ["off", "redirect"])
def test_a_form_that_is_switched_says_where_else_to_turn_and_takes_nothing(
    place: FormOffice, mode: str
) -> None:
    donna = place.visitor()
    donna.walk(DONNA, until="check")
    place.set(mode=mode, redirect_words="Ring us between nine and five.")
    for step in ("", "message", "check", "no-postcode"):
        words = plain(donna.get(donna.at(step)).text)
        assert "This form is closed just now" in words
        assert "01632 960180" in words
        assert ("Ring us between nine and five." in words) == (mode == "redirect")
    assert "closed" in donna.post(donna.at("check"), data={"share": "yes"}).text
    place.work()
    assert place.heard() == []


def test_a_form_that_only_listens_takes_messages_and_writes_to_nobody(place: FormOffice) -> None:
    place.set(mode="listen")
    page = place.visitor().write()
    assert "We may send a mail" not in page
    place.work()
    assert len(place.heard()) == 1
    assert place.mails() == []


def test_an_office_without_a_form_looks_like_no_office(place: FormOffice) -> None:
    stranger = place.visitor()
    theirs = stranger.get(f"/contact/{place.world.theirs.office.slug}")
    nobody = stranger.get("/contact/nobody")
    assert theirs.status_code == nobody.status_code == 404


@pytest.mark.parametrize("proof", ["button", "call"])
def test_a_reply_goes_by_the_mailbox_once_the_address_is_proved(place: FormOffice, proof: str) -> None:
    donna = place.visitor()
    donna.write()
    place.work()
    [(_, case, _)] = place.heard()
    with place.database.write(place.office.id) as session:
        desk = open_desk(session, place.line.tools)
        draft = drafting.begin(
            session, desk, case, author_id=None, now=place.settings.now(), actor=SYSTEM, text="Dear Donna"
        )
        assert (draft.channel_id, draft.recipients) == (place.mailbox, ["donna@example.org"])
        [problem] = draft_checks.problems(session, desk, draft, place.settings.now())
        assert "Nobody has confirmed yet that donna@example.org is theirs" in problem
    if proof == "button":
        donna.post(link_in(place.mails()[0][2], "contact/"))
    else:
        now = place.settings.now()
        with place.database.write(place.office.id) as session:
            writing_down.log(
                session, case, MessageKind.CALL, "She gave her address again.", author_id=None, when=now,
                now=now, actor=SYSTEM,
            )  # fmt: skip
    with place.database.write(place.office.id) as session:
        desk = open_desk(session, place.line.tools)
        assert draft_checks.problems(session, desk, draft, place.settings.now()) == []


def test_somebody_known_who_asks_for_a_call_this_time_gets_no_mail(place: FormOffice) -> None:
    first = place.visitor()
    first.write()
    place.work()
    first.post(link_in(place.mails()[0][2], "contact/"))
    before = len(place.mails())
    place.later(3 * 3600)
    place.visitor().write(reply_by="phone")
    place.work()
    assert len(place.heard()) == 2
    assert len(place.mails()) == before
