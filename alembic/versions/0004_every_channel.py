"""What channels beside email need: conversations, public answers, doors for platforms, shared budgets."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def only(condition: str) -> dict[str, sa.TextClause]:
    return {"postgresql_where": sa.text(condition), "sqlite_where": sa.text(condition)}


def upgrade() -> None:
    op.create_table(
        "channel_door",
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("channel_id"),
    )
    op.create_index("ix_channel_door_office_id", "channel_door", ["office_id"], unique=False)
    op.create_table(
        "channel_budget",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=True),
        sa.Column("resets_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.Column("spent_on", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("channel_id", "name"),
    )
    op.create_index("ix_channel_budget_office_id", "channel_budget", ["office_id"], unique=False)
    op.add_column("channel", sa.Column("redirect_words", sa.Text(), nullable=True))
    op.add_column("channel", sa.Column("hinted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("message", sa.Column("thread", sa.String(length=512), nullable=True))
    op.add_column("message", sa.Column("link", sa.Text(), nullable=True))
    op.add_column("message", sa.Column("edit_of", sa.String(length=32), nullable=True))
    op.add_column("message", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("message_thread", "message", ["office_id", "thread", "id"], **only("thread IS NOT NULL"))
    op.add_column("draft", sa.Column("form", sa.String(length=16), nullable=False, server_default="message"))
    op.add_column("delivery", sa.Column("platform_id", sa.String(length=255), nullable=True))
    op.create_index(
        "delivery_platform_id", "delivery", ["office_id", "platform_id"], **only("platform_id IS NOT NULL")
    )
    _open_doors()
    if op.get_bind().dialect.name == "postgresql":
        op.execute('ALTER TABLE "channel_budget" ENABLE ROW LEVEL SECURITY')
        op.execute('ALTER TABLE "channel_budget" FORCE ROW LEVEL SECURITY')
        op.execute(
            'CREATE POLICY own_office ON "channel_budget" '
            "USING (office_id = current_setting('inbox.office', true)) "
            "WITH CHECK (office_id = current_setting('inbox.office', true))"
        )


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")


def _open_doors() -> None:
    """A door for every channel there is, office by office: behind the wall nobody sees them all at once."""
    connection = op.get_bind()
    for (office,) in connection.execute(sa.text("SELECT id FROM office")).all():
        if connection.dialect.name == "postgresql":
            connection.execute(
                sa.text("SELECT set_config('inbox.office', :office, true)"), {"office": office}
            )
        connection.execute(
            sa.text(
                "INSERT INTO channel_door (channel_id, office_id, kind) "
                "SELECT id, office_id, kind FROM channel WHERE office_id = :office"
            ),
            {"office": office},
        )
