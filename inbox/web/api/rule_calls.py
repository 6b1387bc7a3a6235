"""The web addresses that rules called: read, called again, and the secret that signs them."""

from typing import Annotated

from fastapi import Query, Response

from inbox import rules
from inbox.access import Action, Person, visible_cases
from inbox.access import may as has_right
from inbox.rules import calls
from inbox.web.api import shapes
from inbox.web.dependencies import Now, Reading, Writing, WritingDesk, may
from inbox.web.idempotency import SHOWN_ONCE
from inbox.web.routers import api_router

router = api_router("rules")


class CallShape(shapes.Shape):
    """One call. `case` null for one that you may not read; `answered`: the status of their answer."""

    id: str
    rule: str
    version: int
    case: str | None
    host: str
    state: str
    attempts: int
    signed: bool
    answered: int | None
    trouble: str | None
    queued_at: shapes.Moment
    ended_at: shapes.Moment | None


class SecretShape(shapes.Shape):
    """What signs the calls of a rule from now on. It is shown here and never again."""

    secret: str


@router.get("/rules/calls")
def list_calls(
    person: Annotated[Person, may(Action.READ_RULES)], session: Reading,
    rule: Annotated[str | None, Query(max_length=32)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> shapes.Page[CallShape]:  # fmt: skip
    """The newest calls, newest first; `rule`: the id of the rule whose calls they are."""
    found = calls.latest(session, visible_cases(person), rule_id=rule, limit=limit)
    names = has_right(person, Action.READ_CASE)
    return shapes.Page(items=[_shape(one, names=names) for one in found])


@router.post("/rules/calls/{call_id}/again")
def call_again(
    call_id: str, person: Annotated[Person, may(Action.MANAGE_RULES)], session: Writing, now: Now
) -> CallShape:
    """Calls once more, under the same Idempotency-Key. 409 for a call that waits or was answered."""
    row = calls.call_again(session, call_id, visible_cases(person), now=now, actor=person.actor)
    return _shape(calls.Called(row, None), names=False)


@router.post("/rules/{rule_id}/secret", status_code=201)
def make_secret(
    rule_id: str, person: Annotated[Person, may(Action.MANAGE_RULES)], session: Writing, desk: WritingDesk,
    now: Now, response: Response,
) -> SecretShape:  # fmt: skip
    """A new secret in place of the one before."""
    row = rules.find_rule(session, rule_id)
    secret = calls.make_secret(session, desk.keys, row, now=now, actor=person.actor)
    response.headers[SHOWN_ONCE] = "yes"
    return SecretShape(secret=secret)


def _shape(one: calls.Called, *, names: bool) -> CallShape:
    call = one.call
    return CallShape(
        id=call.id, rule=call.rule, version=call.version, case=one.reference if names else None,
        host=call.host, state=call.state, attempts=call.attempts, signed=call.is_signed,
        answered=call.answered, trouble=call.trouble, queued_at=call.queued_at, ended_at=call.ended_at,
    )  # fmt: skip
