"""The demo keeps to its own folder, whatever the environment of a real installation says."""

from pathlib import Path

import pytest

from inbox.demo.mailbox import MailServer
from inbox.demo.place import open_place
from inbox.errors import SetupProblem
from inbox.settings import Environment


def _complete(folder: Path) -> None:
    place = open_place(folder, reset=False)
    place.facts.is_made = True
    place.save()


def test_a_real_installations_settings_have_no_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("INBOX_CLAMD=127.0.0.1:3310\nINBOX_BASE_URL=https://real.example.org\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INBOX_DATABASE_URL", "postgresql+psycopg://real@db.example.org/real")
    monkeypatch.setenv("INBOX_MIGRATE_DATABASE_URL", "postgresql+psycopg://owner@db.example.org/real")
    monkeypatch.setenv("INBOX_DATA_DIR", "/srv/real")
    monkeypatch.setenv("INBOX_ENV", "production")
    monkeypatch.setenv("INBOX_SECRET_KEYS", "not a key")
    monkeypatch.setenv("INBOX_ALLOWED_PRIVATE_HOSTS", "mail.inside.example.org")
    monkeypatch.setenv("INBOX_TRUSTED_PROXIES", "10.0.0.0/8")
    settings = open_place(tmp_path / "demo", reset=False).settings("http://127.0.0.1:8000")
    assert settings.database_url == f"sqlite:///{tmp_path}/demo/inbox.db"
    assert settings.data_dir == tmp_path / "demo"
    assert settings.migrate_database_url is settings.clamd is None
    assert settings.env is Environment.DEVELOPMENT
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.private_hosts == {"127.0.0.1"}
    assert settings.trusted_proxies == ()
    assert len(settings.keys) == 1


def test_a_second_start_finds_the_same_demo(tmp_path: Path) -> None:
    _complete(tmp_path / "demo")
    first = open_place(tmp_path / "demo", reset=False)
    assert open_place(tmp_path / "demo", reset=False).facts == first.facts


def test_reset_begins_anew_with_new_secrets(tmp_path: Path) -> None:
    _complete(tmp_path / "demo")
    before = open_place(tmp_path / "demo", reset=False)
    (before.folder / "inbox.db").write_text("old")
    after = open_place(tmp_path / "demo", reset=True)
    assert not (after.folder / "inbox.db").exists()
    assert not after.facts.is_made
    assert {before.facts.secret_key, before.facts.password, before.facts.mailbox_password}.isdisjoint(
        {after.facts.secret_key, after.facts.password, after.facts.mailbox_password}
    )


def test_a_demo_whose_making_was_broken_off_is_made_again(tmp_path: Path) -> None:
    half = open_place(tmp_path / "demo", reset=False)
    (half.folder / "inbox.db").write_text("half")
    assert not (open_place(tmp_path / "demo", reset=False).folder / "inbox.db").exists()


@pytest.mark.parametrize("reset", [False, True])
def test_a_folder_that_is_not_the_demos_is_left_alone(tmp_path: Path, reset: bool) -> None:
    (tmp_path / "letters.txt").write_text("mine")
    with pytest.raises(SetupProblem, match="not the demo's"):
        open_place(tmp_path, reset=reset)
    assert (tmp_path / "letters.txt").read_text() == "mine"


def test_a_demo_that_runs_is_not_cleared_away_under_its_feet(tmp_path: Path) -> None:
    _complete(tmp_path / "demo")
    place = open_place(tmp_path / "demo", reset=False)
    server = MailServer({}, mark=place.facts.mark)
    server.start()
    try:
        place.facts.imap_port = server.port
        place.save()
        with pytest.raises(SetupProblem, match="running already"):
            open_place(tmp_path / "demo", reset=True)
    finally:
        server.stop()
    assert open_place(tmp_path / "demo", reset=False).facts == place.facts


def test_its_secrets_are_for_this_user_only(tmp_path: Path) -> None:
    place = open_place(tmp_path / "demo", reset=False)
    assert (place.folder / "demo.json").stat().st_mode & 0o077 == 0
    assert place.folder.stat().st_mode & 0o077 == 0
