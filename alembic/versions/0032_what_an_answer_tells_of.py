"""A kept answer names the cases it tells of and what was closed to its reader: it is not told for ever."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    ids = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
    for name in ("cases", "hidden"):
        op.add_column("once_key", sa.Column(name, ids, nullable=False, server_default="[]"))


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
