"""A place to break things in: the real program in processes of its own, watched from outside."""

import hashlib
import itertools
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sqlmodel import Session, select

from inbox.database import Database
from inbox.history import verify
from inbox.models import Arrival, Channel, Delivery, Message, Office
from tests.rigs.dovecot import USER, Dovecot
from tests.rigs.forks import Fork
from tests.rigs.places import Place
from tests.rigs.product import Product, until
from tests.rigs.smtp_sink import Accepted, SmtpSink

PRIYA = "priya@wexcombe.example"
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail of a person who never wrote before."""

    number: int

    @property
    def sender(self) -> str:
        return f"person{self.number}@example.org"

    @property
    def message_id(self) -> str:
        return f"bins-{self.number}@example.org"

    @property
    def raw(self) -> bytes:
        return (
            f"From: Person {self.number} <{self.sender}>\r\nTo: {USER}\r\nSubject: Bins {self.number}\r\n"
            f"Message-ID: <{self.message_id}>\r\n\r\n"
            f"Dear Rowan Ashby, my bins were not emptied for {self.number + 2} weeks. ZZ10 4AB\r\n"
        ).encode()


def a_mail() -> Mail:
    return Mail(next(_numbers))


@dataclass(slots=True)
class Site:
    """One place on one database, and what can be seen of it."""

    place: Place
    database: Database
    office_id: str
    _client: httpx.Client | None = None
    _case: str | None = None
    notes: dict[str, Any] = field(default_factory=dict)
    hands: list[Fork] = field(default_factory=list)

    @property
    def product(self) -> Product:
        return self.place.product

    @property
    def dovecot(self) -> Dovecot:
        return self.place.dovecot

    @property
    def sink(self) -> SmtpSink:
        return self.place.sink

    # --- doing

    def deliver(self, mail: Mail | None = None) -> Mail:
        mail = mail or a_mail()
        self.dovecot.deliver(mail.raw)
        return mail

    def work(self, **env: str) -> None:
        """One run of `inbox work --until-idle`, which must end well."""
        self.product.tell("work", "--until-idle", **env)

    def change_mailbox(self, **settings: str) -> None:
        """Other settings for the office's mailbox."""
        with self.database.write(self.office_id) as session:
            channel = session.exec(select(Channel)).one()
            channel.settings = {**channel.settings, **settings}

    def dies_at(self, point: str, *words: str) -> None:
        """Runs until one is killed at `point`. One may find nothing due yet: a mailbox that rests after a
        failure, or a lease of the process that was killed before."""
        statuses: list[int] = []

        def is_killed() -> bool:
            process = self.product.start(*(words or ("work", "--until-idle")), INBOX_FAILPOINT=point)
            statuses.append(process.wait(60))
            return statuses[-1] != 0

        until(is_killed, seconds=60)
        assert statuses[-1] == -signal.SIGKILL, (
            f"it was not killed at {point}: {statuses} {self.product.log()[-900:]}"
        )

    def worker(self, **env: str) -> Fork:
        """A worker that goes on until it is stopped."""
        return self._hire(("worker",), env)

    def begin_work(self, **env: str) -> Fork:
        """A run of `inbox work --until-idle` that nobody waits for yet."""
        return self._hire(("work", "--until-idle"), env)

    def _hire(self, words: tuple[str, ...], env: dict[str, str]) -> Fork:
        process = self.product.start(*words, **env)
        assert isinstance(process, Fork)
        self.hands.append(process)
        return process

    def dismiss(self) -> None:
        """Ends the workers that a test left behind, however they are."""
        while self.hands:
            worker = self.hands.pop()
            worker.kill()
            worker.wait(10)

    @property
    def client(self) -> httpx.Client:
        """REST as a caseworker who may send in the office's name, against a web process that stays up."""
        if self._client is None:
            self.product.person(self.place.office, PRIYA, "Priya Nair")
            self.notes["token"] = self.product.token(self.place.office, PRIYA)
            self.product.serve("web")
            self._client = self.product.client(self.notes["token"])
        return self._client

    def case(self) -> str:
        """The reference of a case to write replies on."""
        if self._case is None:
            mail = self.deliver()
            until(lambda: self.work() or self.message_of(mail))
            found = self.client.get("/cases", params={"limit": 200}).json()["items"]
            self._case = next(one["reference"] for one in found if one["subject"] == f"Bins {mail.number}")
        return self._case

    def reply(self, **change: object) -> Any:
        """A draft that is submitted, waiting for a yes."""
        draft = self.client.post(f"/cases/{self.case()}/drafts", json={}).json()
        change = {"text": "Dear friend, we have asked the council.", **change}
        draft = self.client.patch(f"/drafts/{draft['id']}", headers=if_match(draft), json=change).json()
        submitted = self.client.post(f"/drafts/{draft['id']}/submit", headers=if_match(draft))
        assert submitted.status_code == 200, submitted.text
        return submitted.json()

    def approve(self, draft: Any, client: httpx.Client | None = None) -> httpx.Response:
        return (client or self.client).post(f"/drafts/{draft['id']}/approve", headers=if_match(draft))

    def approved_reply(self) -> Any:
        """A delivery that is due."""
        answer = self.approve(self.reply())
        assert answer.status_code == 200, answer.text
        return self.delivery(answer.json()["delivery"])

    # --- seeing

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self.database.read(self.office_id) as session:
            yield session

    def delivery(self, delivery_id: str) -> Any:
        answer = self.client.get(f"/deliveries/{delivery_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def state_of(self, delivery: Any) -> str:
        with self.reading() as session:
            return str(session.exec(select(Delivery.state).where(Delivery.id == delivery["id"])).one())

    def message_of(self, mail: Mail) -> Message | None:
        with self.reading() as session:
            found = session.exec(select(Message).where(Message.external_id == mail.message_id)).all()
        assert len(found) <= 1, f"{mail} became {len(found)} messages"
        return found[0] if found else None

    def arrivals_of(self, mail: Mail) -> list[Arrival]:
        digest = hashlib.sha256(mail.raw).hexdigest()
        with self.reading() as session:
            return list(session.exec(select(Arrival).where(Arrival.raw_hash == digest)))

    def stored(self, mail: Mail) -> list[Path]:
        return list((self.product.folder / "var/store").rglob(hashlib.sha256(mail.raw).hexdigest()))

    def leftovers(self) -> list[Path]:
        """What was written aside and never put in its place."""
        return list((self.product.folder / "var/store").rglob(".*"))

    def is_seen(self, mail: Mail) -> bool:
        """Whether the mail server shows this mail as read."""
        names = [name for name, raw in self.dovecot.messages().items() if mail.raw in raw]
        assert len(names) == 1
        return "S" in names[0].partition(":2,")[2]

    def copies(self, delivery: Any) -> int:
        """How often this message reached the mail server."""
        return sum(_id_of(one) == delivery["external_id"] for one in self.sink.messages)

    def acknowledgements(self, mail: Mail) -> int:
        return sum(one.recipients == (mail.sender,) and one.sender == "" for one in self.sink.messages)

    def chain_is_whole(self) -> bool:
        with self.reading() as session:
            return verify(session) is None


def open_site(place: Place) -> Site:
    database = Database(place.product.env["INBOX_DATABASE_URL"])
    with database.read() as session:
        office_id = session.exec(select(Office.id).where(Office.slug == place.office)).one()
    return Site(place, database, office_id)


def if_match(draft: Any) -> dict[str, str]:
    return {"If-Match": f'"{draft["version"]}"'}


def _id_of(taken: Accepted) -> str:
    head = taken.raw.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ").decode("ascii", "replace")
    lines = (line.partition(":") for line in head.split("\r\n"))
    return next(value.strip().strip("<>") for name, _, value in lines if name.lower() == "message-id")
