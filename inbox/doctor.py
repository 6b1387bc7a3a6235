"""Looks the installation over: each finding says what is so, and what to do where it is wrong."""

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import text
from sqlmodel import col, select

from connectors import clamd
from connectors.post.reading import PROGRAMS, installed
from inbox import channels, key_rotation, schema, stored_files
from inbox.database import Database, database_now
from inbox.errors import CaseworkError
from inbox.models import Channel, Office, Tick, new_id
from inbox.secrets import SecretKeys
from inbox.settings import Environment, Settings, sources, unknown
from inbox.storage import NEARLY_FULL, open_store

MOST_SKEW = timedelta(seconds=5)
_SECRET_SETTINGS = frozenset(
    {
        "secret_keys",
        "drafting_key",
        "microsoft365_client_secret",
        "facebook_app_secret",
        "x_client_secret",
    }
)
_URL_SETTINGS = frozenset({"database_url", "migrate_database_url"})


class State(StrEnum):
    """`look`: works, but somebody should know."""

    OK = "ok"
    LOOK = "look"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `says` is a sentence; where it is wrong, it says what to do."""

    area: str
    name: str
    state: State
    says: str


def examine(database: Database, settings: Settings, *, now: Callable[[], datetime]) -> Iterator[Finding]:
    """Every finding, in the order in which to mend them; what depends on a broken part is left out."""
    yield from _settings(settings)
    found = _attempt("database", lambda: _schema(database, settings))
    yield from found
    yield _disk(settings)
    yield from _privacy(database, settings)
    yield from _front_end()
    yield _letters()
    if any(finding.state is State.WRONG for finding in found):
        return
    yield from _attempt("clock", lambda: [_clock(database, now)])
    yield from _attempt("disk", lambda: _files(database, settings))
    yield from _attempt("database", lambda: list(_walls(database)))
    yield from _attempt("secrets", lambda: list(_secrets(database, settings)))
    yield from _attempt("channels", lambda: list(_channels(database)))


def shown(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Each setting as (variable, value with secrets hidden, where it comes from)."""
    where = sources()
    for name in type(settings).model_fields:
        yield f"INBOX_{name.upper()}", _hidden(name, getattr(settings, name)), where[name]


def _hidden(name: str, value: object) -> str:
    if name in _SECRET_SETTINGS:
        count = len(value) if isinstance(value, tuple) else 0
        return f"{count} keys, hidden" if count else "hidden" if value else "not set"
    if name in _URL_SETTINGS and value:
        from sqlalchemy import make_url

        return make_url(str(value)).render_as_string(hide_password=True)
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return "not set" if value is None else str(value)


def _attempt(area: str, look: Callable[[], Iterable[Finding]]) -> list[Finding]:
    try:
        return list(look())
    except CaseworkError as error:
        return [Finding(area, area, State.WRONG, error.sentence)]


def _settings(settings: Settings) -> Iterator[Finding]:
    for variable, value, source in shown(settings):
        yield Finding("settings", variable, State.OK, f"{value} ({source})")
    if not settings.secret_keys:
        yield Finding(
            "settings", "keys", State.WRONG,
            "INBOX_SECRET_KEYS is not set: make one with `openssl rand -base64 32` and keep it safe.",
        )  # fmt: skip
    if settings.env is Environment.PRODUCTION and settings.allowed_private_hosts:
        yield Finding(
            "settings", "private hosts", State.LOOK,
            "INBOX_ALLOWED_PRIVATE_HOSTS lets channels reach private addresses; leave it empty if you can.",
        )  # fmt: skip
    if settings.env is Environment.PRODUCTION and not settings.is_https:
        yield Finding(
            "settings", "address", State.LOOK,
            "INBOX_BASE_URL is not https: sign-in works on this machine only. Put a TLS proxy in front.",
        )  # fmt: skip
    for name, meant in unknown():
        says = f"nothing reads {name}: take it out" + (f", or did you mean {meant}?" if meant else ".")
        yield Finding("settings", "unknown", State.LOOK, says)
    yield from _hosts(settings)
    yield from _scanner(settings)


