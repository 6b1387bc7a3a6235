"""Says what is wrong with an X channel, step by step, in words. Changes nothing at X."""

from collections.abc import Callable, Iterator

from connectors.contract import Checked, ConnectorFailure, TemporaryFailure
from connectors.x import fields
from connectors.x.api import Api
from connectors.x.prices import PRICES
from connectors.x.registration import Registration
from connectors.x.settings import XSettings
from connectors.x.spending import Purse, prices


def check(given: XSettings, api: Api, registration: Registration, purse: Purse) -> Iterator[Checked]:
    """Each step by itself; without a sign-in there is no use in going on."""
    signed_in = _tried("Sign-in", lambda: _me(given, api, purse))
    yield signed_in
    if not signed_in.ok:
        return
    yield _tried("Direct messages", lambda: _directs(api, purse))
    yield Checked("Cost today", True, f"{purse.words()}; reading stops before the limit is passed")
    if given.consumer_secret is None:
        yield Checked("Webhook", True, "no consumer_secret is set: X does not call, we ask every minute")
    elif registration.is_wanted:
        yield _tried("Webhook", lambda: _webhook(registration))
    else:
        yield Checked("Webhook", True, "set webhook_url and bearer_token, and the worker registers it at X")


def _tried(step: str, attempt: Callable[[], str]) -> Checked:
    try:
        return Checked(step, True, attempt())
    except ConnectorFailure as failure:
        return Checked(step, False, failure.reason)


def _me(given: XSettings, api: Api, purse: Purse) -> str:
    purse.affordable(PRICES.user, 1, 1)
    me = fields.unwrapped(dict(api.get("me", "/2/users/me", {}).body))
    purse.pay_for(prices("user", [me], PRICES.user))
    if fields.id_of(me) != given.user_id:
        raise ConnectorFailure(
            f"this sign-in is for @{fields.words_of(me, 'username')}, number {fields.id_of(me)}, and not for "
            f"user_id {given.user_id}"
        )
    return f"signed in as @{fields.words_of(me, 'username')}"


def _directs(api: Api, purse: Purse) -> str:
    try:
        purse.affordable(PRICES.direct, 1, 1)
        answer = api.get("dm_events", "/2/dm_events", {"max_results": "1"})
        purse.pay_for(prices("message", fields.objects(answer.data), PRICES.direct))
    except TemporaryFailure as failure:
        if failure.after is None:
            raise
        return f"not asked: {failure.reason}, because the inbox itself asks as often as it may"
    return "messages in plain text can be read; encrypted ones are announced by the webhook only"


def _webhook(registration: Registration) -> str:
    is_called, words = registration.state()
    if not is_called:
        raise ConnectorFailure(words)
    return words
