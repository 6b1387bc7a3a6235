"""What a person typed into the search box, understood. Nothing typed is an error."""

import re
from dataclasses import dataclass, replace

from inbox.search.folding import fold, join_postcodes, phones

MOST_TERMS = 12
LONGEST_QUESTION = 400
SHORTEST_BEGINNING = 4
"""Letters from which the beginning of a word is enough; the PostgreSQL index keeps as many."""

_PIECE = re.compile(r'(?:(?P<name>[a-z]+):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))', re.IGNORECASE)
_GROUPED = re.compile(r"(?<![\w.,-])([1-9]\d{0,2}(?:,\d{3})+)(?![\w,-])")
_UNGROUPED = re.compile(r"(?<![\w.,:+-])([1-9]\d{3,8})(?![\w,*-])")
_PHONE_TYPED = re.compile(r"(?<!\S)\+?\d[\d ().-]{7,20}\d(?!\S)")

FIELDS = frozenset({"status", "kind", "channel", "topic", "flag", "priority"})
STATES = frozenset({"new", "open", "closed", "unassigned", "restricted", "campaign", "spam"})


@dataclass(frozen=True, slots=True)
class Question:
    """All parts must hold. `words` are whole words, `beginnings` starts of words, `phrases` words in a row;
    `fields` are (field of the case, value), `states` words after `is:`."""

    words: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    states: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.words or self.beginnings or self.phrases or self.fields or self.states)

    @property
    def tests(self) -> tuple[str, ...]:
        """Each test on an entry's words as the piece of text that must be in them."""
        whole = (f" {text} " for text in (*self.words, *self.phrases))
        return (*whole, *(f" {text}" for text in self.beginnings))

    @property
    def indexed(self) -> tuple[str, ...]:
        """Every whole word that an entry must have, those inside phrases too."""
        inside = (word for phrase in self.phrases for word in phrase.split())
        return tuple(dict.fromkeys((*self.words, *inside)))

    @property
    def named(self) -> "Question | None":
        """The same, with the last word as the beginning of a name, and of the longer words the beginnings
        enough; None where it is not a short one: `lena b` is Lena Boyd."""
        last = self.words[-1].removeprefix("from:") if self.words else ""
        return self._loosened(f"from:{last}") if last.isalpha() and not is_long(last) else None

    @property
    def widened(self) -> "Question | None":
        """The same, with the beginning of each longer word enough, and beside one of the last word however
        short; None where it has no longer word."""
        if not self._longer:
            return None
        last = self.words[-1]
        return self._loosened(*(() if last in self._longer or ":" in last else (last,)))

    @property
    def _longer(self) -> tuple[str, ...]:
        return tuple(word for word in self.words if is_long(word) and not _begins_a_mark(word))

    def _loosened(self, *last: str) -> "Question":
        """With the beginnings of the longer words, and with these in place of the last word."""
        whole = self.words[:-1] if last else self.words
        whole = tuple(word for word in whole if word not in self._longer)
        return replace(self, words=whole, beginnings=(*self.beginnings, *self._longer, *last))


def is_long(word: str) -> bool:
    """Whether an index keeps a beginning as long as this."""
    return len(word) - letters_from(word) >= SHORTEST_BEGINNING


def letters_from(word: str) -> int:
    """Where the letters start: after the colon of `from:donna`."""
    return word.find(":") + 1


def _begins_a_mark(word: str) -> bool:
    """Whether every entry would answer: `post` begins the `postcode:zz10` that stands in it."""
    return any(mark.startswith(word) for mark in ("from:", "office:", "postcode:"))


class _Parts:
    def __init__(self) -> None:
        self.words: list[str] = []
        self.beginnings: list[str] = []
        self.phrases: list[str] = []
        self.fields: list[tuple[str, str]] = []
        self.states: list[str] = []

    def add(self, name: str, value: str, is_phrase: bool) -> None:
        if name in FIELDS and value:
            self.fields.append((name, value.lower()[:80]))
        elif name == "is" and value.lower() in STATES:
            self.states.append(value.lower())
        elif name == "from" and "@" in value and not value.endswith("*"):
            self.words.append("from:" + fold(value).replace(" ", ""))
        elif name == "from":
            self._add_words("from:", value)
        elif name == "ref":
            self.words.append(fold(value).replace(" ", ""))
        elif name == "postcode":
            self.words.append("postcode:" + fold(value).replace(" ", ""))
        elif name:
            self._add_words("", f"{name} {value}")
        elif is_phrase:
            self.phrases.append(fold(value))
        else:
            self._add_words("", value)

    def _add_words(self, prefix: str, value: str) -> None:
        words = fold(value).split()
        if value.endswith("*") and words:
            self.beginnings.append(prefix + words.pop())
        self.words.extend(prefix + word for word in words)


def understand(query: str) -> Question:
    """What `query` asks for: words, `begin*`, "a phrase", and `from: ref: postcode: status: kind: channel:
    topic: flag: priority: is:`. What is not understood is taken as words; only 12 of each count."""
    parts = _Parts()
    query = query[:LONGEST_QUESTION]
    for phone in _PHONE_TYPED.findall(query):
        parts.words.extend(phones(phone))
    query = _PHONE_TYPED.sub(lambda match: " " if phones(match.group()) else match.group(), query)
    for match in _PIECE.finditer(query):
        phrase, word = match["phrase"], match["word"]
        parts.add((match["name"] or "").lower(), phrase if word is None else word, word is None)
    return Question(
        _kept(join_postcodes(" ".join(parts.words)).split()),
        _kept(parts.beginnings),
        _kept(parts.phrases),
        tuple(parts.fields[:MOST_TERMS]),
        tuple(parts.states[:MOST_TERMS]),
    )


def readings(query: str) -> tuple[Question, ...]:
    """What `query` may mean, the likeliest first and each once: as it stands; with its numbers written the
    other way (2310 and 2,310); with its last word as the beginning of a name; with beginnings of words."""
    asked = understand(query)
    found = (asked, understand(_regrouped(query)), asked.named, asked.widened)
    return tuple(dict.fromkeys(one for one in found if one is not None and not one.is_empty))


def _regrouped(query: str) -> str:
    """The query with each number in the other of the two ways that people write thousands."""
    query = query[:LONGEST_QUESTION]
    if '"' in query:
        return query
    if _GROUPED.search(query):
        return _GROUPED.sub(lambda match: match.group().replace(",", ""), query)
    return _UNGROUPED.sub(lambda match: '"' + f"{int(match.group()):,}".replace(",", " ") + '"', query)


def _kept(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))[:MOST_TERMS]
