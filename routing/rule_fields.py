"""Which operators suit which field, which values they take, and how both read in English."""

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import Enum, StrEnum

from routing.rules import CaseStatus, FieldName, Operator, Trigger
from routing.words import (
    ClockState,
    ConstituencyState,
    Flag,
    Kind,
    Language,
    Machine,
    MessageKind,
    Priority,
    Topic,
)


class Family(Enum):
    """The kinds of value a field may hold."""

    WORDS = "words"
    NAME = "name"
    CHOICE = "choice"
    NUMBER = "number"
    YES_NO = "yes or no"
    MOMENT = "moment"


F, OP = FieldName, Operator

FAMILIES: Mapping[FieldName, Family] = {
    **dict.fromkeys((F.MESSAGE, F.SUBJECT, F.TEXT, F.FROM_ADDRESS, F.FROM_DOMAIN, F.FROM_NAME), Family.WORDS),
    **dict.fromkeys((F.TO, F.CHANNEL, F.CAMPAIGN, F.ATTACHMENT_TYPE, F.TEAM, F.PERSON), Family.NAME),
    **dict.fromkeys((F.MESSAGE_KIND, F.MACHINE, F.KIND, F.TOPIC, F.FLAG), Family.CHOICE),
    **dict.fromkeys((F.LANGUAGE, F.PRIORITY, F.CONSTITUENCY, F.STATUS, F.CLOCK), Family.CHOICE),
    **dict.fromkeys((F.SCORE, F.OPEN_CASES, F.PREVIOUS_CASES, F.MESSAGE_COUNT, F.SAMPLE), Family.NUMBER),
    F.HAS_ATTACHMENT: Family.YES_NO,
    **dict.fromkeys((F.RECEIVED, F.LAST_HEARD, F.UPDATED, F.NEXT_DUE), Family.MOMENT),
}

LATER = frozenset({F.STATUS, F.CLOCK, F.LAST_HEARD, F.UPDATED, F.NEXT_DUE, F.MESSAGE_COUNT})
"""What says nothing yet as the first message of a case arrives."""

OF_TIME = frozenset({F.RECEIVED, F.LAST_HEARD, F.UPDATED, F.NEXT_DUE, F.CLOCK})
"""What a rule on time must ask for, or it would apply to every open case at once."""

CHANGEABLE = frozenset(
    {F.STATUS, F.TEAM, F.PERSON, F.PRIORITY, F.KIND, F.TOPIC, F.FLAG, F.CAMPAIGN, F.LANGUAGE, F.CONSTITUENCY}
)
"""What people change on a case; what was written never changes."""

TRIGGER_WORDS: Mapping[Trigger, str] = {
    Trigger.ARRIVAL: "when a message arrives",
    Trigger.CHANGE: "when a case changes",
    Trigger.TIME: "as time passes",
}

CHOICES: Mapping[FieldName, type[StrEnum]] = {
    F.MESSAGE_KIND: MessageKind,
    F.MACHINE: Machine,
    F.KIND: Kind,
    F.TOPIC: Topic,
    F.FLAG: Flag,
    F.LANGUAGE: Language,
    F.PRIORITY: Priority,
    F.CONSTITUENCY: ConstituencyState,
    F.STATUS: CaseStatus,
    F.CLOCK: ClockState,
}

NO_VALUE = frozenset(
    {OP.IS_SET, OP.IS_NOT_SET, OP.IN_WORKING_TIME, OP.NOT_IN_WORKING_TIME, OP.HAS_CHANGED, OP.HAS_PASSED}
)
LISTS = frozenset({OP.IS_ANY_OF, OP.IS_NONE_OF, OP.WORD_LIST})
_ALWAYS = frozenset({OP.IS_SET, OP.IS_NOT_SET, OP.HAS_CHANGED})
_EQUAL = _ALWAYS | {OP.IS, OP.IS_NOT, OP.IS_ANY_OF, OP.IS_NONE_OF}
_PARTS = _EQUAL | {OP.CONTAINS, OP.CONTAINS_NOT, OP.STARTS_WITH, OP.ENDS_WITH}

OPERATORS: Mapping[Family, frozenset[Operator]] = {
    Family.WORDS: _PARTS | {OP.WORD_LIST, OP.MATCHES},
    Family.NAME: _PARTS,
    Family.CHOICE: _EQUAL,
    Family.NUMBER: _ALWAYS | {OP.IS, OP.IS_NOT, OP.LESS, OP.AT_MOST, OP.MORE, OP.AT_LEAST},
    Family.YES_NO: frozenset({OP.IS, OP.IS_NOT, OP.HAS_CHANGED}),
    Family.MOMENT: frozenset(
        {
            OP.BEFORE,
            OP.AFTER,
            OP.WITHIN_LAST,
            OP.WITHIN_NEXT,
            OP.HAS_PASSED,
            OP.IS_SET,
            OP.IS_NOT_SET,
            OP.IN_WORKING_TIME,
            OP.NOT_IN_WORKING_TIME,
        }
    ),
}

