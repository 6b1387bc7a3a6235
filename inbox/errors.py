"""Every way this program refuses, each with a status and a sentence for the reader.

CaseworkError                 500
├── Refused                   422  what was asked makes no sense as it stands
│   ├── TooLarge              413
│   └── VersionMissing        428  a write without If-Match
├── NotSignedIn               401
├── NotAllowed                403
├── NotFound                  404  also for what the reader may not see
├── Conflict                  409
│   └── IllegalMove           409  a status cannot go there from here
├── Stale                     412  somebody changed it first
├── NotYet                    503  it is about something that is still on its way
├── TooMany                   429  with `retry_after` seconds
├── Unavailable               503  try again soon; nothing was lost
└── SetupProblem              the program cannot start; one line says what to do
"""


def unforeseen(fault: Exception) -> str:
    """What is said of a fault that nobody foresaw, where the work beside it goes on."""
    return (
        f"Something happened that this program did not foresee ({type(fault).__name__}). The log says where"
    )


class CaseworkError(Exception):
    """The root. `sentence` says what happened, what is safe and what to do."""

    status = 500
    title = "Something went wrong"

    def __init__(self, sentence: str, **details: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.details = details


class Refused(CaseworkError):
    """What was asked makes no sense as it stands; nothing was changed."""

    status = 422
    title = "There is a problem"


class TooLarge(Refused):
    """More than the stated limit."""

    status = 413
    title = "Too large"


class VersionMissing(Refused):
    """A write to something shared came without saying which version it changes."""

    status = 428
    title = "Version missing"


class NotSignedIn(CaseworkError):
    """Nobody is signed in, or the session has ended."""

    status = 401
    title = "Sign in"


class NotAllowed(CaseworkError):
    """This person may not do this."""

    status = 403
    title = "Not allowed"


class NotFound(CaseworkError):
    """It does not exist, or this reader may not know that it does."""

    status = 404
    title = "Not found"

    def __init__(self, sentence: str = "You cannot see this page, or it does not exist.") -> None:
        super().__init__(sentence)


class Conflict(CaseworkError):
    """Somebody else got there first, or the state does not allow it."""

    status = 409
    title = "Changed by somebody else"


class IllegalMove(Conflict):
    """A status cannot go from where it is to where it was asked to go."""

    title = "Not possible now"


class Stale(CaseworkError):
    """The version written to is not the current one; both texts are kept."""

    status = 412
    title = "Changed by somebody else"


class TooMany(CaseworkError):
    """A limit on tries. `retry_after` is in seconds."""

    status = 429
    title = "Too many tries"

    def __init__(self, sentence: str, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class Unavailable(CaseworkError):
    """The database or the disk cannot take writes just now. Nothing was accepted, so nothing is lost."""

    status = 503
    title = "Try again in a moment"
    retry_after = 5


class NotYet(CaseworkError):
    """It is about something that is still on its way; taken up again later."""

    status = 503
    title = "Not here yet"


class SetupProblem(CaseworkError):
    """The program cannot start as it is set up. The sentence says which command or setting mends it."""
