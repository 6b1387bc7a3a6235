"""An MP's office that collects, and a department beside it: letters in, answers out, nothing faked."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from sqlmodel import select
from starlette.testclient import TestClient

from connectors.contract import RawArrival
from inbox import offices, pipeline, sealed_letters
from inbox.access import Scope
from inbox.app import create_app
from inbox.database import Database
from inbox.history import OPERATOR
from inbox.models import Channel, ChannelMode, Delivery, OfficeKind, Role, Staff, new_id
from inbox.settings import Settings
from inbox.sign_in import tokens
from inbox.worker.node import Node, make_node
from tests.factories import a_channel, a_person

HERE = ("127.0.0.1", 50000)
_numbers = count(1)


@dataclass(slots=True)
class Bureau:
    """One office: its mailbox, its people, and a REST client for each of them."""

    place: "Place"
    id: str
    channel: Channel
    people: dict[Role, Staff]
    clients: dict[Role, TestClient] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return self.channel.account

    def as_(self, role: Role = Role.CASEWORKER) -> TestClient:
        """The REST interface as the person with that role."""
        if role not in self.clients:
            self.clients[role] = self.place.client(self.token(role))
        return self.clients[role]

    def token(self, role: Role | None, scope: Scope = Scope.WRITE) -> str:
        staff = self.people[role] if role is not None else None
        with self.place.database.write(self.id) as session:
            return tokens.add(session, staff, "test", scope, actor=OPERATOR, now=datetime.now(UTC))[1]

    def receive(self, raw: bytes, **hints: str) -> None:
        """What the mailbox hands over, kept and processed as live mail is."""
        arrival = RawArrival(
            channel="email", account=self.channel.account, external_id=f"INBOX/1/{next(_numbers)}", raw=raw,
            received_at=datetime.now(UTC), hints=hints,
        )  # fmt: skip
        line = self.place.node.line
        pipeline.keep(line, self.channel.id, self.id, [arrival], None)
        while pipeline.process_due(line):
            pass

    def cases(self, query: str = "") -> list[dict[str, Any]]:
        answer = self.as_(Role.MANAGER).get(f"/api/v1/cases?limit=200{query}")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    def messages(self, reference: str) -> list[dict[str, Any]]:
        answer = self.as_(Role.MANAGER).get(f"/api/v1/cases/{reference}/messages")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    def deliveries(self) -> list[tuple[Delivery, bytes]]:
        """Everything in the outbox, with the bytes that leave."""
        with self.place.database.read(self.id) as session:
            rows = session.exec(select(Delivery)).all()
        tools = self.place.node.line.tools
        return [(row, sealed_letters.read(tools.store, tools.keys, row)) for row in rows]

    def new_case(self, **facts: str) -> dict[str, Any]:
        """A case by hand, of somebody with an address."""
        given = {"name": "Donna Fretwell", "contact": f"donna{next(_numbers)}@example.org", "text": "Damp."}
        answer = self.as_().post("/api/v1/cases", json=given | facts)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def new_draft(self, reference: str, text: str = "Dear Donna, we have asked again.") -> dict[str, Any]:
        answer = self.as_().post(f"/api/v1/cases/{reference}/drafts", json={"text": text})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())


@dataclass(slots=True)
class Place:
    """The app and the worker's line on one database, with two offices in it."""

    app: Any
    door: TestClient
    database: Database
    node: Node
    ours: Bureau = field(init=False)
    theirs: Bureau = field(init=False)

    def client(self, token: str = "") -> TestClient:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        client = TestClient(
            self.app, base_url="http://127.0.0.1", client=HERE, headers=headers, follow_redirects=False,
            raise_server_exceptions=False,
        )  # fmt: skip
        client.portal = self.door.portal  # all on one event loop, as in one process
        return client


@contextmanager
def opened(database: Database, settings: Settings) -> Iterator[Place]:
    app = create_app(settings, database=database)
    with TestClient(app) as door:
        place = Place(app, door, database, make_node(settings, database))
        place.ours = _founded(place, "Rowan Ashby MP", OfficeKind.MP, "rowan.ashby@example.org")
        place.theirs = _founded(place, "Department for Quarries", OfficeKind.DEPARTMENT, "desk@example.net")
        yield place


def letter(
    text: str = "There is mould. ZZ10 4AB", *, sender: str = "Donna Fretwell <donna@example.org>",
    subject: str = "Damp", message_id: str = "", to: str = "rowan.ashby@example.org", **headers: str,
) -> bytes:  # fmt: skip
    """A plain mail; further headers by keyword, `_` for `-`."""
    lines = [f"From: {sender}", f"To: {to}", f"Subject: {subject}"]
    lines.append(f"Message-ID: {message_id or f'<letter-{next(_numbers)}@example.org>'}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "Content-Type: text/plain; charset=utf-8", "", text, ""]).encode()


def together(jobs: list[Callable[[], object]]) -> list[object]:
    """Runs all jobs at the same moment and returns what each one gave."""
    gate, given = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(number: int, job: Callable[[], object]) -> None:
        gate.wait()
        given[number] = job()  # type: ignore[call-overload]

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return list(given)


def if_match(item: dict[str, Any]) -> dict[str, str]:
    return {"If-Match": f'"{item["version"]}"'}


def _founded(place: Place, name: str, kind: OfficeKind, address: str) -> Bureau:
    office_id = new_id()
    with place.database.write(office_id) as session:
        wanted = offices.Founding(name=name, kind=kind, nation="england", constituency="Wexcombe")
        office = offices.found(session, wanted, actor=OPERATOR, now=datetime.now(UTC))
        office.undo_seconds = 0
        people = {role: a_person(session, roles=[role.value], name=f"A {role.value}") for role in Role}
        channel = a_channel(
            session, account=address, mode=ChannelMode.FULL, settings={"plus_addressing": "yes"}
        )
    return Bureau(place, office_id, channel, people)
