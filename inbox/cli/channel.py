"""`inbox channel`: connected accounts."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from inbox.cli.opening import opened
from inbox.cli.printing import as_json, rows, tell
from inbox.cli.words import InOffice, Json, Mode, example, judged

if TYPE_CHECKING:
    from sqlmodel import Session

    from connectors.contract import Checked
    from inbox.models import Channel

commands = typer.Typer(
    help="Connected accounts: mailboxes and platforms.",
    epilog=example(
        "inbox channel list --office rowan-ashbys-office",
        "inbox channel test --office rowan-ashbys-office --name Mailbox",
    ),
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Option("--name", help="The channel's name in the office.")]


@commands.command(epilog=example("inbox channel kinds", "inbox channel kinds --json"))
def kinds(json: Json = False) -> None:
    """List the kinds of channel and the keys each takes."""
    from connectors.keys import Key
    from inbox import channels

    found = [
        {
            "kind": kind,
            "key": key.name,
            "needed": key.required,
            "secret": key.secret,
            "default": key.default,
            "choices": list(key.choices),
            "words": key.words,
        }
        for kind, keys in channels.kinds().items()
        for key in keys.values() or (Key("", "nothing needs to be set"),)
    ]
    rows(found, json=json)


@commands.command(
    epilog=example(
        'printf %s "$MAIL_PASSWORD" | inbox channel add email --office rowan-ashbys-office --name Mailbox \\',
        "  --set address=office@example.org --set imap_host=imap.example.org \\",
        "  --set smtp_host=smtp.example.org --set-stdin password",
        "INBOX_CHANNEL_PASSWORD=… inbox channel add email …   (the same, from the environment)",
    )
)
def add(
    kind: Annotated[str, typer.Argument(help="As `inbox channel kinds` names it.")],
    office: InOffice,
    name: Name,
    more: Annotated[
        list[str] | None, typer.Argument(metavar="[KEY=VALUE]...", help="Further settings, after --set.")
    ] = None,
    pairs: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A setting; again for each.")
    ] = None,
    set_stdin: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="A secret, read from standard input: one line for each, in order."),
    ] = None,
    json: Json = False,
) -> None:
    """Connect an account. It starts by listening: it collects and sends nothing.

    Secrets are never given with --set, where the shell would remember them: read them from standard input
    with --set-stdin KEY, or hand them over in the environment as INBOX_CHANNEL_KEY. They are stored sealed
    and never shown again.
    """
    from inbox import channels
    from inbox.history import OPERATOR

    keys = _keys_of(kind)
    values = _plain_values(keys, [*(pairs or []), *(more or [])])
    secrets = _secrets(keys, set_stdin or [])
    with opened() as inbox, judged(), inbox.database.write(inbox.office(office).id) as session:
        channel = channels.add(
            session,
            kind=kind,
            name=name,
            values=values,
            secrets=secrets,
            keys=inbox.keys,
            settings=inbox.settings,
            now=inbox.now,
            actor=OPERATOR,
        )
    if json:
        address = channels.webhook_url(channel, inbox.settings)
        as_json(
            {"id": channel.id, "kind": channel.kind, "name": channel.name, "mode": channel.mode,
             "webhook": address}
        )  # fmt: skip
        return
    print(channel.id)
    if channels.is_called(channel):
        tell(f"Its platform calls {channels.webhook_url(channel, inbox.settings)}")
    if channel.awaits_sign_in:
        tell(
            f"{channel.name} waits: nobody has signed in to the account yet, and nothing comes in before "
            f"that. Sign in at {inbox.settings.base_url.rstrip('/')}/channels/{channel.id}/sign-in"
        )
        return
    tell(
        f"{channel.name} listens: it collects and sends nothing. Try it with `inbox channel test`, then "
        f"`inbox channel mode full --office {office} --name '{channel.name}'`."
    )


@commands.command(name="list", epilog=example("inbox channel list --office rowan-ashbys-office --json"))
def list_(office: InOffice, json: Json = False) -> None:
    """List an office's channels and how they are."""
    from inbox import channels

    with opened() as inbox, inbox.database.read(inbox.office(office).id) as session:
        found = [
            {
                "id": channel.id,
                "kind": channel.kind,
                "name": channel.name,
                "account": channel.account,
                "mode": channel.mode,
                "health": channels.health(channel, inbox.now),
                "since": channel.failing_since,
                "last_ok_at": channel.last_ok_at,
                "message": channels.trouble(channel),
                "webhook": channels.webhook_url(channel, inbox.settings),
            }
            for channel in channels.open_channels(session)
        ]
    rows(found, json=json, empty="No channel is connected yet. Connect one with `inbox channel add`.")


