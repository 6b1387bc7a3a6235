"""How soon a person must look: by need and dates in the text, never by channel, length or capitals."""

import re
from datetime import date
from itertools import chain

from routing.days_named import dates, days_of_month, spans, weekdays
from routing.kinds import OUR_OWN_KINDS
from routing.signals import Evidence, Signals
from routing.weighing import WEIGHED_WORDS, Reading
from routing.words import LIFE_FLAGS, Flag, Kind, Priority

SURE = 4.0
LIKELY = 0.12
"""The chance that it must not wait, by the weighed words, from which it does not."""
LIKELY_WITH_THANKS = 0.5
"""The same in one that thanks and pleads for nothing: news of what went well has the words of the plight."""
UNLIKELY = 0.005
"""The chance under which no phrase of the lists says so either."""
QUIET_KINDS = frozenset(
    {
        Kind.POLICY_VIEW,
        Kind.CAMPAIGN,
        Kind.THANK_YOU,
        Kind.SPAM,
        Kind.ABUSE,
        Kind.AUTO_REPLY,
    }
)
HARM_FLAGS = frozenset({Flag.SAFEGUARDING, Flag.DOMESTIC_ABUSE})
"""Harm by others; with a need that presses it is looked at even if the message reads like junk."""
PRESSING_DAYS = 2
SOON_DAYS = 14
"""Ten working days, counted as calendar days."""

_HARD = (
    r"we (?:go|leave|travel)|evict\w*|bailiffs?|removal|deport\w*|removed|fly|flies|flying|flight|locks"
    r"|repossess\w*|homeless"
)
_SOFT = (
    r"travel\w*|hearing|court|tribunal|appeal|deadline|expir\w*|runs out|funeral|operation|surgery"
    r"|appointment|wedding|leave|due|by|before|until|till|interview|disconnect\w*|cut off|starts?"
)
_HARD_EVENT = re.compile(rf" (?:{_HARD}) ")
_EVENT = re.compile(rf" (?:{_HARD}|{_SOFT}) ")


def priority_of(signals: Signals, kind: Kind, flags: frozenset[Flag], received: date, now: float) -> Priority:
    """The urgency of a message by its need; `now` is the chance by its words that it must not wait."""
    if flags & LIFE_FLAGS:
        return Priority.IMMEDIATE
    immediate = max(signals.score("urgency immediate"), signals.score("need immediate"))
    if now < UNLIKELY:
        immediate = 0.0
    if kind is Kind.SPAM and immediate >= SURE and flags & HARM_FLAGS:
        return Priority.IMMEDIATE
    if kind in (Kind.SPAM, Kind.AUTO_REPLY):
        return Priority.LOW
    dated = _by_dates(signals, received)
    soon = signals.score("urgency priority")
    if kind in QUIET_KINDS and signals.score("kind casework") < SURE:
        return Priority.LOW
    presses = immediate >= SURE or now >= _bar(signals) or dated is Priority.IMMEDIATE
    if presses and (kind not in OUR_OWN_KINDS or (dated is Priority.IMMEDIATE and kind is Kind.OFFICE)):
        return Priority.IMMEDIATE  # an eviction with its day is no appointment of ours
    if presses or soon >= SURE or dated is Priority.PRIORITY or flags & HARM_FLAGS:
        return Priority.PRIORITY
    return Priority.LOW if kind in QUIET_KINDS else Priority.STANDARD


def _bar(signals: Signals) -> float:
    """The chance from which weighed words alone say that a message must not wait."""
    thanks = signals.score("kind thank-you") > 0 and signals.score("kind casework") < SURE
    return LIKELY_WITH_THANKS if thanks else LIKELY


def need_evidence(signals: Signals, reading: Reading) -> tuple[Evidence, ...]:
    """The sentences whose weighed words say the most that it must not wait, where these words alone do."""
    chance = reading.chances("need")["now"]
    if chance < _bar(signals):
        return ()
    sentences = signals.wording.sentences
    return tuple(
        Evidence("need", words, sentences[number].shown, f"{WEIGHED_WORDS}, chance {chance:.2f}")
        for number, words in reading.speaking_for("need now", range(len(sentences)))
    )


def _by_dates(signals: Signals, received: date) -> Priority | None:
    found: Priority | None = None
    for sentence in signals.wording.sentences:
        plain = sentence.plain
        if not _EVENT.search(plain):
            continue
        is_hard = _HARD_EVENT.search(plain) is not None
        exact = [*dates(plain, received), *(weekdays(plain, received) if is_hard else ())]
        if is_hard and exact and min(exact) <= PRESSING_DAYS:
            return Priority.IMMEDIATE
        named = chain(exact, days_of_month(plain, received), weekdays(plain, received), spans(plain))
        if min(named, default=SOON_DAYS + 1) <= SOON_DAYS:
            found = Priority.PRIORITY
    return found
