"""The demo's own Facebook and its like: stand-ins on loopback, a channel for each, people who write there.

To add a platform: a `Stage` in `STAGES`, and its events in `stories/platforms.toml`; `inbox.demo.callers` has
those who call us instead. A stand-in's acts take
`id` (the name of what is said, kept over restarts), `ago` (seconds) and `quiet` (call nobody), so that a
second start can tell it what was said before.
"""

import threading
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from typing import Any

import httpx
from sqlmodel import Session, col, select

from connectors.standins import open311
from connectors.standins.__main__ import make
from connectors.standins.facebook import state as facebook
from connectors.standins.graph import sign_in as microsoft
from connectors.standins.x import signing_in as x_sign_in
from connectors.standins.x import state as x
from inbox import channel_state, channels
from inbox.database import Database
from inbox.demo import callers, founding
from inbox.demo.place import Place
from inbox.history import OPERATOR, record
from inbox.models import Channel, ChannelMode, EventKind
from inbox.secrets import SecretKeys
from inbox.settings import Settings

Event = Mapping[str, Any]
_PAUSES = (1, 3, 4, 5, 6, 7, 8, 10, 20, 40)
_CALLED_ABOUT = ("messages", "message_echoes", "message_deliveries", "message_reads", "message_edits", "feed")
_CALL_WORD = "a word of the demo"
_OUTLOOK = "rowan.ashby@parliament.example"


@dataclass(frozen=True, slots=True)
class Stage:
    """One platform in the demo: the channel that the MP's office has there, and how the two know each other.

    `values` are settings beside its address. `called_at`: the stand-in's act that takes our webhook;
    None for a platform that is only asked. `settles`: acts to begin with.
    """

    kind: str
    name: str
    values: Mapping[str, str]
    secrets: Mapping[str, str]
    called_at: str | None = "_webhook"
    stand_in: str | None = None
    """Its stand-in, where that has another name than the kind."""
    address: tuple[str, str] = ("base_url", "")
    """The setting that says where it is, and the path there."""
    settles: tuple[tuple[str, Mapping[str, Any]], ...] = ()


