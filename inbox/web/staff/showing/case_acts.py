"""What can be done with a case: the common acts as buttons, the rare ones grouped behind one, all by key."""

from dataclasses import dataclass

from sqlmodel import Session

from inbox import channels
from inbox.access import Action, Person, may
from inbox.desk import Desk
from inbox.models import Case, CaseStatus
from inbox.web.staff.showing import composer_page, enquiry_pages, reading_pane
from inbox.web.views.case import Rare
from inbox.web.views.parts import Act, Link, Menu

_ENDED = (CaseStatus.RESOLVED, CaseStatus.CLOSED)
_SHOWN = frozenset({"Give to"})
_SHOWN_OF_NEW = frozenset({"Give to", "Move"})
"""The menus that stand beside the common buttons: whose it is, and where a new message goes."""


@dataclass(frozen=True, slots=True)
class Doing:
    """The buttons of a case, and `more`, the groups behind one button."""

    links: tuple[Link, ...]
    menus: tuple[Menu, ...]
    acts: tuple[Act, ...]
    more: tuple[Rare, ...]


def on_case(session: Session, desk: Desk, person: Person, case: Case) -> Doing:
    """What this person can do with the case; no group of the rare acts is empty."""
    url = f"/cases/{case.reference}"
    chase = enquiry_pages.next_link(session, case, "f") if may(person, Action.DRAFT, case) else None
    menus = reading_pane.menus(session, desk, person, case, "") if may(person, Action.TRIAGE, case) else ()
    shown = _SHOWN_OF_NEW if case.status == CaseStatus.NEW else _SHOWN
    groups = (
        Rare("Write down", _written_down(person, case, url)),
        Rare("Ask", _asked(desk, person, case, url, chase)),
        Rare("Sort again", (), tuple(one for one in menus if one.label not in shown),
             reading_pane.acts(person, case, "")),
        Rare("With other cases", _with_others(person, case, url)),
    )  # fmt: skip
    return Doing(
        links=_common(session, desk, person, case, url, chase),
        menus=tuple(one for one in menus if one.label in shown),
        acts=_turn(person, case, url),
        more=tuple(one for one in groups if one.links or one.menus or one.acts),
    )


def _common(
    session: Session, desk: Desk, person: Person, case: Case, url: str, chase: Link | None
) -> tuple[Link, ...]:
    """Reply, note, ask or chase, done."""
    found = []
    if composer_page.may_begin(session, desk, person, case):
        found.append(Link("Reply", f"{url}?write=reply#text", "r"))
    if may(person, Action.NOTE, case):
        found.append(Link("Note", f"{url}?write=note#text", "i"))
    if may(person, Action.DRAFT, case):
        found.append(chase or _ask(url, "f"))
    if may(person, Action.CLOSE, case) and case.status not in _ENDED:
        found.append(Link("Done", f"{url}/close", "d"))
    return tuple(found)


def _turn(person: Person, case: Case, url: str) -> tuple[Act, ...]:
    """What takes a case that waits, or is finished, into work again."""
    waiting = case.status in (CaseStatus.WAITING_BODY, CaseStatus.WAITING_CONSTITUENT)
    ended = case.status in _ENDED
    if not (waiting or ended) or not may(person, Action.TRIAGE, case):
        return ()
    return (Act("Open it again" if ended else "Our turn again", f"{url}/resume"),)


def _ask(url: str, key: str | None) -> Link:
    return Link("Ask an organisation", f"{url}/enquiries/new", key)


def _written_down(person: Person, case: Case, url: str) -> tuple[Link, ...]:
    if not may(person, Action.NOTE, case):
        return ()
    return (Link("Log a call", f"{url}/log", "l"), Link("Appointment", f"{url}/appointments/new"))


def _asked(desk: Desk, person: Person, case: Case, url: str, chase: Link | None) -> tuple[Link, ...]:
    """Asking somebody new where the button above chases; a street fault where a council takes them."""
    if not may(person, Action.DRAFT, case):
        return ()
    councils = any(channels.services(one) for one in desk.channels.values())
    again = (_ask(url, None),) if chase else ()
    return (*again, *((Link("Hand on a street fault", f"{url}/faults/new"),) if councils else ()))


def _with_others(person: Person, case: Case, url: str) -> tuple[Link, ...]:
    if not may(person, Action.TRIAGE, case):
        return ()
    split = (Link("Split", f"{url}/split", "s"),) if case.message_count > 1 else ()
    return (Link("Add to a case", f"{url}/attach", "c"), *split, Link("Link", f"{url}/links"))
