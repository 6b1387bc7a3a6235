"""The five pages: postcode, message, you, how to reach you, check and send. Each one works without script."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import File, UploadFile
from starlette.responses import RedirectResponse, Response

from inbox import areas, form_sessions
from inbox.dates import local_day
from inbox.form_sessions import Visit
from inbox.web.public.contact import answers, files, guards, sending, showing
from inbox.web.public.contact.answers import Wrong
from inbox.web.public.contact.place import STEPS, Here, Place, Typed, both
from inbox.web.routers import page_router
from inbox.web.views.contact import NotOursPage
from routing.postcodes import normalised

router = page_router()
Chosen = Annotated[list[UploadFile] | None, File(alias="files")]


@both(router, "GET", "")
def ask_postcode(place: Here, again: str = "") -> Response:
    """Page 1. Asks, and keeps nothing yet."""
    if not place.is_open:
        return place.closed()
    visit = _read(place)
    note = _what_was_lost(place, visit) if again else None
    return place.show(showing.postcode(place, visit.answers if visit else {}, (), note), visit)


@both(router, "POST", "")
def take_postcode(place: Here, given: Typed) -> Response:
    """Somebody in another seat learns it before they write their story."""
    return _take(place, given, "postcode")


@both(router, "GET", "/no-postcode")
def ask_elsewhere(place: Here) -> Response:
    """Nobody is turned away because they have no address."""
    if not place.is_open:
        return place.closed()
    visit = _read(place)
    return place.show(showing.elsewhere(place, visit.answers.get("elsewhere") if visit else None), visit)


@both(router, "POST", "/no-postcode")
def take_elsewhere(place: Here, given: Typed) -> Response:
    if not place.is_open:
        return place.closed()
    if "go" in given:
        return _leave(place, given, "elsewhere")
    chosen = answers.cleaned(given).get("elsewhere", "")
    if not chosen:
        wrong = [Wrong("elsewhere", "form_wrong_elsewhere")]
        return place.show(showing.elsewhere(place, None, wrong), _read(place), status=422)
    visit = _keep(place, {"elsewhere": chosen, "postcode": ""}, given)
    return place.go("message", visit)


@both(router, "GET", "/not-ours")
def tell_not_ours(place: Here) -> Response:
    """Whose constituent they are, and that they may go on all the same."""
    visit = _read(place)
    if visit is None:
        return _lost(place)
    seat = _other_seat(place, visit.answers.get("postcode", ""))
    if seat is None:
        return place.go("message")
    constituency, member = seat
    us = place.office.member or place.office.name
    key = "form_their_mp" if member else "form_their_seat"
    words = place.say(key, member=member, constituency=constituency)
    title = place.say("form_not_ours", us=us)
    return place.show(NotOursPage(place.shell(), title, words, place.url("message"), place.url()), visit)


@both(router, "GET", "/{step}")
def ask(place: Here, step: str) -> Response:
    """Pages 2 to 5, with what was typed before."""
    if not place.is_open:
        return place.closed()
    visit = _read(place)
    if step == "sent":
        return _sent(place, visit)
    if step not in STEPS[1:]:
        return place.go("")
    if visit is None or visit.receipt is not None:
        return _lost(place) if visit is None else place.go("sent")
    missing = answers.unfinished(visit.answers)
    if missing == "postcode":
        return _lost(place)
    if missing and STEPS.index(_step(missing)) < STEPS.index(step):
        return place.go(_step(missing))
    return _page(place, visit, step)


@both(router, "POST", "/message")
def take_message(place: Here, given: Typed, chosen: Chosen = None) -> Response:
    """The words, and files that were chosen with them; a file that is refused takes no word and no other
    file with it."""
    if not place.is_open:
        return place.closed()
    stays = "go" not in given and "remove" not in given
    wrong = answers.wrong_in("message", answers.cleaned(given)) if stays else []
    visit = _keep(place, answers.cleaned(given), given, "message")
    with place.wiring.database.write(place.office.id) as session:
        if "remove" in given:
            form_sessions.remove_file(session, visit, given["remove"][:32])
        uploads = [one for one in chosen or () if one.filename]  # a field left empty sends one without a name
        wrong += files.take(session, visit, uploads)
    if wrong:
        return place.show(
            showing.message(place, visit.answers, _files(place, visit), wrong), visit, status=422
        )
    if "go" in given:
        return _gone(place, given["go"], "message", visit)
    return place.go(_next(visit, "message") if stays else "message", visit)


@both(router, "POST", "/check")
def send(place: Here, given: Typed) -> Response:
    """The button. The same visit sends once, however often it is pressed."""
    if not place.is_open:
        return place.closed()
    visit = _read(place)
    if visit is None:
        return _lost(place)
    place.check_csrf(visit, given.get("csrf_token", ""))
    if visit.receipt is not None and not visit.answers:
        return place.go("sent")
    if "go" in given:
        return _leave(place, given, "check")
    share = answers.cleaned(given).get("share", "")
    missing = answers.unfinished(visit.answers)
    if missing:
        return place.go(_step(missing))
    wrong = answers.wrong_in("check", {"share": share})
    if wrong:
        return place.show(showing.check(place, visit, _files(place, visit), wrong), visit, status=422)
    return _send(place, visit, share, given)


@both(router, "POST", "/{step}")
def take(place: Here, step: str, given: Typed) -> Response:
    """Pages 3 and 4: saved when they are right, shown again with the reason when not."""
    return _take(place, given, step) if step in ("you", "reach") else place.go("")


def _take(place: Place, given: Mapping[str, str], page: str) -> Response:
    if not place.is_open:
        return place.closed()
    if "go" in given:
        return _leave(place, given, page)
    fresh = _fresh(given, page)
    before = _read(place)
    wrong = answers.wrong_in(page, {**(before.answers if before else {}), **fresh})
    if wrong and before is None:
        return place.show(_shown(place, page, fresh, wrong), status=422)
    visit = _keep(place, fresh, given, page)
    if wrong:
        return place.show(_shown(place, page, visit.answers, wrong), visit, status=422)
    if page == "postcode" and _other_seat(place, fresh["postcode"]):
        return place.go("not-ours", visit)
    return place.go(_next(visit, _step(page)), visit)


def _leave(place: Place, given: Mapping[str, str], page: str) -> Response:
    """Another page, or the other language: what is typed here is kept as it is, right or wrong."""
    fresh = answers.cleaned(given)
    if page == "postcode" and fresh.get("postcode"):
        fresh = _fresh(given, page)
    visit = _read(place)
    if visit is not None or any(fresh.values()):
        visit = _keep(place, fresh, given, page)
    return _gone(place, given["go"], page, visit)


def _gone(place: Place, to: str, page: str, visit: Visit | None) -> Response:
    """On to `to`: a page's name, `back` or `language`."""
    here = "no-postcode" if page == "elsewhere" else _step(page)
    if to == "language":
        return place.in_other_language().go(here, visit)
    if to == "back":
        return place.go(STEPS[max(STEPS.index(here) - 1, 0)] if here in STEPS else "", visit)
    known = (*answers.PAGES, "no-postcode")
    return place.go(_step(to) if to in known else here, visit)


