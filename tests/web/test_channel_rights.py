"""What a role may not do on a channel: generated for every route, so that a new one cannot forget it."""

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from sqlmodel import select

from inbox import channel_rights
from inbox.access import RIGHTS, Action, Person, closed_to, may_on
from inbox.errors import Refused
from inbox.history import OPERATOR
from inbox.models import (
    Campaign,
    Case,
    Channel,
    ChannelAct,
    ChannelClosure,
    ChannelMode,
    Enquiry,
    Event,
    EventKind,
    Handle,
    Role,
)
from inbox.search import reindex_case
from tests.factories import (
    NOW,
    a_campaign,
    a_case,
    a_channel,
    a_constituent,
    a_delivery,
    a_draft,
    a_message,
    an_arrival,
    an_attachment,
)
from tests.web.desks import Desk, World
from tests.web.routes import PUBLIC, every_route
from tests.web.test_policy import NOT_THERE, call, guarded, words

MARK = "Zephyrine"
"""Stands in everything that came through the closed channel, and nowhere else."""


@pytest.fixture
def hidden(world: World) -> dict[str, str]:
    """A channel that caseworkers may not read, with a case of its own and a message on an open case."""
    house = world.ours
    with world.database.write(house.office.id) as session:
        page = a_channel(session, kind="facebook", name="Page", account="111", mode=ChannelMode.FULL)
        person = a_constituent(session, name=f"{MARK} Cole")
        session.add(
            Handle(office_id=page.office_id, constituent_id=person.id, channel_kind="facebook", address="27")
        )
        case = a_case(session, channel_id=page.id, constituent_id=person.id, subject=f"{MARK} lane")
        said = {"channel_id": page.id, "sender_name": f"{MARK} Cole", "sender_handle": "27",
                "subject": MARK, "text": f"{MARK} wrote", "new_text": f"{MARK} wrote"}  # fmt: skip
        message = a_message(session, case_id=case.id, constituent_id=person.id, **said)
        session.add(session.merge(house.case))
        aside = a_message(session, case_id=house.case.id, **said)
        loose = a_message(session, machine="list", **said)
        draft = a_draft(session, case, channel_id=page.id, text=f"Dear {MARK}", state="submitted")
        beside = a_draft(session, house.case, channel_id=page.id, number=7, text=f"Dear {MARK}")
        attachment = an_attachment(session, message, filename=f"{MARK}.txt")
        delivery = a_delivery(session, page, case_id=case.id, draft_id=draft.id, state="unknown")
        beside_delivery = a_delivery(session, page, case_id=house.case.id, state="failed", trouble=MARK)
        arrival = an_arrival(session, page, state="quarantined", trouble=MARK)
        pile = a_campaign(session, message, case, slug="of-theirs", title=MARK)
        known = session.exec(select(Campaign).where(Campaign.id == house.ids["campaign_id"])).one()
        known.template, known.template_id = f"{MARK} asks you to vote", aside.id
        enquiry = session.exec(select(Enquiry).where(Enquiry.id == house.ids["enquiry_id"])).one()
        enquiry.question = f"When will {MARK} hear?"
        a_draft(session, house.case, channel_id=page.id, number=8, enquiry_id=enquiry.id, state="approved")
        for one in (case, house.case):
            reindex_case(session, one.id)
        channel_rights.choose(
            session, page, without(page, Role.CASEWORKER, ChannelAct.READ), now=NOW, actor=OPERATOR
        )
        return {
            "reference": case.reference, "other": case.reference, "message_id": message.id,
            "draft_id": draft.id, "attachment_id": attachment.id, "delivery_id": delivery.id,
            "arrival_id": arrival.id, "channel": page.id, "aside": aside.id, "loose": loose.id,
            "beside": beside.id, "number": "7", "beside_delivery": beside_delivery.id,
            "campaign_id": pile.slug,
        }  # fmt: skip


def without(channel: Channel, role: Role, *acts: ChannelAct) -> channel_rights.Rights:
    everything = channel_rights.widest()
    return {**everything, str(role): everything[str(role)] - set(acts)}