def _hosts(settings: Settings) -> Iterator[Finding]:
    """Whole addresses where a host's name belongs: nothing would ever match them."""
    listed = {**dict.fromkeys(settings.trusted_hosts, "INBOX_TRUSTED_HOSTS"),
              **dict.fromkeys(settings.allowed_private_hosts, "INBOX_ALLOWED_PRIVATE_HOSTS")}  # fmt: skip
    for host, setting in listed.items():
        if "//" in host or host.endswith("/"):
            bare = urlsplit(host if "//" in host else f"//{host}").hostname
            yield Finding(
                "settings", "hosts", State.WRONG,
                f"{setting} holds {host}, which is an address: write the host's name alone, {bare}.",
            )  # fmt: skip


def _scanner(settings: Settings) -> Iterator[Finding]:
    if not settings.clamd:
        yield Finding(
            "settings", "malware scanner", State.LOOK,
            "INBOX_CLAMD is not set: attachments open after a warning, not scanned.",
        )  # fmt: skip
    elif clamd.scan(settings.clamd, b"", seconds=5) is clamd.Scanned.HELD:
        yield Finding(
            "settings", "malware scanner", State.WRONG,
            f"{settings.clamd} does not answer: letters are read, and their files are held until it does. "
            "Start it, or put INBOX_CLAMD right.",
        )  # fmt: skip


def _schema(database: Database, settings: Settings) -> list[Finding]:
    schema.check(database, settings)
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    with database.write() as session:
        session.add(Tick(name="doctor", slot=new_id(), claimed_at=settings.now()))
        session.flush()
        session.rollback()
    return [Finding("database", "schema", State.OK, f"{kind}, version {schema.newest()}; can be written")]


def _files(database: Database, settings: Settings) -> list[Finding]:
    """Whether the data folder is this database's."""
    found = stored_files.sample(database, open_store(settings))
    if found.missing:
        return [Finding("disk", "stored files", State.WRONG, f"{stored_files.says(found, settings)}.")]
    says = f"{found.looked_for} that the database names were looked for and are there"
    return [Finding("disk", "stored files", State.OK, says if found.looked_for else "none is named yet")]


def _disk(settings: Settings) -> Finding:
    folder = settings.data_dir.resolve()
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    free = usage.free >> 20
    if not usage.total or not os.access(folder, os.W_OK | os.X_OK):
        return Finding(
            "disk", "data folder", State.WRONG,
            f"{settings.data_dir} cannot be written: nothing new is taken in. Make it, and give it to the "
            "user that runs the program, or put INBOX_DATA_DIR right.",
        )  # fmt: skip
    if free < settings.low_disk_megabytes:
        return Finding(
            "disk", "free space", State.WRONG,
            f"{free} MB free at {settings.data_dir}, less than {settings.low_disk_megabytes} MB: "
            "nothing new is taken in. Free some space.",
        )  # fmt: skip
    if free < settings.low_disk_megabytes * NEARLY_FULL:
        return Finding(
            "disk", "free space", State.LOOK,
            f"{free} MB free at {settings.data_dir}: below {settings.low_disk_megabytes} MB nothing new is "
            "taken in. Free some space soon.",
        )  # fmt: skip
    return Finding("disk", "free space", State.OK, f"{free} MB free at {settings.data_dir}")


def _privacy(database: Database, settings: Settings) -> Iterator[Finding]:
    """Whether other users of this machine could read the letters."""
    places = [settings.data_dir, *([database.file] if database.file else [])]
    open_to_all = [place for place in places if _is_open(place)]
    if open_to_all:
        names = " ".join(map(str, open_to_all))
        yield Finding(
            "disk", "privacy", State.LOOK,
            f"every user of this machine may read {names}: run `chmod -R o= {names}`.",
        )  # fmt: skip


def _is_open(place: Path) -> bool:
    """Whether anybody may read it; a private folder above it closes everything in it."""
    place = place.resolve()
    return all(
        one.exists() and one.stat().st_mode & need
        for one, need in ((place, 0o004), *((above, 0o001) for above in place.parents))
    )


def _clock(database: Database, now: Callable[[], datetime]) -> Finding:
    before = now()
    with database.read() as session:
        theirs = database_now(session)
    skew = max(before - theirs, theirs - now(), timedelta())
    if skew > MOST_SKEW:
        return Finding(
            "clock", "clock", State.WRONG,
            f"this machine and the database are {skew.total_seconds():.0f} seconds apart: "
            "set the clocks by NTP.",
        )  # fmt: skip
    return Finding("clock", "clock", State.OK, "agrees with the database")