STAGES: tuple[Stage, ...] = (
    Stage(
        kind="facebook",
        name="Facebook Page",
        values={"page_id": facebook.PAGE, "app_id": facebook.APP, "poll_seconds": "30"},
        secrets={
            "access_token": facebook.PAGE_TOKEN, "app_secret": facebook.APP_SECRET,
            "verify_token": _CALL_WORD,
        },
        settles=(("_calling", {"receipts": True, "fields": _CALLED_ABOUT}),),
    ),
    Stage(
        kind="microsoft365",
        name="Outlook",
        values={
            "mailbox": _OUTLOOK, "tenant_id": "wexcombe", "client_id": microsoft.CLIENT_ID,
            "poll_seconds": "15",
        },
        secrets={"client_secret": microsoft.CLIENT_SECRET},
        called_at=None,  # the channel asks by itself to be called
        settles=(("_mailbox", {"mailbox": _OUTLOOK}),),
    ),
    Stage(
        kind="x",
        name="X",
        values={"user_id": x.OFFICE_ID, "username": x.OFFICE_NAME, "client_id": x_sign_in.CLIENT_ID},
        secrets={
            "client_secret": x_sign_in.CLIENT_SECRET, "consumer_secret": x_sign_in.CONSUMER_SECRET,
            "refresh_token": "refresh-0",
        },
        settles=(("_quirks", {"reads": True}),),
    ),
    Stage(
        kind="open311_council",
        name="Wexcombe Council",
        values={"jurisdiction_id": open311.JURISDICTION, "council": "Wexcombe Council", "poll_seconds": "60"},
        secrets={"api_key": open311.API_KEY},
        called_at=None,
        stand_in="open311",
    ),
    Stage(
        kind="feed",
        name="Comments on the website",
        values={"poll_seconds": "60"},
        secrets={},
        called_at=None,
        address=("url", "/feed"),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Platforms:
    """The running stand-ins, by kind, and what is told on them. Nothing here outlives the demo's process."""

    place: Place
    settings: Settings
    database: Database
    office_id: str
    urls: Mapping[str, str]

    def prepare(self) -> None:
        """Before anybody asks: our side connected to theirs, and theirs told again what was said before."""
        now, said = datetime.now(UTC).timestamp(), self.place.facts.said_on_platforms
        with httpx.Client(trust_env=False, timeout=15) as client:
            for stage in STAGES:
                for path, given in stage.settles:
                    client.post(f"{self.urls[stage.kind]}/{path}", json=given)
            for event in events():
                if event["on"] in self.urls and event["id"] in said:
                    self._act(client, {**event, "ago": now - said[event["id"]], "quiet": True})
        with self.database.write(self.office_id) as session:
            for stage in STAGES:
                connected(session, stage, self.urls[stage.kind], self.settings)
            callers.introduce(session, self.settings)

    def run(self, stopping: threading.Event) -> None:
        """Tells everybody where to call, then lets people write, one after another."""
        with httpx.Client(trust_env=False, timeout=15) as client:
            for stage in STAGES:
                if not self._introduce(client, stage, stopping):
                    return
            pauses = iter(_PAUSES)
            for event in events():
                if event["id"] in self.place.facts.said_on_platforms:
                    continue
                if stopping.wait(next(pauses, _PAUSES[-1])):
                    return
                self._say(client, event)

    def _introduce(self, client: httpx.Client, stage: Stage, stopping: threading.Event) -> bool:
        """Theirs told where to call, once somebody would answer there."""
        with self.database.read(self.office_id) as session:
            channel = _find(session, stage)
        if channel is None:
            return True  # somebody removed it
        hook = f"{self.settings.base_url}/webhooks/{stage.kind}/{channel.id}"
        while stage.called_at is not None and not stopping.is_set():
            told = {"url": hook, "verify_token": _CALL_WORD}
            answer = client.post(f"{self.urls[stage.kind]}/{stage.called_at}", json=told)
            if answer.json().get("status") == 200:
                break
            stopping.wait(0.5)
        return not stopping.is_set()

    def _say(self, client: httpx.Client, event: Event) -> None:
        try:
            self._act(client, event)
        except httpx.HTTPError:
            return  # somebody closed that door; it is tried again at the next start
        self.place.facts.said_on_platforms[event["id"]] = datetime.now(UTC).timestamp()
        self.place.save()

    def _act(self, client: httpx.Client, event: Event) -> None:
        if event["on"] in callers.KINDS:
            callers.call(client, self.settings.base_url, self.place.outbox, event)
        else:
            given = {name: value for name, value in event.items() if name not in ("on", "do")}
            client.post(f"{self.urls[event['on']]}/_{event['do']}", json=given).raise_for_status()


def events() -> Sequence[Event]:
    """What is written on the platforms, in order."""
    words = (resources.files("inbox.demo") / "stories" / "platforms.toml").read_text(encoding="utf-8")
    told: Sequence[Event] = tomllib.loads(words)["event"]
    return told


def connected(session: Session, stage: Stage, url: str, settings: Settings) -> Channel:
    """The office's channel on this platform, pointed at where its stand-in listens now."""
    now, channel = settings.now(), _find(session, stage)
    key, path = stage.address
    if channel is None:
        keys = SecretKeys(settings.keys)
        channel = channels.add(
            session, kind=stage.kind, name=stage.name, values={**stage.values, key: f"{url}{path}"},
            secrets=stage.secrets, keys=keys, settings=settings, now=now, actor=OPERATOR,
            mode=ChannelMode.FULL,
        )  # fmt: skip
    elif channel.settings.get(key) != f"{url}{path}":
        channel.settings = {**channel.settings, key: f"{url}{path}"}
        channel_state.worked(channel, now)
        record(session, None, EventKind.CHANNEL_CHANGED, OPERATOR, now=now, channel=channel.id,
               fields=[key])  # fmt: skip
    return channel


def _find(session: Session, stage: Stage) -> Channel | None:
    query = select(Channel).where(Channel.kind == stage.kind, col(Channel.removed_at).is_(None))
    return session.exec(query).first()


@contextmanager
def running(
    place: Place, settings: Settings, database: Database, office_ids: Mapping[str, str]
) -> Iterator[None]:
    """Every platform at work, for as long as the demo runs."""
    made = {stage.kind: make(stage.stand_in or stage.kind) for stage in STAGES}
    urls = {kind: one.start() for kind, one in made.items()}
    stopping = threading.Event()
    told = Platforms(place, settings, database, office_ids[founding.MP.key], urls)
    told.prepare()
    threading.Thread(target=told.run, args=(stopping,), name="demo platforms", daemon=True).start()
    try:
        yield
    finally:
        stopping.set()
        for one in made.values():
            one.stop()
