"""The letter's link: one button that says an address is its owner's; only then does case mail go there."""

from sqlmodel import Session, col, select
from starlette.responses import Response

from inbox import acknowledgement, address_proofs
from inbox.database import find, find_or_none
from inbox.desk import open_desk
from inbox.errors import TooMany
from inbox.models import AddressProof, Case, Constituent, Message, MessageKind
from inbox.web.public.contact.place import Here, Place, both
from inbox.web.routers import page_router
from inbox.web.views.contact import ConfirmPage, PlainPage

router = page_router()


@both(router, "GET", "/confirm/{token}")
def ask(place: Here, token: str) -> Response:
    """Changes nothing, and is the same for every token: link scanners come here first."""
    return place.show(ConfirmPage(place.shell(), place.url(f"confirm/{token}")))


@both(router, "POST", "/confirm/{token}")
def confirm(place: Here, token: str) -> Response:
    """Proves the address, and acknowledges what waited for that."""
    if place.wiring.status_checks.wait(f"confirm {place.client}"):
        raise TooMany(place.or_call(place.say("form_too_many")), 600)
    with place.wiring.database.write(place.office.id) as session:
        proof = address_proofs.prove(session, token, place.now)
        if proof is not None and proof.proved_at == place.now:
            _acknowledge(place, session, proof)
    key = "form_not_confirmed" if proof is None else "form_confirmed"
    words = place.or_call(place.say(key)) if proof is None else place.say(key)
    view = PlainPage(place.shell(), place.say(f"{key}_title"), (words,))
    return place.show(view, status=404 if proof is None else 200)


def _acknowledge(place: Place, session: Session, proof: AddressProof) -> None:
    desk = open_desk(session, place.wiring.tools)
    case = find(session, Case, proof.case_id)
    query = select(Message).where(
        Message.case_id == case.id, Message.kind == MessageKind.FORM, Message.sender_handle == proof.address
    )
    message = session.exec(query.order_by(col(Message.id)).limit(1)).first()
    person = find_or_none(session, Constituent, case.constituent_id)
    if message is not None and person is not None:
        acknowledgement.acknowledge_later(session, desk, case, message, person, now=place.now)
