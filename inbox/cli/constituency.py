"""`inbox constituency`: the postcode table."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from inbox.cli.opening import Opened, opened
from inbox.cli.printing import as_json, tell
from inbox.cli.words import Json, example

if TYPE_CHECKING:
    from inbox.areas import Found

commands = typer.Typer(
    help="Which postcode is in which seat: import, look up.",
    epilog=example(
        "inbox constituency import seats.csv --boundaries 2024-07-04", "inbox constituency lookup 'ZZ10 4AB'"
    ),
    no_args_is_help=True,
    rich_markup_mode=None,
)


@commands.command(
    name="import",
    epilog=example("inbox constituency import seats.csv --boundaries 2024-07-04"),
)
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    boundaries: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="The day on which these seats began.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Take out lines of that date that the file does not name.")
    ] = False,
    names: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, readable=True, help="ONS's list of seats, where FILE has codes."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Import a CSV file with the header postcode,constituency[,member], or with ONS's columns (pcds, pcon).

    A postcode that stands in two seats is kept in both, and people there are only likely ours. A postcode may
    be whole, a sector or a district (ZZ10); the longest match wins. Safe to run again.
    """
    from inbox import areas
    from inbox.errors import Refused

    began = areas.read_boundaries(boundaries or areas.DEFAULT_BOUNDARIES)
    with opened() as inbox:
        try:
            known = areas.read_names(names.read_text(encoding="utf-8-sig").splitlines()) if names else {}
            with file.open(encoding="utf-8-sig", newline="") as lines, inbox.database.write() as session:
                loaded = areas.load(session, areas.read_table(lines, known), began, replace=replace)
        except UnicodeDecodeError as error:
            raise Refused(
                f"{file} is not UTF-8 text; save it as “CSV UTF-8”. Nothing was changed."
            ) from error
    counts = {
        "boundaries": began,
        "added": loaded.added,
        "changed": loaded.changed,
        "unchanged": loaded.unchanged,
        "removed": loaded.removed,
    }
    if json:
        as_json(counts)
    else:
        tell(
            f"Seats of {began}: {loaded.added} added, {loaded.changed} changed, "
            f"{loaded.unchanged} as before, {loaded.removed} taken out."
        )


@commands.command(epilog=example("inbox constituency lookup 'ZZ10 4AB'"))
def lookup(
    postcode: Annotated[str, typer.Argument(help="Whole, a sector or a district.")],
    keep: Annotated[
        bool, typer.Option("--keep", help="Put what the postcode service says into the table.")
    ] = False,
    json: Json = False,
) -> None:
    """Say which seat a postcode is in. Exit 1 when nobody knows.

    Where INBOX_POSTCODE_LOOKUP_URL is set, that service is asked for what the table does not know.
    """
    from inbox import areas
    from inbox.errors import NotFound

    with opened() as inbox:
        with inbox.database.read() as session:
            found = areas.look_up(session, postcode, on=inbox.now.date())
        source = "table"
        if found is None and inbox.settings.postcode_lookup_url:
            found, source = _asked(inbox, postcode), "online"
            if found and keep:
                line = areas.AreaLine(found.postcode, found.constituency, None)
                with inbox.database.write() as session:
                    areas.load(session, [line], found.boundaries)
    if found is None:
        raise NotFound(f"the postcode table does not know {postcode.strip().upper()}.")
    if json:
        as_json(
            {
                "postcode": found.postcode,
                "constituency": found.constituency,
                "member": found.member,
                "matched": found.matched,
                "boundaries": found.boundaries,
                "source": source,
            }
        )
    else:
        member = f" (MP: {found.member})" if found.member else ""
        told = "the postcode service" if source == "online" else found.matched
        print(f"{found.constituency}{member}, by {told}, boundaries of {found.boundaries}")


def _asked(inbox: Opened, words: str) -> "Found | None":
    """What the postcode service says of a whole postcode; the transaction is over by then."""
    from connectors.contract import PermanentFailure, TemporaryFailure
    from connectors.postcode_lookup import Service, ask
    from inbox import areas
    from inbox.errors import Refused
    from routing.postcodes import normalised

    url, code = inbox.settings.postcode_lookup_url, normalised(words)
    if code is None or url is None:
        return None
    try:
        named = inbox.settings.private_hosts | {urlsplit(url).hostname or ""}
        seat = ask(Service(url, allow_private=named), code)
    except (PermanentFailure, TemporaryFailure) as failure:
        raise Refused(str(failure)) from failure
    with inbox.database.read() as session:
        boundaries = areas.boundaries_on(session, inbox.now.date()) or areas.DEFAULT_BOUNDARIES
    return areas.Found(code, code, seat, None, boundaries) if seat else None
