"""Makes the demo's data: a database, two offices, and the weeks they have behind them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from inbox import schema
from inbox.database import Database, find
from inbox.demo import acts, founding, surgery
from inbox.demo.outgoing import Outbox, Postbox
from inbox.demo.place import Place
from inbox.demo.stories import every_step
from inbox.demo.walking import Clock, Walk
from inbox.desk import open_desk
from inbox.models import Case
from inbox.settings import Settings
from inbox.storage import open_store
from inbox.worker.node import make_line

_WEEKS = timedelta(weeks=12)
STATUS_STORY = "status-link"
"""The story whose status link the newcomer is given."""


def make(place: Place, settings: Settings, *, now: datetime) -> None:
    """Everything from an empty folder to an office at work; at its end the facts are complete and saved."""
    schema.upgrade(settings)
    database = Database(settings.database_url)
    try:
        clock = Clock(now - _WEEKS)
        line = replace(make_line(settings, database, open_store(settings)), now=clock)
        office_ids = founding.found(database, line.tools, settings, place.facts, now=clock.at)
        walk = Walk(database, line, clock, Postbox(Outbox(place.outbox)))
        walk.enter(office_ids)
        addresses = {plan.key: plan.mailbox for plan in founding.PLANS}
        walk.go(every_step(now, addresses))
        walk.bring_up_chases(now)
        _issue_link(place, database, walk.cases, office_ids, now)
        with database.write(office_ids[founding.MP.key]) as session:
            surgery.hold(session, open_desk(session, line.tools), walk.cases, now)
    finally:
        database.close()
    place.facts.is_made = True
    place.save()


def _issue_link(
    place: Place, database: Database, cases: Mapping[str, str], office_ids: Mapping[str, str], now: datetime
) -> None:
    with database.write(office_ids[founding.MP.key]) as session:
        case = find(session, Case, cases[STATUS_STORY])
        place.facts.status_token, place.facts.status_postcode = acts.status_link(session, case, now)
