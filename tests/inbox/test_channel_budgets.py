"""What a platform still allows is counted once, by all nodes, and never costs an answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from inbox.channel_budgets import ChannelBudgets
from inbox.database import Database
from inbox.errors import Unavailable
from inbox.models import ChannelBudget, ChannelCost
from tests.inbox.worlds import NOON, World
from tests.security.places import together

MINUTE = timedelta(minutes=1)


def budgets(world: World) -> ChannelBudgets:
    return ChannelBudgets(world.office, world.channel, world.database, lambda: NOON)


def test_many_that_note_a_limit_for_the_first_time_make_one_row(world: World) -> None:
    """Each of them holds the row, or waits for whoever makes it."""
    for name in ("post", "dm_send", "cost"):
        together([lambda name=name: budgets(world).spend(name, 0.5)] * 8)  # type: ignore[misc]
    with world.database.read(world.office) as session:
        assert [one.spent for one in session.exec(select(ChannelBudget))] == [4_000_000] * 3
        assert session.exec(select(ChannelCost.spent)).one() == 12_000_000


def test_a_note_that_cannot_be_written_costs_no_answer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def away(*_: object) -> Iterator[Session]:
        raise Unavailable("The database is busy or away.")
        yield

    with monkeypatch.context() as patch:
        patch.setattr(Database, "write", away)
        budgets(world).heard("post", remaining=0, resets_in=MINUTE)
        budgets(world).spend("cost", 0.5)
        with pytest.raises(Unavailable):
            budgets(world).wait("post")
    assert budgets(world).wait("post") is None
    assert budgets(world).spent("cost") == 0
