"""Says in plain English what a rule means."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from routing.plain_words import listed, plain
from routing.rule_fields import (
    FAMILIES,
    FIELD_WORDS,
    NO_VALUE,
    OPERATOR_WORDS,
    OPPOSITES,
    TRIGGER_WORDS,
    Family,
)
from routing.rules import NAMED_LEAD, Actions, ClockOrder, Condition, Group, Operator, Rule, Trigger
from routing.words import Unit

_MOST_WORDS = 6
_WHEN = {trigger: f"{words[0].upper()}{words[1:]}" for trigger, words in TRIGGER_WORDS.items()}


def describe(rule: Rule) -> str:
    """The sentence that says when a rule applies and what follows."""
    begins = f"{_WHEN[rule.trigger]}, " if rule.trigger is not Trigger.ARRIVAL or rule.always else ""
    when = "" if rule.always else f"If {_group(rule.when)}, "
    follows = _consequences(rule.then)
    if rule.stop:
        follows.append("read no further rules")
    sentence = f"{begins}{when}{_joined(follows, 'and')}."
    if begins and when:
        sentence = f"{begins}if{when[2:]}{_joined(follows, 'and')}."
    if rule.expires:
        sentence += f" Until {rule.expires:%-d %B %Y}."
    return sentence if rule.enabled else f"Switched off: {sentence}"


def _group(group: Group, inner: bool = False) -> str:
    parts = []
    if group.all:
        parts.append(_joined([_part(part) for part in group.all], "and"))
    if group.any:
        text = _joined([_part(part) for part in group.any], "or")
        parts.append(f"({text})" if parts and len(group.any) > 1 else text)
    if group.none:
        parts.append(_joined([_denied(part) for part in group.none], "and"))
    text = ", and ".join(parts)
    return f"({text})" if inner and len(group.all) + len(group.any) + len(group.none) > 1 else text


def _part(part: Condition | Group) -> str:
    if isinstance(part, Group):
        return _group(part, inner=True)
    if isinstance(part.value, bool):
        return (
            "it has an attachment" if part.value is (part.operator is Operator.IS) else "it has no attachment"
        )
    return _says(part, OPERATOR_WORDS[part.operator])


def _denied(part: Condition | Group) -> str:
    """The opposite, in the words of its own operator where there are such words."""
    if isinstance(part, Condition) and isinstance(part.value, bool):
        return _part(part.model_copy(update={"value": not part.value}))
    if isinstance(part, Condition) and part.operator in OPPOSITES:
        return _says(part, OPPOSITES[part.operator])
    return f"it is not true that {_part(part)}"


def _says(part: Condition, holds: str) -> str:
    says = f"{FIELD_WORDS[part.field]} {holds}"
    if part.operator in NO_VALUE:
        return says
    fixed = FAMILIES[part.field] is Family.CHOICE
    named = plain if fixed else '"{}"'.format
    if isinstance(part.value, tuple):
        most = len(part.value) if fixed else _MOST_WORDS  # what a rule chooses from is said whole
        return f"{says} {listed([named(word) for word in part.value], 'or', most)}"
    return f"{says} {named(part.value)}" if isinstance(part.value, str) else f"{says} {part.value}"


def _consequences(then: Actions) -> list[str]:
    says = []
    if then.team:
        says.append(f"send it to {then.team}")
    if then.person:
        turns = then.person == "round_robin"
        says.append("give it to the next person in turn" if turns else f"give it to {then.person}")
    if then.kind:
        says.append(f"call it {plain(then.kind)}")
    if then.priority:
        says.append(f"make it {plain(then.priority)}")
    if then.topics:
        says.append(f"add the topic {_joined([plain(one) for one in then.topics], 'and')}")
    if then.flags:
        says.append(f"raise the flag {_joined([plain(one) for one in then.flags], 'and')}")
    says.extend(_clock(order) for order in then.clocks)
    if then.draft:
        says.append(f'lay the draft "{then.draft}" ready')
    if then.acknowledge is False:
        says.append("send no acknowledgement")
    if then.hold:
        says.append(f"hold it: {then.hold.rstrip('.')}")
    if then.notify:
        says.append(f"tell {_joined([_told(one) for one in then.notify], 'and')}")
    if then.link:
        says.append("link it with the person's other open cases")
    if then.webhook:
        says.append(f"call {host_of(then.webhook)}")
    return says


def _told(name: str) -> str:
    return f"the {name}" if name == NAMED_LEAD else name


def host_of(address: str) -> str:
    """The host of a web address: the rest of it may be a secret."""
    return urlsplit(address).hostname or "nowhere"


def _clock(order: ClockOrder) -> str:
    length = ""
    if order.amount:
        unit = (order.unit or Unit.WORKING_DAYS).replace("_", " ")
        length = f" of {order.amount} {unit.removesuffix('s') if order.amount == 1 else unit}"
    place = f" by the calendar of {order.nation}" if order.nation else ""
    return f"start the {clock_name(order.kind)} clock{length}{place}"


def clock_name(kind: str) -> str:
    """`first_reply` as `first reply`, in the middle of a sentence."""
    name = plain(kind)
    return f"{name[:1].lower()}{name[1:]}"


def _joined(parts: Sequence[str], word: str) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"
