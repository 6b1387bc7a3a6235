"""What became of a message on its platform: edited, taken back, hidden; where it stands; hiding it."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from inbox import address_proofs, hiding, people
from inbox.access import Action, Person, may
from inbox.desk import Desk
from inbox.models import Case, Constituent, Handle, Message, MessageKind
from inbox.web.views.messages import Place
from inbox.web.views.parts import Act, Badge, Tone


def called(session: Session, addresses: Iterable[str]) -> Mapping[str, str]:
    """The names of people whom a platform knows by a number; email addresses are shown as they are."""
    numbers = {one for one in addresses if one.isdigit()}
    if not numbers:
        return {}
    query = (
        select(Handle.address, Constituent.name)
        .join(Constituent, col(Constituent.id) == Handle.constituent_id)
        .where(col(Handle.channel_kind).in_(people.PLATFORMS), col(Handle.address).in_(numbers))
    )
    return dict(session.exec(query).all())


def fates(session: Session, case: Case | None, rows: Sequence[Message]) -> dict[str, tuple[Badge, ...]]:
    """By message; what is as it was said is not named."""
    later = select(Message.edit_of).where(col(Message.edit_of).in_([row.id for row in rows]))
    reworded = set(session.exec(later))
    hidden = {name for name, one in _sights(session, case, rows).items() if one.is_hidden}
    found = {row.id: _fate(row, row.id in reworded, row.id in hidden) for row in rows}
    return {name: badges for name, badges in found.items() if badges}


def place(link: str | None) -> Place | None:
    """Where its platform shows it; only web addresses."""
    parts = urlsplit(link or "")
    return Place(link or "", parts.hostname) if parts.scheme == "https" and parts.hostname else None


def acts(session: Session, desk: Desk, person: Person, case: Case, rows: Sequence[Message]) -> dict[str, Act]:
    """By message: hide it from the public, or show it again."""
    if not may(person, Action.SEND, case):
        return {}
    sights = _sights(session, case, rows)
    found = _to_ask(session, case, rows)
    for row in rows:
        if not hiding.can_hide(desk, row):
            continue
        sight = sights.get(row.id, hiding.Sight())
        is_hidden = sight.is_hidden if sight.wanted is None else sight.wanted
        words = "Show it to everyone again" if is_hidden else "Hide from the public"
        hidden = "no" if is_hidden else "yes"
        url = f"/cases/{case.reference}/messages/{row.id}/hide"
        found[row.id] = Act(words, url, fields=(("hidden", hidden),))
    return found


def _to_ask(session: Session, case: Case, rows: Sequence[Message]) -> dict[str, Act]:
    """By message of the form: ask an address, or ask it once more, that nobody has confirmed yet."""
    forms = {row.sender_handle: row for row in rows if row.kind == MessageKind.FORM and row.sender_handle}
    waiting = address_proofs.unproved(session, list(forms)) if forms else []
    asked = address_proofs.asked(session, waiting) if waiting else {}
    return {
        forms[address].id: Act(
            address_proofs.ASK_AGAIN if address in asked else address_proofs.ASK,
            f"/cases/{case.reference}/messages/{forms[address].id}/ask-again",
        )
        for address in waiting
    }


def _sights(session: Session, case: Case | None, rows: Sequence[Message]) -> dict[str, hiding.Sight]:
    is_public = any(row.kind in ("comment", "post") for row in rows)
    return hiding.sights(session, case.id) if case is not None and is_public else {}


def _fate(row: Message, is_reworded: bool, is_hidden: bool) -> tuple[Badge, ...]:
    found: list[Badge] = []
    is_letter = row.kind == MessageKind.LETTER
    if is_reworded:
        found.append(Badge("As a program read it" if is_letter else "Earlier wording", Tone.CALM))
    if row.edit_of:
        found.append(Badge("Compared with its pages" if is_letter else "Edited", Tone.CALM))
    if row.withdrawn_at is not None:
        found.append(Badge("Taken back", Tone.SOON, "undo"))
    if is_hidden:
        found.append(Badge("Hidden from the public", Tone.CALM, "lock"))
    return tuple(found)
