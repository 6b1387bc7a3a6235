"""Somebody with an old phone at an office's form: no script, no account, and the stages that hear them."""

import re
from html import unescape
from typing import Any

from fastapi import FastAPI
from sqlmodel import col, select
from starlette.testclient import TestClient

from connectors.email.mime import read_mail
from inbox import sealed_letters
from inbox.app import create_app
from inbox.areas import DEFAULT_BOUNDARIES, load, read_table
from inbox.database import Database
from inbox.models import Case, Channel, Constituent, Delivery, Message, Office
from inbox.pipeline import process_due
from inbox.settings import Settings
from inbox.storage import open_store
from inbox.worker.node import make_line
from tests.factories import a_channel
from tests.web.desks import HERE, World

SEATS = (
    "postcode,constituency,member",
    "ZZ10,Wexcombe and Marl Valley,Rowan Ashby",
    "ZZ20,Tern Vale,Imogen Stride",
    "ZZ50,Nowhere in Particular,",
)
MESSAGE = "black mould all over the kids room since october"
DONNA = {
    "postcode": "zz10 4ab", "message": MESSAGE, "soon": "no", "name": "Donna Fretwell",
    "address": "14 Quarry Road\nWexcombe", "reply_by": "email", "email": "Donna@Example.org",
    "phone": "07700 900456", "voicemail": "no", "when": "before 3pm", "share": "yes",
}  # fmt: skip
PAGES = {
    "": ("postcode",),
    "message": ("message", "soon"),
    "you": ("name", "address"),
    "reach": ("reply_by", "email", "phone", "voicemail", "when"),
    "check": ("share",),
}


class FormOffice:
    """Our office with a mailbox that sends and a form, its app, and the worker's stages on one clock."""

    def __init__(self, world: World, settings: Settings) -> None:
        self.world, self.settings, self.office = world, settings, world.ours.office
        self.database: Database = world.database
        with self.database.write() as session:
            load(session, read_table(SEATS), DEFAULT_BOUNDARIES)
            row = session.exec(select(Office).where(Office.id == self.office.id)).one()
            row.constituency, row.member = "Wexcombe and Marl Valley", "Rowan Ashby"
            row.phone, row.embed_sites = "01632 960180", ["https://rowanashby.example"]
            session.add(row)
        with self.database.write(self.office.id) as session:
            for channel in session.exec(select(Channel)):
                channel.mode = "off"
            session.flush()
            self.mailbox = a_channel(session, mode="full", account="help@rowanashby.example").id
            self.form = a_channel(session, kind="web", name="Form", account="form", mode="full").id
        self.app: FastAPI = create_app(settings, database=self.database)
        self.line = make_line(settings, self.database, open_store(settings))

    def visitor(self, **options: Any) -> "Visitor":
        return Visitor(self, **options)

    def set(self, **facts: Any) -> None:
        """Changes the form's channel."""
        with self.database.write(self.office.id) as session:
            channel = session.exec(select(Channel).where(Channel.id == self.form)).one()
            for name, value in facts.items():
                setattr(channel, name, value)

    def set_office(self, **facts: Any) -> None:
        """Changes the office."""
        with self.database.write() as session:
            row = session.exec(select(Office).where(Office.id == self.office.id)).one()
            for name, value in facts.items():
                setattr(row, name, value)

    def later(self, seconds: float) -> None:
        self.settings.clock_offset += seconds

    def work(self) -> None:
        while process_due(self.line):
            pass

    def all(self, table: type[Any]) -> list[Any]:
        with self.database.read(self.office.id) as session:
            return list(session.exec(select(table)))

    def heard(self) -> list[tuple[Message, Case, Constituent]]:
        """What came in by the form: message, case and person, oldest first."""
        with self.database.read(self.office.id) as session:
            query = (
                select(Message, Case, Constituent)
                .join(Case, col(Case.id) == Message.case_id)
                .join(Constituent, col(Constituent.id) == Message.constituent_id)
                .where(Message.kind == "form")
            )
            return list(session.exec(query.order_by(col(Message.id))))  # type: ignore[arg-type]

    def mails(self) -> list[tuple[str, str, str]]:
        """What is to leave, oldest first: purpose, recipient, and the whole mail with its headers."""
        with self.database.read(self.office.id) as session:
            query = select(Delivery).where(Delivery.channel_id == self.mailbox)
            rows = session.exec(query.order_by(col(Delivery.id))).all()
        tools = self.line.tools
        return [
            (row.purpose, row.recipients[0], _whole(sealed_letters.read(tools.store, tools.keys, row)))
            for row in rows
        ]


class Visitor(TestClient):
    """A browser without script that walks through the pages as a person would."""

    def __init__(self, place: FormOffice, *, address: str = HERE[0], language: str = "en") -> None:
        super().__init__(
            place.app, base_url="http://127.0.0.1", client=(address, 50000), follow_redirects=False
        )
        self.place = place
        welsh = "/cy" if language == "cy" else ""
        self.home = f"{welsh}/contact/{place.office.slug}"

    def at(self, step: str) -> str:
        return f"{self.home}/{step}" if step else self.home

    def look(self, step: str = "") -> str:
        answer = self.get(self.at(step))
        assert answer.status_code == 200, (step, answer.status_code, answer.headers.get("location"))
        return answer.text

    def fill(self, step: str, answers: dict[str, str], **options: Any) -> Any:
        """Opens a page and sends it back filled in, with everything hidden that stands in it."""
        shown = self.get(self.at(step))
        hidden = fields_of(shown.text) if shown.status_code == 200 else {}
        typed = {name: answers[name] for name in PAGES.get(step, answers) if name in answers}
        return self.post(self.at(step), data=hidden | typed, **options)

    def walk(self, answers: dict[str, str], until: str | None = None) -> None:
        """Through the pages up to, and not with, the page `until`."""
        for step in PAGES:
            if step == until:
                return
            if step == "check":
                self.place.later(30)
            answer = self.fill(step, answers)
            assert answer.status_code == 303, (step, plain(answer.text))
            assert "again" not in answer.headers["location"], step

    def write(self, **changed: str) -> str:
        """The whole way as Donna; returns the words of the page that says it is here."""
        self.walk(DONNA | changed)
        return self.look("sent")


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields of the page's form."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found}


def plain(page: str) -> str:
    """The words of a page."""
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split()))


def reference_in(page: str) -> str:
    found = re.search(r"WX-[0-9A-Z]+-[0-9A-Z]{2}", page)
    assert found is not None
    return found[0]


def link_in(text: str, path: str) -> str:
    """The path of the first link to `path` in words."""
    found = re.search(rf"http://127\.0\.0\.1((?:/cy)?/{path}[^\s\"<]*)", text)
    assert found is not None, text
    return found[1]


def _whole(raw: bytes) -> str:
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode()
    return f"{head}\n\n{read_mail(raw).text}"
