"""`inbox staff` and `inbox token`."""

import pyotp
from sqlmodel import select

from inbox.models import AccessToken, Office, Staff, WebSession
from inbox.sign_in.passwords import is_password

from .conftest import Installation

PASSWORD = "seven quiet herons"


def _add(inbox: Installation, office: str, email: str = "Ayesha@example.org") -> dict[str, str]:
    ran = inbox.ok(
        "staff", "add", "--office", office, "--email", email, "--name", "Ayesha Lund", "--role", "caseworker",
        "--role", "manager", "--password-stdin", "--json", stdin=PASSWORD + "\n",
    )  # fmt: skip
    assert PASSWORD not in ran.out + ran.err
    added: dict[str, str] = ran.json
    return added


def _person(inbox: Installation) -> Staff:
    database = inbox.database()
    with database.read() as session:
        office_id = session.exec(select(Office.id)).first()
    with database.read(office_id) as session:
        person = session.exec(select(Staff)).one()
    database.close()
    return person


def test_a_person_is_added_with_a_secret_for_their_app_shown_once(inbox_on_each: Installation) -> None:
    office = inbox_on_each.office()
    added = _add(inbox_on_each, office)
    assert len(pyotp.TOTP(added["totp_secret"]).now()) == 6
    assert added["totp_uri"].startswith("otpauth://totp/")
    (listed,) = inbox_on_each.ok("staff", "list", "--office", office, "--json").json
    assert listed == {
        "email": "ayesha@example.org", "name": "Ayesha Lund", "roles": ["caseworker", "manager"],
        "active": True, "has_password": True, "has_mfa": True,
    }  # fmt: skip
    person = _person(inbox_on_each)
    assert is_password(person.password_hash, PASSWORD)
    assert person.totp_secret and added["totp_secret"] not in person.totp_secret


def test_a_poor_password_or_a_taken_address_is_refused(inbox: Installation) -> None:
    office, other = inbox.office(), inbox.office("Dilys Probert")
    _add(inbox, office)
    words = ["staff", "add", "--name", "A", "--role", "auditor", "--password-stdin", "--office", other]
    assert inbox.run(*words, "--email", "a@example.org", stdin="password\n").status == 1
    assert inbox.run(*words, "--email", "a@example.org", stdin="").status == 2
    taken = inbox.run(*words, "--email", "AYESHA@example.org", stdin=PASSWORD + "\n")
    assert taken.status == 1 and "already signs in" in taken.err
    assert inbox.run(*words[:5], "king", *words[6:], "--email", "b@example.org").status == 2


def test_without_a_terminal_a_password_is_not_asked_for(inbox: Installation) -> None:
    office = inbox.office()
    ran = inbox.run(
        "staff", "add", "--office", office, "--email", "a@example.org", "--name", "A", "--role", "auditor"
    )
    assert ran.status == 2 and "--password-stdin" in ran.err


def test_resets_and_disabling_end_sessions_at_once(inbox: Installation) -> None:
    office = inbox.office()
    added = _add(inbox, office)
    who = ("--office", office, "--email", "ayesha@example.org")
    database = inbox.database()

    def sign_in() -> None:
        with database.write() as session:
            from inbox.sign_in import sessions

            sessions.start(session, _person(inbox), is_full=True, now=_person(inbox).created_at)

    def open_sessions() -> int:
        with database.read() as session:
            return len(session.exec(select(WebSession)).all())

    for command in (["reset-password", "--password-stdin"], ["reset-mfa", "--json"], ["disable"]):
        sign_in()
        assert open_sessions() == 1
        ran = inbox.ok("staff", command[0], *who, *command[1:], stdin="eight loud herons\n")
        assert open_sessions() == 0
        if command[0] == "reset-mfa":
            assert ran.json["totp_secret"] != added["totp_secret"]
    assert is_password(_person(inbox).password_hash, "eight loud herons")
    assert inbox.ok("staff", "list", "--office", office, "--json").json[0]["active"] is False
    inbox.ok("staff", "enable", *who)
    assert inbox.ok("staff", "list", "--office", office, "--json").json[0]["active"] is True
    assert inbox.run("staff", "disable", "--office", office, "--email", "nobody@example.org").status == 1
    database.close()


def test_roles_are_changed_in_place_of_those_before(inbox: Installation) -> None:
    office = inbox.office()
    _add(inbox, office)
    who = ("--office", office, "--email", "ayesha@example.org")
    ran = inbox.ok("staff", "roles", *who, "--role", "auditor")
    assert "auditor" in ran.err
    assert inbox.ok("staff", "list", "--office", office, "--json").json[0]["roles"] == ["auditor"]
    assert inbox.run("staff", "roles", *who).status == 2


def test_who_disables_the_last_person_is_told(inbox: Installation) -> None:
    office = inbox.office()
    for name in ("a", "b"):
        _add(inbox, office, f"{name}@example.org")
    words = ("staff", "disable", "--office", office, "--email")
    assert "Nobody in this office" not in inbox.ok(*words, "a@example.org").err
    assert "Nobody in this office can sign in now" in inbox.ok(*words, "b@example.org").err


def test_a_token_is_shown_once_and_ends_when_revoked(inbox_on_each: Installation) -> None:
    inbox = inbox_on_each
    office = inbox.office()
    _add(inbox, office)
    plain = inbox.ok("token", "add", "--office", office, "--name", "Form", "--scope", "write").out.strip()
    acting = inbox.ok(
        "token", "add", "--office", office, "--name", "Laptop", "--scope", "read", "--staff",
        "ayesha@example.org", "--json",
    ).json  # fmt: skip
    listed = inbox.ok("token", "list", "--office", office, "--json")
    assert {(one["name"], one["scope"], one["staff"]) for one in listed.json} == {
        ("Form", "write", None),
        ("Laptop", "read", "ayesha@example.org"),
    }
    assert plain not in listed.out and acting["token"] not in listed.out
    inbox.ok("token", "revoke", "--office", office, "Form")
    inbox.ok("token", "revoke", "--office", office, acting["id"])
    assert inbox.run("token", "revoke", "--office", office, "Form").status == 1
    database = inbox.database()
    with database.read() as session:
        assert all(one.revoked_at for one in session.exec(select(AccessToken)))
    database.close()


def test_a_token_of_another_office_cannot_be_revoked(inbox: Installation) -> None:
    office, other = inbox.office(), inbox.office("Dilys Probert")
    added = inbox.ok("token", "add", "--office", office, "--name", "Form", "--scope", "read", "--json").json
    assert inbox.run("token", "revoke", "--office", other, added["id"]).status == 1
