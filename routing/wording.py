"""A message as sentences in plain words: what every list and pattern of triage is matched against.

Each sentence keeps how it is shown, for evidence, beside its plain words: folded, without punctuation,
with short forms written out ("I'm" and "im" are both "i am", "u" is "you"), so that one phrase in a list
meets it as it was typed, dictated or misspelt.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from routing.folding import LONGEST_TEXT, clean, fold
from routing.misspellings import misspellings, put_right
from routing.word_sets import word_set, words_by_line

MAIL_ADDRESS, WEB_LINK = "mailaddress", "weblink"
"""What stands in `plain` for an address and for a link: phrases may ask for them, and nothing else speaks."""
LONGEST_SENTENCE = 400
_REPLY = ("re:", "re :", "aw:", "sv:", "ynt:", "atb:", "fwd:", "fw:", "wg:", "tr:", "tr :", "yml:")
"""How the subject of a reply or of what is passed on begins: what follows was written before."""
_PASSED_ON = re.compile(
    r"-{2,} ?(?:forwarded|original) message|begin forwarded message|weitergeleitete nachricht"
    r"|message (?:transféré|d'origine)|neges wedi'i hanfon ymlaen",
    re.IGNORECASE,
)
"""The line under which mail programs put what is passed on."""
MOST_SENTENCES = 1_500
"""Past these the text is cut by length alone: hostile text makes a sentence of every letter."""
MOST_PIECES = 100
"""So many more pieces are read then; of the rest only what `routing.far_text` finds."""
_ENDS = re.compile(r"[.!?]+(?=[\s\"')\]]|$)|\n\n+|\n(?=[-*•>])|[;:](?=\s)")
_TOKENS = re.compile(r"[a-z0-9£%@#]+(?:'[a-z]+)*")
_ADDRESSES = re.compile(
    r"(?:https?://|www\.)\S+"
    r"|(?<![a-z0-9._+-])[a-z0-9._+-]+"
    r"(?:@[a-z0-9.-]+|\.(?:com|net|org|uk|eu|io|gov|example|test)\b(?:/\S*)?)"
)
"""What stands in an address was chosen by whoever named the site: "pills.example" is nobody's wish."""
_SPELT = re.compile(r"(?<![a-z])(?:[a-z][ .*_-]){3,}[a-z](?![a-z])")
_DIGIT = re.compile(r"[0-9]")
_MIXED = re.compile(r"[a-z][0-9]|[0-9][a-z]")
_LETTERS_FOR_DIGITS = str.maketrans("013457@", "oieasta")
_ABBREVIATIONS = re.compile(r"\b(?:mr|mrs|ms|dr|st|rd|no|e\.g|i\.e|etc|prof|rev|hon)\.$")


class Sentence(NamedTuple):
    """One sentence as shown and as plain words; `plain` has one space around every word."""

    shown: str
    plain: str


@dataclass(frozen=True, slots=True)
class Wording:
    """A whole message: subject first, then the text, cut into sentences; `told` of them are the subject's."""

    subject: str
    text: str
    sentences: tuple[Sentence, ...]
    told: int = 0
    unread: str = ""
    """What lies beyond the sentences that are read as such (see `routing.far_text`)."""

    def is_repeated(self, number: int) -> bool:
        """Whether somebody else wrote a sentence first: quoted, passed on, or the subject of such a mail."""
        if number < self.told:
            return self.subject.lower().startswith(_REPLY)
        shown = self.sentences[number].shown
        if shown.startswith(">") or (">" in self.text and shown in _quoted(self.text)):
            return True
        return any(_PASSED_ON.search(before.shown) for before in self.sentences[self.told : number + 1])

    @property
    def word_count(self) -> int:
        return sum(sentence.plain.count(" ") - 1 for sentence in self.sentences)


@lru_cache(maxsize=1)
def short_forms() -> dict[str, str]:
    """Short and common misspelt forms, and the words they stand for."""
    forms = dict(misspellings())
    file = resources.files("routing") / "lists" / "short_forms.txt"
    for line in file.read_text(encoding="utf-8").splitlines():
        words, _, means = line.partition("=")
        if means and not line.startswith("#"):
            forms.update(dict.fromkeys(words.split(), means.strip()))
    return forms


def wording(subject: str, text: str, beyond: str = "") -> Wording:
    """The message cut into sentences and put in plain words; never fails, whatever the text. `beyond` follows
    the text and is kept unread."""
    shown_subject, shown_text = clean(subject), clean(text)
    (told, _), (written, end) = _sentences(shown_subject), _sentences(shown_text)
    unread = f"{shown_text[end:]}{text[LONGEST_TEXT:]}{beyond}"
    return Wording(shown_subject, shown_text, (*told, *written), len(told), unread)


@lru_cache(maxsize=1)
def _quoted(text: str) -> str:
    """The lines of a text that quote another."""
    return "\n".join(line for line in text.splitlines() if line.startswith(">"))


def plain_words(text: str) -> str:
    """Any text as plain words with one space between and around them."""
    forms = short_forms()
    if not text.isascii():
        text = text.translate(_pictures())
    folded = fold(text)
    if "." in folded[:-1]:
        folded = _ADDRESSES.sub(_named, folded)
    folded = _SPELT.sub(_joined, folded)
    words = [forms.get(token) or token.replace("'", "") for token in _TOKENS.findall(folded)]
    if _DIGIT.search(folded) and _MIXED.search(folded):
        words = [_in_letters(word) for word in words]
    return put_right(f" {' '.join(words)} ")


def _named(address: "re.Match[str]") -> str:
    return f" {MAIL_ADDRESS} " if "@" in address.group() else f" {WEB_LINK} "


def _joined(spelt: "re.Match[str]") -> str:
    return "".join(character for character in spelt.group() if character.isalpha())


def _in_letters(word: str) -> str:
    """A word written with digits for letters ("k1ll") as it is read, if that is a word we know."""
    if word.isalpha() or word.isdigit():
        return word
    read = word.translate(_LETTERS_FOR_DIGITS)
    return read if read in _disguised() else word


@lru_cache(maxsize=1)
def _disguised() -> frozenset[str]:
    return word_set("disguised_words")


@lru_cache(maxsize=1)
def _pictures() -> dict[int, str]:
    """Pictures and the words they stand for."""
    lines = (line.split(maxsplit=1) for line in words_by_line("pictures"))
    return {ord(picture): f" {word} " for picture, word in lines}


def _sentences(shown: str) -> tuple[list[Sentence], int]:
    """The sentences, and how far they are cut as such."""
    found: list[Sentence] = []
    start = 0
    for end in _ENDS.finditer(shown):
        piece = shown[start : end.end()]
        if end.group()[0] == "." and _ABBREVIATIONS.search(piece[-6:].lower()):
            continue
        _add(found, piece)
        start = end.end()
        if len(found) >= MOST_SENTENCES:
            break
    limit = start + MOST_PIECES * LONGEST_SENTENCE if len(found) >= MOST_SENTENCES else len(shown)
    _add(found, shown[start:limit])
    return found, start if limit < len(shown) or len(found) > MOST_SENTENCES else len(shown)


def _add(found: list[Sentence], piece: str) -> None:
    piece = piece.strip()
    while piece:
        part, piece = piece[:LONGEST_SENTENCE], piece[LONGEST_SENTENCE:]
        if piece and " " in part:  # cut between words
            part, cut = part.rsplit(" ", 1)
            piece = cut + piece
        plain = plain_words(part)
        if plain.strip():
            found.append(Sentence(" ".join(part.split()), plain))