FIELD_WORDS: Mapping[FieldName, str] = {
    F.MESSAGE: "the subject or text",
    F.SUBJECT: "the subject",
    F.TEXT: "the text",
    F.FROM_ADDRESS: "the sender's address",
    F.FROM_DOMAIN: "the sender's domain",
    F.FROM_NAME: "the sender's name",
    F.TO: "the address it was sent to",
    F.CHANNEL: "the channel",
    F.MESSAGE_KIND: "the form it came in",
    F.MACHINE: "the machine mark",
    F.KIND: "the kind",
    F.TOPIC: "the topic",
    F.FLAG: "the flag",
    F.LANGUAGE: "the language",
    F.PRIORITY: "the priority",
    F.CONSTITUENCY: "the constituency",
    F.CAMPAIGN: "the campaign",
    F.ATTACHMENT_TYPE: "an attachment's type",
    F.HAS_ATTACHMENT: "having an attachment",
    F.SCORE: "the score",
    F.OPEN_CASES: "the number of the sender's open cases",
    F.PREVIOUS_CASES: "the number of the sender's earlier cases",
    F.RECEIVED: "the time it came",
    F.STATUS: "the status",
    F.TEAM: "the team",
    F.PERSON: "the person who has it",
    F.CLOCK: "a clock",
    F.LAST_HEARD: "the time the person last wrote",
    F.UPDATED: "the time of the last change",
    F.NEXT_DUE: "the next promised date",
    F.MESSAGE_COUNT: "the number of messages",
    F.SAMPLE: "the number drawn for it (0 to 99)",
}

OPERATOR_WORDS: Mapping[Operator, str] = {
    OP.CONTAINS: "contains",
    OP.CONTAINS_NOT: "does not contain",
    OP.IS: "is",
    OP.IS_NOT: "is not",
    OP.IS_ANY_OF: "is one of",
    OP.IS_NONE_OF: "is none of",
    OP.STARTS_WITH: "starts with",
    OP.ENDS_WITH: "ends with",
    OP.WORD_LIST: "has one of the words",
    OP.MATCHES: "matches the pattern",
    OP.LESS: "is less than",
    OP.AT_MOST: "is at most",
    OP.MORE: "is more than",
    OP.AT_LEAST: "is at least",
    OP.IS_SET: "is known",
    OP.IS_NOT_SET: "is not known",
    OP.BEFORE: "is before",
    OP.AFTER: "is after",
    OP.WITHIN_LAST: "is within the last",
    OP.WITHIN_NEXT: "is within the next",
    OP.HAS_PASSED: "has passed",
    OP.IN_WORKING_TIME: "is in working time",
    OP.NOT_IN_WORKING_TIME: "is outside working time",
    OP.HAS_CHANGED: "has changed",
}

OPPOSITES: Mapping[Operator, str] = {
    OP.CONTAINS: OPERATOR_WORDS[OP.CONTAINS_NOT],
    OP.CONTAINS_NOT: OPERATOR_WORDS[OP.CONTAINS],
    OP.IS: OPERATOR_WORDS[OP.IS_NOT],
    OP.IS_NOT: OPERATOR_WORDS[OP.IS],
    OP.IS_ANY_OF: OPERATOR_WORDS[OP.IS_NONE_OF],
    OP.IS_NONE_OF: OPERATOR_WORDS[OP.IS_ANY_OF],
    OP.STARTS_WITH: "does not start with",
    OP.ENDS_WITH: "does not end with",
    OP.WORD_LIST: "has none of the words",
    OP.MATCHES: "does not match the pattern",
    OP.IS_SET: OPERATOR_WORDS[OP.IS_NOT_SET],
    OP.IS_NOT_SET: OPERATOR_WORDS[OP.IS_SET],
    OP.HAS_PASSED: "has not passed",
    OP.HAS_CHANGED: "has not changed",
    OP.IN_WORKING_TIME: OPERATOR_WORDS[OP.NOT_IN_WORKING_TIME],
    OP.NOT_IN_WORKING_TIME: OPERATOR_WORDS[OP.IN_WORKING_TIME],
}
"""How it reads that an operator does not hold, where one word says it."""

_STRETCH = re.compile(r"(\d{1,5}) (minute|hour|day|week|working day)s?")


def as_stretch(value: object) -> timedelta | None:
    """The length that "3 days" or "2 hours" names, or None; also None for working days."""
    found = _STRETCH.fullmatch(str(value).removesuffix(" ago"))
    if found is None or found[2] == "working day":
        return None
    return timedelta(**{f"{found[2]}s": int(found[1])})


def as_working_days(value: object) -> int | None:
    """How many working days "3 working days ago" names, or None."""
    found = _STRETCH.fullmatch(str(value).removesuffix(" ago"))
    return int(found[1]) if found is not None and found[2] == "working day" else None
