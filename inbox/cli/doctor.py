"""`inbox doctor`: is this installation well?"""

import typer

from inbox.cli.opening import opened
from inbox.cli.printing import as_json
from inbox.cli.words import Json, example


def register(program: typer.Typer) -> None:
    program.command(epilog=example("inbox doctor", "inbox doctor --json"))(doctor)


def doctor(json: Json = False) -> None:
    """Check settings, schema, disk, clock, secrets, channels and front-end files.

    Prints every setting with where it comes from, secrets hidden; what is wrong stands once more at the
    end. Exit 1 if something is wrong.
    """
    from dataclasses import asdict

    from inbox.doctor import State, examine

    found = []
    with opened(check=False) as inbox:
        for finding in examine(inbox.database, inbox.settings, now=inbox.settings.now):
            found.append(finding)
            if not json:
                mark = {State.OK: "ok   ", State.LOOK: "look ", State.WRONG: "WRONG"}[finding.state]
                print(f"{mark}  {finding.area}: {finding.name}: {finding.says}", flush=True)
    wrong = [one for one in found if one.state is State.WRONG]
    if wrong and not json:
        print(f"\n{len(wrong)} {'thing is' if len(wrong) == 1 else 'things are'} wrong:")
        for finding in wrong:
            print(f"WRONG  {finding.area}: {finding.name}: {finding.says}")
    is_well = not wrong
    if json:
        as_json({"ok": is_well, "findings": [asdict(finding) for finding in found]})
    if not is_well:
        raise typer.Exit(1)
