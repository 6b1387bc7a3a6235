"""Who is here and for what, in words."""

from datetime import date

from inbox.dates import long_date
from inbox.models import Staff
from inbox.web.staff.showing import words as say
from inbox.web.views.parts import Choice
from routing.taking import WELSH
from routing.words import Topic


def skills(staff: Staff) -> str:
    """ "Has housing social, passports, Welsh." Nothing where nobody said."""
    named = [skill_name(one) for one in staff.skills]
    return f"Has {', '.join(named)}." if named else ""


def skill_name(skill: str) -> str:
    return "Welsh" if skill == WELSH else say.topic(skill).lower()


def choices(staff: Staff) -> tuple[Choice, ...]:
    """Everything that can be somebody's, with what is theirs ticked."""
    return tuple(
        Choice(one, "Welsh" if one == WELSH else say.topic(one), one in staff.skills)
        for one in (WELSH, *map(str, Topic))
    )


def away(staff: Staff, today: date) -> str:
    """ "Away until Friday 5 June 2026"; nothing for somebody who is here, or was."""
    if staff.away_from is None or (staff.away_until is not None and staff.away_until < today):
        return ""
    until = f" until {long_date(staff.away_until)}" if staff.away_until else ""
    return f"Away{until}" if staff.away_from <= today else f"Away from {long_date(staff.away_from)}{until}"