def test_what_came_through_a_closed_channel_answers_like_what_does_not_exist(
    app: FastAPI, desk: Desk, world: World, hidden: dict[str, str]
) -> None:
    desk.sit(world.ours.people[Role.CASEWORKER])
    names = {"reference", "message_id", "draft_id", "attachment_id", "delivery_id", "arrival_id", "other",
             "campaign_id"}  # fmt: skip
    for route in guarded(app):
        found = names & set(re.findall(r"{(\w+)}", route.path))
        if not found:
            continue
        shut = call(desk, route, route.at(world.ours, **hidden))
        absent = call(desk, route, route.at(world.ours, **{name: NOT_THERE[name] for name in found}))
        assert shut.status_code in (403, 404, 422), route.name
        assert (shut.status_code, words(shut)) == (absent.status_code, words(absent)), route.name


def test_on_an_open_case_what_came_through_the_closed_channel_is_not_there(
    app: FastAPI, desk: Desk, world: World, hidden: dict[str, str]
) -> None:
    desk.sit(world.ours.people[Role.CASEWORKER])
    beside = {"message_id": hidden["aside"], "draft_id": hidden["beside"], "number": hidden["number"],
              "delivery_id": hidden["beside_delivery"]}  # fmt: skip
    for route in guarded(app):
        found = set(beside) & set(re.findall(r"{(\w+)}", route.path))
        if not found or "street-faults" in route.path:
            continue
        shut = call(desk, route, route.at(world.ours, **beside))
        absent = call(desk, route, route.at(world.ours, **{name: NOT_THERE[name] for name in found}))
        assert (shut.status_code, words(shut)) == (absent.status_code, words(absent)), route.name


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.MANAGER])
def test_no_page_and_no_list_shows_a_word_of_it(
    app: FastAPI, desk: Desk, world: World, hidden: dict[str, str], role: Role
) -> None:
    desk.sit(world.ours.people[role])
    seen = [path for path in readable(app, world) if MARK in desk.get(path).text]
    assert bool(seen) is (role is Role.MANAGER), seen
    if seen:
        assert {"campaigns", "enquiries"} <= {part for path in seen for part in path.split("/")}


def readable(app: FastAPI, world: World) -> Iterator[str]:
    """Every address that reads, of the ordinary case, with every view and a search for the mark."""
    for route in every_route(app):
        if route.is_write or route.is_stream or route.policy == PUBLIC:
            continue
        yield route.at(world.ours)
    for view in ("to-sort", "mine", "all", "set-aside", "sending", "to-approve"):
        yield f"/queue/{view}"
        yield f"/api/v1/cases?view={view}"
    for query in (MARK.lower(), f"name:{MARK.lower()}", "in:facebook", "mould"):
        yield f"/search?q={query}"
        yield f"/api/v1/search?q={query}"
        yield f"/api/v1/cases?q={query}"
    yield "/set-aside?kind=machine"
    yield "/sending?state=stopped"
    yield f"/cases/{world.ours.case.reference}/print"
    yield f"/cases/{world.ours.case.reference}/drafts/1"


