"""Hands a street fault on, once, and looks for proof where nobody knows whether it arrived."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from connectors.contract import ConnectorFailure, OutboundMessage, OutcomeUnknown, SentReceipt
from connectors.open311 import faults, questions, shapes
from connectors.open311.api import Api
from connectors.open311.faults import Fault
from connectors.open311.settings import CouncilSettings
from connectors.open311.shapes import words_of

TOKEN = "token/"
"""Before the name of a token in place of a report's number, until the number is known."""
_BEFORE, _AFTER = timedelta(minutes=15), timedelta(hours=6)


def send(
    api: Api, given: CouncilSettings, message: OutboundMessage, committing: Callable[[], None]
) -> SentReceipt:
    """Raises as Sends.send. A token that has no number yet is a receipt too; the number is found later."""
    fault = faults.read_back(message.raw)
    told = api.create(_fields(api, given, fault), committing)
    number, token = words_of(told.get("service_request_id")), words_of(told.get("token"))
    notice = words_of(told.get("service_notice"))[:300]
    if not number and not token:
        raise OutcomeUnknown("the council answered, but gave neither a number nor a token")
    if not number:
        number = _number_of(api, token)
    name = number or f"{TOKEN}{token}"
    words = (
        f"{given.council} took it as {number}"
        if number
        else f"{given.council} took it and gives it a number soon"
    )
    return SentReceipt(name, f"{words}. {notice}".strip(), thread=name)


def evidence(api: Api, message: OutboundMessage) -> SentReceipt | None:
    """Looks for our mark among the council's reports of the hours after it was written."""
    fault = faults.read_back(message.raw)
    found = _marked(api, fault.mark, fault.written_at)
    return SentReceipt(found, f"the council shows it as {found}", thread=found) if found else None


def _marked(api: Api, mark: str, at: datetime) -> str | None:
    """The number of the report that bears our mark, written at `at` and sent some time later."""
    until = max(at + _AFTER, datetime.now(UTC) + _BEFORE)
    query = {
        "start_date": shapes.written(at - _BEFORE),
        "end_date": shapes.written(min(until, at + timedelta(days=3))),
    }
    for row in api.requests(**query):
        if mark in words_of(row.get("description")) or mark in words_of(row.get("detail")):
            return words_of(row.get("service_request_id"))
    return None


def _number_of(api: Api, token: str) -> str:
    """The number of a batch service's token, if it has one yet; following asks again. The fault is taken
    already, so no failure of the asking is one of the sending."""
    try:
        return api.number_of(token)
    except ConnectorFailure:
        return ""


def _fields(api: Api, given: CouncilSettings, fault: Fault) -> list[tuple[str, str]]:
    """The form that is posted. The constituent is not in it: the office reports in its own name."""
    place = fault.place
    fields = [
        ("service_code", fault.service_code), ("lat", place.get("lat", "")), ("long", place.get("long", "")),
        ("address_string", place.get("address", "")), ("email", given.email or ""),
        ("description", f"{fault.description}\n\nRef: {fault.mark}"),
        ("first_name", given.name), ("last_name", given.name if given.email else ""),
    ]  # fmt: skip
    for one in api.attributes(fault.service_code):
        code = words_of(one.get("code"))
        said = fault.attributes.get(code) or (fault.mark if code in questions.OWN_NAMES else "")
        if said and words_of(one.get("variable")) != "false":
            fields.append((f"attribute[{code}]", said))
    return fields
