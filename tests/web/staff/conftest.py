"""A bench for each test of the staff pages."""

import pytest
from fastapi import FastAPI

from tests.web.desks import World
from tests.web.staff.offices import Bench, a_bench


@pytest.fixture
def bench(app: FastAPI, world: World) -> Bench:
    return a_bench(app, world)
