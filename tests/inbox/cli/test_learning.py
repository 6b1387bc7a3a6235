"""`inbox learning`: what an office taught, counted by the job, printed and forgotten."""

from sqlmodel import select

from inbox import facts
from inbox.history import Actor, ActorKind
from inbox.models import Office
from tests.factories import NOW, a_case, a_message, a_person
from tests.inbox.cli.conftest import Installation


def teach(inbox: Installation, slug: str) -> None:
    database = inbox.database()
    with database.read() as session:
        office = session.exec(select(Office.id).where(Office.slug == slug)).one()
    with database.write(office) as session:
        staff = a_person(session, totp_secret=None)
        for day in ("Monday", "Tuesday", "Friday", "Sunday"):
            case = a_case(session)
            text = f"The Harbottle shuttle did not come on {day}"
            a_message(session, case_id=case.id, subject="", text=text, new_text=text)
            actor = Actor(ActorKind.STAFF, staff.id, staff.name)
            facts.set_topics(session, case, ["driving"], now=NOW, actor=actor)
    database.close()


def test_the_job_counts_what_was_put_right_and_the_command_prints_it(inbox: Installation) -> None:
    slug = inbox.office()
    teach(inbox, slug)
    assert inbox.ok("learning", "show", "--office", slug, "--json").json["corrected"] == 0
    inbox.ok("work", "--until-idle")
    told = inbox.ok("learning", "show", "--office", slug, "--json").json
    assert (told["corrected"], told["version"], told["waiting"]) == (4, 1, 0)
    assert [(one["answer"], one["cases"]) for one in told["learned"]] == [("topic driving", 4)]
    assert "topic driving" in inbox.ok("learning", "show", "--office", slug).out


def test_what_was_learned_is_forgotten_and_the_other_office_keeps_its_own(inbox: Installation) -> None:
    slug, other = inbox.office(), inbox.office("Dilys Probert’s office")
    for one in (slug, other):
        teach(inbox, one)
    inbox.ok("work", "--until-idle")
    assert inbox.ok("learning", "reset", "--office", slug, "--json").json == {"forgotten": 4}
    assert inbox.ok("learning", "show", "--office", slug, "--json").json["learned"] == []
    assert inbox.ok("learning", "show", "--office", other, "--json").json["corrected"] == 4
    inbox.ok("audit", "verify")


def test_figures_are_measured_again_after_lessons(inbox: Installation) -> None:
    lines = [
        f'{{"text": "The Harbottle shuttle, letter {number}", "kind": "casework", "priority": "standard", '
        f'"topics": ["driving"]}}\n'
        for number in range(6)
    ]
    other = '{"text": "My bins were missed again", "kind": "casework", "priority": "standard"}\n'
    (inbox.folder / "taught.jsonl").write_text("".join(lines) + other * 3, encoding="utf-8")
    (inbox.folder / "asked.jsonl").write_text(lines[0], encoding="utf-8")
    found = inbox.ok("evaluate", "asked.jsonl", "--teach", "taught.jsonl", "--json").json
    row = next(one for one in found if one["figure"] == "topic, any right")
    assert (row["share"], row["taught"]) == (0.0, 1.0)
