"""What an email account needs to be collected from and sent through, as checked values."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Tls(StrEnum):
    """When encryption begins."""

    IMPLICIT = "implicit"
    STARTTLS = "starttls"
    NONE = "none"


class Auth(StrEnum):
    """How we sign in."""

    PASSWORD = "password"
    XOAUTH2 = "xoauth2"


class AfterKind(StrEnum):
    """What happens on the server to a message once we keep it."""

    LEAVE = "leave"
    SEEN = "seen"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class After:
    """`folder` is where messages are moved to, only for MOVE."""

    kind: AfterKind = AfterKind.LEAVE
    folder: str | None = None


class Tokens(Protocol):
    """Gives OAuth access tokens. Raises CredentialsRejected or TemporaryFailure."""

    def __call__(self) -> str:
        """A token that is good for a while yet."""
        ...

    def forget(self) -> None:
        """The last token was refused: ask for another next time."""
        ...


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who we are to the server. `tokens` is set for XOAUTH2, `password` for PASSWORD; neither: no sign-in."""

    username: str
    auth: Auth = Auth.PASSWORD
    password: str | None = field(default=None, repr=False)
    tokens: Tokens | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ImapSettings:
    """One mailbox. `address` is the account; times in seconds; `since` aware, or None for everything."""

    address: str
    host: str
    port: int
    tls: Tls
    sign_in: SignIn
    ca_file: str | None = None
    folder: str = "INBOX"
    sent_folder: str | None = None
    since: datetime | None = None
    after: After = After()
    poll_seconds: float = 60
    timeout: float = 60
    allow_private: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """One way out. `data_timeout`: how many seconds to wait for the answer after the final dot."""

    address: str
    host: str
    port: int
    tls: Tls
    sign_in: SignIn | None = None
    ca_file: str | None = None
    timeout: float = 60
    data_timeout: float = 600
    allow_private: frozenset[str] = frozenset()
