"""`inbox backup` and `inbox restore`: the drill, and every way an archive can be wrong."""

import base64
import gzip
import io
import re
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from inbox.database import Database
from inbox.history import SYSTEM, record
from inbox.models import (
    Arrival,
    CallState,
    Case,
    Channel,
    ChannelMode,
    Delivery,
    DeliveryState,
    Event,
    EventKind,
    Job,
    Message,
    Office,
    OnceKey,
    RuleCall,
    SearchEntry,
    StatusLinkKey,
)
from inbox.secrets import SecretKeys
from inbox.sign_in import people
from tests.databases import Addresses, EmptyDatabases

from .conftest import KEY, OTHER_KEY, Installation, seal_things
from .letters import letter

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def _fill(inbox: Installation) -> str:
    slug = inbox.office(constituency="Wexcombe")
    for number in range(5):
        (inbox.folder / f"{number}.eml").write_bytes(letter(number))
    inbox.ok("import", "--office", slug, *(str(inbox.folder / f"{number}.eml") for number in range(5)))
    inbox.ok("constituency", "import", str(_table(inbox.folder)))
    return slug


def _table(folder: Path) -> Path:
    place = folder / "seats.csv"
    place.write_text("postcode,constituency,member\nZZ10,Wexcombe,Rowan Ashby\n")
    return place


def _queue(database: Database, office_id: str, states: list[DeliveryState]) -> None:
    with database.write(office_id) as session:
        case = session.exec(select(Case).order_by(Case.id)).first()
        assert case is not None
        channel = Channel(
            office_id=office_id, kind="email", name="Mailbox", account="office@example.org",
            mode=ChannelMode.FULL, since=NOW, created_at=NOW,
        )  # fmt: skip
        session.add(channel)
        session.flush()
        raw_hash = session.exec(select(Arrival.raw_hash)).first()
        for number, state in enumerate(states):
            session.add(
                Delivery(
                    office_id=office_id, case_id=case.id, channel_id=channel.id, purpose="reply", state=state,
                    outgoing_id=f"{number}@example.org", raw_hash=raw_hash, queued_at=NOW, next_at=NOW,
                    lease_until=NOW, recipients=["donna@example.org"],
                )
            )  # fmt: skip
        session.add(
            RuleCall(office_id=office_id, case_id=case.id, rule="Tell them", version=1, address="sealed",
                     host="example.org", queued_at=NOW)
        )  # fmt: skip
        # The first case points at the last one: rows refer forward within their own table.
        case.merged_into = session.exec(select(Case.id).order_by(Case.id.desc())).first()
        session.add(case)
        record(session, case, EventKind.QUEUED, SYSTEM, now=NOW, many=len(states))


def _office_id(database: Database) -> str:
    with database.read() as session:
        return session.exec(select(Office.id)).one()


def _everything(database: Database, office_id: str) -> dict[str, object]:
    with database.read(office_id) as session:
        return {
            "messages": sorted((one.id, one.text, one.received_at) for one in session.exec(select(Message))),
            "cases": sorted((one.id, one.reference, one.merged_into) for one in session.exec(select(Case))),
            "words": sorted(one.words for one in session.exec(select(SearchEntry))),
        }


def test_the_drill_brings_everything_back_and_sends_nothing_twice(
    inbox_on_each: Installation, empty_databases: EmptyDatabases, tmp_path: Path
) -> None:
    inbox = inbox_on_each
    slug = _fill(inbox)
    database = inbox.database()
    office_id = _office_id(database)
    states = [DeliveryState.QUEUED, DeliveryState.RETRYING, DeliveryState.SENDING, DeliveryState.SENT]
    _queue(database, office_id, states)
    before = _everything(database, office_id)
    with database.read(office_id) as session:
        chain = [one.digest for one in session.exec(select(Event).order_by(Event.sequence))]
    made = inbox.ok("backup", str(tmp_path / "b.tar.gz"), "--json").json
    assert (made["offices"], made["missing"], made["files"]) == (1, [], 5)
    database.close()

    addresses = empty_databases()
    inbox.use(addresses, tmp_path / "elsewhere")
    inbox.ok("migrate")
    restored = inbox.ok("restore", str(tmp_path / "b.tar.gz"), "--json").json
    assert (restored["offices"], restored["held"]) == ([slug], 3)
    fresh = Database(addresses.url)
    assert _everything(fresh, office_id) == before
    with fresh.read(office_id) as session:
        found = sorted(one.state for one in session.exec(select(Delivery)))
        assert found == ["sent", "unknown", "unknown", "unknown"]
        assert [one.state for one in session.exec(select(RuleCall))] == [CallState.UNKNOWN]
        events = session.exec(select(Event).order_by(Event.sequence)).all()
        assert [one.digest for one in events[: len(chain)]] == chain
        assert [one.kind for one in events[len(chain) :]] == ["delivery_unknown"] * 3 + ["office_changed"]
        office = session.exec(select(Office)).one()
        assert office.sending_paused and "Check Sending" in office.sending_paused
    fresh.close()
    assert inbox.ok("audit", "verify", "--json").json["ok"] is True
    assert "Wexcombe" in inbox.ok("constituency", "lookup", "ZZ10 4AB").out
    more = tmp_path / "new.eml"
    more.write_bytes(letter(77))
    assert inbox.ok("import", "--office", slug, "--json", str(more)).json["cases"] == 1


