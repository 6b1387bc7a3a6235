"""The stream of live updates, and presence. The stream carries ids; the page asks again for what it shows."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Form, Header, Request
from fastapi.responses import JSONResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from inbox import presence
from inbox.access import Action, Person, find_case
from inbox.errors import NotSignedIn
from inbox.web.dependencies import Now, SignedIn, Wired, Writing, may
from inbox.web.live import Stream
from inbox.web.routers import page_router

BEAT_SECONDS = 15.0
router = page_router()


async def _stream(
    request: Request,
    visit: SignedIn,
    person: Annotated[Person, may(Action.READ_CASE)],
    wiring: Wired,
    last_event_id: Annotated[str | None, Header()] = None,
) -> AsyncIterator[Stream]:
    if visit.seat is None:
        raise NotSignedIn("The stream needs a browser session.")
    last = last_event_id or ""
    after = int(last[:18]) if last.isascii() and last.isdigit() else None
    loop = asyncio.get_running_loop()
    stream = await run_in_threadpool(wiring.live.join, person, visit.seat.key, after, loop)
    try:
        yield stream
    finally:
        wiring.live.leave(stream)


@router.get("/events", response_class=EventSourceResponse)
async def events(stream: Annotated[Stream, Depends(_stream)]) -> AsyncIterator[ServerSentEvent]:
    """`arrived`, `changed`, `delivery`, `presence` with `{"case": reference}`; `beat` in quiet times."""
    yield ServerSentEvent(event="beat", data={}, retry=3000)
    while True:
        try:
            news = await asyncio.wait_for(stream.queue.get(), BEAT_SECONDS)
        except TimeoutError:
            yield ServerSentEvent(event="beat", data={})
            continue
        if news is None:
            return
        line = None if news.sequence is None else str(news.sequence)
        yield ServerSentEvent(event=news.kind, data={"case": news.case}, id=line)


@router.post("/presence")
def tell_presence(
    session: Writing,
    person: Annotated[Person, may(Action.READ_CASE)],
    now: Now,
    case: Annotated[str, Form(max_length=20)],
    act: Annotated[presence.Doing, Form()] = presence.Doing.READING,
) -> JSONResponse:
    """This person is at that case; the answer says in words who else is."""
    found = find_case(session, person, case, Action.READ_CASE)
    presence.tell(session, person, found.id, act, now)
    return JSONResponse({"words": presence.others(session, person, found.id, now)})
