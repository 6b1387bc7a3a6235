"""The demo's own folder: database, store, mailboxes, outbox, secrets. Nothing outside it is touched."""

import base64
import json
import os
import secrets
import shutil
import socket
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from inbox.errors import SetupProblem
from inbox.settings import Environment, Settings, load_settings

FOLDER = Path("var") / "demo"
LOOPBACK = "127.0.0.1"
_FACTS = "demo.json"
_FACTS_VERSION = 1
_WORDS = """
    amber barley bramble candle cedar clover copper cotton ember fennel ferry garden granite harbour hazel
    heather kettle lantern linen maple marble meadow mustard nettle orchard pebble pepper quarry ribbon
    saddle sorrel tansy teasel thistle timber velvet walnut willow winter yarrow
"""


@dataclass(slots=True)
class SignIn:
    """How one person of the demo signs in."""

    name: str
    email: str
    office: str
    role: str
    totp_secret: str


@dataclass(slots=True)
class Facts:
    """What the demo must remember between two starts. `is_made` once the data are complete.

    `mark` is what its mail server greets with, so that a demo that runs already is known.
    `said_on_platforms`: by the name of an event, when it was said (seconds since 1970).
    """

    secret_key: str
    mailbox_password: str
    mark: str
    password: str
    version: int = _FACTS_VERSION
    is_made: bool = False
    people: list[SignIn] = field(default_factory=list)
    status_token: str = ""
    status_postcode: str = ""
    imap_port: int = 1143
    smtp_port: int = 1025
    mails_sent: int = 0
    said_on_platforms: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Place:
    """The folder and its facts."""

    folder: Path
    facts: Facts

    @property
    def outbox(self) -> Path:
        return self.folder / "outbox"

    @property
    def mailboxes(self) -> Path:
        return self.folder / "mailboxes"

    def settings(self, base_url: str) -> Settings:
        """Every setting by itself: a real installation's environment and `.env` have no say here."""
        return load_settings(
            _env_file=None,
            database_url=f"sqlite:///{self.folder / 'inbox.db'}",
            migrate_database_url=None,
            data_dir=self.folder,
            base_url=base_url,
            secret_keys=(self.facts.secret_key,),
            trusted_hosts=("127.0.0.1", "localhost", "[::1]"),
            trusted_proxies=(),
            env=Environment.DEVELOPMENT,
            allowed_private_hosts=(LOOPBACK,),
            clamd=None,
            log_level="warning",
            lease_seconds=60,
            smtp_timeout=60,
            failpoint=None,
            clock_offset=0,
        )

    def save(self) -> None:
        """Writes the facts, for this user's eyes only."""
        aside = self.folder / f"{_FACTS}.part"
        aside.unlink(missing_ok=True)
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(self.facts), file, indent=2)
        aside.replace(self.folder / _FACTS)


def open_place(folder: Path, *, reset: bool) -> Place:
    """The demo in `folder`: as it was left, or a fresh one where there is none or `reset` asks for it.

    Raises SetupProblem rather than clear away a folder that is not the demo's own, or open one in use.
    """
    folder = folder.resolve()
    known = _read(folder / _FACTS)
    if known is not None and is_running(known):
        raise SetupProblem(f"the demo in {folder} is running already; stop it first")
    if known is not None and known.is_made and not reset:
        return Place(folder, known)
    _clear(folder)
    folder.mkdir(parents=True, mode=0o700)
    place = Place(folder, _new_facts())
    place.save()
    return place


def is_running(facts: Facts) -> bool:
    """Whether a demo with these facts listens for mail now."""
    try:
        with socket.create_connection((LOOPBACK, facts.imap_port), timeout=1) as line:
            return facts.mark.encode() in line.recv(200)
    except OSError:
        return False


def _clear(folder: Path) -> None:
    if not folder.exists() or not any(folder.iterdir()):
        shutil.rmtree(folder, ignore_errors=True)
        return
    if not (folder / _FACTS).is_file():
        raise SetupProblem(f"{folder} holds something that is not the demo's; move it away, then try again")
    shutil.rmtree(folder)


def _read(file: Path) -> Facts | None:
    """The facts of a demo that this version can go on with; None for any other."""
    try:
        found: dict[str, Any] = json.loads(file.read_text())
        if found["version"] != _FACTS_VERSION:
            return None
        return Facts(**{**found, "people": [SignIn(**one) for one in found["people"]]})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _new_facts() -> Facts:
    return Facts(
        secret_key=base64.b64encode(secrets.token_bytes(32)).decode(),
        mailbox_password=secrets.token_urlsafe(18),
        mark=secrets.token_hex(6),
        password=" ".join(secrets.SystemRandom().sample(_WORDS.split(), 4)),
    )
