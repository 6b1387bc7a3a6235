"""Answers on X: what may be said where, the exact request that will leave, and proof that it left."""

import json
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from connectors.contract import (
    ENCRYPTED_ELSEWHERE,
    Form,
    Letter,
    OutboundMessage,
    PermanentFailure,
    SentReceipt,
    TemporaryFailure,
)
from connectors.x import fields, posts
from connectors.x.api import OUT_OF_CREDIT, Answer, Api
from connectors.x.counting import LONGEST_DIRECT, LONGEST_POST, answer_weight, links
from connectors.x.posts import NOT_SUMMONED
from connectors.x.prices import PRICES
from connectors.x.spending import Purse, prices

ROOM_TOLD_FROM = 100
"""From so few characters left on, the room is told."""
CREDIT_PAUSE = timedelta(minutes=15)
LOOKED_THROUGH = 20
"""So many of the newest that we sent are looked through for one of unknown outcome: each of them costs."""
CLOCKS_DIFFER = timedelta(minutes=2)

UNSUMMONED = (
    "X lets us answer a post only when it names or quotes our account, and this one does not. Write a "
    "private message if they have written one, or use another channel."
)
NOTHING_TO_ANSWER = "Choose the post that this answers: X lets us speak in public only as an answer."
NEVER_WROTE = "They have not sent us a private message on X, and X allows one only after they have."
IN_PUBLIC = " Answer in public, with nothing private in it, and ask them to write to you."
SEALED = (
    "Their message is encrypted on X. Open X to read and answer it there: an answer from here would not be."
)
NOBODY = "Choose the X account that this goes to, by its number."
NO_FILES = "Files cannot be sent on X from here. Take them out, or send them by email."


def problems(letter: Letter) -> Sequence[str]:
    """What stands in the way of this letter, for its writer. Pure."""
    return _of_post(letter) if letter.form in (Form.POST, Form.COMMENT) else _of_direct(letter)


def compose(letter: Letter) -> bytes:
    """The request that will leave, as JSON. Raises PermanentFailure when X would not take it."""
    found = problems(letter)
    if letter.attachments:
        found = [*found, NO_FILES]
    if found:
        raise PermanentFailure(" ".join(found))
    if letter.form in (Form.POST, Form.COMMENT):
        body: dict[str, Any] = {"text": letter.text, "reply": {"in_reply_to_tweet_id": letter.in_reply_to}}
        return _request("post", "/2/tweets", body, letter.date)
    path = f"/2/dm_conversations/with/{letter.recipients[0].address}/messages"
    return _request("dm_send", path, {"text": letter.text}, letter.date)


def advice(letter: Letter) -> Sequence[str]:
    """What its writer should know: how much room is left, what a link costs. Pure."""
    if letter.form not in (Form.POST, Form.COMMENT):
        return []
    found, left = [], LONGEST_POST - answer_weight(letter.text)
    if 0 <= left <= ROOM_TOLD_FROM:
        found.append(f"{left} {'character' if left == 1 else 'characters'} left on X, as X counts them.")
    if links(letter.text):
        found.append(
            f"With a link this costs ${PRICES.write_linked:.2f}; without, ${PRICES.write_answer:.2f}."
        )
    return found


