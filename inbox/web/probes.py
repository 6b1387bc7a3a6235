"""Is it alive, can it work, and the numbers behind that, for machines that watch over it.

`/healthz` says that the process answers. `/readyz` says that it can work: database, schema, and nothing due
that waits for a worker. `/metrics` is for a scraper on this machine or at a trusted proxy's address; whatever
comes through a proxy does not see it.
"""

from fastapi import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from inbox import schema
from inbox.errors import CaseworkError, NotFound, Unavailable
from inbox.web.dependencies import Now, Wired
from inbox.web.metrics import Waiting
from inbox.web.routers import page_router
from inbox.web.wiring import Wiring

LATE_SECONDS = 600.0
router = page_router()


@router.get("/healthz")
async def alive() -> PlainTextResponse:
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def ready(wiring: Wired, now: Now) -> JSONResponse:
    """200 when everything is `ok`; 503 names what is not. Low disk is told, and stops nothing here."""
    checks: dict[str, str] = {"database": "ok", "schema": "ok", "queue": "ok", "disk": "ok"}
    found: Waiting | None = None
    try:
        found = wiring.waiting.at(now)
        if schema.current(wiring.database) != schema.newest():
            checks["schema"] = "not at this version: run `inbox migrate`"
    except CaseworkError as error:
        checks["database"] = error.sentence
    waited = max(found.oldest_job_seconds, found.oldest_arrival_seconds) if found else 0.0
    if waited > LATE_SECONDS:
        checks["queue"] = f"work has waited for {int(waited)} s: is a worker running?"
    checks["disk"] = _folder_trouble(wiring) or ("ok" if _has_room(wiring) else "low")
    is_ready = all(checks[name] == "ok" for name in ("database", "schema", "queue"))
    is_ready = is_ready and checks["disk"] in ("ok", "low")
    ages = {} if found is None else {
        "oldest_job_seconds": round(found.oldest_job_seconds, 1),
        "oldest_arrival_seconds": round(found.oldest_arrival_seconds, 1),
    }  # fmt: skip
    return JSONResponse(
        {"status": "ok" if is_ready else "not ready", "checks": checks, **ages}, 200 if is_ready else 503
    )


@router.get("/metrics")
def metrics(request: Request, wiring: Wired, now: Now) -> Response:
    if not is_scraper(request, wiring):
        raise NotFound
    from inbox.web import exposition  # with the library that writes it: many offices are never scraped

    written = exposition.of(wiring.standing.at(now), _has_room(wiring))
    return Response(written, media_type=exposition.MEDIA_TYPE)


def is_scraper(request: Request, wiring: Wiring) -> bool:
    """Whether the request comes straight from this machine or from a trusted proxy's, relayed by nobody."""
    peer = str(request.scope.get("peer", ""))
    trusted = peer in ("127.0.0.1", "::1") or peer in wiring.settings.trusted_proxies
    return trusted and not any(name in request.headers for name in ("x-forwarded-for", "forwarded"))


def _has_room(wiring: Wiring) -> bool:
    has_room = getattr(wiring.store, "has_room", None)
    return bool(has_room()) if has_room else True


def _folder_trouble(wiring: Wiring) -> str | None:
    """Why nothing could be kept in the data folder; None where it can."""
    make = getattr(wiring.store, "make", None)
    try:
        if make is not None:
            make()
    except Unavailable as error:
        return error.sentence
    return None
