"""The flags that speak of a person's circumstances: raised with a case, not with an opinion."""

from routing.signals import Signals
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

OF_A_CASE = frozenset({Flag.VULNERABLE, Flag.SPECIAL_CATEGORY, Flag.THIRD_PARTY, Flag.REPRESENTATIVE})
WITHOUT_A_CASE = frozenset(
    {Kind.POLICY_VIEW, Kind.CAMPAIGN, Kind.OFFICE, Kind.MEDIA, Kind.THANK_YOU, Kind.SPAM, Kind.AUTO_REPLY}
)
"""Kinds that speak of the ill and the poor without naming one of them, unless a plea hides there."""


def told_flags(signals: Signals) -> frozenset[Flag]:
    """The flags that everyday words for harm and circumstances raise, unless a sentence undoes them there."""
    undone = {flag: signals.sentences_of(f"not flag {flag}") for flag in LABELS}
    return frozenset(
        flag
        for flag, label in LABELS.items()
        if any(
            score >= RAISED and number not in undone[flag]
            for number, score in signals.sentence_scores(label).items()
        )
    )


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