class Sender:
    """Implements `Sends` for one account."""

    def __init__(self, user_id: str, api: Api, purse: Purse) -> None:
        self._user_id = user_id
        self._api = api
        self._purse = purse

    def send(self, message: OutboundMessage, *, committing: Callable[[], None]) -> SentReceipt:
        request = _checked(message.raw)
        try:
            answer = self._api.post_once(
                request["limit"], request["path"], request["body"], committing=committing
            )
        except PermanentFailure as failure:
            if failure.reason == OUT_OF_CREDIT:
                raise TemporaryFailure(failure.reason, CREDIT_PAUSE) from None
            raise
        self._purse.pay(_price(request))
        return _receipt(answer)

    def evidence(self, message: OutboundMessage) -> SentReceipt | None:
        """X carries no id of ours, so the words tell: said after their approval, where they were to go.

        Raises TemporaryFailure where the day's money is spent: looking costs as reading does.
        """
        request = _checked(message.raw)
        found = self._posted(request) if request["limit"] == "post" else self._written(request)
        not_before = datetime.fromisoformat(request["written_at"]) - CLOCKS_DIFFER
        for one in found:
            said_at = fields.moment(one.get("created_at"))
            if (
                said_at is not None
                and said_at >= not_before
                and _same(posts.words(one), request["body"]["text"])
            ):
                thread = fields.words_of(one, "dm_conversation_id") or None
                return SentReceipt(fields.must_have_id(one), "X shows it among what we sent", thread)
        return None

    def _posted(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        most = self._purse.affordable(PRICES.mention, 5, LOOKED_THROUGH)
        query = {
            "max_results": str(most),
            "tweet.fields": "created_at,referenced_tweets,entities,note_tweet",
        }
        answer = self._api.get("timeline", f"/2/users/{self._user_id}/tweets", query)
        found = list(fields.objects(answer.data))
        self._purse.pay_for(prices("post", found, PRICES.mention))
        target = request["body"]["reply"]["in_reply_to_tweet_id"]
        return [one for one in found if dict(posts.references(one)).get("replied_to") == target]

    def _written(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        path = request["path"].removesuffix("messages") + "dm_events"
        query = {
            "max_results": str(self._purse.affordable(PRICES.direct, 1, LOOKED_THROUGH)),
            "dm_event.fields": "id,text,event_type,created_at,sender_id,dm_conversation_id",
        }
        answer = self._api.get("dm_events", path, query)
        found = list(fields.objects(answer.data))
        self._purse.pay_for(prices("message", found, PRICES.direct))
        return [one for one in found if fields.id_of(one, "sender_id") == self._user_id]


def _of_post(letter: Letter) -> list[str]:
    found = []
    if letter.in_reply_to is None or letter.answered_form not in (Form.POST, Form.COMMENT):
        found.append(NOTHING_TO_ANSWER)
    elif NOT_SUMMONED in letter.answered_warnings:
        found.append(UNSUMMONED)
    over = answer_weight(letter.text) - LONGEST_POST
    if over > 0:
        found.append(
            f"This is {over} characters too long for X, as X counts them (the most is {LONGEST_POST})."
        )
    return found


def _may_be_public(letter: Letter) -> bool:
    return letter.answered_form in (Form.POST, Form.COMMENT) and NOT_SUMMONED not in letter.answered_warnings


def _of_direct(letter: Letter) -> list[str]:
    found = []
    if len(letter.recipients) != 1 or not letter.recipients[0].address.isdigit():
        found.append(NOBODY)
    elif ENCRYPTED_ELSEWHERE in letter.answered_warnings:
        found.append(SEALED)
    elif letter.heard_at is None:
        found.append(NEVER_WROTE + (IN_PUBLIC if _may_be_public(letter) else ""))
    if len(letter.text) > LONGEST_DIRECT:
        found.append(f"This is too long for a message on X: the most is {LONGEST_DIRECT:,} characters.")
    return found


def _request(limit: str, path: str, body: dict[str, Any], at: datetime) -> bytes:
    whole = {"limit": limit, "path": path, "body": body, "written_at": at.isoformat()}
    return json.dumps(whole, ensure_ascii=False).encode()


def _checked(raw: bytes) -> dict[str, Any]:
    """The request as it was stored. Raises PermanentFailure for one that X would not take."""
    request: dict[str, Any] = json.loads(raw)
    if request["limit"] == "post" and answer_weight(request["body"]["text"]) > LONGEST_POST:
        raise PermanentFailure("The text is too long for X.")
    return request


def _receipt(answer: Answer) -> SentReceipt:
    """Raises nothing: what X calls it decides nothing about whether it left."""
    data = answer.data if isinstance(answer.data, dict) else {}
    sent_id = fields.number_words(fields.either(data, "id", "dm_event_id")) or ""
    return SentReceipt(
        sent_id, f"X: {answer.status}, {sent_id}", fields.words_of(data, "dm_conversation_id") or None
    )


def _price(request: dict[str, Any]) -> float:
    if request["limit"] == "dm_send":
        return PRICES.write_direct
    return PRICES.write_linked if links(request["body"]["text"]) else PRICES.write_answer


def _same(one: str, other: str) -> bool:
    """Whether two texts say the same: X shortens links, changes spaces at the ends, and puts names before."""
    first, second = (" ".join(unicodedata.normalize("NFC", text).split()) for text in (one, other))
    return first == second or first.endswith(f" {second}")
