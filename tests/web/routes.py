"""Every route of the app, read from its router, with what it takes to call each one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, params
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.routing import Route

from inbox.access import Action
from inbox.web.dependencies import Guard, _signed_in
from tests.web.desks import House

Declared = Action | str
"""What a route says of itself: the action it guards, `anyone signed in`, or `public`."""

SIGNED_IN, PUBLIC = "anyone signed in", "public"


@dataclass(frozen=True, slots=True)
class Known:
    """One route under one method. `body` is a sensible one, made from what the route says it takes."""

    method: str
    path: str
    policy: Declared
    body: dict[str, Any]
    is_json: bool = False
    from_anywhere: bool = False
    """Other places may call it, and prove themselves by other means than where the browser stands."""

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_write(self) -> bool:
        return self.method != "GET"

    @property
    def is_stream(self) -> bool:
        return self.path == "/events"

    def at(self, house: House, **instead: str) -> str:
        """Its path with real values of that office. A parameter without an example there fails the test."""
        return filled(self.path, house.ids | instead)


def _is_called(route: APIRoute) -> bool:
    return getattr(route.endpoint, "from_anywhere", False)


def every_route(app: FastAPI) -> Iterator[Known]:
    for route in _flat(app.routes):
        if isinstance(route, APIRoute):
            policy = _policy(route.dependant) or PUBLIC
            body, is_json = _body_of(route)
            for method in sorted(route.methods):
                yield Known(method, route.path, policy, body, is_json, _is_called(route))
        elif isinstance(route, Route):
            yield Known("GET", route.path, PUBLIC, {})


def filled(path: str, values: dict[str, str]) -> str:
    while "{" in path:
        before, _, rest = path.partition("{")
        name, _, after = rest.partition("}")
        path = before + values[name.partition(":")[0]] + after
    return path


def _flat(routes: Any) -> Iterator[Any]:
    for route in routes:
        if hasattr(route, "original_router"):
            yield from _flat(route.original_router.routes)
        else:
            yield route


def _policy(dependant: Dependant) -> Declared | None:
    """The guard anywhere among what the route depends on."""
    if isinstance(dependant.call, Guard):
        return dependant.call.action
    found = [policy for inner in dependant.dependencies if (policy := _policy(inner))]
    actions = [policy for policy in found if policy != SIGNED_IN]
    if actions:
        return actions[0]
    if found or dependant.call is _signed_in:
        return SIGNED_IN
    return None


def _body_of(route: APIRoute) -> tuple[dict[str, Any], bool]:
    field = route.body_field
    if field is None:
        return {}, route.path.startswith("/api/")
    schema = TypeAdapter(field.field_info.annotation).json_schema()
    made = _example(schema, schema.get("$defs", {}))
    return made, not isinstance(field.field_info, params.Form)


def _example(schema: dict[str, Any], known: dict[str, Any]) -> Any:
    """The smallest value that the schema allows: required fields only."""
    if "$ref" in schema:
        return _example(known[schema["$ref"].rsplit("/", 1)[1]], known)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return _example(schema[choice][0], known)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        wanted = schema.get("required", [])
        return {name: _example(schema["properties"][name], known) for name in wanted}
    if kind == "array":
        return [_example(schema["items"], known)] * schema.get("minItems", 0)
    if kind == "string" and schema.get("format") == "date-time":
        return "2026-06-09T09:00:00Z"
    simple: dict[str | None, Any] = {"string": "x" * max(1, schema.get("minLength", 1)), "boolean": False}
    return simple.get(kind, max(1, schema.get("minimum", 1)))
