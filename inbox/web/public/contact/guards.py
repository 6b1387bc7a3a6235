"""What keeps machines from flooding the form, and lets every person through: patience instead of riddles.

Nobody is refused for being quick, for a field that a browser filled in, or for a shared network: they wait a
few seconds and press the button again. A browser that runs our script does some sums instead of waiting. Only
past the hard limits is anything refused, for an hour or a day, with the office's phone number.
"""

import base64
import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from inbox.errors import TooMany
from inbox.sign_in import throttle
from inbox.sign_in.throttle import Limit
from inbox.web.public.contact.place import Place
from inbox.web.views.contact import Patience

HONEYPOT = "website"
QUICKEST = timedelta(seconds=5)
"""No person reads and fills in the pages faster than this."""
WAIT = timedelta(seconds=20)
WORK_BITS = 16
TICKET_LIFE = timedelta(hours=2)

EASY_NETWORK, MOST_NETWORK = Limit(10, timedelta(hours=1)), Limit(120, timedelta(hours=1))
EASY_ADDRESS, MOST_ADDRESS = Limit(3, timedelta(days=1)), Limit(10, timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Attempt:
    """One press of the button: whose, since when they have been at it, and what the page carried."""

    subject: str
    begun_at: datetime
    address: str
    fields: Mapping[str, str]


def check(session: Session, place: Place, attempt: Attempt) -> Patience | None:
    """None: let it through, and it is counted. Raises TooMany past the hard limits."""
    keys = _keys(place, attempt.address)
    for key, _, most in keys:
        if throttle.reached(session, key, most, place.now):
            raise TooMany(place.or_call(place.say("form_too_many")), int(most.window.total_seconds()))
    is_easy = (
        not any(throttle.reached(session, key, easy, place.now) for key, easy, _ in keys)
        and place.now - attempt.begun_at >= QUICKEST
        and not attempt.fields.get(HONEYPOT)
    )
    if not is_easy and (patience := _patience(place, attempt)) is not None:
        return patience
    for key, _, most in keys:
        throttle.count(session, key, most, place.now)
    return None


def _patience(place: Place, attempt: Attempt) -> Patience | None:
    """What is still to be waited for; None once it was waited, or the sums were done."""
    ticket = attempt.fields.get("ticket", "")
    begun = read_ticket(place, ticket, attempt.subject)
    if begun is None:
        ticket, begun = new_ticket(place, attempt.subject), place.now
    if place.now - begun >= WAIT or is_done(ticket, attempt.fields.get("work", "")):
        return None
    seconds = max(1, int((begun + WAIT - place.now).total_seconds()))
    return Patience(place.say("form_wait", seconds=seconds), ticket, seconds, WORK_BITS)


def new_ticket(place: Place, subject: str) -> str:
    """A signed moment, for one visit to one office's form."""
    words = f"{place.office.id} {subject} {int(place.now.timestamp())}"
    return base64.urlsafe_b64encode(place.wiring.keys.mac("form ticket", words) + words.encode()).decode()


def read_ticket(place: Place, ticket: str, subject: str) -> datetime | None:
    """When a ticket of ours for this visit was given out; None for any other, and for an old one."""
    try:
        whole = base64.urlsafe_b64decode(ticket[:400].encode())
        words = whole[32:].decode()
        office_id, named, moment = words.split(" ")
    except ValueError:
        return None
    if not place.wiring.keys.is_mac("form ticket", words, whole[:32]):
        return None
    begun = datetime.fromtimestamp(int(moment), place.now.tzinfo)
    is_ours = office_id == place.office.id and named == subject
    return begun if is_ours and place.now - begun < TICKET_LIFE else None


def is_done(ticket: str, work: str) -> bool:
    """Whether `work` is a number that makes the hash of ticket and number begin with enough zero bits.

    A ticket holds for one visit and a visit is sent once, so that work done is used up by it.
    """
    if not work.isascii() or not work.isdigit() or len(work) > 12:
        return False
    digest = hashlib.sha256(f"{ticket}:{work}".encode()).digest()
    return int.from_bytes(digest[:4]) >> (32 - WORK_BITS) == 0


def network_of(client: str) -> str:
    """What counts as one network: an IPv4 address, or the /64 that one IPv6 household has."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return "unknown"
    return str(address) if address.version == 4 else str(ipaddress.ip_network(f"{client}/64", strict=False))


def _keys(place: Place, address: str) -> list[tuple[str, Limit, Limit]]:
    """What is counted, under names that tell no address: (key, past which patience is asked, the most)."""
    found = [(_key(place, "network", network_of(place.client)), EASY_NETWORK, MOST_NETWORK)]
    if address:
        found.append((_key(place, "address", address), EASY_ADDRESS, MOST_ADDRESS))
    return found


def _key(place: Place, what: str, words: str) -> str:
    return f"form {place.wiring.keys.mac(f'form {what}', f'{place.office.id} {words}').hex()}"
