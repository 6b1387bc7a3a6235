"""Answers in the shapes of GeoReport v2: bare arrays in JSON, named elements in XML, errors in both."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.contract import WebhookAnswer
from connectors.open311 import markup

Row = Mapping[str, Any]
JSON, XML = "json", "xml"
TYPES = {JSON: "application/json; charset=utf-8", XML: "text/xml; charset=utf-8"}


def rows(found: Sequence[Row], form: str, root: str, item: str, status: int = 200) -> WebhookAnswer:
    """Many things: a bare array, or `<root><item>`."""
    body = markup.write(root, item, found) if form == XML else json.dumps(list(found)).encode()
    return WebhookAnswer(status, body, TYPES[form])


def one(found: Row, form: str, root: str, status: int = 200) -> WebhookAnswer:
    """One thing that GeoReport gives as an object: discovery, a service's definition."""
    body = markup.write_one(root, found) if form == XML else json.dumps(found).encode()
    return WebhookAnswer(status, body, TYPES[form])


def requests(found: Sequence[Row], form: str, status: int = 200) -> WebhookAnswer:
    return rows(found, form, "service_requests", "request", status)


def updates(found: Sequence[Row], form: str, status: int = 200) -> WebhookAnswer:
    return rows(found, form, "service_request_updates", "request_update", status)


def update_taken(update_id: str, form: str) -> WebhookAnswer:
    """The answer to a posted update, as FixMyStreet's own server gives it."""
    told = {"update_id": update_id}
    if form == XML:
        return rows([told], form, "service_request_updates", "request_update", 201)
    return WebhookAnswer(201, json.dumps({"service_request_updates": told}).encode(), TYPES[JSON])


def error(status: int, words: str, form: str) -> WebhookAnswer:
    """`{"errors": [{"code", "description"}]}`, which FixMyStreet and its adapter read."""
    told = {"code": status, "description": words}
    if form == XML:
        return rows([told], form, "errors", "error", status)
    return WebhookAnswer(status, json.dumps({"errors": [told]}).encode(), TYPES[JSON])
