"""Signing in: address and password, then a code; and the demo's list of people."""

from dataclasses import dataclass
from typing import ClassVar

from inbox.web.views.parts import Notice, Problem, PublicShell


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody of the demo office whom one press signs in."""

    name: str
    role: str
    staff_id: str


@dataclass(frozen=True, slots=True)
class SignInPage:
    """`/sign-in`. `next_url` is where to go after; `demo` is empty outside the demo."""

    template: ClassVar[str] = "sign_in/password.html"
    shell: PublicShell
    next_url: str
    email: str
    help: str
    notice: Notice | None = None
    demo: tuple[DemoPerson, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class CodePage:
    """`/sign-in/code`."""

    template: ClassVar[str] = "sign_in/code.html"
    shell: PublicShell
    next_url: str
    help: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class SignedInPage:
    """`/signed-in`: the new tab of somebody who was signed out while writing."""

    template: ClassVar[str] = "sign_in/signed_in.html"
    shell: PublicShell
