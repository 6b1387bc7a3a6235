"""What goes beside a draft's words: the service and the place of a street fault."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("draft", sa.Column("told", JSON, nullable=False, server_default=sa.text("'{}'")))


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
