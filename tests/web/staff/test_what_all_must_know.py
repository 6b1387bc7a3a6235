"""A disk that fills up stands on every page; a channel gone quiet on the page of channels."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from inbox.models import Arrival, ArrivalState, Channel, Role
from tests.web.staff.offices import Bench


def test_a_disk_that_fills_up_is_said_on_every_page(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = bench.sit(Role.CASEWORKER)
    for free, is_said in ((100 << 30, False), (300 << 20, True)):
        told = shutil._ntuple_diskusage(200 << 30, 0, free)
        monkeypatch.setattr(shutil, "disk_usage", lambda _, told=told: told)
        for page in ("/queue/to-sort", "/sending"):
            assert ("The disk is nearly full" in desk.get(page).text) is is_said


def test_a_channel_gone_quiet_is_said_beside_it(bench: Bench) -> None:
    last = datetime.now(UTC) - timedelta(hours=30)
    with bench.write() as session:
        channel = session.exec(select(Channel)).first()
        channel.last_in_at = channel.last_ok_at = last
        for number in range(40):
            at = last - timedelta(hours=6 * number)
            session.add(
                Arrival(
                    office_id=channel.office_id, channel_id=channel.id, account="a",
                    external_id=f"{number}", state=ArrivalState.DUPLICATE, raw_hash="0" * 64, size=1,
                    received_at=at, kept_at=at,
                )
            )  # fmt: skip
        name = channel.name
    page = bench.sit(Role.MANAGER).get("/channels").text
    assert f"{name} has gone quiet" in page
    assert "never more than 6 hours" in page
