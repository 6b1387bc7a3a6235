"""Where platforms call: proved over the raw bytes, durable before the answer, understood later."""

import time
from dataclasses import dataclass
from typing import Annotated

import structlog
from fastapi import Depends, Request
from starlette.responses import Response

from connectors.contract import Receives, WebhookAnswer, WebhookRejected, WebhookRequest
from inbox import channels
from inbox.database import find
from inbox.errors import NotAllowed, NotFound
from inbox.history import SYSTEM, record
from inbox.models import Channel, ChannelMode, EventKind
from inbox.sign_in.door import network_key
from inbox.web.dependencies import Now, Wired
from inbox.web.own_site import SAFE, from_anywhere
from inbox.web.routers import call_router
from inbox.web.wiring import Wiring

router = call_router()
_log = structlog.get_logger("inbox.web")
_FRESH_SECONDS = 5.0
"""How long a channel's settings are remembered between calls."""


@dataclass(frozen=True, slots=True)
class Door:
    """A channel that platforms may call, as it was a moment ago."""

    office_id: str
    channel_id: str
    kind: str
    is_open: bool
    connector: Receives
    read_at: float


async def as_called(request: Request) -> WebhookRequest:
    """The call as it came: what is signed is bytes, not what they mean."""
    return WebhookRequest(
        method=request.method,
        headers={name.lower(): value for name, value in request.headers.items()},
        query=dict(request.query_params),
        body=await request.body(),
    )


@router.get("/webhooks/{kind}/{channel_id}")
@router.post("/webhooks/{kind}/{channel_id}")
@from_anywhere
def call(
    kind: str, channel_id: str, request: Request, wiring: Wired, now: Now,
    called: Annotated[WebhookRequest, Depends(as_called)],
) -> Response:  # fmt: skip
    """A handshake or news. A platform that is not proved gets 403 and the office is told once an hour.

    Handshakes can be tried by anybody, and platforms make a few in an hour: beyond a limit for each channel
    and network they get 429. News is signed and has none.
    """
    if called.method in SAFE:
        client = request.client.host if request.client else ""
        wiring.handshakes.hit(f"{channel_id[:32]} {network_key(client)}")
    door = _door(wiring, kind, channel_id)
    try:
        answer = door.connector.receive(called)
    except WebhookRejected as refusal:
        _tell_office(wiring, door, refusal.reason)
        raise NotAllowed("This call was not proved to come from the platform.") from refusal
    if door.is_open and (answer.arrivals or answer.hint):
        wiring.keeper.keep(door.office_id, door.channel_id, answer.arrivals, hint=answer.hint)
    return response(answer)


def response(answer: WebhookAnswer) -> Response:
    """A connector's answer as ours; nobody keeps it."""
    return Response(
        answer.body, answer.status, headers={"content-type": answer.content_type, "cache-control": "no-store"}
    )


def _door(wiring: Wiring, kind: str, channel_id: str) -> Door:
    """Raises NotFound alike for what does not exist, is removed, is of another kind, or is never called."""
    door = _remembered(wiring, channel_id)
    if door is None:
        with wiring.database.read() as session:
            office_id = channels.door(session, kind, channel_id[:32])
        door = _opened(wiring, office_id, channel_id) if office_id else None
    if door is None or door.kind != kind:
        raise NotFound
    return door


def door_of(wiring: Wiring, office_id: str, channel_id: str) -> Door | None:
    """An office's channel as it was a moment ago; None for what is removed or is never called."""
    return _remembered(wiring, channel_id) or _opened(wiring, office_id, channel_id)


def _remembered(wiring: Wiring, channel_id: str) -> Door | None:
    known: Door | None = wiring.doors.get(channel_id)
    return known if known is not None and time.monotonic() - known.read_at < _FRESH_SECONDS else None


def _opened(wiring: Wiring, office_id: str, channel_id: str) -> Door | None:
    with wiring.database.read(office_id) as session:
        channel = find(session, Channel, channel_id)
    if channel.removed_at is not None or not channels.is_called(channel):
        wiring.doors.pop(channel_id, None)
        return None
    connector = channels.connect(channel, wiring.keys, wiring.settings, wiring.database)
    is_open = channel.mode != ChannelMode.OFF
    door = Door(office_id, channel_id, channel.kind, is_open, connector, time.monotonic())
    wiring.doors[channel_id] = door
    return door


def _tell_office(wiring: Wiring, door: Door, why: str) -> None:
    """A changed secret looks like an attack, and the platform soon gives up: say so, but not often."""
    _log.warning("webhook refused", channel=door.channel_id, why=why)
    if wiring.alarms.wait(f"webhook {door.channel_id}"):
        return
    with wiring.database.write(door.office_id) as session:
        record(
            session, None, EventKind.CHANNEL_NOTICE, SYSTEM, now=wiring.settings.now(),
            channel=door.channel_id, notice="webhook refused: the call was not signed with our secret",
        )  # fmt: skip
