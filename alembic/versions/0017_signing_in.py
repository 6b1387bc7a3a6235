"""Channels that wait for a sign-in, until when a sign-in holds, and what each day cost."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "channel", sa.Column("awaits_sign_in", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("channel", sa.Column("signed_in_until", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "channel_cost",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("channel_id", "day"),
    )
    op.create_index("ix_channel_cost_office_id", "channel_cost", ["office_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute('ALTER TABLE "channel_cost" ENABLE ROW LEVEL SECURITY')
        op.execute('ALTER TABLE "channel_cost" FORCE ROW LEVEL SECURITY')
        op.execute(
            'CREATE POLICY own_office ON "channel_cost" '
            "USING (office_id = current_setting('inbox.office', true)) "
            "WITH CHECK (office_id = current_setting('inbox.office', true))"
        )


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
