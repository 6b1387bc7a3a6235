"""Parts of the interface that are named but not built yet: they say so, and change nothing."""

from typing import Annotated

from fastapi import Response

from inbox.access import Action, Person
from inbox.errors import CaseworkError
from inbox.web.dependencies import may
from inbox.web.routers import api_router

router = api_router("later")


class NotBuilt(CaseworkError):
    """Named in the interface, and not there yet."""

    status = 501
    title = "Not built yet"


@router.post("/cases/{reference}/merge", status_code=501)
@router.post("/cases/{reference}/split", status_code=501)
@router.post("/cases/{reference}/links", status_code=501)
def later_on_cases(reference: str, person: Annotated[Person, may(Action.TRIAGE)]) -> Response:
    raise NotBuilt("Merging, splitting and linking cases is not built yet. Nothing was changed.")
