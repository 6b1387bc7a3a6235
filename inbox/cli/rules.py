"""`inbox rules`: an office's rules as a file that people can read."""

from pathlib import Path
from typing import Annotated

import typer

from inbox.cli.opening import opened
from inbox.cli.printing import as_json, tell
from inbox.cli.words import InOffice, Json, example

commands = typer.Typer(help="An office's rules, as a file.", no_args_is_help=True, rich_markup_mode=None)


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
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, allow_dash=True)],
    json: Json = False,
) -> None:
    """Put the rules of a file in place of the office's. Refused whole if one of them means nothing."""
    from inbox import rules
    from inbox.history import OPERATOR

    wanted = rules.read_file(_text(file))
    with opened() as inbox, inbox.database.write(inbox.office(office).id) as session:
        changed = rules.replace(session, wanted, actor=OPERATOR, now=inbox.now)
    counts = {"added": changed.added, "changed": changed.changed, "removed": changed.removed}
    if json:
        as_json(counts | {"rules": len(wanted)})
    else:
        tell("{added} rules added, {changed} changed, {removed} removed.".format(**counts))


@commands.command(epilog=example("inbox rules test --office rowan-ashbys-office rules.json --last 500"))
def test(
    office: InOffice,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, allow_dash=True)],
    last: Annotated[int, typer.Option(min=1, max=100_000, help="How many stored messages to try.")] = 500,
    json: Json = False,
) -> None:
    """Replay a file of rules on stored messages and show what would change. Changes nothing."""
    from inbox import rules, rules_replay
    from inbox.desk import open_desk

    wanted = rules.read_file(_text(file))
    with opened() as inbox, inbox.database.read(inbox.office(office).id) as session:
        replay = rules_replay.replay(session, open_desk(session, inbox.line.tools), wanted, last=last)
    if json:
        as_json(
            {
                "messages": replay.messages,
                "changed": len(replay.changes),
                "changes": [
                    {
                        "case": one.case,
                        "message": one.message,
                        "field": one.field,
                        "before": one.before,
                        "after": one.after,
                    }
                    for one in replay.changes
                ],
            }
        )
        return
    for one in replay.changes:
        print(f"{one.case or '-'}  {one.field}: {one.before} -> {one.after}")
    tell(f"{replay.messages} messages replayed; {len(replay.changes)} things would change.")


def _text(file: Path) -> str:
    from inbox.errors import Refused

    if str(file) == "-":
        return typer.get_text_stream("stdin").read()
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"{file} is not UTF-8 text.") from error
