"""Finds the words of many rules in one message in one pass, and shows them in their place."""

from collections.abc import Iterable

from ahocorasick_rs import AhoCorasick, MatchKind

from routing.facts import FactsInView, WordHits
from routing.folding import fold_words
from routing.rules import Condition, FieldName, Group, Operator

MESSAGE_FIELDS = (FieldName.MESSAGE, FieldName.SUBJECT, FieldName.TEXT)
_CONTEXT = 30


class WordFinder:
    """Finds whole words and phrases of many lists in one pass over a folded text."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = sorted({folded for word in words if (folded := fold_words(word))})
        self._machine = AhoCorasick(self.words, matchkind=MatchKind.Standard) if self.words else None

    def find(self, folded: str) -> dict[str, list[tuple[int, int]]]:
        """Where each word stands as a whole word; words that are not there are left out."""
        found: dict[str, list[tuple[int, int]]] = {}
        if self._machine is None:
            return found
        flat = folded.replace("\n", " ")
        for index, start, end in self._machine.find_matches_as_indexes(flat, overlapping=True):
            if is_whole(flat, start, end):
                found.setdefault(self.words[index], []).append((start, end))
        return found


def is_whole(text: str, start: int, end: int) -> bool:
    """Whether no letter or digit touches the stretch from outside."""
    return not (
        (start and text[start - 1].isalnum() and text[start].isalnum())
        or (end < len(text) and text[end].isalnum() and text[end - 1].isalnum())
    )


def hit_key(field: FieldName, word: str) -> str:
    return word if field is FieldName.MESSAGE else f"{field.value}\n{word}"


def message_hits(finder: WordFinder, view: FactsInView) -> WordHits:
    """The rules' words in a message: by word, and by field and word (see `hit_key`)."""
    hits: WordHits = {}
    limit = len(view.subject)
    for word, spans in finder.find(view.folded_message).items():
        hits[word] = spans[0]
        for span in spans:
            hits.setdefault(f"subject\n{word}" if span[0] < limit else f"text\n{word}", span)
    return hits


def message_words(group: Group) -> Iterable[str]:
    """The words that a rule looks for in the message itself."""
    for part in (*group.all, *group.any, *group.none):
        if isinstance(part, Group):
            yield from message_words(part)
        elif part.operator is Operator.WORD_LIST and part.field in MESSAGE_FIELDS:
            yield from listed_in(part)


def listed_in(condition: Condition) -> tuple[str, ...]:
    return condition.value if isinstance(condition.value, tuple) else (str(condition.value),)


def around(shown: str, start: int, end: int, edge: int) -> str:
    """The words around a hit, without crossing from the text into the subject."""
    low = edge + 2 if edge and start > edge else 0
    left, right = max(low, start - _CONTEXT), min(len(shown), end + _CONTEXT)
    while left > low and shown[left - 1].isalnum():
        left -= 1
    while right < len(shown) and shown[right].isalnum():
        right += 1
    return " ".join(shown[left:right].split())
