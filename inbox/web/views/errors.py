"""The pages for what went wrong: always a sentence, a way on, and a code to quote."""

from dataclasses import dataclass
from typing import ClassVar

from inbox.web.views.parts import Link, PublicShell


@dataclass(frozen=True, slots=True)
class Typed:
    """One field of a form that was not taken."""

    label: str
    words: str


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """Any refused or failed request. `status` chooses nothing here: the words come with it."""

    template: ClassVar[str] = "errors/error.html"
    shell: PublicShell
    title: str
    words: str
    links: tuple[Link, ...] = ()
    code: str | None = None
    typed: tuple[Typed, ...] = ()
