"""The kinds of router: pages for people, the REST interface, and what other systems call."""

from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Security
from fastapi.security import HTTPBearer
from pydantic import BaseModel, ConfigDict, Field

from inbox.web.dependencies import from_our_pages
from inbox.web.idempotency import OnceRoute
from inbox.web.shared_parts import SharingRoute


class Problem(BaseModel):
    """RFC 9457: what went wrong, with members of its own for some kinds (`errors`, `version`)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="which kind, as a URN that stays the same")
    title: str
    status: int
    detail: str = Field(description="a sentence that a person can read")
    request_id: str | None


_IN_WORDS = {"content": {"application/problem+json": {"schema": Problem.model_json_schema()}}}
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": _IN_WORDS | {"description": "Refused, and why"},
    503: _IN_WORDS | {"description": "Busy: try again after `Retry-After` seconds"},
}
AS_FILE: dict[int | str, dict[str, Any]] = {200: {"content": {"application/octet-stream": {}}}}
"""What a route that gives out a file says of its answer; its `response_class` is Response."""


_OURS = Depends(from_our_pages)
_TOKEN = Security(HTTPBearer(auto_error=False, description="A token of `inbox token add`"))


def page_router() -> APIRouter:
    """Pages: not in the OpenAPI description; forms carry a one-use key."""
    return APIRouter(route_class=OnceRoute, include_in_schema=False, dependencies=[_OURS])


def api_router(tag: str) -> APIRouter:
    """REST under /api/v1: in the OpenAPI description; writes take Idempotency-Key."""
    return APIRouter(
        prefix="/api/v1",
        route_class=OnceRoute,
        tags=[tag],
        responses=_PROBLEMS,
        dependencies=[_OURS, _TOKEN],
    )


def call_router(prefix: str = "") -> APIRouter:
    """What other systems call: not in the OpenAPI description; a repeated call is theirs to tell."""
    return APIRouter(prefix=prefix, route_class=SharingRoute, include_in_schema=False, dependencies=[_OURS])


def take_over(app: FastAPI, *routers: APIRouter) -> None:
    """Puts their routes into the app as they are.

    `include_router` would make each of them a second time, at the first request past it: megabytes,
    and a slow first page; and it would look for every request's route through each router in turn, twice.
    """
    for router in routers:
        app.router.routes.extend(router.routes)
