"""Looks bodies up: by name, by another name, by address, by words."""

from sqlalchemy import ColumnElement, String, cast, func, or_
from sqlmodel import Session, col, select

from inbox.bodies.facts import BodyFacts, key_of
from inbox.models import Body, BodyVersion, ConsentRule, Enquiry
from routing.words import Nation, Unit

MOST = 500
"""As many lines as one page shows; more are found by searching."""


def facts_of(body: Body) -> BodyFacts:
    """What the directory says of this body now."""
    return BodyFacts(
        name=body.name,
        other_names=tuple(body.other_names),
        email=body.email,
        post=body.post,
        hotline=body.hotline,
        hotline_email=body.hotline_email,
        minister=body.minister,
        minister_email=body.minister_email,
        escalation=tuple(body.escalation),
        nation=Nation(body.nation) if body.nation else None,
        consent=ConsentRule(body.consent) if body.consent else None,
        third_party_consent=ConsentRule(body.third_party_consent) if body.third_party_consent else None,
        target=body.target,
        unit=Unit(body.unit),
    )


def listed(session: Session, most: int | None = None) -> list[Body]:
    """Every body that is in use, by name; or the first so many."""
    query = select(Body).where(col(Body.retired_at).is_(None))
    return list(session.exec(query.order_by(col(Body.key)).limit(most)))


def names(session: Session) -> dict[str, str]:
    """What every body that is in use is called, by its id, in the order of names."""
    query = select(Body.id, Body.name).where(col(Body.retired_at).is_(None))
    return dict(session.exec(query.order_by(col(Body.key))).all())


def search(session: Session, words: str) -> list[Body]:
    """The bodies in whose names or addresses all of these words stand, best first."""
    wanted = [key for word in words.split() if (key := key_of(word))]
    found = [body for body in listed(session) if all(word in _text(body) for word in wanted)]
    first = wanted[0] if wanted else ""
    return sorted(found, key=lambda body: (not body.key.startswith(first), body.key))[:MOST]


def known(session: Session, name: str, address: str = "") -> Body | None:
    """The body of that name, of that other name, or with that address; in this order."""
    key, address = key_of(name), address.strip().lower()
    in_use = select(Body).where(col(Body.retired_at).is_(None)).order_by(col(Body.key))
    found = session.exec(in_use.where(Body.key == key)).first() if key else None
    if found is None and key:
        named = select(Body.id, Body.other_names).where(
            col(Body.retired_at).is_(None), _has(Body.other_names)
        )
        ids = [one for one, others in session.exec(named) if key in map(key_of, others)]
        found = session.exec(in_use.where(col(Body.id).in_(ids[:1]))).first() if ids else None
    if found is None and address:
        found = session.exec(in_use.where(Body.email == address)).first()
    return found


def is_at(session: Session, address: str) -> bool:
    """Whether a body of the directory, or one that was asked, has this address."""
    address = address.strip().lower()
    asked = select(Enquiry.id).where(Enquiry.address == address).limit(1)
    if not address or session.exec(asked).first() is not None:
        return bool(address)
    own = or_(*(func.lower(one) == address for one in (Body.email, Body.hotline_email, Body.minister_email)))
    in_use = col(Body.retired_at).is_(None)
    if session.exec(select(Body.id).where(in_use, own).limit(1)).first() is not None:
        return True
    others = session.exec(select(Body.escalation).where(in_use, _has(Body.escalation)))
    return any(address == one.lower() for addresses in others for one in addresses)


def versions(session: Session, body: Body) -> list[BodyVersion]:
    """What its line said before and says now, newest first."""
    query = select(BodyVersion).where(BodyVersion.body_id == body.id)
    return list(session.exec(query.order_by(col(BodyVersion.version).desc())))


def _has(column: list[str]) -> ColumnElement[bool]:
    """That a list is not empty: most bodies have neither another name nor anybody to go to next."""
    return cast(col(column), String) != "[]"


def _text(body: Body) -> str:
    words = (body.name, *body.other_names, body.email or "", body.minister or "", *body.escalation)
    return " ".join(key_of(one) for one in words)
