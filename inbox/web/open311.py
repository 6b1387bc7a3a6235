"""GeoReport v2 for third parties: they report with a key and see what became of their own reports, no more.

What is read here names no person and repeats no words: service, status, dates and the place that the same
system told us. Only whoever shows a channel's key sees that channel's reports.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Protocol, cast

from fastapi import Depends, Query, Request
from sqlmodel import col, func, select
from starlette.responses import Response

from connectors.contract import Receives, WebhookAnswer, WebhookRejected, WebhookRequest
from connectors.open311 import answers, shapes, submissions
from connectors.open311.reporting import CALLED_AT, HOURLY
from connectors.open311.submissions import Malformed, Submission
from inbox import third_party_reports as reports
from inbox.database import find
from inbox.models import Arrival, Channel, ChannelDoor
from inbox.web import webhooks
from inbox.web.dependencies import Now, Wired
from inbox.web.own_site import from_anywhere
from inbox.web.routers import call_router
from inbox.web.webhooks import Door
from inbox.web.wiring import Wiring

KIND = "open311"
PREFIX = CALLED_AT
MOST = 1000
_USUAL_DAYS = timedelta(days=90)
_MOST_NUMBERS = 100

router = call_router(PREFIX)
Words = Annotated[str, Query(max_length=4000)]
Called = Annotated[WebhookRequest, Depends(webhooks.as_called)]


class Reporting(Receives, Protocol):
    """A channel that one reporting system has the key of."""

    account: str
    services: Mapping[str, str]

    def knows(self, api_key: str) -> bool: ...


class Refused(Exception):
    """An answer of GeoReport that ends a request."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


@router.get("/discovery.{form}")
def discovery(form: str, wiring: Wired) -> Response:
    """Where this endpoint is and what it speaks."""
    url = f"{wiring.settings.base_url.rstrip('/')}{PREFIX}"
    endpoint = {
        "specification": "http://wiki.open311.org/GeoReport_v2", "url": url, "type": "production",
        "changeset": "2026-11-22T00:00:00Z", "formats": ["application/json", "text/xml"],
    }  # fmt: skip
    told = {
        "changeset": "2026-11-22T00:00:00Z", "contact": "The office that gave you your key",
        "key_service": "Ask the office for a key", "endpoints": [endpoint],
    }  # fmt: skip
    return _told(lambda: answers.one(told, form, "discovery"), form)


@router.get("/services.{form}")
def services(form: str, wiring: Wired, jurisdiction_id: Words = "") -> Response:
    """What can be reported."""

    def told() -> WebhookAnswer:
        found = [_service(code, name) for code, name in _in(wiring, jurisdiction_id).services.items()]
        return answers.rows(found, form, "services", "service")

    return _told(told, form)


@router.get("/services/{code}.{form}")
def service(code: str, form: str, wiring: Wired, jurisdiction_id: Words = "") -> Response:
    """What one service asks for: nothing beyond the fields that every report has."""

    def told() -> WebhookAnswer:
        if code not in _in(wiring, jurisdiction_id).services:
            raise Refused(404, "Unknown service_code")
        return answers.one({"service_code": code, "attributes": []}, form, "service_definition")

    return _told(told, form)


@router.post("/requests.{form}")
@from_anywhere
def report(form: str, request: Request, wiring: Wired, called: Called) -> Response:
    """A report: kept as it came before it is answered, and the same number when it comes again."""

    def told() -> WebhookAnswer:
        door, _ = _door_of(wiring, request, called)
        return _taken(wiring, door, _asking(called, "requests", form))

    return _told(told, form)


@router.get("/requests.{form}")
def requests(
    form: str, request: Request, wiring: Wired, now: Now, api_key: Words = "", jurisdiction_id: Words = "",
    service_request_id: Words = "", service_code: Words = "", status: Words = "", start_date: Words = "",
    end_date: Words = "", max_requests: Words = "",
) -> Response:  # fmt: skip
    """What became of the reports that came with this key, newest first."""

    def told() -> WebhookAnswer:
        door = _known(wiring, request, api_key, jurisdiction_id)
        wanted = reports.Wanted(
            numbers=_words(service_request_id)[:_MOST_NUMBERS],
            services=frozenset(_words(service_code)),
            status=status.strip().lower(),
            since=_moment("start_date", start_date), until=_moment("end_date", end_date),
            most=_most(max_requests),
        )  # fmt: skip
        if not wanted.numbers and wanted.since is None:
            wanted = replace(wanted, since=_usual(wanted.until or now))
        return answers.requests(_found(wiring, door, wanted), form)

    return _told(told, form)