def test_counts_and_the_live_stream_say_nothing_of_it(
    app: FastAPI, desk: Desk, world: World, hidden: dict[str, str]
) -> None:
    desk.sit(world.ours.people[Role.CASEWORKER])
    before = desk.get("/queue/all").text
    with world.database.write(world.ours.office.id) as session:
        case = session.exec(select(Case).where(Case.reference == hidden["reference"])).one()
        a_message(session, machine="bounce", channel_id=hidden["channel"])
        a_case(session, channel_id=hidden["channel"])
        case.updated_at = NOW
    after = desk.get("/queue/all").text
    assert words_of(after) == words_of(before)


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize(
    ("act", "method", "path"),
    [
        (ChannelAct.DRAFT, "POST", "/cases/{reference}/drafts"),
        (ChannelAct.DRAFT, "POST", "/api/v1/cases/{reference}/drafts"),
        (ChannelAct.DRAFT, "PATCH", "/api/v1/drafts/{draft_id}"),
        (ChannelAct.SEND, "POST", "/api/v1/drafts/{draft_id}/approve"),
        (ChannelAct.SEND, "POST", "/sending/{delivery_id}/retry"),
        (ChannelAct.SEND, "POST", "/api/v1/deliveries/{delivery_id}/retry"),
        (ChannelAct.APPROVE, "POST", "/api/v1/drafts/{draft_id}/return"),
        (ChannelAct.HIDE, "POST", "/cases/{reference}/messages/{message_id}/hide"),
        (ChannelAct.SETTINGS, "POST", "/channels/{channel_id}/mode"),
        (ChannelAct.SETTINGS, "POST", "/channels/{channel_id}/test"),
    ],
)
def test_an_act_that_is_closed_is_refused_and_every_other_stays_open(
    app: FastAPI, desk: Desk, world: World, act: ChannelAct, method: str, path: str
) -> None:
    house = world.ours
    staff = house.people[Role.MANAGER]
    [route] = [one for one in guarded(app) if one.name == f"{method} {path}"]
    with world.database.write(house.office.id) as session:
        channel = session.exec(select(Channel).where(Channel.id == house.ids["channel_id"])).one()
        page = a_channel(session, kind="facebook", name="Page", account="111", mode=ChannelMode.FULL)
        person = a_constituent(session)
        session.add(
            Handle(office_id=page.office_id, constituent_id=person.id, channel_kind="facebook", address="27")
        )
        case = a_case(session, channel_id=page.id, constituent_id=person.id)
        message = a_message(session, case_id=case.id, channel_id=page.id, kind="comment", external_id="9")
        draft = a_draft(session, case, channel_id=page.id, author_id=staff.id, writers=[staff.id])
        delivery = a_delivery(session, page, case_id=case.id, state="failed")
    at = {"reference": case.reference, "message_id": message.id, "draft_id": draft.id, "channel_id": page.id,
          "delivery_id": delivery.id}  # fmt: skip
    body = {"mode": "listen", "reason": "x", "note": "Say it shorter.", "version": "1", "text": "Dear Nia"}
    desk.sit(staff)

    def press() -> int:
        headers = {"If-Match": f'"{draft.version}"', "X-CSRF-Token": desk.csrf}
        given = {key: value for key, value in body.items() if key in fields}
        how = {"json": given} if route.is_json else {"data": given}
        return int(desk.request(method, route.at(house, **at), headers=headers, **how).status_code)

    fields = {
        ChannelAct.DRAFT: {"text"}, ChannelAct.APPROVE: {"note"}, ChannelAct.SETTINGS: {"mode", "reason"}
    }.get(act, set())  # fmt: skip
    close(world, page, act)
    assert press() == 403
    close(world, page, *(set(ChannelAct) - {act, ChannelAct.READ}))
    assert press() != 403
    assert channel.id != page.id


def test_who_may_not_write_there_is_offered_a_note_and_no_reply(desk: Desk, world: World) -> None:
    with world.database.write(world.ours.office.id) as session:
        page = a_channel(session, kind="facebook", name="Page", account="111", mode=ChannelMode.FULL)
        person = a_constituent(session)
        session.add(
            Handle(office_id=page.office_id, constituent_id=person.id, channel_kind="facebook", address="27")
        )
        case = a_case(session, channel_id=page.id, constituent_id=person.id, status="open")
        a_message(session, case_id=case.id, channel_id=page.id, kind="message", external_id="9")
        begun = a_draft(session, case, channel_id=page.id, number=3, text="Dear Nia", state="withdrawn")
    desk.sit(world.ours.people[Role.MANAGER])
    where = f"/cases/{case.reference}"
    assert f"{where}?write=reply" in desk.get(where).text
    close(world, page, ChannelAct.DRAFT)
    shown = desk.get(where).text
    assert "write=reply" not in shown and f"{where}/drafts" not in shown
    assert f"{where}/notes" in shown
    assert "Your role may not write on the channel" in desk.get(f"{where}/drafts/{begun.number}").text


def close(world: World, channel: Channel, *acts: ChannelAct) -> None:
    with world.database.write(world.ours.office.id) as session:
        for row in session.exec(select(ChannelClosure)):
            session.delete(row)
        session.flush()
        for act in acts:
            row = ChannelClosure(
                office_id=channel.office_id, channel_id=channel.id, role=str(Role.MANAGER), act=act
            )
            session.add(row)


