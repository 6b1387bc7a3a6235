"""An office's rules: read, changed one by one or as a whole set, each change kept and in the history."""

from inbox.rules.changing import Done, Entry, Replaced, apply, entries, replace, stamp
from inbox.rules.names import check_names, names_of
from inbox.rules.proposals import Do, Proposal, Wanted, carry_out, proposed
from inbox.rules.reading import every_rule, find_rule, read_file, rows, versions_of

__all__ = [
    "Do",
    "Done",
    "Entry",
    "Proposal",
    "Replaced",
    "Wanted",
    "apply",
    "carry_out",
    "check_names",
    "entries",
    "every_rule",
    "find_rule",
    "names_of",
    "proposed",
    "read_file",
    "replace",
    "rows",
    "stamp",
    "versions_of",
]
