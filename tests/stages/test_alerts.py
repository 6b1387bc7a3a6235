"""Those who must know are told by a short mail: a reference and a link, never what anybody wrote."""

import email
from datetime import UTC, datetime, timedelta
from email import policy

from sqlmodel import select

from inbox import alerts, departures, outbox
from inbox.desk import open_desk
from inbox.history import SYSTEM
from inbox.models import Channel, ChannelMode, Delivery, DeliveryState, Event, EventKind, Office, Role
from inbox.silence import Silence
from tests.inbox.plans import asked
from tests.security.places import Bureau, Place, letter

THREAT = "I know where you live. I am going to kill you on Friday."


def notices(bureau: Bureau) -> list[tuple[Delivery, email.message.EmailMessage]]:
    return [
        (row, email.message_from_bytes(raw, policy=policy.default))  # type: ignore[misc]
        for row, raw in bureau.deliveries()
        if row.purpose == "notice"
    ]


def named_lead(place: Place, role: Role | None) -> None:
    with place.database.write(place.ours.id) as session:
        office = session.exec(select(Office).where(Office.id == place.ours.id)).one()
        office.named_lead = place.ours.people[role].id if role else None


def told(place: Place) -> list[Event]:
    with place.database.read(place.ours.id) as session:
        return list(session.exec(select(Event).where(Event.kind == EventKind.ALERTED)))


def test_a_threat_is_told_to_the_named_lead_without_a_word_of_it(place_on_each: Place) -> None:
    place = place_on_each
    named_lead(place, Role.CHECKER)
    place.ours.receive(letter(THREAT, subject="You will be sorry", sender="Zed Grudge <zed@example.org>"))
    reference = place.ours.cases()[0]["reference"]
    [(row, mail)] = notices(place.ours)
    assert row.recipients == [place.ours.people[Role.CHECKER].email]
    assert row.state == DeliveryState.QUEUED
    words = f"{mail['subject']} {mail.get_content()}"
    assert reference in words
    assert f"/cases/{reference}" in words
    for secret in ("kill", "sorry", "Zed", "zed@", "threat", "live"):
        assert secret not in words
    assert mail["auto-submitted"] == "auto-generated" or mail["auto-submitted"] == "auto-replied"
    assert [event.detail["staff"] for event in told(place)] == [[place.ours.people[Role.CHECKER].id]]


def test_without_a_named_lead_the_managers_are_told(place: Place) -> None:
    place.ours.receive(letter(THREAT))
    [(row, _)] = notices(place.ours)
    assert row.recipients == [place.ours.people[Role.MANAGER].email]


def test_a_second_threat_at_once_is_not_mailed_again(place: Place) -> None:
    place.ours.receive(letter(THREAT, message_id="<one@example.org>"))
    place.ours.receive(
        letter(THREAT + " Soon.", message_id="<two@example.org>", In_Reply_To="<one@example.org>")
    )
    assert len(notices(place.ours)) == 1


def test_an_ordinary_message_alerts_nobody(place: Place) -> None:
    place.ours.receive(letter())
    assert notices(place.ours) == []
    assert told(place) == []


def test_where_nothing_can_be_sent_the_history_says_that_nobody_was_told(place: Place) -> None:
    with place.database.write(place.ours.id) as session:
        session.merge(place.ours.channel).mode = ChannelMode.LISTEN
    place.ours.receive(letter(THREAT))
    assert notices(place.ours) == []
    assert [event.detail["because"] for event in told(place)] == ["no_channel"]


def test_nobody_is_told_of_a_restricted_case_that_they_may_not_know(place: Place) -> None:
    named_lead(place, Role.CHECKER)
    place.ours.receive(letter(THREAT))
    assert place.ours.cases()[0]["flags"] == ["threat"]
    [(row, _)] = notices(place.ours)
    assert row.recipients == [place.ours.people[Role.CHECKER].email], "the named lead sees restricted cases"


