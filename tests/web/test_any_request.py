"""Whatever a program sends, the answer is one that the description knows, and never a failure of ours."""

import base64
import hashlib
import hmac
import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import requests
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlmodel import select

from connectors.facebook.settings import KEYS as FACEBOOK_KEYS
from connectors.x.settings import KEYS as X_KEYS
from inbox import channels
from inbox.access import Scope
from inbox.history import OPERATOR, SYSTEM
from inbox.models import Arrival, ArrivalState, ChannelMode, Office, Role
from inbox.pipeline import process_due
from inbox.secrets import SecretKeys
from inbox.settings import Settings
from inbox.sign_in import tokens
from inbox.storage import open_store
from inbox.web.public.contact.programs import Submission
from inbox.worker.node import make_line
from tests.factories import NOW, a_channel
from tests.web.desks import Desk, World

FEW = settings(
    max_examples=8, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
MANY = settings(FEW, max_examples=60)
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
READ = """/s/{token} /cy/s/{token} /status /status/add /contact/{office} /contact/{office}/{step}
    /open311/v2/discovery.{form} /open311/v2/services.{form} /open311/v2/services/{code}.{form}
    /open311/v2/requests.{form} /open311/v2/requests/{number}.{form} /open311/v2/tokens/{token}.{form}
    /open311/v2/servicerequestupdates.{form} /webhooks/{kind}/{channel_id} /sign-in /healthz"""
WRITTEN = """/s/{token} /status/add /contact/{office} /contact/{office}/{step} /contact/{office}/embed
    /open311/v2/requests.{form} /open311/v2/servicerequestupdates.{form} /sign-in"""
FIELDS = """check text postcode message name email csrf_token nonce service_code lat long description
    jurisdiction_id service_request_id status updated_datetime"""
ASKED = """api_key start_date end_date status service_code service_request_id page page_size jurisdiction_id
    hub.mode hub.challenge crc_token"""
DATES = [
    "0001-01-01T00:00:00+14:00",
    "0001-01-02T00:00:00Z",
    "9999-12-31T23:59:59-12:00",
    "2026-11-22T00:00:00Z",
]
"""At both ends of the calendar, beyond them, and one."""
SECRET = "the secret that signs"
KEY = "between FixMyStreet and us"


def test_the_api_answers_as_its_description_says(app: FastAPI, world: World, desk: Desk) -> None:
    bearers = itertools.cycle([*_bearers(world), "nobody's"])
    versions = itertools.cycle(['"1"', '"2"', "*", ""])

    def dressed(case: schemathesis.Case[Any]) -> None:
        case.headers.update({"authorization": f"Bearer {next(bearers)}", "if-match": next(versions)})

    for operation in _operations(app.openapi()):
        _try(operation, desk, world.ours.ids, dressed)


def test_the_public_paths_answer_anything(app: FastAPI, world: World, desk: Desk, place: str) -> None:
    known = world.ours.ids | {"office": place, "form": "json", "number": "1"}
    for operation in _operations(_public()):
        _try(operation, desk, known, lambda case: None)


@pytest.mark.parametrize("kind", ["facebook", "x"])
def test_whatever_a_platform_signs_is_kept_and_ends_in_a_stated_way(
    kind: str, app: FastAPI, world: World, desk: Desk, settings: Settings
) -> None:
    channel = _platform(kind, world, settings)
    sign = _SIGNED[kind]

    @MANY
    @given(body=_BODIES[kind])
    def call(body: Any) -> None:
        raw = json.dumps(body).encode()
        answer = desk.post(f"/webhooks/{kind}/{channel}", content=raw, headers=sign(raw))
        assert answer.status_code == 200, answer.text

    call()
    line = make_line(settings, world.database, open_store(settings))
    for _ in range(50):
        if not process_due(line):
            break
    with world.database.read(world.ours.office.id) as session:
        mine = select(Arrival).where(Arrival.channel_id == channel)
        states = {row.state for row in session.exec(mine)}
    assert states and states <= set(ArrivalState)


@pytest.mark.parametrize("what", ["requests", "servicerequestupdates"])
def test_whatever_a_reporting_system_asks_with_its_key_is_answered_or_refused(
    what: str, desk: Desk, place: str
) -> None:
    names = ["start_date", "end_date", "status", "service_code", "service_request_id", "max_requests"]
    words = some.sampled_from(DATES) | some.text(max_size=12)

    @MANY
    @given(asked=some.dictionaries(some.sampled_from(names), words, max_size=3))
    def ask(asked: dict[str, str]) -> None:
        answer = desk.get(f"/open311/v2/{what}.json", params={**asked, "api_key": KEY})
        assert answer.status_code in (200, 400, 404), answer.text

    ask()


def _operations(description: dict[str, Any]) -> list[Any]:
    found: list[Any] = list(schemathesis.openapi.from_dict(description).get_all_operations())
    assert found
    return [one.ok() for one in found]


def _try(
    operation: Any, desk: Desk, known: Mapping[str, str], dressed: Callable[[schemathesis.Case[Any]], None]
) -> None:
    """A few requests to one operation: some of what its description allows, most at things that exist."""
    at_random = itertools.cycle([False, False, True])

    @FEW
    @given(case=operation.as_strategy())
    def ask(case: schemathesis.Case[Any]) -> None:
        if not next(at_random):
            case.path_parameters.update({name: known[name] for name in case.path_parameters if name in known})
        dressed(case)
        case.validate_response(_sent(case, desk), checks=CHECKS)

    ask()


def _sent(case: schemathesis.Case[Any], desk: Desk) -> Any:
    """Calls our app with exactly the bytes that would have gone over a wire."""
    made = case.as_transport_kwargs(base_url="http://127.0.0.1")
    names = ("method", "url", "headers", "params", "data", "json", "files")
    wire = requests.Request(**{name: made[name] for name in names if name in made}).prepare()
    headers = {name: str(value) for name, value in wire.headers.items() if name != "Content-Length"}
    content: Any = wire.body
    answer = desk.request(str(wire.method), str(wire.url), headers=headers, content=content)
    answer.request.read()
    return answer


def _bearers(world: World) -> Iterator[str]:
    house = world.ours
    for role in (Role.CASEWORKER, Role.MANAGER, Role.SIGNATORY):
        with world.database.write(house.office.id) as session:
            yield tokens.add(session, house.people[role], "t", Scope.WRITE, actor=OPERATOR, now=NOW)[1]


@pytest.fixture
def place(world: World, settings: Settings) -> str:
    """The slug of an office with a form and a reporting system."""
    with world.database.write() as session:
        office = session.exec(select(Office).where(Office.id == world.ours.office.id)).one()
    with world.database.write(office.id) as session:
        a_channel(session, kind="web", name="Form", account="form", mode="full")
        channels.add(
            session, kind="open311", name="Reports", values={"jurisdiction_id": "wx", "reporter": "FMS"},
            secrets={"api_key": KEY}, keys=SecretKeys(settings.keys), settings=settings, now=settings.now(),
            actor=SYSTEM,
        )  # fmt: skip
    return office.slug


def _platform(kind: str, world: World, settings: Settings) -> str:
    keys = FACEBOOK_KEYS if kind == "facebook" else X_KEYS
    given = {"user_id": "77", "page_id": "77", "username": "ours"}
    values = {key.name: given.get(key.name, "1") for key in keys.values() if key.required and not key.secret}
    secrets = dict.fromkeys([key.name for key in keys.values() if key.secret], SECRET)
    with world.database.write(world.ours.office.id) as session:
        made = channels.add(
            session, kind=kind, name=kind, values=values, secrets=secrets, keys=SecretKeys(settings.keys),
            settings=settings, now=settings.now(), actor=SYSTEM,
        )  # fmt: skip
        made.mode = ChannelMode.LISTEN
        return made.id


def _by_facebook(body: bytes) -> dict[str, str]:
    return {"x-hub-signature-256": "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}


def _by_x(body: bytes) -> dict[str, str]:
    proof = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
    return {"x-twitter-webhooks-signature": f"sha256={proof}"}


_SIGNED = {"facebook": _by_facebook, "x": _by_x}


def _shaped(names: str, inner: some.SearchStrategy[Any]) -> some.SearchStrategy[Any]:
    """Objects with some of the field names that the platform uses, and anything in them."""
    return some.dictionaries(some.sampled_from(names.split()), inner, max_size=6)


_WORDS = some.text(max_size=12) | some.sampled_from(["77", "1", *DATES, "\0", "\ud800", "9" * 40, "page"])
_SIMPLE = some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | _WORDS
_DEEPER = some.recursive(
    _SIMPLE,
    lambda inner: (
        some.lists(inner, max_size=3)
        | _shaped(
            "id mid text from message sender recipient user_id data created_time media item verb", inner
        )
    ),
    max_leaves=8,
)
_FACEBOOK_EVENT = _shaped("sender recipient timestamp message delivery read field value postback", _DEEPER)
_FACEBOOK_CHANGE = some.fixed_dictionaries(
    {
        "field": some.sampled_from(["feed", "mention"]) | _SIMPLE,
        "value": _shaped(
            "item verb post_id comment_id created_time from message",
            some.sampled_from(["comment", "post", "add", "edited", "remove"]) | _DEEPER,
        ),
    }
)
_FACEBOOK_THING = _FACEBOOK_EVENT | _FACEBOOK_CHANGE | _DEEPER
_FACEBOOK_ENTRY = _shaped("id time", _SIMPLE).flatmap(
    lambda head: _shaped("messaging standby changes", some.lists(_FACEBOOK_THING, max_size=3)).map(
        lambda rest: {**head, **rest}
    )
)
_X_EVENT = some.fixed_dictionaries(
    {"event_type": some.sampled_from(["post.create", "post.delete", "dm.received", "dm.sent"]) | _SIMPLE},
    optional={"filter": _shaped("user_id", _SIMPLE), "payload": _DEEPER | _shaped(
        "id text direct_message_events author_id created_timestamp message_create", _DEEPER
    ), "event_uuid": _SIMPLE, "tag": _SIMPLE},
)  # fmt: skip
_BODIES: dict[str, some.SearchStrategy[Any]] = {
    "facebook": some.fixed_dictionaries(
        {"object": some.just("page"), "entry": some.lists(_FACEBOOK_ENTRY | _DEEPER, max_size=3)}
    )
    | some.lists(_DEEPER, max_size=2),
    "x": some.fixed_dictionaries({"data": _X_EVENT})
    | some.fixed_dictionaries(
        {"for_user_id": some.just("77") | _SIMPLE},
        optional={
            name: some.lists(_DEEPER, max_size=2) | _SIMPLE
            for name in ("tweet_create_events", "direct_message_events", "tweet_delete_events", "odd_events")
        },
    )
    | some.lists(_DEEPER, max_size=2),
}


def _public() -> dict[str, Any]:
    """What stands on the open paths, as a description: their answers are any that are no failure."""
    words = {"type": "string", "maxLength": 40}
    fields = dict.fromkeys(FIELDS.split(), words) | {"api_key": {"enum": [KEY, "another"]}}
    schema = {"type": "object", "additionalProperties": words, "properties": fields}
    form = {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}
    asked = fields | {name: {"enum": DATES} for name in ("start_date", "end_date")}
    query = [{"name": name, "in": "query", "schema": asked.get(name, words)} for name in ASKED.split()]
    body = {"content": {"application/json": {"schema": Submission.model_json_schema()}}}
    paths: dict[str, Any] = {path: {"get": _open(path, parameters=query)} for path in READ.split()}
    for path in WRITTEN.split():
        paths.setdefault(path, {})["post"] = _open(path, requestBody=form)
    for path in ("/contact/{office}.json", "/webhooks/{kind}/{channel_id}"):
        paths.setdefault(path, {})["post"] = _open(path, requestBody=body)
    return {"openapi": "3.1.0", "info": {"title": "public", "version": "1"}, "paths": paths}


def _open(path: str, parameters: list[Any] | None = None, **more: Any) -> dict[str, Any]:
    named = [part.partition("}")[0] for part in path.split("{")[1:]]
    inside = [{"name": n, "in": "path", "required": True, "schema": {"type": "string"}} for n in named]
    return {
        "parameters": inside + (parameters or []),
        "responses": {"default": {"description": "any"}},
        **more,
    }
