"""Routes keep one description of what they all depend on, and each its own where they differ."""

from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from inbox.web.routers import take_over
from inbox.web.shared_parts import SharingRoute


def _place(place: str) -> str:
    return place


def _called(place: Annotated[str, Depends(_place)]) -> str:
    return place.upper()


Called = Annotated[str, Depends(_called)]


@pytest.fixture
def app() -> FastAPI:
    router = APIRouter(route_class=SharingRoute)

    @router.get("/first")
    def first(called: Called) -> str:
        return called

    @router.get("/second")
    def second(called: Called) -> str:
        return called

    @router.get("/in/{place}")
    def within(called: Called) -> str:
        return called

    made = FastAPI()
    take_over(made, router)
    return made


def _needs(app: FastAPI, path: str) -> Dependant:
    found = [route for route in app.routes if isinstance(route, APIRoute) and route.path == path]
    return found[0].dependant.dependencies[0]


def test_what_two_routes_depend_on_alike_is_described_once(app: FastAPI) -> None:
    assert _needs(app, "/first") is _needs(app, "/second")


def test_a_name_that_stands_in_the_path_is_not_taken_for_one_that_does_not(app: FastAPI) -> None:
    assert _needs(app, "/in/{place}") is not _needs(app, "/first")
    client = TestClient(app)
    assert client.get("/in/leeds").json() == "LEEDS"
    assert client.get("/first?place=york").json() == "YORK"
    assert client.get("/first").status_code == 422