@router.get("/requests/{number}.{form}")
def one_request(
    number: str, form: str, request: Request, wiring: Wired, api_key: Words = "", jurisdiction_id: Words = ""
) -> Response:
    """One report, as a list of one."""

    def told() -> WebhookAnswer:
        door = _known(wiring, request, api_key, jurisdiction_id)
        return answers.requests(_the_one(wiring, door, number), form)

    return _told(told, form)


@router.get("/tokens/{token}.{form}")
def token(
    token: str, form: str, request: Request, wiring: Wired, api_key: Words = "", jurisdiction_id: Words = ""
) -> Response:
    """Reports get their number at once here, so a number is its own token."""

    def told() -> WebhookAnswer:
        door = _known(wiring, request, api_key, jurisdiction_id)
        found = _the_one(wiring, door, token)
        number = found[0]["service_request_id"]
        return answers.requests([{"service_request_id": number, "token": number}], form)

    return _told(told, form)


@router.post("/servicerequestupdates.{form}")
@from_anywhere
def update(form: str, request: Request, wiring: Wired, called: Called) -> Response:
    """News of a report that came with this key. The same `update_id` again is refused, as elsewhere."""

    def told() -> WebhookAnswer:
        door, submission = _door_of(wiring, request, called)
        with wiring.database.read(door.office_id) as session:
            number, update_id = submission.one("service_request_id"), submission.one("update_id")
            if number and not reports.is_kept(session, door.channel_id, f"request/{number}"):
                raise Refused(404, "Unknown service_request_id")
            if update_id and reports.is_kept(session, door.channel_id, f"update/{update_id}"):
                raise Refused(400, f"Bad request: update_id {update_id[:200]} already exists")
        return _taken(wiring, door, _asking(called, "updates", form))

    return _told(told, form)


@router.get("/servicerequestupdates.{form}")
def updates(
    form: str, request: Request, wiring: Wired, now: Now, api_key: Words = "", jurisdiction_id: Words = "",
    start_date: Words = "", end_date: Words = "",
) -> Response:  # fmt: skip
    """When cases of these reports were finished or taken up again; never why or by whom."""

    def told() -> WebhookAnswer:
        door = _known(wiring, request, api_key, jurisdiction_id)
        until = _moment("end_date", end_date) or now
        since = _moment("start_date", start_date) or _usual(until)
        with wiring.database.read(door.office_id) as session:
            return answers.updates(reports.changes(session, door.channel_id, since, until, most=MOST), form)

    return _told(told, form)


def _told(answer: Callable[[], WebhookAnswer], form: str) -> Response:
    """The answer in JSON or XML; a refusal in the same."""
    if form not in answers.TYPES:
        return webhooks.response(answers.error(404, "Ask for .json or .xml", answers.JSON))
    try:
        made = answer()
    except Refused as refusal:
        made = answers.error(refusal.status, refusal.words, form)
    return webhooks.response(made)


def _service(code: str, name: str) -> dict[str, str]:
    return {
        "service_code": code, "service_name": name, "description": name, "metadata": "false",
        "type": "realtime", "keywords": "", "group": "",
    }  # fmt: skip


def _doors(wiring: Wiring) -> list[Door]:
    """Every reporting system's channel of this installation, looked at anew after a moment."""
    with wiring.database.read() as session:
        rows = session.exec(
            select(ChannelDoor).where(ChannelDoor.kind == KIND).order_by(col(ChannelDoor.channel_id))
        )
        known = [(row.office_id, row.channel_id) for row in rows]
    found = [webhooks.door_of(wiring, office_id, channel_id) for office_id, channel_id in known]
    return [door for door in found if door is not None and door.is_open]


def _reporting(door: Door) -> Reporting:
    return cast(Reporting, door.connector)


