"""GeoReport v2 for third parties: durable before the answer, once, and nobody sees what is not theirs."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from httpx import Response
from sqlmodel import select

from inbox import channels
from inbox.database import Database, find
from inbox.history import SYSTEM
from inbox.models import Arrival, Case, Channel, ChannelMode, Message
from inbox.pipeline import process_due
from inbox.secrets import SecretKeys
from inbox.settings import Settings
from inbox.storage import open_store
from inbox.web.staff.showing import channel_pages
from inbox.worker.node import make_line
from tests.web.desks import Desk, House, World

KEY = "between FixMyStreet and us"
OTHER_KEY = "between another app and us"
PLACE = "wexcombe.example"
REPORT = {
    "api_key": KEY, "jurisdiction_id": PLACE, "service_code": "transport", "lat": "51.50", "long": "-0.12",
    "description": "A deep hole by the bus stop. My number is 01632 960001.", "email": "Wyn@example.org",
    "first_name": "Wyn", "last_name": "Parry", "phone": "01632 960001", "attribute[external_id]": "FMS-7",
}  # fmt: skip

Connect = Callable[..., str]


@pytest.fixture
def connect(world: World, settings: Settings, sqlite_database: Database) -> Connect:
    def made(house: House | None = None, key: str = KEY, **values: str) -> str:
        house = house or world.ours
        given = {"jurisdiction_id": PLACE, "reporter": "FixMyStreet", **values}
        with sqlite_database.write(house.office.id) as session:
            return channels.add(
                session, kind="open311", name=f"Reports {key[-12:]}", values=given, secrets={"api_key": key},
                keys=SecretKeys(settings.keys), settings=settings, now=settings.now(), actor=SYSTEM,
            ).id  # fmt: skip

    return made


@pytest.fixture
def channel(connect: Connect) -> str:
    return connect()


@pytest.fixture
def work(settings: Settings, sqlite_database: Database) -> Callable[[], None]:
    def done() -> None:
        line = make_line(settings, sqlite_database, open_store(settings))
        while process_due(line):
            pass

    return done


def post(desk: Desk, what: str = "requests.json", **changes: str) -> Response:
    fields = {name: value for name, value in {**REPORT, **changes}.items() if value}
    answer: Response = desk.post(f"/open311/v2/{what}", data=fields)
    return answer


def as_json(desk: Desk, what: str, told: dict[str, Any]) -> Response:
    """Half surrogate pairs and all."""
    body, kind = json.dumps(told).encode(), {"content-type": "application/json"}
    answer: Response = desk.post(f"/open311/v2/{what}.json", content=body, headers=kind)
    return answer


def read(desk: Desk, what: str = "requests.json", **query: str) -> Any:
    asked = {name: value for name, value in {"api_key": KEY, **query}.items() if value}
    return desk.get(f"/open311/v2/{what}", params=asked)


def rows(world: World, table: type[Any]) -> list[Any]:
    with world.database.read(world.ours.office.id) as session:
        return list(session.exec(select(table).order_by(table.id)))


def number_of(answer: Response) -> str:
    assert answer.status_code == 201, answer.text
    number: str = answer.json()[0]["service_request_id"]
    return number


def test_a_report_is_kept_before_the_answer_which_is_a_bare_array(
    desk: Desk, channel: str, world: World
) -> None:
    number = number_of(post(desk))
    kept = [one for one in rows(world, Arrival) if one.channel_id == channel]
    assert [one.external_id for one in kept] == [f"request/{number}"]


def test_the_same_report_again_has_the_same_number_and_is_kept_once(
    desk: Desk, channel: str, world: World
) -> None:
    assert number_of(post(desk)) == number_of(post(desk))
    assert len([one for one in rows(world, Arrival) if one.channel_id == channel]) == 1


def test_words_that_no_database_holds_are_kept_as_they_can_be(
    desk: Desk, channel: str, world: World, work: Callable[[], None]
) -> None:
    plain = {name: words for name, words in REPORT.items() if "[" not in name}
    odd = {**plain, "first_name": "Wyn \ud83d", "attribute": {"external_id": "\ud83d"}}
    numbers = {number_of(as_json(desk, "requests", odd)) for _ in range(2)}
    work()
    assert len(numbers) == 1
    assert "My number is" in rows(world, Message)[-1].text
    asked = {"api_key": KEY, "service_request_id": "\ud83d", "update_id": "1", "status": "OPEN"}
    assert as_json(desk, "servicerequestupdates", asked).status_code == 404


@pytest.mark.parametrize("what", ["requests", "servicerequestupdates"])
@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("start_date", "0001-01-01T00:00:00+14:00"),
        ("start_date", "9999-12-31T23:59:59-12:00"),
        ("end_date", "9999-12-31T23:59:59-12:00"),
        ("end_date", "0001-01-02T00:00:00Z"),
    ],
)
def test_a_date_beyond_the_calendar_is_refused_in_the_words_of_the_format(
    desk: Desk, channel: str, what: str, name: str, date: str
) -> None:
    answer = read(desk, f"{what}.json", **{name: date})
    assert answer.status_code == 400
    assert answer.json() == {"errors": [{"code": 400, "description": f"Bad request: {name}"}]}


@pytest.mark.parametrize("what", ["requests", "servicerequestupdates"])
def test_the_first_and_the_last_second_of_the_calendar_are_dates(desk: Desk, channel: str, what: str) -> None:
    whole = {"start_date": "0001-01-01T00:00:00Z", "end_date": "9999-12-31T23:59:59Z"}
    assert read(desk, f"{what}.json", **whole).status_code == 200


@pytest.mark.parametrize("form", ["form", "json", "xml", "multipart"])
def test_every_way_of_writing_a_report_says_the_same(
    desk: Desk, channel: str, world: World, work: Callable[[], None], form: str
) -> None:
    url, plain = "/open311/v2/requests.json", {k: v for k, v in REPORT.items() if "[" not in k}
    if form == "form":
        answer = desk.post(url, data=REPORT)
    elif form == "json":
        answer = desk.post(url, json={**plain, "attributes": [{"code": "external_id", "value": "FMS-7"}]})
    elif form == "xml":
        inside = "".join(f"<{name}>{value}</{name}>" for name, value in plain.items())
        answer = desk.post(url, content=f"<request>{inside}</request>", headers={"content-type": "text/xml"})
    else:
        answer = desk.post(url, data=REPORT, files={"media": ("hole.jpg", b"\xff\xd8\xff", "image/jpeg")})
    number_of(answer)
    work()
    message = next(one for one in rows(world, Message) if one.channel_id == channel)
    assert (message.kind, message.sender_handle, message.sender_name) == (
        "report",
        "wyn@example.org",
        "Wyn Parry",
    )
    assert "A deep hole by the bus stop." in message.text
    assert "Place: 51.50, -0.12" in message.text
    assert KEY not in message.text


def test_who_reads_with_the_key_sees_service_place_and_status_and_nobody(
    desk: Desk, channel: str, work: Callable[[], None]
) -> None:
    number = number_of(post(desk, address_string="Mill Lane"))
    work()
    (row,) = read(desk).json()
    assert row["service_request_id"] == number
    assert (row["status"], row["service_code"], row["lat"], row["long"]) == (
        "open",
        "transport",
        "51.50",
        "-0.12",
    )
    assert row["address"] == "Mill Lane"
    for query in ({}, {"service_request_id": number}):
        words = read(desk, **query).text + read(desk, "requests.xml", **query).text
        assert not any(one in words for one in ("Wyn", "wyn", "01632", "hole", "FMS-7"))


def test_another_key_sees_nothing_of_it(desk: Desk, channel: str, world: World, connect: Connect) -> None:
    number = number_of(post(desk))
    connect(world.theirs, OTHER_KEY)
    assert read(desk, api_key=OTHER_KEY).json() == []
    assert read(desk, f"requests/{number}.json", api_key=OTHER_KEY).status_code == 404
    assert read(desk, f"tokens/{number}.json", api_key=OTHER_KEY).status_code == 404


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"api_key": ""}, 400, "Bad request: api_key"),
        ({"api_key": "a wrong key that is long"}, 403, "This api_key is not known"),
        ({"jurisdiction_id": "elsewhere.example"}, 404, "Unknown jurisdiction_id"),
        ({"service_code": ""}, 400, "Bad request: service_code"),
        ({"service_code": "dragons"}, 404, "Unknown service_code"),
        ({"lat": "", "long": ""}, 400, "Bad request: lat and long, address_string or address_id"),
        ({"lat": "951.50"}, 400, "Bad request: lat and long, address_string or address_id"),
    ],
)
def test_a_wrong_report_is_refused_in_georeports_words(
    desk: Desk, channel: str, world: World, changes: dict[str, str], status: int, words: str
) -> None:
    answer = post(desk, **changes)
    assert answer.status_code == status
    assert answer.json() == {"errors": [{"code": status, "description": words}]}
    in_xml = post(desk, "requests.xml", **changes)
    assert in_xml.status_code == status
    assert (
        f"<errors><error><code>{status}</code><description>{words}</description></error></errors>"
        in in_xml.text
    )
    assert [one for one in rows(world, Arrival) if one.channel_id == channel] == []


def test_an_update_of_the_reporting_system_joins_its_case_and_comes_once(
    desk: Desk, channel: str, world: World, work: Callable[[], None]
) -> None:
    number = number_of(post(desk))
    work()
    update = {
        "api_key": KEY, "jurisdiction_id": PLACE, "service_request_id": number, "update_id": "77",
        "status": "fixed - user", "description": "It was filled today.",
        "updated_datetime": "2026-11-22T10:00:00+00:00",
    }  # fmt: skip
    answer = desk.post("/open311/v2/servicerequestupdates.json", data=update)
    assert (answer.status_code, answer.json()) == (201, {"service_request_updates": {"update_id": "77"}})
    work()
    again = desk.post("/open311/v2/servicerequestupdates.json", data=update)
    assert again.status_code == 400
    assert "already exists" in again.json()["errors"][0]["description"]
    first, second = [one for one in rows(world, Message) if one.channel_id == channel]
    assert first.case_id == second.case_id
    assert "It was filled today." in second.text


def test_an_update_of_a_report_that_nobody_made_is_not_found(desk: Desk, channel: str) -> None:
    answer = post(desk, "servicerequestupdates.json", service_request_id="NONE", update_id="1")
    assert answer.status_code == 404


def test_a_finished_case_reads_as_closed_and_is_told_as_an_update(
    desk: Desk, channel: str, world: World, work: Callable[[], None], settings: Settings
) -> None:
    number = number_of(post(desk))
    work()
    from inbox import casework

    with world.database.write(world.ours.office.id) as session:
        message = session.exec(select(Message).where(Message.channel_id == channel)).one()
        case = find(session, Case, message.case_id or "")
        casework.close(session, case, outcome="resolved", note="", now=settings.now(), actor=SYSTEM)
    (row,) = read(desk, status="closed").json()
    assert row["service_request_id"] == number
    assert read(desk, status="open").json() == []
    (told,) = read(desk, "servicerequestupdates.json").json()
    assert (told["service_request_id"], told["status"], told["description"]) == (number, "CLOSED", "")


def test_a_channel_that_is_off_takes_nothing(desk: Desk, channel: str, world: World) -> None:
    with world.database.write(world.ours.office.id) as session:
        find(session, Channel, channel).mode = ChannelMode.OFF
    assert post(desk).status_code == 403


def test_services_are_listed_with_words_for_booleans(desk: Desk, connect: Connect) -> None:
    connect(services="POT=Potholes; BIN=Bins & rubbish")
    found = desk.get("/open311/v2/services.json").json()
    assert [(one["service_code"], one["metadata"], one["type"]) for one in found] == [
        ("POT", "false", "realtime"), ("BIN", "false", "realtime"),
    ]  # fmt: skip
    assert "<service_name>Bins &amp; rubbish</service_name>" in desk.get("/open311/v2/services.xml").text
    assert desk.get("/open311/v2/services/POT.json").json() == {"service_code": "POT", "attributes": []}
    assert desk.get("/open311/v2/services/TREE.json").status_code == 404
    assert desk.get("/open311/v2/discovery.json").json()["endpoints"][0]["url"].endswith("/open311/v2")


def test_the_address_and_jurisdiction_on_the_channels_page_are_those_that_work(
    desk: Desk, channel: str, world: World, settings: Settings
) -> None:
    with world.database.read(world.ours.office.id) as session:
        row = find(session, Channel, channel)
        address = channels.webhook_url(row, settings)
        guide = channel_pages.guide(row, settings)
    assert address is not None and guide is not None
    [copied] = [step.copy for step in guide.steps if step.copy]
    assert copied == (address, PLACE)
    path = address.removeprefix(settings.base_url.rstrip("/"))
    assert desk.get(f"{path}/services.json", params={"jurisdiction_id": copied[1]}).status_code == 200
    assert desk.get(f"{path}/discovery.json").status_code == 200


def test_guessing_keys_is_slowed_down(desk: Desk, channel: str) -> None:
    answers = [post(desk, api_key=f"a wrong key number {number}").status_code for number in range(30)]
    assert answers[0] == 403
    assert answers[-1] == 429
    assert post(desk).status_code == 429


def test_right_keys_are_not_counted_as_guesses(desk: Desk, channel: str) -> None:
    assert {post(desk, service_code="dragons").status_code for _ in range(25)} == {404}


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\xff\xfe", b"[]", b"[1,2]", b"[" * 20_000, b"<a><b></a>", b"null",
        b"<!DOCTYPE r [<!ENTITY x 'y'>]><request><api_key>&x;</api_key></request>",
    ],
)  # fmt: skip
def test_nonsense_is_refused_with_an_error_body(desk: Desk, channel: str, body: bytes) -> None:
    for kind in ("application/json", "text/xml", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = desk.post("/open311/v2/requests.json", content=body, headers={"content-type": kind})
        assert answer.status_code == 400, kind
        assert answer.json()["errors"]


def test_a_key_brings_no_more_in_an_hour_than_it_may_and_loses_nothing_of_what_it_brought(
    desk: Desk, connect: Connect, world: World
) -> None:
    channel = connect(hourly="2")
    numbers = [
        number_of(post(desk, **{"attribute[external_id]": f"FMS-{one}", "description": f"Hole {one}."}))
        for one in range(2)
    ]
    third = post(desk, **{"attribute[external_id]": "FMS-3"})
    assert third.status_code == 429, third.text
    assert third.json()[0]["code"] == 429 if isinstance(third.json(), list) else third.json()["errors"]
    kept = [one.external_id for one in rows(world, Arrival) if one.channel_id == channel]
    assert sorted(kept) == sorted(f"request/{number}" for number in numbers)
