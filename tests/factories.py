"""Small makers of believable rows: `a_case(session, subject="Damp")`. Each adds its row and flushes it.

People, places and numbers are invented (postcode area ZZ, domains example.*).
"""

import itertools
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlmodel import Session

from inbox.database import office_of
from inbox.models import (
    Appointment,
    Arrival,
    Attachment,
    Body,
    Campaign,
    CampaignCopy,
    Case,
    Channel,
    Clock,
    Consent,
    Constituent,
    Delivery,
    Direction,
    Draft,
    Enquiry,
    Message,
    Office,
    OfficeKind,
    Role,
    Rule,
    RuleCall,
    Staff,
    Surgery,
    Team,
    new_id,
)
from inbox.secrets import SecretKeys
from inbox.sign_in import codes, passwords, people
from routing.words import RISK_FLAGS

NOW = datetime(2026, 6, 2, 9, 30, tzinfo=UTC)
KEYS = SecretKeys([bytes(range(32))])
PASSWORD = "quarry road in the rain"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_numbers = itertools.count(1)


def an_office(session: Session, **overrides: Any) -> Office:
    """An MP's office. The session may be of no office yet."""
    number = next(_numbers)
    facts: dict[str, Any] = {
        "slug": f"office-{number}",
        "name": "Rowan Ashby MP",
        "kind": OfficeKind.MP,
        "nation": "england",
        "prefix": "WX",
        "languages": ["en"],
        "created_at": NOW,
    }
    return _added(session, Office(**facts | overrides))


def a_person(session: Session, **overrides: Any) -> Staff:
    """A caseworker who signs in with PASSWORD and TOTP_SECRET."""
    number, staff_id = next(_numbers), overrides.pop("id", new_id())
    facts: dict[str, Any] = {
        "id": staff_id,
        "office_id": office_of(session),
        "email": f"priya.{number}@example.org",
        "name": "Priya Nair",
        "roles": [Role.CASEWORKER.value],
        "password_hash": _hash_of(PASSWORD),
        "totp_secret": KEYS.seal(TOTP_SECRET, staff_id),
        "created_at": NOW,
    }
    staff = _added(session, Staff(**facts | overrides))
    session.add(people._way_in(KEYS, staff.email, staff))
    session.flush()
    return staff


def a_team(session: Session, **overrides: Any) -> Team:
    facts: dict[str, Any] = {"office_id": office_of(session), "name": f"Housing {next(_numbers)}"}
    return _added(session, Team(**facts | overrides))


def a_rule(session: Session, **overrides: Any) -> Rule:
    """Sends what has one of the words to a team that there may or may not be."""
    text = {"any": [{"field": "message", "operator": "word_list", "value": ["damp", "mould"]}]}
    body = {"name": "Damp", "when": text, "then": {"priority": "priority"}}
    facts: dict[str, Any] = {
        "office_id": office_of(session),
        "name": "Damp",
        "position": 10,
        "is_enabled": True,
        "body": body,
    }
    return _added(session, Rule(**facts | overrides))


def a_rule_call(session: Session, case: Case, rule: Rule, **overrides: Any) -> RuleCall:
    """A web address that answered no."""
    facts: dict[str, Any] = {
        "office_id": office_of(session), "case_id": case.id, "rule": rule.name, "rule_id": rule.id,
        "version": 1, "address": "sealed", "host": "calls.example", "state": "failed", "attempts": 1,
        "trouble": "it answered 404", "queued_at": NOW, "ended_at": NOW,
    }  # fmt: skip
    return _added(session, RuleCall(**facts | overrides))


def a_channel(session: Session, **overrides: Any) -> Channel:
    """A mailbox."""
    number = next(_numbers)
    facts: dict[str, Any] = {
        "office_id": office_of(session),
        "kind": "email",
        "name": f"Mailbox {number}",
        "account": f"casework.{number}@example.org",
        "since": NOW,
        "created_at": NOW,
    }
    return _added(session, Channel(**facts | overrides))


def a_constituent(session: Session, **overrides: Any) -> Constituent:
    facts: dict[str, Any] = {
        "office_id": office_of(session),
        "name": "Donna Fretwell",
        "postcode": "ZZ10 4AB",
        "created_at": NOW,
    }
    return _added(session, Constituent(**facts | overrides))


def a_case(session: Session, **overrides: Any) -> Case:
    number = next(_numbers)
    facts: dict[str, Any] = {
        "office_id": office_of(session),
        "reference": f"WX-{number:04d}-7K",
        "subject": "Damp at 14 Quarry Road",
        "received_at": NOW,
        "created_at": NOW,
        "updated_at": NOW,
    }
    facts["in_danger"] = bool(RISK_FLAGS & set(overrides.get("flags", ())))
    return _added(session, Case(**facts | overrides))


def a_clock(session: Session, case: Case, **overrides: Any) -> Clock:
    """A promise of ten working days, as yet neither kept nor missed."""
    facts: dict[str, Any] = {
        "office_id": case.office_id,
        "case_id": case.id,
        "kind": "first_reply",
        "received_at": NOW,
        "amount": 10,
        "unit": "working_days",
        "due_at": NOW + timedelta(days=14),
    }
    return _added(session, Clock(**facts | overrides))


