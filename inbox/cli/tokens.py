"""`inbox token`: keys to the REST API."""

from __future__ import annotations

from typing import Annotated

import typer

from inbox.cli.opening import opened
from inbox.cli.printing import as_json, rows, tell
from inbox.cli.words import InOffice, Json, Scope, example

commands = typer.Typer(
    help="Keys to the REST API.",
    epilog=example("inbox token list --office rowan-ashbys-office"),
    no_args_is_help=True,
    rich_markup_mode=None,
)


@commands.command(
    epilog=example(
        'inbox token add --office rowan-ashbys-office --name "Council form" --scope write',
        "inbox token add --office rowan-ashbys-office --staff ayesha@example.org --name laptop --scope read",
    )
)
def add(
    office: InOffice,
    name: Annotated[str, typer.Option(help="What it is for.")],
    scope: Annotated[Scope, typer.Option(help="How far it reaches.")],
    staff: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Acts as this person. Without it, an integration: never approves or sends.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Add a token and print it, this once."""
    from inbox.access import Scope as Reach
    from inbox.cli.staff import named
    from inbox.history import OPERATOR
    from inbox.sign_in import tokens

    with opened() as inbox, inbox.database.write(inbox.office(office).id) as session:
        person = named(session, staff) if staff else None
        token_id, token = tokens.add(session, person, name, Reach(scope), actor=OPERATOR, now=inbox.now)
    if json:
        as_json({"id": token_id, "token": token, "name": name, "scope": scope, "staff": staff})
    else:
        tell("Keep this token safe; it is shown this once:")
        print(token)


@commands.command(name="list", epilog=example("inbox token list --office rowan-ashbys-office"))
def list_(office: InOffice, json: Json = False) -> None:
    """List an office's tokens, never the tokens themselves."""
    from sqlmodel import select

    from inbox.models import Staff
    from inbox.sign_in import tokens

    with opened() as inbox, inbox.database.read(inbox.office(office).id) as session:
        people = {person.id: person.email for person in session.exec(select(Staff))}
        found = [
            {
                "id": token.id,
                "name": token.name,
                "scope": token.scope,
                "staff": people.get(token.staff_id or ""),
                "created_at": token.created_at,
                "revoked_at": token.revoked_at,
            }
            for token in tokens.of_office(session)
        ]
    rows(found, json=json, empty="There are no tokens.")


@commands.command(epilog=example('inbox token revoke --office rowan-ashbys-office "Council form"'))
def revoke(
    office: InOffice,
    token: Annotated[str, typer.Argument(help="Its id or its name, as `inbox token list` shows them.")],
) -> None:
    """End a token. It stops working at once."""
    from inbox.errors import NotFound
    from inbox.history import OPERATOR
    from inbox.sign_in import tokens

    with opened() as inbox, inbox.database.write(inbox.office(office).id) as session:
        in_force = [one for one in tokens.of_office(session) if one.revoked_at is None]
        chosen = [one for one in in_force if token in (one.id, one.name)]
        if not chosen:
            raise NotFound(f"There is no token {token} in force in this office.")
        if len(chosen) > 1:
            raise NotFound(f"{len(chosen)} tokens are called {token}: say the id.")
        tokens.revoke(session, chosen[0].id, actor=OPERATOR, now=inbox.now)
    tell(f"{chosen[0].name} is revoked.")
