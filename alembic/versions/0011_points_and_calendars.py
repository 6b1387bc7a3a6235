"""Points that order the queues, people's skills and absences, and each office's own calendar."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OPEN = "status NOT IN ('resolved', 'closed')"
WAITING = "status IN ('waiting_constituent', 'waiting_body') AND kind NOT IN ('spam', 'campaign')"
DUE = "status NOT IN ('resolved', 'closed') AND kind NOT IN ('spam', 'campaign')"
RUNNING = "met_at IS NULL AND cancelled_at IS NULL"
UNWARNED = "warned_at IS NULL AND met_at IS NULL AND cancelled_at IS NULL"
RANK = "CASE priority WHEN 'immediate' THEN -300 WHEN 'priority' THEN -70 WHEN 'low' THEN 70 ELSE 0 END"
READ = ["is_restricted", "assignee_id", "team_id", "status", "kind"]


def only(condition: str) -> dict[str, sa.TextClause]:
    return {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(condition)}


def upgrade() -> None:
    _points()
    _indexes()
    _people()
    _calendars()
    _clocks()


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")


def _points() -> None:
    """Every case is looked at again by the worker soon after; until then its need alone orders it."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute('ALTER TABLE "case" RENAME COLUMN urgency TO rank')
    if is_postgresql:  # the wall hides every row from an UPDATE, and none from a change of type
        op.execute(f'ALTER TABLE "case" ALTER COLUMN rank TYPE INTEGER USING {RANK}')
    else:
        op.execute(f'UPDATE "case" SET rank = {RANK}')
    op.add_column("case", sa.Column("waiting_days", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("case", sa.Column("lateness", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(
        "case", sa.Column("is_ministerial", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    long_ago = "2000-01-01 00:00:00.000000"
    at = sa.Column("points_at", sa.DateTime(timezone=True), nullable=True, server_default=long_ago)
    op.add_column("case", at)


def _indexes() -> None:
    op.create_index("case_points", "case", ["office_id", "points_at"], **only(OPEN))
    op.drop_index("case_waiting", "case")
    op.create_index("case_waiting", "case", ["office_id", "rank", "updated_at", "id", *READ], **only(WAITING))
    op.drop_index("case_due", "case")
    op.create_index("case_due", "case", ["office_id", "next_due_at", "id", *READ, "rank"], **only(DUE))


def _people() -> None:
    op.add_column("staff", sa.Column("skills", JSON, nullable=False, server_default=sa.text("'[]'")))
    op.add_column("staff", sa.Column("away_from", sa.Date(), nullable=True))
    op.add_column("staff", sa.Column("away_until", sa.Date(), nullable=True))


def _calendars() -> None:
    op.add_column("office", sa.Column("calendar_version", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "office_calendar",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("holidays", JSON, nullable=False),
        sa.Column("source", sa.String(length=200), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed", JSON, nullable=False),
        sa.Column("opened", JSON, nullable=False),
        sa.Column("targets", JSON, nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("office_id"),
    )
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("ALTER TABLE office_calendar ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE office_calendar FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY own_office ON office_calendar "
        "USING (office_id = current_setting('inbox.office', true)) "
        "WITH CHECK (office_id = current_setting('inbox.office', true))"
    )


def _clocks() -> None:
    op.add_column("clock", sa.Column("calendar_version", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("clock_counted", "clock", ["office_id", "calendar_version"], **only(RUNNING))
    op.create_index("clock_warning", "clock", ["office_id", "warn_at"], **only(UNWARNED))
