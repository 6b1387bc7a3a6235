"""Tries other rules on what is here already, and says what they would have changed.

Letters that opened a case, letters that came to one (they raise the alarm and move nothing), what people
changed on cases, and open cases as they stand: each as of when it was, by the code that live mail runs, under
the rules of now and under the others. Nothing is changed.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, true
from sqlmodel import Session

from inbox.desk import Desk
from inbox.rules_replay import acts, letters
from inbox.rules_replay.outcome import Change, Moved, Occasion, Replay, cases_of
from routing.engine import compile_rules
from routing.rules import Rule, Trigger

__all__ = ["Change", "Moved", "Occasion", "Replay", "cases_of", "replay"]


def replay(
    session: Session, desk: Desk, rules: Sequence[Rule], *, last: int, now: datetime,
    since: datetime | None = None, is_enough: Callable[[], bool] = lambda: False,
    may_know: ColumnElement[bool] | None = None,
) -> Replay:  # fmt: skip
    """The newest `last` letters of people since `since`, until `is_enough`; and as many changes and open
    cases, where the rules that are read then would be others.

    A case outside `may_know` is not tried: what a rule makes of a letter tells what stands in it. None: all.
    """
    other = compile_rules(rules)
    known = true() if may_know is None else may_know
    trial = acts.Trial(session, desk, other, known, last, since, is_enough)
    changed = acts.changes(trial) if trial.differs(Trigger.CHANGE) else acts.NOTHING
    open_now = acts.open_cases(trial, now) if trial.differs(Trigger.TIME) else acts.NOTHING
    read = letters.read(session, desk, other, last=last, since=since, is_enough=is_enough, may_know=known)
    return Replay(
        messages=read.messages, of=read.of, later=read.later, changes_made=changed.tried,
        open_cases=open_now.tried, moved=(*read.moved, *changed.moved, *open_now.moved),
    )  # fmt: skip