@commands.command(epilog=example("inbox channel test --office rowan-ashbys-office --name Mailbox"))
def test(office: InOffice, name: Name, json: Json = False) -> None:
    """Try a channel's settings step by step. Sends nothing; remembers what fails. Exit 1 if a step does."""
    from inbox import channel_tests, channels

    with opened() as inbox:
        with inbox.database.read(inbox.office(office).id) as session:
            channel = named(session, name)
        checked = channels.test(channel, inbox.keys, inbox.settings, inbox.database)
        with inbox.database.write(inbox.office(office).id) as session:
            channel_tests.remember(named(session, name), checked, inbox.now)
    if json:
        as_json([{"step": one.step, "ok": one.ok, "detail": one.detail} for one in checked])
    else:
        _show_steps(checked)
    if not all(one.ok for one in checked):
        raise typer.Exit(1)


@commands.command(
    epilog=example(
        "inbox channel mode full --office rowan-ashbys-office --name Mailbox",
        'inbox channel mode off --office rowan-ashbys-office --name Mailbox --reason "Moving host" \\',
        "  --until 2026-12-01T09:00:00Z",
    )
)
def mode(
    mode: Annotated[
        Mode, typer.Argument(help="off; listen: collects only; redirect; full: collects and sends.")
    ],
    office: InOffice,
    name: Name,
    reason: Annotated[str, typer.Option(help="Why; needed for anything but full.")] = "",
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="When it goes back to full, RFC 3339.")
    ] = None,
    words: Annotated[
        str | None, typer.Option(help="For redirect: what people are answered, and where they shall go.")
    ] = None,
) -> None:
    """Say what a channel may do."""
    from inbox import channels
    from inbox.history import OPERATOR
    from inbox.models import ChannelMode

    ends = _moment(until) if until else None
    with opened() as inbox, inbox.database.write(inbox.office(office).id) as session:
        channel = named(session, name)
        channels.set_mode(
            session,
            channel,
            ChannelMode(mode),
            reason=reason,
            until=ends,
            now=inbox.now,
            actor=OPERATOR,
            words=words,
        )
        trouble = channels.trouble(channel)
    tell(f"{name} is {mode} now.")
    if trouble and mode != "off":
        tell(f"But something is wrong with it: {trouble} Try `inbox channel test` once it is mended.")


@commands.command(
    name="set",
    epilog=example(
        'printf %s "$MAIL_PASSWORD" | inbox channel set --office rowan-ashbys-office --name Mailbox \\',
        "  --set-stdin password",
        "inbox channel set --office rowan-ashbys-office --name Mailbox --set smtp_port=587",
    ),
)
def set_(
    office: InOffice,
    name: Name,
    pairs: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A setting; KEY= for its default.")
    ] = None,
    set_stdin: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="A secret, read from standard input: one line for each, in order."),
    ] = None,
    anyway: Annotated[bool, typer.Option("--anyway", help="Keep it though its test fails.")] = False,
) -> None:
    """Change settings and secrets of a channel in place. It is tested first, and kept only if that works.

    It stays the same channel: nothing is collected twice or missed. What is not named stays as it is. Secrets
    are read as `inbox channel add` reads them. Exit 1 if nothing was kept.
    """
    from inbox import channel_settings
    from inbox.history import OPERATOR

    with opened() as inbox:
        with inbox.database.read(inbox.office(office).id) as session:
            channel = named(session, name)
        keys = _keys_of(channel.kind)
        values, secrets = _plain_values(keys, pairs or []), _secrets(keys, set_stdin or [])
        if not values and not secrets:
            raise typer.BadParameter("say what to change, with --set or --set-stdin.")
        change = channel_settings.Change(channel, values, secrets, inbox.keys, is_operator=True)
        with judged():
            found = change.test(inbox.settings, inbox.database)
        _show_steps(found)
        is_well = all(one.ok for one in found)
        with inbox.database.write(channel.office_id) as session:
            if is_well or anyway:
                change.keep(session, found, now=inbox.now, actor=OPERATOR)
            else:
                change.give_up(session, now=inbox.now, actor=OPERATOR)
    if not is_well and not anyway:
        tell(
            f"Nothing was changed: its test fails. Mend that, or keep it with --anyway. {name} is as before."
        )
        raise typer.Exit(1)
    verb = "works with" if is_well else "has"
    tell(f"{name} {verb} the new {', '.join(change.names)} from now on.")


