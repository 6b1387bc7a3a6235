"""Rules as they stood before, what they did to cases that were there already, and whom they call."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSIDE = ("rule_version", "rule_firing", "rule_progress", "rule_call")


def upgrade() -> None:
    _versions()
    _firings()
    _calls()
    for table in ("rule_version", "rule_firing", "rule_call"):
        op.create_index(f"ix_{table}_office_id", table, ["office_id"])
    if op.get_bind().dialect.name == "postgresql":
        for table in INSIDE:
            op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
            op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
            op.execute(
                f'CREATE POLICY own_office ON "{table}" '
                "USING (office_id = current_setting('inbox.office', true)) "
                "WITH CHECK (office_id = current_setting('inbox.office', true))"
            )


def _versions() -> None:
    op.create_table(
        "rule_version",
        sa.Column("id", sa.String(length=32), nullable=False),
        _office(),
        sa.Column("rule_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        _in_office(),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("rule_id", "version"),
    )
    op.create_index("rule_version_name", "rule_version", ["office_id", "name"])


def _firings() -> None:
    op.create_table(
        "rule_firing",
        sa.Column("id", sa.String(length=32), nullable=False),
        _office(),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("rule_id", sa.String(length=32), nullable=False),
        sa.Column("trigger", sa.String(length=8), nullable=False),
        sa.Column("trace", JSON, nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=False),
        _in_office(),
        _of_case(),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("rule_firing_of_case", "rule_firing", ["case_id", "fired_at"])
    op.create_index(
        "rule_firing_holds",
        "rule_firing",
        ["office_id", "rule_id", "case_id"],
        unique=True,
        postgresql_where=sa.text("holds"),
        sqlite_where=sa.text("holds"),
    )
    op.create_table(
        "rule_progress",
        _office(),
        sa.Column("events_read", sa.Integer(), nullable=False),
        sa.Column("cases_read", sa.String(length=32), nullable=False),
        _in_office(),
        sa.PrimaryKeyConstraint("office_id"),
    )


def _calls() -> None:
    op.create_table(
        "rule_call",
        sa.Column("id", sa.String(length=32), nullable=False),
        _office(),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("rule", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        _in_office(),
        _of_case(),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_rule_call_case_id", "rule_call", ["case_id"])


def _office() -> sa.Column:
    return sa.Column("office_id", sa.String(length=32), nullable=False)


def _in_office() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True)


def _of_case() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["case_id"], ["case.id"], initially="DEFERRED", deferrable=True)


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