def test_an_alert_that_left_is_no_reply_to_the_person(place: Place) -> None:
    place.ours.receive(letter(THREAT))
    before = place.ours.cases()[0]["clocks"]
    now = datetime.now(UTC)
    with place.database.write(place.ours.id) as session:
        [claimed] = outbox.claim(session, now, timedelta(minutes=1))
    with place.database.write(place.ours.id) as session:
        row = outbox.settle(session, claimed, outbox.Outcome(outbox.Result.SENT, "250 ok"), now)
        departures.left(session, open_desk(session, place.node.line.tools), row, now=now, actor=SYSTEM)
    assert place.ours.cases()[0]["clocks"] == before
    with place.database.read(place.ours.id) as session:
        kinds = session.exec(select(Event.kind).where(Event.case_id == row.case_id)).all()
        public = session.exec(select(Event.kind).where(Event.is_public)).all()
    assert EventKind.SENT not in kinds
    assert EventKind.DELIVERED not in public


def failing(place: Place, trouble: str) -> None:
    """The office's mailbox fails, and whoever collects from it says so."""
    with place.database.write(place.ours.id) as session:
        row = session.exec(select(Channel).where(Channel.id == place.ours.channel.id)).one()
        row.trouble = trouble
        alerts.of_channel(session, open_desk(session, place.node.line.tools), row, now=datetime.now(UTC))


def switch(place: Place, mode: ChannelMode) -> None:
    with place.database.write(place.ours.id) as session:
        session.exec(select(Channel).where(Channel.id == place.ours.channel.id)).one().mode = mode


def test_what_is_said_of_a_channel_keeps_nothing_else_back_that_is_wrong_with_it(place: Place) -> None:
    quiet = Silence(datetime.now(UTC) - timedelta(hours=30), timedelta(hours=6))
    for _ in range(2):
        with place.database.write(place.ours.id) as session:
            row = session.merge(place.ours.channel)
            row.signed_in_until = datetime.now(UTC) + timedelta(days=3)
            desk, now = open_desk(session, place.node.line.tools), datetime.now(UTC)
            alerts.of_silence(session, desk, row, quiet, now=now)
            alerts.of_sign_in_ending(session, desk, row, now=now)
    assert len(notices(place.ours)) == 2, "each once a day"
    for _ in range(2):
        failing(place, "the password was refused")
    assert len(notices(place.ours)) == 3
    assert any("the password was refused" in mail.get_content() for _, mail in notices(place.ours))


def test_a_channels_trouble_that_nobody_could_be_told_of_is_told_once_somebody_can(place: Place) -> None:
    switch(place, ChannelMode.LISTEN)
    for _ in range(3):
        failing(place, "the password was refused")
    assert [one.detail["because"] for one in told(place)] == ["no_channel"], "noted once"
    switch(place, ChannelMode.FULL)
    failing(place, "the password was refused")
    assert len(notices(place.ours)) == 1


def test_twenty_wrong_passwords_are_told_to_their_owner(place: Place) -> None:
    person = place.ours.people[Role.CASEWORKER]
    browser = place.client()
    for _ in range(21):
        browser.post("/sign-in", data={"email": person.email, "password": "not the right one"})
    [(row, mail)] = notices(place.ours)
    assert row.recipients == [person.email]
    assert "failed 20 times" in mail.get_content()
    assert row.case_id is None


def test_the_mails_of_the_last_hour_are_not_looked_for_in_all_that_was_sent(place: Place) -> None:
    now = datetime.now(UTC)
    with place.database.write(place.ours.id) as session, asked(place.database) as said:
        alerts.of_disk(session, open_desk(session, place.node.line.tools), 10, 20, now=now)
    by = "USING INDEX delivery_notice (office_id=? AND queued_at>?)"
    assert said.plan("FROM delivery", "queued_at >") == [f"SEARCH delivery {by}"]
