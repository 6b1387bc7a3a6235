"""What is done about one message: a typed address asked once more; a comment hidden and answered, by REST."""

from datetime import UTC, datetime, timedelta

from sqlmodel import select

from inbox import address_proofs, draft_checks
from inbox.models import Channel, ChannelMode, Delivery, Draft, Event, EventKind, Role
from tests.factories import a_case, a_channel, a_constituent, a_draft, a_message
from tests.web.staff.offices import Bench


def test_an_address_that_was_only_typed_is_asked_once_more_and_not_without_end(bench: Bench) -> None:
    with bench.write() as session:
        form = a_channel(session, kind="web", name="Form", account="form", mode=ChannelMode.FULL)
        person = a_constituent(session)
        case = a_case(session, channel_id=form.id, constituent_id=person.id)
        message = a_message(
            session, case_id=case.id, channel_id=form.id, kind="form", constituent_id=person.id,
            sender_handle="typed@example.org",
        )  # fmt: skip
    desk = bench.sit(Role.CASEWORKER)
    where = f"/cases/{case.reference}/messages/{message.id}/ask-again"
    assert where in desk.get(f"/cases/{case.reference}").text
    answers = [desk.press(where) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 422]
    assert "asked often enough today" in answers[2].text
    with bench.read() as session:
        sent = session.exec(select(Delivery).where(Delivery.purpose == "proof")).all()
    assert [row.recipients for row in sent] == [["typed@example.org"]] * 2
    ordinary = bench.case()
    with bench.read() as session:
        own = session.exec(select(Event).where(Event.case_id == ordinary.id)).all()
    assert not [event for event in own if event.kind == EventKind.ADDRESS_ASKED]


def test_no_draft_leaves_for_a_typed_address_though_no_person_has_it(bench: Bench) -> None:
    with bench.write() as session:
        form = a_channel(session, kind="web", name="Form", account="form", mode=ChannelMode.FULL)
        case = a_case(session, channel_id=form.id)
        a_message(
            session, case_id=case.id, channel_id=form.id, kind="form", sender_handle="typed@example.org"
        )
        draft = a_draft(session, case, recipients=["typed@example.org"], text="We asked the council.")
    told = bench.sit(Role.CASEWORKER).get(f"/api/v1/drafts/{draft.id}").json()["problems"]
    assert any(one.startswith("Nobody has asked yet whether typed@example.org is theirs") for one in told)


def test_what_asks_for_secrecy_is_marked_and_its_address_asked_only_by_somebody_who_knows(
    bench: Bench,
) -> None:
    with bench.write() as session:
        form = a_channel(session, kind="web", name="Form", account="form", mode=ChannelMode.FULL)
        person = a_constituent(session)
        case = a_case(session, channel_id=form.id, constituent_id=person.id, flags=["confidential"])
        message = a_message(
            session, case_id=case.id, channel_id=form.id, kind="form", constituent_id=person.id,
            sender_handle="typed@example.org",
        )  # fmt: skip
    desk = bench.sit(Role.CASEWORKER)
    page = desk.get(f"/cases/{case.reference}").text
    assert "Confidential" in page
    assert "Ask whether the address is theirs" in page
    where = f"/cases/{case.reference}/messages/{message.id}/ask-again"
    warned = desk.press(where)
    assert (warned.status_code, "safe for them?" in warned.text) == (200, True)
    with bench.read() as session:
        assert not session.exec(select(Delivery).where(Delivery.purpose == "proof")).all()
    assert desk.press(where, {"sure": "yes"}).status_code == 303
    with bench.read() as session:
        [mail] = session.exec(select(Delivery).where(Delivery.purpose == "proof")).all()
        asked = session.exec(select(Event).where(Event.kind == EventKind.ADDRESS_ASKED)).one()
    assert (mail.recipients, asked.actor_id) == (["typed@example.org"], bench.staff(Role.CASEWORKER).id)
    assert "Ask again whether the address is theirs" in desk.get(f"/cases/{case.reference}").text


def test_a_writer_of_a_reply_is_told_what_an_address_waits_for(bench: Bench) -> None:
    with bench.write() as session:
        form = a_channel(session, kind="web", name="Form", account="form", mode=ChannelMode.FULL)
        case = a_case(session, channel_id=form.id)
        a_message(
            session, case_id=case.id, channel_id=form.id, kind="form", sender_handle="typed@example.org"
        )
        draft = a_draft(session, case, recipients=["typed@example.org"], text="We asked the council.")
    told = []
    for days in (None, 0, 4):
        with bench.write() as session:
            now = datetime.now(UTC)
            if days is not None:
                address_proofs.ask(session, case, "typed@example.org", now - timedelta(hours=1))
                session.flush()
            later = now + timedelta(days=days or 0)
            told += draft_checks.problems(session, bench.desk(session), draft, later)
    never, waiting, over = [one for one in told if "typed@example.org" in one]
    assert "press “Ask whether the address is theirs” by their message" in never
    assert "They can press the button in our mail; or ring them" in waiting
    assert "works no more. Press “Ask again whether the address is theirs”" in over


def test_a_program_hides_a_comment_and_chooses_how_its_answer_is_read(bench: Bench) -> None:
    with bench.write() as session:
        page = a_channel(session, kind="facebook", name="Page", account="111", mode=ChannelMode.FULL)
        case = a_case(session, channel_id=page.id)
        comment = a_message(session, case_id=case.id, channel_id=page.id, kind="comment", external_id="1_2")
        draft = a_draft(session, case, channel_id=page.id, answers=comment.id)
    desk = bench.sit(Role.CASEWORKER)
    token = {"X-CSRF-Token": desk.csrf}
    where = f"/api/v1/messages/{comment.id}/visibility"
    assert desk.post(where, json={"hidden": True}, headers=token).status_code == 202
    assert desk.post(where, json={"hidden": True}, headers=token).status_code == 409
    version = {**token, "If-Match": f'"{draft.version}"'}
    changed = desk.patch(f"/api/v1/drafts/{draft.id}", json={"form": "comment"}, headers=version)
    assert (changed.status_code, changed.json()["form"]) == (200, "comment"), changed.text
    wrong = desk.patch(f"/api/v1/drafts/{draft.id}", json={"form": "shout"}, headers=version)
    assert wrong.status_code == 422
    with bench.read() as session:
        assert session.exec(select(Draft.form).where(Draft.id == draft.id)).one() == "comment"
        kinds = session.exec(select(Event.kind).where(Event.case_id == case.id)).all()
        assert session.exec(select(Channel).where(Channel.id == page.id)).one().kind == "facebook"
    assert kinds.count(EventKind.HIDING_ASKED) == 1
