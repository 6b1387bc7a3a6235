"""`inbox office`: founding, changing, listing."""

import pytest
from sqlmodel import select

from inbox.models import Event, Office, Rule, Team, Template
from inbox.office_settings import hours_in_words, read_hours
from inbox.offices import prefixes_for

from .conftest import Installation


def test_a_new_office_prints_its_slug_and_is_ready_to_open(inbox_on_each: Installation) -> None:
    slug = inbox_on_each.office(constituency="Wexcombe and Marl Valley", member="Rowan Ashby")
    assert slug == "rowan-ashbys-office"
    listed = inbox_on_each.ok("office", "list", "--json").json
    assert [(one["slug"], one["prefix"], one["sending"]) for one in listed] == [(slug, "WX", "on")]
    assert listed[0]["hours"] == "mon-fri 09:00-17:00"
    database = inbox_on_each.database()
    with database.read() as session:
        office_id = session.exec(select(Office.id)).one()
    with database.read(office_id) as session:
        assert session.exec(select(Team)).first() is not None
        assert session.exec(select(Rule)).first() is not None
        names = {(one.name, one.language) for one in session.exec(select(Template))}
        kinds = [one.kind for one in session.exec(select(Event).order_by(Event.sequence))]
    database.close()
    wanted = {"not-ours", "ask-address", "ask-authority", "holding", "chase", "crisis", "data-request"}
    wanted |= {"party-redirect", "not-foi"}
    assert names == {(name, language) for name in wanted for language in ("en", "cy")}
    assert kinds == ["office_changed", "rules_changed"]


def test_a_department_has_others_approve_and_no_letter_to_other_mps(inbox: Installation) -> None:
    inbox.office("Department for Homes", kind="department")
    database = inbox.database()
    with database.read() as session:
        office = session.exec(select(Office)).one()
    with database.read(office.id) as session:
        names = {one.name for one in session.exec(select(Template))}
    database.close()
    assert office.approval_office == "other"
    assert not {"not-ours", "not-foi"} & names and "chase" in names


def test_crisis_words_name_help_that_answers_in_that_nation(inbox: Installation) -> None:
    inbox.office("A", nation="northern-ireland")
    inbox.office("B", nation="scotland")
    database = inbox.database()
    with database.read() as session:
        offices = {office.slug: office.id for office in session.exec(select(Office))}
    words = {}
    for slug, office_id in offices.items():
        with database.read(office_id) as session:
            query = select(Template.body).where(Template.name == "crisis", Template.language == "en")
            words[slug] = session.exec(query).one()
    database.close()
    assert all("999" in body and "116 123" in body and "<" not in body for body in words.values())
    assert "0808 808 8000" in words["a"] and "111" in words["b"]


def test_two_offices_never_share_a_slug_or_a_prefix(inbox: Installation) -> None:
    inbox.office("Rowan Ashby", constituency="Wexcombe")
    again = inbox.run("office", "add", "--name", "Rowan  Ashby", "--kind", "mp", "--nation", "england")
    assert again.status == 1 and "rowan-ashby exists already" in again.err
    inbox.office("Dilys Probert", constituency="Wexcombe")
    prefixes = [one["prefix"] for one in inbox.ok("office", "list", "--json").json]
    assert len(set(prefixes)) == 2
    taken = inbox.run(
        "office", "add", "--name", "C", "--kind", "mp", "--nation", "wales", "--prefix", prefixes[0]
    )
    assert taken.status == 1 and prefixes[0] in taken.err


def test_prefixes_remind_of_the_name_and_avoid_letters_that_are_misread() -> None:
    assert next(prefixes_for("Wexcombe and Marl Valley")) == "WX"
    assert next(prefixes_for("Department for Homes")) == "HM"
    assert all("I" not in one and "O" not in one for one in prefixes_for("Oriel Ioan"))
    assert len(next(prefixes_for("Io"))) == 3


