"""X as an office meets it: posts, messages, sign-in, webhooks and activity, quirks and all."""

from connectors.standins.server import Asked, Told
from connectors.standins.x.activity import Activity
from connectors.standins.x.lookups import Lookups
from connectors.standins.x.people import People
from connectors.standins.x.state import PROBLEMS
from connectors.standins.x.writing import Writing


class XStandIn(People, Activity, Writing, Lookups):
    """`api.x.com`, version 2. The people of X act under `/_…` paths; see `people`."""

    name = "x"

    def __init__(self) -> None:
        super().__init__()
        self.routes = [
            *self.sign_in_routes(),
            *self.reading_routes(),
            *self.lookup_routes(),
            *self.upload_routes(),
            *self.writing_routes(),
            *self.activity_routes(),
            *self.people_routes(),
        ]

    def unknown(self, asked: Asked) -> Told:
        return Told({"title": "Not Found", "detail": "Not Found", "type": "about:blank", "status": 404}, 404)

    def malformed(self, asked: Asked, words: str) -> Told:
        detail = f"One or more parameters to your request was invalid: {words}"
        kind = f"{PROBLEMS}invalid-request"
        return Told({"title": "Invalid Request", "detail": detail, "type": kind, "status": 400}, 400)