@pytest.fixture
def archive(inbox: Installation, tmp_path: Path) -> Path:
    """A backup, with an empty database waiting for it."""
    _fill(inbox)
    place = tmp_path / "b.tar.gz"
    inbox.ok("backup", str(place))
    inbox.use(Addresses(f"sqlite:///{tmp_path / 'fresh.db'}"), tmp_path / "elsewhere")
    inbox.ok("migrate")
    return place


def _rewrite(place: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    """The archive again, each member changed or (None) left out."""
    with tarfile.open(place) as tar:
        members = [(one.name, tar.extractfile(one).read()) for one in tar]  # type: ignore[union-attr]
    with tarfile.open(place, "w:gz") as tar:
        for name, content in members:
            changed = change(name, content)
            if changed is not None:
                info = tarfile.TarInfo(name)
                info.size = len(changed)
                tar.addfile(info, io.BytesIO(changed))


def _rule_call(database: Database, office_id: str, keys: SecretKeys, state: CallState) -> str:
    with database.write(office_id) as session:
        case = session.exec(select(Case).order_by(Case.id)).first()
        assert case is not None
        row = RuleCall(office_id=office_id, case_id=case.id, rule="Tell them", version=1, address="",
                       host="example.org", queued_at=NOW, state=state)  # fmt: skip
        row.address = keys.seal("https://example.org/hook", row.id)
        session.add(row)
        return row.id


def test_the_drill_after_the_keys_were_changed_opens_every_secret_with_the_new_one(
    inbox_on_each: Installation,
    empty_databases: EmptyDatabases,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inbox = inbox_on_each
    slug = _fill(inbox)
    seal_things(inbox, slug)
    database = inbox.database()
    office_id = _office_id(database)
    _rule_call(database, office_id, _keys(KEY), CallState.DONE)
    call = _rule_call(database, office_id, _keys(KEY), CallState.WAITING)
    database.close()
    inbox.ok("backup", str(tmp_path / "b.tar.gz"))

    addresses = empty_databases()
    inbox.use(addresses, tmp_path / "elsewhere")
    monkeypatch.setenv("INBOX_SECRET_KEYS", f"{OTHER_KEY},{KEY}")
    inbox.ok("migrate")
    assert inbox.ok("restore", str(tmp_path / "b.tar.gz"), "--json").json["closed"] == []
    fresh = Database(addresses.url)
    assert inbox.ok("keys", "rotate", "--json").json["sealed_anew"] == 4
    monkeypatch.setenv("INBOX_SECRET_KEYS", OTHER_KEY)
    inbox.ok("doctor")
    with fresh.read(office_id) as session:
        row = session.exec(select(RuleCall).where(RuleCall.id == call)).one()
        assert _keys(OTHER_KEY).open(row.address, row.id) == "https://example.org/hook"
    with fresh.read() as session:
        assert people.find_address(session, _keys(OTHER_KEY), "a@example.org") is not None
    fresh.close()


def test_a_restore_without_the_keys_of_that_time_brings_the_letters_and_names_what_stays_closed(
    inbox: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = _fill(inbox)
    seal_things(inbox, slug)
    inbox.ok("backup", str(tmp_path / "b.tar.gz"))
    inbox.use(Addresses(f"sqlite:///{tmp_path / 'fresh.db'}"), tmp_path / "elsewhere")
    monkeypatch.setenv("INBOX_SECRET_KEYS", OTHER_KEY)
    inbox.ok("migrate")
    ran = inbox.ok("restore", str(tmp_path / "b.tar.gz"))
    assert "lacks the key of 2 stored secrets: channel Mailbox" in ran.err
    assert "keys rotate" in ran.err and "connect mailboxes anew" in ran.err
    assert inbox.run("doctor").status == 1


def _keys(*keys: str) -> SecretKeys:
    return SecretKeys([base64.b64decode(key) for key in keys])


@pytest.mark.parametrize(
    ("part", "change", "says"),
    [
        ("/message/", lambda content: content.replace(b"heating", b"weather"), "damaged"),
        ("files/", lambda content: content + b"!", "damaged"),
        ("/event/", lambda content: None, "missing or damaged"),
        ("files/", lambda content: None, "missing"),
        ("manifest.json", lambda content: None, "manifest is missing"),
        ("manifest.json", lambda content: b"{}", "manifest is damaged"),
        (
            "manifest.json",
            lambda content: re.sub(rb'"schema": "\d+"', b'"schema": "0001"', content),
            "version 0001",
        ),
    ],
    ids=["row", "file", "part", "files", "manifest", "rubbish", "schema"],
)
def test_a_changed_archive_is_refused_before_anything_is_written(
    inbox: Installation, archive: Path, part: str, change: Callable[[bytes], bytes | None], says: str
) -> None:
    _rewrite(archive, lambda name, content: change(content) if part in name else content)
    ran = inbox.run("restore", str(archive))
    assert ran.status == 1 and says in ran.err and ran.err.count("\n") == 1
    assert inbox.ok("office", "list", "--json").json == []


def test_an_archive_cut_short_is_refused(inbox: Installation, archive: Path) -> None:
    whole = archive.read_bytes()
    for size in (0, 10, len(whole) // 2, len(whole) - 10):
        archive.write_bytes(whole[:size])
        ran = inbox.run("restore", str(archive))
        assert ran.status == 1 and "Traceback" not in ran.err
        assert inbox.ok("office", "list", "--json").json == []


def test_something_else_is_no_backup(inbox: Installation, tmp_path: Path) -> None:
    place = tmp_path / "letter.gz"
    place.write_bytes(gzip.compress(letter(1)))
    assert "not a backup" in inbox.run("restore", str(place)).err


def test_a_database_with_anything_in_it_takes_no_restore(inbox: Installation, archive: Path) -> None:
    inbox.office("Somebody else")
    ran = inbox.run("restore", str(archive))
    assert ran.status == 1 and "not empty" in ran.err
    assert [one["slug"] for one in inbox.ok("office", "list", "--json").json] == ["somebody-else"]


def test_one_office_s_backup_holds_nothing_of_another(inbox_on_each: Installation, tmp_path: Path) -> None:
    inbox = inbox_on_each
    slug = _fill(inbox)
    other = inbox.office("Dilys Probert", nation="wales")
    (tmp_path / "secret.eml").write_bytes(letter(500, body="Between Dilys and me."))
    inbox.ok("import", "--office", other, str(tmp_path / "secret.eml"))
    inbox.ok("backup", str(tmp_path / "one.tar.gz"), "--office", slug)
    with tarfile.open(tmp_path / "one.tar.gz") as tar:
        everything = b"".join(tar.extractfile(one).read() for one in tar)  # type: ignore[union-attr]
    assert b"Between Dilys and me" not in everything and b"Dilys Probert" not in everything
    assert b"The heating has failed again" in everything


def test_a_stored_file_that_is_gone_is_named_and_the_backup_made(inbox: Installation, tmp_path: Path) -> None:
    _fill(inbox)
    lost = next(place for place in (tmp_path / "var").rglob("*") if place.is_file() and len(place.name) == 64)
    lost.unlink()
    ran = inbox.run("backup", str(tmp_path / "b.tar.gz"), "--json")
    assert ran.status == 1 and lost.name in ran.err
    assert ran.json["missing"][0].endswith(lost.name)


def test_a_backup_never_writes_over_a_file_unasked_and_is_private(
    inbox: Installation, tmp_path: Path
) -> None:
    inbox.office()
    place = tmp_path / "b.tar.gz"
    inbox.ok("backup", str(place))
    kept = place.read_bytes()
    assert inbox.run("backup", str(place)).status == 1 and place.read_bytes() == kept
    assert place.stat().st_mode & 0o777 == 0o600
    inbox.ok("backup", str(place), "--force")
    assert [one.name for one in tmp_path.iterdir() if one.name.endswith(".part")] == []
    ran = inbox.run("backup", str(tmp_path / "no" / "such" / "folder" / "b.tar.gz"))
    assert ran.status == 1 and "cannot be written" in ran.err


def test_leases_open_browsers_and_answers_to_them_do_not_come_back(
    inbox: Installation, tmp_path: Path
) -> None:
    _fill(inbox)
    database = inbox.database()
    office_id = _office_id(database)
    with database.write(office_id) as session:
        session.add(Job(kind="process", office_id=office_id, subject_id="x", due_at=NOW, lease_until=NOW))
        session.add(StatusLinkKey(token_hash="a" * 64, link_id="b" * 32, office_id=office_id))
        session.add(OnceKey(key="c" * 64, office_id=office_id, request_hash="d" * 64, made_at=NOW))
    database.close()
    inbox.ok("backup", str(tmp_path / "b.tar.gz"))
    inbox.use(Addresses(f"sqlite:///{tmp_path / 'fresh.db'}"), tmp_path / "elsewhere")
    inbox.ok("migrate")
    inbox.ok("restore", str(tmp_path / "b.tar.gz"))
    fresh = Database(f"sqlite:///{tmp_path / 'fresh.db'}")
    with fresh.read() as session:
        assert [job.lease_until for job in session.exec(select(Job))] == [None]
        assert session.exec(select(StatusLinkKey)).one().link_id == "b" * 32
    with fresh.read(office_id) as session:
        assert session.exec(select(OnceKey)).all() == []
    fresh.close()
