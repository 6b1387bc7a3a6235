"""Puts the web app together from its parts. The one place that knows them all."""

import ipaddress
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import cast
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from inbox import __version__, schema
from inbox.database import Database, shared_clock
from inbox.errors import SetupProblem
from inbox.failpoints import arm
from inbox.memory import freeze_memory
from inbox.secrets import SecretKeys
from inbox.settings import Environment, Settings
from inbox.sign_in import passwords
from inbox.storage import Store, open_store
from inbox.web import (
    api,
    errors,
    events,
    idempotency,
    officials,
    open311,
    probes,
    security_txt,
    sign_in,
    staff,
    webhooks,
)
from inbox.web.afterwards import Afterwards
from inbox.web.edge import AccessLog, Admission, LastResort, SecurityHeaders
from inbox.web.keeper import Keeper
from inbox.web.limits import Window
from inbox.web.live import Live
from inbox.web.metrics import Kept, standing, waiting
from inbox.web.public import contact, status
from inbox.web.rendering import FrontEndMissing, static_routes
from inbox.web.routers import take_over
from inbox.web.turns import Turns
from inbox.web.typed import given_back
from inbox.web.wiring import Wiring

ROUTERS = (
    webhooks.router,  # first, for platforms call by the hundred a second, and routes are looked for in order
    sign_in.router,
    events.router,
    probes.router,
    security_txt.router,
    status.router,
    *contact.ROUTERS,
    open311.router,
    officials.router,
    *staff.ROUTERS,
    *api.ROUTERS,
)


def create_app(
    settings: Settings, *, database: Database | None = None, store: Store | None = None, demo: bool = False
) -> FastAPI:
    """The web app. Raises SetupProblem, with one line that says what to do, when it could not work."""
    _refuse_plain_http(settings)
    opened = database or Database(settings.database_url)
    schema.check(opened, settings)
    if settings.failpoint:
        arm(settings.failpoint)
    kept = store or open_store(settings)
    wiring = Wiring(
        settings=settings,
        database=opened,
        store=kept,
        keys=SecretKeys(settings.keys),
        live=Live(opened, settings.now),
        turns=Turns(opened),
        afterwards=Afterwards(opened),
        searches=Window(60, 60.0),
        refusals=Window(20, 60.0),
        handshakes=Window(30, 60.0),
        status_checks=Window(30, 900.0),
        alarms=Window(1, 3600.0),
        keeper=Keeper(opened, kept, settings.now, shared_clock(lambda: settings.clock_offset)),
        waiting=Kept(partial(waiting, opened)),
        standing=Kept(partial(standing, opened)),
        is_demo=demo,
    )
    app = FastAPI(
        title="Casework Inbox",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        redirect_slashes=False,
        lifespan=_lifespan(wiring, owns_database=database is None),
    )
    app.state.wiring = wiring
    errors.install(app, given_back)
    app.add_exception_handler(idempotency.Answered, cast(errors.Handler, idempotency.again))
    take_over(app, *ROUTERS)
    try:
        static_routes(app)
    except FrontEndMissing as error:
        raise SetupProblem(str(error)) from error
    # Added innermost first: a request passes the log, the headers, the last resort, admission, the routes.
    app.add_middleware(Admission, settings=settings)
    app.add_middleware(LastResort)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(AccessLog)
    return app


def _lifespan(
    wiring: Wiring, *, owns_database: bool
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(passwords.warm_up)
        wiring.afterwards.start()
        wiring.live.start()
        freeze_memory()
        yield
        await run_in_threadpool(wiring.live.stop)
        await run_in_threadpool(wiring.afterwards.stop)
        if owns_database:
            wiring.database.close()

    return lifespan


def _refuse_plain_http(settings: Settings) -> None:
    """Session cookies travel in the open over http, so that is for this machine only."""
    host = urlsplit(settings.base_url).hostname or ""
    if settings.is_https or settings.env is not Environment.PRODUCTION or host == "localhost":
        return
    try:
        is_here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_here = False
    if not is_here:
        raise SetupProblem("INBOX_BASE_URL must begin with https:// unless it names this machine (127.0.0.1)")
