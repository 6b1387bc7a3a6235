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


@router.get("/campaigns", status_code=501)
@router.get("/campaigns/{campaign_id}/messages", status_code=501)
def later_campaigns(person: Annotated[Person, may(Action.READ_CASE)], campaign_id: str = "") -> Response:
    raise NotBuilt(
        "Campaign piles are not built yet. Campaign mail is listed by GET /api/v1/cases?view=campaigns."
    )


@router.post("/campaigns/{campaign_id}/answer", status_code=501)
def later_answer(campaign_id: str, person: Annotated[Person, may(Action.SEND)]) -> Response:
    raise NotBuilt("Answering a campaign at once is not built yet. Nothing was sent.")
