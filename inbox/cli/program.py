"""The table of commands."""

from typing import Annotated

import typer

from inbox.cli import (
    audit,
    backup,
    calendar,
    channel,
    constituency,
    contacts,
    doctor,
    evaluate,
    importing,
    keys,
    learning,
    migrate,
    office,
    rules,
    running,
    staff,
    tokens,
)

program = typer.Typer(
    name="inbox",
    help="One inbox for constituent casework. Settings come from INBOX_… variables or a .env file.",
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

for family in (running, migrate, backup, importing, doctor, evaluate):
    family.register(program)
for name, part in (
    ("office", office.commands),
    ("staff", staff.commands),
    ("token", tokens.commands),
    ("channel", channel.commands),
    ("constituency", constituency.commands),
    ("contacts", contacts.commands),
    ("calendar", calendar.commands),
    ("rules", rules.commands),
    ("learning", learning.commands),
    ("audit", audit.commands),
    ("keys", keys.commands),
):
    program.add_typer(part, name=name)


@program.callback(invoke_without_command=True)
def begin(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """One inbox for constituent casework. Settings come from INBOX_… variables or a .env file."""
    if version:
        from inbox import __version__

        print(f"Casework Inbox {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(context.get_help())
