"""Many requests in one: `POST /` with `batch`, each answered as if it had come alone; and `GET /?ids=`."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from connectors.standins.server import Asked, Refusal, Told

Json = dict[str, Any]
MOST = 50


def answer(asked: Asked, given: Json, ask: Callable[[Asked], Told | None]) -> Told:
    """The answers, in order. Whoever asks for all is whoever asks for each."""
    asked_for = given["batch"]
    if isinstance(asked_for, str):
        asked_for = json.loads(asked_for)
    if len(asked_for) > MOST:
        error = {"message": f"Too many requests in batch message. Maximum batch size is {MOST}", "code": 1}
        raise Refusal(Told({"error": {**error, "type": "GraphBatchException"}}, 400))
    told = [ask(_single(asked, given, one)) for one in asked_for]
    return Told([_told(one) for one in told])


def _single(asked: Asked, given: Json, one: Json) -> Asked:
    address = urlsplit(one["relative_url"])
    query = {name: values[-1] for name, values in parse_qs(address.query, True).items()}
    proofs = ("access_token", "appsecret_proof")
    whose: dict[str, str] = {name: str(given[name]) for name in proofs if name in given}
    headers = {name: value for name, value in asked.headers.items() if name == "authorization"}
    headers["content-type"] = "application/x-www-form-urlencoded"
    body = str(one.get("body", "")).encode()
    path = f"/{address.path.strip('/')}"
    return Asked(one["method"].upper(), path, {**whose, **query}, headers, body)


def _told(told: Told | None) -> Json | None:
    """None: the platform took too long over this one."""
    if told is None:
        return None
    headers = [{"name": "Content-Type", "value": "application/json"}]
    return {"code": told.status, "headers": headers, "body": json.dumps(told.body)}
