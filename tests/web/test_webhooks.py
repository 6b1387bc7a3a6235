"""Where platforms call: proved, durable before the answer, once; nobody learns what exists."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from httpx import Response
from sqlmodel import select

from connectors import registry
from inbox import channels
from inbox.database import Database, database_now, find
from inbox.errors import NotFound
from inbox.history import SYSTEM
from inbox.models import Arrival, Channel, ChannelMode, Event, EventKind, Job
from inbox.secrets import SecretKeys
from inbox.settings import Settings
from inbox.storage import open_store
from inbox.web.keeper import Keeper, _Load
from tests.rigs.callers import CallingChannel, signed
from tests.web.desks import Desk, World

EVENT = {"is": "message", "text": "hello"}


@pytest.fixture(autouse=True)
def calling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.KINDS, "calling", lambda: CallingChannel)


@pytest.fixture
def channel(calling: None, world: World, settings: Settings, sqlite_database: Database) -> str:
    with sqlite_database.write(world.ours.office.id) as session:
        made = channels.add(
            session, kind="calling", name="Our page", values={}, secrets={}, keys=SecretKeys(settings.keys),
            settings=settings, now=settings.now(), actor=SYSTEM,
        )  # fmt: skip
        return made.id


def call(
    desk: Desk, channel: str, *events: dict[str, Any], kind: str = "calling", **headers: str
) -> Response:
    body, proof = signed(*events)
    answer: Response = desk.post(f"/webhooks/{kind}/{channel}", content=body, headers={**proof, **headers})
    return answer


def kept(world: World) -> list[str]:
    with world.database.read(world.ours.office.id) as session:
        mine = select(Arrival.external_id).join(Channel).where(Channel.kind == "calling")
        return sorted(session.exec(mine))


def test_a_handshake_is_answered_and_keeps_nothing(desk: Desk, channel: str, world: World) -> None:
    answer = desk.get(f"/webhooks/calling/{channel}?challenge=1158201444")
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert kept(world) == []


def test_handshakes_are_limited_for_each_channel_and_news_is_not(
    desk: Desk, channel: str, world: World
) -> None:
    for _ in range(30):
        assert desk.get(f"/webhooks/calling/{channel}?challenge=1").status_code == 200
    beyond = desk.get(f"/webhooks/calling/{channel}?challenge=1")
    assert beyond.status_code == 429
    assert 1 <= int(beyond.headers["retry-after"]) <= 61
    assert desk.get("/webhooks/calling/another?challenge=1").status_code == 404
    assert call(desk, channel, {**EVENT, "id": "1"}).status_code == 200


def test_news_is_kept_and_queued_before_the_answer(desk: Desk, channel: str, world: World) -> None:
    assert call(desk, channel, {**EVENT, "id": "1"}, {**EVENT, "id": "2"}).status_code == 200
    assert kept(world) == ["1", "2"]
    with world.database.read() as session:
        assert len(session.exec(select(Job).where(Job.kind == "process")).all()) == 2
    with world.database.read(world.ours.office.id) as session:
        assert find(session, Channel, channel).hinted_at is not None


def test_the_same_call_again_keeps_nothing_new(desk: Desk, channel: str, world: World) -> None:
    for _ in range(2):
        assert call(desk, channel, {**EVENT, "id": "1"}).status_code == 200
    assert kept(world) == ["1"]


def test_many_at_once_are_each_kept_once(desk: Desk, channel: str, world: World) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: call(desk, channel, {**EVENT, "id": str(number)}), range(40)))
    assert {one.status_code for one in answers} == {200}
    assert kept(world) == sorted(str(number) for number in range(40))


def test_an_unproved_call_is_refused_and_the_office_told_once(desk: Desk, channel: str, world: World) -> None:
    for _ in range(3):
        assert call(desk, channel, {**EVENT, "id": "1"}, **{"x-signature": "0" * 64}).status_code == 403
    assert kept(world) == []
    with world.database.read(world.ours.office.id) as session:
        notices = session.exec(select(Event).where(Event.kind == EventKind.CHANNEL_NOTICE)).all()
    assert len(notices) == 1


def test_unknown_wrong_and_removed_channels_look_alike(desk: Desk, channel: str, world: World) -> None:
    email = world.ours.ids["channel_id"]
    answers = [call(desk, "0" * 32), call(desk, channel, kind="email"), call(desk, email, kind="email")]
    with world.database.write(world.ours.office.id) as session:
        row = find(session, Channel, channel)
        channels.remove(session, row, now=row.created_at, actor=SYSTEM)
    answers.append(call(desk, channel))
    assert {one.status_code for one in answers} == {404}
    assert len({one.json()["detail"] for one in answers}) == 1


def test_a_channel_that_is_off_answers_so_that_its_webhook_lives_and_keeps_nothing(
    desk: Desk, channel: str, world: World
) -> None:
    with world.database.write(world.ours.office.id) as session:
        find(session, Channel, channel).mode = ChannelMode.OFF
    assert call(desk, channel, {**EVENT, "id": "1"}).status_code == 200
    assert kept(world) == []


def test_what_cannot_be_kept_is_not_answered_with_yes(
    desk: Desk, channel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object) -> str:
        raise OSError("no space left on device")

    monkeypatch.setattr("inbox.storage.FolderStore._write", full)
    assert call(desk, channel, {**EVENT, "id": "1"}).status_code == 503


def test_an_id_that_no_database_holds_costs_nobody_their_call(desk: Desk, channel: str, world: World) -> None:
    odd = [{**EVENT, "id": one} for one in ("a\ud800", "a\0", "a" * 900)]
    assert call(desk, channel, *odd, {**EVENT, "id": "1"}).status_code == 200
    assert call(desk, channel, *odd).status_code == 200
    assert len(kept(world)) == 4


def test_what_one_call_brought_does_not_cost_the_others_theirs(world: World, settings: Settings) -> None:
    """Three calls go into one commit, one of them for a channel that is not there."""
    keeper = Keeper(world.database, open_store(settings), settings.now, database_now)
    office = world.ours.office.id
    loads = [_Load(office, one, [], True) for one in (world.ours.ids["channel_id"], "0" * 32)]
    keeper._waiting = [*loads, _Load(office, world.ours.ids["channel_id"], [], True)]
    keeper._commit()
    first, missing = loads
    assert first.is_done and first.failure is None
    assert missing.is_done and isinstance(missing.failure, NotFound)
    with world.database.read(office) as session:
        assert find(session, Channel, first.channel_id).hinted_at is not None


def test_a_call_under_another_kind_is_not_known_also_just_after_a_right_one(
    desk: Desk, channel: str, world: World
) -> None:
    assert call(desk, channel, {**EVENT, "id": "1"}).status_code == 200
    assert call(desk, channel, {**EVENT, "id": "2"}, kind="facebook").status_code == 404
    assert kept(world) == ["1"]
