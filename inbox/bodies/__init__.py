"""The contact directory of an office: whom it can ask, how, what they need and how long they take.

Nothing is built in. It is imported from a file or typed, and each change is kept as a version.
"""

from inbox.bodies.changing import Imported, import_lines, retire, write
from inbox.bodies.facts import COLUMNS, BodyFacts, holes, key_of, read_facts
from inbox.bodies.files import read_file
from inbox.bodies.finding import facts_of, is_at, known, listed, names, search, versions

__all__ = [
    "COLUMNS",
    "BodyFacts",
    "Imported",
    "facts_of",
    "holes",
    "import_lines",
    "is_at",
    "key_of",
    "known",
    "listed",
    "names",
    "read_facts",
    "read_file",
    "retire",
    "search",
    "versions",
    "write",
]