def _in(wiring: Wiring, jurisdiction_id: str) -> Reporting:
    """The channel of a jurisdiction; needless to name where there is only one."""
    doors = _doors(wiring)
    wanted = jurisdiction_id.strip().lower()
    if not wanted and len(doors) > 1:
        raise Refused(400, "Bad request: jurisdiction_id")
    found = [door for door in doors if not wanted or _reporting(door).account == wanted]
    if not found:
        raise Refused(404, "Unknown jurisdiction_id")
    return _reporting(found[0])


def _known(wiring: Wiring, request: Request, api_key: str, jurisdiction_id: str) -> Door:
    """The channel whose key this is. Guessing is slowed down by the address it comes from.

    The limit comes before the key, or whoever is over it would still learn which key is right.
    """
    if not api_key:
        raise Refused(400, "Bad request: api_key")
    doors = _doors(wiring)
    place = f"open311 {request.client.host if request.client else ''}"
    if wiring.refusals.wait(place):
        raise Refused(429, "Too many wrong keys. Wait a minute.")
    found = [door for door in doors if _reporting(door).knows(api_key)]
    wanted = jurisdiction_id.strip().lower()
    if not found:
        raise Refused(403, "This api_key is not known")
    wiring.refusals.give_back(place)
    fitting = [door for door in found if not wanted or _reporting(door).account == wanted]
    if not fitting:
        raise Refused(404, "Unknown jurisdiction_id")
    return fitting[0]


def _door_of(wiring: Wiring, request: Request, called: WebhookRequest) -> tuple[Door, Submission]:
    """The channel that a posted body is for, and what the body says."""
    try:
        told = submissions.read(called.headers.get("content-type", ""), called.body)
    except Malformed as fault:
        raise Refused(400, f"Bad request: {fault}") from fault
    key = told.one("api_key") or called.query.get("api_key", "")
    jurisdiction = told.one("jurisdiction_id") or called.query.get("jurisdiction_id", "")
    return _known(wiring, request, key, jurisdiction), told


def _asking(called: WebhookRequest, resource: str, form: str) -> WebhookRequest:
    return replace(called, query={**called.query, "resource": resource, "format": form})


def _taken(wiring: Wiring, door: Door, called: WebhookRequest) -> WebhookAnswer:
    _within_quota(wiring, door)
    try:
        answer = door.connector.receive(called)
    except WebhookRejected as refusal:
        raise Refused(403, refusal.reason) from refusal
    if answer.arrivals:
        wiring.keeper.keep(door.office_id, door.channel_id, answer.arrivals, hint=False)
    return answer


def _within_quota(wiring: Wiring, door: Door) -> None:
    """So many an hour with one key, counted on all nodes by what was kept; nothing is kept beyond it."""
    with wiring.database.read(door.office_id) as session:
        given = find(session, Channel, door.channel_id).settings.get("hourly", HOURLY)
        since = wiring.settings.now() - timedelta(hours=1)
        kept = select(func.count()).where(Arrival.channel_id == door.channel_id, Arrival.kept_at > since)
        if session.exec(kept).one() >= (int(given) if given.isdigit() else int(HOURLY)):
            raise Refused(429, "This key has brought all it may in this hour. Send it again later")


def _found(wiring: Wiring, door: Door, wanted: reports.Wanted) -> list[dict[str, str]]:
    with wiring.database.read(door.office_id) as session:
        channel = find(session, Channel, door.channel_id)
        return reports.rows(session, wiring.store, channel, wanted)


def _the_one(wiring: Wiring, door: Door, number: str) -> list[dict[str, str]]:
    found = _found(wiring, door, reports.Wanted(numbers=(number,)))
    if not found:
        raise Refused(404, "Unknown service_request_id")
    return found


def _moment(name: str, words: str) -> datetime | None:
    moment = shapes.moment_of(words) if words else None
    if words and moment is None:
        raise Refused(400, f"Bad request: {name}")
    return moment


def _usual(until: datetime) -> datetime:
    """Where nobody says from when on. There is no calendar before the year 1."""
    try:
        return until - _USUAL_DAYS
    except OverflowError:
        raise Refused(400, "Bad request: end_date") from None


def _words(listed: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in listed.split(",") if one.strip())


def _most(words: str) -> int:
    if not words:
        return MOST
    if not words.isascii() or not words.isdigit() or len(words) > 9:
        raise Refused(400, "Bad request: max_requests")
    return min(int(words), MOST)
