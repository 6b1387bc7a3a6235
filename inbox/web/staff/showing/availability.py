"""Who is here and for what, in words."""

from datetime import date

from inbox.dates import long_date
from inbox.models import Staff
from inbox.web.staff.showing import words as say
from inbox.web.views.parts import Act, Choice, Link, Notice, Tone
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


def away(begins: date | None, ends: date | None, today: date) -> str:
    """ "Away until Friday 5 June 2026"; nothing for somebody who is here, or was away."""
    if begins is None or (ends is not None and ends < today):
        return ""
    until = f" until {long_date(ends)}" if ends else ""
    return f"Away{until}" if begins <= today else f"Away from {long_date(begins)}{until}"


def is_away(begins: date | None, ends: date | None, today: date) -> bool:
    return begins is not None and begins <= today and (ends is None or ends >= today)


def banner(begins: date | None, ends: date | None, today: date, unsorted: str) -> tuple[Notice, ...]:
    """What somebody who is away sees on each page, with the way back. `unsorted`: where it comes up."""
    if not is_away(begins, ends, today):
        return ()
    words = (
        "You are given nothing new. Your open cases stay yours; "
        f"what is written on them comes up in {unsorted}."
    )
    back, change = Act("I am back", "/settings/away/back"), Link("Change", "/settings/away")
    title = (
        f"You are {away(begins, ends, today).lower()}"
        if not ends
        else f"You are away until {long_date(ends)}"
    )
    return (Notice(words, Tone.SOON, title, (change,), (back,)),)
