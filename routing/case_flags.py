"""The flags that speak of a person's circumstances: raised with a case, not with an opinion."""

from collections.abc import Mapping

from routing.signals import Evidence, Signals
from routing.weighing import WEIGHED_WORDS, Reading
from routing.words import Flag, Kind

RAISED = 4.0
LABELS = {
    flag: f"case {flag}"
    for flag in (
        Flag.SAFEGUARDING,
        Flag.DOMESTIC_ABUSE,
        Flag.CONFIDENTIAL,
        Flag.REPRESENTATIVE,
        Flag.THIRD_PARTY,
        Flag.SPECIAL_CATEGORY,
        Flag.VULNERABLE,
    )
}
"""What people say of harm and of their circumstances, apart from the phrases that also weigh for risks."""
TOLD = (Flag.SAFEGUARDING, Flag.DOMESTIC_ABUSE, Flag.CONFIDENTIAL)
"""What one plain phrase is enough for: to miss it may cost a life."""

WEIGHED: Mapping[Flag, float] = {
    Flag.SAFEGUARDING: 0.25,
    Flag.DOMESTIC_ABUSE: 0.2,
    Flag.CONFIDENTIAL: 0.15,
    Flag.REPRESENTATIVE: 0.1,
    Flag.THIRD_PARTY: 0.25,
    Flag.SPECIAL_CATEGORY: 0.15,
    Flag.VULNERABLE: 0.3,
}
"""The chance, by the weighed words of the whole message, from which a flag is raised. Where missing it costs
a person more, one that is wrong as often as right is borne. Chosen on messages that taught no weights."""

OF_A_CASE = frozenset({Flag.VULNERABLE, Flag.SPECIAL_CATEGORY, Flag.THIRD_PARTY, Flag.REPRESENTATIVE})
WITHOUT_A_CASE = frozenset(
    {Kind.POLICY_VIEW, Kind.CAMPAIGN, Kind.OFFICE, Kind.MEDIA, Kind.THANK_YOU, Kind.SPAM, Kind.AUTO_REPLY}
)
"""Kinds that speak of the ill and the poor without naming one of them, unless a plea hides there."""


def told_flags(signals: Signals, reading: Reading) -> frozenset[Flag]:
    """The flags that everyday words for harm and circumstances raise, unless a sentence undoes them there,
    and those that the weighed words of the whole message speak for."""
    undone = {flag: signals.sentences_of(f"not flag {flag}") for flag in LABELS}
    told = {
        flag
        for flag in TOLD
        if any(
            score >= RAISED and number not in undone[flag]
            for number, score in signals.sentence_scores(LABELS[flag]).items()
        )
    }
    weighed = {
        flag for flag, enough in WEIGHED.items() if _chance(reading, flag) >= enough and not undone[flag]
    }
    return frozenset(told | weighed)


def flag_evidence(signals: Signals, reading: Reading, flag: Flag) -> tuple[Evidence, ...]:
    """The sentence whose weighed words speak the most for a flag, where they raise it."""
    if flag not in WEIGHED or (chance := _chance(reading, flag)) < WEIGHED[flag]:
        return ()
    sentences = signals.wording.sentences
    return tuple(
        Evidence(f"flag {flag}", words, sentences[number].shown, f"{WEIGHED_WORDS}, chance {chance:.2f}")
        for number, words in reading.speaking_for(f"{flag} raised", range(len(sentences)), most=1)
    )


def _chance(reading: Reading, flag: Flag) -> float:
    return reading.chances(flag.value)["raised"]


def case_flags(flags: frozenset[Flag], kind: Kind, hides_case: bool) -> frozenset[Flag]:
    """The flags that suit a kind; a risk to life and harm by others stand whatever the kind.

    Who may end their life is vulnerable; a threat tells of no circumstances of a person in a case.
    """
    if kind is Kind.THREAT or (kind in WITHOUT_A_CASE and not hides_case):
        flags -= OF_A_CASE
    if Flag.SELF_HARM in flags and kind is not Kind.THREAT:
        flags |= {Flag.VULNERABLE}
    if Flag.DOMESTIC_ABUSE in flags and kind not in WITHOUT_A_CASE:
        flags |= {Flag.SAFEGUARDING, Flag.VULNERABLE}
    return flags
