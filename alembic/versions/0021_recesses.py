"""Parliament's recesses beside an office's calendar."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    days = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
    op.add_column("office_calendar", sa.Column("recesses", days, nullable=False, server_default="[]"))


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
