"""`inbox office`: the offices of this installation."""

from typing import Annotated

import typer

from inbox.cli.opening import opened
from inbox.cli.printing import as_json, rows, tell
from inbox.cli.words import InOffice, Json, Nation, OfficeKind, example, judged

commands = typer.Typer(
    help="Offices: add, change, list.",
    epilog=example(
        "inbox office list",
        "inbox office set --office rowan-ashbys-office approval=office=other undo_seconds=30",
    ),
    no_args_is_help=True,
    rich_markup_mode=None,
)


@commands.command(
    epilog=example(
        'inbox office add --name "Rowan Ashby\'s office" --kind mp --nation england \\',
        '  --constituency "Wexcombe and Marl Valley" --member "Rowan Ashby"',
    )
)
def add(
    name: Annotated[str, typer.Option(help="What the office is called, as its letters say.")],
    kind: Annotated[OfficeKind, typer.Option(help="An MP's office or a department.")],
    nation: Annotated[Nation, typer.Option(help="Whose bank holidays it keeps.")],
    constituency: Annotated[str | None, typer.Option(help="The seat.")] = None,
    member: Annotated[str | None, typer.Option(help="The MP's name.")] = None,
    prefix: Annotated[str | None, typer.Option(help="2 to 4 letters that references begin with.")] = None,
    json: Json = False,
) -> None:
    """Add an office with its hours, teams, rules and templates; prints its slug."""
    from inbox import offices
    from inbox.history import OPERATOR
    from inbox.models import OfficeKind as Kind
    from inbox.models import new_id

    wanted = offices.Founding(name, Kind(kind), nation, constituency, member, prefix)
    with opened() as inbox, inbox.database.write(new_id()) as session:
        office = offices.found(session, wanted, actor=OPERATOR, now=inbox.now)
    if json:
        as_json({"slug": office.slug, "name": office.name, "kind": office.kind, "prefix": office.prefix})
    else:
        print(office.slug)


@commands.command(
    name="set",
    epilog=example(
        'inbox office set --office rowan-ashbys-office hours="mon-thu 09:00-17:00; fri 09:00-13:00"',
        "inbox office set --office rowan-ashbys-office approval=office=other undo_seconds=30",
        "inbox office set --office rowan-ashbys-office sending=on",
    ),
)
def set_(
    office: InOffice,
    pairs: Annotated[
        list[str] | None, typer.Argument(metavar="KEY=VALUE...", help="See the list above.")
    ] = None,
    approval: Annotated[str | None, typer.Option(help="The same as approval=….")] = None,
    undo_seconds: Annotated[str | None, typer.Option(help="The same as undo_seconds=….")] = None,
    json: Json = False,
) -> None:
    """Change an office's settings.

    \b
    name member constituency nation time_zone address phone signature privacy_url prefix
    hours          mon-thu 09:00-12:30,13:15-17:00; fri 09:00-16:00
    approval       office=self (you may send what you wrote) or office=other (somebody else approves)
    named_lead     address of the member of staff who leads on safeguarding
    undo_seconds   how long a reply waits before it leaves
    languages      en, cy or en,cy; the first is the office's own
    system_channel name of the channel that sends invitations, resets and alerts
    consent_words  what people sign on paper; empty: our own words
    sending        on, or "paused: why"

    An empty value clears a setting that may be empty.
    """
    from inbox import offices
    from inbox.history import OPERATOR

    wanted = _pairs(pairs or [])
    options = {"approval": approval, "undo_seconds": undo_seconds}
    wanted |= {key: value for key, value in options.items() if value is not None}
    if not wanted:
        raise typer.BadParameter("say what to change, as KEY=VALUE.")
    with opened() as inbox:
        found = inbox.office(office)
        with judged(), inbox.database.write(found.id) as session:
            changed = offices.change(
                session, offices.named(session, office), wanted, actor=OPERATOR, now=inbox.now
            )
    if json:
        as_json({"office": office, "changed": list(changed)})
    else:
        tell(f"Changed: {', '.join(changed)}." if changed else "Nothing to change: it was so already.")


@commands.command(name="list", epilog=example("inbox office list --json"))
def list_(json: Json = False) -> None:
    """List the offices."""
    from inbox import offices
    from inbox.office_settings import hours_in_words

    with opened() as inbox, inbox.database.read() as session:
        found = [
            {
                "slug": office.slug,
                "name": office.name,
                "kind": office.kind,
                "nation": office.nation,
                "constituency": office.constituency,
                "prefix": office.prefix,
                "hours": hours_in_words(office.hours),
                "sending": f"paused: {office.sending_paused}" if office.sending_paused else "on",
            }
            for office in offices.every_office(session)
        ]
    rows(found, json=json, empty="There are no offices yet. Add one with `inbox office add`.")


def _pairs(words: list[str]) -> dict[str, str]:
    pairs = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise typer.BadParameter(f"`{word}` is not KEY=VALUE.")
        pairs[key.strip()] = value
    return pairs
