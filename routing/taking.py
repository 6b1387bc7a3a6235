"""Who may be given which case: teams, skills and absence, decided over plain facts.

A case calls for a skill when somebody at work has it: a topic that is named as somebody's, or Welsh. It goes
to those who have one of the topics it calls for (and Welsh, if it is in Welsh). Where the only people with a
skill are away, anybody may take it; a case that is Immediate or a risk to life never waits for a skill.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from routing.words import LIFE_FLAGS, Flag, Language, Priority

WELSH = "welsh"


@dataclass(frozen=True, slots=True)
class Worker:
    """One person at work in an office. `skills` are topic codes and `welsh`; away days count whole, both
    ends too, and an absence without an end has none yet."""

    id: str
    skills: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    away_from: date | None = None
    away_until: date | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is asked of a case that nobody has."""

    topics: tuple[str, ...] = ()
    language: str = Language.ENGLISH
    team: str | None = None
    priority: str = Priority.STANDARD
    flags: frozenset[str] = frozenset()


def is_away(worker: Worker, day: date) -> bool:
    if worker.away_from is None or day < worker.away_from:
        return False
    return worker.away_until is None or day <= worker.away_until


def may_take(case: Waiting, worker: Worker, everybody: Collection[Worker], day: date) -> bool:
    """Whether this case is one for `worker`; `everybody` is who works in the office, `worker` among them."""
    if case.flags & {str(flag) for flag in LIFE_FLAGS}:
        return True
    if case.team is not None and worker.teams and case.team not in worker.teams:
        return False
    if case.priority == Priority.IMMEDIATE:
        return True
    at_work = [one for one in everybody if not is_away(one, day)]
    skills = frozenset[str]().union(*(one.skills for one in at_work))
    called_for = skills.intersection(case.topics)
    if called_for and not called_for & worker.skills:
        return False
    speaks = case.language != Language.WELSH and Flag.WELSH not in case.flags
    return speaks or WELSH not in skills or WELSH in worker.skills
