"""Gives a letter Facebook's form, and says while it is written what Facebook will not take."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.contract import PUBLIC, Form, Letter, Limits, PermanentFailure
from connectors.facebook.arrivals import last, moment_of
from connectors.facebook.windows import HUMAN, Window, is_private_reply, window_of

MESSAGE_CHARACTERS = 2000
COMMENT_CHARACTERS = 8000
LIMITS = Limits(
    characters=MESSAGE_CHARACTERS, attachment_bytes=0, recipients=1, reply_window=timedelta(days=7),
    subject=False, forms=(Form.MESSAGE, Form.COMMENT),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What will leave, as it is stored before the first attempt.

    `to`: a person's number, or the comment or post that is answered. `how`: message (to a person),
    private_reply (to a comment), private_reply_to_post, or comment (under a comment or a post, public).
    `post`: the number of the post under which a public answer will stand.
    """

    how: str
    to: str
    post: str
    text: str
    free_until: datetime | None
    closes_at: datetime | None
    is_automatic: bool
    written_at: datetime


def compose(letter: Letter) -> bytes:
    """The exact words and their target. Raises PermanentFailure for what has no target or cannot be said."""
    if letter.attachments:
        raise PermanentFailure("Files cannot be sent on Facebook from here. Send a link, or use email.")
    too_long = _too_long(letter)
    if too_long:
        raise PermanentFailure(too_long)
    how, to = _target(letter)
    if not to:
        raise PermanentFailure("There is nothing on Facebook that this could answer. Use email.")
    window = window_of(letter)
    stored = {
        "how": how, "to": to, "post": _post(letter, to), "text": letter.text,
        "free_until": _words(window.free_until),
        "closes_at": _words(window.closes_at), "automatic": letter.automatic,
        "written_at": _words(letter.date),
    }  # fmt: skip
    return json.dumps(stored, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def read_back(raw: bytes) -> Outgoing:
    """What `compose` stored. Raises PermanentFailure where it is something else."""
    try:
        stored: dict[str, Any] = json.loads(raw)
        written_at = datetime.fromisoformat(stored["written_at"])
        return Outgoing(
            stored["how"], stored["to"], stored["post"], stored["text"], _moment(stored["free_until"]),
            _moment(stored["closes_at"]), bool(stored["automatic"]), written_at,
        )  # fmt: skip
    except (ValueError, TypeError, KeyError):
        raise PermanentFailure("what was stored to leave is no Facebook message") from None


def problems(letter: Letter, now: datetime) -> Sequence[str]:
    """Sentences for the writer; empty when it may go."""
    found = [too_long] if (too_long := _too_long(letter)) else []
    window = window_of(letter)
    if letter.form in PUBLIC:
        if letter.answered_form not in PUBLIC:
            found.append("They wrote privately, so answer privately: a comment is read by everybody.")
    elif window.since is None:
        found.append("Facebook lets us write only to people who wrote to the Page. Use email.")
    elif not window.is_open(now):
        found.append(_closed(letter, window))
    elif window.is_private_reply and letter.is_second:
        found.append(
            "Facebook lets us answer a comment privately once, and we have. Wait until they write to the "
            "Page, or answer in public."
        )
    return found


def advice(letter: Letter, now: datetime) -> Sequence[str]:
    """What a writer should know: until when this may go."""
    window = window_of(letter)
    if window.closes_at is None or not window.is_open(now):
        return []
    when = _date(window.closes_at, letter)
    if window.is_private_reply:
        return [
            f"Facebook lets us answer a comment privately once, until {when}. After that they must write."
        ]
    return [
        f"Facebook lets us reply until {when}, {HUMAN.days} days after their last message. Ask for an email "
        "address or a phone number in time."
    ]


def _too_long(letter: Letter) -> str | None:
    most = COMMENT_CHARACTERS if letter.form in PUBLIC else MESSAGE_CHARACTERS
    count = len(letter.text)
    if count <= most:
        return None
    what = "comment" if letter.form in PUBLIC else "message"
    return (
        f"A Facebook {what} holds {most:,} characters. This has {count:,}: shorten it, or send it by email."
    )


def _target(letter: Letter) -> tuple[str, str]:
    if letter.form in PUBLIC:
        return "comment", letter.in_reply_to or ""
    if is_private_reply(letter):
        is_post = letter.answered_form is Form.POST
        return "private_reply_to_post" if is_post else "private_reply", letter.in_reply_to or ""
    return "message", letter.recipients[0].address if letter.recipients else ""


def _post(letter: Letter, to: str) -> str:
    """A comment's name begins with its post, a post's own number is its last."""
    return to.partition("_")[0] if letter.answered_form is Form.COMMENT else last(to)


def _closed(letter: Letter, window: Window) -> str:
    when = _date(window.closes_at, letter) if window.closes_at else "some time ago"
    if window.is_private_reply:
        return (
            f"Facebook lets us answer a comment privately for 7 days. That ended on {when}. Answer in public."
        )
    return f"Facebook lets us reply for 7 days after their last message. That ended on {when}. Use email."


def _date(moment: datetime, letter: Letter) -> str:
    """In the time zone in which the letter is written."""
    local = moment.astimezone(letter.date.tzinfo)
    zone = " UTC" if letter.date.tzinfo is UTC else ""
    return f"{local.day} {local:%B %Y} at {local:%H:%M}{zone}"


def _words(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(words: object) -> datetime | None:
    return moment_of(words) if words is not None else None
