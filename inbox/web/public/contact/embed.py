"""The form for a frame on the office's own site: one page, no cookie, all it needs in signed fields."""

from collections.abc import Sequence

from starlette.responses import Response

from inbox.errors import NotFound
from inbox.form_sessions import Receipt
from inbox.secrets import new_token, token_hash
from inbox.web.edge.headers import CONTENT_SECURITY_POLICY
from inbox.web.public.contact import guards, showing, whole
from inbox.web.public.contact.answers import Wrong
from inbox.web.public.contact.pages import Chosen
from inbox.web.public.contact.place import Here, Place, Typed, both
from inbox.web.routers import page_router
from inbox.web.views.contact import Patience

router = page_router()


@both(router, "GET", "/embed")
def show(place: Here) -> Response:
    """The empty form. Not there for an office that lists no site."""
    _listed(place)
    if not place.is_open:
        return _framed(place, place.closed())
    return _page(place, new_token(), {})


@both(router, "POST", "/embed")
def send(place: Here, given: Typed, chosen: Chosen = None) -> Response:
    """Everything at once. What is wrong comes back with what was typed; a second press sends nothing more."""
    _listed(place)
    if not place.is_open:
        return _framed(place, place.closed())
    key = given.get("key", "")[:100] or new_token()
    before = whole.earlier(place, key)
    if before is not None:
        return _sent(place, before)
    typed = whole.completed(given)
    uploads = [one for one in chosen or () if one.filename]
    again = [Wrong("files", "form_wrong_files_again")] if uploads else []
    if "go" in given:  # in the other language, which is this one
        return _page(place, key, typed, again)
    wrong = whole.wrong_in_all(typed)
    if wrong:
        return _page(place, key, typed, [*wrong, *again])
    subject = token_hash(key)[:32]
    begun = guards.read_ticket(place, given.get("ticket", ""), subject) or place.now
    attempt = guards.Attempt(subject, begun, typed.get("email", "").lower(), given)
    done = whole.send(place, key, typed, attempt, uploads, "embed")
    if isinstance(done, Receipt):
        return _sent(place, done)
    if isinstance(done, Patience):
        return _page(place, key, typed, again, done)
    return _page(place, key, typed, [done])


def _page(
    place: Place, key: str, typed: dict[str, str], wrong: Sequence[Wrong] = (),
    patience: Patience | None = None,
) -> Response:  # fmt: skip
    ticket = guards.new_ticket(place, token_hash(key)[:32])
    view = showing.embedded(place, key, ticket, typed, wrong, patience)
    return _framed(place, place.show(view, status=422 if wrong or patience else 200))


def _sent(place: Place, receipt: Receipt) -> Response:
    return _framed(place, place.show(showing.sent_in_frame(place, receipt)))


def _listed(place: Place) -> list[str]:
    """The sites that may show it. Raises NotFound where there are none."""
    if not place.office.embed_sites:
        raise NotFound
    return place.office.embed_sites


def _framed(place: Place, response: Response) -> Response:
    """The one page that others may frame: exactly the listed sites."""
    sites = " ".join(_listed(place))
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.replace(
        "frame-ancestors 'none'", f"frame-ancestors {sites}"
    )
    return response
