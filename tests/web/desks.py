"""People at their desks: a small world of two offices, and browsers that are signed in."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient

from inbox import standard_lines
from inbox.database import Database
from inbox.history import OPERATOR, record
from inbox.models import Case, EventKind, Office, Role, Staff
from inbox.secrets import token_hash
from inbox.sign_in import door, sessions
from tests.factories import (
    KEYS,
    NOW,
    a_body,
    a_campaign,
    a_case,
    a_channel,
    a_clock,
    a_consent,
    a_delivery,
    a_draft,
    a_message,
    a_person,
    a_rule,
    a_rule_call,
    a_surgery,
    an_appointment,
    an_arrival,
    an_attachment,
    an_enquiry,
    an_office,
)

HERE = ("127.0.0.1", 50000)


@dataclass(slots=True)
class House:
    """One office with a person of each role, an ordinary case and a restricted one."""

    office: Office
    people: dict[Role, Staff]
    case: Case
    restricted: Case
    ids: dict[str, str]
    """What stands in a path, by the parameter's name."""
    hidden: dict[str, str]
    """The same for the restricted case."""


@dataclass(slots=True)
class World:
    """Two offices in one database."""

    database: Database
    ours: House
    theirs: House = field(init=False)


def a_world(database: Database) -> World:
    world = World(database, a_house(database, name="Rowan Ashby MP"))
    world.theirs = a_house(database, name="Department for Quarries", kind="department", prefix="MIN")
    return world


def a_house(database: Database, **facts: Any) -> House:
    with database.write() as session:
        office = an_office(session, **facts)
    with database.write(office.id) as session:
        people = {
            role: a_person(session, roles=[role.value], name=f"{role.value.title()} Person") for role in Role
        }
        case = a_case(session, reference=f"{office.prefix}-2222-AB", subject="Damp")
        channel = a_channel(session)
        message = a_message(session, case_id=case.id)
        draft = a_draft(session, case)
        attachment = an_attachment(session, message)
        delivery = a_delivery(session, channel, case_id=case.id, draft_id=draft.id, state="unknown")
        arrival = an_arrival(session, channel, state="quarantined")
        line = standard_lines.write(
            session, number=None, title="Damp", topic="", english="We have asked the landlord.", welsh="",
            owner_id=None, good_until=None, author_id=None, now=NOW, actor=OPERATOR,
        )  # fmt: skip
        rule = a_rule(session)
        call = a_rule_call(session, case, rule)
        body, enquiry, consent = a_body(session), an_enquiry(session, case), a_consent(session, case)
        event = record(session, case, EventKind.NOTED, OPERATOR, now=NOW)
        clock = a_clock(session, case)
        campaign = a_campaign(session, message, case)
        surgery = a_surgery(session)
        appointment = an_appointment(session, surgery, case)
        restricted = a_case(
            session, reference=f"{office.prefix}-3333-CD", subject="Threat", is_restricted=True
        )
        secret = a_message(session, case_id=restricted.id)
        hidden = {
            "reference": restricted.reference,
            "message_id": secret.id,
            "draft_id": a_draft(session, restricted).id,
            "attachment_id": an_attachment(session, secret).id,
            "delivery_id": a_delivery(session, channel, case_id=restricted.id, state="unknown").id,
            "event_id": record(session, restricted, EventKind.NOTED, OPERATOR, now=NOW),
            "view": "to-sort",
            "number": "1",
            "enquiry_id": an_enquiry(session, restricted).id,
            "consent_id": a_consent(session, restricted).id,
            "body_id": body.id,
            "channel_id": channel.id,
            "staff_id": "0" * 32,
            "kind": "email",
            "line_id": line.id,
            "rule_id": rule.id,
            "call_id": a_rule_call(session, restricted, rule).id,
            "sign_in_id": "0" * 32,
            "clock_id": a_clock(session, restricted).id,
            "extension_id": "0" * 32,
            "act": "pause",
            "letter": "chase-1",
            "language": "en",
            "other": restricted.reference,
            "surgery_id": surgery.id,
            "appointment_id": an_appointment(session, surgery, restricted, is_walk_in=True).id,
        }
    ids = {
        "reference": case.reference,
        "message_id": message.id,
        "draft_id": draft.id,
        "attachment_id": attachment.id,
        "delivery_id": delivery.id,
        "arrival_id": arrival.id,
        "event_id": event,
        "campaign_id": campaign.id,
        "view": "to-sort",
        "number": "1",
        "enquiry_id": enquiry.id,
        "consent_id": consent.id,
        "body_id": body.id,
        "channel_id": channel.id,
        "staff_id": "0" * 32,
        "kind": "email",
        "office": office.slug,
        "step": "you",
        "token": "A" * 43,
        "form": "json",
        "code": "transport",
        "path": "nothing.css",
        "line_id": line.id,
        "rule_id": rule.id,
        "call_id": call.id,
        "sign_in_id": "0" * 32,
        "clock_id": clock.id,
        "extension_id": "0" * 32,
        "act": "pause",
        "letter": "chase-1",
        "language": "en",
        "other": case.reference,
        "surgery_id": surgery.id,
        "appointment_id": appointment.id,
    }
    return House(office, people, case, restricted, ids, hidden)


class Desk(TestClient):
    """A browser at 127.0.0.1. Signed in, it sends its page's token with each write, as our pages do."""

    def __init__(self, app: FastAPI, **options: Any) -> None:
        options.setdefault("base_url", "http://127.0.0.1")
        super().__init__(app, client=HERE, follow_redirects=False, raise_server_exceptions=True, **options)
        self.csrf = ""

    def sit(self, staff: Staff) -> "Desk":
        """Signs `staff` in at this browser, as if the password and the code had been right."""
        wiring = self.app.state.wiring  # type: ignore[attr-defined]
        now = datetime.now(UTC)
        with wiring.database.write(staff.office_id) as session:
            token = door.open_seat(session, KEYS, staff, now, replaces=None)
        with wiring.database.read() as session:
            seat = sessions.find(session, token, now)
        assert seat is not None
        self.cookies.set("inbox", token, domain="127.0.0.1", path="/")
        self.csrf, self.key = seat.csrf, token_hash(token)
        return self

    def press(self, path: str, fields: dict[str, str] | None = None, **options: Any) -> Any:
        """POSTs a form of ours."""
        return self.post(path, data={"csrf_token": self.csrf} | (fields or {}), **options)
