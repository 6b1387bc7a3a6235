"""A message read as a copy of a text that many sent: what its writer added decides what it hides."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from itertools import combinations

from routing.assessment import Assessment, MessageFacts, assess
from routing.campaigns import Gist, gist_of, is_same_text, likeness, restates, subject_key
from routing.case_flags import case_flags
from routing.constituency import PostcodeTable
from routing.differences import Differences, added_text, differences
from routing.labelled import UNDATED
from routing.piles import piles
from routing.words import LIFE_FLAGS, RISK_FLAGS, Flag, Kind, Priority

FEWEST_PEOPLE = 2
FEWEST_IN_OTHER_WORDS = 3
"""Two who say much the same in other words may do so by chance."""
FEWEST_WITH_A_MATTER = 5
"""A text that asks for help with a matter, such as the letter of a block of tenants, is casework longer; one
that reads like a threat or self-harm is put before a person each time for as long."""
_RISKY = frozenset({Kind.THREAT, Kind.SELF_HARM_RISK})
_NOT_PILED = frozenset({Kind.AUTO_REPLY, Kind.SPAM})
_MATTERS = frozenset({Kind.CASEWORK, Kind.NOT_OURS})
_MOST_WEIGHED = 40


@dataclass(frozen=True, slots=True)
class Copy:
    """A message beside the text of its pile: `own` are the words its writer added.

    `lifted`: those words read by themselves, where they hold somebody's own matter or a risk.
    """

    assessment: Assessment
    differences: Differences
    own: str
    lifted: Assessment | None = None

    @property
    def hides(self) -> bool:
        """Whether it holds something that the standard answer must not be the answer to."""
        return self.lifted is not None or bool(self.assessment.flags & RISK_FLAGS)

    @property
    def as_read(self) -> Assessment:
        """What the office's rules are asked about: where a matter is lifted out, that matter."""
        if self.lifted is None or self.assessment.kind is not Kind.CAMPAIGN:
            return self.assessment
        kind = self.lifted.kind if self.lifted.kind in _RISKY else Kind.CASEWORK
        return replace(self.assessment, kind=kind, topics=self.lifted.topics)


def read_copy(
    message: MessageFacts,
    template: str,
    area: PostcodeTable | None,
    *,
    title: str = "",
    is_shared: bool = True,
) -> Copy:
    """What a copy is. Hidden casework is looked for in what was added, never in the text all have; a risk
    that the text itself reads like is not the writer's, where enough people sent it (`is_shared`)."""
    found = differences(message.text, template)
    own = added_text(message.text, found)
    whole = assess(replace(message, is_campaign=True), area)
    if is_shared:
        whole = _without_shared_risks(whole, message, template, title, own, area)
    lifted = None
    matter = _matter(own, template) if found.has_own_words else ""
    if matter:
        apart = replace(message, subject="", text=matter)
        if hides_a_matter(assess(replace(apart, is_campaign=True), area)):
            lifted = assess(apart, area)
    whole = replace(whole, hidden_casework=lifted is not None)
    return Copy(_as_urgent_as(whole, lifted) if lifted else whole, found, own, lifted)


def _as_urgent_as(whole: Assessment, lifted: Assessment) -> Assessment:
    """The copy with the need and the flags of its writer's own words: read among the words that all have,
    a plea is weighed as part of a campaign, which nobody waits for."""
    priority = min(whole.priority, lifted.priority, Priority.STANDARD, key=lambda one: one.rank)
    because = dict(whole.because)
    if priority is not whole.priority:
        because["priority"] = lifted.because.get("priority", ())
    more = [one for one in lifted.because.get("flags", ()) if one not in because.get("flags", ())]
    because["flags"] = (*because.get("flags", ()), *more)
    because = {name: found for name, found in because.items() if found}
    flags = case_flags(whole.flags | lifted.flags, whole.kind, True)
    return replace(whole, priority=priority, flags=flags, because=because)


def _matter(own: str, template: str) -> str:
    """The added sentences that do more than say the template's in other words."""
    known = _gist_alone(template)
    return "\n".join(line for line in own.split("\n") if not restates(line, known))


@lru_cache(maxsize=64)
def _gist_alone(text: str) -> Gist:
    """Asked for a template with every copy of it, and for each copy until there is a campaign."""
    return gist_of("", text)


def risks_of_text(template: str, title: str) -> Assessment | None:
    """The text of a campaign read by itself, where it reads like a risk: what a person is shown once."""
    found = assess(MessageFacts(template, UNDATED, subject=title, is_campaign=True), None)
    return found if found.flags & RISK_FLAGS else None


