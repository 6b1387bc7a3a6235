"""Forms that somebody on the road has not sent yet."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    fields = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
    op.create_table(
        "kept_form",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("page", sa.String(length=20), nullable=False),
        sa.Column("fields", fields, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("staff_id", "page"),
    )
    op.create_index("ix_kept_form_office_id", "kept_form", ["office_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute('ALTER TABLE "kept_form" ENABLE ROW LEVEL SECURITY')
        op.execute('ALTER TABLE "kept_form" FORCE ROW LEVEL SECURITY')
        op.execute(
            'CREATE POLICY own_office ON "kept_form" '
            "USING (office_id = current_setting('inbox.office', true)) "
            "WITH CHECK (office_id = current_setting('inbox.office', true))"
        )


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
