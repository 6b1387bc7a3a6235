"""Options that many commands share, and the closed vocabularies they take."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated, Literal

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
InOffice = Annotated[
    str, typer.Option("--office", metavar="SLUG", help="The office, as `inbox office list` names it.")
]

OfficeKind = Literal["mp", "department"]
Nation = Literal["england", "wales", "scotland", "northern-ireland"]
Scope = Literal["read", "write"]
PostBy = Literal["email", "paper", "none"]
PostCases = Literal["given", "all"]
Mode = Literal["off", "listen", "redirect", "full"]


class RoleName(StrEnum):
    """What a person does. The models' own enum would cost every `--help` a second of imports."""

    CASEWORKER = "caseworker"
    OFFICIAL = "official"
    CHECKER = "checker"
    SIGNATORY = "signatory"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


@contextmanager
def judged() -> Iterator[None]:
    """Around what judges the words of a command: what makes no sense is wrong usage, as of any option."""
    from inbox.errors import Refused

    try:
        yield
    except Refused as error:
        raise typer.BadParameter(error.sentence) from error


def example(*lines: str) -> str:
    """The end of a command's help. The marks keep the lines as they are written."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)