def _without_shared_risks(
    whole: Assessment, message: MessageFacts, template: str, title: str, own: str, area: PostcodeTable | None
) -> Assessment:
    """The copy without the risks that the text alone has, and that the words its writer added have not."""
    risks = whole.flags & RISK_FLAGS
    if not risks:
        return whole
    named = title if subject_key(message.subject) == subject_key(title) else ""
    shared = risks & _risks_of(template, named)
    apart = assess(replace(message, subject="", text=own), area) if own.strip() else None
    dropped = shared - (apart.flags if apart else frozenset())
    if not dropped:
        return whole
    flags = whole.flags - dropped
    kind = _kind_left(flags) if whole.kind in _RISKY else whole.kind
    flags = case_flags(flags, kind, whole.hidden_casework)
    priority = whole.priority
    if not flags & RISK_FLAGS:
        priority = min(apart.priority if apart else Priority.LOW, Priority.LOW, key=lambda one: one.rank)
    because = {name: found for name, found in whole.because.items() if name not in ("flags", "priority")}
    if kind is not whole.kind:
        because.pop("kind", None)
    return replace(whole, kind=kind, flags=flags, priority=priority, because=because)


def _kind_left(flags: frozenset[Flag]) -> Kind:
    """What a copy that read like a risk is with the flags that are its writer's own."""
    if Flag.THREAT in flags:
        return Kind.THREAT
    return Kind.SELF_HARM_RISK if Flag.SELF_HARM in flags else Kind.CAMPAIGN


@lru_cache(maxsize=256)
def _risks_of(template: str, subject: str) -> frozenset[Flag]:
    """The risks that a text reads like, whoever sends it."""
    message = MessageFacts(template, UNDATED, subject=subject, is_campaign=True)
    return assess(message, None).flags & RISK_FLAGS


def hides_a_matter(assessment: Assessment) -> bool:
    """Whether words read as a copy's hold somebody's own matter, or a risk to life."""
    return assessment.hidden_casework or bool(assessment.flags & LIFE_FLAGS)


def template_of(gists: Sequence[Gist]) -> int:
    """Which of the texts is the one that most people sent; of edited ones the most like all others."""
    weighed = gists[:_MOST_WEIGHED]
    times = Counter(gist.core for gist in weighed)
    if max(times.values()) > 1:
        return max(range(len(weighed)), key=lambda one: (times[weighed[one].core], -weighed[one].size))
    return max(
        range(len(weighed)),
        key=lambda one: (sum(likeness(weighed[one], other) for other in weighed), -weighed[one].size),
    )


def are_enough(people: int, gists: Sequence[Gist]) -> bool:
    """Whether so many people have sent these texts, which are alike, that they are a campaign."""
    return people >= FEWEST_IN_OTHER_WORDS or (people >= FEWEST_PEOPLE and _is_one_text(gists))


def _is_one_text(gists: Sequence[Gist]) -> bool:
    """Whether any two of the texts are one, and not only alike."""
    return any(is_same_text(one, other) for one, other in combinations(gists[:_MOST_WEIGHED], 2))


def may_make_a_campaign(senders: Sequence[str], gists: Sequence[Gist]) -> bool:
    """Whether letters that are alike have enough senders to be a campaign if they are no person's matter:
    what can be told before any of them is read."""
    return are_enough(len(set(senders)), gists)


class Nature(Enum):
    """What a text that several sent is by itself."""

    MACHINE = "junk or machine mail: never a campaign"
    MATTER = "somebody's own matter, or a risk"
    VIEW = "anything else"


def nature_of(facts: MessageFacts, area: PostcodeTable | None) -> Nature:
    """What the letter is that a pile would be judged by."""
    kind = assess(facts, area).kind
    if kind in _NOT_PILED:
        return Nature.MACHINE
    if kind in _MATTERS or assess(replace(facts, is_campaign=True), area).flags & LIFE_FLAGS:
        return Nature.MATTER
    return Nature.VIEW


def makes_a_campaign(senders: Sequence[str], gists: Sequence[Gist], template: Gist, nature: Nature) -> bool:
    """Whether letters that are alike are a campaign, `template` being the text that most people sent.

    Two who live together send one text of their case, and people with like troubles find like words.
    """
    if nature is Nature.MACHINE or not may_make_a_campaign(senders, gists):
        return False
    if nature is Nature.MATTER:
        same = {who for who, gist in zip(senders, gists, strict=True) if is_same_text(gist, template)}
        return len(same) >= FEWEST_WITH_A_MATTER
    return True


def read_together(
    messages: Sequence[MessageFacts], area: PostcodeTable | None
) -> Mapping[int, tuple[str, Copy]]:
    """The copies among messages, by place: the key that all copies of one text share, and what each adds.

    Here a text that asks for help needs no more people than another; on live mail it does.
    """
    gists = [gist_of(message.subject, message.text) for message in messages]
    members: dict[int, list[int]] = {}
    for place, pile in enumerate(piles(gists)):
        if pile is not None:
            members.setdefault(pile, []).append(place)
    found: dict[int, tuple[str, Copy]] = {}
    for number, places in enumerate(members.values(), start=1):
        template = messages[places[template_of([gists[place] for place in places])]]
        people = len({messages[place].from_address.lower() or place for place in places})
        is_campaign = are_enough(people, [gists[place] for place in places])
        if not is_campaign or assess(template, area).kind in _NOT_PILED:
            continue
        for place in places:
            copy = read_copy(messages[place], template.text, area, title=template.subject,
                             is_shared=people >= FEWEST_WITH_A_MATTER)  # fmt: skip
            if copy.assessment.kind not in _NOT_PILED:
                found[place] = (f"campaign-{number}", copy)
    return found
