"""What comes by hand: readings of letters, who passed mail on, surgeries, the office's words on consent."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INSIDE = ("surgery", "appointment")
EDITS = sa.text("edit_of IS NOT NULL")
HOLDS_SLOT = sa.text("state <> 'cancelled' AND NOT is_walk_in")
AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("message", sa.Column("forwarded_by", sa.String(length=254), nullable=True))
    op.create_index("message_edits", "message", ["edit_of"], postgresql_where=EDITS, sqlite_where=EDITS)
    op.add_column("office", sa.Column("consent_words", sa.Text(), nullable=True))
    _surgery()
    _appointment()
    if op.get_bind().dialect.name == "postgresql":
        for table in INSIDE:
            op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
            op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
            op.execute(
                f'CREATE POLICY own_office ON "{table}" '
                "USING (office_id = current_setting('inbox.office', true)) "
                "WITH CHECK (office_id = current_setting('inbox.office', true))"
            )


def _surgery() -> None:
    op.create_table(
        "surgery",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("host", sa.String(length=120), nullable=False),
        sa.Column("starts_at", AT, nullable=False),
        sa.Column("ends_at", AT, nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("cancelled_at", AT, nullable=True),
        sa.Column("cancelled_why", sa.Text(), nullable=True),
        sa.Column("created_at", AT, nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_surgery_office_id", "surgery", ["office_id"])
    op.create_index("surgery_when", "surgery", ["office_id", "starts_at"])


def _appointment() -> None:
    op.create_table(
        "appointment",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("surgery_id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("starts_at", AT, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("is_walk_in", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("booked_by", sa.String(length=32), nullable=True),
        sa.Column("booked_at", AT, nullable=False),
        sa.Column("followed_up_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["surgery_id"], ["surgery.id"], initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_appointment_office_id", "appointment", ["office_id"])
    op.create_index("appointment_of_case", "appointment", ["case_id"])
    op.create_index(
        "appointment_slot", "appointment", ["surgery_id", "starts_at"], unique=True,
        postgresql_where=HOLDS_SLOT, sqlite_where=HOLDS_SLOT,
    )  # fmt: skip


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
