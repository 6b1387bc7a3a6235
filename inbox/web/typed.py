"""What somebody typed into a form that could not be taken: given back, so that no word is lost."""

from starlette.datastructures import FormData
from starlette.requests import Request

from inbox.errors import CaseworkError, NotAllowed, NotSignedIn, Refused
from inbox.web.own_site import FORMS, STALE_PAGE, check_origin
from inbox.web.views.errors import Typed

LONGEST = 100_000
MOST = 30
SENTENCE = 15
_OURS = ("once", "version", "key", "ticket", "website")
_SECRET = ("csrf", "password", "code", "token", "secret", "next")


def given_back(request: Request, error: CaseworkError) -> tuple[Typed, ...]:
    """The fields of a form that was refused, where somebody wrote in it.

    Of a form that came too late (its session has ended, or its page is older than the session) all of them.
    Only to the browser that sent them from a page of ours, and never what is secret.
    """
    is_late = isinstance(error, NotSignedIn) or error.sentence == STALE_PAGE
    is_form = request.headers.get("content-type", "").startswith(FORMS)
    if request.method != "POST" or not is_form or "hx-request" in request.headers:
        return ()
    form = getattr(request, "_form", None)  # what was read: a body that was not is not waited for
    if not isinstance(form, FormData):
        return ()
    try:
        check_origin(request)
    except (NotAllowed, Refused):
        return ()
    words = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    found = tuple(
        Typed(name.replace("_", " ").strip().capitalize(), value[:LONGEST])
        for name, value in words[:MOST]
        if value.strip() and name not in _OURS and not any(secret in name for secret in _SECRET)
    )
    return found if is_late or any(_is_written(one.words) for one in found) else ()


def _is_written(value: str) -> bool:
    """Whether it is a sentence that somebody wrote, and not a choice or a reference."""
    return len(value) >= SENTENCE and len(value.split()) > 2
