"""A small office behind the example pages: keys, drafts and live updates work without the back end."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse

from inbox.web.rendering import page
from inbox.web.views.parts import Act, Letters, Undo
from inbox.web.views.queue import ActedPart, QueueList, QueuePage, Reading, ReadingPart
from tests.web.examples.case_pages import SUGGESTIONS
from tests.web.examples.cases import PAGE
from tests.web.examples.office import shell
from tests.web.examples.queue import QUEUE, READING

TOKEN = "gallery"
ROW = QUEUE.rows[1]
THIRD = "WX-3M9D-8R"


class Desk:
    """Remembers what was filed and saved, and passes on what a test announces."""

    def __init__(self) -> None:
        self.gone: set[str] = set()
        self.version = 7
        self.text = ""
        self.announced: list[tuple[str, dict[str, object]]] = []
        self.signed_in = True
        self.new: list[str] = []
        self.previews: dict[str, str] = {}
        self.proposed = False

    def add_routes(self, app: Starlette) -> None:
        """The addresses that the scripts and forms of the queue and the case use."""
        app.add_route("/queue/{view}", self.queue)
        app.add_route("/queue/{view}/{reference}", self.open)
        app.add_route("/cases/{reference}", self.case)
        app.add_route("/cases/{reference}/suggestions", self.suggestions)
        app.add_route("/cases/{reference}/drafts/{number}", self.save, methods=["POST"])
        app.add_route("/cases/{reference}/{act}", self.file, methods=["POST"])
        app.add_route("/events", self.events)
        app.add_route("/session", self.session)
        app.add_route("/test/{change}", self.change, methods=["POST"])

    def _list(self, current: str = "") -> QueueList:
        rows = tuple(
            replace(
                row,
                current=row.reference == current,
                choices=(),
                preview=self.previews.get(row.reference, row.preview),
            )
            for row in (*(replace(ROW, reference=name) for name in self.new), *QUEUE.rows)
            if row.reference not in self.gone
        )
        return replace(QUEUE, rows=rows, total=len(rows))

    def _reading(self, reference: str) -> Reading | None:
        row = next((row for row in QUEUE.rows if row.reference == reference), None)
        if row is None:
            return None
        acts = tuple(
            replace(one, act=replace(one.act, url=f"/cases/{reference}/assign"))
            for one in READING.suggestions
        )
        return replace(READING, reference=reference, who=row.who, title=row.who, suggestions=acts)

    def queue(self, request: Request) -> Response:
        letters = Letters(request.query_params.get("letters", "on"))
        found = self._list()
        frame = shell(letters=letters)
        nav = tuple(replace(item, count=found.total) if item.current else item for item in frame.nav)
        return page(QueuePage(replace(frame, nav=nav), found, None), TOKEN)

    def open(self, request: Request) -> Response:
        reference = request.path_params["reference"]
        if request.headers.get("hx-request"):
            return page(ReadingPart(shell(), self._reading(reference)), TOKEN)
        return page(QueuePage(shell(), self._list(reference), self._reading(reference)), TOKEN)

    def case(self, _: Request) -> Response:
        return page(PAGE, TOKEN)

    def suggestions(self, _: Request) -> Response:
        waits = replace(SUGGESTIONS, machine="The model is asked. Its words come here by themselves.",
                        proposed=None, ask=None)  # fmt: skip
        return page(SUGGESTIONS if self.proposed else waits, TOKEN)

    def file(self, request: Request) -> Response:
        reference = request.path_params["reference"]
        if request.path_params["act"] == "junk":
            return Response("", 500)
        self.gone.add(reference)
        if not request.headers.get("hx-request"):
            return RedirectResponse("/queue/to-sort", 303)
        return page(
            ActedPart(Undo(f"Filed: {reference}.", Act("Undo", f"/undo/{reference}", "z")), reference), TOKEN
        )

    async def save(self, request: Request) -> Response:
        form = await request.form()
        if not self.signed_in:
            return JSONResponse({}, 401)
        if request.headers.get("if-match") != str(self.version):
            number = int(request.path_params["number"])
            here = request.url.path.removesuffix(f"/{number}")
            apart = {"url": f"{here}/{number + 1}", "submit_url": f"{here}/{number + 1}/send"}
            theirs = {"detail": "Tom changed this at 10:44.", "text": "Tom’s words", "read": request.url.path}
            return JSONResponse({**apart, **theirs, "version": str(self.version)}, 412)
        self.version += 1
        self.text = str(form["text"])
        return JSONResponse({"version": str(self.version), "saved_at": "10:45"})

    async def change(self, request: Request) -> Response:
        change = request.path_params["change"]
        if change == "colleague-saves":
            self.version += 1
        elif change == "edit":
            self.previews[THIRD] = "Changed words"
            self.announced.append(("changed", {"case": THIRD}))
        elif change == "proposal":
            self.proposed = True
            self.announced.append(("changed", {"case": SUGGESTIONS.case.reference}))
        elif change == "sign-out":
            self.signed_in = False
        elif change == "sign-in":
            self.signed_in = True
        else:
            if change == "arrived":
                self.new.append(str((await request.json())["case"]))
            if change == "taken":
                change = "changed"
                self.gone.add((await request.json())["case"])
            self.announced.append((change, await request.json()))
        return Response("", 204)

    def session(self, _: Request) -> Response:
        return JSONResponse({"csrf_token": "fresh"}, 200 if self.signed_in else 401)

    def events(self, _: Request) -> Response:
        return StreamingResponse(self._stream(), media_type="text/event-stream")

    async def _stream(self) -> AsyncIterator[str]:
        told = 0
        yield "event: beat\ndata: {}\n\n"
        for _ in range(600):
            for kind, data in self.announced[told:]:
                yield f"event: {kind}\ndata: {json.dumps(data)}\n\n"
            told = len(self.announced)
            await asyncio.sleep(0.05)