def _walls(database: Database) -> Iterator[Finding]:
    if database.is_sqlite:
        yield Finding("database", "walls", State.OK, "kept by the query layer (SQLite has no roles)")
        return
    with database.connect() as connection:
        strong = connection.execute(
            text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        ).scalar()
        query = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relrowsecurity AND relforcerowsecurity"
        walled = set(connection.execute(text(query)).scalars())
    if strong:
        yield Finding(
            "database", "role", State.WRONG,
            "the database role may pass the walls between offices: use one without SUPERUSER and BYPASSRLS.",
        )  # fmt: skip
    missing = sorted(_walled_tables() - walled)
    if missing:
        yield Finding(
            "database", "walls", State.WRONG, f"no wall around {', '.join(missing)}: run `inbox migrate`."
        )
    elif not strong:
        yield Finding("database", "walls", State.OK, f"row-level security on {len(walled)} tables")


def _walled_tables() -> set[str]:
    from inbox.models import OfficeOwned

    return {str(kind.__tablename__) for kind in OfficeOwned.__subclasses__() if hasattr(kind, "__table__")}


def _secrets(database: Database, settings: Settings) -> Iterator[Finding]:
    keys = SecretKeys(settings.keys)
    everything = key_rotation.every_sealed(database)
    for one in everything:
        fault = key_rotation.fault_of(keys, one)
        if fault is not None:
            yield Finding("secrets", one.words, State.WRONG, fault + ".")
    old = sum(not keys.is_current(one.sealed) for one in everything)
    if old:
        yield Finding(
            "secrets",
            "rotation",
            State.LOOK,
            f"{old} secrets are sealed by an older key: run `inbox keys rotate`.",
        )
    yield Finding("secrets", "sealed", State.OK, f"{len(everything)} stored secrets looked at")


def _channels(database: Database) -> Iterator[Finding]:
    with database.read() as session:
        offices = session.exec(select(Office).order_by(col(Office.slug))).all()
    for office in offices:
        if office.sending_paused:
            yield Finding("offices", office.slug, State.LOOK, f"sending is paused: {office.sending_paused}")
        with database.read(office.id) as session:
            query = select(Channel).where(col(Channel.removed_at).is_(None)).order_by(col(Channel.name))
            for channel in session.exec(query):
                yield _channel(office, channel)


def _channel(office: Office, channel: Channel) -> Finding:
    name = f"{office.slug}: {channel.name}"
    trouble = channels.trouble(channel)
    is_bad = channel.needs_attention or channel.sending_trouble
    if is_bad or channel.failing_since is not None:
        state = "needs attention" if is_bad else "failing"
        since = f" since {channel.failing_since:%Y-%m-%d %H:%M} UTC" if channel.failing_since else ""
        return Finding(
            "channels", name, State.WRONG,
            f"{state}{since}: {trouble or 'no reason known.'} "
            f"Try `inbox channel test --office {office.slug} --name '{channel.name}'`.",
        )  # fmt: skip
    last = f"last collected {channel.last_ok_at:%Y-%m-%d %H:%M} UTC" if channel.last_ok_at else "not used yet"
    return Finding("channels", name, State.OK, f"{channel.kind}, mode {channel.mode}, {last}")


def _letters() -> Finding:
    """Whether letters that are scanned in can be read by machine here."""
    missing = [name for name in PROGRAMS if name not in installed()]
    if not missing:
        return Finding("letters", "reading", State.OK, "tesseract and poppler are here: scans are read.")
    says = (
        f"{', '.join(missing)} not found: people type what scans say (Debian: tesseract-ocr, poppler-utils)."
    )
    return Finding("letters", "reading", State.OK, says)


def _front_end() -> Iterator[Finding]:
    """The third-party files of the pages, against the stamp that the build left."""
    folder = Path(__file__).parent / "web" / "static" / "vendor"
    try:
        stamp = json.loads((folder / "stamp.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        yield Finding(
            "front end", "vendor files", State.WRONG,
            "the front-end files are missing from this installation: run `make setup`, or install it again.",
        )  # fmt: skip
        return
    gone = [name for name in stamp.get("files", ()) if not (folder / name).is_file()]
    if gone:
        yield Finding(
            "front end", "vendor files", State.WRONG,
            f"{', '.join(gone)} is missing: run `make setup`, or install it again.",
        )  # fmt: skip
    else:
        yield Finding("front end", "vendor files", State.OK, "all there")
