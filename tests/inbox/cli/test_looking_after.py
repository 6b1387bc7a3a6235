"""`inbox rules`, `audit`, `keys`, `doctor`, `migrate`: what keeps an installation well."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from inbox import key_rotation
from inbox.doctor import State, examine
from inbox.models import Case, Office, Rule
from inbox.secrets import SecretKeys
from inbox.settings import load_settings
from inbox.sign_in import people

from .conftest import KEY, OTHER_KEY, Installation, seal_things
from .letters import letter


def _office_id(inbox: Installation) -> str:
    database = inbox.database()
    with database.read() as session:
        found = session.exec(select(Office.id)).one()
    database.close()
    return found


def test_rules_come_back_as_they_went_out(inbox_on_each: Installation) -> None:
    office = inbox_on_each.office()
    file = inbox_on_each.folder / "rules.json"
    file.write_text(inbox_on_each.ok("rules", "export", "--office", office).out)
    assert json.loads(file.read_text())["rules"]
    counts = inbox_on_each.ok("rules", "import", "--office", office, str(file), "--json").json
    assert (counts["added"], counts["changed"], counts["removed"]) == (0, 0, 0)
    assert inbox_on_each.ok("rules", "export", "--office", office).out == file.read_text()


RULES = {
    "format": "casework-inbox/rules",
    "version": 1,
    "rules": [
        {
            "name": "Heating is urgent",
            "when": {"any": [{"field": "message", "operator": "contains", "value": "heating"}]},
            "then": {"priority": "priority", "team": "Casework"},
        }
    ],
}


def test_rules_from_a_file_take_the_place_of_all_others(inbox: Installation) -> None:
    office = inbox.office()
    file = inbox.folder / "rules.json"
    file.write_text(json.dumps(RULES))
    assert inbox.ok("rules", "import", "--office", office, str(file), "--json").json["added"] == 1
    RULES_CHANGED = json.loads(json.dumps(RULES))
    RULES_CHANGED["rules"][0]["then"]["priority"] = "low"
    file.write_text(json.dumps(RULES_CHANGED))
    counts = inbox.ok("rules", "import", "--office", office, str(file), "--json").json
    assert (counts["added"], counts["changed"], counts["removed"]) == (0, 1, 0)
    database = inbox.database()
    with database.read(_office_id(inbox)) as session:
        assert [(one.name, one.version) for one in session.exec(select(Rule))] == [("Heating is urgent", 2)]
    database.close()


@pytest.mark.parametrize("words", ["{", "[]", '{"format": "other"}'])
def test_a_file_that_holds_no_rules_is_refused_in_one_line(inbox: Installation, words: str) -> None:
    office = inbox.office()
    before = inbox.ok("rules", "export", "--office", office).out
    file = inbox.folder / "rules.json"
    file.write_text(words)
    ran = inbox.run("rules", "import", "--office", office, str(file))
    assert ran.status == 1 and ran.err.count("\n") == 1
    assert inbox.ok("rules", "export", "--office", office).out == before


def test_a_rule_with_a_misspelt_field_says_which_it_may_mean(inbox: Installation) -> None:
    office = inbox.office()
    wrong = json.dumps(RULES).replace('"message"', '"mesage"')
    (inbox.folder / "rules.json").write_text(wrong)
    ran = inbox.run("rules", "import", "--office", office, str(inbox.folder / "rules.json"))
    assert ran.status == 1 and "mesage" in ran.err and "message" in ran.err


def test_a_replay_says_what_other_rules_would_change_and_changes_nothing(inbox_on_each: Installation) -> None:
    inbox = inbox_on_each
    office = inbox.office()
    (inbox.folder / "one.eml").write_bytes(letter(1))
    inbox.ok("import", "--office", office, str(inbox.folder / "one.eml"))
    file = inbox.folder / "rules.json"
    file.write_text(inbox.ok("rules", "export", "--office", office).out)
    same = inbox.ok("rules", "test", "--office", office, str(file), "--json").json
    assert (same["messages"], same["changes"]) == (1, [])
    changed = json.loads(json.dumps(RULES))
    changed["rules"][0]["then"] = {"draft": "holding", "acknowledge": False}
    file.write_text(json.dumps(changed))
    told = inbox.ok("rules", "test", "--office", office, str(file), "--json").json
    fields = {one["field"]: one["after"] for one in told["changes"]}
    assert fields["draft"] == "holding" and fields["acknowledge"] == "no"
    database = inbox.database()
    with database.read(_office_id(inbox)) as session:
        assert session.exec(select(Case.reference)).one() == told["changes"][0]["case"]
        assert len(session.exec(select(Rule)).all()) == len(
            json.loads(inbox.ok("rules", "export", "--office", office).out)["rules"]
        )
    database.close()


def test_a_changed_line_of_history_is_named(inbox_on_each: Installation) -> None:
    inbox = inbox_on_each
    good, bad = inbox.office(), inbox.office("Dilys Probert")
    assert inbox.ok("audit", "verify", "--json").json["ok"] is True
    database = inbox.owned_database()
    with database.read() as session:
        office_id = session.exec(select(Office.id).where(Office.slug == bad)).one()
    with database.write(office_id) as session:
        session.execute(
            text("UPDATE event SET kind = 'noted' WHERE sequence = 2 AND office_id = :o"), {"o": office_id}
        )
    database.close()
    ran = inbox.run("audit", "verify", "--json")
    assert ran.status == 1 and ran.json["ok"] is False
    found = {one["office"]: one for one in ran.json["offices"]}
    assert found[good]["ok"] is True
    assert (found[bad]["sequence"], found[bad]["why"]) == (2, "the line was changed")
    assert found[bad]["event"] in inbox.run("audit", "verify", "--office", bad).out
    assert inbox.ok("audit", "verify", "--office", good)


def test_rotation_seals_everything_anew_and_the_old_key_can_go(
    inbox_on_each: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = inbox_on_each
    seal_things(inbox, inbox.office())
    monkeypatch.setenv("INBOX_SECRET_KEYS", f"{OTHER_KEY},{KEY}")
    assert any(one["name"] == "rotation" for one in inbox.ok("doctor", "--json").json["findings"])
    assert inbox.ok("keys", "rotate", "--json").json["sealed_anew"] == 2
    assert inbox.ok("keys", "rotate", "--json").json == {
        "sealed_anew": 0, "current": 2, "changed_meanwhile": 0,
    }  # fmt: skip
    monkeypatch.setenv("INBOX_SECRET_KEYS", OTHER_KEY)
    assert inbox.ok("doctor", "--json").json["ok"] is True
    from inbox.secrets import SecretKeys
    from inbox.settings import load_settings

    database = inbox.database()
    with database.read() as session:
        assert people.find_address(session, SecretKeys(load_settings().keys), "a@example.org") is not None
    database.close()


def test_rotation_without_the_old_key_changes_nothing_and_doctor_names_what_is_lost(
    inbox: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal_things(inbox, inbox.office())
    monkeypatch.setenv("INBOX_SECRET_KEYS", OTHER_KEY)
    assert inbox.run("keys", "rotate").status == 1
    ran = inbox.run("doctor", "--json")
    assert ran.status == 1
    wrong = [one["name"] for one in ran.json["findings"] if one["state"] == "wrong"]
    assert len(wrong) == 2 and any("Mailbox" in name for name in wrong)
    monkeypatch.setenv("INBOX_SECRET_KEYS", KEY)
    assert inbox.ok("doctor", "--json").json["ok"] is True


def test_doctor_tells_every_setting_with_its_source_and_no_secret(
    inbox_on_each: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox_on_each.folder / ".env").write_text("INBOX_LOG_LEVEL=warning\n")
    monkeypatch.setenv("INBOX_MIGRATE_DATABASE_URL", "postgresql+psycopg://owner:hunter2@127.0.0.1/inbox")
    ran = inbox_on_each.ok("doctor", "--json")
    assert KEY not in ran.out and "hunter2" not in ran.out
    told = {one["name"]: one["says"] for one in ran.json["findings"] if one["area"] == "settings"}
    assert told["INBOX_LOG_LEVEL"] == "warning (.env)"
    assert told["INBOX_SECRET_KEYS"] == "1 keys, hidden (environment)"
    assert told["INBOX_LEASE_SECONDS"].endswith("(default)")
    from inbox.settings import Settings

    assert {f"INBOX_{name.upper()}" for name in Settings.model_fields} <= set(told)
    plain = inbox_on_each.ok("doctor").out
    assert plain.count("\n") == len(ran.json["findings"])


def test_doctor_says_what_to_do_where_something_is_wrong(
    inbox: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INBOX_LOW_DISK_MEGABYTES", "999999999")
    monkeypatch.setenv("INBOX_DATABASE_URL", f"sqlite:///{inbox.folder / 'other.db'}")
    ran = inbox.run("doctor")
    wrong = [line for line in ran.out.splitlines() if line.startswith("WRONG")]
    assert ran.status == 1 and len(wrong) == 4
    assert "inbox migrate" in wrong[0] and "Free some space" in wrong[1]
    assert wrong[2:] == wrong[:2] == ran.out.splitlines()[-2:]  # said once more at the end


def test_migrating_twice_is_harmless(inbox_on_each: Installation) -> None:
    ran = inbox_on_each.ok("migrate", "--json").json
    assert ran["before"] == ran["after"]


def test_a_database_of_a_newer_program_is_left_alone(inbox: Installation) -> None:
    database = inbox.database()
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    for words in (["office", "list"], ["migrate"]):
        ran = inbox.run(*words)
        assert ran.status == 1 and ran.err.count("\n") == 1, words
    assert Path(inbox.addresses.url.removeprefix("sqlite:///")).exists()


def test_another_data_folder_is_refused_by_all_that_would_use_it(inbox: Installation) -> None:
    (inbox.folder / "one.eml").write_bytes(letter(1))
    inbox.ok("import", "--office", inbox.office(), str(inbox.folder / "one.eml"))
    inbox.monkeypatch.setenv("INBOX_DATA_DIR", str(inbox.folder / "another"))
    for words in (["work", "--until-idle"], ["backup", str(inbox.folder / "b.tar.gz")]):
        ran = inbox.run(*words)
        assert ran.status == 1 and "holds none of the files" in ran.err and "INBOX_DATA_DIR" in ran.err
    assert not (inbox.folder / "b.tar.gz").exists()
    told = inbox.run("doctor")
    assert told.status == 1 and "WRONG  disk: stored files" in told.out.splitlines()[-1]
    inbox.monkeypatch.setenv("INBOX_DATA_DIR", str(inbox.folder / "var"))
    inbox.ok("doctor")


def test_other_keys_are_refused_at_the_start_and_a_lost_one_has_a_cure(inbox: Installation) -> None:
    office = inbox.office()
    seal_things(inbox, office)
    inbox.monkeypatch.setenv("INBOX_SECRET_KEYS", OTHER_KEY)
    ran = inbox.run("work", "--until-idle")
    assert ran.status == 1 and "holds none of the keys" in ran.err
    inbox.ok("staff", "reset-mfa", "--office", office, "--email", "a@example.org")
    database = inbox.database()
    with database.read() as session:
        assert people.find_address(session, SecretKeys(load_settings().keys), "a@example.org") is not None
    key_rotation.check(database, load_settings().keys)
    database.close()


def test_doctor_says_that_a_database_cannot_be_written(inbox: Installation) -> None:
    database = inbox.database()
    database._writing = database._reading  # as a file that is read-only
    found = list(examine(database, load_settings(), now=load_settings().now))
    assert any(one.state is State.WRONG and "cannot be opened or written" in one.says for one in found)
    database.close()


def test_doctor_names_an_address_where_a_host_belongs(inbox: Installation) -> None:
    inbox.monkeypatch.setenv("INBOX_TRUSTED_HOSTS", "https://inbox.example.org/")
    assert "write the host's name alone, inbox.example.org" in inbox.run("doctor").out
