"""Staff who are handed messages by email or on paper; what a role may not do on a channel."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSIDE = ("staff_post", "staff_post_item", "channel_closure")


def upgrade() -> None:
    op.create_table(
        "staff_post",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=8), nullable=False),
        sa.Column("cases", sa.String(length=8), nullable=False),
        sa.Column("kinds", JSON, nullable=False),
        sa.Column("shows_words", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        _owned_by("office_id", "office.id"),
        _owned_by("staff_id", "staff.id"),
        sa.PrimaryKeyConstraint("staff_id"),
    )
    op.create_index("ix_staff_post_office_id", "staff_post", ["office_id"])
    op.create_table(
        "staff_post_item",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("outgoing_id", sa.String(length=255), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _owned_by("office_id", "office.id"),
        _owned_by("message_id", "message.id"),
        _owned_by("staff_id", "staff.id"),
        sa.PrimaryKeyConstraint("message_id", "staff_id"),
    )
    op.create_index("ix_staff_post_item_office_id", "staff_post_item", ["office_id"])
    op.create_index("ix_staff_post_item_outgoing_id", "staff_post_item", ["outgoing_id"])
    op.create_table(
        "channel_closure",
        sa.Column("office_id", sa.String(length=32), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("act", sa.String(length=8), nullable=False),
        _owned_by("office_id", "office.id"),
        _owned_by("channel_id", "channel.id"),
        sa.PrimaryKeyConstraint("channel_id", "role", "act"),
    )
    op.create_index("ix_channel_closure_office_id", "channel_closure", ["office_id"])
    if op.get_bind().dialect.name == "postgresql":
        for table in INSIDE:
            op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
            op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
            op.execute(
                f'CREATE POLICY own_office ON "{table}" '
                "USING (office_id = current_setting('inbox.office', true)) "
                "WITH CHECK (office_id = current_setting('inbox.office', true))"
            )


def _owned_by(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], initially="DEFERRED", deferrable=True)


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