def a_message(session: Session, **overrides: Any) -> Message:
    facts: dict[str, Any] = {
        "office_id": office_of(session),
        "direction": Direction.INBOUND,
        "sender_name": "Donna Fretwell",
        "sender_handle": "donna@example.org",
        "subject": "Damp",
        "text": "black mould all over the kids room since October",
        "new_text": "black mould all over the kids room since October",
        "received_at": NOW,
    }
    return _added(session, Message(**facts | overrides))


def a_campaign(session: Session, message: Message, case: Case, **overrides: Any) -> Campaign:
    """A pile with that one message on it."""
    facts: dict[str, Any] = {
        "office_id": office_of(session),
        "slug": f"save-our-banks-{next(_numbers)}",
        "title": "Save our bank branches",
        "template": message.new_text,
        "template_id": message.id,
        "created_at": NOW,
        "updated_at": NOW,
    }
    campaign: Campaign = _added(session, Campaign(**facts | overrides))
    copy = CampaignCopy(
        office_id=case.office_id, message_id=message.id, text_id=message.id, campaign_id=campaign.id,
        case_id=case.id, core=1, joined_at=NOW,
    )  # fmt: skip
    _added(session, copy)
    return campaign


def a_surgery(session: Session, **overrides: Any) -> Surgery:
    """A morning in the library, tomorrow."""
    start = (datetime.now(UTC) + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    facts: dict[str, Any] = {
        "office_id": office_of(session),
        "place": f"Wexcombe library {next(_numbers)}",
        "host": "Rowan Ashby",
        "starts_at": start,
        "ends_at": start + timedelta(hours=2),
        "slot_minutes": 15,
        "created_at": NOW,
    }
    return _added(session, Surgery(**facts | overrides))


def an_appointment(session: Session, surgery: Surgery, case: Case, **overrides: Any) -> Appointment:
    """At the first time of the surgery."""
    facts: dict[str, Any] = {
        "office_id": surgery.office_id,
        "surgery_id": surgery.id,
        "case_id": case.id,
        "starts_at": surgery.starts_at,
        "booked_at": NOW,
    }
    return _added(session, Appointment(**facts | overrides))


def an_attachment(session: Session, message: Message, **overrides: Any) -> Attachment:
    facts: dict[str, Any] = {
        "office_id": message.office_id,
        "message_id": message.id,
        "filename": "mould.jpg",
        "content_type": "image/jpeg",
        "size": 3,
        "content_hash": "0" * 64,
    }
    return _added(session, Attachment(**facts | overrides))


def a_draft(session: Session, case: Case, **overrides: Any) -> Draft:
    facts: dict[str, Any] = {
        "office_id": case.office_id,
        "case_id": case.id,
        "number": next(_numbers),
        "recipients": ["donna@example.org"],
        "subject": "Damp at 14 Quarry Road",
        "text": "Dear Donna, we have asked Marl Homes again.",
        "provenance": {"drafted_by": None, "source": None, "template": None, "lines": []},
        "created_at": NOW,
        "updated_at": NOW,
    }
    return _added(session, Draft(**facts | overrides))


def a_body(session: Session, **overrides: Any) -> Body:
    """A line of the contact directory."""
    number = next(_numbers)
    facts: dict[str, Any] = {
        "office_id": office_of(session),
        "name": f"Marl Homes {number}",
        "key": f"marlhomes{number}",
        "email": "letters@marl-homes.example",
        "changed_at": NOW,
    }
    return _added(session, Body(**facts | overrides))


def an_enquiry(session: Session, case: Case, **overrides: Any) -> Enquiry:
    """A question that has left."""
    facts: dict[str, Any] = {
        "office_id": case.office_id,
        "case_id": case.id,
        "body": "Marl Homes",
        "address": "letters@marl-homes.example",
        "question": "When will the mould be treated?",
        "asked_at": NOW,
        "created_at": NOW,
    }
    return _added(session, Enquiry(**facts | overrides))


def a_consent(session: Session, case: Case, **overrides: Any) -> Consent:
    """A permission in writing."""
    facts: dict[str, Any] = {
        "office_id": case.office_id,
        "case_id": case.id,
        "kind": "written",
        "given_by": "Donna Fretwell",
        "given_at": NOW,
        "note": "By email.",
        "recorded_at": NOW,
    }
    return _added(session, Consent(**facts | overrides))


def an_arrival(session: Session, channel: Channel, **overrides: Any) -> Arrival:
    facts: dict[str, Any] = {
        "office_id": channel.office_id,
        "channel_id": channel.id,
        "account": channel.account,
        "external_id": f"INBOX/1/{next(_numbers)}",
        "raw_hash": "0" * 64,
        "size": 1,
        "received_at": NOW,
        "kept_at": NOW,
    }
    return _added(session, Arrival(**facts | overrides))


def a_delivery(session: Session, channel: Channel, **overrides: Any) -> Delivery:
    facts: dict[str, Any] = {
        "office_id": channel.office_id,
        "channel_id": channel.id,
        "purpose": "reply",
        "outgoing_id": f"<{next(_numbers)}@example.org>",
        "raw_hash": "0" * 64,
        "queued_at": NOW,
        "next_at": NOW,
    }
    return _added(session, Delivery(**facts | overrides))


def a_code(now: datetime) -> str:
    """What the authenticator app of `a_person` shows at `now`."""
    import pyotp

    return pyotp.TOTP(TOTP_SECRET).at(int(now.timestamp()) // codes.STEP_SECONDS * codes.STEP_SECONDS)


@cache
def _hash_of(password: str) -> str:
    return passwords.hash_password(password)


def _added(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row
