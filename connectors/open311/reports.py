"""A third party's report or update as a message about a place: never as a constituent's contact."""

import hashlib
import re

from connectors import filenames
from connectors.contract import Form, Handle, InboundMessage, News, RawArrival, RemoteFile, Unreadable
from connectors.open311 import shapes, submissions
from connectors.open311.submissions import Submission

_EMAIL = re.compile(r"[^\s@,;:<>()\[\]\\\"]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}")
_MOST_PICTURES = 10


def understand(arrival: RawArrival) -> News:
    """Pure. Raises Unreadable for bytes that hold no report and no update."""
    try:
        told = submissions.unpacked(arrival.raw)
    except (ValueError, RecursionError) as fault:
        raise Unreadable("This report could not be read.") from fault
    kind, _, number = arrival.external_id.partition("/")
    if kind == "request":
        return _report(arrival, told, number)
    if kind == "update":
        return _update(arrival, told, told.one("service_request_id"))
    raise Unreadable("This is neither a report nor an update.")


def place_told(told: Submission) -> dict[str, str]:
    """Where a submission says it is."""
    names = ("lat", "long", "address", "address_string", "address_id", "zipcode")
    return shapes.place_of({name: told.one(name) for name in names})


def _report(arrival: RawArrival, told: Submission, number: str) -> InboundMessage:
    place = place_told(told)
    where = shapes.place_in_words(place)
    service = told.one("our service_name") or told.one("service_code")
    title = " ".join(told.one("title", "attribute[title]").split())[:200]
    name, email = _name(told), told.one("email").lower()
    is_reached = bool(_EMAIL.fullmatch(email)) and len(email) <= 254
    known = Handle(name or email, email) if is_reached else Handle(name or _system(told), f"report/{number}")
    facts = [
        f"Service: {service}", f"Place: {where}", f"Reported through: {_system(told)}",
        *(f"Picture: {url}" for url in _pictures(told)),
    ]  # fmt: skip
    text = "\n\n".join(one for one in (title, told.one("description"), "\n".join(facts)) if one)
    typed = {"address": where, "phone": told.one("phone"), "topic": told.one("service_code")}
    return _message(
        arrival, told, number, known, f"{service}: {title or where}"[:300], text,
        reached_by="email" if is_reached else None,
        told={name: value for name, value in typed.items() if value},
    )  # fmt: skip


def _update(arrival: RawArrival, told: Submission, number: str) -> InboundMessage:
    """What became of a report, in the reporting system's words; who wrote it there is not taken over."""
    status = shapes.status_of(told.one("status"))
    said = f"{_system(told)} says that this report {shapes.said_of(status)}." if status else ""
    pictures = "\n".join(f"Picture: {url}" for url in _pictures(told))
    text = "\n\n".join(one for one in (said, told.one("description"), pictures) if one)
    return _message(arrival, told, number, Handle(_system(told), f"report/{number}"), None, text)


def _message(
    arrival: RawArrival, submission: Submission, number: str, sender: Handle, subject: str | None, text: str,
    *, reached_by: str | None = None, told: dict[str, str] | None = None,
) -> InboundMessage:  # fmt: skip
    key = f"{arrival.channel} {arrival.account} {arrival.external_id}"
    return InboundMessage(
        channel=arrival.channel, account=arrival.account, external_id=arrival.external_id, sender=sender,
        subject=subject, text=text, new_text=text, attachments=submission.files,
        sent_at=shapes.moment_of(submission.one("updated_datetime", "requested_datetime")),
        content_key=hashlib.sha256(key.encode()).hexdigest(), source=_system(submission), form=Form.REPORT,
        thread=number, reached_by=reached_by, told=told or {},
        remote=tuple(RemoteFile(url, _filename(url)) for url in _pictures(submission)),
    )  # fmt: skip


def _name(told: Submission) -> str:
    return (
        " ".join(f"{told.one('first_name')} {told.one('last_name')}".split())[:200] or told.one("name")[:200]
    )


def _system(told: Submission) -> str:
    return told.one("our reporter") or "The reporting system"


def _pictures(told: Submission) -> list[str]:
    urls = [url for url in told.all("media_url") if url.startswith(("https://", "http://"))]
    return list(dict.fromkeys(url for url in urls if len(url) <= 2000 and url.isprintable()))[:_MOST_PICTURES]


def _filename(url: str) -> str:
    last = url.partition("?")[0].rstrip("/").rpartition("/")[2]
    return filenames.safe_filename(last, "image/jpeg", "picture")
