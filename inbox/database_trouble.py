"""Why a database did not answer: what happened, what is safe, and what to do, in one sentence.

Never what the server itself said: it may name hosts, roles and statements, and staff see these sentences too.
"""

from sqlalchemy.exc import DBAPIError

FULL = "The disk is full, so nothing new can be saved. Reading still works. Free some space."
_TROUBLES = (
    (("full", "no space"), FULL),
    (
        ("no such table", "undefined table"),
        "The database has no tables yet, or old ones. Run `inbox migrate`.",
    ),
    (
        ("database is locked", "database table is locked"),
        "Another program holds the database. Nothing was changed. Try again in a moment; if it stays so, "
        "end the other program.",
    ),
    (
        ("unable to open", "readonly", "read-only", "disk i/o"),
        "The database file cannot be opened or written. Nothing was changed. It, its folder and the files "
        "beside it must belong to the user that runs the program.",
    ),
    (
        ("disk image is malformed", "not a database"),
        "The database file is damaged. Nothing was changed. Stop, copy everything, then restore a backup "
        "beside it.",
    ),
    (
        ("password authentication", "no password supplied", 'role "', "pg_hba"),
        "The database server refused the sign-in. Nothing was changed. Put the role and the password in "
        "INBOX_DATABASE_URL right.",
    ),
    (
        ("does not exist",),
        "The database server has no database of that name. Nothing was changed. Make it, or put "
        "INBOX_DATABASE_URL right.",
    ),
    (
        ("could not translate host", "name or service not known", "failed to resolve", "getaddrinfo"),
        "The database server's name cannot be found. Nothing was lost. Put INBOX_DATABASE_URL right, or look "
        "at the network.",
    ),
    (
        ("connection refused", "connection failed", "timeout expired", "timed out"),
        "The database server does not answer. Nothing was lost; it is tried again. See that it runs and that "
        "INBOX_DATABASE_URL names it.",
    ),
)
_BUSY = "The database is busy or away. Nothing was lost. Try again in a moment."


def why(error: DBAPIError) -> str:
    """The sentence for a failure that the database driver told."""
    words = str(error.orig).lower()
    return next((says for marks, says in _TROUBLES if any(mark in words for mark in marks)), _BUSY)


def is_damage(error: DBAPIError) -> bool:
    """Whether the file itself is broken, which the driver tells as an error of no particular kind."""
    words = str(error.orig).lower()
    return "disk image is malformed" in words or "not a database" in words