@pytest.mark.parametrize(
    ("pair", "says"),
    [
        ("prefix=WXCMB", "2 to 4 letters"),
        ("prefix=IO", "2 to 4 letters"),
        ("nation=france", "nation is one of"),
        ("time_zone=Mars/Olympus", "not a time zone"),
        ("hours=mon-fri", "say when"),
        ("hours=mon 17:00-09:00", "end after they start"),
        ("hours=mon 09:00-13:00,12:00-17:00", "follow one another"),
        ("hours=fri-mon 09:00-17:00", "forward"),
        ("hours=mon-sun off", "at least one working window"),
        ("hours=mon 25:00-26:00", "not a time of day"),
        ("approval=office=nobody", "office=self or office=other"),
        ("approval=office=self,person=office", "person=person"),
        ("undo_seconds=-1", "whole number"),
        ("undo_seconds=99999", "whole number"),
        ("languages=en,fr", "en, cy or en,cy"),
        ("named_lead=nobody@example.org", "nobody with the address"),
        ("system_channel=Nowhere", "no channel called"),
        ("privacy_url=javascript:alert(1)", "https://"),
        ("sending=maybe", "sending is on"),
        ("name=", "cannot be empty"),
        ("colour=blue", "no office setting"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_in_one_line(
    inbox: Installation, pair: str, says: str
) -> None:
    slug = inbox.office()
    before = inbox.ok("office", "list", "--json").out
    ran = inbox.run("office", "set", "--office", slug, "phone=07700 900123", pair)
    assert ran.status == 2
    assert says in ran.err and ran.err.count("\n") == 1
    assert inbox.ok("office", "list", "--json").out == before


def test_settings_are_changed_together_and_said_once(inbox_on_each: Installation) -> None:
    slug = inbox_on_each.office()
    ran = inbox_on_each.ok(
        "office", "set", "--office", slug, "--json", "hours=mon-thu 9:00-12:30,13:15-17:00; fri 09:00-16:00",
        "approval=office=other,person=person", "undo_seconds=30", "languages=cy,en", "phone=07700 900123",
        "sending=paused: moving house",
    )  # fmt: skip
    assert ran.json["changed"] == [
        "approval_office", "hours", "languages", "phone", "sending_paused", "undo_seconds",
    ]  # fmt: skip
    (listed,) = inbox_on_each.ok("office", "list", "--json").json
    assert listed["hours"] == "mon-thu 09:00-12:30,13:15-17:00; fri 09:00-16:00"
    assert listed["sending"] == "paused: moving house"
    again = inbox_on_each.ok("office", "set", "--office", slug, "undo_seconds=30", "sending=on", "--json")
    assert again.json["changed"] == ["sending_paused"]


def test_hours_can_be_read_back_as_they_are_told() -> None:
    words = "mon-wed 09:00-17:00; fri 10:00-12:00,13:00-15:30; sun 08:00-09:00"
    assert hours_in_words(read_hours(words)) == words


def test_an_unknown_office_is_named_with_those_there_are(inbox: Installation) -> None:
    inbox.office()
    ran = inbox.run("office", "set", "--office", "nowhere", "phone=1")
    assert (ran.status, ran.out) == (1, "")
    assert "no office called nowhere" in ran.err and "rowan-ashbys-office" in ran.err


@pytest.mark.parametrize("kind", ["mp", "department"])
def test_everything_that_the_pack_of_a_new_office_names_is_there(inbox: Installation, kind: str) -> None:
    office = inbox.ok("office", "add", "--name", "An office", "--kind", kind, "--nation", "wales", "--json")
    (inbox.folder / "pack.json").write_text(inbox.ok("rules", "pack", kind).out)
    told = inbox.ok(
        "rules", "import", "--office", office.json["slug"], str(inbox.folder / "pack.json"), "--json"
    )
    assert (told.json["added"], told.json["changed"], told.json["removed"]) == (0, 0, 0)


def test_a_pack_goes_to_another_kind_of_office_with_the_teams_it_names(inbox: Installation) -> None:
    office = inbox.office()
    (inbox.folder / "pack.json").write_text(inbox.ok("rules", "pack", "department").out)
    words = ("rules", "import", "--office", office, str(inbox.folder / "pack.json"))
    refused = inbox.run(*words)
    assert refused.status == 1 and 'there is no team "FOI and data"' in refused.err
    assert inbox.ok(*words, "--add-teams", "--json").json["added"] > 3
    assert "Freedom of information (version" in inbox.ok("rules", "list", "--office", office).out


def test_approval_and_the_undo_window_may_be_given_as_options_too(inbox: Installation) -> None:
    slug = inbox.office()
    said = inbox.ok("office", "set", "--office", slug, "--approval", "office=other", "--undo-seconds", "30")
    assert said.err.strip() == "Changed: approval_office, undo_seconds."
    assert inbox.run("office", "set", "--office", slug).status == 2
