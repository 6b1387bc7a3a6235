"""What routes ask for is described once and shared: hundreds of routes ask for the same few things.

FastAPI describes for each route anew whatever the route depends on, and whatever that depends on, down to a
validator for each parameter: some ten thousand descriptions, of which a few hundred differ.
"""

from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

_shared: dict[tuple[object, ...], Dependant] = {}


class SharingRoute(APIRoute):
    """A route that keeps no description of its own where another route's says the same."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _share_below(self.dependant)


def _share_below(part: Dependant) -> None:
    part.dependencies[:] = [_one_of(inner) for inner in part.dependencies]


def _one_of(part: Dependant) -> Dependant:
    """The one description that says what this one says.

    It follows from what is called, how, and which of the parameters the route's path gives; `path` itself is
    only for messages about the route.
    """
    _share_below(part)
    names = tuple(field.name for field in part.path_params)
    scopes = (tuple(part.own_oauth_scopes or ()), tuple(part.parent_oauth_scopes or ()))
    below = tuple(map(id, part.dependencies))
    key = (part.call, part.name, part.use_cache, part.scope, id(part.concurrency), names, scopes, below)
    return _shared.setdefault(key, part)
