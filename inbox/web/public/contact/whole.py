"""The whole form at once, without cookies: where one request brings every answer (a frame, a program)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fastapi import UploadFile

from inbox import form_sessions
from inbox.form_sessions import Receipt, Visit
from inbox.web.public.contact import answers, files, guards, sending
from inbox.web.public.contact.answers import Wrong
from inbox.web.public.contact.place import Place
from inbox.web.views.contact import Patience
from routing.postcodes import normalised


def wrong_in_all(given: Mapping[str, str]) -> list[Wrong]:
    """What is wrong on any page, in the order of the pages."""
    found = (one for page in answers.PAGES for one in answers.wrong_in(page, given))
    return list(dict.fromkeys(found))  # one field may stand on two pages


def completed(given: Mapping[str, str]) -> dict[str, str]:
    """The answers as we keep them, the postcode in its proper form."""
    fresh = answers.cleaned(given)
    fresh["postcode"] = normalised(fresh.get("postcode", "")) or fresh.get("postcode", "")
    return {name: value for name, value in fresh.items() if value}


def earlier(place: Place, key: str) -> Receipt | None:
    """The receipt of what was sent under this key before."""
    with place.wiring.database.read(place.office.id) as session:
        visit = form_sessions.read(session, key, place.now)
    return visit.receipt if visit is not None and not visit.answers else None


def send(
    place: Place, key: str, given: Mapping[str, str], attempt: guards.Attempt | None,
    chosen: Sequence[UploadFile], via: str,
) -> Receipt | Patience | Wrong:  # fmt: skip
    """Sends it once under this key; or says what to wait for, or which file is refused.

    Without an `attempt` whoever sends was let in by other means. Raises TooMany and Unavailable.
    """
    with place.wiring.database.write(place.office.id) as session:
        visit = form_sessions.read(session, key, place.now)
        if visit is None or visit.receipt is None:
            patience = guards.check(session, place, attempt) if attempt is not None else None
            if patience is not None:
                return patience
            visit = visit or form_sessions.begin(session, given, place.now, key)
            refused = files.take(session, visit, chosen)
            if refused:
                form_sessions.drop(session, visit)
                return refused[0]
            visit = sending.promise(session, place, replace(visit, answers=dict(given)))
        kept = form_sessions.files(session, visit)
    return sending.deliver(place, visit, kept, via) if visit.answers else _receipt(visit)


def _receipt(visit: Visit) -> Receipt:
    if visit.receipt is None:
        raise LookupError("a visit without answers has no receipt")
    return visit.receipt
