"""The `inbox` program: one file per family of commands, and one door that turns failures into a line.

Exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted.
"""

import os
import sys
from collections.abc import Sequence

import typer

from inbox.errors import CaseworkError

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status; whatever goes wrong is one line on standard error."""
    from inbox.cli.program import program

    command = typer.main.get_command(program)
    try:
        status = command.main(
            list(sys.argv[1:] if arguments is None else arguments), prog_name="inbox", standalone_mode=False
        )
        sys.stdout.flush()
    except typer.TyperException as error:
        said = error.format_message().replace("Value error, ", "")
        return _say(f"{said} {_hint(error)}".strip(), error.exit_code)
    except typer.Abort:
        return _say("stopped; nothing was changed by the part that had not finished.", 1)
    except CaseworkError as error:
        return _say(error.sentence, 1)
    except KeyboardInterrupt:
        return _say("interrupted.", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        return _unexpected(error)
    return status if isinstance(status, int) else 0


def _say(sentence: str, status: int) -> int:
    print("inbox: " + " ".join(sentence.split()), file=sys.stderr)
    return status


def _hint(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    return f"See `{context.command_path} --help`." if context is not None else ""


def _unexpected(error: Exception) -> int:
    """A fault of ours: one line, and the way to the whole story."""
    from inbox.settings import load_settings

    try:
        wants_all = load_settings().log_level.lower() == "debug"
    except CaseworkError:
        wants_all = False
    if wants_all:
        import traceback

        traceback.print_exception(error)
    words = " ".join(str(error).split())[:200]
    return _say(
        f"something unexpected went wrong ({type(error).__name__}: {words}). "
        "Run it again with INBOX_LOG_LEVEL=debug to see where.",
        1,
    )
