"""The two kinds of router: pages for people, and the REST interface."""

from fastapi import APIRouter

from inbox.web.idempotency import OnceRoute


def page_router() -> APIRouter:
    """Pages: not in the OpenAPI description; forms carry a one-use key."""
    return APIRouter(route_class=OnceRoute, include_in_schema=False)


def api_router(tag: str) -> APIRouter:
    """REST under /api/v1: in the OpenAPI description; writes take Idempotency-Key."""
    return APIRouter(prefix="/api/v1", route_class=OnceRoute, tags=[tag])
