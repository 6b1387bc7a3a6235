"""W9, the public form: one question per page, and the pages that follow it."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from inbox.web.views.parts import Choice, Problem, PublicShell


@dataclass(frozen=True, slots=True)
class FileLine:
    """A chosen file; `remove` is the address that lets go of it."""

    name: str
    size: str
    id: str


@dataclass(frozen=True, slots=True)
class PostcodePage:
    """`/contact/{office}`: page 1 of 5."""

    template: ClassVar[str] = "public/contact/postcode.html"
    shell: PublicShell
    action: str
    hint: str
    postcode: str
    problems: tuple[Problem, ...] = ()
    status_words: str | None = None


@dataclass(frozen=True, slots=True)
class ElsewherePage:
    """Why there is no postcode: nobody is turned away for it."""

    template: ClassVar[str] = "public/contact/elsewhere.html"
    shell: PublicShell
    action: str
    choices: tuple[Choice, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class NotOursPage:
    """The postcode is in another seat: whose, and both ways on."""

    template: ClassVar[str] = "public/contact/not_ours.html"
    shell: PublicShell
    title: str
    words: str
    go_on_url: str
    back_url: str
    find_url: str = "https://members.parliament.uk/FindYourMP"


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Page 2 of 5: the words, how soon, and files."""

    template: ClassVar[str] = "public/contact/message.html"
    shell: PublicShell
    action: str
    message: str
    soon: tuple[Choice, ...]
    files: tuple[FileLine, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class YouPage:
    """Page 3 of 5: name and address."""

    template: ClassVar[str] = "public/contact/you.html"
    shell: PublicShell
    action: str
    name: str
    address: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class ReachPage:
    """Page 4 of 5: how to answer safely. `address` where a letter was chosen, else None."""

    template: ClassVar[str] = "public/contact/reach.html"
    shell: PublicShell
    action: str
    reply_by: tuple[Choice, ...]
    email: str
    phone: str
    voicemail: tuple[Choice, ...]
    when: str
    problems: tuple[Problem, ...] = ()
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of the summary: "" for what was not answered; `page` is the one that asks it."""

    label: str
    value: str
    page: str


@dataclass(frozen=True, slots=True)
class Patience:
    """Something to wait for before it can be sent: `seconds` from now, or the work that a script does.

    `ticket` proves when the waiting began; `bits`: how hard the work is.
    """

    words: str
    ticket: str
    seconds: int
    bits: int


@dataclass(frozen=True, slots=True)
class CheckPage:
    """Page 5 of 5: everything once more, permission to share, and the button."""

    template: ClassVar[str] = "public/contact/check.html"
    shell: PublicShell
    action: str
    answers: tuple[Answer, ...]
    share: tuple[Choice, ...]
    privacy: str
    problems: tuple[Problem, ...] = ()
    patience: Patience | None = None


@dataclass(frozen=True, slots=True)
class EmbeddedPage:
    """The whole form as one page without cookies, for a frame on the office's own site."""

    template: ClassVar[str] = "public/contact/embed.html"
    shell: PublicShell
    action: str
    key: str
    ticket: str
    hint: str
    typed: dict[str, str]
    elsewhere: tuple[Choice, ...]
    soon: tuple[Choice, ...]
    reply_by: tuple[Choice, ...]
    voicemail: tuple[Choice, ...]
    share: tuple[Choice, ...]
    privacy: str
    problems: tuple[Problem, ...] = ()
    patience: Patience | None = None


@dataclass(frozen=True, slots=True)
class SentPage:
    """It reached us: the reference, what happens next, the link, where to turn when it is urgent.

    `urgent` are the sentences for somebody to whom it happens today or tomorrow; `opens_with`: what the link
    asks for.
    """

    template: ClassVar[str] = "public/contact/sent.html"
    shell: PublicShell
    reference: str
    hear_by: date | None
    link: str
    by_email: bool
    phone: str | None
    help: tuple[str, ...]
    address: str | None = None
    opens_with: str = ""
    urgent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConfirmPage:
    """`/contact/{office}/confirm/{token}`: one button, the same page for every token."""

    template: ClassVar[str] = "public/contact/confirm.html"
    shell: PublicShell
    action: str


@dataclass(frozen=True, slots=True)
class PlainPage:
    """A few sentences and nothing to fill in: closed, time is over, confirmed."""

    template: ClassVar[str] = "public/contact/plain.html"
    shell: PublicShell
    title: str
    words: tuple[str, ...]
    link_url: str | None = None
    link: str = ""
