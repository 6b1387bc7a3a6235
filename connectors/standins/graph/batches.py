"""Up to twenty requests in one (`$batch`), each answered as if it had come alone."""

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from connectors.standins.graph.sign_in import problem
from connectors.standins.server import Asked, Refusal, Told

MOST = 20


def answer(asked: Asked, ask: Callable[[Asked], Told | None]) -> Told:
    """The answers by id. One that depends on a failed one is not tried."""
    requests = asked.json["requests"]
    if len(requests) > MOST:
        raise Refusal(problem(400, "BadRequest", f"The batch holds more than {MOST} requests."))
    answers: list[dict[str, Any]] = []
    for one in requests:
        needed = one.get("dependsOn") or []
        failed = any(each["id"] in needed and each["status"] >= 400 for each in answers)
        told = (
            problem(424, "FailedDependency", "A needed one failed.") if failed else ask(_single(asked, one))
        )
        answers.append(_told(str(one["id"]), told or problem(504, "GatewayTimeout", "No answer.")))
    return Told({"responses": answers})


def _single(asked: Asked, one: dict[str, Any]) -> Asked:
    address = urlsplit(one["url"])
    query = {name: values[-1] for name, values in parse_qs(address.query, True).items()}
    headers = {name.lower(): str(value) for name, value in (one.get("headers") or {}).items()}
    headers["authorization"] = asked.headers.get("authorization", "")
    body = json.dumps(one["body"]).encode() if "body" in one else b""
    return Asked(one["method"].upper(), f"/v1.0/{address.path.lstrip('/')}", query, headers, body)


def _told(identity: str, told: Told) -> dict[str, Any]:
    body = base64.b64encode(told.body).decode() if isinstance(told.body, bytes) else told.body
    found = {"id": identity, "status": told.status, "headers": dict(told.headers)}
    return found | ({"body": body} if body else {})
