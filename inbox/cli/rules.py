"""`inbox rules`: an office's rules as a file that people can read, tried on stored mail before they count."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inbox.cli.opening import opened
from inbox.cli.printing import as_json, tell
from inbox.cli.words import InOffice, Json, example

if TYPE_CHECKING:
    from sqlmodel import Session

    from inbox.cli.opening import Opened
    from inbox.rules import Proposal
    from inbox.rules_replay import Replay
    from routing.rules import Rule

commands = typer.Typer(
    help="An office's rules, as a file.",
    epilog=example("inbox rules list --office rowan-ashbys-office"),
    no_args_is_help=True,
    rich_markup_mode=None,
)
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, allow_dash=True)]
AddTeams = Annotated[bool, typer.Option("--add-teams", help="Add the teams that the file names.")]


@commands.command(name="list", epilog=example("inbox rules list --office rowan-ashbys-office"))
def list_(office: InOffice, json: Json = False) -> None:
    """Print each rule in the order of reading: its version and the sentence it means."""
    from inbox import rules
    from routing.rule_words import describe

    with opened() as inbox, inbox.database.read(inbox.office(office).id) as session:
        found = rules.every_rule(session)
    if json:
        as_json([{"name": one.name, "version": one.version, "enabled": one.enabled, "owner": one.owner,
                  "sentence": describe(one)} for one in found])  # fmt: skip
        return
    for number, one in enumerate(found, start=1):
        print(f"{number:3} {one.name} (version {one.version})\n    {describe(one)}")


@commands.command(epilog=example("inbox rules pack mp > rules.json"))
def pack(kind: Annotated[str, typer.Argument(help="mp or department")]) -> None:
    """Print the rules that a new office of this kind starts with."""
    from inbox.errors import Refused
    from routing.rule_files import default_rules, rule_set_to_json
    from routing.words import OfficeKind

    if kind not in list(OfficeKind):
        raise Refused(f'there is no pack "{kind}". There are {" and ".join(OfficeKind)}.')
    print(rule_set_to_json(default_rules(OfficeKind(kind))), end="")


@commands.command(epilog=example("inbox rules export --office rowan-ashbys-office > rules.json"))
def export(office: InOffice) -> None:
    """Print the rules as a readable file, in the order in which they are read."""
    from inbox import rules
    from routing.rule_files import rule_set_to_json

    with opened() as inbox, inbox.database.read(inbox.office(office).id) as session:
        print(rule_set_to_json(rules.every_rule(session)), end="")


@commands.command(name="import", epilog=example("inbox rules import --office rowan-ashbys-office rules.json"))
def import_(
    office: InOffice,
    file: File,
    add_teams: AddTeams = False,
    last: Annotated[int, typer.Option(min=0, max=100_000, help="On how many messages to try them.")] = 500,
    may_leave_immediate: Annotated[
        bool, typer.Option("--may-leave-immediate", help="You have read those that would.")
    ] = False,
    json: Json = False,
) -> None:
    """Put the rules of a file in place of the office's, once they are tried on stored messages.

    Refused whole if one of them means nothing here, or if a message would leave Immediate.
    """
    from inbox import rules
    from inbox.errors import Refused
    from inbox.history import OPERATOR

    with opened() as inbox:
        office_id = inbox.office(office).id
        proposal = _proposal(file, add_teams)
        with inbox.database.read(office_id) as session:
            leaving = _leaving(_tried(session, inbox, proposal, last)) if last else 0
        if leaving and not may_leave_immediate:
            raise Refused(
                f"{leaving} messages would leave Immediate. Read them with `inbox rules test`; to go on all "
                "the same, say --may-leave-immediate."
            )
        with inbox.database.write(office_id) as session:
            before = {one.name: one.version for one in rules.every_rule(session)}
            _checked(session, proposal)
            rules.carry_out(session, proposal, actor=OPERATOR, now=inbox.now)
            after = {one.name: one.version for one in rules.every_rule(session)}
    counts = {
        "added": len(after.keys() - before.keys()),
        "changed": sum(before[name] != after[name] for name in before.keys() & after.keys()),
        "removed": len(before.keys() - after.keys()),
    }
    if json:
        as_json(counts | {"rules": len(after)})
    else:
        tell("{added} rules added, {changed} changed, {removed} removed.".format(**counts))


@commands.command(epilog=example("inbox rules test --office rowan-ashbys-office rules.json --last 500"))
def test(
    office: InOffice,
    file: File,
    add_teams: AddTeams = False,
    last: Annotated[int, typer.Option(min=1, max=100_000, help="How many stored messages to try.")] = 500,
    json: Json = False,
) -> None:
    """Replay a file of rules on stored messages and show what would change. Changes nothing."""
    from inbox.rules_replay import cases_of

    with opened() as inbox, inbox.database.read(inbox.office(office).id) as session:
        found = _tried(session, inbox, _proposal(file, add_teams), last)
    if json:
        as_json(
            {
                "messages": found.messages,
                "later": found.later,
                "changes_made": found.changes_made,
                "open_cases": found.open_cases,
                "elsewhere": cases_of(found.elsewhere),
                "leaving_immediate": _leaving(found),
                "changed": len(found.changes),
                "changes": [
                    {name: getattr(one, name) for name in ("case", "message", "field", "before", "after")}
                    for one in found.changes
                ],
            }
        )
        return
    for moved in found.moved:
        for one in moved.changes:
            print(f"{one.case or '-'}  {one.field}: {one.before} -> {one.after}")
        for rule, why, matches in moved.because:
            print(f'    "{rule}" {"matches" if matches else "matches no more"}: {why}')
    tell(f"{found.messages} messages replayed, {found.later} of them to cases that were there; "
         f"{found.changes_made} changes and {found.open_cases} open cases tried; "
         f"{len(found.changes)} things would change.")  # fmt: skip
    tell(f"{cases_of(found.elsewhere)} cases would go elsewhere; {_leaving(found)} would leave Immediate.")


def _leaving(found: "Replay") -> int:
    from inbox.rules_replay import cases_of

    return cases_of(found.leaving_immediate)


def _tried(session: "Session", inbox: "Opened", proposal: "Proposal", last: int) -> "Replay":
    from inbox import rules_replay
    from inbox.desk import open_desk

    desk, rules = open_desk(session, inbox.line.tools), _checked(session, proposal)
    return rules_replay.replay(session, desk, rules, last=last, now=inbox.now)


def _checked(session: "Session", proposal: "Proposal") -> "list[Rule]":
    """The rules as they would be. Raises Refused with every fault."""
    from inbox import rules
    from inbox.errors import Refused
    from routing.rule_checks import RulesRefused

    try:
        return rules.proposed(session, proposal).rules
    except RulesRefused as error:
        raise Refused(" ".join(map(str, error.problems))) from error


def _proposal(file: Path, add_teams: bool) -> "Proposal":
    from inbox import rules

    found = rules.read_file(_text(file))
    raw = [rule.model_dump(mode="json", exclude_defaults=True) for rule in found]
    return rules.Proposal(do=rules.Do.FILE, rules=raw, add_teams=add_teams)


def _text(file: Path) -> str:
    from inbox.errors import Refused

    if str(file) == "-":
        return typer.get_text_stream("stdin").read()
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"{file} is not UTF-8 text.") from error
