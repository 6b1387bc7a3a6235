"""`inbox contacts`: the bodies an office can ask."""

from pathlib import Path
from typing import Annotated

import typer

from inbox.cli.opening import opened
from inbox.cli.printing import as_json, rows, tell
from inbox.cli.words import InOffice, Json, example

commands = typer.Typer(
    help="The organisations an office can ask: import, list.",
    epilog=example("inbox contacts import --office rowan-ashbys-office bodies.csv"),
    no_args_is_help=True,
    rich_markup_mode=None,
)


@commands.command(
    name="import", epilog=example("inbox contacts import --office rowan-ashbys-office bodies.csv")
)
def import_(
    office: InOffice,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    replace: Annotated[
        bool, typer.Option("--replace", help="Take those out of use that the file does not name.")
    ] = False,
    json: Json = False,
) -> None:
    """Import a CSV file of bodies into the contact directory; says what is not written down.

    \b
    name                 what it is called; the only column that must be there
    other_names          other names, parted by semicolons
    email post           where letters go
    hotline hotline_email    for MPs' offices
    minister minister_email  who answers for it
    escalation           addresses that the second chase goes to as well
    nation               england, wales, scotland, northern-ireland or uk
    consent              none, deemed, verbal, written or form
    third_party_consent  the same where somebody else asks for the person
    target unit          20 and working_days, calendar_days or calendar_months

    The whole file is taken, or nothing. Safe to run again.
    """
    from inbox import bodies
    from inbox.errors import Refused
    from inbox.history import OPERATOR

    with opened() as inbox:
        try:
            with (
                file.open(encoding="utf-8-sig", newline="") as lines,
                inbox.database.write(inbox.office(office).id) as session,
            ):
                done = bodies.import_lines(
                    session, bodies.read_file(lines), source=file.name, replace=replace, now=inbox.now,
                    actor=OPERATOR,
                )  # fmt: skip
                gaps = {row.name: bodies.holes(bodies.facts_of(row)) for row in done.bodies}
        except UnicodeDecodeError as error:
            raise Refused(
                f"{file} is not UTF-8 text; save it as “CSV UTF-8”. Nothing was changed."
            ) from error
    counts = {
        "added": done.added,
        "changed": done.changed,
        "unchanged": done.unchanged,
        "retired": done.retired,
    }
    if json:
        as_json(counts | {"holes": {name: list(found) for name, found in gaps.items() if found}})
        return
    words = "{added} added, {changed} changed, {unchanged} as before, {retired} taken out of use."
    tell(words.format(**counts))
    for name, found in gaps.items():
        for sentence in found:
            print(f"{name}: {sentence}")


@commands.command(name="list", epilog=example("inbox contacts list --office rowan-ashbys-office marl"))
def list_(
    office: InOffice,
    words: Annotated[list[str] | None, typer.Argument(help="Words of a name or an address.")] = None,
    json: Json = False,
) -> None:
    """List the bodies that an office can ask."""
    from inbox import bodies

    with opened() as inbox, inbox.database.read(inbox.office(office).id) as session:
        found = bodies.search(session, " ".join(words or ()))
        facts = [(row.id, row.version, bodies.facts_of(row)) for row in found]
    if json:
        as_json(
            [
                {"id": key, "version": version, **one.plain(), "holes": list(bodies.holes(one))}
                for key, version, one in facts
            ]
        )
        return
    rows(
        [
            {
                "name": one.name,
                "email": one.email,
                "time": f"{one.target} {one.unit.replace('_', ' ')}" if one.target else None,
                "permission": one.consent,
            }
            for _, _, one in facts
        ],
        json=False,
        empty="The directory has no such organisation." if words else "The directory is empty.",
    )
