"""Deliveries as cards, grouped by what a person has to do about them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from inbox.models import Case, Channel, Constituent, Delivery, DeliveryState
from inbox.queues import Outgoing
from inbox.web.staff.showing import platform_words
from inbox.web.staff.showing import words as say
from inbox.web.views.parts import Act, Badge, Link, Tab, Tone
from inbox.web.views.sending import DeliveryGroup, DeliveryRow

EMPTY = {"sent": "Nothing was sent yet.", "stopped": "Nothing was stopped."}
_PURPOSES = {
    "reply": "Reply to {}",
    "acknowledgement": "Acknowledgement to {}",
    "enquiry": "Letter about {}",
    "notice": "Notice to staff",
    "proof": "Question whether the address is theirs, to {}",
    "to_staff": "Message handed to staff",
}
_GROUPS = (
    ("Needs you: perhaps sent", "Nobody knows yet. No machine sends these again.", (DeliveryState.UNKNOWN,)),
    ("Not delivered", "These came back or were refused.", (DeliveryState.FAILED, DeliveryState.BOUNCED)),
    (
        "Trying again",
        "The other side did not take these yet. We keep trying for four hours.",
        (DeliveryState.RETRYING,),
    ),
    ("On the way", "You can stop these until they leave.", (DeliveryState.QUEUED, DeliveryState.SENDING)),
)


def stretch(seconds: int) -> str:
    """`100` as `1 minute 40 seconds`."""
    both = zip(divmod(seconds, 60), ("minute", "second"), strict=True)
    return (
        " ".join(f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in both if number)
        or "no time"
    )


def nothing(undo_seconds: int) -> str:
    return f"Nothing is leaving. Replies show here for {stretch(undo_seconds)} before they go."


def tabs(state: str) -> tuple[Tab, ...]:
    return (
        Tab("Now", "/sending", state not in EMPTY),
        Tab("Sent", "/sending?state=sent", state == "sent"),
        Tab("Stopped", "/sending?state=stopped", state == "stopped"),
    )


def more(state: str, following: str | None) -> Link | None:
    if following is None:
        return None
    kept = f"state={state}&" if state in EMPTY else ""
    return Link("Show earlier", f"/sending?{kept}after={following}")


def open_groups(session: Session, rows: Sequence[Outgoing], zone: ZoneInfo) -> tuple[DeliveryGroup, ...]:
    """What is not settled, by what is to be done."""
    names = _names(session, [row.case_id or "" for row in rows])
    called = platform_words.called(session, (to for row in rows for to in row.recipients))
    found = []
    for heading, words, states in _GROUPS:
        cards = tuple(
            _open(row, names.get(row.case_id or "", "the person"), called, zone)
            for row in rows
            if row.state in states
        )
        if cards:
            found.append(DeliveryGroup(heading, words, cards))
    return tuple(found)


def past_group(
    session: Session, rows: Sequence[Delivery], state: str, zone: ZoneInfo
) -> tuple[DeliveryGroup, ...]:
    """What left, or was stopped."""
    if not rows:
        return ()
    names = _names(session, [row.case_id or "" for row in rows])
    cases = {row.id: row for row in session.exec(select(Case).where(col(Case.id).in_(list(names))))}
    kinds = {row.id: row.kind for row in session.exec(select(Channel))}
    called = platform_words.called(session, (to for row in rows for to in row.recipients))
    cards = tuple(
        _past(row, cases.get(row.case_id or ""), names, called, kinds.get(row.channel_id), zone)
        for row in rows
    )
    heading, words = ("Sent", "Newest first.") if state == "sent" else ("Stopped", "These were not sent.")
    return (DeliveryGroup(heading, words, cards),)


def _open(row: Outgoing, name: str, called: Mapping[str, str], zone: ZoneInfo) -> DeliveryRow:
    word, icon = say.channel(row.channel_kind)
    badge, words = _state(row.state, row.next_at.astimezone(zone), row.trouble)
    to = ", ".join(called.get(one, one) for one in row.recipients)
    evidence = tuple(
        line for line in (f"To {to}." if to else "", row.evidence or "", _tries(row.attempts)) if line
    )
    return DeliveryRow(
        row.delivery_id, _PURPOSES.get(row.purpose, "Message to {}").format(name), row.reference or "",
        f"/cases/{row.reference}" if row.reference else "/sending", word, icon,
        row.queued_at.astimezone(zone), badge, words, evidence, _acts(row.delivery_id, row.state),
        _instead(row),
    )  # fmt: skip


def _past(
    row: Delivery, case: Case | None, names: dict[str, str], called: Mapping[str, str], kind: str | None,
    zone: ZoneInfo,
) -> DeliveryRow:  # fmt: skip
    word, icon = say.channel(kind)
    to = ", ".join(called.get(one, one) for one in row.recipients)
    at = (row.sent_at or row.queued_at).astimezone(zone)
    badge, words = _state(row.state, at, row.trouble)
    title = _PURPOSES.get(row.purpose, "Message to {}").format(names.get(row.case_id or "", "the person"))
    reference = case.reference if case else ""
    return DeliveryRow(
        row.id, title, reference, f"/cases/{reference}" if case else "/sending", word, icon, at, badge,
        f"To {to}. {words}".strip(), tuple([row.evidence] if row.evidence else []), (),
    )  # fmt: skip


def _state(state: str, at: datetime, trouble: str | None) -> tuple[Badge, str]:
    match DeliveryState(state):
        case DeliveryState.UNKNOWN:
            return Badge("Not known", Tone.SOON, "question"), (
                "We do not know if this was sent. Check the Sent folder, then choose."
            )
        case DeliveryState.FAILED | DeliveryState.BOUNCED:
            return Badge("Not delivered", Tone.LATE, "late"), trouble or "It was refused."
        case DeliveryState.RETRYING:
            return Badge(f"Next try {at:%H:%M}", Tone.SOON, "soon"), trouble or ""
        case DeliveryState.SENDING:
            return Badge("Leaving now", Tone.CALM, "clock"), ""
        case DeliveryState.QUEUED:
            return Badge(f"Leaves {at:%H:%M:%S}", Tone.CALM, "clock"), ""
        case DeliveryState.STOPPED:
            return Badge("Stopped", Tone.CALM, "paused"), "Its words are a draft again."
        case DeliveryState.DELIVERED:
            return Badge("Delivered", Tone.OK, "tick"), ""
    return Badge("Sent", Tone.OK, "tick"), ""


def _acts(delivery_id: str, state: str) -> tuple[Act, ...]:
    url = f"/sending/{delivery_id}"
    if state == DeliveryState.UNKNOWN:
        return (
            Act("It was sent", f"{url}/settle", None, (("outcome", "sent"),)),
            Act("It was not sent", f"{url}/settle", None, (("outcome", "not_sent"),)),
        )
    if state in (DeliveryState.FAILED, DeliveryState.BOUNCED):
        return (Act("Try again", f"{url}/retry"),)
    if state in (DeliveryState.QUEUED, DeliveryState.RETRYING):
        return (Act("Stop sending", f"{url}/stop"),)
    return ()


def _instead(row: Outgoing) -> tuple[Link, ...]:
    """Other ways to somebody whom this cannot reach: sending it again to no mailbox helps nobody."""
    is_lost = row.state in (DeliveryState.FAILED, DeliveryState.BOUNCED)
    if not is_lost or not row.reference or row.purpose not in ("reply", "enquiry"):
        return ()
    url = f"/cases/{row.reference}"
    return (Link("Write to another address", f"{url}/addresses"), Link("Log a call instead", f"{url}/log"))


def _tries(attempts: int) -> str:
    return "" if attempts < 1 else "Tried once." if attempts == 1 else f"Tried {attempts} times."


def _names(session: Session, case_ids: Sequence[str]) -> dict[str, str]:
    """Who each case is about; the reference alone for a restricted one."""
    query = (
        select(Case.id, Case.reference, Case.is_restricted, Constituent.name)
        .join(Constituent, col(Constituent.id) == Case.constituent_id, isouter=True)
        .where(col(Case.id).in_(list(case_ids)))
    )
    return {
        key: reference if hidden or not name else name for key, reference, hidden, name in session.exec(query)
    }