@commands.command(
    epilog=example(
        "inbox channel forwarders --office rowan-ashbys-office --name Mailbox",
        "inbox channel forwarders --office rowan-ashbys-office --name Mailbox \\",
        "  --set 'rowan@example.org, *@rowanashby.example'",
        "inbox channel forwarders --office rowan-ashbys-office --name Mailbox --set ''   (nobody)",
    )
)
def forwarders(
    office: InOffice,
    name: Name,
    addresses: Annotated[
        str | None, typer.Option("--set", metavar="LIST", help="Addresses, or *@example.org; '' for nobody.")
    ] = None,
    json: Json = False,
) -> None:
    """Show or say whose forwarded mail counts as its first writer's. It is never taken for proved."""
    from inbox import channels
    from inbox.history import OPERATOR

    with opened() as inbox, inbox.database.write(inbox.office(office).id) as session:
        channel = named(session, name)
        if addresses is not None:
            channels.set_forwarders(session, channel, addresses, now=inbox.now, actor=OPERATOR)
        listed = channels.forwarders(channel)
    found = [one for one in (listed or "").split(", ") if one]
    if json:
        as_json(found)
        return
    print("\n".join(found) or "nobody")


@commands.command(epilog=example("inbox channel remove --office rowan-ashbys-office --name Mailbox"))
def remove(office: InOffice, name: Name) -> None:
    """Disconnect an account and forget its secrets. What came through it stays."""
    from inbox import channels
    from inbox.history import OPERATOR

    with opened() as inbox, inbox.database.write(inbox.office(office).id) as session:
        channels.remove(session, named(session, name), now=inbox.now, actor=OPERATOR)
    tell(f"{name} is disconnected.")


def _show_steps(found: Sequence[Checked]) -> None:
    for one in found:
        print(f"{'works' if one.ok else 'FAILS'}  {one.step}: {one.detail}")


def named(session: Session, name: str) -> Channel:
    """The connected channel of this session's office with that name. Raises NotFound naming the others."""
    from inbox import channels
    from inbox.errors import NotFound

    connected = channels.open_channels(session)
    for channel in connected:
        if channel.name == name:
            return channel
    others = ", ".join(channel.name for channel in connected) or "none"
    raise NotFound(f"This office has no channel called {name}. Connected: {others}.")


def _keys_of(kind: str) -> Mapping[str, Any]:
    from inbox import channels

    known = channels.kinds()
    if kind not in known:
        raise typer.BadParameter(f"there is no kind of channel `{kind}`. Known: {', '.join(sorted(known))}.")
    return known[kind]


def _plain_values(keys: Mapping[str, Any], pairs: list[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise typer.BadParameter("--set takes KEY=VALUE.")
        if key not in keys:
            raise typer.BadParameter(f"there is no setting `{key}`. Known: {', '.join(keys)}.")
        if keys[key].secret:
            raise typer.BadParameter(
                f"{key} is a secret and would stay in the shell’s history: give it with --set-stdin {key} "
                f"or as INBOX_CHANNEL_{key.upper()}."
            )
        values[key] = value
    return values


def _secrets(keys: Mapping[str, Any], from_stdin: list[str]) -> dict[str, str]:
    """The secrets of standard input, then those of the environment, for keys that are secret only."""
    from inbox.settings import channel_secret

    secrets: dict[str, str] = {}
    for key in from_stdin:
        if key not in keys or not keys[key].secret:
            known = ", ".join(name for name, one in keys.items() if one.secret)
            raise typer.BadParameter(f"--set-stdin takes a secret: {known or 'this kind has none'}.")
        line = sys.stdin.readline().rstrip("\r\n")
        if not line:
            raise typer.BadParameter(f"standard input holds no line for {key}.")
        secrets[key] = line
    for name, one in keys.items():
        if one.secret and name not in secrets and (handed := channel_secret(name)):
            secrets[name] = handed
    return secrets


def _moment(words: str) -> datetime:
    from contextlib import suppress

    with suppress(ValueError):
        moment = datetime.fromisoformat(words)
        if moment.tzinfo is not None:
            return moment
    raise typer.BadParameter("--until is a time with its zone, such as 2026-12-01T09:00:00Z.")
