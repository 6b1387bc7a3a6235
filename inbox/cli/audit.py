"""`inbox audit`: is the history what it was?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from inbox.cli.opening import Opened, opened
from inbox.cli.printing import as_json
from inbox.cli.words import Json, example

if TYPE_CHECKING:
    from inbox.models import Office

commands = typer.Typer(
    help="Check the history.",
    epilog=example("inbox audit verify"),
    no_args_is_help=True,
    rich_markup_mode=None,
)


@commands.callback()
def _family() -> None:
    """Check the history."""


@commands.command(
    epilog=example("inbox audit verify", "inbox audit verify --office rowan-ashbys-office --json")
)
def verify(
    office: Annotated[str | None, typer.Option(metavar="SLUG", help="Only this office.")] = None,
    json: Json = False,
) -> None:
    """Read every office's history from its first line; names the first bad row. Exit 1 if there is one."""
    from inbox import offices

    with opened() as inbox:
        if office is not None:
            chosen = [inbox.office(office)]
        else:
            with inbox.database.read() as session:
                chosen = offices.every_office(session)
        found = [_verify(inbox, one) for one in chosen]
    if json:
        as_json({"ok": all(one["ok"] for one in found), "offices": found})
    else:
        for one in found:
            print(_told(one))
    if not all(one["ok"] for one in found):
        raise typer.Exit(1)


def _verify(inbox: Opened, office: Office) -> dict[str, object]:
    from sqlmodel import select

    from inbox.history import verify
    from inbox.models import ChainHead

    with inbox.database.read(office.id) as session:
        fault = verify(session)
        head = session.exec(select(ChainHead).where(ChainHead.office_id == office.id)).first()
    found: dict[str, object] = {
        "office": office.slug,
        "ok": fault is None,
        "lines": head.sequence if head else 0,
        "head": head.digest if head else "",
    }
    if fault is not None:
        found |= {"sequence": fault.sequence, "event": fault.event_id, "why": fault.why}
    return found


def _told(found: dict[str, object]) -> str:
    if found["ok"]:
        return f"{found['office']}: {found['lines']} lines, unbroken"
    event = f" (event {found['event']})" if found["event"] else ""
    return f"{found['office']}: line {found['sequence']}{event}: {found['why']}"