def _fresh(given: Mapping[str, str], page: str) -> dict[str, str]:
    """What one page brings, the postcode in its proper form: with it there is no reason to have none."""
    fresh = answers.cleaned(given)
    if page == "postcode":
        fresh["elsewhere"] = ""
        fresh["postcode"] = normalised(fresh.get("postcode", "")) or fresh.get("postcode", "")
    return fresh


def _send(place: Place, visit: Visit, share: str, given: Mapping[str, str]) -> Response:
    attempt = guards.Attempt(sending.subject_of(visit), visit.made_at, visit.answers.get("email", ""), given)
    with place.wiring.database.write(place.office.id) as session:
        patience = guards.check(session, place, attempt) if visit.receipt is None else None
        if patience is None:
            fresh = form_sessions.read(session, visit.key, place.now) or visit
            fresh = replace(fresh, answers={**fresh.answers, "share": share})
            visit = sending.promise(session, place, fresh)
            chosen = form_sessions.files(session, visit)
    if patience is not None:
        return place.show(
            showing.check(place, visit, _files(place, visit), (), patience, share), visit, status=422
        )
    sending.deliver(place, visit, chosen, "pages")
    return place.go("sent")


def _sent(place: Place, visit: Visit | None) -> Response:
    if visit is None or visit.receipt is None:
        return _lost(place)
    return place.show(showing.sent(place, visit.receipt), visit)


