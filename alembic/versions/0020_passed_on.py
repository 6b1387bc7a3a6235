"""Questions that one body passed on to another, and the office's own words for chases."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("enquiry", sa.Column("came_from", sa.String(length=32), nullable=True))
    op.add_column("enquiry", sa.Column("passed_on_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "ladder_words",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("office_id", "name", "language"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute('ALTER TABLE "ladder_words" ENABLE ROW LEVEL SECURITY')
        op.execute('ALTER TABLE "ladder_words" FORCE ROW LEVEL SECURITY')
        op.execute(
            'CREATE POLICY own_office ON "ladder_words" '
            "USING (office_id = current_setting('inbox.office', true)) "
            "WITH CHECK (office_id = current_setting('inbox.office', true))"
        )


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
