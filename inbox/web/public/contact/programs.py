"""The form for an office's own site: the same answers as JSON, from its server or from its pages."""

from typing import Annotated, Any, Literal

from fastapi import Header, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from inbox.errors import CaseworkError, NotAllowed, Refused, TooMany
from inbox.form_sessions import Receipt, digest_of
from inbox.secrets import new_token
from inbox.sign_in import tokens
from inbox.web.errors import problem
from inbox.web.own_site import from_anywhere
from inbox.web.public.contact import guards, sending, whole
from inbox.web.public.contact.place import Here, Place, both
from inbox.web.public.contact.showing import link_of
from inbox.web.routers import page_router

router = page_router()
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "Content-Type, Idempotency-Key",
    "Access-Control-Max-Age": "600",
}


class FormClosed(CaseworkError):
    """The office takes nothing by its form now; the sentence says what it wants people to do."""

    status = 409
    title = "This form is closed"


class Submission(BaseModel):
    """One message. `postcode` or `elsewhere` is needed, and an address for the chosen way to answer."""

    model_config = ConfigDict(extra="forbid")

    message: str = Field(min_length=1, max_length=20_000)
    name: str = Field(min_length=1, max_length=200)
    reply_by: Literal["email", "phone", "post"]
    share: bool
    postcode: str = Field("", max_length=16)
    elsewhere: Literal["", "homeless", "forces", "overseas", "away", "other"] = ""
    address: str = Field("", max_length=500)
    email: str = Field("", max_length=254)
    phone: str = Field("", max_length=40)
    voicemail: bool | None = None
    when: str = Field("", max_length=200)
    soon: Literal["", "now", "weeks", "no"] = ""
    topic: str = Field("", max_length=80)


@both(router, "OPTIONS", ".json")
@from_anywhere
def preflight(place: Here, request: Request) -> Response:
    """A browser asks whether a listed site may send."""
    return Response(None, 204, {**_allowed(place, request), **_PREFLIGHT})


@both(router, "POST", ".json")
@from_anywhere
def submit(
    place: Here, request: Request, submission: Submission,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:  # fmt: skip
    """201 with reference and status link, once it is durable; the same key again gives the same answer."""
    cors = _allowed(place, request)
    if not place.is_open:
        return problem(request, FormClosed(" ".join(place.closed_words())), cors)
    answers = whole.completed(_typed(submission))
    wrong = whole.wrong_in_all(answers)
    if wrong:
        found = [{"field": one.field, "problem": place.say(one.words)} for one in wrong]
        raise Refused(found[0]["problem"], errors=found)
    who = "" if _is_trusted(place, request) else guards.network_of(place.client)
    key = _key(place, idempotency_key, who)
    receipt = whole.earlier(place, key) or _sent(place, key, answers, who)
    if receipt.digest != digest_of(answers):
        raise Refused("This Idempotency-Key was used for another request. Use a new one.")
    return JSONResponse(_body(place, receipt), 201, cors)


def _sent(place: Place, key: str, answers: dict[str, str], who: str) -> Receipt:
    """A program is not asked for patience: past what is easy it is told to come again."""
    long_ago = place.now - guards.QUICKEST
    attempt = guards.Attempt("", long_ago, answers.get("email", "").lower(), {}) if who else None
    done = whole.send(place, key, answers, attempt, (), "json")
    if not isinstance(done, Receipt):
        raise TooMany(place.or_call(place.say("form_too_many")), 3600)
    return done


def _typed(submission: Submission) -> dict[str, str]:
    words = {True: "yes", False: "no", None: ""}
    plain = submission.model_dump()
    return {**plain, "share": words[submission.share], "voicemail": words[submission.voicemail]}


def _key(place: Place, given: str | None, who: str) -> str:
    """What the submission is kept under: nobody else can ask for it with the same Idempotency-Key."""
    if given is None:
        return new_token()
    return place.wiring.keys.mac("form program", f"{place.office.id}\n{who}\n{given}").hex()


def _body(place: Place, receipt: Receipt) -> dict[str, Any]:
    hear_by = sending.hear_by(place, receipt.sent_at)
    return {
        "reference": receipt.reference,
        "status_link": link_of(place, receipt) or None,
        "hear_by": hear_by.isoformat() if hear_by else None,
        "mail_follows": receipt.by_email,
    }


def _is_trusted(place: Place, request: Request) -> bool:
    """Whether the office's own server calls, by a token that may write. Raises NotAllowed for a wrong one."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if not kind:
        return False
    with place.wiring.database.read() as session:
        found = tokens.find(session, token.strip()) if kind.lower() == "bearer" else None
    if found is None or found.office_id != place.office.id or found.scope != "write":
        raise NotAllowed("This token may not send the form of this office.")
    return True


def _allowed(place: Place, request: Request) -> dict[str, str]:
    """The header that lets a listed site's page read the answer. Raises NotAllowed for any other site."""
    origin = request.headers.get("origin")
    if origin is None:
        return {}
    if origin.lower() not in (place.office.embed_sites or ()):
        raise NotAllowed("This site is not on the office's list.")
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
