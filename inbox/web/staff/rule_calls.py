"""The web addresses that rules called: what became of each call, a call made again, what signs them."""

from typing import Annotated

from starlette.responses import Response

from inbox import rules
from inbox.access import Action, visible_cases
from inbox.models import CallState, Rule
from inbox.rules import calls
from inbox.web.idempotency import SHOWN_ONCE
from inbox.web.routers import page_router
from inbox.web.staff.room import Room, Workroom, acting, looking, see_other
from inbox.web.views.parts import Act, Badge, Link, Notice, Tone
from inbox.web.views.rules import CallRow, CallsPage

router = page_router()
_BADGES = {
    CallState.WAITING: Badge("Waiting", Tone.CALM, "clock"),
    CallState.DONE: Badge("Answered", Tone.OK, "tick"),
    CallState.FAILED: Badge("Failed", Tone.LATE, "late"),
    CallState.UNKNOWN: Badge("Not known", Tone.SOON, "question"),
}


@router.get("/rules/calls")
def index(room: Annotated[Room, looking(Action.READ_RULES)]) -> Response:
    """The newest calls of all rules."""
    return _page(room, None)


@router.get("/rules/{rule_id}/calls")
def of_rule(rule_id: str, room: Annotated[Room, looking(Action.READ_RULES)]) -> Response:
    """The newest calls of one rule, and whether they are signed."""
    return _page(room, rules.find_rule(room.session, rule_id))


@router.post("/rules/{rule_id}/secret")
def make_secret(rule_id: str, room: Annotated[Workroom, acting(Action.MANAGE_RULES)]) -> Response:
    """A new secret, shown on the answer and nowhere else: no copy of this page is kept."""
    row = rules.find_rule(room.session, rule_id)
    secret = calls.make_secret(room.session, room.desk.keys, row, now=room.now, actor=room.person.actor)
    return shown_once(room, row, secret)


@router.post("/rules/calls/{call_id}/again")
def call_again(call_id: str, room: Annotated[Workroom, acting(Action.MANAGE_RULES)]) -> Response:
    """Makes a call once more that failed, or of which nobody knows whether it arrived."""
    row = calls.call_again(
        room.session, call_id, visible_cases(room.person), now=room.now, actor=room.person.actor
    )
    return see_other(f"/rules/{row.rule_id}/calls" if row.rule_id else "/rules/calls", told="retried")


def shown_once(room: Workroom, rule: Rule, secret: str) -> Response:
    """The rule's calls with its new secret, on this answer and nowhere else."""
    room.session.flush()
    answer = _page(room, rule, secret)
    answer.headers[SHOWN_ONCE] = "yes"
    return answer


def _page(room: Room, rule: Rule | None, secret: str | None = None) -> Response:
    found = calls.latest(room.session, visible_cases(room.person), rule_id=rule.id if rule else None)
    view = CallsPage(
        room.shell("Rules"),
        f"Calls of “{rule.name}”" if rule else "Calls of web addresses",
        Link(f"Rule “{rule.name}”", f"/rules/{rule.id}") if rule else Link("Rules", "/rules"),
        tuple(_row(room, one) for one in found),
        _signing(room, rule) if rule else None,
        secret,
    )
    return room.page(view)


def _row(room: Room, one: calls.Called) -> CallRow:
    call, state = one.call, CallState(one.call.state)
    shows = one.reference is not None and room.may(Action.READ_CASE)
    again = state in (CallState.FAILED, CallState.UNKNOWN) and shows and room.may(Action.MANAGE_RULES)
    return CallRow(
        rule=call.rule,
        case=Link(one.reference or "", f"/cases/{one.reference}") if shows else None,
        host=call.host,
        at=room.local(call.ended_at or call.queued_at),
        badge=_BADGES[state],
        words=_words(state, call.trouble, call.answered, call.attempts, call.is_signed),
        act=Act("Call again", f"/rules/calls/{call.id}/again") if again else None,
    )


def _words(state: CallState, trouble: str | None, answered: int | None, attempts: int, signed: bool) -> str:
    tries = "" if attempts < 2 else f" Tried {attempts} times."
    seal = " Signed." if signed else " Not signed." if attempts else ""
    why = f"{trouble[0].upper()}{trouble[1:]}." if trouble else ""
    match state:
        case CallState.DONE:
            return f"It answered {answered}.{tries}{seal}" if answered else f"They were told.{tries}{seal}"
        case CallState.WAITING:
            return (
                f"{why} It is tried again by itself.{tries}".strip() if trouble else "It leaves in a moment."
            )
        case CallState.UNKNOWN:
            return f"{why} Perhaps they were told: ask them before you call again.{tries}{seal}".strip()
    return f"{why or 'It failed.'}{tries}{seal}"


def _signing(room: Room, rule: Rule) -> Notice:
    made = calls.secret_made(room.session, rule.id)
    url = f"/rules/{rule.id}/secret"
    acts = room.may(Action.MANAGE_RULES)
    if made is None:
        words = "Its first call makes one by itself. Make it now, and enter it there, so that they know us."
        return Notice(words, Tone.SOON, "No secret is made yet", (),
                      (Act("Make a secret", url),) if acts else ())  # fmt: skip
    when = room.local(made.made_at)
    words = (
        f"The secret was made by {made.made_by} on {when.day} {when:%B %Y, %H:%M}. A new one ends it at once."
    )
    return Notice(
        words, Tone.OK, "These calls are signed", (), (Act("Make a new secret", url),) if acts else ()
    )
