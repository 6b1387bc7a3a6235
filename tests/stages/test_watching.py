"""What no failure tells: a disk that fills up, a channel gone quiet, files that belong to nothing."""

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from inbox import silence
from inbox.models import Channel, Event, EventKind, Role
from inbox.silence import Silence
from inbox.worker.clearing import clear_away
from inbox.worker.watching import watch
from tests.security.places import Place, letter
from tests.stages.test_alerts import notices

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 20, 17, tzinfo=UTC)
WORKDAYS = [
    FRIDAY - timedelta(days=day, hours=hour) for day in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11) for hour in (0, 4, 8)
]


def fill_up(monkeypatch: pytest.MonkeyPatch, megabytes: int) -> None:
    told = shutil._ntuple_diskusage(10 << 30, 0, megabytes << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: told)


# --- silence


def test_a_night_a_weekend_and_a_long_weekend_are_no_silence() -> None:
    for hours in (16, 64, 100):
        assert silence.judge(WORKDAYS, FRIDAY + timedelta(hours=hours)) is None


def test_twice_the_longest_that_ever_lay_between_two_messages_is_one() -> None:
    usual = timedelta(hours=64)
    long_ago = FRIDAY - timedelta(days=90)
    found = silence.judge([*WORKDAYS, long_ago], FRIDAY + 2 * usual + timedelta(minutes=1))
    assert found == Silence(FRIDAY, usual)


def test_of_a_channel_that_is_young_or_seldom_used_nothing_is_said() -> None:
    later = FRIDAY + timedelta(days=90)
    assert silence.judge([], later) is None
    assert silence.judge(WORKDAYS[:19], later) is None
    assert silence.judge([FRIDAY - timedelta(minutes=minute) for minute in range(90)], later) is None


# --- who is told


def quiet_since(place: Place, ago: timedelta) -> None:
    """Three letters an hour for ten days, the last of them so long ago."""
    from inbox.models import Arrival, ArrivalState

    last = datetime.now(UTC) - ago
    with place.database.write(place.ours.id) as session:
        channel = session.merge(place.ours.channel)
        channel.last_in_at, channel.last_ok_at = last, datetime.now(UTC)
        for number in range(40):
            at = last - timedelta(hours=6 * number)
            session.add(
                Arrival(
                    office_id=place.ours.id,
                    channel_id=channel.id,
                    account="a",
                    external_id=f"{number}",
                    state=ArrivalState.DUPLICATE,
                    raw_hash="0" * 64,
                    size=1,
                    received_at=at,
                    kept_at=at,
                )
            )


def test_a_channel_gone_quiet_is_told_once_a_day_and_shown(place_on_each: Place) -> None:
    place = place_on_each
    quiet_since(place, timedelta(hours=30))
    for _ in range(2):
        watch(place.node)
    [(row, mail)] = notices(place.ours)
    assert row.recipients == [place.ours.people[Role.MANAGER].email]
    assert place.ours.channel.name in mail["subject"]
    assert "never more than 6 hours" in mail.get_content()
    assert f"/channels/{place.ours.channel.id}" in mail.get_content()


def test_a_channel_heard_of_a_moment_ago_is_not(place: Place) -> None:
    quiet_since(place, timedelta(hours=5))
    watch(place.node)
    assert notices(place.ours) == []


def test_a_channel_that_is_switched_off_is_silent_because_somebody_wanted_it(place: Place) -> None:
    quiet_since(place, timedelta(hours=30))
    with place.database.write(place.ours.id) as session:
        session.exec(select(Channel).where(Channel.id == place.ours.channel.id)).one().mode = "off"
    watch(place.node)
    assert notices(place.ours) == []


def test_a_disk_that_fills_up_is_told_before_anything_is_refused(
    place_on_each: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, least = place_on_each, place_on_each.node.settings.low_disk_megabytes
    fill_up(monkeypatch, 5 * least + 1)
    watch(place.node)
    assert notices(place.ours) == []
    fill_up(monkeypatch, 5 * least - 1)
    for _ in range(2):
        watch(place.node)
    for office in (place.ours, place.theirs):
        [(_, mail)] = notices(office)
        assert f"{5 * least - 1} MB are left" in mail.get_content()
    place.ours.receive(letter())
    assert len(place.ours.cases()) == 1


# --- files that belong to nothing


def orphan(place: Place, content: bytes, *, days: float) -> Path:
    digest = place.node.store.put(place.ours.id, content)
    [file] = place.node.store._folder.glob(f"*/*/{digest}")
    age(file, days)
    return file


def age(file: Path, days: float) -> None:
    at = (datetime.now(UTC) - timedelta(days=days)).timestamp()
    os.utime(file, (at, at))


def test_bytes_whose_row_never_came_are_gone_after_a_day_and_letters_stay(place_on_each: Place) -> None:
    place = place_on_each
    place.ours.receive(letter())
    letters = {file for file in place.node.store._folder.glob("*/*/*") if file.is_file()}
    for file in letters:
        age(file, 2)
    old, young = orphan(place, b"old", days=1.1), orphan(place, b"young", days=0.9)
    clear_away(place.node)
    assert not old.exists()
    assert young.exists()
    assert all(file.exists() for file in letters)


def test_bytes_that_are_put_once_more_are_not_taken_from_under_the_writer(place: Place) -> None:
    file = orphan(place, b"old", days=2)
    before = datetime.now(UTC) - timedelta(days=1)
    assert place.node.store.put(place.ours.id, b"old") == file.name
    assert not place.node.store.remove(place.ours.id, file.name, before)
    assert file.read_bytes() == b"old"


def test_where_the_database_is_older_than_the_files_nothing_is_removed(place: Place) -> None:
    files = [orphan(place, b"%d" % number, days=2) for number in range(21)]
    clear_away(place.node)
    assert all(file.exists() for file in files)


def test_what_was_told_is_in_the_history_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_up(monkeypatch, 1)
    for _ in range(3):
        watch(place.node)
    with place.database.read(place.ours.id) as session:
        events = session.exec(select(Event).where(Event.kind == EventKind.ALERTED)).all()
    assert [one.detail["about"] for one in events] == ["alert-disk"]
