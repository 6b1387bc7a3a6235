"""`inbox keys`: the keys that seal stored secrets."""

from dataclasses import asdict

import typer

from inbox.cli.opening import opened
from inbox.cli.printing import as_json, tell
from inbox.cli.words import Json, example

commands = typer.Typer(
    help="The keys that seal stored secrets.",
    epilog=example('INBOX_SECRET_KEYS="$(openssl rand -base64 32),$INBOX_SECRET_KEYS" inbox keys rotate'),
    no_args_is_help=True,
    rich_markup_mode=None,
)


@commands.callback()
def _family() -> None:
    """The keys that seal stored secrets."""


@commands.command(
    epilog=example(
        'INBOX_SECRET_KEYS="$(openssl rand -base64 32),$INBOX_SECRET_KEYS" inbox keys rotate',
    )
)
def rotate(json: Json = False) -> None:
    """Seal every stored secret with the first key of INBOX_SECRET_KEYS.

    Put the new key first and keep the old one behind it, restart everything, run this, and keep the old
    key as long as backups and sent reply addresses need it.
    """
    from inbox import key_rotation

    with opened() as inbox:
        done = key_rotation.rotate(
            inbox.database, inbox.store, inbox.keys, now=inbox.now,
            progress=lambda words: tell(f"Sealed anew: {words}"),
        )  # fmt: skip
    if json:
        as_json(asdict(done))
    else:
        tell(f"{done.sealed_anew} secrets sealed anew, {done.current} were so already.")
