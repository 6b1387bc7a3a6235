"""Answers on a platform: who reads them, until when, privately or publicly; comments that are hidden."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from inbox.models import (
    Case,
    Channel,
    ChannelMode,
    Draft,
    Event,
    EventKind,
    Handle,
    Job,
    Message,
    MessageKind,
    Role,
)
from tests.factories import a_channel
from tests.web.staff.offices import Bench

PERSON = "6780462125377510"


def on_facebook(bench: Bench, kind: MessageKind, *, ago: timedelta = timedelta(hours=1)) -> str:
    """The bench's case as if its person had written on Facebook; the message's id."""
    with bench.write() as session:
        channel = a_channel(session, kind="facebook", name="Page", account="111", mode=ChannelMode.FULL)
        case = session.exec(select(Case).where(Case.reference == bench.reference)).one()
        message = session.exec(select(Message).where(Message.case_id == case.id)).one()
        message.kind, message.channel_id, message.sender_handle = kind, channel.id, PERSON
        message.external_id, message.received_at = "5_9", datetime.now(UTC) - ago
        message.link = "https://www.facebook.com/111_5?comment_id=9"
        case.channel_id = channel.id
        session.add(
            Handle(office_id=case.office_id, constituent_id=case.constituent_id, channel_kind="facebook",
                   address=PERSON)
        )  # fmt: skip
        return str(message.id)


def draft_of(bench: Bench) -> Draft:
    with bench.read() as session:
        found: Draft = session.exec(select(Draft).where(Draft.case_id == bench.case().id)).one()
        return found


def test_a_private_answer_says_who_reads_it_and_until_when_and_asks_for_no_subject(bench: Bench) -> None:
    on_facebook(bench, MessageKind.MESSAGE)
    page = bench.sit(Role.CASEWORKER).get(f"/cases/{bench.reference}").text
    assert "Only Donna Fretwell will read this, as a private Facebook message." in page
    assert "Facebook lets us reply until" in page
    assert 'data-limit="2000"' in page
    assert 'name="subject"' not in page
    assert 'name="form"' not in page
    assert 'type="file"' not in page


def test_an_answer_to_a_comment_is_private_unless_publicly_is_chosen(bench: Bench) -> None:
    on_facebook(bench, MessageKind.COMMENT)
    desk = bench.sit(Role.CASEWORKER)
    page = desk.get(f"/cases/{bench.reference}").text
    assert "Publicly, as a comment" in page
    assert "answer a comment privately once" in page
    where = desk.press(f"/cases/{bench.reference}/drafts", {"text": "At ten."}).headers["location"]
    assert draft_of(bench).form == "message"
    version = str(draft_of(bench).version)
    desk.press(where, {"text": "At ten.", "form": "comment", "version": version})
    assert draft_of(bench).form == "comment"
    page = desk.get(where).text
    assert "Everyone can read this on Facebook. Write nothing that is private." in page
    assert 'value="comment" checked data-public' in page


def test_each_way_of_answering_says_itself_who_reads_it_so_that_the_line_follows_the_choice(
    bench: Bench,
) -> None:
    on_facebook(bench, MessageKind.COMMENT)
    page = bench.sit(Role.CASEWORKER).get(f"/cases/{bench.reference}").text
    line = page.partition('<div class="composer__audience">')[2].partition("</div>")[0]
    private, public, none = line.split("<p ")[1:]
    assert "composer__reader--message" in private
    assert "Only Donna Fretwell will read this, as a private Facebook" in private
    assert "composer__reader--comment" in public
    assert "Everyone can read this on Facebook." in public
    assert "Choose who reads your answer." in none


def test_what_was_begun_privately_is_asked_about_once_before_everybody_reads_it(bench: Bench) -> None:
    on_facebook(bench, MessageKind.COMMENT)
    desk = bench.sit(Role.CASEWORKER)
    typed = {"text": "At ten.", "form": "message"}
    where = desk.press(f"/cases/{bench.reference}/drafts", typed).headers["location"]
    version = str(draft_of(bench).version)
    asked = desk.press(f"{where}/send", {"text": "At ten.", "form": "comment", "version": version})
    assert asked.status_code == 200
    assert "You began this as a private message. Now everybody will be able to read it." in asked.text
    assert draft_of(bench).state == "draft", "nothing has left"
    version = str(draft_of(bench).version)
    stored = {"stored": "yes", "version": version}
    assert "You began this as a private message" in desk.press(f"{where}/send", stored).text
    assert desk.press(f"{where}/send", {**stored, "publicly": "yes"}).status_code == 303
    assert draft_of(bench).state == "queued"


def test_what_was_public_from_its_first_word_and_what_stays_private_is_not_asked_about(bench: Bench) -> None:
    on_facebook(bench, MessageKind.COMMENT)
    desk = bench.sit(Role.CASEWORKER)
    answer = desk.press(f"/cases/{bench.reference}/drafts/send", {"text": "At ten.", "form": "comment"})
    assert answer.status_code == 303
    assert draft_of(bench).state == "queued"


def test_a_way_that_the_platform_does_not_allow_cannot_be_chosen_and_says_why(bench: Bench) -> None:
    on_facebook(bench, MessageKind.COMMENT, ago=timedelta(days=8))
    desk = bench.sit(Role.CASEWORKER)
    page = desk.get(f"/cases/{bench.reference}").text
    ways = page.partition("Who reads your answer")[2].partition("</fieldset>")[0]
    private, public = ways.split("<label")[1:]
    assert "disabled" in private
    assert "That ended on" in private
    assert "disabled" not in public


def test_what_stands_in_the_way_is_said_once(bench: Bench) -> None:
    on_facebook(bench, MessageKind.MESSAGE, ago=timedelta(days=8))
    desk = bench.sit(Role.CASEWORKER)
    where = desk.press(f"/cases/{bench.reference}/drafts", {"text": "At ten."}).headers["location"]
    refused = desk.press(f"{where}/send", {"text": "At ten.", "version": str(draft_of(bench).version)})
    assert refused.status_code == 422
    assert refused.text.count("That ended on") == 1


def test_what_the_channel_says_of_the_words_is_told_while_they_are_written(bench: Bench) -> None:
    on_facebook(bench, MessageKind.MESSAGE)
    desk = bench.sit(Role.CASEWORKER)
    kept = desk.press(
        f"/cases/{bench.reference}/drafts", {"text": "a" * 2050}, headers={"accept": "application/json"}
    )
    assert "50" in kept.json()["told"]


def test_a_letter_has_its_address_and_its_subject_before_it_is_first_saved(bench: Bench) -> None:
    page = bench.sit(Role.CASEWORKER).get(f"/cases/{bench.reference}").text
    assert 'name="recipients"' in page
    assert "donna@example.org" in page
    assert f"({bench.reference})" in page.partition('name="subject"')[2][:200]


def test_what_went_to_a_person_on_a_platform_is_shown_with_their_name_and_not_a_number(
    bench: Bench,
) -> None:
    on_facebook(bench, MessageKind.MESSAGE)
    desk = bench.sit(Role.CASEWORKER)
    desk.press(f"/cases/{bench.reference}/drafts/send", {"text": "We will ring."})
    for page in (f"/cases/{bench.reference}", "/sending"):
        shown = desk.get(page).text
        assert "Donna Fretwell" in shown
        assert f"to {PERSON}" not in shown.lower()


def test_choosing_again_who_reads_it_voids_a_yes(bench: Bench) -> None:
    on_facebook(bench, MessageKind.COMMENT)
    desk = bench.sit(Role.CASEWORKER)
    where = desk.press(f"/cases/{bench.reference}/drafts", {"text": "At ten."}).headers["location"]
    before = draft_of(bench).version
    desk.press(where, {"text": "At ten.", "form": "comment", "version": str(before)})
    assert draft_of(bench).version == before + 1


def test_a_closed_window_says_so_and_offers_email(bench: Bench) -> None:
    on_facebook(bench, MessageKind.MESSAGE, ago=timedelta(days=8))
    desk = bench.sit(Role.CASEWORKER)
    where = desk.press(f"/cases/{bench.reference}/drafts", {"text": "Dear Donna."}).headers["location"]
    page = desk.get(where).text
    assert "That ended on" in page
    assert "Use email" in page
    with bench.read() as session:
        mail = session.exec(select(Channel.id).where(Channel.kind == "email")).first()
    moved = desk.press(where, {"version": str(draft_of(bench).version), "channel": str(mail)})
    assert moved.status_code == 303, moved.text
    draft = draft_of(bench)
    assert (draft.recipients, draft.channel_id, draft.text) == (["donna@example.org"], mail, "Dear Donna.")
    assert bench.reference in draft.subject


def test_a_comment_shows_where_it_stands_and_can_be_hidden_and_shown_again(bench: Bench) -> None:
    message = on_facebook(bench, MessageKind.COMMENT)
    desk = bench.sit(Role.CASEWORKER)
    page = desk.get(f"/cases/{bench.reference}").text
    assert "Facebook comment" in page
    assert "On www.facebook.com" in page
    assert "Hide from the public" in page
    url = f"/cases/{bench.reference}/messages/{message}/hide"
    assert desk.press(url, {"hidden": "yes"}).status_code == 303
    assert "Show it to everyone again" in desk.get(f"/cases/{bench.reference}").text
    with bench.read() as session:
        assert [row.subject_id for row in session.exec(select(Job).where(Job.kind == "hide"))] == [message]
        asked = session.exec(select(Event).where(Event.kind == EventKind.HIDING_ASKED)).one()
        assert asked.actor_id == bench.staff(Role.CASEWORKER).id
    assert desk.press(url, {"hidden": "yes"}).status_code == 409


@pytest.mark.parametrize("kind", [MessageKind.MESSAGE])
def test_what_was_written_privately_cannot_be_hidden(bench: Bench, kind: MessageKind) -> None:
    message = on_facebook(bench, kind)
    desk = bench.sit(Role.CASEWORKER)
    assert "Hide from the public" not in desk.get(f"/cases/{bench.reference}").text
    assert desk.press(f"/cases/{bench.reference}/messages/{message}/hide").status_code == 422


def test_what_was_edited_or_taken_back_says_so(bench: Bench) -> None:
    message = on_facebook(bench, MessageKind.COMMENT)
    with bench.write() as session:
        first = session.exec(select(Message).where(Message.id == message)).one()
        first.withdrawn_at = datetime.now(UTC)
        session.add(
            Message(
                office_id=first.office_id, case_id=first.case_id, channel_id=first.channel_id,
                direction="inbound", kind="comment", text="Second wording", new_text="Second wording",
                edit_of=first.id, received_at=datetime.now(UTC),
            )
        )  # fmt: skip
    page = bench.sit(Role.CASEWORKER).get(f"/cases/{bench.reference}").text
    assert "Earlier wording" in page
    assert "Edited" in page
    assert "Taken back" in page


@pytest.mark.parametrize("typed", ["nonsense", "donna@example.org, nonsense", "Donna <donna@example.org>"])
def test_a_letter_goes_to_right_addresses_only(bench: Bench, typed: str) -> None:
    desk = bench.sit(Role.CASEWORKER)
    where = desk.press(f"/cases/{bench.reference}/drafts", {"text": "At ten."}).headers["location"]
    before = draft_of(bench).recipients
    version = str(draft_of(bench).version)
    answer = desk.press(where, {"text": "At ten.", "recipients": typed, "version": version})
    assert answer.status_code == 422
    assert "Enter an email address in the correct format" in answer.text
    assert draft_of(bench).recipients == before


@pytest.mark.parametrize("typed", ["9999999999999999", "donna@example.org"])
def test_on_a_platform_only_who_wrote_there_can_be_answered(bench: Bench, typed: str) -> None:
    on_facebook(bench, MessageKind.MESSAGE)
    desk = bench.sit(Role.CASEWORKER)
    where = desk.press(f"/cases/{bench.reference}/drafts", {"text": "At ten."}).headers["location"]
    version = str(draft_of(bench).version)
    answer = desk.press(where, {"text": "At ten.", "recipients": typed, "version": version})
    assert answer.status_code == 422
    assert "can only answer somebody who wrote to us there" in answer.text
    assert draft_of(bench).recipients == [PERSON]


def test_a_body_is_asked_by_letter_also_on_a_case_from_a_platform(bench: Bench) -> None:
    on_facebook(bench, MessageKind.MESSAGE)
    desk = bench.sit(Role.CASEWORKER)
    asked = {
        "body_name": "Marl Homes",
        "email": "complaints@marl.example",
        "text": "What about the damp?",
        "due": "20",
    }
    assert desk.press(f"/cases/{bench.reference}/enquiries", asked).status_code in (302, 303)
    draft = draft_of(bench)
    with bench.read() as session:
        carrier = session.exec(select(Channel).where(Channel.id == draft.channel_id)).one()
    assert (carrier.kind, draft.recipients) == ("email", ["complaints@marl.example"])
