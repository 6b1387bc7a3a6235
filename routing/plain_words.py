"""What the fixed words of the data are called in plain English, in rules, in reasons and on pages."""

from collections.abc import Iterable, Mapping

from routing.words import ClockKind, ConstituencyState, Flag, Kind, Language, Machine, Topic

NAMES: Mapping[str, str] = {
    Kind.POLICY_VIEW: "View on policy",
    Kind.SPAM: "Junk",
    Kind.SELF_HARM_RISK: "Risk of self-harm",
    Kind.AUTO_REPLY: "Automatic reply",
    Kind.OFFICE: "Office matter",
    Topic.BENEFITS_UC: "Universal Credit",
    Topic.BENEFITS_DISABILITY: "Disability benefits",
    Topic.HOUSING_SOCIAL: "Social housing",
    Topic.HOUSING_PRIVATE: "Private housing",
    Topic.NHS_ACCESS: "Getting NHS care",
    Topic.SEND: "Special educational needs",
    Topic.ASB: "Antisocial behaviour",
    Topic.ABROAD: "Britons abroad",
    Flag.SELF_HARM: "Self-harm",
    Flag.THIRD_PARTY: "About somebody else",
    Flag.SPECIAL_CATEGORY: "Health, belief or the like",
    Flag.PARTY_POLITICAL: "Party politics",
    Flag.REPRESENTATIVE: "Writes for somebody",
    ConstituencyState.CONFIRMED: "ours",
    ConstituencyState.LIKELY: "likely ours",
    ConstituencyState.NOT_OURS: "somebody else’s",
    ConstituencyState.UNKNOWN: "not known",
    Language.ENGLISH: "English",
    Language.WELSH: "Welsh",
    Machine.AUTO_REPLY: "Automatic reply",
    Machine.BOUNCE: "Returned mail",
    Machine.LIST: "Mailing list",
    Machine.OWN: "Our own mail",
    "waiting_constituent": "Waiting for the person",
    "waiting_body": "Waiting for a reply",
    ClockKind.FOI: "freedom of information",
}


def plain(word: str) -> str:
    """`housing-social` as `Social housing`; a word without a name of its own as a sentence begins."""
    return NAMES.get(word) or sentence(word)


def sentence(words: str) -> str:
    """`data-request` as `Data request`."""
    spaced = words.replace("-", " ").replace("_", " ")
    return spaced[:1].upper() + spaced[1:]


def listed(words: Iterable[str], last: str, most: int = 6) -> str:
    """`A, B or C`; what is more than `most` is counted."""
    shown = list(words)
    if len(shown) > most:
        return f"{', '.join(shown[:most])} {last} {len(shown) - most} more"
    return f"{', '.join(shown[:-1])} {last} {shown[-1]}" if len(shown) > 1 else "".join(shown)
