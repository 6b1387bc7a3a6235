"""SQLite chooses its indexes by counts that it makes only when asked, so the product asks for them itself."""

from bench.databases import opened
from bench.seeding import NOW, seed_cases
from inbox.database import Database
from inbox.queues import Reader, View, counts, page
from tests.inbox.plans import asked

OF_THE_WHOLE_OFFICE = ("ix_case_office_id", "ix_message_office_id", "message_content", "SCAN case")


def plans_of_the_queue(database: Database, office: str, staff: str) -> list[str]:
    """How SQLite goes about what the queue page asks, with the counts that there are, line by line."""
    with asked(database) as said, database.read(office) as session:
        reader = Reader(staff, NOW, NOW.date())
        counts(session, reader)
        for view in (View.TO_SORT, View.MINE, View.SENDING, View.LATE):
            page(session, view, reader)
    with database.connect() as connection:
        asking = [(f"EXPLAIN QUERY PLAN {one}", bound) for one, bound in said.statements]
        plans = [connection.exec_driver_sql(one, bound).all() for one, bound in asking]
    return [row[3] for plan in plans for row in plan]


def test_no_list_walks_all_cases_or_letters_of_an_office() -> None:
    with opened("sqlite") as bench:
        seeded = seed_cases(bench.loader, 4_000)
        bench.loader.run("DELETE FROM sqlite_stat1")
        bench.database.close()
        before = plans_of_the_queue(bench.database, seeded.office, seeded.staff)
        bench.database.look_over()
        lines = plans_of_the_queue(bench.database, seeded.office, seeded.staff)
    assert any(index in line for line in before for index in OF_THE_WHOLE_OFFICE)
    assert not [line for line in lines if any(index in line for index in OF_THE_WHOLE_OFFICE)]
