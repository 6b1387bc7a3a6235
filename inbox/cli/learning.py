"""`inbox learning`: what an office's corrections taught triage, and forgetting it."""

import typer

from inbox.cli.opening import opened
from inbox.cli.printing import as_json, rows, tell
from inbox.cli.words import InOffice, Json, example

commands = typer.Typer(
    help="What an office taught triage.",
    epilog=example("inbox learning show --office rowan-ashbys-office"),
    no_args_is_help=True,
    rich_markup_mode=None,
)


@commands.command(epilog=example("inbox learning show --office rowan-ashbys-office"))
def show(office: InOffice, json: Json = False) -> None:
    """Print what was learned: for each answer, from how many cases, and by which words."""
    from inbox import lessons
    from routing.learning import telling_words

    with opened() as inbox, inbox.database.read(inbox.office(office).id) as session:
        shown = lessons.shown(session)
        learned, names = shown.learned, lessons.names(session)
    found = [
        {
            "answer": names.get(label, label),
            "cases": learned.by_label[label],
            "corrected": learned.corrected.get(label, 0),
            "words": [one.word for one in telling_words(learned, label, 12, lessons.FEWEST_SHOWN)],
        }
        for label in sorted(learned.by_label)
    ]
    if json:
        as_json(
            {
                "version": shown.version, "corrected": shown.corrected, "closed": shown.closed,
                "waiting": shown.waiting, "changed_at": shown.changed_at, "reset_at": shown.reset_at,
                "learned": found,
            }
        )  # fmt: skip
        return
    rows(found, json=False, empty="This office has taught nothing yet.")
    tell(f"Version {shown.version}: {shown.corrected} corrected and {shown.closed} closed cases.")


@commands.command(epilog=example("inbox learning reset --office rowan-ashbys-office"))
def reset(office: InOffice, json: Json = False) -> None:
    """Forget all of it. Triage answers as it was delivered until people teach it again."""
    from inbox import lessons
    from inbox.history import OPERATOR

    with opened() as inbox, inbox.database.write(inbox.office(office).id) as session:
        count = lessons.reset(session, now=inbox.now, actor=OPERATOR)
    if json:
        as_json({"forgotten": count})
    else:
        tell(f"{count} lessons forgotten.")