def test_who_may_not_send_there_asks_for_sign_off_instead(desk: Desk, world: World) -> None:
    house = world.ours
    staff = house.people[Role.CASEWORKER]
    with world.database.write(house.office.id) as session:
        channel = session.exec(select(Channel).where(Channel.id == house.ids["channel_id"])).one()
        channel_rights.choose(
            session, channel, without(channel, Role.CASEWORKER, ChannelAct.SEND), now=NOW, actor=OPERATOR
        )
        session.flush()
        closed = closed_to(frozenset({Role.CASEWORKER}), [
            (row.channel_id, row.role, row.act) for row in session.exec(select(ChannelClosure))
        ])  # fmt: skip
        event = session.exec(select(Event).where(Event.kind == EventKind.CHANNEL_RIGHTS_CHANGED)).first()
    assert closed == {(channel.id, "send")}
    assert event is None or event.detail["closed"] == ["caseworker send"]
    person = Person(staff.id, house.office.id, "Priya", "p@example.org", frozenset({Role.CASEWORKER}),
                    closed=closed)  # fmt: skip
    assert may_on(person, ChannelAct.DRAFT, channel.id)
    assert not may_on(person, ChannelAct.SEND, channel.id)
    assert may_on(person, ChannelAct.SEND, None)


def test_of_several_roles_one_that_is_open_is_enough_and_one_without_the_right_counts_for_nothing() -> None:
    shut = [("c", "caseworker", "approve"), ("c", "official", "approve")]
    assert closed_to(frozenset({Role.CASEWORKER}), shut) == {("c", "approve")}
    assert closed_to(frozenset({Role.CASEWORKER, Role.MANAGER}), shut) == frozenset()
    assert closed_to(frozenset({Role.CASEWORKER, Role.AUDITOR}), shut) == {("c", "approve")}
    assert Action.APPROVE not in RIGHTS[Role.OFFICIAL]
    assert closed_to(frozenset({Role.OFFICIAL}), shut) == frozenset(), "nothing is closed that was never open"
    assert closed_to(None, [("c", "integration", "read")]) == {("c", "read")}


def test_a_token_that_acts_for_nobody_has_a_line_of_its_own(desk: Desk, world: World) -> None:
    page = desk.sit(world.ours.people[Role.MANAGER]).get(f"/channels/{world.ours.ids['channel_id']}/rights")
    assert "Programs without a person" in page.text
    assert 'value="integration/read" checked' in page.text
    assert 'value="integration/send"' not in page.text


def test_a_manager_closes_and_opens_on_the_page_and_cannot_shut_everybody_out(
    desk: Desk, world: World
) -> None:
    where = f"/channels/{world.ours.ids['channel_id']}/rights"
    desk.sit(world.ours.people[Role.MANAGER])
    assert where in desk.get(where.removesuffix("/rights")).text
    wrong = desk.press(where, {"may": "manager/send"})
    assert wrong.status_code == 422
    assert "Leave at least one role that can read" in wrong.text
    saved = desk.post(where, data={"csrf_token": desk.csrf, "may": ["manager/read", "manager/settings"]})
    assert saved.status_code == 303
    with world.database.read(world.ours.office.id) as session:
        rows = session.exec(select(ChannelClosure)).all()
    assert ("caseworker", "read") in {(row.role, row.act) for row in rows}
    assert ("manager", "read") not in {(row.role, row.act) for row in rows}
    assert desk.sit(world.ours.people[Role.CASEWORKER]).get(where).status_code == 403


def test_a_channel_that_nobody_could_read_or_keep_is_refused(world: World) -> None:
    everything = channel_rights.widest()
    for act in (ChannelAct.READ, ChannelAct.SETTINGS):
        wanted = {role: acts - {act} for role, acts in everything.items()}
        with world.database.write(world.ours.office.id) as session:
            channel = session.exec(select(Channel)).first()
            assert channel is not None
            with pytest.raises(Refused, match="Leave at least one role"):
                channel_rights.choose(session, channel, wanted, now=NOW, actor=OPERATOR)
