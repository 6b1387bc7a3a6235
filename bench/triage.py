"""What triage costs for each message: read, weighed, and sent through 200 rules with 2,000 words."""

import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from bench.measuring import report, timed
from bench.training import TUNED
from routing import engine
from routing.assessment import MessageFacts, assess
from routing.evaluation import teach
from routing.facts import CaseFacts
from routing.labelled import read_labelled
from routing.learning import Learned
from routing.rule_files import rule_set_from_json
from routing.rules import Rule
from routing.words import LIFE_FLAGS
from routing.working_time import WorkingCalendar

NOW = datetime(2026, 5, 5, 10, tzinfo=UTC)
MEAN_LENGTH = 665
"""Characters of an ordinary message."""
RULES = 200
LESSONS = 3_000
WORDS_EACH = 10
HOSTILE = {
    "one word": "a" * 1_000_000,
    "threats": "kill you " * 111_111,
    "full stops": "a. " * 333_333,
    "postcodes": "ZZ10 4AB " * 111_111,
    "new words": " ".join(f"w{number}x" for number in range(140_000)),
}


def run(count: int = 2_000) -> None:
    """Ordinary mail, then hostile texts of a megabyte."""
    rules = engine.compile_rules(_rules())
    sample = [MessageFacts(text, NOW) for text in _texts(count)]
    calendar = WorkingCalendar()
    times = timed([partial(_triage, one, rules, calendar) for one in sample], warm=200)
    slowest = sorted(times.wall)[int(len(times.wall) * 0.99)]
    report("triage", messages=count, cpu_mean_ms=times.cpu, p50_ms=times.p50, p99_ms=slowest)
    learned = teach(list(read_labelled(TUNED))[:LESSONS], None)
    taught = timed([partial(_triage, one, rules, calendar, learned) for one in sample], warm=200)
    slowest = sorted(taught.wall)[int(len(taught.wall) * 0.99)]
    report("triage", messages=count, lessons=LESSONS, cpu_mean_ms=taught.cpu, p50_ms=taught.p50,
           p99_ms=slowest)  # fmt: skip
    for name, text in HOSTILE.items():
        hostile = timed([partial(_triage, MessageFacts(text, NOW), rules, calendar)], warm=0)
        report("triage", hostile=name, cpu_ms=hostile.cpu)


def _triage(
    message: MessageFacts,
    rules: engine.CompiledRules,
    calendar: WorkingCalendar,
    learned: Learned | None = None,
) -> None:
    found = assess(message, None, learned)
    facts = CaseFacts(
        received=message.received_at,
        text=message.text,
        kind=found.kind,
        topics=found.topics,
        flags=found.flags,
        priority=found.priority,
    )
    engine.decide(facts, rules, now=NOW, calendar=calendar)


def _texts(count: int) -> Sequence[str]:
    """Labelled messages without risk put one after another until they are as long as ordinary mail."""
    chance = random.Random(7)
    texts = [one.message.text for one in read_labelled(TUNED) if not one.flags & LIFE_FLAGS]
    found = []
    for _ in range(count):
        text = chance.choice(texts)
        while len(text) < MEAN_LENGTH - 40:
            text += "\n\n" + chance.choice(texts)
        found.append(text)
    return found


def _rules() -> Sequence[Rule]:
    """Rules on words that hardly ever stand in a message, as most of an office's do."""
    made = [
        {
            "name": f"Rule {number}",
            "position": number + 1,
            "when": {
                "any": [
                    {
                        "field": "message",
                        "operator": "word_list",
                        "value": [f"word{number}x{each}" for each in range(WORDS_EACH)],
                    }
                ]
            },
            "then": {"topics": ["council-services"]},
        }
        for number in range(RULES)
    ]
    return rule_set_from_json(json.dumps({"format": "casework-inbox/rules", "version": 1, "rules": made}))
