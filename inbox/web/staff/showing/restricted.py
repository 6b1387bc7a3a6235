"""A restricted case: who can still open it, said before it is restricted and on its page afterwards."""

from dataclasses import dataclass

from inbox.access import Person, may_know
from inbox.alerts import person_of
from inbox.desk import Desk
from inbox.models import Case, Staff
from inbox.web.views.parts import Notice, Tone


@dataclass(frozen=True, slots=True)
class _Restricted:
    """What the policy reads of a case, as it is once the case is restricted."""

    office_id: str
    assignee_id: str | None
    channel_id: str | None
    is_restricted: bool = True


def notices(desk: Desk, case: Case) -> tuple[Notice, ...]:
    """Who can open this case, where not everybody can."""
    if not case.is_restricted:
        return ()
    words = (
        f"{_only(desk, case)} For everybody else it does not exist. Whoever it is given to can open it too."
    )
    return (Notice(words, Tone.GUARD, "Restricted"),)


def effects(desk: Desk, person: Person, case: Case) -> tuple[str, ...]:
    """What it means to restrict a case, for whoever is about to."""
    found = [
        _only(desk, case),
        "For everybody else it does not exist: it is in no list, no number and no search, and its address is "
        "not found.",
        "To undo it, one of them takes the flag Restricted off, under Change facts.",
    ]
    if not may_know(person, _as_restricted(case)):
        found.insert(1, "You are not one of them: you will not see this case again.")
    return tuple(found)


def _only(desk: Desk, case: Case) -> str:
    facts = _as_restricted(case)
    able = [one for one in desk.staff.values() if one.is_active and may_know(person_of(desk, one), facts)]
    named = [f"{one.name} ({_why(desk, case, one)})" for one in sorted(able, key=lambda each: each.name)]
    if not named:
        return "Nobody can open it: it is nobody’s, and the office has no manager and no safeguarding lead."
    together = " and ".join(part for part in (", ".join(named[:-1]), named[-1]) if part)
    return f"Only {together} can open it."


def _why(desk: Desk, case: Case, staff: Staff) -> str:
    if staff.id == case.assignee_id:
        return "has the case"
    return "safeguarding lead" if staff.id == desk.office.named_lead else "manager"


def _as_restricted(case: Case) -> _Restricted:
    return _Restricted(case.office_id, case.assignee_id, case.channel_id)
