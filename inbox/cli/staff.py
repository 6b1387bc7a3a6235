"""`inbox staff`: the people of an office."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from inbox.cli.opening import opened
from inbox.cli.printing import as_json, rows, tell
from inbox.cli.words import InOffice, Json, PostBy, PostCases, RoleName, example

if TYPE_CHECKING:
    from sqlmodel import Session

    from inbox.models import Staff

commands = typer.Typer(
    help="People who work in an office.",
    epilog=example("inbox staff list --office rowan-ashbys-office"),
    no_args_is_help=True,
    rich_markup_mode=None,
)

Email = Annotated[str, typer.Option(metavar="ADDRESS", help="The address they sign in with.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input instead of asking.")
]


@commands.command(
    epilog=example(
        "inbox staff add --office rowan-ashbys-office --email ayesha@example.org \\",
        '  --name "Ayesha Lund" --role caseworker --role manager',
    )
)
def add(
    office: InOffice,
    email: Email,
    name: Annotated[str, typer.Option(help="Their name, as colleagues see it.")],
    role: Annotated[list[RoleName], typer.Option(help="What they do; say it again for each role.")],
    password_stdin: FromStdin = False,
    json: Json = False,
) -> None:
    """Add a person. Asks for a password, and prints once the secret for their authenticator app."""
    from inbox.history import OPERATOR
    from inbox.models import Role
    from inbox.sign_in import people

    with opened() as inbox:
        found = inbox.office(office)
        password = _password(password_stdin)
        with inbox.database.write(found.id) as session:
            person, secret = people.add_staff(
                session,
                inbox.keys,
                email=email,
                name=name,
                roles=[Role(one) for one in role],
                password=password,
                actor=OPERATOR,
                now=inbox.now,
            )
            _show_secret(person, secret, json=json, id=person.id, name=person.name, roles=person.roles)


@commands.command(name="list", epilog=example("inbox staff list --office rowan-ashbys-office"))
def list_(office: InOffice, json: Json = False) -> None:
    """List the people of an office."""
    from sqlmodel import col, select

    from inbox.models import Staff

    with opened() as inbox, inbox.database.read(inbox.office(office).id) as session:
        found = [
            {
                "email": person.email,
                "name": person.name,
                "roles": person.roles,
                "active": person.is_active,
                "has_password": person.password_hash is not None,
                "has_mfa": person.totp_secret is not None,
            }
            for person in session.exec(select(Staff).order_by(col(Staff.email)))
        ]
    rows(found, json=json, empty="Nobody works here yet. Add somebody with `inbox staff add`.")


@commands.command(
    epilog=example(
        "inbox staff roles --office rowan-ashbys-office --email ayesha@example.org \\",
        "  --role caseworker --role manager",
    )
)
def roles(
    office: InOffice,
    email: Email,
    role: Annotated[list[RoleName], typer.Option(help="What they do from now on; again for each role.")],
) -> None:
    """Say what a person does from now on, in place of before. They are signed out, and sign in again."""
    from inbox.history import OPERATOR
    from inbox.models import Role
    from inbox.sign_in import people

    with opened() as inbox, inbox.database.write(inbox.office(office).id) as session:
        person = named(session, email)
        people.set_roles(session, person, [Role(one) for one in role], actor=OPERATOR, now=inbox.now)
        found = list(person.roles)
    tell(f"{email} is now {', '.join(found)}. Whoever was signed in as them is signed out.")


@commands.command(
    epilog=example("inbox staff disable --office rowan-ashbys-office --email ayesha@example.org")
)
def disable(office: InOffice, email: Email) -> None:
    """Stop a person from signing in. Their sessions end and their tokens stop working at once."""
    from inbox.history import OPERATOR
    from inbox.sign_in import people

    with opened() as inbox, inbox.database.write(inbox.office(office).id) as session:
        people.disable(session, named(session, email), actor=OPERATOR, now=inbox.now)
        is_last = not people.can_anybody_sign_in(session)
    tell(f"{email} can no longer sign in.")
    if is_last:
        tell("Nobody in this office can sign in now. `inbox staff enable` lets them in again.")


@commands.command(
    epilog=example("inbox staff enable --office rowan-ashbys-office --email ayesha@example.org")
)
def enable(office: InOffice, email: Email) -> None:
    """Let a disabled person sign in again."""
    from inbox.history import OPERATOR
    from inbox.sign_in import people

    with opened() as inbox, inbox.database.write(inbox.office(office).id) as session:
        people.enable(session, named(session, email), actor=OPERATOR, now=inbox.now)
    tell(f"{email} can sign in again.")


@commands.command(
    name="reset-password",
    epilog=example(
        'printf %s "$PASSWORD" | inbox staff reset-password --office rowan-ashbys-office \\',
        "  --email ayesha@example.org --password-stdin",
    ),
)
def reset_password(office: InOffice, email: Email, password_stdin: FromStdin = False) -> None:
    """Set a new password. Every session of theirs ends."""
    from inbox.history import OPERATOR
    from inbox.sign_in import people

    with opened() as inbox:
        found = inbox.office(office)
        with inbox.database.read(found.id) as session:
            named(session, email)  # before a password is asked for in vain
        password = _password(password_stdin)
        with inbox.database.write(found.id) as session:
            people.set_password(session, named(session, email), password, actor=OPERATOR, now=inbox.now)
    tell(f"{email} has a new password. Whoever was signed in as them is signed out.")


@commands.command(
    name="reset-mfa",
    epilog=example("inbox staff reset-mfa --office rowan-ashbys-office --email ayesha@example.org"),
)
def reset_mfa(office: InOffice, email: Email, json: Json = False) -> None:
    """Make a new secret for their authenticator app and print it once. Every session of theirs ends."""
    from inbox.history import OPERATOR
    from inbox.sign_in import people

    with opened() as inbox, inbox.database.write(inbox.office(office).id) as session:
        person = named(session, email)
        secret = people.reset_mfa(session, inbox.keys, person, actor=OPERATOR, now=inbox.now)
        _show_secret(person, secret, json=json)


@commands.command(
    epilog=example(
        "inbox staff post --office rowan-ashbys-office --email rowan@example.org --by email --words",
        "inbox staff post --office rowan-ashbys-office --email rowan@example.org --by none",
    )
)
def post(
    office: InOffice,
    email: Email,
    by: Annotated[PostBy, typer.Option(help="email; paper: a page to print; none: they sign in.")],
    cases: Annotated[PostCases, typer.Option(help="given: the cases they were given; all.")] = "given",
    kind: Annotated[
        list[str] | None, typer.Option(help="facebook, x or web; again for each. All three if left out.")
    ] = None,
    words: Annotated[
        bool, typer.Option("--words", help="Their mails hold what was written, not only a link.")
    ] = False,
) -> None:
    """Hand somebody social and form messages by email or on paper instead of here.

    Their answer comes back as a draft and goes through sign-off. Messages that are a risk to somebody, and
    restricted cases, are never written out in a mail.
    """
    from inbox import staff_post
    from inbox.history import OPERATOR
    from inbox.models import PostBy, PostCases

    kinds = tuple(kind or staff_post.KINDS)
    if unknown := [one for one in kinds if one not in staff_post.KINDS]:
        raise typer.BadParameter(f"{unknown[0]} is not handed on; known: {', '.join(staff_post.KINDS)}.")
    road = None if by == "none" else PostBy(by)
    wanted = staff_post.Wanted(road, PostCases(cases), kinds, words)
    with opened() as inbox, inbox.database.write(inbox.office(office).id) as session:
        staff_post.choose(session, named(session, email), wanted, now=inbox.now, actor=OPERATOR)
    tell(f"{email} signs in again." if road is None else f"{email} is handed messages by {by} now.")


def named(session: Session, email: str) -> Staff:
    """The person of this session's office with that address. Raises NotFound."""
    from sqlmodel import select

    from inbox.errors import NotFound
    from inbox.models import Staff

    found = session.exec(select(Staff).where(Staff.email == email.strip().lower())).first()
    if found is None:
        raise NotFound(f"Nobody in this office has the address {email}.")
    return found


def _password(from_stdin: bool) -> str:
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise typer.BadParameter("standard input holds no password.")
        return password
    if not sys.stdin.isatty():
        raise typer.BadParameter("there is no terminal to ask for the password on: use --password-stdin.")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


def _show_secret(person: Staff, secret: str, *, json: bool, **facts: object) -> None:
    from inbox.sign_in import codes

    address = codes.address(secret, person.email)
    if json:
        as_json({**facts, "email": person.email, "totp_secret": secret, "totp_uri": address})
        return
    tell("For their authenticator app, shown this once:")
    print(secret)
    tell(f"or as an address: {address}")