def _page(place: Place, visit: Visit, step: str) -> Response:
    if step == "message":
        return place.show(showing.message(place, visit.answers, _files(place, visit)), visit)
    if step == "check":
        return place.show(showing.check(place, visit, _files(place, visit)), visit)
    lacks = [Wrong("address", "form_wrong_address")] if answers.lacks_address(visit.answers) else []
    return place.show(_shown(place, step, visit.answers, lacks if step == "reach" else ()), visit)


def _shown(place: Place, page: str, given: Mapping[str, str], wrong: Sequence[Wrong]) -> showing.Simple:
    if page == "postcode":
        return showing.postcode(place, given, wrong, None)
    return showing.you(place, given, wrong) if page == "you" else showing.how_to_reach(place, given, wrong)


def _keep(place: Place, fresh: Mapping[str, str], given: Mapping[str, str], page: str = "") -> Visit:
    """Puts the answers with the others. A visit that is over begins anew: nothing typed is lost."""
    kept = {name: value for name, value in fresh.items() if not page or name in _fields_of(page)}
    with place.wiring.database.write(place.office.id) as session:
        visit = place.visit(session)
        if visit is None or (visit.receipt is not None and not visit.answers):
            return form_sessions.begin(session, kept, place.now)
        place.check_csrf(visit, given.get("csrf_token", ""))
        visit = replace(visit, answers={**visit.answers, **kept})
        form_sessions.save(session, visit, place.now)
        return visit


def _fields_of(page: str) -> tuple[str, ...]:
    if page == "elsewhere":
        return ("elsewhere",)
    return ("postcode", "elsewhere") if page == "postcode" else answers.PAGES[page]


def _read(place: Place) -> Visit | None:
    if not place.cookie:
        return None
    with place.wiring.database.read(place.office.id) as session:
        return place.visit(session)


def _files(place: Place, visit: Visit) -> showing.Files:
    with place.wiring.database.read(place.office.id) as session:
        return [(one.id, one.filename, len(one.content)) for one in form_sessions.files(session, visit)]


def _lost(place: Place) -> Response:
    """Their time is over, or their browser takes no cookies: back to the first page, which says so."""
    return RedirectResponse(f"{place.url()}?again=1", 303)


def _what_was_lost(place: Place, visit: Visit | None) -> str | None:
    """That earlier answers are gone, and whether the last ones are kept; None where nothing is gone."""
    if visit is None:
        return place.or_call(place.say("form_time_over"))
    if visit.receipt is not None or "postcode" in visit.answers:
        return None
    return place.or_call(place.say("form_time_over_kept"))


def _next(visit: Visit, step: str) -> str:
    """The page after this one; straight back to the last one for somebody who only changed an answer."""
    return "check" if answers.unfinished(visit.answers) is None else STEPS[STEPS.index(step) + 1]


def _step(page: str) -> str:
    return "" if page == "postcode" else page


def _other_seat(place: Place, postcode: str) -> tuple[str, str | None] | None:
    """The seat and MP of a postcode that is surely in another seat; None where it may be ours."""
    ours = place.office.constituency
    if not ours or not normalised(postcode):
        return None
    with place.wiring.database.read() as session:
        found = areas.look_up(session, postcode, on=local_day(place.now, place.office.time_zone))
    if found is None or found.constituency == ours:
        return None
    return found.constituency, found.member
