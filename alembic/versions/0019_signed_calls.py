"""What rules sign their calls with, and what became of each call."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rule_call", sa.Column("rule_id", sa.String(length=32), nullable=True))
    op.add_column(
        "rule_call", sa.Column("is_signed", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("rule_call", sa.Column("answered", sa.Integer(), nullable=True))
    op.create_index("ix_rule_call_rule_id", "rule_call", ["rule_id"])
    op.create_table(
        "rule_secret",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("rule_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("rule_id"),
    )
    op.create_index("ix_rule_secret_office_id", "rule_secret", ["office_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute('ALTER TABLE "rule_secret" ENABLE ROW LEVEL SECURITY')
        op.execute('ALTER TABLE "rule_secret" FORCE ROW LEVEL SECURITY')
        op.execute(
            'CREATE POLICY own_office ON "rule_secret" '
            "USING (office_id = current_setting('inbox.office', true)) "
            "WITH CHECK (office_id = current_setting('inbox.office', true))"
        )


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
