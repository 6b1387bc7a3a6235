"""Every route of the app, read from its router, with what it takes to call each one."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import Route

from inbox.access import Action
from inbox.web.dependencies import Guard, _signed_in
from tests.web.desks import House

Declared = Action | str
"""What a route says of itself: the action it guards, `anyone signed in`, or `public`."""

SIGNED_IN, PUBLIC = "anyone signed in", "public"


def every_route(app: FastAPI) -> Iterator[tuple[str, str, Declared]]:
    """Method, path pattern and declared policy of each route."""
    for route in _flat(app.routes):
        if isinstance(route, APIRoute):
            policy = _policy(route.dependant) or PUBLIC
            for method in sorted(route.methods):
                yield method, route.path, policy
        elif isinstance(route, Route):
            yield "GET", route.path, PUBLIC


def filled(path: str, house: House) -> str:
    """The path with real values of that office. A parameter without an example here fails the test."""
    while "{" in path:
        before, _, rest = path.partition("{")
        name, _, after = rest.partition("}")
        path = before + house.ids[name.partition(":")[0]] + after
    return path


def _flat(routes: Any, prefix: str = "") -> Iterator[Any]:
    for route in routes:
        if hasattr(route, "original_router"):
            yield from _flat(route.original_router.routes)
        else:
            yield route


def _policy(dependant: Dependant) -> Declared | None:
    """The guard anywhere among what the route depends on; of several, the narrowest is named first."""
    if isinstance(dependant.call, Guard):
        return dependant.call.action
    found = [policy for inner in dependant.dependencies if (policy := _policy(inner))]
    actions = [policy for policy in found if policy != SIGNED_IN]
    if actions:
        return actions[0]
    if found or dependant.call is _signed_in:
        return SIGNED_IN
    return None
