"""What Facebook's error codes mean for us: try later, never, sign in again, or nobody knows."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from connectors.contract import (
    ConnectorFailure,
    CredentialsRejected,
    OutcomeUnknown,
    PermanentFailure,
    TemporaryFailure,
)
from connectors.wording import plain

_LIMITS = frozenset({4, 17, 32, 341, 613})
_LATER = frozenset({2, 1200})
_TOKEN = frozenset({102, 190, 467})
_WINDOW_CLOSED = frozenset({2018278, 2534022, 2018065})
_UNREACHABLE = frozenset({2018108, 1545041})
_NO_SUCH_PERSON = 2018001
_RESTRICTED = 1893063
_ANSWERED_ALREADY = 10900
_RESTRICTED_FOR = timedelta(hours=1)
_LIMITED_FOR = timedelta(minutes=5)
_TOKEN_WORDS = {
    458: "the app was removed from the Page",
    459: "Facebook wants the person who connected the Page to look at their account",
    460: "the person who connected the Page changed their password",
    463: "the access token has run out",
    464: "the person who connected the Page must confirm their account",
    467: "the access token is not valid any more",
}


def failure_of(
    error: Mapping[str, Any], *, is_sending: bool, after: timedelta | None = None
) -> ConnectorFailure:
    """The failure that an error of the Graph API is. `after`: how long its headers asked us to wait."""
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    said = plain(str(error.get("message", "")))
    if code in _TOKEN:
        why = _TOKEN_WORDS.get(subcode, said)
        return CredentialsRejected(
            f"Facebook does not accept the access token: {why}; connect the Page again"
        )
    if code in _LIMITS or 80000 <= code <= 80099:
        return TemporaryFailure("Facebook asks us to wait: its limit is reached", after or _LIMITED_FOR)
    if subcode == _RESTRICTED:
        return TemporaryFailure("Facebook has restricted the Page for a while", _RESTRICTED_FOR)
    if code in _LATER or (error.get("is_transient") is True and code != 1):
        return TemporaryFailure(f"Facebook says later: {said}", after)
    if code == 1 or not code:
        return _nobody_knows(said, is_sending)
    return PermanentFailure(_refusal(code, subcode, said))


def _nobody_knows(said: str, is_sending: bool) -> ConnectorFailure:
    if is_sending:
        return OutcomeUnknown(f"Facebook did not say whether it took the message: {said}")
    return TemporaryFailure(f"Facebook could not answer: {said}")


def _refusal(code: int, subcode: int, said: str) -> str:
    if subcode in _WINDOW_CLOSED:
        return "Facebook did not accept this: the time to reply is over. Use email, or wait until they write"
    if subcode in _UNREACHABLE or code == 551:
        return "Facebook did not accept this: the person closed the chat or cannot be written to. Use email"
    if subcode == _NO_SUCH_PERSON:
        return "Facebook did not accept this: it does not know this person"
    if code == _ANSWERED_ALREADY:
        return "Facebook did not accept this: the comment was answered privately before"
    if code == 368:
        return f"Facebook did not accept this: it breaks one of their rules, they say: {said}"
    if code == 10 or 200 <= code <= 299:
        return f"Facebook does not give the app this permission: {said}"
    return f"Facebook did not accept this: {said} ({code}{f'/{subcode}' if subcode else ''})"


def _number(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        return 0
