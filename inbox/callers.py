"""Who rang, came or wrote a letter: somebody known, or somebody new, and what they said of themselves."""

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, select

from connectors.contract import Handle as Address
from inbox import people
from inbox.models import Case, Constituent
from routing.words import ConstituencyState


def known_by(session: Session, email: str, visible: ColumnElement[bool]) -> Constituent | None:
    """Who uses that address, unless all that is known of them stands on cases the writer may not know."""
    known = people.known_by(session, "email", email)
    if known is None:
        return None
    cases = select(Case.id).where(Case.constituent_id == known.id).limit(1)
    is_hidden = session.exec(cases).first() is not None and session.exec(cases.where(visible)).first() is None
    return None if is_hidden else known


def somebody_new(session: Session, name: str, email: str, *, language: str, now: datetime) -> Constituent:
    """A person of their own; an address that is another's already stays with the other."""
    is_free = not email or people.known_by(session, "email", email) is None
    return people.add(session, "email", Address(name, email if is_free else ""), language=language, now=now)


def tell(person: Constituent, told: dict[str, str], *, is_sure: bool) -> dict[str, str]:
    """Keeps what was told of a person, by the name of the fact; returns what we had that differs from it.

    That is replaced only by staff (`is_sure`): what a machine passes on, anybody may have typed.
    """
    before = {name: str(getattr(person, name) or "") for name in told}
    differing = {name: had for name, had in before.items() if had and told[name] and had != told[name]}
    for name, value in told.items():
        if value and value != before[name] and (is_sure or name not in differing):
            setattr(person, name, value)
    if told["postcode"] and person.postcode == told["postcode"]:
        person.postcode_typed = True
        if person.postcode != before["postcode"]:
            person.constituency = ConstituencyState.UNKNOWN  # whatever an earlier postcode made of it
    return differing


def differences(
    session: Session, person: Constituent, email: str, told: dict[str, str], before: dict[str, str], *,
    is_sure: bool,
) -> list[str]:  # fmt: skip
    """The lines of a note on the new case, so that nothing is lost: what we had, or was told in vain."""
    lines = [
        f"{name.capitalize()} was: {had}." if is_sure else f"They gave another {name}: {told[name]}."
        for name, had in before.items()
    ]
    if email and email not in people.addresses(session, person.id, "email"):
        lines.append(f"They gave the address {email}. Check it with them before you write there.")
    return lines
