"""Where a message may turn from one matter to another: how its sentences open, what its subject joins, marks
such as "(2)" and "+", and topics that another body handles.

People who write of several things seldom say so; they begin a sentence with "and my", name both things in the
subject, or number them. These labels weigh for several matters alone.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from routing.word_sets import words_by_line
from routing.wording import Wording
from routing.words import Topic

PREFIX = "turn "
"""How the name of every such label begins."""
MOST_BODIES = 5
_TOPIC = "topic "
_NO_BODY = frozenset({Topic.OFFICE.value, Topic.POLICY_VIEW.value, Topic.DATA_REQUEST.value})
_MARKS = re.compile(r"\s([+&/])\s|\((2|ii|b|two)\)|(?:^|[\s,])([2b])[.)]\s", re.IGNORECASE)


def turns_in(wording: Wording, labels: Mapping[int, Sequence[str]]) -> Iterator[tuple[int, str]]:
    """The labels of turns by the number of the sentence, given the labels of the lists that each one hits."""
    told, last = wording.told, len(wording.sentences) - 1
    if last < 0:
        return
    met: set[str] = set()
    for number, sentence in enumerate(wording.sentences):
        words = sentence.plain.split(maxsplit=2)
        if number < told:
            yield from ((number, f"{PREFIX}subject {word}") for word in sentence.plain.split())
        else:
            yield number, f"{PREFIX}opens {words[0]}"
            if len(words) > 1:
                yield number, f"{PREFIX}opens {words[0]} {words[1]}"
        bodies = {_body(label) for label in labels.get(number, ()) if label.startswith(_TOPIC)} - {""}
        if bodies and met and not bodies & met:
            yield number, f"{PREFIX}to another body"
        if number < told and len(bodies) > 1:
            yield number, f"{PREFIX}two bodies in the subject"
        met |= bodies
    yield last, f"{PREFIX}bodies {min(len(met), MOST_BODIES)}"
    for place, text in (("subject mark", wording.subject), ("mark", wording.text)):
        for mark in sorted({found[found.lastindex or 0].lower() for found in _MARKS.finditer(text)}):
            yield 0, f"{PREFIX}{place} {mark}"


@cache
def _body(label: str) -> str:
    """The body that handles the topic of a list's label; topics without a case have none."""
    topic = label.removeprefix(_TOPIC).removesuffix("!")
    return "" if topic in _NO_BODY else _bodies().get(topic, topic)


@cache
def _bodies() -> dict[str, str]:
    lines = (line.partition(":") for line in words_by_line("bodies"))
    return {topic: name for name, _, topics in lines for topic in topics.split()}
