"""The part of a very long text that is not read: its plain words of risk are looked up all the same.

To read every sentence of a megabyte would hold up everybody's mail. The rows of words that alone raise an
alarm are looked for in one pass to the end; each sentence that has one is read like any other, and the
evidence says that the rest was not.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from ahocorasick_rs import AhoCorasick, MatchKind

from routing.folding import LONGEST_TEXT, clean, fold
from routing.misspellings import put_right
from routing.phrases import bundled_lists
from routing.signals import Evidence
from routing.wording import LONGEST_SENTENCE, Sentence, Wording, short_forms
from routing.words import LIFE_FLAGS

SAYS_SO = 5.0
"""The weight from which a phrase says by itself that there is a risk."""
MOST_FOUND = 200
"""Different sentences that are taken up; who writes more is read by a person for those."""
_TOKENS = re.compile(r"[a-z0-9£%@#]+(?:'[a-z]+)*|[.!?;]|\n\n")
_END = " . "


def with_far_risks(words: Wording) -> Wording:
    """The wording with the sentences of its unread part that have plain words of risk."""
    if not words.unread.strip():
        return words
    found = dict.fromkeys(sentence for part in _parts(words.unread) for sentence in _risky(part))
    far = [Sentence(one.strip(), one) for one in list(found)[:MOST_FOUND]]
    return replace(words, sentences=(*words.sentences, *far))


def not_read(words: Wording) -> tuple[Evidence, ...]:
    """That a text was too long to be read to its end, for whoever looks why."""
    if not words.unread.strip():
        return ()
    rule = f"The last {len(words.unread):,} characters were only looked through for plain words of risk."
    return (Evidence("unread", "", " ".join(words.unread[:LONGEST_SENTENCE].split()), rule),)


def _parts(unread: str) -> Iterator[str]:
    """Stretches that are cleaned in one go, each beginning a little before the end of the one before."""
    step = LONGEST_TEXT - LONGEST_SENTENCE
    for start in range(0, len(unread), step):
        yield clean.__wrapped__(unread[start : start + LONGEST_TEXT])


def _risky(shown: str) -> Iterator[str]:
    """The sentences, in plain words, that hold a row of words of risk."""
    forms = short_forms()
    tokens = _TOKENS.findall(fold(shown))
    joined = " ".join(map(forms.get, tokens, tokens)).replace("'", "")
    for mark in ("!", "?", ";", "\n\n"):
        joined = joined.replace(mark, ".")
    plain = put_right(f" {joined} ")
    last, count = 0, 0
    for _, start, end in _needles().find_matches_as_indexes(plain):
        if end <= last or count >= MOST_FOUND * 50:
            continue
        count += 1
        before = plain.rfind(_END, max(0, end - LONGEST_SENTENCE), start + 1)
        first = before + len(_END) - 1 if before >= 0 else plain.find(" ", max(0, end - LONGEST_SENTENCE))
        after = plain.find(_END, end - 1, first + LONGEST_SENTENCE)
        last = after + 1 if after >= 0 else max(end, plain.rfind(" ", end, first + LONGEST_SENTENCE) + 1)
        yield plain[first:last]


@lru_cache(maxsize=1)
def _needles() -> AhoCorasick:
    forms = bundled_lists().telling_forms({flag.value for flag in LIFE_FLAGS}, SAYS_SO)
    return AhoCorasick(sorted(forms), matchkind=MatchKind.LeftmostLongest)
